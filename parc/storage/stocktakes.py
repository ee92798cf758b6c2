"""Stocktakes kept: the frozen list, every scan once, phones, decisions.

Whoever changes a stocktake holds its row first (`hold`): phones that scan at once
follow each other, and none scans while it is being closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, insert, literal
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.stocktake import (
    AWAY_STATES,
    EXPECTED_STATES,
    Anomaly,
    Sighted,
    Stage,
    Standing,
    Totals,
)
from parc.storage.stocktake_tables import (
    StocktakeLineRow,
    StocktakePhoneRow,
    StocktakeRow,
    StocktakeScanRow,
    StocktakeSettlementRow,
)
from parc.storage.tables import DeviceRow, SiteRow

_LINES: Table = StocktakeLineRow.__table__  # type: ignore[attr-defined]
_CHUNK = 400
_SCANNED = {
    Anomaly.UNEXPECTED: Sighted.UNEXPECTED,
    Anomaly.UNKNOWN: Sighted.UNKNOWN,
}
_MISSED = {
    Anomaly.MISSING: Standing.MISSING,
    Anomaly.MISPLACED: Standing.MISPLACED,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stocktake covers: one owner, one of its sites, one kind of devices."""

    owner_id: int
    site: SiteRow | None = None
    category: str | None = None


def open_one(session: Session, scope: Scope, actor: str, at: datetime) -> StocktakeRow:
    """Begin a stocktake and freeze the list of what is expected."""
    row = StocktakeRow(
        owner_id=scope.owner_id,
        site_id=scope.site.id if scope.site else None,
        site=scope.site.name if scope.site else "",
        category=scope.category,
        stage=Stage.OPEN.value,
        opened_at=at,
        opened_by=actor,
    )
    away = select(func.count()).where(*_covers(scope, AWAY_STATES))
    row.away = session.exec(away).one()
    session.add(row)
    session.flush()
    columns = {
        "stocktake_id": literal(row.id),
        "device_id": col(DeviceRow.id),
        "tag": col(DeviceRow.tag),
        "label": col(DeviceRow.label),
        "serial": col(DeviceRow.serial),
        "category": col(DeviceRow.category),
        "site_id": col(DeviceRow.site_id),
        "site": func.coalesce(col(SiteRow.name), ""),
        "state": col(DeviceRow.state),
        "holder": col(DeviceRow.holder),
        "standing": literal(Standing.MISSING.value),
        "seen_place": literal(""),
    }
    frozen = (
        select(*columns.values())
        .select_from(DeviceRow)
        .join(SiteRow, col(SiteRow.id) == col(DeviceRow.site_id), isouter=True)
        .where(*_covers(scope, EXPECTED_STATES))
    )
    session.execute(insert(_LINES).from_select(list(columns), frozen))
    return row


def _covers(scope: Scope, states: Iterable[str]) -> list[ColumnElement[bool]]:
    conditions = [
        col(DeviceRow.owner_id) == scope.owner_id,
        col(DeviceRow.void).is_(None),
        col(DeviceRow.state).in_(sorted(states)),
    ]
    if scope.site is not None:
        conditions.append(col(DeviceRow.site_id) == scope.site.id)
    if scope.category is not None:
        conditions.append(col(DeviceRow.category) == scope.category)
    return conditions


def seen(session: Session, viewer: Viewer) -> list[StocktakeRow]:
    """List the stocktakes of owners that the viewer sees, latest first."""
    wanted = select(StocktakeRow).order_by(col(StocktakeRow.id).desc())
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(StocktakeRow.owner_id).in_(sorted(visible)))
    return list(session.exec(wanted))


def find(session: Session, viewer: Viewer, number: int) -> StocktakeRow | None:
    """Give a stocktake that the viewer may know of."""
    row = session.get(StocktakeRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, number: int) -> StocktakeRow:
    """Give a stocktake and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(StocktakeRow)
        .where(StocktakeRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def line_of(session: Session, number: int, device_id: int) -> StocktakeLineRow | None:
    """Give a device's line of the frozen list."""
    return session.get(StocktakeLineRow, (number, device_id), populate_existing=True)


