"""Label stock: what parc knows, and what somebody adds, drawn before it is kept."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.operations import labels
from parc.storage import label_settings
from parc.storage.database import reading
from parc.storage.label_tables import LabelStockRow
from parc.storage.tables import OwnerRow
from parc.web import rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    Now,
    ReadSession,
    Transaction,
    require_role,
)
from parc.web.errors import NotFoundError
from parc.web.label_choice import cells_of, number_in, owners_kept
from reports.labels.lengths import DOTS_PER_MM, decimal
from reports.labels.stock import LABELS, Codes, Material, Stock, read
from reports.labels.stock import Form as StockForm

router = APIRouter(prefix="/labels/stocks", include_in_schema=False)

CHOICES = ("form", "material", "codes", "dpi")
SIZES = ("width", "height", "margin_x", "margin_y")
SHEET = (
    "page_width",
    "page_height",
    "columns",
    "rows",
    "left",
    "top",
    "pitch_x",
    "pitch_y",
)
_A4 = {"page_width": "210", "page_height": "297"}


class Typed(BaseModel):
    """What the form sends: every length as text, with a comma or a point."""

    name: str = ""
    owner: str = ""
    form: str = StockForm.SHEET.value
    material: str = Material.PAPER.value
    codes: str = Codes.BOTH.value
    dpi: str = "600"
    page_width: str = _A4["page_width"]
    page_height: str = _A4["page_height"]
    width: str = ""
    height: str = ""
    columns: str = "1"
    rows: str = "1"
    left: str = ""
    top: str = ""
    pitch_x: str = ""
    pitch_y: str = ""
    margin_x: str = "1"
    margin_y: str = "1"
    save: str = ""


StockTyped = Annotated[Typed, Form()]


@router.get("")
def show_stocks(
    request: Request, session: ReadSession, viewer: CurrentViewer, like: str = ""
) -> Response:
    """List the stock and offer to add one, empty or like another.

    Raises:
        ForbiddenError: no role that prints labels.
    """
    known = labels.stocks(session, viewer.owner_ids)
    model = known.get(like)
    return _page(request, session, viewer, _like(model) if model else Typed())


@router.post("")
def add_stock(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    now: Now,
    typed: StockTyped,
) -> Response:
    """Draw the stock as it was typed; keep it when asked to."""
    try:
        stock = _read(typed)
        if typed.save:
            with transaction() as session:
                owner = _owner(owners_kept(session, viewer), typed.owner)
                label_settings.add_stock(
                    session,
                    LabelStockRow(
                        owner_id=owner.id,
                        name=stock.name,
                        definition=labels.definition_of(stock),
                        changed_at=now,
                        changed_by=viewer.actor,
                    ),
                )
    except Refused as refused:
        with reading(engine) as session:
            return _page(request, session, viewer, typed, refused.reasons)
    if typed.save:
        done = f"Format ajouté : {stock.name}."
        return rendering.redirect(request, "/labels/stocks", done)
    with reading(engine) as session:
        return _page(request, session, viewer, typed, drawn=stock)


@router.post("/{stock}/remove")
def remove_stock(
    request: Request, transaction: Transaction, viewer: CurrentViewer, stock: str
) -> Response:
    """Forget an added stock; what was printed on it can still be printed again."""
    with transaction() as session:
        number = number_in(stock)
        row = session.get(LabelStockRow, number) if number else None
        if row is None:
            raise NotFoundError
        require_role(viewer, row.owner_id, *label_settings.KEEPERS)
        name = row.name
        label_settings.remove(session, row)
    return rendering.redirect(request, "/labels/stocks", f"Format retiré : {name}.")


def _read(typed: Typed) -> Stock:
    """Check what was typed.

    Raises:
        Refused: with every reason.
    """
    values = typed.model_dump(exclude={"owner", "save"})
    blank = {"left", "top", "pitch_x", "pitch_y"}
    given = {k: v for k, v in values.items() if v.strip() or k not in blank}
    stock = read({**given, "key": labels.OWN, "is_checked": True, "source": "saisi"})
    if stock.columns > 1 and not typed.pitch_x.strip():
        message = f"« {LABELS['pitch_x']} » est à renseigner."
        raise Refused((Refusal("missing_field", message, "pitch_x"),))
    return stock


def _like(stock: Stock) -> Typed:
    """Fill the form with another stock, to change what differs."""
    values = {
        name: decimal(value) if isinstance(value, float) else str(value)
        for name, value in stock.as_mapping().items()
        if name in Typed.model_fields and name != "name"
    }
    return Typed(**values)


def _owner(owners: Sequence[OwnerRow], siret: str) -> OwnerRow:
    if len(owners) == 1:
        return owners[0]
    found = next((owner for owner in owners if owner.siret == siret), None)
    if found is None:
        message = "Choisissez pour quel propriétaire ce format est ajouté."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return found


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    viewer: Viewer,
    typed: Typed,
    reasons: tuple[Refusal, ...] = (),
    drawn: Stock | None = None,
) -> Response:
    owners = owners_kept(session, viewer)
    known = labels.stocks(session, viewer.owner_ids)
    rows = label_settings.stocks(session, viewer.owner_ids)
    own = {
        f"{labels.OWN}{row.id}": row
        for row in rows
        if label_settings.may_keep(viewer, row.owner_id)
    }
    if drawn is None and not reasons:
        drawn = _drawable(typed)
    return rendering.page(
        request,
        "labels/stocks.html",
        status_code=422 if reasons else 200,
        reasons=reasons,
        errors=_errors(reasons),
        stocks=known,
        own=own,
        owners=owners,
        typed=typed.model_dump(),
        names=LABELS,
        sizes=SIZES,
        sheet_fields=SHEET,
        choices=_choices(),
        drawn=drawn,
        cells=cells_of(drawn) if drawn else [],
    )


def _drawable(typed: Typed) -> Stock | None:
    try:
        return _read(typed.model_copy(update={"name": typed.name or "Sans nom"}))
    except Refused:
        return None


def _choices() -> Mapping[str, Sequence[tuple[str, str]]]:
    return {
        "form": [(kind.value, kind.label) for kind in StockForm],
        "material": [(kind.value, kind.label) for kind in Material],
        "codes": [(kind.value, kind.label) for kind in Codes],
        "dpi": [(str(dpi), f"{dpi} ppp") for dpi in DOTS_PER_MM],
    }


def _errors(reasons: Sequence[Refusal]) -> Mapping[str, str]:
    return {reason.field: reason.message for reason in reasons if reason.field}
