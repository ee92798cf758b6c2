"""A history told by another parc is one that the lifecycle could have written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.events import Event
from parc.domain.fields import Json
from parc.domain.legal_history import Judge
from parc.domain.lifecycle import replay
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Level, State
from tests.factories import (
    ALICE,
    BOB,
    LENS,
    LOOS,
    TODAY,
    Story,
    a_command,
    at,
    registration,
    some_rules,
)

TAG = "LL-004217-F"
MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)
JUDGE = Judge(some_rules(), at(TODAY))


def fault(events: Sequence[Event], tag: str = TAG) -> tuple[int, str]:
    """Give where a history is wrong and why; it must be."""
    found = JUDGE.fault(tag, events)
    assert found is not None
    return found.index, found.message


def given_away() -> Story:
    """Give a laptop through réforme, erasure and gift, with a mistake put right."""
    story = Story()
    story.then(a_command(Action.ASSIGN, MARCH, holder="P-AL1CE000"))
    story.then(a_command(Action.SEND_TO_REPAIR, MARCH, reason="Écran cassé"))
    story.then(a_command(Action.ANNUL, MARCH, reason="Ce n'était pas lui"))
    story.then(a_command(Action.RETURN, MARCH, target="in_stock"))
    story.decommissioned(MARCH).ready(MARCH)
    story.filed("lot", MARCH)
    return story.handed_over(APRIL, "organisation_gift")


def changed(story: Story, index: int, **values: object) -> list[Event]:
    """Change something of one event."""
    events = list(story.events)
    events[index] = replace(events[index], **values)  # type: ignore[arg-type]
    return events


def detailed(story: Story, index: int, **details: Json) -> list[Event]:
    """Change some details of one event."""
    return changed(story, index, details={**story.events[index].details, **details})


def test_what_the_lifecycle_wrote_is_legal() -> None:
    assert JUDGE.fault(TAG, given_away().events) is None


def test_a_public_transfer_to_an_owner_of_this_parc_is_legal() -> None:
    story = Story().decommissioned(MARCH).ready(MARCH)
    story.filed("lot", MARCH)
    story.handed_over(APRIL, "public_transfer", taker_siret=LOOS)
    assert (story.device.state, story.device.owner) == (State.IN_STOCK, LOOS)

    assert JUDGE.fault(TAG, story.events) is None
    assert fault(changed(story, -1, owner=LENS))[0] == len(story.events) - 1


def test_a_past_that_an_import_declared_is_legal() -> None:
    past = date(2020, 3, 2)
    story = Story(
        registration(state=State.IN_SERVICE, level=Level.DECLARED, source="ab12")
    )
    for action in (Action.DECOMMISSION, Action.CONDEMN, Action.COLLECT_WASTE):
        if action is not Action.CONDEMN:
            story.then(a_command(action, past, level=Level.DECLARED, source="ab12"))

    assert story.device.state is State.WASTE_COLLECTED
    assert JUDGE.fault(TAG, story.events) is None


def test_the_line_of_an_imported_file_may_be_noted() -> None:
    story = Story(registration(source="ab12"))

    assert JUDGE.fault(TAG, detailed(story, 0, source_line=7)) is None


@pytest.mark.parametrize(
    ("state", "level", "is_legal"),
    [
        (State.IN_SERVICE, Level.DOCUMENTED, True),
        (State.RECYCLED, Level.DECLARED, True),
        (State.RECYCLED, Level.DOCUMENTED, False),
        (State.HANDED_OVER, Level.DECLARED, False),
    ],
)
def test_an_import_registers_what_it_may_declare(
    state: State, level: Level, is_legal: bool
) -> None:
    story = Story(registration(source="ab12"))

    events = changed(story, 0, state=state, level=level)

    assert (JUDGE.fault(TAG, events) is None) is is_legal


def no_events(_: Story) -> list[Event]:
    return []


def without_the_second(story: Story) -> list[Event]:
    return [event for event in story.events if event.seq != 2]


def renumbered_without_the_second(story: Story) -> list[Event]:
    kept = without_the_second(story)
    return [replace(event, seq=n) for n, event in enumerate(kept, 1)]


def registered_twice(story: Story) -> list[Event]:
    return [story.events[0], replace(story.events[0], seq=2)]


def never_registered(story: Story) -> list[Event]:
    return [replace(story.events[1], seq=1)]


WRONG: dict[str, tuple[Callable[[Story], list[Event]], int]] = {
    "nothing": (no_events, 0),
    "one is missing": (without_the_second, 1),
    "one was taken out": (renumbered_without_the_second, 2),
    "registered twice": (registered_twice, 1),
    "never registered": (never_registered, 0),
    "effective in the future": (
        lambda s: changed(
            s, -1, effective_on=TODAY + timedelta(days=1), recorded_at=at(TODAY)
        ),
        -1,
    ),
    "recorded in the future": (
        lambda s: changed(s, -1, recorded_at=at(TODAY, 13)),
        -1,
    ),
    "recorded before the previous one": (
        lambda s: changed(s, -1, recorded_at=at(APRIL, 11)),
        -1,
    ),
    "recorded before it happened": (
        lambda s: changed(s, -1, effective_on=APRIL + timedelta(days=2)),
        -1,
    ),
    "effective before the previous state": (
        lambda s: changed(s, -1, effective_on=date(2026, 2, 1)),
        -1,
    ),
    "declared by hand": (lambda s: changed(s, -1, level=Level.DECLARED), -1),
    "a state that the action does not lead to": (
        lambda s: changed(s, 1, state=State.ON_LOAN),
        1,
    ),
    "a state where nothing changes it": (
        lambda s: changed(s, -2, state=State.OFFERED),
        -2,
    ),
    "another target than said": (lambda s: changed(s, 4, state=State.TO_QUALIFY), 4),
    "a registration that is réformé, by hand": (
        lambda s: changed(s, 0, state=State.DECOMMISSIONED),
        0,
    ),
    "an action that is not possible from there": (
        lambda s: changed(
            s, 1, action=Action.RECONDITION, state=State.RECONDITIONING, details={}
        ),
        1,
    ),
    "another owner": (lambda s: changed(s, 1, owner=LOOS), 1),
    "an annulment that annuls another one": (lambda s: detailed(s, 3, seq=2), 3),
    "an annulment that leads elsewhere": (
        lambda s: changed(s, 3, state=State.IN_STOCK),
        3,
    ),
    "another tag": (lambda s: detailed(s, 0, tag="LL-000001-7"), 0),
    "a manager that is no SIRET": (lambda s: detailed(s, 0, manager="1"), 0),
    "a detail that nobody asks for": (lambda s: detailed(s, 2, holder="P-AL1CE000"), 2),
    "a number that is a text": (lambda s: detailed(s, 0, price_cents="12"), 0),
    "a text that is a number": (lambda s: detailed(s, 0, serial=12), 0),
    "a text with spaces around": (lambda s: detailed(s, 0, serial=" 640HP72"), 0),
    "a text too long": (lambda s: detailed(s, 0, serial="x" * 201), 0),
    "an unknown category": (lambda s: detailed(s, 0, category="toaster"), 0),
    "a day that does not exist": (
        lambda s: detailed(s, 0, acquired_on="2020-02-30"),
        0,
    ),
    "a holder that is a name": (lambda s: detailed(s, 1, holder="Alice Martin"), 1),
    "a number of a site": (lambda s: detailed(s, 1, site=3), 1),
    "media that are no list": (lambda s: detailed(s, 0, media="SSD"), 0),
    "media without serial": (lambda s: detailed(s, 0, media=[{"kind": "ssd"}]), 0),
    "media of an unknown kind": (
        lambda s: detailed(s, 0, media=[{"serial": "1", "kind": "x"}]),
        0,
    ),
    "media that are texts": (lambda s: detailed(s, 0, media=["1"]), 0),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_parc_would_not_have_written_is_found_where_it_is(name: str) -> None:
    story = given_away()
    change, index = WRONG[name]
    events = change(story)

    where, message = fault(events)

    assert where == index % max(len(events), 1)
    assert message.endswith(".")


def test_required_details_are_required() -> None:
    story = given_away()

    events = changed(story, 2, details={})

    assert fault(events) == (2, "Détails : « Panne constatée » est à renseigner.")


def test_an_annulment_before_anything_else_is_wrong() -> None:
    story = Story()
    annulment = replace(
        story.events[0],
        seq=2,
        action=Action.ANNUL,
        details={"seq": 1, "reason": "Essai"},
    )

    assert fault([*story.events, annulment]) == (
        1,
        "L'enregistrement ne s'annule pas.",
    )


@pytest.mark.parametrize("undone", [False, True])
def test_a_device_out_of_the_inventory_is_legal_and_so_is_its_coming_back(
    undone: bool,
) -> None:
    story = Story().then(a_command(Action.DISCARD, MARCH, reason="Essai"))
    if undone:
        story.then(a_command(Action.RESTORE, APRIL))
        story.then(a_command(Action.ASSIGN, APRIL))

    assert JUDGE.fault(TAG, story.events) is None


def test_nothing_happens_to_a_device_that_was_discarded() -> None:
    story = Story().then(a_command(Action.DISCARD, MARCH, reason="Essai"))
    moved = replace(story.events[1], seq=3, action=Action.MOVE, details={})

    assert fault([*story.events, moved]) == (
        2,
        "Ce matériel a été écarté de l'inventaire (« Rétablir » le reprend).",
    )


def test_what_is_in_the_inventory_is_not_brought_back() -> None:
    story = Story()
    back = replace(story.events[0], seq=2, action=Action.SPLIT, details={"seq": 1})

    assert fault([*story.events, back]) == (
        1,
        "« Défaire la fusion » : rien à défaire.",
    )


def test_only_the_discarding_itself_is_taken_back() -> None:
    story = Story().then(a_command(Action.DISCARD, MARCH, reason="Essai"))
    story.then(a_command(Action.RESTORE, APRIL))

    assert fault(detailed(story, 2, seq=1)) == (
        2,
        "Seul le dernier événement s'annule.",
    )


def test_a_device_does_not_leave_with_a_medium_that_nobody_settled() -> None:
    story = given_away()
    kept = [e for e in story.events if e.action is not Action.SETTLE_MEDIUM]
    events = [
        replace(event, seq=n, details={**event.details, "seq": 3})
        if event.action is Action.ANNUL
        else replace(event, seq=n)
        for n, event in enumerate(kept, 1)
    ]

    assert "support non traité" in fault(events)[1]


def test_a_device_that_is_found_goes_back_to_where_it_was() -> None:
    story = Story().decommissioned(MARCH)
    story.then(a_command(Action.REPORT_MISSING, MARCH, reason="Introuvable"))
    story.then(a_command(Action.FIND, APRIL))

    assert JUDGE.fault(TAG, story.events) is None
    assert fault(changed(story, -1, state=State.TO_QUALIFY))[0] == 4


NAMES = st.sampled_from(
    sorted(
        {f.name for row in TRANSITIONS.values() for f in row.fields}
        | {"media", "manager", "tag", "seq", "site"}
    )
)
VALUES: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from((LENS, LOOS, "public_transfer", "in_stock", "2026-03-02", TAG)),
    st.text(max_size=5),
    st.integers(),
    st.booleans(),
    st.lists(st.dictionaries(NAMES, st.text(max_size=3), max_size=2), max_size=2),
)


@given(
    st.lists(
        st.builds(
            replace,
            st.sampled_from(given_away().events),
            seq=st.integers(1, 4),
            action=st.sampled_from(Action),
            state=st.sampled_from(State),
            owner=st.sampled_from((LENS, LOOS)),
            level=st.sampled_from(Level),
            source=st.sampled_from((None, "ab12")),
            details=st.dictionaries(NAMES, VALUES, max_size=4),
        ),
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_whatever_is_told_is_judged_and_what_is_legal_replays(
    told: list[Event], kept: int
) -> None:
    events = [*given_away().events[:kept], *told]

    found = JUDGE.fault(TAG, events)

    if found is None:
        device = replay(events)
        assert device is not None
        assert (device.state, device.owner) == (events[-1].state, events[-1].owner)
    else:
        assert 0 <= found.index < max(len(events), 1)
        assert found.message.endswith(".")


@pytest.mark.parametrize("tag", ["", "SansChiffre", "a/1", "é1", "x1 ", "1" * 41])
def test_a_tag_is_one_that_can_be_an_address(tag: str) -> None:
    assert fault([registration(tag=tag)], tag)[1].startswith("Étiquette attendue")


def test_who_did_what_is_left_to_the_parc_that_recorded_it() -> None:
    story = Story().decommissioned(MARCH)

    assert {event.actor for event in story.events} == {ALICE.id, BOB.id}
    assert JUDGE.fault(TAG, changed(story, -1, actor=ALICE.id)) is None
