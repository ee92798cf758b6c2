"""The queue of conflicts: what waits, what was settled, who comes next."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, func
from sqlmodel import Session, col, select

from parc.domain.intake_dispute import Settled
from parc.domain.search import fold
from parc.storage.conflict_tables import ConflictRow
from parc.storage.tables import DeviceRow, PersonRow

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row to put in the queue; its `candidates` are device ids, in order."""

    line: int
    sheet: str
    doubt: str
    message: str
    record: str
    holder: str | None
    digest: str
    candidates: tuple[int, ...]


def put(
    session: Session,
    owner_id: int,
    import_id: str,
    waiting: Iterable[Waiting],
    at: datetime,
) -> int:
    """Put rows in the queue, each once; give how many it did not hold yet.

    A row that waits already is not doubled: it takes the place and the candidates
    of the latest file that brings it.
    """
    rows = {one.digest: one for one in waiting}
    known = _open_by_digest(session, owner_id, rows)
    for digest, one in rows.items():
        row = known.get(digest) or ConflictRow(
            import_id=import_id,
            owner_id=owner_id,
            line=one.line,
            doubt=one.doubt,
            message=one.message,
            record=one.record,
            holder=one.holder,
            digest=digest,
            candidates="[]",
            created_at=at,
            state=Settled.OPEN,
        )
        row.import_id, row.line, row.sheet = import_id, one.line, one.sheet
        row.doubt, row.message = one.doubt, one.message
        row.candidates = json.dumps(one.candidates)
        session.add(row)
    session.flush()
    return len(rows.keys() - known.keys())


def withdraw(session: Session, import_id: str) -> None:
    """Take out of the queue what an import brought and nobody has decided yet."""
    conflicts: Table = ConflictRow.__table__  # type: ignore[attr-defined]
    session.execute(
        delete(conflicts).where(
            conflicts.c.import_id == import_id, conflicts.c.state == Settled.OPEN.value
        )
    )


def settled(
    session: Session, owner_id: int, digests: Collection[str]
) -> dict[str, list[ConflictRow]]:
    """Find what was decided of rows that say the same."""
    found: dict[str, list[ConflictRow]] = {}
    for row in _by_digest(session, owner_id, digests):
        if row.state != Settled.OPEN:
            found.setdefault(row.digest, []).append(row)
    return found


def candidates_of(row: ConflictRow) -> tuple[int, ...]:
    """Give the ids of the devices that a row may be."""
    return tuple(json.loads(row.candidates))


def locked(session: Session, conflict: int) -> ConflictRow | None:
    """Read a conflict to change it: a second person waits until the first has."""
    return session.exec(
        select(ConflictRow)
        .where(ConflictRow.id == conflict)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def count_open(
    session: Session, owner_ids: Collection[int], import_id: str | None = None
) -> int:
    """Count what waits at some owners', of one import or of all."""
    return session.exec(
        select(func.count()).where(*_wanted(owner_ids, import_id, (Settled.OPEN,)))
    ).one()


def page(
    session: Session,
    owner_ids: Collection[int],
    import_id: str | None,
    states: Sequence[Settled],
    *,
    start: int,
    size: int,
) -> tuple[list[ConflictRow], int]:
    """List conflicts of some owners, and count them all.

    What waits comes in the order of the files, what is settled latest first.
    """
    wanted = _wanted(owner_ids, import_id, states)
    order = (
        [col(ConflictRow.id)]
        if Settled.OPEN in states
        else [col(ConflictRow.settled_at).desc(), col(ConflictRow.id).desc()]
    )
    rows = session.exec(
        select(ConflictRow).where(*wanted).order_by(*order).offset(start).limit(size)
    ).all()
    return list(rows), session.exec(select(func.count()).where(*wanted)).one()


def next_open(
    session: Session, owner_ids: Collection[int], import_id: str | None, after: int
) -> int | None:
    """Find what waits after that one, else the first that waits."""
    wanted = _wanted(owner_ids, import_id, (Settled.OPEN,))
    keys = select(ConflictRow.id).where(*wanted).order_by(col(ConflictRow.id)).limit(1)
    further = keys.where(col(ConflictRow.id) > after)
    return session.exec(further).first() or session.exec(keys).first()


def bearing(
    session: Session, owner_id: int, tags: Collection[str], serials: Collection[str]
) -> dict[str, list[int]]:
    """Find an owner's devices by tags as they are written, and by folded serials.

    Devices of the inventory only; the keys are those tags and serials.
    """
    found: dict[str, list[int]] = {}
    # Plus zero: SQLite must look along the index of the codes.
    own = ((col(DeviceRow.owner_id) + 0) == owner_id, col(DeviceRow.void).is_(None))
    for column, wanted in (
        (col(DeviceRow.tag), tags),
        (col(DeviceRow.foreign_tag), tags),
        (col(DeviceRow.serial_key), serials),
    ):
        keys = sorted(wanted)
        for start in range(0, len(keys), _CHUNK):
            chunk = column.in_(keys[start : start + _CHUNK])
            rows = session.exec(select(column, DeviceRow.id).where(chunk, *own))
            for key, number in rows:
                found.setdefault(str(key), []).append(number)
    return found


def known_persons(
    session: Session, owner_id: int, names: Iterable[str]
) -> dict[str, str]:
    """Map names to the opaque ids of an owner's people; none is made."""
    keys = {name: fold(name) for name in names}
    wanted = sorted(set(keys.values()))
    known: dict[str | None, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(PersonRow.name_key, PersonRow.id).where(
                PersonRow.owner_id == owner_id,
                col(PersonRow.name_key).in_(wanted[start : start + _CHUNK]),
            )
        )
        known.update(found.all())
    return {name: known[key] for name, key in keys.items() if key in known}


def _open_by_digest(
    session: Session, owner_id: int, digests: Collection[str]
) -> dict[str, ConflictRow]:
    rows = _by_digest(session, owner_id, digests)
    return {row.digest: row for row in rows if row.state == Settled.OPEN}


def _by_digest(
    session: Session, owner_id: int, digests: Collection[str]
) -> list[ConflictRow]:
    rows: list[ConflictRow] = []
    wanted = sorted(digests)
    for start in range(0, len(wanted), _CHUNK):
        rows += session.exec(
            select(ConflictRow)
            .where(
                ConflictRow.owner_id == owner_id,
                col(ConflictRow.digest).in_(wanted[start : start + _CHUNK]),
            )
            .order_by(col(ConflictRow.id))
        )
    return rows


def _wanted(
    owner_ids: Collection[int], import_id: str | None, states: Sequence[Settled]
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        col(ConflictRow.owner_id).in_(sorted(owner_ids)),
        col(ConflictRow.state).in_([state.value for state in states]),
    ]
    if import_id:
        wanted.append(col(ConflictRow.import_id) == import_id)
    return wanted
