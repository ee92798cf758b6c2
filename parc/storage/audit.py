"""The journal across devices: who recorded what for some owners, latest first.

Events are walked along their indexes, owner by owner, and merged: what a page
costs does not depend on how many events there are.
"""

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Row, Table, or_, select, tuple_
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from parc.domain.access import Viewer
from parc.domain.events import Event
from parc.domain.vocabulary import Action, Level, Role, State
from parc.storage.tables import DeviceRow, EventRow, GrantRow, OwnerRow

AUDITORS = (Role.ADMIN, Role.FLEET_LEAD, Role.AUDITOR)
"""Who reads the audit of an owner."""

_EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]
_DEVICES: Table = DeviceRow.__table__  # type: ignore[attr-defined]
_BATCH = 500

Place = tuple[datetime, int]
"""Where one is in the journal: an instant of recording, then an event's number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for among the events of some owners (SIRETs).

    `since` (included) and `until` (excluded) are instants of recording, in UTC.
    """

    owners: frozenset[str]
    actor: str = ""
    action: Action | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """An event, its number in the journal, and the device that it happened to."""

    id: int
    tag: str
    event: Event

    @property
    def place(self) -> Place:
        """Where it stands in the journal."""
        return self.event.recorded_at, self.id


def owners_audited(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners whose audit the viewer reads, by name."""
    rows = session.exec(select_rows(OwnerRow).order_by(col(OwnerRow.name)))
    return [r for r in rows if not viewer.roles(r.id).isdisjoint(AUDITORS)]


def actors_of(session: Session, owner_ids: Sequence[int]) -> list[str]:
    """List who holds a role for some owners, persons and programs."""
    grants = select_rows(GrantRow.actor).where(
        or_(
            col(GrantRow.owner_id).is_(None),
            col(GrantRow.owner_id).in_(owner_ids),
        )
    )
    return sorted(set(session.exec(grants)))


def page(
    session: Session, asked: Asked, *, before: int | None, size: int
) -> tuple[list[Audited], bool]:
    """Give the latest events recorded before that one, and whether more follow."""
    row = session.get(EventRow, before) if before else None
    start = (row.recorded_at, row.id) if row else None
    found = list(islice(_merged(session, asked, start, size + 1), size + 1))
    return found[:size], len(found) > size


def every(session: Session, asked: Asked) -> Iterator[Audited]:
    """Give all the events asked for, latest first, a batch in memory at a time."""
    return _merged(session, asked, None, _BATCH)


def _merged(
    session: Session, asked: Asked, start: Place | None, batch: int
) -> Iterator[Audited]:
    """Merge what happened at each owner with what left for another owner."""
    event = _EVENTS.c
    others = set(session.exec(select_rows(OwnerRow.siret))) - asked.owners
    walks = [
        _walk(session, asked, [event.owner == owner], start, batch)
        for owner in sorted(asked.owners)
    ]
    if asked.action in {None, Action.HAND_OVER}:
        # A hand-over leaves the device to its receiver: it is the giver's act.
        before = _EVENTS.alias("before")
        given = (
            select(before.c.id)
            .where(
                before.c.device_id == event.device_id,
                before.c.seq == event.seq - 1,
                before.c.owner.in_(sorted(asked.owners)),
            )
            .exists()
        )
        handed = event.action == Action.HAND_OVER.value
        walks += [
            _walk(session, asked, [event.owner == other, handed, given], start, batch)
            for other in sorted(others)
        ]
    return heapq.merge(*walks, key=lambda audited: audited.place, reverse=True)


def _walk(
    session: Session,
    asked: Asked,
    within: list[ColumnElement[bool]],
    place: Place | None,
    batch: int,
) -> Iterator[Audited]:
    event = _EVENTS.c
    conditions = [*within, *_conditions(asked)]
    wanted = (
        select(_EVENTS, _DEVICES.c.tag)
        .join(_DEVICES, _DEVICES.c.id == event.device_id)
        .order_by(event.recorded_at.desc(), event.id.desc())
        .limit(batch)
    )
    while True:
        further = [] if place is None else [_after(place)]
        rows = session.execute(wanted.where(*conditions, *further)).all()
        for row in rows:
            yield _audited(row)
        if len(rows) < batch:
            return
        place = rows[-1].recorded_at, rows[-1].id


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    event = _EVENTS.c
    conditions: list[ColumnElement[bool]] = []
    if asked.actor:
        conditions.append(event.actor == asked.actor)
    if asked.action:
        conditions.append(event.action == asked.action.value)
    if asked.since:
        conditions.append(event.recorded_at >= asked.since)
    if asked.until:
        conditions.append(event.recorded_at < asked.until)
    return conditions


def _after(place: Place) -> ColumnElement[bool]:
    # Both: SQLite seeks by the first alone, and the second settles the ties.
    event = _EVENTS.c
    recorded_at, number = place
    return (event.recorded_at <= recorded_at) & (
        tuple_(event.recorded_at, event.id) < tuple_(recorded_at, number)
    )


def _audited(row: Row[tuple[object, ...]]) -> Audited:
    event = Event(
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
    return Audited(row.id, row.tag, event)
