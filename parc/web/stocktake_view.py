"""What the pages of a stocktake show: counters, latest scans, lists by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.labelled import Labelled
from parc.domain.place_tag import PlaceTag
from parc.domain.stocktake import (
    CLOSERS,
    OPEN_TO,
    SCANNERS,
    SEEN_LATE,
    Anomaly,
    Settlement,
    Sighted,
    Stage,
    Standing,
    Totals,
)
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import LOST, State
from parc.operations.stocktake_report import scope_of
from parc.operations.stocktake_settling import CORRECTABLE
from parc.storage import people, stocktakes
from parc.storage.stocktake_tables import (
    StocktakeLineRow,
    StocktakeRow,
    StocktakeScanRow,
    StocktakeSettlementRow,
)
from parc.storage.tables import DeviceRow, OwnerRow

PER_PAGE = 50
_LATEST = 8
_NOT_YET = "Pas encore vus"
FACTS = [(f.name, f.label) for f in FACT_FIELDS if f.name in CORRECTABLE]


class Shown(Labelled):
    """A list of the page."""

    MISSING = "missing", "Manquants"
    MISPLACED = "misplaced", "Autre lieu"
    UNEXPECTED = "unexpected", "Inattendus"
    UNKNOWN = "unknown", "Codes inconnus"
    FOUND = "found", "Trouvés"
    LATE = "late", "Après la clôture"


@dataclass(frozen=True, slots=True)
class Answer:
    """One scan on screen; the device, if the viewer may see it."""

    scan: StocktakeScanRow
    outcome: Sighted
    row: DeviceRow | None
    by: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list; `address` is the device's page, for who may open it."""

    subject: str
    code: str
    address: str
    label: str
    serial: str
    expected: str
    seen: str
    seen_at: datetime | None
    note: str
    decided: str
    choices: Sequence[Settlement] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list."""

    items: Sequence[Item]
    previous: str
    next: str
    summary: str


def head(session: Session, viewer: Viewer, row: StocktakeRow) -> dict[str, Any]:
    """Gather what every part of the page shows."""
    roles = viewer.roles(row.owner_id)
    totals = stocktakes.totals(session, row.id)
    stage = Stage(row.stage)
    return {
        "take": row,
        "stage": stage,
        "owner": session.get_one(OwnerRow, row.owner_id),
        "scope": scope_of(row),
        "totals": totals,
        "may_scan": not roles.isdisjoint(SCANNERS),
        "may_close": not roles.isdisjoint(CLOSERS),
        "polls": stage is Stage.OPEN,
    }


def board(session: Session, viewer: Viewer, row: StocktakeRow) -> dict[str, Any]:
    """Gather the live part: counters, phones, the latest scans of everybody."""
    kept = stocktakes.latest(session, row.id, _LATEST)
    phones = stocktakes.phones(session, row.id)
    names = people.actor_names(session, {phone.actor for phone in phones})
    return {
        **head(session, viewer, row),
        "phones": [(phone, names.get(phone.actor, phone.actor)) for phone in phones],
        "latest": answers(session, viewer, kept),
    }


def answers(
    session: Session, viewer: Viewer, kept: Sequence[StocktakeScanRow]
) -> list[Answer]:
    """Tell scans with the devices that the viewer may see."""
    rows = stocktakes.devices_of(session, [scan.device_id for scan in kept])
    names = people.actor_names(session, {scan.actor for scan in kept})
    return [
        Answer(
            scan,
            Sighted(scan.outcome),
            _visible(viewer, rows.get(scan.device_id or 0)),
            names.get(scan.actor, scan.actor),
        )
        for scan in kept
    ]


def places(session: Session, row: StocktakeRow) -> list[tuple[str, str]]:
    """Offer the owner's sites by the code of their label: choosing one scans it."""
    found = people.sites(session, [row.owner_id])
    return [(str(PlaceTag(site.id)), site.name) for site in found]


def tabs(row: StocktakeRow, totals: Totals, shown: Shown) -> list[dict[str, Any]]:
    """List the lists with their numbers."""
    is_open = row.stage == Stage.OPEN.value
    numbers = {one: getattr(totals, one.value) for one in Shown}
    return [
        {
            "label": _NOT_YET if is_open and one is Shown.MISSING else one.label,
            "number": numbers[one],
            "address": f"/stocktakes/{row.id}?list={one.value}",
            "current": one is shown,
        }
        for one in Shown
        if one is not Shown.LATE or numbers[one]
    ]


