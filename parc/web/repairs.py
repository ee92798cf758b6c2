"""Maintenance at a glance: open and closed orders, the year, files of all that."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session, col, select

from parc import resources
from parc.domain.access import READERS, Viewer
from parc.domain.maintenance import (
    LONG,
    WORKERS,
    Outcome,
    Place,
    Stage,
    upgrades_of_a_year,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.operations.maintenance_export import (
    ORDER_FIELDS,
    PART_FIELDS,
    order_rows,
    part_rows,
)
from parc.storage import repair_orders, spare_parts
from parc.storage.devices import owners_seen
from parc.storage.facts import tags_seen
from parc.storage.maintenance_tables import RepairContractRow
from parc.storage.repair_orders import Listed
from parc.storage.tables import OwnerRow
from parc.storage.turnover import Moves, moves_in
from parc.web import rendering
from parc.web.deps import CurrentViewer, ReadSession, Today
from parc.web.errors import ForbiddenError, NotFoundError
from reports.render import xlsx
from reports.render.table_files import Field, Row, csv_blocks, write_xlsx

router = APIRouter(prefix="/repairs", include_in_schema=False)

_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_LONGEST_NUMBER = 9
_FIRST_YEAR = 2000
_COUNTED = frozenset({Outcome.REPAIRED.value, Outcome.UPGRADED.value})
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": xlsx.MEDIA_TYPE}


@dataclass(frozen=True, slots=True)
class Try:
    """A form of a page that was refused: which one, what was typed, why."""

    form: str = ""
    texts: Mapping[str, str] | None = None
    refusals: tuple[Refusal, ...] = ()


@router.get("")
def show_open(
    request: Request, session: ReadSession, viewer: CurrentViewer, today: Today
) -> Response:
    """List the open orders: how old each is, who has the device."""
    require_reader(viewer)
    listed = repair_orders.open_ones(session, viewer)
    return rendering.page(
        request,
        "repairs/open.html",
        listed=listed,
        today=today,
        long=LONG.days,
        may_work=viewer.holds(*WORKERS),
        **_named(session, viewer, listed),
    )


@router.get("/closed")
def show_closed(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    year: str = "",
) -> Response:
    """List the orders closed in a year, with what they cost."""
    require_reader(viewer)
    wanted = year_in(year) or today.year
    listed = repair_orders.closed_in(session, viewer, wanted)
    years = repair_orders.years_closed(session, viewer)
    return rendering.page(
        request,
        "repairs/closed.html",
        listed=listed,
        total=sum(one.cost_cents for one in listed),
        year=wanted,
        years=sorted({*years, today.year, wanted}, reverse=True),
        **_named(session, viewer, listed),
    )


@router.get("/year")
def show_year(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    year: str = "",
    owner: str = "",
) -> Response:
    """Show VIE-04 for a year: repairs, upgrades, and what they replaced."""
    require_reader(viewer)
    owners = owners_seen(session, viewer)
    wanted = year_in(year) or today.year
    chosen = [one for one in owners if one.siret == owner] or owners
    done = repair_orders.done_in(session, {one.id for one in chosen}, wanted)
    moves = moves_in(session, {one.siret for one in chosen}, wanted)
    turnover = {key: found.turnover for key, found in moves.items()}
    whole, kinds = upgrades_of_a_year(done, turnover)
    years = repair_orders.years_closed(session, viewer)
    siret = chosen[0].siret if len(chosen) == 1 else ""
    return rendering.page(
        request,
        "repairs/year.html",
        year=wanted,
        years=sorted({*years, today.year, wanted}, reverse=True),
        owners=owners,
        owner=siret,
        query=_query(wanted, siret),
        pooled=len(chosen) > 1,
        whole=whole,
        kinds=[
            (key, resources.categories()[key].plural, one) for key, one in kinds.items()
        ],
        places=Place,
        percent=_percent,
    )


@router.get("/year/{category}")
def show_devices(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    category: str,
    year: str = "",
    owner: str = "",
) -> Response:
    """List the orders and the devices behind the figures of one category.

    Raises:
        NotFoundError: no such category.
    """
    require_reader(viewer)
    if category not in resources.categories():
        raise NotFoundError
    owners = owners_seen(session, viewer)
    wanted = year_in(year) or today.year
    chosen = [one for one in owners if one.siret == owner] or owners
    moves = moves_in(session, {one.siret for one in chosen}, wanted)
    found = moves.get(category, Moves())
    ids = {one.id for one in chosen}
    listed = [
        one
        for one in repair_orders.closed_in(session, viewer, wanted)
        if one.device.category == category
        and one.order.owner_id in ids
        and one.order.outcome in _COUNTED
    ]
    tags = {moved.tag for moved in (*found.began, *found.ended)}
    return rendering.page(
        request,
        "repairs/year_devices.html",
        year=wanted,
        category=resources.categories()[category].plural,
        back=f"/repairs/year{_query(wanted, owner)}",
        moves=found,
        openable=tags_seen(session, viewer, tags),
        listed=listed,
        **_named(session, viewer, listed),
    )


@router.get("/files/{listing}.{kind}")
def download(
    *,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    listing: str,
    kind: str,
    year: str = "",
) -> Response:
    """Send a list whole, as a file: open orders, those of a year, spare parts.

    Raises:
        NotFoundError: no such list, or no such kind of file.
    """
    require_reader(viewer)
    if kind not in _MEDIA_TYPES:
        raise NotFoundError
    owners = {one.id: one for one in owners_seen(session, viewer)}
    if listing == "parts":
        title = "Pièces détachées"
        fields: Sequence[Field] = PART_FIELDS
        rows = list(part_rows(spare_parts.seen(session, viewer), owners))
    elif listing in {"open", "closed"}:
        wanted = year_in(year) or today.year
        title, fields = "Ordres de réparation", ORDER_FIELDS
        listed = (
            repair_orders.open_ones(session, viewer)
            if listing == "open"
            else repair_orders.closed_in(session, viewer, wanted)
        )
        contracts = contracts_of(session, listed)
        rows = list(order_rows(listed, owners, contracts, today))
    else:
        raise NotFoundError
    blocks = csv_blocks(fields, rows) if kind == "csv" else _book(title, fields, rows)
    name = f"maintenance-{listing}-{today:%Y%m%d}.{kind}"
    return StreamingResponse(
        blocks,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def require_reader(viewer: Viewer) -> None:
    """Stop who reads no owner's devices.

    Raises:
        ForbiddenError: no role that reads.
    """
    if not viewer.holds(*READERS):
        raise ForbiddenError


def owners_held(
    session: Session, viewer: Viewer, roles: Sequence[Role]
) -> list[OwnerRow]:
    """List the owners for whom the viewer holds one of some roles."""
    return [
        owner
        for owner in owners_seen(session, viewer)
        if not viewer.roles(owner.id).isdisjoint(roles)
    ]


def owner_chosen(owners: Sequence[OwnerRow], siret: str) -> OwnerRow:
    """Give the owner that a form names; the only one needs no naming.

    Raises:
        ForbiddenError: there is none to choose from.
        Refused: none of them was chosen.
    """
    if not owners:
        raise ForbiddenError
    if len(owners) == 1 and not siret:
        return owners[0]
    found = next((owner for owner in owners if owner.siret == siret), None)
    if found is None:
        message = "« Propriétaire » est à choisir."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return found


def contracts_of(
    session: Session, listed: Sequence[Listed]
) -> dict[int, RepairContractRow]:
    """Give the contracts that orders follow, by row id."""
    wanted = {one.order.contract_id for one in listed} - {None}
    rows = session.exec(
        select(RepairContractRow).where(
            col(RepairContractRow.id).in_(sorted(key for key in wanted if key))
        )
    )
    return {row.id: row for row in rows}


def number_in(text: str) -> int:
    """Read a number of an address.

    Raises:
        NotFoundError: it is none.
    """
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    raise NotFoundError


def year_in(text: str) -> int | None:
    """Read a year; None for anything else."""
    is_year = text.isascii() and text.isdigit() and len(text) == 4  # noqa: PLR2004 - digits of a year
    return int(text) if is_year and int(text) >= _FIRST_YEAR else None


def _named(
    session: Session, viewer: Viewer, listed: Sequence[Listed]
) -> dict[str, Any]:
    """Give what lists of orders name: owners, contracts, the words of the data."""
    owners = owners_seen(session, viewer)
    return {
        "owners": {owner.id: owner.name for owner in owners},
        "several": len(owners) > 1,
        "contracts": contracts_of(session, listed),
        "diagnoses": resources.diagnoses(),
        "sees": viewer.sees,
        "places": Place,
        "outcomes": Outcome,
        "stages": Stage,
    }


def _query(year: int, siret: str) -> str:
    return f"?year={year}&owner={siret}" if siret else f"?year={year}"


def _percent(share: Fraction | None) -> str:
    return rendering.percent(None if share is None else float(share * 100))


def _book(title: str, fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[bytes]:
    """Make the workbook apart, then send it: its index comes last."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        write_xlsx(title, fields, rows, file)  # type: ignore[arg-type]  # a file in all but name
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block
