"""Every way of writing a company's name is one maker; others stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.maker import maker_key


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("dell", ["Dell", "DELL", "Dell Inc.", "dell  inc", "Dell Computer Corp."]),
        (
            "hp",
            ["HP", "HP Inc.", "Hewlett-Packard", "Hewlett Packard Company", "H.P."],
        ),
        (
            "lenovo",
            ["Lenovo", "LENOVO", "Lenovo (Beijing) Ltd", "Lenovo Group Limited"],
        ),
        ("asus", ["ASUSTeK COMPUTER INC.", "Asus"]),
        ("msi", ["Micro-Star International Co., Ltd.", "MSI"]),
        ("samsung", ["Samsung Electronics Co., Ltd.", "SAMSUNG"]),
        ("fujitsu", ["FUJITSU", "Fujitsu Siemens Computers GmbH", "Fujitsu S.A."]),
        ("apple", ["Apple Inc.", "Apple Computer, Inc."]),
    ],
)
def test_one_company_has_one_key(key: str, names: list[str]) -> None:
    assert {maker_key(name) for name in names} == {key}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HP", "Hewlett Packard Enterprise"),
        ("Dell", "Lenovo"),
        ("LG", "Lexmark"),
        ("Acer", "Apacer"),
    ],
)
def test_other_companies_stay_apart(one: str, other: str) -> None:
    assert maker_key(one) != maker_key(other)


def test_a_name_made_of_such_words_alone_keeps_one() -> None:
    assert maker_key("Computer Systems Inc.") == "computer"
    assert maker_key("S.A.") == "sa"


@pytest.mark.parametrize("nothing", ["", "  ", "-", "."])
def test_what_names_nobody_is_empty(nothing: str) -> None:
    assert maker_key(nothing) == ""


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert maker_key(maker_key(name)) == maker_key(name)
