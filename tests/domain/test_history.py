"""Any past day, as known now and as known then."""

import hashlib
import itertools
from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from parc.domain.command import Actor
from parc.domain.device import Device
from parc.domain.events import Event, canonical_details, digest, live
from parc.domain.history import as_known, on_day
from parc.domain.lifecycle import blockers, decide, replay
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import (
    GONE,
    Action,
    EvidenceKind,
    Route,
    State,
)
from tests.factories import (
    ALICE,
    BOB,
    DOCUMENT,
    LOOS,
    TODAY,
    Story,
    a_command,
    at,
    registration,
    some_rules,
)

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def _on(story: Story, day: date, known_at: datetime | None = None) -> Device:
    device = on_day(story.events, day, known_at=known_at)
    assert device is not None
    return device


def test_a_device_is_unknown_before_its_registration() -> None:
    assert on_day(Story().events, date(2020, 3, 1)) is None


def test_a_past_day_shows_the_state_of_that_day() -> None:
    story = Story().then(a_command(Action.ASSIGN, MARCH)).decommissioned(APRIL)

    assert _on(story, MARCH - timedelta(days=1)).state is State.IN_STOCK
    assert _on(story, MARCH).state is State.IN_SERVICE
    assert _on(story, APRIL).state is State.DECOMMISSIONED


def test_a_back_dated_entry_is_seen_now_and_was_not_known_then() -> None:
    story = Story().then(a_command(Action.ASSIGN, MARCH, recorded=MAY))

    assert _on(story, APRIL).state is State.IN_SERVICE
    assert _on(story, APRIL, known_at=at(APRIL)).state is State.IN_STOCK


def test_an_annulled_event_never_was_now_but_was_believed_then() -> None:
    story = Story().then(a_command(Action.ASSIGN, MARCH))
    story.then(a_command(Action.ANNUL, MAY, reason="Mauvais poste"))

    assert _on(story, APRIL).state is State.IN_STOCK
    assert _on(story, APRIL, known_at=at(APRIL)).state is State.IN_SERVICE


def test_a_corrected_fact_keeps_its_old_value_for_older_days() -> None:
    story = Story().then(a_command(Action.DESCRIBE, APRIL, model="Latitude 5430"))

    assert _on(story, MARCH).text_fact("model") == "Latitude 5420"
    assert _on(story, APRIL).text_fact("model") == "Latitude 5430"


def test_what_is_noted_late_of_an_earlier_day_keeps_that_day_s_state() -> None:
    story = Story().then(a_command(Action.ASSIGN, APRIL))
    story.then(a_command(Action.DESCRIBE, MARCH, model="5430", recorded=MAY))

    before, after = _on(story, MARCH), _on(story, APRIL)
    assert (before.state, before.text_fact("model")) == (State.IN_STOCK, "5430")
    assert (after.state, after.text_fact("model")) == (State.IN_SERVICE, "5430")


def test_the_hash_covers_every_field_and_the_predecessor() -> None:
    event = registration()
    details = canonical_details(event.details)
    reference = digest("1", event, details, "0" * 64)

    assert digest("2", event, details, "0" * 64) != reference
    assert digest("1", event, details, "1" * 64) != reference
    assert digest("1", event, details + " ", "0" * 64) != reference
    for change in (
        {"seq": 2},
        {"action": Action.RECEIVE},
        {"effective_on": MARCH},
        {"recorded_at": at(MAY)},
        {"actor": "U-2"},
        {"state": State.ORDERED},
        {"owner": LOOS},
        {"source": "i9"},
    ):
        changed = Event(**({name: getattr(event, name) for name in _NAMES} | change))
        assert digest("1", changed, details, "0" * 64) != reference, change


