"""What labels say for an owner, and the printers that print them, with their shifts."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.operations import labels
from parc.storage import label_settings
from parc.storage.database import reading
from parc.storage.label_settings import MICROMETRES, MILLIONTHS, Texts
from parc.storage.label_tables import LabelPrinterRow
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
from parc.web.label_choice import owners_kept, printer_seen, way_in
from reports.labels import calibration
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM, decimal

router = APIRouter(prefix="/labels", include_in_schema=False)


class PrinterTyped(BaseModel):
    """What the form about a printer sends; `measured` is its rule of 100 mm."""

    owner: str = ""
    name: str = ""
    dpi: str = "600"
    shift_x: str = "0"
    shift_y: str = "0"
    measured: str = "100"


class TextsTyped(BaseModel):
    """What the form about an owner's texts sends."""

    owner: str = ""
    name: str = ""
    return_to: str = ""


@router.get("/setup")
def show_setup(
    request: Request, session: ReadSession, viewer: CurrentViewer, printer: str = ""
) -> Response:
    """Show texts and printers; with a `printer`, its profile to be changed.

    Raises:
        ForbiddenError: no role that prints labels.
    """
    row = printer_seen(session, viewer, printer)
    typed = _typed(session, row) if row else PrinterTyped()
    return _page(request, session, viewer, typed)


@router.post("/printers")
def keep_printer(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    now: Now,
    typed: Annotated[PrinterTyped, Form()],
) -> Response:
    """Remember a printer's profile; one of that name is replaced."""
    try:
        printer = _printer(typed)
        with transaction() as session:
            owner = _owner(session, viewer, typed.owner)
            row = LabelPrinterRow(
                owner_id=owner.id,
                name=printer.name,
                dpi=printer.dpi,
                shift_x=round(printer.shift_x * MICROMETRES),
                shift_y=round(printer.shift_y * MICROMETRES),
                scale=round(printer.scale * MILLIONTHS),
                changed_at=now,
                changed_by=viewer.actor,
            )
            label_settings.keep_printer(session, row)
    except Refused as refused:
        with reading(engine) as session:
            return _page(request, session, viewer, typed, refused.reasons)
    done = f"Profil enregistré : {printer.name}."
    return rendering.redirect(request, "/labels/setup", done)


@router.post("/printers/{printer}/remove")
def remove_printer(
    request: Request, transaction: Transaction, viewer: CurrentViewer, printer: str
) -> Response:
    """Forget a printer's profile."""
    with transaction() as session:
        row = printer_seen(session, viewer, printer)
        if row is None:
            raise NotFoundError
        require_role(viewer, row.owner_id, *label_settings.KEEPERS)
        name = row.name
        label_settings.remove(session, row)
    return rendering.redirect(request, "/labels/setup", f"Profil retiré : {name}.")


@router.post("/texts")
def set_texts(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    now: Now,
    typed: Annotated[TextsTyped, Form()],
) -> Response:
    """Change what an owner's labels say; those printed already stay as they are."""
    try:
        with transaction() as session:
            owner = _owner(session, viewer, typed.owner)
            said = Texts(typed.name, typed.return_to)
            label_settings.set_texts(session, owner.id, said, now, viewer.actor)
    except Refused as refused:
        with reading(engine) as session:
            return _page(
                request, session, viewer, PrinterTyped(), refused.reasons, typed
            )
    return rendering.redirect(request, "/labels/setup", "Textes enregistrés.")


@router.get("/calibration.pdf")
def calibration_page(
    request: Request, session: ReadSession, viewer: CurrentViewer
) -> Response:
    """Send the page that shows how far a printer is off, for a stock."""
    owners_kept(session, viewer)
    way = way_in(session, viewer, dict(request.query_params))
    content = calibration.page(way.stock, way.printer)
    headers = {"Content-Disposition": 'inline; filename="calage.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _printer(typed: PrinterTyped) -> Printer:
    """Read a profile; what the rule measures gives the scale.

    Raises:
        Refused: with every reason.
    """
    numbers: dict[str, float] = {}
    reasons: list[Refusal] = []
    for name, label in _NUMBERS.items():
        try:
            numbers[name] = float(getattr(typed, name).replace(",", ".").strip() or 0)
        except ValueError:
            message = f"« {label} » : un nombre de millimètres est attendu."
            reasons.append(Refusal("invalid_field", message, name))
    dpi = int(typed.dpi) if typed.dpi in map(str, DOTS_PER_MM) else 0
    if not reasons:
        measured = numbers["measured"]
        scale = calibration.RULE / measured if measured > 0 else 0.0
        printer = Printer(
            dpi,
            numbers["shift_x"],
            numbers["shift_y"],
            scale,
            " ".join(typed.name.split()),
        )
        reasons += printer.problems()
    if reasons:
        raise Refused(tuple(reasons))
    return printer


def _typed(session: Session, row: LabelPrinterRow) -> PrinterTyped:
    printer = labels.printer_of(row)
    return PrinterTyped(
        owner=session.get_one(OwnerRow, row.owner_id).siret,
        name=row.name,
        dpi=str(row.dpi),
        shift_x=_signed(printer.shift_x),
        shift_y=_signed(printer.shift_y),
        measured=decimal(calibration.RULE / printer.scale),
    )


def _signed(value: float) -> str:
    return decimal(value).replace("\u2212", "-")


def _owner(session: Session, viewer: Viewer, siret: str) -> OwnerRow:
    owners = owners_kept(session, viewer)
    if len(owners) == 1 and siret in {"", owners[0].siret}:
        return owners[0]
    found = next((owner for owner in owners if owner.siret == siret), None)
    if found is None:
        message = "Choisissez le propriétaire."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return found


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    viewer: Viewer,
    typed: PrinterTyped,
    reasons: tuple[Refusal, ...] = (),
    texts: TextsTyped | None = None,
) -> Response:
    owners = owners_kept(session, viewer)
    known = label_settings.texts_of(session, [owner.id for owner in owners])
    said = {owner.siret: known[owner.id] for owner in owners}
    if texts is not None and texts.owner in said:
        said[texts.owner] = Texts(texts.name, texts.return_to)
    rows = [
        row
        for row in label_settings.printers(session, viewer.owner_ids)
        if label_settings.may_keep(viewer, row.owner_id)
    ]
    return rendering.page(
        request,
        "labels/setup.html",
        status_code=422 if reasons else 200,
        reasons=reasons,
        owners=owners,
        names={owner.id: owner.name for owner in owners},
        said=said,
        printers=[(row, _typed(session, row)) for row in rows],
        typed=typed,
        resolutions=list(DOTS_PER_MM),
        stocks=labels.stocks(session, viewer.owner_ids),
        usual=labels.USUAL,
    )


_NUMBERS: Mapping[str, str] = {
    "shift_x": "Décalage vers la droite",
    "shift_y": "Décalage vers le bas",
    "measured": "Le trait de 100 mm mesure",
}
