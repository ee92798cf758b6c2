"""Codes of makers' labels: read by the maker's rule, or not at all."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain import maker_serials
from parc.domain.maker_serials import gtin, serials

SIGNS = string.ascii_uppercase + string.digits
SERVICE_TAGS = st.text(SIGNS, min_size=7, max_size=7).filter(lambda t: t[0] != "0")


@given(SERVICE_TAGS)
def test_a_dell_service_tag_and_its_express_code_are_one_to_one(tag: str) -> None:
    code = str(int(tag, 36))
    found = maker_serials.dell(code)

    assert found is not None
    assert found.serial == tag
    assert found.makers == ("dell",)


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        ("12542331601", "5RFDP01"),
        ("125-423-316-01", "5RFDP01"),
        ("1s20l5cto1wwpf1abcde", "PF1ABCDE"),
        ("1S2373G5UPBXXXXX", "PBXXXXX"),
        ("SC02L13ECF8J2", "C02L13ECF8J2"),
        ("S5CG8241NRL", "5CG8241NRL"),
        ("010345312000001121AB-12", "AB-12"),
        ("(01)03453120000011(21)AB-12", "AB-12"),
    ],
)
def test_a_code_carries_the_serial(code: str, serial: str) -> None:
    assert serial in {found.serial for found in serials(code)}


@pytest.mark.parametrize(
    "code",
    [
        "5RFDP01",  # the serial itself
        "2176782335",  # would begin with a zero
        "78364164096",  # eight characters
        "1S20L5CTO1WWPF1ABCD",
        "SC02L13ECF8JO",  # Apple has no O
        "0103453120000012211234",  # wrong check digit of the article
        "0103453120000011",
        "",
        "S",
    ],
)
def test_what_no_maker_writes_so_carries_nothing(code: str) -> None:
    assert serials(code) == ()


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("0036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("4006381333932", None),
        ("40063813339", None),
        ("00000000", None),
        ("400638133393A", None),
        ("４００６３８１３３３９３１", None),
    ],
)
def test_an_article_number_has_its_check_digit(code: str, number: str | None) -> None:
    assert gtin(code) == number


@given(st.integers(0, 10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_no_article(start: int, place: int, more: int) -> None:
    code = next(
        f"{start:012d}{digit}"
        for digit in range(10)
        if gtin(f"{start:012d}{digit}") or not start
    )
    wrong = code[:place] + str((int(code[place]) + more) % 10) + code[place + 1 :]

    assert gtin(wrong) is None
