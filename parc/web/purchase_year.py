"""A purchase year: its indicators, and the lines behind each of them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.category import AgecCategory
from parc.domain.purchase import Clause, IndexKind, OrderKind
from parc.domain.purchasing import Figure, by_category, year_figures
from parc.domain.vocabulary import Condition
from parc.operations import purchases
from parc.storage import purchases as kept
from parc.storage.devices import owners_seen
from parc.storage.purchase_tables import LineRow, OrderRow
from parc.storage.tables import OwnerRow
from parc.web import rendering
from parc.web.deps import ReadSession
from parc.web.devices import AtDesk
from parc.web.errors import NotFoundError
from parc.web.purchase_page import require_reader, year_of
from parc.web.purchase_view import TABS, index_of, title_of
from reports.render import xlsx
from reports.render.table_files import Field, Value, csv_blocks, write_xlsx

router = APIRouter(prefix="/purchases/year", include_in_schema=False)

FIELDS = (
    Field("number", "Commande", 18),
    Field("kind", "Nature", 22),
    Field("supplier", "Fournisseur ou donateur", 26),
    Field("spent_on", "Dépensé le", 12),
    Field("position", "Ligne", 8),
    Field("title", "Désignation", 32),
    Field("agec", "Catégorie AGEC", 32),
    Field("category", "Type de matériel", 22),
    Field("units", "Quantité", 10),
    Field("amount", "Montant HT", 14),
    Field("condition", "État à l'achat", 22),
    Field("clause", "Clause", 22),
    Field("index_kind", "Indice", 22),
    Field("index", "Valeur de l'indice", 12),
    Field("ecolabel", "Écolabel", 18),
    Field("counts", "Compte au numérateur", 12),
)
_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": xlsx.MEDIA_TYPE}


@dataclass(frozen=True, slots=True)
class Counted:
    """A line behind a figure; `inside`: it is in the numerator."""

    order: OrderRow
    line: LineRow
    title: str
    cents: int
    units: int
    inside: bool


@router.get("")
def show_this_year(request: Request, desk: AtDesk) -> Response:
    """Lead to the year under way."""
    require_reader(desk.viewer)
    return rendering.redirect(request, f"/purchases/year/{desk.today.year}")


@router.get("/{year}.{kind}")
def download(
    *,
    session: ReadSession,
    desk: AtDesk,
    year: str,
    kind: str,
    owner: str = "",
    figure: str = "",
) -> Response:
    """Send the lines of a year, or those behind one figure, as a file.

    Raises:
        NotFoundError: no such kind of file, year, owner or figure.
    """
    require_reader(desk.viewer)
    wanted = year_of(year)
    if wanted is None or kind not in _MEDIA:
        raise NotFoundError
    chosen = _owner(session, desk.viewer, owner)
    counted = _lines(session, chosen, wanted, figure)
    name = f"achats-{wanted}{f'-{figure}' if figure else ''}.{kind}"
    if kind == "csv":
        content = b"".join(csv_blocks(FIELDS, _rows(counted)))
    else:
        out = io.BytesIO()
        write_xlsx(f"Achats {wanted}", FIELDS, _rows(counted), out)
        content = out.getvalue()
    return Response(
        content,
        media_type=_MEDIA[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/{year}")
def show_year(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    year: str,
    owner: str = "",
    figure: str = "",
) -> Response:
    """Show the indicators of a year for one owner, and the lines behind one.

    Raises:
        NotFoundError: no such year, owner or figure.
    """
    require_reader(desk.viewer)
    wanted = year_of(year)
    if wanted is None:
        raise NotFoundError
    owners = owners_seen(session, desk.viewer)
    if not owners:
        return rendering.page(
            request, "purchases/year.html", tabs=TABS, year=wanted, owner=None
        )
    chosen = _owner(session, desk.viewer, owner)
    figures = _figures(session, chosen, wanted)
    shown = next((one for one in figures if one.id == figure), None)
    if figure and shown is None:
        raise NotFoundError
    years = {*kept.years(session, desk.viewer), wanted, desk.today.year}
    return rendering.page(
        request,
        "purchases/year.html",
        tabs=TABS,
        year=wanted,
        owner=chosen,
        owners=[(one.siret, one.name) for one in owners],
        years=[(str(one), str(one)) for one in sorted(years, reverse=True)],
        figures=[(one, _value(one), _counted(one)) for one in figures],
        totals=by_category(purchases.bought(session, chosen.id, wanted), wanted),
        shown=shown,
        lines=_lines(session, chosen, wanted, figure) if shown else [],
        Condition=Condition,
        OrderKind=OrderKind,
    )


def _owner(session: Session, viewer: Viewer, siret: str) -> OwnerRow:
    """Give the owner asked for; the first one when none is.

    Raises:
        NotFoundError: none that the viewer sees.
    """
    owners = owners_seen(session, viewer)
    found = next((one for one in owners if one.siret == siret or not siret), None)
    if found is None:
        raise NotFoundError
    return found


def _figures(session: Session, owner: OwnerRow, year: int) -> tuple[Figure, ...]:
    bought = purchases.bought(session, owner.id, year)
    return year_figures(bought, year, resources.law())


def _lines(session: Session, owner: OwnerRow, year: int, figure: str) -> list[Counted]:
    """Give the lines of a year, or those behind one figure.

    Raises:
        NotFoundError: no such figure.
    """
    behind: Figure | None = None
    if figure:
        found = _figures(session, owner, year)
        behind = next((one for one in found if one.id == figure), None)
        if behind is None:
            raise NotFoundError
    counted = []
    for order, line in kept.counted_lines(session, owner.id, year):
        if behind is not None and line.id not in behind.lines:
            continue
        one = purchases.bought_of(order, line)
        inside = behind is not None and line.id in behind.inside
        counted.append(
            Counted(order, line, title_of(line), one.amount_cents, one.units, inside)
        )
    return counted


def _rows(counted: list[Counted]) -> Iterator[list[Value]]:
    categories = resources.categories()
    for one in counted:
        order, line = one.order, one.line
        kind = categories.get(line.category or "")
        yield [
            order.number,
            OrderKind(order.kind).label,
            order.supplier,
            order.spent_on,
            line.position,
            one.title,
            AgecCategory(line.agec_category).label,
            kind.label if kind else None,
            one.units,
            Decimal(one.cents).scaleb(-2),
            Condition(line.condition).label,
            Clause(line.clause).label,
            IndexKind(line.index_kind).label,
            index_of(line),
            line.ecolabel,
            "oui" if one.inside else None,
        ]


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "—"
    if figure.unit == "%":
        return rendering.percent(figure.value)
    return f"{rendering.number(figure.value, 2)} /10"


def _counted(figure: Figure) -> str:
    """Write the division behind a figure."""
    if figure.counted == "cents":
        whole = rendering.euros(figure.denominator)
        return f"{rendering.euros(figure.numerator)} sur {whole}"
    if figure.counted == "units":
        whole = rendering.number(figure.denominator)
        return f"{rendering.number(figure.numerator)} sur {whole} unités"
    return f"{rendering.number(figure.denominator)} unités avec un indice"
