"""The only writer of events: load, decide, append, project.

Each function runs inside the caller's `database.writing` transaction: event
and projection are written together or not at all.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Table, func, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from parc.domain.asset_tag import LARGEST_NUMBER, AssetTag
from parc.domain.command import Command, Rules
from parc.domain.events import GENESIS, Event, canonical_details, digest
from parc.domain.fields import Json
from parc.domain.lifecycle import decide, register, replay
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, Level, State
from parc.storage import aliases
from parc.storage.bulk import insert_rows
from parc.storage.database import is_sqlite
from parc.storage.intake import taken_tags
from parc.storage.projection import NewDevice, project, project_new
from parc.storage.tables import DeviceRow, EventRow, OwnerRow

EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]


class ConflictError(Exception):
    """Somebody else changed the device meanwhile; nothing was recorded."""

    def __init__(self) -> None:
        super().__init__(
            "Ce matériel vient d'être modifié par quelqu'un d'autre : rechargez sa "
            "fiche et recommencez."
        )


def history(session: Session, device_id: int) -> list[Event]:
    """Load a device's events in order."""
    rows = session.exec(
        select(EventRow)
        .where(EventRow.device_id == device_id)
        .order_by(col(EventRow.seq))
    )
    return [event_of(row) for row in rows]


def event_of(row: EventRow) -> Event:
    """Turn a stored row into the domain's event."""
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


def record(
    session: Session,
    row: DeviceRow,
    command: Command,
    rules: Rules,
    *,
    expected_version: int | None = None,
) -> Event:
    """Record one action on a device.

    `expected_version` is the version that the person saw when deciding.

    Raises:
        Refused: with every reason, the device unchanged.
        ConflictError: the device changed since it was seen, or is changing.
    """
    if command.action is Action.MERGE:
        _hold(session, row, command)
    events = history(session, row.id)
    device = replay(events)
    if device is None or device.version != row.version:
        raise ConflictError
    if expected_version is not None and expected_version != device.version:
        raise ConflictError
    decided = decide(device, *_with_others(session, command, rules))
    if not isinstance(decided, Event):
        raise Refused(decided)
    after = replay([*events, decided])
    if after is None:
        raise ConflictError
    _append(session, row.id, decided, _last_hash(session, row.id))
    project(session, row, device, after)
    if after.void != device.void:
        aliases.leave(session, row.id, after, decided)
    return decided


def reasons_against(
    session: Session, row: DeviceRow, command: Command, rules: Rules
) -> tuple[Refusal, ...]:
    """Say why `record` would refuse a command; nothing means that it would not."""
    device = replay(history(session, row.id))
    if device is None:
        raise ConflictError
    decided = decide(device, *_with_others(session, command, rules))
    return () if isinstance(decided, Event) else decided


def register_device(
    session: Session,
    owner: OwnerRow,
    command: Command,
    rules: Rules,
    *,
    manager: OwnerRow | None = None,
    media: Iterable[Mapping[str, Json]] = (),
    tag: AssetTag | None = None,
) -> DeviceRow:
    """Register one new device of `owner` under the next tag of its prefix.

    Without `manager`, who operates the owner's new devices does so. `tag`: one that
    was reserved for a label printed in advance (`labels.register_under`).

    Raises:
        Refused: with every reason; no tag is used up.
    """
    managing = manager or manager_of(session, owner)
    decided = register(
        str(tag or next_tags(session, owner, 1)[0]),
        owner.siret,
        managing.siret,
        command,
        rules,
        media=media,
    )
    if not isinstance(decided, Event):
        raise Refused(decided)
    (device_id,) = open_histories(session, [[decided]])
    return session.get_one(DeviceRow, device_id)


def manager_of(session: Session, owner: OwnerRow) -> OwnerRow:
    """Tell who operates an owner's new devices (decision D3): itself by default."""
    if owner.manager_id is None:
        return owner
    return session.get_one(OwnerRow, owner.manager_id)


def open_histories(session: Session, histories: Iterable[Sequence[Event]]) -> list[int]:
    """Append whole histories of new devices, each judged by the domain already.

    Returns the new device ids in the order given. The caller feeds large files
    in batches, so that memory stays flat.
    """
    opened = list(histories)
    ids = _allocate(session, len(opened))
    devices: list[NewDevice] = []
    rows: list[dict[str, object]] = []
    for device_id, events in zip(ids, opened, strict=True):
        device = replay(events)
        if device is None:
            message = "a history needs at least its registration"
            raise ValueError(message)
        devices.append(NewDevice(device_id, device))
        previous = GENESIS
        for event in events:
            values = event_values(device_id, event, previous)
            previous = str(values["hash"])
            rows.append(values)
    project_new(session, devices)
    insert_rows(session, EVENTS, rows)
    return ids


