"""Devices that began or ended their use in a year: what replaced what, at most."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Table, and_, or_, select
from sqlmodel import Session, col

from parc.domain.device import Device
from parc.domain.maintenance import Turnover
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, State
from parc.storage.facts import rebuilt
from parc.storage.tables import DeviceRow, EventRow

_EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]
_IN_USE = frozenset({State.IN_SERVICE, State.ON_LOAN})
_BEGINS = sorted(
    action.value
    for action, row in TRANSITIONS.items()
    # An import may register a device in any state (decision D11).
    if action is Action.REGISTER or not _IN_USE.isdisjoint(row.targets)
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A device, and the day on which its use began or ended."""

    tag: str
    label: str
    on: date


@dataclass(frozen=True, slots=True)
class Moves:
    """The devices of one category that began, or ended, their use in a year."""

    began: list[Moved] = field(default_factory=list)
    ended: list[Moved] = field(default_factory=list)

    @property
    def turnover(self) -> Turnover:
        """Their numbers."""
        return Turnover(len(self.began), len(self.ended))


def moves_in(session: Session, sirets: Collection[str], year: int) -> dict[str, Moves]:
    """Find by category the devices that began, or ended, their use in a year.

    Began: the commissioning that is known, else the first day in service or on loan.
    Ended: a réforme that still holds. As known now; devices out of the inventory
    count for nothing.
    """
    moves: dict[str, Moves] = {}
    for device in rebuilt(session, _candidates(session, sirets, year)):
        if device.void is not None:
            continue
        began = _commissioned_on(device, sirets)
        ended = (
            step.on
            for step in device.steps
            if step.state is State.DECOMMISSIONED and step.owner in sirets
        )
        left = next((day for day in ended if day.year == year), None)
        found = moves.setdefault(device.category, Moves())
        if began is not None and began.year == year:
            found.began.append(_moved(device, began))
        if left is not None:
            found.ended.append(_moved(device, left))
    return {key: found for key, found in moves.items() if found.began or found.ended}


def _candidates(session: Session, sirets: Collection[str], year: int) -> list[int]:
    """Find the devices that an event or a fact of the year names."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    began = and_(_EVENTS.c.state.in_(sorted(_IN_USE)), _EVENTS.c.action.in_(_BEGINS))
    events = select(_EVENTS.c.device_id).where(
        _EVENTS.c.owner.in_(sorted(sirets)),
        _EVENTS.c.effective_on.between(first, last),
        or_(began, _EVENTS.c.action == Action.DECOMMISSION.value),
    )
    # Canonical JSON: no space after the colon.
    said = f'"commissioned_on":"{year}-'
    owned = select(_EVENTS.c.id).where(
        _EVENTS.c.device_id == col(DeviceRow.id), _EVENTS.c.owner.in_(sorted(sirets))
    )
    facts = select(col(DeviceRow.id)).where(
        col(DeviceRow.facts).contains(said, autoescape=True), owned.exists()
    )
    ids = set(session.execute(events).scalars()) | set(session.execute(facts).scalars())
    return sorted(ids)


def _commissioned_on(device: Device, sirets: Collection[str]) -> date | None:
    used = next((step for step in device.steps if step.state in _IN_USE), None)
    if used is not None and used.owner not in sirets:
        return None
    return device.day_fact("commissioned_on") or (used.on if used else None)


def _moved(device: Device, on: date) -> Moved:
    label = f"{device.text_fact('maker')} {device.text_fact('model')}".strip()
    return Moved(device.tag, label, on)
