"""Profiles: what is over or under them, and what a form of lines says."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.equipment import Gap, Need, gaps, read_lines

COUNTS = st.dictionaries(
    st.sampled_from(["laptop", "desktop", "monitor", "mouse"]), st.integers(0, 5)
)


def test_what_is_short_and_what_is_too_much_are_told_by_kind() -> None:
    found = gaps({"laptop": 1, "monitor": 2}, {"desktop": 1, "monitor": 1})

    assert [(g.category, g.lacking, g.over) for g in found] == [
        ("desktop", 0, 1),
        ("laptop", 1, 0),
        ("monitor", 1, 0),
    ]


def test_who_has_just_what_the_profile_says_shows_no_gap() -> None:
    assert gaps({"laptop": 1}, {"laptop": 1, "desktop": 0}) == ()


def test_accessories_count_only_where_the_profile_names_them() -> None:
    assert gaps({"laptop": 1}, {"laptop": 1, "mouse": 3}, ["mouse"]) == ()
    assert gaps({"mouse": 1}, {"mouse": 3}, ["mouse"]) == (Gap("mouse", 1, 3),)


@given(COUNTS, COUNTS)
def test_gaps_are_the_whole_difference_and_nothing_else(
    wanted: Mapping[str, int], held: Mapping[str, int]
) -> None:
    found = gaps(wanted, held)

    difference = sum(g.over - g.lacking for g in found)
    assert difference == sum(held.values()) - sum(wanted.values())
    assert all(bool(g.over) is not bool(g.lacking) for g in found)


def test_lines_are_read_and_a_kind_named_twice_adds_up() -> None:
    typed = [("laptop", "1"), ("", ""), ("monitor", "2"), ("laptop", "1")]

    lines, reasons = read_lines(typed, resources.categories())

    assert lines == {"laptop": 2, "monitor": 2}
    assert reasons == ()


@pytest.mark.parametrize(
    ("category", "quantity"),
    [("", "3"), ("spaceship", "1"), ("laptop", "x"), ("laptop", "201")],
)
def test_a_line_that_says_nothing_sensible_is_refused(
    category: str, quantity: str
) -> None:
    lines, reasons = read_lines([(category, quantity)], resources.categories())

    assert lines == {}
    assert len(reasons) == 1


def test_the_stock_of_all_is_given_before_anything_is_bought() -> None:
    assert Need("laptop", 5, 2, {2: 1}).to_buy == 2
    assert Need("laptop", 5, 6, {}).to_buy == 0
