"""Whose A it is, what becomes of it after the hand-over, what was only declared."""

from datetime import date

from parc.domain.command import Command
from parc.domain.reuse import Exclusion
from parc.domain.vocabulary import Action, Level, Route, State
from tests.factories import BOB, LENS, LOOS, Story, a_command, at, registration
from tests.reports.lives import RULES, judged, left, life, reformed

NEW_YEARS_EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)
SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)


def test_a_transfer_inside_this_parc_is_a_of_the_giver_only() -> None:
    story = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)

    assert story.device.owner == LOOS
    assert judged(story, owner=LENS).counted
    assert judged(story, owner=LENS).stocked
    assert not judged(story, owner=LOOS).concerned
    assert not judged(story, 2027, owner=LOOS).concerned
    assert not judged(story, 2027, owner=LENS).concerned


def test_what_the_receiver_reforms_later_is_the_receivers() -> None:
    story = left(reformed(), date(2025, 6, 1), "public_transfer", taker_siret=LOOS)
    story.decommissioned(date(2025, 12, 1))
    left(story, SPRING)

    assert judged(story, 2025, owner=LENS).counted
    assert judged(story, 2026, owner=LOOS).stocked
    assert judged(story, 2026, owner=LOOS).counted
    assert not judged(story, 2026, owner=LENS).concerned


def test_the_owner_who_received_is_not_judged_on_the_givers_reforme() -> None:
    """Réformé at nine by Lens, réformé again past ten by Loos."""
    story = reformed(date(2025, 2, 1), bought=date(2016, 1, 1))
    left(story, date(2025, 6, 1), "public_transfer", taker_siret=LOOS)
    story.decommissioned(date(2026, 12, 1))

    assert judged(story, 2025, owner=LENS).counted
    assert judged(story, 2026, owner=LOOS).exclusion is Exclusion.OVER_AGE


def test_a_flag_that_the_receiver_sets_takes_nothing_from_the_giver() -> None:
    story = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)
    story.then(a_command(Action.DESCRIBE, SUMMER, security="protected"))
    story.decommissioned(date(2026, 9, 1))

    assert judged(story, owner=LENS).counted
    assert judged(story, owner=LOOS).exclusion is Exclusion.PROTECTED


def test_what_the_taker_recycles_leaves_a_even_later() -> None:
    story = left(reformed(), SPRING)
    story.then(a_command(Action.REPORT_RECYCLED_BY_TAKER, date(2027, 5, 1)))

    assert not judged(story).counted
    assert judged(story).stocked
    assert judged(story, known_at=at(date(2027, 4, 30))).counted


def test_a_proved_sale_that_is_recycled_after_all_leaves_a() -> None:
    story = left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1), proof=SUMMER)
    story.then(a_command(Action.PROVE_REUSE, SUMMER))
    assert judged(story).counted
    story.then(a_command(Action.REPORT_RECYCLED_BY_TAKER, SUMMER))

    assert not judged(story).counted


def test_what_the_taker_gives_back_leaves_a_and_joins_the_stock() -> None:
    story = left(reformed(), SPRING)
    story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))

    assert not judged(story).counted
    assert judged(story).entered
    assert judged(story, 2027).stocked


def test_given_back_and_given_again_it_counts_once() -> None:
    story = left(reformed(), SPRING)
    story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))
    left(story, date(2026, 10, 1))

    found = judged(story)
    assert found.counted
    assert found.hand_over is not None
    assert found.hand_over.on == date(2026, 10, 1)


def test_given_again_the_year_after_it_counts_that_year() -> None:
    story = left(reformed(), SPRING)
    story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))
    left(story, date(2027, 2, 1))

    assert not judged(story).counted
    assert judged(story, 2027).counted
    assert judged(story, 2027).stocked


