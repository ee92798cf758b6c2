"""Lines of an order: added, corrected, received, cancelled."""

from datetime import date

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.purchase import BUYERS, RECEIVERS
from parc.domain.refusal import Refusal, Refused
from parc.operations import deliveries, purchases
from parc.operations.deliveries import Arrival, Item
from parc.storage.database import reading
from parc.storage.purchase_tables import OrderRow
from parc.web import rendering
from parc.web.deps import EngineDep
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.purchase_page import (
    address_of,
    done_or_again,
    integer,
    line_number,
    order_number,
    sheet_of,
)

router = APIRouter(prefix="/purchases", include_in_schema=False)


@router.post("/{order}/lines")
def add_line(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, order: str
) -> Response:
    """Add a line to an order."""
    number = order_number(engine, desk, order, *BUYERS)
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=("line", form),
        act=lambda: purchases.add_line(engine, desk, number, form.texts),
        notice="Ligne ajoutée.",
    )


@router.post("/{order}/lines/{line}")
def correct_line(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    order: str,
    line: str,
) -> Response:
    """Correct a line of an order of which nothing came."""
    number, key = line_number(engine, desk, order, line, *BUYERS)
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=(f"line-{key}", form),
        act=lambda: purchases.correct_line(engine, desk, number, key, form.texts),
        notice="Ligne corrigée.",
    )


@router.post("/{order}/lines/{line}/remove")
def remove_line(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    order: str,
    line: str,
) -> Response:
    """Take a line away while nothing came."""
    number, key = line_number(engine, desk, order, line, *BUYERS)
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=(f"remove-{key}", form),
        act=lambda: purchases.remove_line(engine, desk, number, key),
        notice="Ligne retirée.",
    )


@router.post("/{order}/lines/{line}/cancel")
def cancel_line(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    order: str,
    line: str,
) -> Response:
    """Cancel what has not come of a line, with a reason."""
    number, key = line_number(engine, desk, order, line, *BUYERS)
    reason = form.texts.get("reason", "")
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=(f"cancel-{key}", form),
        act=lambda: purchases.cancel(engine, desk, number, reason, key),
        notice="Annulé : ce qui n'est pas venu ne compte plus.",
    )


@router.post("/{order}/lines/{line}/receive")
def receive(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    order: str,
    line: str,
) -> Response:
    """Receive units of a line: scanned, listed in a file, or counted."""
    number, key = line_number(engine, desk, order, line, *RECEIVERS)
    tags: list[str] = []

    def act() -> None:
        with reading(engine) as session:
            owner_id = session.get_one(OrderRow, number).owner_id
            arrival = _arrival(session, owner_id, form)
        tags.extend(deliveries.receive(engine, desk, number, key, arrival))

    answer = done_or_again(
        request, engine, desk, number=number, tried=(f"receive-{key}", form), act=act
    )
    if not tags:
        return answer
    count = rendering.number(len(tags))
    several = "s" if len(tags) > 1 else ""
    done = f"{count} matériel{several} en stock, de {tags[0]} à {tags[-1]}."
    if len(tags) == 1:
        done = f"Matériel {tags[0]} en stock."
    return rendering.redirect(request, address_of(number), done)


def _arrival(session: Session, owner_id: int, form: Sent) -> Arrival:
    """Read a delivery as it was typed.

    Raises:
        Refused: a day, a quantity or a list that cannot be read.
    """
    texts = form.texts
    refusals: list[Refusal] = []
    try:
        day = date.fromisoformat(texts.get("received_on", "").strip())
    except ValueError:
        message = "« Reçu le » est à renseigner (AAAA-MM-JJ)."
        refusals.append(Refusal("invalid_field", message, "received_on"))
        day = date.min
    items: list[Item] = deliveries.scanned(texts.get("serials", ""))
    count = texts.get("quantity", "").strip()
    content = sheet_of(form)
    if sum(map(bool, (items, count, content))) > 1:
        message = "Donnez ou des numéros de série, ou une liste, ou une quantité seule."
        refusals.append(Refusal("invalid_field", message, "serials"))
    if count and integer(count) is None:
        message = "« Quantité seule » : nombre entier attendu."
        refusals.append(Refusal("invalid_field", message, "quantity"))
    if refusals:
        raise Refused(tuple(refusals))
    if content:
        items = deliveries.listed(session, owner_id, content)
    elif count:
        items = deliveries.quantity_of(integer(count) or 0)
    site = texts.get("site", "").strip()
    return Arrival(
        day,
        items,
        (integer(site) or 0) if site else None,
        _plain(texts.get("accounting_number", "")),
        _plain(texts.get("note", "")),
    )


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:100]
