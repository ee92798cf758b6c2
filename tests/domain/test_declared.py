"""What a row declares of the past becomes the fewest events that say it."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.declared import declared_past, opening
from parc.domain.declared_checks import contradictions, too_recent
from parc.domain.events import Event
from parc.domain.intake import Destination, DeviceRecord, facts_of
from parc.domain.lifecycle import decide, register, replay
from parc.domain.vocabulary import Action, Level, Route, State
from tests.domain.records import a_record
from tests.factories import ALICE, FIRST_DAY, LENS, TODAY, a_command, some_rules

BOUGHT = date(2015, 9, 1)
REFORMED = date(2022, 5, 3)
LEFT = date(2022, 9, 12)


def steps(record: DeviceRecord) -> list[tuple[Action, date]]:
    """List the declared events after the opening."""
    return [(step.action, step.on) for step in declared_past(record, TODAY)]


def history(record: DeviceRecord) -> list[Event]:
    """Let the domain judge what a row declares, as an import does."""
    rules = some_rules()
    state, day = opening(record, TODAY)
    source, level = "import-1", Level.DECLARED
    somebody = replace(ALICE, roles=frozenset())

    def command(action: Action, on: date, given: dict[str, object]) -> object:
        return a_command(
            action, on, given, by=somebody, level=level, source=source, recorded=TODAY
        )

    details = {"category": "laptop", **facts_of(record), "target": state.value}
    first = register(
        "PC-17",
        LENS,
        LENS,
        command(Action.REGISTER, day, details),  # type: ignore[arg-type]
        rules,
    )
    assert isinstance(first, Event), first
    events = [first]
    for step in declared_past(record, TODAY):
        device = replay(events)
        assert device is not None
        asked = command(step.action, step.on, dict(step.details))
        decided = decide(device, asked, rules)  # type: ignore[arg-type]
        assert isinstance(decided, Event), (step, decided)
        events.append(decided)
    return events


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, State.IN_STOCK),
        ({"holder_name": "Hélène Dupont"}, State.IN_SERVICE),
        ({"state": State.ON_LOAN}, State.ON_LOAN),
        ({"state": State.IN_STOCK, "holder_name": "Hélène Dupont"}, State.IN_STOCK),
        ({"state": State.ORDERED}, State.ORDERED),
        ({"state": State.DECOMMISSIONED}, State.IN_SERVICE),
        ({"state": State.RECYCLED}, State.IN_SERVICE),
        ({"state": State.IN_STOCK, "decommissioned_on": REFORMED}, State.IN_SERVICE),
        ({"destination": Destination.STOLEN}, State.IN_SERVICE),
    ],
)
def test_a_device_enters_in_the_state_of_its_time(
    said: dict[str, object], expected: State
) -> None:
    assert opening(a_record(**said), TODAY)[0] is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, TODAY),
        ({"acquired_on": BOUGHT}, BOUGHT),
        ({"acquired_on": BOUGHT, "commissioned_on": REFORMED}, REFORMED),
        ({"manufactured_on": BOUGHT}, BOUGHT),
        ({"decommissioned_on": REFORMED}, REFORMED),
        ({"destination": Destination.STOLEN, "handed_over_on": LEFT}, LEFT),
        ({"state": State.ORDERED, "acquired_on": date(2027, 2, 1)}, TODAY),
    ],
)
def test_it_enters_on_the_first_day_that_the_row_knows(
    said: dict[str, object], expected: date
) -> None:
    assert opening(a_record(**said), TODAY)[1] == expected


@pytest.mark.parametrize("state", [None, *State])
def test_without_a_past_nothing_follows(state: State | None) -> None:
    assert steps(a_record(state=state, acquired_on=BOUGHT)) == []


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (State.DECOMMISSIONED, []),
        (State.RECONDITIONING, [Action.RECONDITION]),
        (State.READY, [Action.RECONDITION, Action.DECLARE_READY]),
        (State.TO_RECYCLE, [Action.CONDEMN]),
        (State.DISMANTLED, [Action.DISMANTLE]),
        (State.OFFERED, [Action.RECONDITION, Action.DECLARE_READY]),
        (State.RESERVED, [Action.RECONDITION, Action.DECLARE_READY]),
        (State.IN_WASTE_LOT, [Action.CONDEMN]),
    ],
)
def test_a_reforme_goes_on_to_where_the_device_is_held(
    state: State, actions: list[Action]
) -> None:
    record = a_record(acquired_on=BOUGHT, decommissioned_on=REFORMED, state=state)

    assert steps(record) == [
        (action, REFORMED) for action in [Action.DECOMMISSION, *actions]
    ]
    device = replay(history(record))
    assert device is not None
    assert device.decommissioned_on == REFORMED


@pytest.mark.parametrize(
    ("destination", "route"),
    [
        (Destination.ASSOCIATION_GIFT, Route.ORGANISATION_GIFT),
        (Destination.SCHOOL_GIFT, Route.ORGANISATION_GIFT),
        (Destination.STAFF_GIFT, Route.STAFF_GIFT),
        (Destination.PUBLIC_TRANSFER, Route.PUBLIC_TRANSFER),
        (Destination.SALE, Route.SALE),
        (Destination.PRODUCER_TAKEBACK, Route.PRODUCER_TAKEBACK),
        (Destination.SUPPLIER_TAKEBACK, Route.SUPPLIER_TAKEBACK),
    ],
)
def test_each_destination_for_reuse_has_its_legal_route(
    destination: Destination, route: Route
) -> None:
    record = a_record(
        acquired_on=BOUGHT,
        decommissioned_on=REFORMED,
        destination=destination,
        handed_over_on=LEFT,
        beneficiary="Emmaüs Connect",
    )

    device = replay(history(record))

    assert device is not None
    (hand_over,) = device.hand_overs
    assert (hand_over.route, hand_over.on, hand_over.level) == (
        route,
        LEFT,
        Level.DECLARED,
    )
    assert (device.state, device.owner) == (State.HANDED_OVER, LENS)


@pytest.mark.parametrize(
    ("destination", "state"),
    [
        (Destination.RECYCLING, State.WASTE_COLLECTED),
        (Destination.MISSING, State.MISSING),
        (Destination.STOLEN, State.STOLEN),
    ],
)
def test_other_ends_are_recorded_on_their_day(
    destination: Destination, state: State
) -> None:
    record = a_record(
        acquired_on=BOUGHT,
        decommissioned_on=REFORMED,
        destination=destination,
        handed_over_on=LEFT,
    )

    last = history(record)[-1]

    assert (last.state, last.effective_on) == (state, LEFT)


def test_an_agent_who_received_a_device_is_not_named() -> None:
    record = a_record(
        decommissioned_on=REFORMED,
        destination=Destination.STAFF_GIFT,
        handed_over_on=LEFT,
        beneficiary="Hélène Dupont",
        holder_name="Hélène Dupont",
    )

    assert "Dupont" not in repr(history(record))


def test_commitment_and_proof_surround_the_hand_over() -> None:
    record = a_record(
        decommissioned_on=REFORMED,
        destination=Destination.SALE,
        handed_over_on=LEFT,
        commitment_on=date(2022, 9, 1),
        proof_on=date(2022, 12, 1),
    )

    device = replay(history(record))

    assert [action for action, _ in steps(record)] == [
        Action.DECOMMISSION,
        Action.FILE_EVIDENCE,
        Action.HAND_OVER,
        Action.FILE_EVIDENCE,
    ]
    assert device is not None
    assert device.hand_overs[0].commitment_on == date(2022, 9, 1)
    assert device.hand_overs[0].proof_on == date(2022, 12, 1)


@st.composite
def pasts(draw: st.DrawFn) -> DeviceRecord:
    """Draw a row whose dates mostly follow one another."""
    day = st.dates(date(2010, 1, 1), date(2027, 1, 31))
    drawn = draw(st.lists(day, min_size=7, max_size=7))
    if draw(st.booleans()):
        drawn.sort()
    names = (
        "manufactured_on",
        "acquired_on",
        "commissioned_on",
        "decommissioned_on",
        "commitment_on",
        "handed_over_on",
        "proof_on",
    )
    said: dict[str, object] = dict(zip(names, drawn, strict=True))
    for name in draw(st.sets(st.sampled_from(names))):
        said[name] = None
    return a_record(
        **said,
        state=draw(st.none() | st.sampled_from(State)),
        destination=draw(st.none() | st.sampled_from(Destination)),
        holder_name=draw(st.sampled_from([None, "Accueil"])),
        beneficiary=draw(st.sampled_from([None, "Emmaüs Connect"])),
    )


@given(pasts())
def test_what_the_checks_let_through_the_lifecycle_accepts(
    record: DeviceRecord,
) -> None:
    told = [*contradictions(record, TODAY), *too_recent(record, TODAY, FIRST_DAY)]
    if told:
        return

    events = history(record)

    assert all(event.level is Level.DECLARED for event in events)
    dated = [e.effective_on for e in events if e.action is not Action.FILE_EVIDENCE]
    assert all(before <= after for before, after in pairwise(dated))
