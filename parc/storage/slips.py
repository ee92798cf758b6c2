"""Custody slips kept: numbers without a hole, lines, accessories, what is signed.

Whoever changes a slip holds its row first (`hold`), so that it is signed once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.custody import (
    Handed,
    SlipKind,
    Stage,
    Standing,
    checksum,
    number_of,
    read_back,
)
from parc.storage.database import is_sqlite
from parc.storage.slip_tables import (
    SlipAccessoryRow,
    SlipLineRow,
    SlipNumberRow,
    SlipRow,
)
from parc.storage.tables import DeviceRow

_LINES: Table = SlipLineRow.__table__  # type: ignore[attr-defined]
_ACCESSORIES: Table = SlipAccessoryRow.__table__  # type: ignore[attr-defined]
_NUMBERS: Table = SlipNumberRow.__table__  # type: ignore[attr-defined]
_SLIPS: Table = SlipRow.__table__  # type: ignore[attr-defined]
PAGE_SIZE = 50
Accessories = Mapping[int, Mapping[str, Standing]]
"""What is said of each accessory, by device (row id)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is drafted."""

    device_id: int
    note: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which slips a list shows; none of these: all."""

    kind: SlipKind | None = None
    stage: Stage | None = None
    person: str = ""
    device_id: int | None = None
    number: tuple[SlipKind, int, int] | None = None


def shown_number(row: SlipRow) -> str:
    """Give the number that is written on a slip."""
    return number_of(SlipKind(row.kind), row.year, row.number)


def next_number(session: Session, owner_id: int, kind: SlipKind, year: int) -> int:
    """Take the next number; nobody else takes one before this transaction ends.

    Given up with the transaction, it is taken by the next slip: there is no hole.
    """
    dialect = sqlite if is_sqlite(session) else postgresql
    taken = (
        dialect.insert(_NUMBERS)
        .values(owner_id=owner_id, kind=kind.value, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["owner_id", "kind", "year"],
            set_={"last": _NUMBERS.c.last + 1},
        )
        .returning(_NUMBERS.c.last)
    )
    return int(session.execute(taken).scalar_one())


def add(session: Session, row: SlipRow) -> SlipRow:
    """Add a draft under the next number of the year in which it is made."""
    row.number = next_number(session, row.owner_id, SlipKind(row.kind), row.year)
    session.add(row)
    session.flush()
    return row


def find(session: Session, viewer: Viewer, key: int) -> SlipRow | None:
    """Give a slip that the viewer may know of."""
    row = session.get(SlipRow, key)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, key: int) -> SlipRow:
    """Give a slip and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(SlipRow)
        .where(SlipRow.id == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def seen(
    session: Session, viewer: Viewer, wanted: Wanted, page: int = 1
) -> tuple[list[SlipRow], bool]:
    """List slips that the viewer sees, latest first; tell whether more follow."""
    query = select(SlipRow).order_by(col(SlipRow.id).desc())
    visible = viewer.owner_ids
    if visible is not None:
        query = query.where(col(SlipRow.owner_id).in_(sorted(visible)))
    if wanted.kind is not None:
        query = query.where(SlipRow.kind == wanted.kind.value)
    if wanted.stage is not None:
        query = query.where(SlipRow.stage == wanted.stage.value)
    if wanted.number is not None:
        kind, year, number = wanted.number
        query = query.where(
            SlipRow.kind == kind.value, SlipRow.year == year, SlipRow.number == number
        )
    if wanted.person:
        query = query.where(SlipRow.person == wanted.person)
    if wanted.device_id is not None:
        query = query.join(SlipLineRow, col(SlipLineRow.slip_id) == SlipRow.id).where(
            SlipLineRow.device_id == wanted.device_id
        )
    start = (page - 1) * PAGE_SIZE
    rows = list(session.exec(query.offset(start).limit(PAGE_SIZE + 1)))
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def drafts_count(session: Session, viewer: Viewer) -> int:
    """Count the slips that wait for a signature."""
    query = select(func.count()).where(SlipRow.stage == Stage.DRAFT.value)
    visible = viewer.owner_ids
    if visible is not None:
        query = query.where(col(SlipRow.owner_id).in_(sorted(visible)))
    return session.exec(query).one()


def counts(session: Session, keys: Iterable[int]) -> dict[int, int]:
    """Count the devices of some slips."""
    found = session.exec(
        select(SlipLineRow.slip_id, func.count())
        .where(col(SlipLineRow.slip_id).in_(sorted(set(keys))))
        .group_by(col(SlipLineRow.slip_id))
    )
    return dict(found.all())


def lines(session: Session, key: int) -> list[tuple[SlipLineRow, DeviceRow]]:
    """List the devices of a slip as they are now, in the slip's order."""
    found = session.exec(
        select(SlipLineRow, DeviceRow)
        .join(DeviceRow, col(DeviceRow.id) == SlipLineRow.device_id)
        .where(SlipLineRow.slip_id == key)
        .order_by(col(SlipLineRow.position))
    )
    return list(found.all())


def accessories(session: Session, key: int) -> dict[int, dict[str, Standing]]:
    """Give what a slip says of accessories, by device."""
    told: dict[int, dict[str, Standing]] = defaultdict(dict)
    rows = session.exec(select(SlipAccessoryRow).where(SlipAccessoryRow.slip_id == key))
    for row in rows:
        told[row.device_id][row.kind] = Standing(row.standing)
    return told