def next_tags(session: Session, owner: OwnerRow, count: int) -> list[AssetTag]:
    """Reserve the owner's next `count` tags that no device bears.

    A device may bear one ahead of its turn: labels are printed in advance, and
    other tools have tags of the same shape.

    Raises:
        Refused: the owner's six-digit numbers are used up.
    """
    made: list[AssetTag] = []
    while len(made) < count:
        reserved = _reserve(session, owner, count - len(made))
        taken = taken_tags(session, map(str, reserved))
        made += [tag for tag in reserved if str(tag) not in taken]
    return made


def _reserve(session: Session, owner: OwnerRow, count: int) -> list[AssetTag]:
    if owner.last_number + count > LARGEST_NUMBER:
        message = f"Les numéros du préfixe {owner.prefix} sont épuisés."
        raise Refused((Refusal("numbers_exhausted", message),))
    # Increment in SQL: two transactions never read the same last number.
    owners: Table = OwnerRow.__table__  # type: ignore[attr-defined]
    session.execute(
        update(owners)
        .where(owners.c.id == owner.id)
        .values(last_number=owners.c.last_number + count)
    )
    session.refresh(owner)
    first = owner.last_number - count + 1
    return [AssetTag(owner.prefix, number) for number in range(first, first + count)]


def verified_digest(row: EventRow) -> str:
    """Recompute the hash a stored event should have."""
    event = event_of(row)
    return digest(str(row.device_id), event, row.details, row.previous)


def _hold(session: Session, row: DeviceRow, command: Command) -> None:
    """Keep both devices of a merging as they are until the transaction ends.

    Two that are merged into each other at once would both be gone.
    """
    session.exec(
        select(DeviceRow.id)
        .where((DeviceRow.id == row.id) | (DeviceRow.tag == _into(command)))
        .order_by(col(DeviceRow.id))
        .with_for_update()
    ).all()
    session.refresh(row)


def _with_others(
    session: Session, command: Command, rules: Rules
) -> tuple[Command, Rules]:
    """Look up the other device that a merging names, by its tag as it is stored."""
    into = _into(command)
    if not into:
        return command, rules
    other = session.exec(select(DeviceRow).where(DeviceRow.tag == into)).first()
    device = replay(history(session, other.id)) if other else None
    others = {} if device is None else {into: device}
    asked = replace(command, details={**command.details, "into": into})
    return asked, replace(rules, others=others)


def _into(command: Command) -> str:
    into = command.details.get("into")
    if command.action is not Action.MERGE or not isinstance(into, str):
        return ""
    ours = AssetTag.parse(into)
    return str(ours) if ours else into.strip()


def _append(session: Session, device_id: int, event: Event, previous: str) -> None:
    try:
        session.execute(insert(EVENTS), [event_values(device_id, event, previous)])
    except IntegrityError as error:
        raise ConflictError from error


def event_values(device_id: int, event: Event, previous: str) -> dict[str, object]:
    """Give the columns of an event's row, chained to the hash of the one before."""
    details = canonical_details(event.details)
    return {
        "device_id": device_id,
        "seq": event.seq,
        "action": event.action.value,
        "effective_on": event.effective_on,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "state": event.state.value,
        "owner": event.owner,
        "level": event.level.value,
        "source": event.source,
        "details": details,
        "previous": previous,
        "hash": digest(str(device_id), event, details, previous),
    }


def _last_hash(session: Session, device_id: int) -> str:
    return session.exec(
        select(EventRow.hash)
        .where(EventRow.device_id == device_id)
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    ).one()


def _allocate(session: Session, count: int) -> list[int]:
    """Reserve device ids before the rows exist: their events' hashes cover them."""
    if is_sqlite(session):
        last = session.exec(select(func.max(DeviceRow.id))).one() or 0
        return list(range(last + 1, last + 1 + count))
    found = session.execute(
        text(
            "SELECT nextval(pg_get_serial_sequence('device', 'id')) "
            "FROM generate_series(1, :count)"
        ),
        {"count": count},
    )
    return [int(value) for value in found.scalars()]
