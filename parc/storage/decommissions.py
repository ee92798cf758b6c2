"""Lists of réforme kept: numbers without a hole, lines, what was decided.

Whoever changes a list holds its row first (`hold`), so that it is decided once.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    DECIDERS,
    Paper,
    Stage,
    Verdict,
    number_of,
    read_back,
)
from parc.domain.vocabulary import GONE, Action
from parc.storage.database import is_sqlite
from parc.storage.decommission_tables import (
    DecommissionLineRow,
    DecommissionListRow,
    DecommissionNumberRow,
)
from parc.storage.tables import DeviceRow, EventRow

_LINES: Table = DecommissionLineRow.__table__  # type: ignore[attr-defined]
_NUMBERS: Table = DecommissionNumberRow.__table__  # type: ignore[attr-defined]
PAGE_SIZE = 50
_CHUNK = 500
_UNDECIDED: Mapping[str, object] = {"verdict": "", "why": "", "seq": 0}

_CORRECTIONS = (Action.REINSTATE, Action.ANNUL)
"""What takes a réforme back."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it is prepared."""

    device_id: int
    reason: str = ""
    value_cents: int | None = None
    method: str = ""
    valued_on: date | None = None
    valued_by: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lists to show; none of these: all."""

    stage: Stage | None = None
    device_id: int | None = None
    number: tuple[int, int] | None = None


def shown_number(row: DecommissionListRow) -> str:
    """Give the number that is written on a list."""
    return number_of(Paper.LIST, row.year, row.number)


def next_number(session: Session, owner_id: int, paper: Paper, year: int) -> int:
    """Take the next number; nobody else takes one before this transaction ends.

    Given up with the transaction, it is taken by the next paper: there is no hole.
    """
    dialect = sqlite if is_sqlite(session) else postgresql
    taken = (
        dialect.insert(_NUMBERS)
        .values(owner_id=owner_id, kind=paper.value, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["owner_id", "kind", "year"],
            set_={"last": _NUMBERS.c.last + 1},
        )
        .returning(_NUMBERS.c.last)
    )
    return int(session.execute(taken).scalar_one())


def add(session: Session, row: DecommissionListRow) -> DecommissionListRow:
    """Add a list under the next number of its year."""
    row.number = next_number(session, row.owner_id, Paper.LIST, row.year)
    session.add(row)
    session.flush()
    return row


def find(session: Session, viewer: Viewer, key: int) -> DecommissionListRow | None:
    """Give a list that the viewer may know of."""
    row = session.get(DecommissionListRow, key)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, key: int) -> DecommissionListRow:
    """Give a list and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(DecommissionListRow)
        .where(DecommissionListRow.id == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def seen(
    session: Session, viewer: Viewer, wanted: Wanted, page: int = 1
) -> tuple[list[DecommissionListRow], bool]:
    """List what the viewer sees, latest first; tell whether more follow."""
    query = select(DecommissionListRow).order_by(col(DecommissionListRow.id).desc())
    visible = viewer.owner_ids
    if visible is not None:
        query = query.where(col(DecommissionListRow.owner_id).in_(sorted(visible)))
    if wanted.stage is not None:
        query = query.where(DecommissionListRow.stage == wanted.stage.value)
    if wanted.number is not None:
        year, number = wanted.number
        query = query.where(
            DecommissionListRow.year == year, DecommissionListRow.number == number
        )
    if wanted.device_id is not None:
        query = query.join(
            DecommissionLineRow,
            col(DecommissionLineRow.list_id) == DecommissionListRow.id,
        ).where(DecommissionLineRow.device_id == wanted.device_id)
    start = (page - 1) * PAGE_SIZE
    rows = list(session.exec(query.offset(start).limit(PAGE_SIZE + 1)))
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def count_to_decide(session: Session, viewer: Viewer) -> int:
    """Count the lists that wait for the viewer's decision."""
    query = select(func.count()).where(
        DecommissionListRow.stage == Stage.PROPOSED.value,
        DecommissionListRow.proposed_by != viewer.actor,
    )
    granted = [grant for grant in viewer.grants if grant.role in DECIDERS]
    if not any(grant.owner_id is None for grant in granted):
        ids = sorted({g.owner_id for g in granted if g.owner_id is not None})
        query = query.where(col(DecommissionListRow.owner_id).in_(ids))
    return session.exec(query).one()


def counts(session: Session, keys: Iterable[int]) -> dict[int, int]:
    """Count the devices of some lists."""
    found = session.exec(
        select(DecommissionLineRow.list_id, func.count())
        .where(col(DecommissionLineRow.list_id).in_(sorted(set(keys))))
        .group_by(col(DecommissionLineRow.list_id))
    )
    return dict(found.all())


def lines(session: Session, key: int) -> list[tuple[DecommissionLineRow, DeviceRow]]:
    """List the devices of a list as they are now, in the list's order."""
    found = session.exec(
        select(DecommissionLineRow, DeviceRow)
        .join(DeviceRow, col(DeviceRow.id) == DecommissionLineRow.device_id)
        .where(DecommissionLineRow.list_id == key)
        .order_by(col(DecommissionLineRow.position))
        .execution_options(populate_existing=True)
    )
    return list(found.all())


def fill(session: Session, key: int, items: Sequence[Item]) -> None:
    """Write the lines of a list in preparation anew."""
    session.execute(delete(_LINES).where(_LINES.c.list_id == key))
    values = [
        {**asdict(item), "list_id": key, "position": position, **_UNDECIDED}
        for position, item in enumerate(items)
    ]
    if values:
        session.execute(insert(_LINES), values)


def wait(session: Session, key: int) -> None:
    """Let the devices of a list wait on it, and on no other.

    Raises:
        IntegrityError: one waits on another list.
    """
    session.execute(
        update(_LINES).where(_LINES.c.list_id == key).values(pending=_LINES.c.device_id)
    )


def wait_no_more(session: Session, key: int) -> None:
    """Let the devices of a list free for another."""
    session.execute(update(_LINES).where(_LINES.c.list_id == key).values(pending=None))


def waiting_elsewhere(
    session: Session, key: int, device_ids: Iterable[int]
) -> dict[int, DecommissionListRow]:
    """Give the lists on which some devices wait, others than this one."""
    found = session.exec(
        select(DecommissionLineRow.device_id, DecommissionListRow)
        .join(
            DecommissionListRow,
            col(DecommissionListRow.id) == DecommissionLineRow.list_id,
        )
        .where(
            col(DecommissionLineRow.pending).in_(sorted(set(device_ids))),
            DecommissionLineRow.list_id != key,
        )
    )
    return dict(found.all())


def corrections(
    session: Session, decided: Mapping[int, int]
) -> dict[int, tuple[Action, date, str]]:
    """Tell what took a réforme back since: the action, its day, its details (JSON).

    `decided` gives the event of the réforme by device. An annulment counts when it
    is of that very event.
    """
    told: dict[int, tuple[Action, date, str]] = {}
    ids = sorted(decided)
    for start in range(0, len(ids), _CHUNK):
        found = session.exec(
            select(EventRow)
            .where(
                col(EventRow.device_id).in_(ids[start : start + _CHUNK]),
                col(EventRow.action).in_([action.value for action in _CORRECTIONS]),
            )
            .order_by(col(EventRow.device_id), col(EventRow.seq))
        )
        for row in found:
            if row.seq <= decided[row.device_id]:
                continue
            action = Action(row.action)
            if action is Action.ANNUL and not _annuls(row, decided[row.device_id]):
                continue
            told[row.device_id] = (action, row.effective_on, row.details)
    return told


def in_accounts(
    session: Session, owner_id: int, numbers: Iterable[str]
) -> dict[str, int]:
    """Count the devices still in the accounts, by accounting number."""
    wanted = sorted({number for number in numbers if number})
    told: dict[str, int] = defaultdict(int)
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(DeviceRow.accounting_number, func.count())
            .where(
                DeviceRow.owner_id == owner_id,
                col(DeviceRow.accounting_number).in_(wanted[start : start + _CHUNK]),
                col(DeviceRow.void).is_(None),
                col(DeviceRow.decommissioned_on).is_(None),
                col(DeviceRow.state).not_in(sorted(GONE)),
            )
            .group_by(col(DeviceRow.accounting_number))
        )
        told.update({number: count for number, count in found if number})
    return told


