"""Registered by mistake or twice: out of the inventory, and back as it was."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.command import Actor, Command
from parc.domain.device import Device, Void
from parc.domain.events import Event
from parc.domain.history import as_known_device, on_day
from parc.domain.lifecycle import blockers, decide, replay
from parc.domain.provenance import sources
from parc.domain.vocabulary import Action, Level, Role, State, VoidKind
from tests.factories import (
    ALICE,
    BOB,
    LENS,
    LOOS,
    Story,
    a_command,
    at,
    registration,
    some_rules,
)
from tests.reports import lives
from tests.reports.lives import judged, left, reformed

SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)
KEPT = "LL-000001-K"
COMMUNE = Actor("U-C0MMUNE0", frozenset({Role.COMMUNE_MANAGER}))
DORA = Actor("U-D0RA0000", frozenset({Role.TECHNICIAN}))


def a_kept(owner: str = LENS) -> Story:
    """Begin the history of the device that a duplicate is merged into."""
    return Story(registration(tag=KEPT, owner=owner))


def knowing(*others: Device, first: Event | None = None) -> Story:
    """Begin a duplicate's history, in a parc that knows of others."""
    return Story(first, some_rules(others=others or [a_kept().device]))


def merging(day: date = SUMMER, into: str = KEPT, by: Actor = ALICE) -> Command:
    """Merge into the device that is kept."""
    return a_command(Action.MERGE, day, by=by, into=into, reason="Saisi deux fois")


def discarding(day: date = SUMMER, by: Actor = ALICE) -> Command:
    """Discard a device that was registered by mistake."""
    return a_command(Action.DISCARD, day, by=by, reason="Jamais arrivé")


def test_a_merged_device_keeps_all_that_it_was_and_tells_where_it_went() -> None:
    story = knowing().then(a_command(Action.ASSIGN, SPRING, holder="P-A1B2C3D4"))
    before = story.device

    after = story.then(merging()).device

    assert after.void == Void(VoidKind.MERGED, SUMMER, KEPT)
    assert (after.state, after.holder, after.site) == (
        State.IN_SERVICE,
        *_place(before),
    )
    assert (after.facts, after.media, after.steps) == (
        before.facts,
        before.media,
        before.steps,
    )
    assert story.events[-1].details == {"into": KEPT, "reason": "Saisi deux fois"}


def test_a_discarded_device_says_so() -> None:
    after = knowing().then(discarding()).device

    assert after.void == Void(VoidKind.DISCARDED, SUMMER)
    assert after.void_kind is VoidKind.DISCARDED


@pytest.mark.parametrize(
    ("out", "back"), [(merging(), Action.SPLIT), (discarding(), Action.RESTORE)]
)
def test_it_comes_back_as_it_was(out: Command, back: Action) -> None:
    story = knowing().then(a_command(Action.ASSIGN, SPRING, site=4)).erased(SPRING)
    before = story.device

    after = story.then(out).then(a_command(back, SUMMER)).device

    assert replace(after, version=before.version) == before
    assert after.version == before.version + 2
    assert story.events[-1].details == {"seq": before.version + 1}


def test_after_its_return_the_event_before_can_be_annulled() -> None:
    story = knowing().then(a_command(Action.ASSIGN, SPRING)).then(discarding())
    story.then(a_command(Action.RESTORE, SUMMER))

    story.then(a_command(Action.ANNUL, SUMMER, reason="Mauvais poste"))

    assert story.device.state is State.IN_STOCK


@pytest.mark.parametrize(
    "action", [a for a in Action if a not in {Action.REGISTER, Action.SPLIT}]
)
def test_nothing_else_happens_to_a_merged_device(action: Action) -> None:
    story = knowing().then(merging())

    reasons = blockers(
        story.device, action, ALICE, a_command(action, SUMMER), story.rules
    )

    assert "void" in {reason.code for reason in reasons}
    assert reasons[0].message == (
        f"Ce matériel a été fusionné avec {KEPT} : tout se note sur celui-ci "
        "(« Défaire la fusion » le reprend)."
    )


@pytest.mark.parametrize("action", [Action.SPLIT, Action.RESTORE])
def test_what_is_in_the_inventory_is_not_brought_back(action: Action) -> None:
    assert knowing().refused(a_command(action, SUMMER)) == {"not_void"}


def test_a_discarded_device_is_restored_and_a_merged_one_split() -> None:
    discarded = knowing().then(discarding())
    merged = knowing().then(merging())

    assert discarded.refused(a_command(Action.SPLIT, SUMMER)) == {"void"}
    assert merged.refused(a_command(Action.RESTORE, SUMMER)) == {"void"}


@pytest.mark.parametrize("command", [merging(by=DORA), discarding(by=DORA)])
def test_a_technician_may_not(command: Command) -> None:
    assert knowing().refused(command) == {"role"}


@pytest.mark.parametrize("command", [merging(by=COMMUNE), discarding(by=COMMUNE)])
def test_a_commune_s_manager_may_until_the_reforme(command: Command) -> None:
    assert knowing().then(command).device.void is not None
    assert knowing().decommissioned(SPRING).refused(command) == {"role"}


def test_from_the_reforme_on_the_fleet_lead_takes_it_out_and_brings_it_back() -> None:
    story = knowing().decommissioned(SPRING).then(discarding(by=BOB))

    assert story.refused(a_command(Action.RESTORE, SUMMER, by=COMMUNE)) == {"role"}
    assert story.then(a_command(Action.RESTORE, SUMMER, by=BOB)).device.void is None


