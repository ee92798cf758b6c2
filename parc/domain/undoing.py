"""What undoing an import would do to one device: its way back, or why there is none.

Nothing is erased: what the import did is compensated by further events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parc.domain.device import Device
from parc.domain.events import Event, live
from parc.domain.fields import Json
from parc.domain.provenance import sources
from parc.domain.transitions import FACT_FIELDS, FACT_NAMES
from parc.domain.vocabulary import Action, VoidKind

_MOST_NAMED = 3
_LABELS = {field.name: field.label for field in FACT_FIELDS}
_TELLS_FACTS = frozenset({Action.REGISTER, Action.DESCRIBE})


class Course(StrEnum):
    """What is to be done with a device."""

    DISCARD = "discard"
    SET_BACK = "set_back"
    NOTHING = "nothing"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class WayBack:
    """The course for one device, with what a person should know of it.

    `facts` are the values to give back, `valueless` the fields that had none: only
    annulling empties them. `annuls`: the import's event is the latest and can be
    taken back whole. `reasons` say in French why the device, or some of its fields,
    are left as they are.
    """

    course: Course
    facts: Mapping[str, Json] | None = None
    annuls: bool = False
    valueless: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def way_back(events: Sequence[Event], device: Device, source: str) -> WayBack:
    """Find the way back of a device from what the import `source` did to it.

    A device that it brought in and that nothing has happened to since leaves the
    inventory again. Of one that it described, each field whose present value is
    still the import's gets the value it had before.
    """
    standing = live(events)
    if device.void is not None:
        if device.void.kind is VoidKind.DISCARDED:
            return WayBack(Course.NOTHING)
        return _left(f"Fusionné depuis avec {device.void.into}.")
    if standing[0].source == source or _restored_by(events) == source:
        return _brought_in(events, standing, source)
    own = [event for event in standing if event.source == source]
    if not own:
        return WayBack(Course.NOTHING)
    if standing[-1].owner != own[-1].owner:
        return _left("A changé de propriétaire depuis.")
    return _described(standing, own, device, source)


def _brought_in(
    events: Sequence[Event], standing: Sequence[Event], source: str
) -> WayBack:
    """Judge a device that the import registered, or brought back."""
    restorations = [e for e in events if e.action is Action.RESTORE]
    if restorations and restorations[-1].source != source:
        return _left("Écarté une fois déjà, puis rétabli.")
    came = restorations[-1].seq if restorations else 1
    since = [e for e in standing if e.seq > came and e.source != source]
    return _left(_what_happened(since)) if since else WayBack(Course.DISCARD)


def _restored_by(events: Sequence[Event]) -> str | None:
    last = None
    for event in events:
        if event.action is Action.RESTORE:
            last = event.source
    return last


def _described(
    standing: Sequence[Event], own: Sequence[Event], device: Device, source: str
) -> WayBack:
    found = sources(standing)
    prior = _values_before(standing, own)
    to_undo = {n: v for n, v in prior.items() if device.facts.get(n) != v}
    if not to_undo:
        return WayBack(Course.NOTHING)
    if len(own) == 1 and own[0] is standing[-1]:
        facts = {n: v for n, v in to_undo.items() if v is not None}
        empty = tuple(sorted(to_undo.keys() - facts.keys()))
        return WayBack(Course.SET_BACK, facts, annuls=True, valueless=empty)
    own_still = {
        name
        for name in to_undo
        if name in found
        and found[name].event.source == source
        and not _repeated(name, standing, source)
    }
    facts = {n: v for n, v in to_undo.items() if n in own_still and v is not None}
    reasons = []
    if newer := sorted(to_undo.keys() - own_still):
        reasons.append(f"Changé depuis, laissé : {_named(newer)}.")
    if unknown := sorted(own_still - facts.keys()):
        reasons.append(without_a_value_before(unknown))
    course = Course.SET_BACK if facts else Course.LEAVE
    return WayBack(course, facts, reasons=tuple(reasons))


def without_a_value_before(names: Sequence[str]) -> str:
    """Say that fields keep what the import brought: parc empties no field."""
    return f"Sans valeur auparavant, laissé : {_named(names)}."


def _values_before(standing: Sequence[Event], own: Sequence[Event]) -> dict[str, Json]:
    """Give what each field said just before the import spoke of it (None: nothing)."""
    known: dict[str, Json] = {}
    before: dict[str, Json] = {}
    for event in standing:
        if event.action not in _TELLS_FACTS:
            continue
        said = {k: v for k, v in event.details.items() if k in FACT_NAMES}
        if event in own:
            before |= {name: known.get(name) for name in said}
        else:
            known |= said
    return before


def _repeated(name: str, standing: Sequence[Event], source: str) -> bool:
    """Tell whether somebody has since said of a field what the import said."""
    for event in reversed(standing):
        if event.action in _TELLS_FACTS and name in event.details:
            return event.source != source
    return False


def _left(reason: str) -> WayBack:
    return WayBack(Course.LEAVE, reasons=(reason,))


def _what_happened(since: Sequence[Event]) -> str:
    told = [f"« {e.action.label} » le {_day(e.effective_on)}" for e in since]
    others = len(told) - _MOST_NAMED
    more = f" et {others} autre{'s' if others > 1 else ''}" if others > 0 else ""
    return f"Quelque chose lui est arrivé depuis : {', '.join(told[:3])}{more}."


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _named(names: Sequence[str]) -> str:
    return ", ".join(_LABELS[name] for name in names)
