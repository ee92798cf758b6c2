"""Is a finished history one that parc could have written? What another parc tells."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from parc.domain.command import Rules
from parc.domain.device import Device
from parc.domain.events import Event, canonical_details
from parc.domain.evolution import evolve
from parc.domain.fields import Field, Json, Kind, choices_of, parse
from parc.domain.lifecycle import OPENING_STATES, fields_of
from parc.domain.transition import Transition
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import (
    GONE,
    REVERSALS,
    Action,
    Level,
    MediumKind,
    Route,
    State,
)
from parc.domain.voiding import why_out

_TAG = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z][0-9A-Za-z._-]{0,39}", re.ASCII)
"""A tag that can be an address; with a digit, for no page's name has one."""

_REMARKS = (Field("source_line", "Ligne du fichier importé", Kind.INTEGER),)
"""What imports note beside the facts."""

_ADDED: Mapping[Action, tuple[Field, ...]] = {
    Action.REGISTER: (
        Field("tag", "Étiquette", required=True),
        Field("manager", "Gestionnaire", Kind.SIRET, required=True),
    ),
} | dict.fromkeys(
    REVERSALS, (Field("seq", "Événement annulé", Kind.INTEGER, required=True),)
)
"""What the lifecycle adds by itself to what a person fills in."""

_MEDIUM = (
    Field("serial", "Numéro de série d'un support", required=True),
    Field("kind", "Type de support", Kind.CHOICE, choices=choices_of(MediumKind)),
    Field("capacity_gb", "Capacité (Go)", Kind.INTEGER),
)
_NEEDS_A_HAND_OVER = frozenset({State.HANDED_OVER, State.REUSE_PROVED})
_WRONG_STATE = "La situation ou le propriétaire n'est pas ce que donne cet événement."
_CLOCKS_APART = timedelta(days=1)
"""A French day begins before the day of the same name in UTC."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the event at `index`, in French."""

    index: int
    message: str


class Judge:
    """Judges histories against the lifecycle table, the categories and the clock.

    The law of the day, the roles and the papers were judged where each event was
    recorded; they are not judged again.
    """

    def __init__(self, rules: Rules, now: datetime) -> None:
        self._rules = rules
        self._now = now
        self._fields: dict[Action, tuple[Field, ...]] = {}

    def fault(self, tag: str, events: Sequence[Event]) -> Fault | None:
        """Find the first event that parc would not have written so; None: all is well.

        Events are the whole history of the device under `tag`, without their sites.
        """
        if message := _wrong_tag(tag):
            return Fault(0, message)
        device: Device | None = None
        before = datetime.min.replace(tzinfo=UTC)
        for index, event in enumerate(events):
            message = (
                _wrong_order(index, event)
                or self._wrong_time(event, before)
                or self._wrong_details(event)
                or _wrong_step(tag, device, event)
            )
            if message:
                return Fault(index, message)
            try:
                device = _after(device, event)
            except (KeyError, ValueError, IndexError, TypeError):
                return Fault(index, "Cet événement ne se rejoue pas.")
            before = event.recorded_at
        last = max(len(events) - 1, 0)
        message = _wrong_end(device, events)
        return Fault(last, message) if message else None

    def _wrong_time(self, event: Event, before: datetime) -> str:
        if event.effective_on > self._rules.today or event.recorded_at > self._now:
            return "Cet événement est dans le futur."
        if event.recorded_at < before:
            return "Cet événement est inscrit avant celui qui le précède."
        if event.effective_on > (event.recorded_at + _CLOCKS_APART).date():
            return "Cet événement est inscrit avant le jour où il prend effet."
        if event.level is Level.DECLARED and event.source is None:
            return "Seul un import peut déclarer sans justificatif."
        return ""

    def _wrong_details(self, event: Event) -> str:
        given = dict(event.details)
        media = given.pop("media", None) if event.action is Action.REGISTER else None
        lenient = event.level is Level.DECLARED and event.action is not Action.REGISTER
        message = _misread(self._fields_of(event.action), given, lenient=lenient)
        if message or media is None:
            return message
        return _wrong_media(media)

    def _fields_of(self, action: Action) -> tuple[Field, ...]:
        if action not in self._fields:
            fields = fields_of(TRANSITIONS[action], self._rules)
            left_out = {"site"} | ({"target"} if action is Action.REGISTER else set())
            self._fields[action] = tuple(
                # Managers may be told of further down in the same file.
                replace(field, kind=Kind.SIRET) if field.name == "manager" else field
                for field in (*fields, *_ADDED.get(action, ()), *_REMARKS)
                if field.name not in left_out
            )
        return self._fields[action]


