"""The report of a stocktake: made once, kept as two documents, never made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlmodel import Session

from parc import clock, resources
from parc.domain.refusal import Refusal, Refused
from parc.domain.siret import formatted
from parc.domain.stocktake import (
    CLOSERS,
    SEEN_LATE,
    Settlement,
    Sighted,
    Stage,
    Standing,
    Totals,
    signing_reasons,
)
from parc.domain.vocabulary import State
from parc.operations.selection import Desk
from parc.operations.stocktakes import plain, require, row_of
from parc.storage import documents, stocktakes
from parc.storage.database import reading, writing
from parc.storage.stocktake_tables import (
    StocktakeLineRow,
    StocktakeRow,
    StocktakeScanRow,
    StocktakeSettlementRow,
)
from parc.storage.tables import DeviceRow, OwnerRow
from reports.render import xlsx
from reports.stocktake import Item, Minutes, build
from reports.stocktake_pdf import pdf

_TRIES = 3
_ALL = "tout le parc du propriétaire"
_UNSETTLED = "Non traité"
_NOT_CLOSED = "Arrêtez d'abord les scans : le procès-verbal dit ce qui manque."
_SIGNED = "Le procès-verbal est déjà signé : il ne se refait pas."
_BUSY = "D'autres personnes traitent des écarts : recommencez dans un instant."

Settled = Mapping[str, StocktakeSettlementRow]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The minutes and what they were made from, to be compared before signing."""

    minutes: Minutes
    stamp: tuple[Totals, int]


def sign(engine: Engine, desk: Desk, number: int, remarks: str) -> None:
    """Make the report, sign it, and keep it: the stocktake changes no more.

    Raises:
        Refused: no role; scans not closed; signed already; anomalies left with no
            explanation.
    """
    remarks = plain(remarks)
    for _ in range(_TRIES):
        with reading(engine) as session:
            row = row_of(session, number)
            require(desk.viewer, row.owner_id, CLOSERS)
            _require_closed(row)
            gathered = _gather(session, desk, row, remarks)
        if reasons := signing_reasons(gathered.minutes.unsettled, remarks):
            raise Refused(reasons)
        # Drawing takes time: nobody waits for it.
        made = [
            documents.examine(pdf(gathered.minutes)),
            documents.examine(xlsx.to_bytes(build(gathered.minutes))),
        ]
        with writing(engine) as session:
            row = stocktakes.hold(session, number)
            _require_closed(row)
            if _stamp(session, number) != gathered.stamp:
                continue
            for upload in made:
                documents.keep(
                    session,
                    desk.documents,
                    upload,
                    owner_id=row.owner_id,
                    at=desk.now,
                    by=desk.viewer.actor,
                )
            row.stage, row.remarks = Stage.SIGNED.value, remarks
            row.signed_at, row.signed_by = desk.now, desk.viewer.actor
            row.pdf, row.xlsx = (upload.sha256 for upload in made)
            session.add(row)
        return
    raise Refused((Refusal("busy", _BUSY),))


def unsettled_count(session: Session, number: int, totals: Totals) -> int:
    """Count the anomalies of which nothing was decided."""
    return totals.anomalies - stocktakes.settled_count(session, number)


def scope_of(row: StocktakeRow) -> str:
    """Say what a stocktake covers."""
    category = resources.categories().get(row.category or "")
    parts = [category.plural if category else "", row.site]
    return ", ".join(part for part in parts if part) or _ALL


