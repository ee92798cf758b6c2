"""Net book value: straight line, by days, never below zero."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.depreciation import net_book_value, years_for

BOUGHT = date(2022, 1, 1)
DAYS = st.dates(date(2000, 1, 1), date(2035, 1, 1))


def test_it_falls_by_days_over_the_years() -> None:
    # Five years are 1,826 days, one of which is 29 February 2024.
    assert net_book_value(182_600, BOUGHT, BOUGHT, 5) == 182_600
    assert net_book_value(182_600, BOUGHT, BOUGHT + timedelta(days=1), 5) == 182_500
    assert net_book_value(182_600, BOUGHT, date(2023, 1, 1), 5) == 146_100
    assert net_book_value(182_600, BOUGHT, date(2026, 12, 31), 5) == 100
    assert net_book_value(182_600, BOUGHT, date(2027, 1, 1), 5) == 0


def test_it_is_whole_before_the_acquisition_and_nothing_long_after() -> None:
    assert net_book_value(1_000, BOUGHT, date(2020, 1, 1), 5) == 1_000
    assert net_book_value(1_000, BOUGHT, date(2040, 1, 1), 5) == 0
    assert net_book_value(1_000, date(2024, 2, 29), date(2029, 3, 1), 5) == 0


def test_the_years_are_a_dated_parameter() -> None:
    assert years_for(resources.law(), date(2026, 1, 1)) == 5
    assert years_for(resources.law(), date(1990, 1, 1)) == 5


@given(st.integers(0, 10**9), DAYS, DAYS, st.integers(0, 900), st.integers(1, 10))
def test_it_never_rises_nor_leaves_its_bounds(
    value: int, bought: date, day: date, more: int, years: int
) -> None:
    now = net_book_value(value, bought, day, years)
    later = net_book_value(value, bought, day + timedelta(days=more), years)

    assert 0 <= later <= now <= value