def test_of_two_departures_in_a_year_the_one_that_counts_is_shown() -> None:
    """Ceded to Loos, given back by Loos, then sold without any paper."""
    story = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)
    story.decommissioned(SPRING)
    left(story, SPRING, "public_transfer", taker_siret=LENS)
    story.decommissioned(SUMMER)
    left(story, SUMMER, "sale")

    found = judged(story, owner=LENS)
    assert found.counted
    assert found.hand_over is not None
    assert found.hand_over.route is Route.PUBLIC_TRANSFER


def test_of_two_departures_that_count_the_last_is_shown() -> None:
    story = left(reformed(), SPRING, "public_transfer", taker_siret=LOOS)
    story.decommissioned(SPRING)
    left(story, SPRING, "public_transfer", taker_siret=LENS)
    left(story.decommissioned(SUMMER), SUMMER)

    found = judged(story, owner=LENS)
    assert found.hand_over is not None
    assert found.hand_over.route is Route.ORGANISATION_GIFT


def test_the_departure_inside_the_decree_counts_when_the_next_is_too_old() -> None:
    """Ceded at 9 years and 11 months, back, réformé at 10 years and 2 months."""
    story = reformed(date(2026, 2, 1), bought=date(2016, 3, 1))
    left(story, date(2026, 2, 1), "public_transfer", taker_siret=LOOS)
    story.decommissioned(date(2026, 2, 20))
    left(story, date(2026, 2, 20), "public_transfer", taker_siret=LENS)
    story.decommissioned(date(2026, 5, 1))
    left(story, date(2026, 5, 2))

    found = judged(story, owner=LENS)
    assert found.counted
    assert found.exclusion is None


def test_a_documented_life_declares_nothing() -> None:
    assert not judged(left(reformed(), SPRING)).declared


def test_a_declared_reforme_is_said() -> None:
    assert judged(_imported()).declared


def test_a_declared_hand_over_is_said() -> None:
    story = reformed()
    assert not judged(story, 2025).declared
    story.then(_declared(Action.HAND_OVER, route="producer_takeback"))

    assert judged(story, 2025).declared
    assert judged(story, 2025).hand_over is not None


def test_a_declared_reforme_that_was_reversed_no_longer_weighs() -> None:
    story = _imported()
    story.then(a_command(Action.REINSTATE, SPRING, by=BOB, reason="Besoin"))
    story.decommissioned(SUMMER)

    assert judged(story).declared
    assert not judged(story, 2027).declared


def test_what_the_receiver_declares_is_not_of_the_giver() -> None:
    story = left(reformed(), date(2025, 6, 1), "public_transfer", taker_siret=LOOS)
    story.then(_declared(Action.DECOMMISSION))
    story.then(_declared(Action.HAND_OVER, route="sale"))
    story.then(_declared(Action.FILE_EVIDENCE, kind="proof", dated_on="2025-12-01"))

    assert judged(story, 2025, owner=LOOS).declared
    assert not judged(story, 2025, owner=LENS).declared


def test_a_declared_proof_of_a_documented_sale_is_said() -> None:
    story = left(reformed(), date(2025, 10, 1), "sale", commitment=date(2025, 9, 1))
    assert not judged(story, 2025).declared
    story.then(_declared(Action.FILE_EVIDENCE, kind="proof", dated_on="2025-12-01"))

    assert judged(story, 2025).counted
    assert judged(story, 2025).declared


def test_a_device_registered_as_reforme_is_judged_at_the_day_declared() -> None:
    first = registration(
        date(2025, 3, 1),
        state=State.DECOMMISSIONED,
        level=Level.DECLARED,
        source="i1",
        acquired_on="2015-02-28",
    )
    found = judged(Story(first, RULES))

    assert found.decommissioned_on == date(2025, 3, 1)
    assert found.exclusion is Exclusion.OVER_AGE
    assert found.declared


def _declared(action: Action, **details: object) -> Command:
    return a_command(
        action, date(2025, 12, 1), details, level=Level.DECLARED, source="i1"
    )


def _imported() -> Story:
    story = life()
    return story.then(_declared(Action.DECOMMISSION))
