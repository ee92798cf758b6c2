"""The history of a device as a timeline: what happened, when, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parc import clock
from parc.domain.device import Device
from parc.domain.events import Event, live
from parc.domain.evolution import evolve
from parc.domain.fields import Field, Json, Kind
from parc.domain.provenance import LINE
from parc.domain.transitions import FACT_FIELDS, TRANSITIONS
from parc.domain.vocabulary import REVERSALS, Action, Level, MediumKind, State
from parc.web import rendering

_FORGOTTEN = "nom effacé"
_IMPORTED = "Import"
_NAMES_IN_DETAILS = frozenset({"tag", "manager", "seq", "media", LINE})
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Names:
    """What opaque ids stand for, as far as it is known and not purged."""

    actors: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[int, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)

    def person(self, key: str | None) -> str:
        """Name a holder; a purged name leaves its opaque id."""
        if not key:
            return ""
        return self.persons.get(key) or f"{key} ({_FORGOTTEN})"

    def actor(self, event: Event) -> str:
        """Name who recorded an event."""
        known = self.actors.get(event.actor)
        if known:
            return known
        return _IMPORTED if event.source else event.actor


@dataclass(frozen=True, slots=True)
class Line:
    """One thing an event says; `before` is what stood there, `document` a file."""

    label: str
    value: str
    before: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as shown, the latest first."""

    seq: int
    action: Action
    effective_on: date
    recorded: str
    actor: str
    state: State
    previous: State | None
    owner: str
    previous_owner: str
    lines: Sequence[Line]
    declared: bool
    source: str | None
    annulled_by: int | None


def timeline(events: Sequence[Event], names: Names) -> list[Entry]:
    """Tell a history, the latest event first; annulled events stay, marked."""
    standing = {event.seq for event in live(events)}
    annulled = {
        int(str(event.details["seq"])): event.seq
        for event in events
        if event.action in REVERSALS
    }
    entries: list[Entry] = []
    device: Device | None = None
    shown: Event | None = None
    for event in events:
        entries.append(_entry(event, shown, device, names, annulled.get(event.seq)))
        if event.seq in standing:
            device = evolve(device, event)
        shown = event
    return entries[::-1]


def value_of(field: Field, value: Json, names: Names) -> str:
    """Write a stored value for a reader."""
    text = str(value)
    match field.kind:
        case Kind.DAY:
            text = rendering.day(text)
        case Kind.MONEY if isinstance(value, int):
            text = rendering.euros(value)
        case Kind.TENTHS if isinstance(value, int):
            text = rendering.number(value / _TENTHS, 1)
        case Kind.YES_NO:
            text = "oui" if value else "non"
        case Kind.SITE if isinstance(value, int):
            text = names.sites.get(value, f"site n° {value}")
        case Kind.PERSON:
            text = names.person(text)
        case Kind.CHOICE if field.name == "manager":
            text = names.owners.get(text, text)
        case Kind.CHOICE if field.name == "category":
            text = names.categories.get(text, text)
        case Kind.CHOICE:
            text = dict(field.choices).get(text, text)
        case _:
            pass
    return text


def lines_of(event: Event, device: Device | None, names: Names) -> list[Line]:
    """List what an event says; `device` is what it happened to, if known."""
    return [*_lines(event, device, names), *_media(event)]


def _entry(
    event: Event,
    shown: Event | None,
    device: Device | None,
    names: Names,
    annulled_by: int | None,
) -> Entry:
    moved = shown is not None and shown.state is not event.state
    given = shown is not None and shown.owner != event.owner
    return Entry(
        seq=event.seq,
        action=event.action,
        effective_on=event.effective_on,
        recorded=_recorded(event),
        actor=names.actor(event),
        state=event.state,
        previous=shown.state if shown and moved else None,
        owner=names.owners.get(event.owner, event.owner),
        previous_owner=names.owners.get(shown.owner, shown.owner)
        if shown and given
        else "",
        lines=lines_of(event, device, names),
        declared=event.level is Level.DECLARED,
        source=event.source,
        annulled_by=annulled_by,
    )


def _recorded(event: Event) -> str:
    """Say when it was typed: the hour, and the day if it was another."""
    when = clock.local(event.recorded_at)
    if when.date() == event.effective_on:
        return f"à {when:%H:%M}"
    return f"le {rendering.instant(event.recorded_at)}"


def _lines(event: Event, device: Device | None, names: Names) -> list[Line]:
    fields = {f.name: f for f in TRANSITIONS[event.action].fields}
    facts = {f.name for f in FACT_FIELDS}
    lines: list[Line] = []
    for name, f in fields.items():
        value = event.details.get(name)
        if value is None or name == "target":
            continue
        if f.kind is Kind.DOCUMENT:
            lines.append(Line(f.label, "ouvrir", document=str(value)))
            continue
        old = device.facts.get(name) if device and name in facts else None
        correcting = event.action is Action.DESCRIBE and old is not None
        before = value_of(f, old, names) if correcting else ""
        lines.append(Line(f.label, value_of(f, value, names), before))
    lines += [
        Line(name, str(value))
        for name, value in event.details.items()
        if name not in fields and name not in _NAMES_IN_DETAILS
    ]
    return lines


def _media(event: Event) -> list[Line]:
    media = event.details.get("media")
    if not isinstance(media, list):
        return []
    return [
        Line("Support", f"{m.get('serial')} ({_kind(m.get('kind'))})")
        for m in media
        if isinstance(m, dict)
    ]


def _kind(value: Json) -> str:
    return rendering.label(MediumKind, str(value or MediumKind.UNKNOWN.value))
