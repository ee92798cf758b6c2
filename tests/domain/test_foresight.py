"""The renewal plan: each device in its year, sums by hand, the unknown apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.foresight import (
    PLAN_YEARS,
    Cohort,
    Renewal,
    months_after,
    plan,
    planned_months,
    recent_price,
    window,
)
from tests.factories import TODAY

MONTHS = {"laptop": 72, "monitor": 84}
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_the_plan_of_a_small_fleet_is_the_one_reckoned_by_hand() -> None:
    cohorts = [
        Cohort(1, "laptop", date(2019, 5, 1), 2),  # due in May 2025: late
        Cohort(1, "laptop", date(2020, 12, 31), 3),  # due on the last day of 2026
        Cohort(2, "laptop", date(2021, 1, 1), 1),  # due in 2027, no price there
        Cohort(1, "monitor", date(2021, 1, 1), 4),  # due in 2028
        Cohort(1, "monitor", date(2024, 1, 1), 5),  # due in 2031: later
        Cohort(1, "monitor", None, 7),
    ]

    found = plan(
        cohorts,
        TODAY,
        months=MONTHS.__getitem__,
        prices={(1, "laptop"): 90_000},
        embodied={"laptop": 180_000},
        avoided=lambda key, _since, _first: 30_000 if key == "laptop" else None,
    )

    assert list(found.years) == [2026, 2027, 2028, 2029, 2030]
    assert found.years[2026] == {
        "laptop": Renewal(5, 2, 450_000, 0, 900_000, 0, 75_000, 150_000)
    }
    assert found.years[2027] == {"laptop": Renewal(1, 0, 0, 1, 180_000, 0, 0, 30_000)}
    assert found.years[2028] == {"monitor": Renewal(4, 0, 0, 4, 0, 4, 0, 0)}
    assert found.total(2026).number == 5
    assert (found.undated, found.later) == ({"monitor": 7}, 5)


def test_a_late_device_is_spared_from_today_on_another_from_its_day() -> None:
    asked: list[tuple[date, date]] = []

    def avoided(_key: str, since: date, first: date) -> int:
        asked.append((since, first))
        return 0

    cohorts = [
        Cohort(1, "laptop", date(2015, 1, 1), 1),
        Cohort(1, "laptop", date(2022, 3, 5), 1),
    ]
    plan(
        cohorts,
        TODAY,
        months=MONTHS.__getitem__,
        prices={},
        embodied={},
        avoided=avoided,
    )

    assert asked == [
        (date(2015, 1, 1), TODAY),
        (date(2022, 3, 5), date(2028, 3, 5)),
    ]


@given(DAYS, st.integers(0, 240))
def test_the_window_of_a_year_holds_just_what_is_due_in_it(
    since: date, months: int
) -> None:
    due = months_after(since, months)
    for year in range(TODAY.year, TODAY.year + PLAN_YEARS):
        first, end = window(year, months, TODAY)
        inside = since < end and (first is None or since >= first)
        assert inside is (max(due.year, TODAY.year) == year)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 24), -60, date(2021, 11, 24)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_are_added_as_people_count_them(
    day: date, months: int, later: date
) -> None:
    assert months_after(day, months) == later


def test_a_category_that_is_not_named_has_the_age_of_the_others() -> None:
    assert planned_months({"monitor": 84, "other": 72}, "monitor") == 84
    assert planned_months({"monitor": 84, "other": 72}, "laptop") == 72
    with pytest.raises(TypeError):
        planned_months({"other": "six"}, "laptop")


def test_the_recent_price_is_one_that_was_paid() -> None:
    assert recent_price([]) is None
    assert recent_price([300, 100, 200]) == 200
    assert recent_price([100, 300]) == 100
