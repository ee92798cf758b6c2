"""The sheet « Réparer ou remplacer »: carbon by hand, advice with its reasons."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.repair_or_replace import (
    Advice,
    Case,
    Method,
    Sheet,
    Weight,
    days_of,
    extension,
    sheet,
)
from tests.factories import TODAY

FACTORS = resources.factors()
METHOD = Method(
    price_share=resources.law()["repair_price_share"],
    least_life=resources.law()["repair_least_life"],
    displacement=FACTORS.assumptions["displacement_extension"],
    oldest_age=FACTORS.assumptions["oldest_credited_age"],
    oldest_lifetimes=FACTORS.assumptions["oldest_credited_lifetimes"],
    factor=FACTORS["laptop"],
)
CASE = Case(
    today=TODAY,
    in_use_since=date(2019, 11, 24),
    warranty_ends_on=None,
    price_cents=90_000,
    spent_cents=5_000,
    estimate_cents=12_000,
    months=24,
)


def weighed(method: Method = METHOD, **changed: object) -> Sheet:
    """Weigh a case."""
    return sheet(replace(CASE, **changed), method)  # type: ignore[arg-type]  # fields of a case


def test_a_year_more_of_an_old_laptop_avoids_a_fifth_of_a_new_one() -> None:
    carbon = weighed().carbon
    assert carbon is not None

    # 182,3 kg over 5 years (1 826 days); 365 days of the next year are all past it.
    assert carbon.embodied == 182_300
    assert (carbon.life_days, carbon.year_days) == (1826, 365)
    assert carbon.one_year == round(182_300 * 365 / 1826)
    assert carbon.expected == round(182_300 * 730 / 1826)
    assert carbon.unused == 0


def test_the_worked_example_of_the_method_is_found_again() -> None:
    # carbon-method.md §4.6, E2: a laptop of 2018-03-01, until 2025-06-30: 85,06 kg.
    grams, days = extension(
        182_300,
        Decimal("1.00"),
        since=date(2018, 3, 1),
        first=date(2018, 3, 1),
        days=(date(2025, 6, 30) - date(2018, 3, 1)).days,
        life_days=1826,
        oldest_days=3652,
    )

    assert days == 852
    assert grams == 85_060


def test_a_young_device_has_its_reference_life_before_it() -> None:
    carbon = weighed(in_use_since=TODAY - timedelta(days=1000)).carbon
    assert carbon is not None

    assert (carbon.one_year, carbon.year_days) == (0, 0)
    assert carbon.unused == round(182_300 * 826 / 1826)


def test_a_device_past_the_oldest_age_avoids_nothing_more() -> None:
    carbon = weighed(in_use_since=date(2014, 1, 1)).carbon
    assert carbon is not None

    assert (carbon.one_year, carbon.expected) == (0, 0)


def test_without_a_date_nothing_is_credited() -> None:
    told = weighed(in_use_since=None)
    assert told.carbon is not None

    assert told.age_days is None
    assert (told.carbon.unused, told.carbon.one_year) == (None, None)


def test_without_a_factor_there_is_no_figure_and_it_is_said() -> None:
    told = weighed(replace(METHOD, factor=None))

    assert told.carbon is None
    assert any("Aucun facteur" in reason.sentence for reason in told.reasons)


def test_the_part_that_the_repair_takes_is_counted_in_full() -> None:
    carbon = weighed(replace(METHOD, part=FACTORS["part_battery"])).carbon
    assert carbon is not None

    assert carbon.part == 8_200


@given(
    st.integers(-400, 6000),
    st.integers(0, 3000),
    st.integers(1, 4000),
    st.integers(0, 8000),
)
def test_an_extension_credits_no_day_twice_nor_outside_its_bounds(
    age: int, days: int, life: int, oldest: int
) -> None:
    since = TODAY - timedelta(days=age)

    def credited(first: date, length: int) -> tuple[int, int]:
        return extension(
            182_300,
            Decimal("1.00"),
            since=since,
            first=first,
            days=length,
            life_days=life,
            oldest_days=oldest,
        )

    grams, counted = credited(TODAY, days)
    half = days // 2
    _, before = credited(TODAY, half)
    _, after = credited(TODAY + timedelta(days=half), days - half)

    assert 0 <= counted <= days
    assert counted <= max(0, oldest - life)
    assert before + after == counted
    assert 0 <= grams <= round(182_300 * counted / life) + 1


def test_a_cheap_repair_with_years_to_come_is_advised() -> None:
    told = weighed()

    assert told.advice is Advice.REPAIR
    assert told.total_cents == 17_000
    # 120 € over 24 months against 900 € over 60.
    assert (told.monthly_cents, told.new_monthly_cents) == (500, 1_500)
    assert {r.weight for r in told.reasons if r.counts} == {Weight.FOR}


def test_a_dear_repair_for_little_time_is_not() -> None:
    told = weighed(estimate_cents=60_000, months=6)

    assert told.advice is Advice.REPLACE
    assert len([r for r in told.reasons if r.weight is Weight.AGAINST]) == 3


def test_reasons_that_disagree_are_for_people_to_weigh() -> None:
    assert weighed(estimate_cents=60_000, months=60).advice is Advice.DISCUSS


@pytest.mark.parametrize(
    ("estimate", "weight"), [(40_000, Weight.FOR), (40_500, Weight.AGAINST)]
)
def test_half_the_price_is_the_mark_what_was_spent_included(
    estimate: int, weight: Weight
) -> None:
    told = weighed(estimate_cents=estimate, months=None)

    assert [r.weight for r in told.reasons if r.counts] == [weight]


def test_without_an_estimate_nothing_is_advised() -> None:
    assert weighed(estimate_cents=None).advice is Advice.UNKNOWN


def test_without_a_price_the_share_is_unknown_and_it_is_said() -> None:
    told = weighed(price_cents=None)

    assert told.share is None
    assert any("Prix d'achat inconnu" in reason.sentence for reason in told.reasons)


def test_a_running_warranty_comes_first() -> None:
    told = weighed(warranty_ends_on=TODAY, estimate_cents=None, months=None)

    assert told.advice is Advice.REPAIR
    assert "garantie" in told.reasons[0].sentence
    expired = weighed(warranty_ends_on=TODAY - timedelta(days=1))
    assert not any("garantie" in reason.sentence for reason in expired.reasons)


def test_years_are_counted_as_the_method_does() -> None:
    assert days_of(Decimal(5)) == 1826
    assert days_of(Decimal("2.5")) == 913