def test_the_hash_is_the_same_on_every_machine() -> None:
    event = Event(
        1, Action.REGISTER, MARCH, at(MARCH), "U-1", State.IN_STOCK, "24620036400015"
    )
    written_out = (
        "0" * 64
        + "\x1f1\x1f1\x1fregister\x1f2026-03-01\x1f2026-03-01T12:00:00.000000+00:00"
        + "\x1fU-1\x1fin_stock\x1f24620036400015\x1fdocumented\x1f\x1f{}"
    )

    expected = hashlib.sha256(written_out.encode()).hexdigest()
    assert digest("1", event, canonical_details({}), "0" * 64) == expected


_NAMES = (
    "seq",
    "action",
    "effective_on",
    "recorded_at",
    "actor",
    "state",
    "owner",
    "level",
    "source",
    "details",
)
_OUTSIDE = GONE
KEPT = Story(registration(tag="LL-000001-K")).device


class Life(RuleBasedStateMachine):
    """Random commands of two people on one device, days going forward."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.day = date(2023, 1, 1)

    @initialize()
    def begins(self) -> None:
        rules = some_rules(others=[KEPT])
        self.story = Story(registration(date(2023, 1, 1)), rules)

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), TODAY)

    @rule(
        action=st.sampled_from([a for a in Action if a is not Action.REGISTER]),
        by=st.sampled_from([ALICE, BOB]),
        route=st.sampled_from(list(Route)),
        kind=st.sampled_from(list(EvidenceKind)),
        choice=st.integers(0, 1),
    )
    def somebody_tries(
        self, action: Action, by: Actor, route: Route, kind: EvidenceKind, choice: int
    ) -> None:
        raw = self._details(action, route, kind, choice)
        command = a_command(action, self.day, raw, by=by)
        device = self.story.device
        decided = decide(device, command, self.story.rules)
        if isinstance(decided, Event):
            self.story.events.append(decided)
            assert decided.seq == device.version + 1
        else:
            assert decided, "a refusal has reasons"
            open_now = not blockers(
                device, action, command.actor, command, self.story.rules
            )
            if open_now:
                # Nothing bars the action itself, so only inputs are at fault.
                assert all(reason.field or reason.code for reason in decided)

    def _details(
        self, action: Action, route: Route, kind: EvidenceKind, choice: int
    ) -> dict[str, object]:
        row = TRANSITIONS[action]
        made: dict[str, object] = {
            "reason": "Motif",
            "act_number": "1",
            "act_on": self.day.isoformat(),
            "dated_on": self.day.isoformat(),
            "due_on": self.day.isoformat(),
            "document": DOCUMENT,
            "kind": kind.value,
            "serial": "S29NNXAH146409",
            "outcome": ("erased_verified", "destroyed")[choice],
            "route": route.value,
            "taker": "Les Ateliers",
            "taker_siret": LOOS,
            "lot": "P-7",
            "collector": "Éco-organisme",
            "complaint": "42",
            "into": KEPT.tag,
        }
        if row.targets:
            made["target"] = row.targets[choice % len(row.targets)].value
        if action is Action.SETTLE_MEDIUM:
            made["kind"] = "ssd"
        names = {field.name for field in row.fields}
        if action is Action.DESCRIBE:
            names = {"model"}
            made["model"] = f"Modèle {choice}"
        return {name: value for name, value in made.items() if name in names}

    @invariant()
    def replay_equals_the_present(self) -> None:
        events = self.story.events
        assert replay(events) == self.story.device
        assert on_day(events, TODAY) is not None
        assert live(events)[0].seq == 1

    @invariant()
    def nothing_is_outside_with_unsettled_media(self) -> None:
        device = self.story.device
        if device.state in _OUTSIDE:
            assert device.unsettled_media == ()

    @invariant()
    def what_is_known_only_grows(self) -> None:
        events = self.story.events
        instants: list[datetime] = sorted({event.recorded_at for event in events})
        for instant in instants[-2:]:
            assert len(as_known(events, instant)) <= len(events)

    @invariant()
    def steps_go_forward_in_time(self) -> None:
        steps = self.story.device.steps
        assert all(a.on <= b.on for a, b in itertools.pairwise(steps))


TestLife = Life.TestCase
