"""The printed tag: its shape and its check character."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag, check_character, is_prefix, one_letter_apart

PREFIXES = st.text(string.ascii_uppercase, min_size=2, max_size=5)
TAGS = st.builds(AssetTag, PREFIXES, st.integers(1, 999_999))


def test_the_published_example_has_its_check_character() -> None:
    assert str(AssetTag("LL", 4217)) == "LL-004217-F"
    assert AssetTag.parse(" ll-004217-f ") == AssetTag("LL", 4217)


def test_the_standard_s_own_example_is_right() -> None:
    # ISO/IEC 7064, example of the hybrid system MOD 37,36.
    assert check_character("A12425GABC1234002") == "M"


@given(TAGS)
def test_a_tag_reads_back_as_itself(tag: AssetTag) -> None:
    assert AssetTag.parse(str(tag)) == tag


@given(TAGS, st.integers(0, 13), st.sampled_from(string.ascii_uppercase + "0123456789"))
def test_one_wrong_character_is_always_found(
    tag: AssetTag, position: int, wrong: str
) -> None:
    text = str(tag)
    position %= len(text)
    if text[position] in {"-", wrong}:
        return

    assert AssetTag.parse(text[:position] + wrong + text[position + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "LL-4217-F", "LL-004217-G", "L-004217-F", "LL004217F", "LL-00421７-F"]
)
def test_what_is_not_a_tag_is_not_read(text: str) -> None:
    assert AssetTag.parse(text) is None


@pytest.mark.parametrize(
    ("text", "accepted"),
    [("LL", True), ("LENSX", True), ("L", False), ("LENSXX", False), ("ÉL", False)],
)
def test_a_prefix_is_two_to_five_plain_letters(text: str, *, accepted: bool) -> None:
    assert is_prefix(text) is accepted


@pytest.mark.parametrize(
    ("prefix", "other", "near"),
    [
        ("CALL", "CLL", True),
        ("CALL", "CALLS", True),
        ("LL", "LEL", True),
        ("CALL", "CELL", False),
        ("CALL", "CALL", False),
        ("LL", "LLLL", False),
    ],
)
def test_prefixes_that_a_lost_letter_confuses(
    prefix: str, other: str, *, near: bool
) -> None:
    assert one_letter_apart(prefix, other) is near
    assert one_letter_apart(other, prefix) is near