def test_it_is_not_merged_with_itself_nor_with_what_nobody_knows() -> None:
    story = knowing()

    assert story.refused(merging(into=story.device.tag)) == {"same_device"}
    assert story.refused(merging(into="LL-000002-3")) == {"unknown_device"}
    assert story.refused(merging(into="")) == {"missing_field"}


def test_another_owner_s_device_is_as_unknown_as_none() -> None:
    story = knowing(a_kept(LOOS).device)

    assert story.refused(merging()) == {"unknown_device"}


def test_it_is_not_merged_with_what_is_out_itself() -> None:
    story = knowing(a_kept().then(discarding()).device)

    assert story.refused(merging()) == {"void_device"}


@pytest.mark.parametrize("returned", [False, True])
def test_what_was_handed_over_with_its_papers_has_existed(returned: bool) -> None:
    story = knowing().decommissioned(SPRING).ready(SPRING)
    story.handed_over(SPRING, "organisation_gift")
    if returned:
        story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))

    assert story.refused(merging()) == {"has_left"}
    assert story.refused(discarding()) == {"has_left"}


def test_what_was_collected_as_waste_has_existed() -> None:
    story = knowing().decommissioned(SPRING).erased(SPRING)
    story.then(a_command(Action.CONDEMN, SPRING, reason="Cassé"))
    story.then(a_command(Action.PUT_IN_WASTE_LOT, SPRING, lot="P-7"))
    story.filed("collection", SPRING)
    story.then(a_command(Action.COLLECT_WASTE, SPRING, collector="Éco-organisme"))

    assert story.refused(merging()) == {"has_left"}
    assert story.refused(discarding()) == {"has_left"}


def test_a_departure_that_an_import_declared_may_be_its_mistake() -> None:
    gone = registration(
        state=State.WASTE_COLLECTED,
        level=Level.DECLARED,
        source="ab12",
    )
    story = knowing(first=gone)

    assert story.refused(merging()) == {"has_left"}
    assert story.then(discarding()).device.void_kind is VoidKind.DISCARDED


def test_it_never_was_in_the_parc_on_any_day_now_and_was_believed_to_be() -> None:
    story = knowing().then(a_command(Action.ASSIGN, SPRING)).then(merging())
    then = at(date(2026, 6, 30))

    for day in (date(2020, 6, 1), SPRING, SUMMER):
        now = on_day(story.events, day)
        assert now is not None
        assert now.void_kind is VoidKind.MERGED
    known = on_day(story.events, SUMMER, known_at=then)
    assert known is not None
    assert (known.void, known.state) == (None, State.IN_SERVICE)


def test_a_merging_typed_late_leaves_the_states_of_the_days_before() -> None:
    story = knowing().then(a_command(Action.ASSIGN, SUMMER))
    story.then(replace(merging(SPRING), at=at(SUMMER)))

    before = on_day(story.events, SPRING)
    assert before is not None
    assert before.state is State.IN_STOCK
    assert story.device.since == SUMMER


def test_it_is_outside_of_every_year_now_and_was_counted_as_known_then() -> None:
    story = reformed().then(discarding(by=BOB))
    then = at(date(2026, 6, 30))

    assert not judged(story).concerned
    assert judged(story, known_at=then).stocked
    story.then(a_command(Action.RESTORE, SUMMER, by=BOB))
    assert judged(story).stocked


def test_a_gift_that_an_import_declared_by_mistake_leaves_a() -> None:
    story = left(reformed(), SPRING)
    assert judged(story).counted
    declared = [
        event
        if event.action is Action.REGISTER
        else replace(event, level=Level.DECLARED, source="ab12")
        for event in story.events
    ]
    story.events[:] = declared

    story.then(discarding(by=BOB))

    assert not judged(story).concerned


def test_the_origins_of_facts_are_those_of_before() -> None:
    story = knowing().then(a_command(Action.DESCRIBE, SPRING, model="5430"))
    before = sources(story.events)

    assert sources(story.then(merging()).events) == before
    assert sources(story.then(a_command(Action.SPLIT, SUMMER)).events) == before


@given(
    events=lives.histories("T-0"),
    action=st.sampled_from([Action.MERGE, Action.DISCARD]),
    by=st.sampled_from([ALICE, BOB, COMMUNE]),
    day=st.dates(date(2028, 12, 1), date(2031, 12, 31)),
)
def test_whatever_was_lived_out_and_back_is_as_before_for_now_and_for_then(
    events: list[Event], action: Action, by: Actor, day: date
) -> None:
    before = replay(events)
    assert before is not None
    details = {"reason": "Erreur"} | (
        {"into": lives.KEPT.tag} if action is Action.MERGE else {}
    )
    out = decide(before, a_command(action, day, details, by=by), lives.RULES)
    if not isinstance(out, Event):
        return
    voided = replay([*events, out])
    assert voided is not None
    undo = Action.SPLIT if action is Action.MERGE else Action.RESTORE

    back = decide(voided, a_command(undo, day, by=by), lives.RULES)

    assert isinstance(back, Event)
    after = replay([*events, out, back])
    assert after is not None
    assert replace(after, version=before.version) == before
    assert replace(_unmarked(voided), void=None) == _unmarked(before)
    eve = max(event.recorded_at for event in events)
    assert as_known_device([*events, out, back], eve) == as_known_device(events, eve)


def _unmarked(device: Device) -> Device:
    """Leave out what tells of the latest event itself."""
    return replace(
        device,
        version=0,
        latest_action="",
        latest_actor="",
        latest_seq=0,
        before=None,
    )


def _place(device: Device) -> tuple[str | None, int | None]:
    return device.holder, device.site