def _gather(session: Session, desk: Desk, row: StocktakeRow, remarks: str) -> _Gathered:
    totals = stocktakes.totals(session, row.id)
    owner = session.get_one(OwnerRow, row.owner_id)
    phones = stocktakes.phones(session, row.id)
    settled = stocktakes.settlements(session, row.id)
    unexpected = stocktakes.scans(session, row.id, Sighted.UNEXPECTED)
    devices = stocktakes.devices_of(session, [scan.device_id for scan in unexpected])
    roles = desk.viewer.roles(row.owner_id)
    minutes = Minutes(
        number=row.id,
        owner=owner.name,
        siret=formatted(owner.siret),
        scope=scope_of(row),
        opened_at=clock.local(row.opened_at),
        opened_by=row.opened_by,
        closed_at=clock.local(row.closed_at or desk.now),
        closed_by=row.closed_by or "",
        signed_at=clock.local(desk.now),
        signed_by=desk.viewer.actor,
        role=next(role.label for role in CLOSERS if role in roles),
        totals=totals,
        away=row.away,
        scanners=len(phones),
        waiting=sum(phone.waiting for phone in phones),
        unsettled=unsettled_count(session, row.id, totals),
        explanation=row.explanation,
        remarks=remarks,
        missing=_lines(session, row, Standing.MISSING, settled),
        misplaced=_lines(session, row, Standing.MISPLACED, settled),
        unexpected=[
            _scanned(scan, settled, devices.get(scan.device_id or 0), row.owner_id)
            for scan in unexpected
        ],
        unknown=[
            _scanned(scan, settled, None, row.owner_id)
            for scan in stocktakes.scans(session, row.id, Sighted.UNKNOWN)
        ],
        found=_lines(session, row, Standing.FOUND, {}),
    )
    return _Gathered(minutes, _stamp(session, row.id))


def _stamp(session: Session, number: int) -> tuple[Totals, int]:
    totals = stocktakes.totals(session, number)
    return totals, stocktakes.settled_count(session, number)


def _lines(
    session: Session, row: StocktakeRow, standing: Standing, settled: Settled
) -> Sequence[Item]:
    found = stocktakes.lines(session, row.id, standing)
    ids = [line.device_id for line in found] if standing is Standing.MISSING else []
    late = stocktakes.seen_late(session, row.id, ids)
    items = [_line(line, standing, settled) for line in found]
    return [
        replace(item, reason=f"{SEEN_LATE}. {item.reason}".strip())
        if line.device_id in late
        else item
        for line, item in zip(found, items, strict=True)
    ]


def _line(line: StocktakeLineRow, standing: Standing, settled: Settled) -> Item:
    decision, reason = ("", "")
    if standing is not Standing.FOUND:
        decision, reason = _decided(stocktakes.of_device(line.device_id), settled)
    return Item(
        tag=line.tag,
        label=line.label,
        serial=line.serial or "",
        state=State(line.state).label,
        expected=line.site,
        seen=line.seen_place,
        seen_on=clock.local(line.seen_at).date() if line.seen_at else None,
        decision=decision,
        reason=reason,
    )


def _scanned(
    scan: StocktakeScanRow, settled: Settled, device: DeviceRow | None, owner_id: int
) -> Item:
    """Tell a scan; of another owner's device, only what was read on it."""
    subject = (
        stocktakes.of_device(scan.device_id)
        if scan.device_id is not None
        else stocktakes.of_scan(scan.id)
    )
    decision, reason = _decided(subject, settled)
    told = " ".join(text for text in (scan.reason, reason) if text)
    own = device if device is not None and device.owner_id == owner_id else None
    return Item(
        tag=own.tag if own else scan.code,
        label=own.label if own else "",
        serial=(own.serial or "") if own else "",
        seen=scan.place,
        seen_on=clock.local(scan.at).date(),
        decision=decision,
        reason=told,
    )


def _decided(subject: str, settled: Settled) -> tuple[str, str]:
    found = settled.get(subject)
    if found is None:
        return _UNSETTLED, ""
    return Settlement(found.settlement).label, found.reason


def _require_closed(row: StocktakeRow) -> None:
    if row.stage != Stage.CLOSED.value:
        told = _NOT_CLOSED if row.stage == Stage.OPEN.value else _SIGNED
        raise Refused((Refusal("stage", told),))
