"""Whole histories as a table: all that another parc needs to write them again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import groupby

from sqlalchemy import Select, func, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from imports.journal import COLUMNS, Entry, OwnerTold
from imports.journal_entry import details_text
from parc.domain.events import Event
from parc.storage import people
from parc.storage.journal import EVENTS, event_of
from parc.storage.projection import DEVICES, OWNERSHIPS
from parc.storage.tables import EventRow, OwnerRow
from reports.render.table_files import Field, Value

_WIDTHS = {"details": 60, "owner_name": 32, "recorded_at": 32, "site": 28}
FIELDS: Sequence[Field] = tuple(
    Field(key, title, _WIDTHS.get(key, 16)) for key, title in COLUMNS.items()
)

_BATCH = 500
"""Devices read at once: memory does not grow with the fleet."""


def event_rows(
    session: Session, owner_ids: Sequence[int] | None
) -> Iterator[list[Value]]:
    """Give one row per event, device after device in the order of their numbers.

    `owner_ids`: devices that these owners have or had, whole; None: all devices.
    People and authors stay the opaque ids that events hold (decision D4).
    """
    for tags in _batches(session, owner_ids):
        for history in histories(session, tags):
            yield from map(_row, history)


def count_events(session: Session, owner_ids: Sequence[int] | None) -> int:
    """Count the rows that `event_rows` gives."""
    counted = select(func.count()).select_from(EVENTS)
    if owner_ids is not None:
        counted = counted.where(EVENTS.c.device_id.in_(_owned(owner_ids)))
    return int(session.execute(counted).scalar_one())


def histories(session: Session, tags: Mapping[int, str]) -> Iterator[list[Entry]]:
    """Give the histories of devices (tags by their ids), as a file would tell them."""
    owners = _owners_told(session)
    rows = session.exec(
        select_rows(EventRow)
        .where(EVENTS.c.device_id.in_(list(tags)))
        .order_by(EVENTS.c.device_id, EVENTS.c.seq)
    ).all()
    events = [(row.device_id, event_of(row)) for row in rows]
    for row in rows:
        session.expunge(row)
    used = {site for _, event in events if (site := _site_of(event)) is not None}
    sites = people.site_names(session, used)
    for device_id, told in groupby(events, key=lambda pair: pair[0]):
        tag = tags[device_id]
        yield [_entry(tag, event, sites, owners[event.owner]) for _, event in told]


def _batches(
    session: Session, owner_ids: Sequence[int] | None
) -> Iterator[dict[int, str]]:
    wanted = select(DEVICES.c.id, DEVICES.c.tag).order_by(DEVICES.c.id).limit(_BATCH)
    if owner_ids is not None:
        wanted = wanted.where(DEVICES.c.id.in_(_owned(owner_ids)))
    last = 0
    while True:
        found = session.execute(wanted.where(DEVICES.c.id > last)).all()
        if not found:
            return
        tags = {row.id: row.tag for row in found}
        yield tags
        last = max(tags)


def _owned(owner_ids: Sequence[int]) -> Select[tuple[int]]:
    """Find what owners have or had: a rate counts what its owner gave away."""
    owned = OWNERSHIPS.c
    return select(owned.device_id).where(owned.owner_id.in_(owner_ids))


def _owners_told(session: Session) -> dict[str, OwnerTold]:
    rows = session.exec(select_rows(OwnerRow)).all()
    sirets = {row.id: row.siret for row in rows}
    return {row.siret: _owner_told(row, sirets) for row in rows}


def _owner_told(row: OwnerRow, sirets: Mapping[int, str]) -> OwnerTold:
    manager = None if row.manager_id in {None, row.id} else row.manager_id
    return OwnerTold(
        siret=row.siret,
        name=row.name,
        kind=row.kind,
        prefix=row.prefix,
        manager=None if manager is None else sirets[manager],
        first_day=row.first_day,
        last_number=row.last_number,
    )


def _site_of(event: Event) -> int | None:
    site = event.details.get("site")
    return site if isinstance(site, int) else None


def _entry(tag: str, event: Event, sites: Mapping[int, str], owner: OwnerTold) -> Entry:
    number = _site_of(event)
    if number is None:
        return Entry(tag, event, None, 0, owner)
    details = {key: value for key, value in event.details.items() if key != "site"}
    # A site that the table has lost still was one.
    site = sites.get(number, f"Site n° {number}")
    return Entry(tag, replace(event, details=details), site, 0, owner)


def _row(entry: Entry) -> list[Value]:
    event, owner = entry.event, entry.owner
    return [
        entry.tag,
        event.seq,
        event.action.value,
        event.effective_on,
        event.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.state.value,
        event.owner,
        owner.name,
        owner.kind,
        owner.prefix,
        owner.manager,
        owner.first_day,
        owner.last_number,
        event.level.value,
        event.source,
        entry.site,
        details_text(event.details),
    ]
