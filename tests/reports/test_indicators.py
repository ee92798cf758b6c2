"""REEN-01, 01b, 02 and 03: value, fraction, target, reason, parts."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.vocabulary import Action, Level
from reports.indicators.indicator import PERCENT, UNITS, Indicator, Part, percent
from reports.indicators.reuse import (
    IDS,
    LABELS,
    NO_FLOW,
    NO_STOCK,
    before_the_decree,
    listed,
    statutory_target,
)
from reports.reuse_year import ReuseYear
from tests.factories import LENS, LOOS, Story, a_command
from tests.reports.lives import NAMES, a_year, left, life, reformed

SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)
FLOW = date(2026, 2, 1)


def stock(count: int) -> list[Story]:
    """Give devices réformé in 2025 and held ever since."""
    return [reformed() for _ in range(count)]


def given_away(count: int, reform: date = FLOW) -> list[Story]:
    """Give devices given to an association in spring."""
    return [left(reformed(reform), SPRING) for _ in range(count)]


def figure(year: ReuseYear, key: str) -> Indicator:
    """Find an indicator by its id."""
    return next(found for found in year.figures() if found.id == key)


def parts(found: Indicator, dimension: str) -> dict[str, int | None]:
    """Give the numerators of one dimension."""
    return {
        part.key: part.numerator
        for part in found.breakdown
        if part.dimension == dimension
    }


def test_the_four_come_in_the_order_of_the_catalogue_with_their_labels() -> None:
    figures = a_year(stock(1)).figures()

    assert [f.id for f in figures] == ["REEN-01", "REEN-01b", "REEN-02", "REEN-03"]
    assert tuple(f.id for f in figures) == IDS
    assert [f.label for f in figures] == list(LABELS.values())
    assert [f.unit for f in figures] == [PERCENT, PERCENT, UNITS, UNITS]
    assert all(f.legal_basis for f in figures)


def test_nineteen_of_forty_is_47_5_percent_under_the_target() -> None:
    gifts = given_away(19, reform=date(2025, 5, 1))
    rate = figure(a_year([*gifts, *stock(21)]), "REEN-01")

    assert (rate.numerator, rate.denominator) == (19, 40)
    assert rate.value == Decimal("47.5")
    assert rate.target == 50
    assert (rate.gap, rate.reached) == (Decimal("-2.5"), False)
    assert rate.statutory_target
    assert rate.computable


def test_twenty_of_forty_reaches_it() -> None:
    gifts = given_away(20, reform=date(2025, 5, 1))
    rate = figure(a_year([*gifts, *stock(20)]), "REEN-01")

    assert (rate.value, rate.gap, rate.reached) == (Decimal(50), Decimal(0), True)


def test_without_stock_the_rate_does_not_exist_and_says_why() -> None:
    rate = figure(a_year(given_away(7)), "REEN-01")

    assert rate.value is None
    assert not rate.computable
    assert rate.reason == NO_STOCK == "non calculable (stock nul au 1er janvier)"
    assert (rate.numerator, rate.denominator) == (7, 0)
    assert (rate.gap, rate.reached) == (None, None)
    assert rate.target == 50


def test_a_fast_flow_exceeds_100_percent_and_is_not_clamped() -> None:
    fleet = [*given_away(10, reform=date(2025, 5, 1)), *given_away(8)]
    found = a_year(fleet)

    assert figure(found, "REEN-01").value == Decimal("180.0")
    assert figure(found, "REEN-01b").value == Decimal("100.0")


def test_an_empty_year_has_no_rate_and_zero_counts() -> None:
    rate, flow, held, reused = a_year([]).figures()

    assert (rate.reason, flow.reason) == (NO_STOCK, NO_FLOW)
    assert (held.numerator, reused.numerator) == (0, 0)
    assert held.computable
    assert rate.declared_share is None


def test_the_flow_rate_divides_by_stock_and_entries() -> None:
    back = left(reformed(date(2024, 5, 1)), date(2025, 4, 1))
    back.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))
    flow = figure(a_year([*stock(3), *given_away(1), back]), "REEN-01b")

    assert (flow.numerator, flow.denominator) == (1, 5)
    assert flow.target == 50
    assert not flow.statutory_target
    assert "non statutaire" in flow.legal_basis


def test_counts_have_no_target_no_denominator_and_no_verdict() -> None:
    for found in a_year(stock(2)).figures()[2:]:
        assert (found.denominator, found.target, found.reached, found.gap) == (
            None,
            None,
            None,
            None,
        )


@pytest.mark.parametrize(
    ("year", "target"), [(2023, 25), (2024, 35), (2025, 50), (2026, 50), (2031, 50)]
)
def test_the_target_is_that_of_the_year(year: int, target: int) -> None:
    assert statutory_target(year, resources.law()) == target
    assert figure(a_year(stock(1), year), "REEN-01").target == target


def test_before_the_decree_nothing_is_computable_and_it_says_since_when() -> None:
    reason = before_the_decree(2022, resources.law())

    assert reason == "non calculable (décret n° 2023-266 applicable depuis 2023)"
    figures = a_year([], 2022).figures()
    assert {found.reason for found in figures} == {reason}
    assert {found.value for found in figures} == {None}
    assert figures[0].target is None


def test_routes_are_all_named_and_only_what_counts_is_counted() -> None:
    fleet = [
        *given_away(2),
        left(reformed(), SPRING, "staff_gift"),
        left(reformed(), SPRING, "public_transfer"),
        left(reformed(), SPRING, "sale"),
        left(
            reformed(),
            SPRING,
            "sale",
            commitment=date(2026, 3, 1),
            proof=SUMMER,
        ),
    ]
    by_route = parts(figure(a_year(fleet), "REEN-03"), "route")

    assert by_route == {
        "public_transfer": 1,
        "sale": 1,
        "staff_gift": 1,
        "organisation_gift": 2,
        "producer_takeback": 0,
        "supplier_takeback": 0,
    }


def test_each_weee_category_has_its_own_rate() -> None:
    fleet = [
        *stock(2),
        left(reformed(), SPRING),
        reformed(category="desktop"),
        left(reformed(FLOW, category="desktop"), SPRING),
        left(reformed(FLOW, category="desktop"), SPRING),
    ]
    found = figure(a_year(fleet), "REEN-01").breakdown
    rates = {
        p.key: (p.numerator, p.denominator, p.value)
        for p in found
        if p.dimension == "weee_category"
    }

    assert rates == {"2": (1, 3, Decimal("33.3")), "6": (2, 1, Decimal("200.0"))}


def test_ages_at_the_reforme_fall_into_bands_to_the_day() -> None:
    reform = date(2025, 6, 15)
    bought = {
        "under_5": [date(2020, 6, 16), date(2025, 6, 15)],
        "5_to_7": [date(2020, 6, 15), date(2018, 6, 16)],
        "7_to_10": [date(2018, 6, 15), date(2015, 6, 15)],
    }
    fleet = [reformed(reform, bought=d) for days in bought.values() for d in days]
    found = parts(figure(a_year(fleet), "REEN-02"), "age_band")

    assert found == {"under_5": 2, "5_to_7": 2, "7_to_10": 2}


def test_a_reforme_dated_before_the_purchase_is_in_a_band_all_the_same() -> None:
    wrong = reformed(date(2025, 6, 15), bought=date(2026, 1, 1))
    found = a_year([wrong])

    assert sum(n or 0 for n in parts(found.figures()[2], "age_band").values()) == 1
    assert found.lines[0].months == -7


def test_the_stock_left_out_is_counted_by_reason() -> None:
    fleet = [
        reformed(category="mouse"),
        reformed(category="server"),
        reformed(category="server"),
        reformed(security="classified"),
        reformed(bought=None),
        reformed(bought=date(2010, 1, 1)),
        reformed(FLOW, bought=None),  # not in stock on 1 January
        *stock(3),
    ]
    found = figure(a_year(fleet), "REEN-02")

    assert found.value == 3
    assert parts(found, "exclusion") == {
        "accessory": 1,
        "weee_category": 2,
        "classified": 1,
        "protected": 0,
        "age_unknown": 1,
        "over_age": 1,
    }


def test_the_share_of_declared_devices_is_told() -> None:
    declared = life()
    declared.then(
        a_command(
            Action.DECOMMISSION, date(2025, 5, 1), level=Level.DECLARED, source="i1"
        )
    )
    rate = figure(a_year([declared, *stock(2)]), "REEN-01")

    assert (rate.declared, rate.devices) == (1, 3)
    assert rate.declared_share == Decimal("33.3")


def test_a_device_in_a_and_in_b_is_one_device_behind_the_rate() -> None:
    rate = figure(a_year(given_away(2, reform=date(2025, 5, 1))), "REEN-01")

    assert rate.devices == 2


def test_the_mutualised_perimeter_is_labelled_and_broken_down_by_owner() -> None:
    ceded = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)
    fleet = [*stock(1), reformed(owner=LOOS), ceded]
    found = a_year(fleet, owners=NAMES)
    rate = figure(found, "REEN-01")

    assert found.perimeter == "mutualised"
    assert "périmètre mutualisé, non statutaire" in rate.label
    assert not rate.statutory_target
    assert parts(rate, "owner") == {LENS: 1, LOOS: 0}
    assert (rate.numerator, rate.denominator) == (1, 3)
    assert [f.label for f in found.figures(LOOS)] == list(LABELS.values())
    assert figure(a_year(fleet), "REEN-01").statutory_target


def test_one_owner_has_no_breakdown_by_owner() -> None:
    assert parts(figure(a_year(stock(1)), "REEN-01"), "owner") == {}
    assert a_year(stock(1)).perimeter == "owner"


def test_a_list_shows_what_its_figure_looked_at() -> None:
    held, sold = reformed(), left(reformed(FLOW), SPRING, "sale")
    entered, old = reformed(FLOW), reformed(bought=date(2010, 1, 1))
    lines = a_year([held, sold, entered, old]).lines
    shown = {key: {line.tag for line in listed(key, lines)} for key in IDS}

    tag = {"held": held, "sold": sold, "entered": entered}
    tags = {name: story.device.tag for name, story in tag.items()}
    assert shown == {
        "REEN-01": {tags["held"], tags["sold"]},
        "REEN-01b": set(tags.values()),
        "REEN-02": {tags["held"]},
        "REEN-03": {tags["sold"]},
    }


def test_a_device_excluded_by_a_second_reforme_stays_in_the_list_of_b() -> None:
    """Stock at nine, put back in use, réformé again past ten and given."""
    story = reformed(date(2025, 12, 1), bought=date(2016, 2, 1))
    story.then(a_command(Action.REINSTATE, date(2026, 1, 10), reason="Besoin"))
    left(story.decommissioned(SPRING), SPRING)
    found = a_year([story])
    (line,) = found.lines

    assert (line.standing.stocked, line.standing.counted) == (True, False)
    assert line.standing.exclusion is not None
    assert not line.outside
    assert listed("REEN-01", found.lines) == [line]


def test_steps_towards_reuse_stand_side_by_side() -> None:
    ready = reformed().erased(SPRING).filed("tests", SPRING)
    ready.then(a_command(Action.RECONDITION, SPRING))
    ready.then(a_command(Action.DECLARE_READY, SPRING))
    given_back = left(reformed(), SPRING)
    given_back.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))
    recycled = left(reformed(), SPRING, proof=SUMMER)
    recycled.then(a_command(Action.REPORT_RECYCLED_BY_TAKER, SUMMER))
    proved = left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1), proof=SUMMER)
    unproved = left(reformed(), SPRING, "sale")
    excluded = left(reformed(category="mouse"), SPRING)
    steps = a_year(
        [*stock(1), ready, given_back, recycled, proved, unproved, excluded]
    ).progress()

    assert (steps.oriented, steps.handed_over, steps.proved, steps.counted) == (
        5,
        3,
        1,
        1,
    )


def test_what_was_made_ready_another_year_or_by_another_owner_is_not_oriented() -> None:
    ready = reformed(date(2025, 5, 1)).erased(FLOW).filed("tests", FLOW)
    ready.then(a_command(Action.RECONDITION, date(2025, 9, 1)))
    ready.then(a_command(Action.DECLARE_READY, date(2025, 9, 1)))
    ceded = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)
    ceded.decommissioned(SUMMER)

    assert a_year([ready], 2025).progress().oriented == 1
    assert a_year([ready], 2026).progress().oriented == 0
    assert a_year([ceded], owners=NAMES).progress(LENS).oriented == 1
    assert a_year([ceded], owners=NAMES).progress(LOOS).oriented == 0


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_rate_is_rounded_once_halves_up(numerator: int, denominator: int) -> None:
    value = percent(numerator, denominator)
    exact = Fraction(100 * numerator, denominator)

    assert -Fraction(1, 20) <= exact - Fraction(str(value)) < Fraction(1, 20)
    assert value.as_tuple().exponent == -1


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [(1, 8, "12.5"), (1, 16, "6.3"), (5, 80, "6.3"), (2, 3, "66.7"), (1, 2000, "0.1")],
)
def test_halves_go_up(numerator: int, denominator: int, value: str) -> None:
    assert percent(numerator, denominator) == Decimal(value)


def test_the_verdict_is_on_the_exact_fraction_not_on_the_rounded_rate() -> None:
    close = Indicator("X", "x", PERCENT, 1_249, 2_500, "x", target=Fraction(50))

    assert close.value == Decimal("50.0")
    assert close.gap == 0
    assert close.reached is False


def test_a_part_without_denominator_has_no_rate() -> None:
    assert Part("route", "sale", "Vente", 3).value is None
    assert Part("owner", LENS, "Lens", 3, 0).value is None
    assert Part("owner", LENS, "Lens", 3, 4).value == Decimal("75.0")