def _misread(
    fields: tuple[Field, ...], given: Mapping[str, Json], *, lenient: bool = False
) -> str:
    """Say what details hold that typing them again would not give."""
    typed, refusals = parse(fields, given, lenient=lenient)
    if refusals:
        return f"Détails : {refusals[0].message}"
    if canonical_details(typed) != canonical_details(given):
        return "Détails : une valeur n'est pas écrite comme parc l'écrit."
    return ""


def _wrong_media(media: Json) -> str:
    if not isinstance(media, list):
        return "Détails : une liste de supports est attendue."
    for medium in media:
        if not isinstance(medium, dict):
            return "Détails : une liste de supports est attendue."
        # What a registration leaves unsaid is kept as such.
        said = {key: value for key, value in medium.items() if value is not None}
        if message := _misread(_MEDIUM, said):
            return message
    return ""


def _wrong_tag(tag: str) -> str:
    if _TAG.fullmatch(tag):
        return ""
    return (
        "Étiquette attendue : 40 signes au plus, lettres sans accent, chiffres, points "
        "et tirets, dont au moins un chiffre."
    )


def _wrong_order(index: int, event: Event) -> str:
    if event.seq != index + 1:
        return f"Événement n° {index + 1} attendu : il en manque, ou l'ordre a changé."
    if (event.action is Action.REGISTER) != (index == 0):
        return "Une histoire commence par son enregistrement, et n'en a qu'un."
    return ""


def _wrong_step(tag: str, device: Device | None, event: Event) -> str:
    if device is None:
        return _wrong_opening(tag, event)
    transition = TRANSITIONS[event.action]
    sources = transition.sources
    if event.level is Level.DECLARED:
        sources |= transition.declared_sources
    if device.state not in sources:
        return (
            f"« {event.action.label} » n'est pas possible depuis l'état "
            f"« {device.state.label} »."
        )
    if device.void_kind is not transition.from_void:
        out = why_out(device)
        return out.message if out else f"« {event.action.label} » : rien à défaire."
    if event.action in REVERSALS:
        return _wrong_annulment(device, event)
    if transition.changes_state and event.effective_on < device.since:
        return "Cet événement prend effet avant le changement d'état précédent."
    expected = _expected(device, transition, event)
    return "" if (event.state, event.owner) in expected else _WRONG_STATE


def _wrong_opening(tag: str, event: Event) -> str:
    if event.details.get("tag") != tag:
        return "L'enregistrement est celui d'une autre étiquette."
    states: Collection[State] = TRANSITIONS[Action.REGISTER].targets
    if event.source is not None:
        # An import registers the state that its file declares (decision D11).
        declared = frozenset(State) - _NEEDS_A_HAND_OVER
        states = declared if event.level is Level.DECLARED else OPENING_STATES
    return "" if event.state in states else _WRONG_STATE


def _expected(
    device: Device, transition: Transition, event: Event
) -> set[tuple[State, str]]:
    """Give the states and owners that an event may leave a device in."""
    details = event.details
    if not transition.targets:
        return {(device.state, device.owner)}
    if event.action is Action.FIND:
        found = State.DECOMMISSIONED if device.decommissioned_on else State.TO_QUALIFY
        return {(found, device.owner)}
    target = details.get("target", transition.targets[0])
    expected = {(s, device.owner) for s in transition.targets if s.value == target}
    if details.get("route") == Route.PUBLIC_TRANSFER and "taker_siret" in details:
        # Whether the receiver used this parc too on that day is told by the owner.
        expected.add((State.IN_STOCK, str(details["taker_siret"])))
    return expected


def _wrong_annulment(device: Device, event: Event) -> str:
    before = device.before
    if before is None:
        return "L'enregistrement ne s'annule pas."
    if event.details.get("seq") != device.latest_seq:
        return "Seul le dernier événement s'annule."
    if (event.state, event.owner) != (before.state, before.owner):
        return _WRONG_STATE
    return ""


def _wrong_end(device: Device | None, events: Sequence[Event]) -> str:
    if device is None:
        return "Aucun événement."
    documented = all(event.level is Level.DOCUMENTED for event in events)
    if device.state in GONE and documented and device.unsettled_media:
        return "Ce matériel est parti avec un support non traité."
    return ""


def _after(device: Device | None, event: Event) -> Device:
    """Apply an event, an annulment too, to the device as it stands."""
    if event.action in REVERSALS and device is not None and device.before:
        return replace(device.before, version=event.seq)
    return evolve(device, event)