def broken(session: Session) -> Iterator[tuple[str, str]]:
    """Give each list that is not what was decided, and each hole in the numbers."""
    rows = session.exec(select(DecommissionListRow)).all()
    used: dict[tuple[int, str, int], int] = defaultdict(int)
    for row in rows:
        used[row.owner_id, Paper.LIST.value, row.year] += 1
        if row.paper_year is not None:
            if row.report is not None:
                used[row.owner_id, Paper.REPORT.value, row.paper_year] += 1
            if row.certificate is not None:
                used[row.owner_id, Paper.CERTIFICATE.value, row.paper_year] += 1
        if row.stage != Stage.DECIDED.value:
            continue
        where = f"liste de réforme {shown_number(row)}"
        if row.frozen is None or checksum(row.frozen) != row.sha256:
            yield where, "son contenu a changé depuis la décision"
            continue
        frozen = read_back(row.frozen)[0]
        verdicts = [(one.tag, one.verdict) for one in frozen.lines]
        now = [(device.tag, line.verdict) for line, device in lines(session, row.id)]
        if verdicts != now:
            yield where, "ses lignes ne sont plus celles de la décision"
    for last in session.exec(select(DecommissionNumberRow)):
        if used.get((last.owner_id, last.kind, last.year), 0) != last.last:
            yield f"{Paper(last.kind).label}, {last.year}", "il manque un numéro"


def accepted(session: Session, key: int) -> dict[int, int]:
    """Give the event of each réforme that a list led to, by device."""
    found = session.exec(
        select(DecommissionLineRow.device_id, DecommissionLineRow.seq).where(
            DecommissionLineRow.list_id == key,
            DecommissionLineRow.verdict == Verdict.ACCEPTED.value,
        )
    )
    return dict(found.all())


def _annuls(row: EventRow, seq: int) -> bool:
    return bool(json.loads(row.details).get("seq") == seq)