def scans_under(
    session: Session, number: int, actor: str, keys: Sequence[str]
) -> dict[str, StocktakeScanRow]:
    """Give the scans that somebody already sent under some keys."""
    found: dict[str, StocktakeScanRow] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = session.exec(
            select(StocktakeScanRow).where(
                StocktakeScanRow.stocktake_id == number,
                StocktakeScanRow.actor == actor,
                col(StocktakeScanRow.key).in_(keys[start : start + _CHUNK]),
            )
        )
        found.update({row.key: row for row in rows})
    return found


def was_unexpected(session: Session, number: int, device_id: int) -> bool:
    """Tell whether a device that is not on the list was scanned before."""
    found = session.exec(
        select(StocktakeScanRow.id)
        .where(
            StocktakeScanRow.stocktake_id == number,
            StocktakeScanRow.device_id == device_id,
            StocktakeScanRow.outcome == Sighted.UNEXPECTED.value,
        )
        .limit(1)
    )
    return found.first() is not None


def was_unknown(session: Session, number: int, code: str) -> bool:
    """Tell whether a code that stands for nothing was scanned before."""
    found = session.exec(
        select(StocktakeScanRow.id)
        .where(
            StocktakeScanRow.stocktake_id == number,
            StocktakeScanRow.code == code,
            StocktakeScanRow.outcome == Sighted.UNKNOWN.value,
        )
        .limit(1)
    )
    return found.first() is not None


def phone_of(
    session: Session, number: int, actor: str, phone: str
) -> StocktakePhoneRow | None:
    """Give what a phone last said."""
    return session.get(
        StocktakePhoneRow, (number, actor, phone), populate_existing=True
    )


def phones(session: Session, number: int) -> list[StocktakePhoneRow]:
    """List the phones of a stocktake, those that hold most scans first."""
    return list(
        session.exec(
            select(StocktakePhoneRow)
            .where(StocktakePhoneRow.stocktake_id == number)
            .order_by(
                col(StocktakePhoneRow.waiting).desc(),
                col(StocktakePhoneRow.actor),
                col(StocktakePhoneRow.phone),
            )
        )
    )


def totals(session: Session, number: int) -> Totals:
    """Count lines by standing and scans by what was said of them."""
    lines = dict(
        session.exec(
            select(StocktakeLineRow.standing, func.count())
            .where(StocktakeLineRow.stocktake_id == number)
            .group_by(col(StocktakeLineRow.standing))
        ).all()
    )
    scans = dict(
        session.exec(
            select(StocktakeScanRow.outcome, func.count())
            .where(StocktakeScanRow.stocktake_id == number)
            .group_by(col(StocktakeScanRow.outcome))
        ).all()
    )
    return Totals(
        found=lines.get(Standing.FOUND.value, 0),
        misplaced=lines.get(Standing.MISPLACED.value, 0),
        missing=lines.get(Standing.MISSING.value, 0),
        unexpected=scans.get(Sighted.UNEXPECTED.value, 0),
        unknown=scans.get(Sighted.UNKNOWN.value, 0),
        again=scans.get(Sighted.AGAIN.value, 0),
        late=scans.get(Sighted.LATE.value, 0),
        scans=sum(scans.values()) - scans.get(Sighted.PLACE.value, 0),
    )


def lines(
    session: Session,
    number: int,
    standing: Standing,
    offset: int = 0,
    limit: int | None = None,
) -> list[StocktakeLineRow]:
    """List the expected devices of one standing, by tag."""
    return list(
        session.exec(
            select(StocktakeLineRow)
            .where(
                StocktakeLineRow.stocktake_id == number,
                StocktakeLineRow.standing == standing.value,
            )
            .order_by(col(StocktakeLineRow.tag))
            .offset(offset)
            .limit(limit)
        )
    )


