"""What days decide in the rate: 1 January, ten years, the day of the entry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.command import Actor
from parc.domain.reuse import Exclusion, years_after
from parc.domain.vocabulary import Action, State
from tests.factories import BOB, a_command, at
from tests.reports.lives import judged, left, life, reformed

NEW_YEARS_EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)
SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "stocked", "entered"),
    [(NEW_YEARS_EVE, True, False), (NEW_YEAR, False, True)],
)
def test_a_reforme_is_in_stock_from_the_next_day(
    day: date, stocked: bool, entered: bool
) -> None:
    found = judged(reformed(day))

    assert (found.stocked, found.entered) == (stocked, entered)
    assert found.available
    assert found.decommissioned_on == day


def test_work_on_what_is_in_stock_already_is_no_new_entry() -> None:
    story = reformed().then(a_command(Action.RECONDITION, SPRING))

    assert judged(story).stocked
    assert not judged(story).entered


def test_what_leaves_on_31_december_is_of_that_year_and_in_stock_no_more() -> None:
    gone = left(reformed(), NEW_YEARS_EVE)

    assert judged(gone, 2025).counted
    assert not judged(gone, 2026).concerned


def test_what_leaves_on_1_january_was_in_stock_that_day() -> None:
    gone = left(reformed(), NEW_YEAR)

    assert not judged(gone, 2025).counted
    assert judged(gone).stocked
    assert judged(gone).counted
    assert not judged(gone, 2027).concerned


def test_reforme_and_gift_on_31_december_are_flow_and_never_stock() -> None:
    same_day = left(reformed(NEW_YEARS_EVE), NEW_YEARS_EVE)

    assert judged(same_day, 2025).counted
    assert judged(same_day, 2025).available
    assert not judged(same_day, 2026).concerned


def test_a_device_in_use_or_only_proposed_is_not_stock() -> None:
    proposed = life()
    proposed.then(a_command(Action.PROPOSE_DECOMMISSION, NEW_YEARS_EVE, reason="Âge"))

    assert not judged(life()).concerned
    assert not judged(proposed).concerned


@pytest.mark.parametrize("action", [Action.REPORT_MISSING, Action.REPORT_STOLEN])
def test_lost_on_31_december_is_not_held_on_1_january(action: Action) -> None:
    details = {"reason": "Introuvable", "complaint": "42"}
    wanted = "reason" if action is Action.REPORT_MISSING else "complaint"
    story = reformed()
    story.then(a_command(action, NEW_YEARS_EVE, {wanted: details[wanted]}))

    assert not judged(story).concerned
    assert judged(story, 2025).entered


def test_lost_on_1_january_was_held_at_midnight() -> None:
    story = reformed().then(
        a_command(Action.REPORT_MISSING, NEW_YEAR, reason="Introuvable")
    )

    assert judged(story).stocked


@pytest.mark.parametrize(
    ("found_on", "stocked", "entered"),
    [(NEW_YEARS_EVE, True, False), (NEW_YEAR, False, True)],
)
def test_found_again_it_joins_the_stock(
    found_on: date, stocked: bool, entered: bool
) -> None:
    story = reformed().then(
        a_command(Action.REPORT_MISSING, date(2025, 9, 1), reason="Introuvable")
    )
    judgement = judged(story.then(a_command(Action.FIND, found_on)))

    assert (judgement.stocked, judgement.entered) == (stocked, entered)
    assert judgement.decommissioned_on == date(2025, 5, 15)


def test_waste_collected_in_the_year_stays_in_stock_and_never_enters_a() -> None:
    story = reformed().erased(SPRING)
    story.then(a_command(Action.CONDEMN, SPRING, reason="Hors service"))
    story.then(a_command(Action.PUT_IN_WASTE_LOT, SPRING, lot="P-7"))
    story.filed("collection", SPRING)
    story.then(a_command(Action.COLLECT_WASTE, SPRING, collector="Éco-organisme"))

    assert judged(story).stocked
    assert not judged(story).counted
    assert not judged(story, 2027).concerned


def test_every_state_from_the_reforme_to_the_waste_lot_is_stock() -> None:
    story = reformed().erased(date(2025, 6, 1)).filed("tests", date(2025, 6, 1))
    for action, details in (
        (Action.RECONDITION, {}),
        (Action.DECLARE_READY, {}),
        (Action.CONDEMN, {"reason": "Écran cassé"}),
        (Action.DISMANTLE, {}),
        (Action.PUT_IN_WASTE_LOT, {"lot": "P-7"}),
    ):
        assert judged(story).stocked, story.device.state
        story.then(a_command(action, date(2025, 6, 1), details))
    assert story.device.state is State.IN_WASTE_LOT
    assert judged(story).stocked


def test_a_reversed_reforme_leaves_the_stock() -> None:
    lead = Actor("U-1EAD0000", BOB.roles)
    story = reformed()
    story.then(a_command(Action.REINSTATE, NEW_YEARS_EVE, by=lead, reason="Besoin"))

    assert not judged(story).concerned


def test_it_was_stock_when_the_reforme_is_reversed_later() -> None:
    lead = Actor("U-1EAD0000", BOB.roles)
    story = reformed()
    story.then(a_command(Action.REINSTATE, SPRING, by=lead, reason="Besoin"))

    assert judged(story).stocked
    assert not judged(story).entered


def test_a_reforme_of_2025_typed_in_2027_was_in_stock_of_2026() -> None:
    late = date(2027, 2, 1)
    day = date(2025, 11, 3)
    story = life()
    story.then(a_command(Action.PROPOSE_DECOMMISSION, day, reason="Âge", recorded=late))
    act = {"act_number": "25-9", "act_on": "2025-11-03"}
    story.then(a_command(Action.DECOMMISSION, day, act, by=BOB, recorded=late))

    assert judged(story).stocked
    assert not judged(story, known_at=at(date(2027, 1, 31))).concerned
    assert not judged(story, 2027).entered


def test_a_gift_of_2025_typed_in_2027_counts_for_2025() -> None:
    story = left(reformed(), date(2025, 12, 20), recorded=date(2027, 2, 1))

    assert judged(story, 2025).counted
    assert not judged(story, 2026).stocked
    assert not judged(story, 2027).counted
    before = at(date(2027, 1, 31))
    assert not judged(story, 2025, known_at=before).counted
    assert judged(story, 2026, known_at=before).stocked


def test_an_annulled_reforme_never_was_but_was_believed() -> None:
    story = reformed()
    story.then(a_command(Action.ANNUL, SPRING, reason="Mauvais poste"))

    assert not judged(story).concerned
    assert judged(story, known_at=at(date(2026, 3, 31))).stocked


def test_an_annulled_gift_leaves_a_and_the_device_is_still_in_stock() -> None:
    story = left(reformed(), date(2025, 12, 1))
    story.then(a_command(Action.ANNUL, SPRING, reason="Pas venu", by=BOB))

    assert not judged(story, 2025).counted
    assert judged(story).stocked
    assert judged(story, 2025, known_at=at(NEW_YEAR)).counted
    assert not judged(story, known_at=at(NEW_YEAR)).stocked


def test_a_corrected_purchase_date_changes_every_year() -> None:
    story = left(reformed(), SPRING)
    story.then(a_command(Action.DESCRIBE, SUMMER, acquired_on="2013-01-01"))

    assert not judged(story).counted
    assert not judged(story).stocked
    assert judged(story, known_at=at(date(2026, 6, 30))).counted


@pytest.mark.parametrize(
    ("bought", "reform", "inside"),
    [
        (date(2016, 3, 10), date(2026, 3, 9), True),
        (date(2016, 3, 10), date(2026, 3, 10), True),
        (date(2016, 3, 10), date(2026, 3, 11), False),
        (date(2016, 2, 29), date(2026, 2, 28), True),
        (date(2016, 2, 29), date(2026, 3, 1), False),
        (date(2016, 2, 28), date(2026, 2, 28), True),
        (date(2018, 2, 28), date(2028, 2, 28), True),
        (date(2018, 2, 28), date(2028, 2, 29), False),
        (date(2018, 3, 1), date(2028, 2, 29), True),
        (date(2015, 12, 31), date(2025, 12, 31), True),
        (date(2016, 1, 1), date(2026, 1, 2), False),
    ],
)
def test_to_the_day(bought: date, reform: date, inside: bool) -> None:
    found = judged(reformed(reform, bought=bought), reform.year)

    assert (found.exclusion is None) is inside
    assert found.available is inside


@given(bought=st.dates(date(2012, 1, 1), date(2018, 12, 31)), years=st.integers(1, 12))
def test_whole_years_end_on_the_same_day_or_the_last_of_february(
    bought: date, years: int
) -> None:
    end = years_after(bought, years)

    assert end.year == bought.year + years
    same = (end.month, end.day) == (bought.month, bought.day)
    assert same or ((bought.month, bought.day), end.day) == ((2, 29), 28)


@pytest.mark.parametrize("basis", ["acquired_on", "commissioned_on", "manufactured_on"])
def test_the_age_runs_from_the_first_date_known_and_it_is_said(basis: str) -> None:
    found = judged(reformed(bought=None, **{basis: "2019-01-01"}))

    assert found.age_basis == basis
    assert found.stocked


def test_the_purchase_goes_before_the_other_dates() -> None:
    facts = {"commissioned_on": "2019-01-01", "manufactured_on": "2018-01-01"}
    found = judged(reformed(bought=date(2014, 1, 1), **facts))

    assert found.age_basis == "acquired_on"
    assert found.exclusion is Exclusion.OVER_AGE


def test_the_commissioning_goes_before_the_manufacture() -> None:
    facts = {"commissioned_on": "2019-01-01", "manufactured_on": "2010-01-01"}

    assert judged(reformed(bought=None, **facts)).stocked


def test_no_date_at_all_is_an_unknown_age_outside_both() -> None:
    story = left(reformed(bought=None), SPRING)
    found = judged(story)

    assert found.exclusion is Exclusion.AGE_UNKNOWN
    assert (found.stocked, found.available, found.counted) == (False, False, False)
    assert found.in_stock
    assert found.age_basis is None


def test_the_day_that_somebody_fills_in_brings_it_back() -> None:
    story = left(reformed(bought=None), SPRING)
    story.then(a_command(Action.DESCRIBE, SUMMER, commissioned_on="2019-01-01"))

    assert judged(story).counted
    assert judged(story).stocked