def listed(
    session: Session, viewer: Viewer, row: StocktakeRow, shown: Shown, number: int
) -> Page:
    """Give a page of a list, from 1."""
    offset = (number - 1) * PER_PAGE
    totals = stocktakes.totals(session, row.id)
    total = int(getattr(totals, shown.value))
    settled = stocktakes.settlements(session, row.id)
    may = row.stage == Stage.CLOSED.value and not viewer.roles(row.owner_id).isdisjoint(
        SCANNERS
    )
    if shown in {Shown.MISSING, Shown.MISPLACED, Shown.FOUND}:
        standing = Standing(shown.value)
        lines = stocktakes.lines(session, row.id, standing, offset, PER_PAGE)
        rows = stocktakes.devices_of(session, [line.device_id for line in lines])
        late = stocktakes.seen_late(session, row.id, rows) if row.closed_at else {}
        items = [
            _line(
                viewer,
                line,
                rows.get(line.device_id),
                settled,
                may=may,
                late=line.device_id in late,
            )
            for line in lines
        ]
    else:
        outcome = Sighted(shown.value)
        scans = stocktakes.scans(session, row.id, outcome, offset, PER_PAGE)
        rows = stocktakes.devices_of(session, [scan.device_id for scan in scans])
        items = [
            _scan(viewer, row, scan, rows.get(scan.device_id or 0), settled, may=may)
            for scan in scans
        ]
    address = f"/stocktakes/{row.id}?list={shown.value}&page="
    last = offset + len(items)
    return Page(
        items=items,
        previous=f"{address}{number - 1}" if number > 1 else "",
        next=f"{address}{number + 1}" if last < total else "",
        summary=f"{offset + 1} à {last} sur {total}" if items else "",
    )


def _line(
    viewer: Viewer,
    line: StocktakeLineRow,
    device: DeviceRow | None,
    settled: Mapping[str, StocktakeSettlementRow],
    *,
    may: bool,
    late: bool,
) -> Item:
    subject = stocktakes.of_device(line.device_id)
    is_found = line.standing == Standing.FOUND.value
    decided = None if is_found else settled.get(subject)
    visible = _visible(viewer, device)
    choices: Sequence[Settlement] = ()
    if may and not is_found and decided is None:
        choices = _choices(Anomaly(line.standing), visible, line.seen_site_id)
    return Item(
        subject=subject,
        code=line.tag,
        address=f"/devices/{line.tag}" if visible else "",
        label=line.label,
        serial=line.serial or "",
        expected=line.site,
        seen=line.seen_place,
        seen_at=line.seen_at,
        note=f"{SEEN_LATE}." if late and not line.seen_at else State(line.state).label,
        decided=_decided(decided),
        choices=choices,
    )


def _scan(
    viewer: Viewer,
    row: StocktakeRow,
    scan: StocktakeScanRow,
    device: DeviceRow | None,
    settled: Mapping[str, StocktakeSettlementRow],
    *,
    may: bool,
) -> Item:
    subject = (
        stocktakes.of_scan(scan.id)
        if scan.device_id is None
        else stocktakes.of_device(scan.device_id)
    )
    is_anomaly = scan.outcome != Sighted.LATE.value
    decided = settled.get(subject) if is_anomaly else None
    visible = _visible(viewer, device)
    choices: Sequence[Settlement] = ()
    if may and is_anomaly and decided is None:
        own = visible is not None and visible.owner_id == row.owner_id
        site = scan.site_id if own else None
        choices = _choices(Anomaly(scan.outcome), visible, site)
    return Item(
        subject=subject,
        code=visible.tag if visible else scan.code,
        address=f"/devices/{visible.tag}" if visible else "",
        label=visible.label if visible else "",
        serial=(visible.serial or "") if visible else "",
        expected="",
        seen=scan.place,
        seen_at=scan.at,
        note=scan.reason,
        decided=_decided(decided),
        choices=choices,
    )


def _choices(
    anomaly: Anomaly, device: DeviceRow | None, site: int | None
) -> list[Settlement]:
    """Offer what may be decided of an anomaly, as its device is now."""
    refused = set()
    if device is None:
        refused = set(Settlement) - {Settlement.LEFT}
    elif State(device.state) not in LOST:
        refused.add(Settlement.RECOVERED)
    if site is None:
        refused.add(Settlement.MOVED)
    return [one for one in OPEN_TO[anomaly] if one not in refused]


def _decided(found: StocktakeSettlementRow | None) -> str:
    if found is None:
        return ""
    label = Settlement(found.settlement).label
    return f"{label} : {found.reason}" if found.reason else label


def _visible(viewer: Viewer, device: DeviceRow | None) -> DeviceRow | None:
    return device if device is not None and viewer.sees(device.owner_id) else None
