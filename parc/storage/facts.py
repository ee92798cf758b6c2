"""The devices that a report is computed from, rebuilt one after the other.

Memory holds the ids of the devices asked for and one batch of histories,
whatever the size of the fleet.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Row, Select, Table, select
from sqlmodel import Session, col

from parc.domain.access import Viewer
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.history import as_known_device
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    Action,
    Level,
    State,
)
from parc.storage.devices import scope
from parc.storage.tables import DeviceRow, EventRow

_EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]
_BATCH = 500


def decommissioned(
    session: Session, sirets: Collection[str], *, known_at: datetime | None = None
) -> Iterator[Device]:
    """Rebuild every device that was ever in the réformé stock of the owners.

    `known_at` (UTC) is the instant whose knowledge is asked; None asks what is
    known now. Devices are found by their events rather than by the ownerships
    known now: what was annulled since still held for an earlier instant.
    """
    ids = select(_EVENTS.c.device_id).where(
        _EVENTS.c.owner.in_(sorted(sirets)),
        _EVENTS.c.state.in_(sorted(state.value for state in DECOMMISSIONED_AND_HELD)),
    )
    return _rebuilt(session, ids, known_at)


def rebuilt(
    session: Session, ids: Sequence[int], *, known_at: datetime | None = None
) -> Iterator[Device]:
    """Rebuild some devices, as they are known now or were known at an instant."""
    for start in range(0, len(ids), _BATCH):
        for events in _histories(session, ids[start : start + _BATCH]):
            device = as_known_device(events, known_at)
            if device is not None:
                yield device


def histories(session: Session, ids: Sequence[int]) -> Iterator[list[Event]]:
    """Give the whole history of some devices, one after the other."""
    for start in range(0, len(ids), _BATCH):
        yield from _histories(session, ids[start : start + _BATCH])


def tags_seen(session: Session, viewer: Viewer, tags: Collection[str]) -> set[str]:
    """Keep the tags whose devices the viewer may open: owners change."""
    tag = col(DeviceRow.tag)
    return set(session.scalars(select(tag).where(tag.in_(tags), *scope(viewer))))


def _rebuilt(
    session: Session, ids: Select[tuple[int]], known_at: datetime | None
) -> Iterator[Device]:
    yield from rebuilt(
        session, sorted(set(session.execute(ids).scalars())), known_at=known_at
    )


def _histories(session: Session, ids: Sequence[int]) -> Iterator[list[Event]]:
    # Core rows: an ORM object per event would cost more than folding it.
    rows = session.execute(
        select(_EVENTS)
        .where(_EVENTS.c.device_id.in_(ids))
        .order_by(_EVENTS.c.device_id, _EVENTS.c.seq)
    ).all()
    for _, events in groupby(rows, key=lambda row: row.device_id):
        yield [_event(row) for row in events]


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        seq=row.seq,
        action=Action(row.action),
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        actor=row.actor,
        state=State(row.state),
        owner=row.owner,
        level=Level(row.level),
        source=row.source,
        details=json.loads(row.details),
    )