def fill(session: Session, key: int, items: Sequence[Item], told: Accessories) -> None:
    """Write the lines and the accessories of a draft anew."""
    for table in (_ACCESSORIES, _LINES):
        session.execute(delete(table).where(table.c.slip_id == key))
    session.add_all(
        SlipLineRow(
            slip_id=key,
            device_id=item.device_id,
            position=position,
            note=item.note,
            target=item.target,
        )
        for position, item in enumerate(items)
    )
    session.flush()
    session.add_all(
        SlipAccessoryRow(
            slip_id=key, device_id=item.device_id, kind=kind, standing=standing.value
        )
        for item in items
        for kind, standing in told.get(item.device_id, {}).items()
    )
    session.flush()


def handed(
    session: Session, person: str, device_ids: Iterable[int]
) -> dict[int, list[Handed]]:
    """Give what the signed slips of a person say of devices, oldest first."""
    wanted = sorted(set(device_ids))
    found = session.exec(
        select(SlipLineRow.device_id, SlipRow.id, SlipRow.kind)
        .join(SlipRow, col(SlipRow.id) == SlipLineRow.slip_id)
        .where(
            SlipRow.person == person,
            SlipRow.stage == Stage.SIGNED.value,
            col(SlipLineRow.device_id).in_(wanted),
        )
        .order_by(col(SlipRow.signed_at), col(SlipRow.id))
    ).all()
    named = session.exec(
        select(SlipAccessoryRow).where(
            col(SlipAccessoryRow.slip_id).in_(sorted({key for _, key, _ in found})),
            col(SlipAccessoryRow.device_id).in_(wanted),
        )
    )
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for row in named:
        kinds[row.slip_id, row.device_id].add(row.kind)
    told: dict[int, list[Handed]] = defaultdict(list)
    for device_id, key, kind in found:
        handed_then = frozenset(kinds.get((key, device_id), ()))
        told[device_id].append(Handed(SlipKind(kind), handed_then))
    return told


def missing_of(session: Session, person: str) -> list[tuple[SlipRow, str, str]]:
    """List what a person's return slips named missing: slip, device's tag, kind."""
    found = session.exec(
        select(SlipRow, DeviceRow.tag, SlipAccessoryRow.kind)
        .join(SlipAccessoryRow, col(SlipAccessoryRow.slip_id) == SlipRow.id)
        .join(DeviceRow, col(DeviceRow.id) == SlipAccessoryRow.device_id)
        .where(
            SlipRow.person == person,
            SlipRow.stage == Stage.SIGNED.value,
            SlipAccessoryRow.standing == Standing.MISSING.value,
        )
        .order_by(col(SlipRow.id).desc(), col(DeviceRow.tag))
    )
    return list(found.all())


def drafted(session: Session, device_ids: Iterable[int]) -> set[int]:
    """Tell which devices are already on a slip that waits for its signature."""
    found = session.exec(
        select(SlipLineRow.device_id)
        .join(SlipRow, col(SlipRow.id) == SlipLineRow.slip_id)
        .where(
            SlipRow.stage == Stage.DRAFT.value,
            col(SlipLineRow.device_id).in_(sorted(set(device_ids))),
        )
    )
    return set(found)


def waiting_for(session: Session, person: str) -> bool:
    """Tell whether a slip of somebody waits for a signature."""
    found = session.exec(
        select(SlipRow.id)
        .where(SlipRow.person == person, SlipRow.stage == Stage.DRAFT.value)
        .limit(1)
    )
    return found.first() is not None


def forget_signatures(session: Session, person: str) -> None:
    """Forget what a person drew; what was signed stays, with its checksum."""
    session.execute(
        update(_SLIPS).where(_SLIPS.c.person == person).values(signature=None)
    )


def broken(session: Session) -> Iterator[tuple[str, str]]:
    """Give each slip that is not what was signed, and each hole in their numbers."""
    for row in session.exec(select(SlipRow).where(SlipRow.stage == Stage.SIGNED.value)):
        where = f"bon {shown_number(row)}"
        if row.frozen is None or checksum(row.frozen) != row.sha256:
            yield where, "son contenu a changé depuis sa signature"
            continue
        seal = read_back(row.frozen)[1]
        mark = seal.signature if seal is not None else ""
        if row.signature is not None and checksum(row.signature) != mark:
            yield where, "la signature n'est plus celle qui a été dessinée"
        if row.scan is not None and row.scan != mark:
            yield where, "le papier joint n'est plus celui qui a été signé"
    used = session.exec(
        select(SlipRow.owner_id, SlipRow.kind, SlipRow.year, func.count()).group_by(
            col(SlipRow.owner_id), col(SlipRow.kind), col(SlipRow.year)
        )
    )
    counts = {(owner, kind, year): number for owner, kind, year, number in used}
    for last in session.exec(select(SlipNumberRow)):
        if counts.get((last.owner_id, last.kind, last.year), 0) != last.last:
            kind = SlipKind(last.kind)
            yield f"{kind.label}, {last.year}", "il manque un numéro"


def new_row(
    owner_id: int, kind: SlipKind, person: str, on: date, *, at: datetime, by: str
) -> SlipRow:
    """Make a draft; `on` is the day of the hand-over, `at` (UTC) when it is typed."""
    return SlipRow(
        owner_id=owner_id,
        kind=kind.value,
        year=on.year,
        number=0,
        person=person,
        effective_on=on,
        stage=Stage.DRAFT.value,
        created_at=at,
        created_by=by,
    )