def scans(
    session: Session,
    number: int,
    outcome: Sighted,
    offset: int = 0,
    limit: int | None = None,
) -> list[StocktakeScanRow]:
    """List the scans of which one thing was said, in their order."""
    return list(
        session.exec(
            select(StocktakeScanRow)
            .where(
                StocktakeScanRow.stocktake_id == number,
                StocktakeScanRow.outcome == outcome.value,
            )
            .order_by(col(StocktakeScanRow.id))
            .offset(offset)
            .limit(limit)
        )
    )


def seen_late(
    session: Session, number: int, ids: Iterable[int | None]
) -> dict[int, StocktakeScanRow]:
    """Give, of some devices, the first scan that came after the closing."""
    wanted = {key for key in ids if key is not None}
    late = scans(session, number, Sighted.LATE) if wanted else []
    return {
        scan.device_id: scan
        for scan in reversed(late)
        if scan.device_id is not None and scan.device_id in wanted
    }


def latest(session: Session, number: int, limit: int) -> list[StocktakeScanRow]:
    """List the latest scans of everybody, latest first."""
    return list(
        session.exec(
            select(StocktakeScanRow)
            .where(StocktakeScanRow.stocktake_id == number)
            .order_by(col(StocktakeScanRow.id).desc())
            .limit(limit)
        )
    )


def latest_of(session: Session, number: int, actor: str) -> StocktakeScanRow | None:
    """Give somebody's own latest scan."""
    return session.exec(
        select(StocktakeScanRow)
        .where(StocktakeScanRow.stocktake_id == number, StocktakeScanRow.actor == actor)
        .order_by(col(StocktakeScanRow.id).desc())
        .limit(1)
    ).first()


def devices_of(session: Session, ids: Iterable[int | None]) -> dict[int, DeviceRow]:
    """Give devices by row id, whoever owns them: the caller knows who may look."""
    wanted = sorted({key for key in ids if key is not None})
    found: dict[int, DeviceRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(DeviceRow).where(
                col(DeviceRow.id).in_(wanted[start : start + _CHUNK])
            )
        )
        found.update({row.id: row for row in rows})
    return found


def settlements(session: Session, number: int) -> dict[str, StocktakeSettlementRow]:
    """Give what was decided, by subject."""
    rows = session.exec(
        select(StocktakeSettlementRow).where(
            StocktakeSettlementRow.stocktake_id == number
        )
    )
    return {row.subject: row for row in rows}


def settled_count(session: Session, number: int) -> int:
    """Count the anomalies that were decided."""
    return session.exec(
        select(func.count()).where(StocktakeSettlementRow.stocktake_id == number)
    ).one()


def of_device(device_id: int) -> str:
    """Name a device as the subject of a decision."""
    return f"d{device_id}"


def of_scan(scan_id: int) -> str:
    """Name a scan as the subject of a decision: its code stands for nothing."""
    return f"s{scan_id}"


def anomaly_of(
    session: Session, number: int, subject: str
) -> tuple[Anomaly, StocktakeLineRow | StocktakeScanRow] | None:
    """Find the anomaly that a subject names; None when it is none."""
    kind, key = subject[:1], subject[1:]
    if not (key.isascii() and key.isdigit() and len(key) <= 15):  # noqa: PLR2004 - digits of a key
        return None
    wanted = select(StocktakeScanRow).where(StocktakeScanRow.stocktake_id == number)
    if kind == "s":
        scan = session.exec(
            wanted.where(
                StocktakeScanRow.id == int(key),
                StocktakeScanRow.outcome == Sighted.UNKNOWN.value,
            )
        ).first()
        return None if scan is None else (Anomaly.UNKNOWN, scan)
    if kind != "d":
        return None
    line = line_of(session, number, int(key))
    if line is not None:
        of_standing = {standing.value: a for a, standing in _MISSED.items()}
        anomaly = of_standing.get(line.standing)
        return None if anomaly is None else (anomaly, line)
    scan = session.exec(
        wanted.where(
            StocktakeScanRow.device_id == int(key),
            StocktakeScanRow.outcome == Sighted.UNEXPECTED.value,
        )
    ).first()
    return None if scan is None else (Anomaly.UNEXPECTED, scan)
