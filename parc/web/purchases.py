"""Purchases: orders listed, entered, corrected, cancelled."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.purchase import BUYERS, FURTHER, OrderKind
from parc.domain.refusal import Refusal, Refused
from parc.operations import purchases
from parc.storage import purchases as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.purchases import PAGE, Wanted
from parc.web import problems, purchase_view, rendering
from parc.web.deps import EngineDep, ReadSession
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError
from parc.web.purchase_page import (
    address_of,
    buyers_of,
    chosen_owner,
    done_or_again,
    integer,
    order_number,
    order_page,
    order_seen,
    require_reader,
    year_of,
)
from parc.web.purchase_view import TABS, Tried

router = APIRouter(prefix="/purchases", include_in_schema=False)

_MISSING_OWNER = Refusal("missing_field", "« Propriétaire » est à choisir.", "owner")


@router.get("")
def show_all(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    owner: str = "",
    year: str = "",
    kind: str = "",
    q: str = "",
    awaited: str = "",
    page: str = "1",
) -> Response:
    """List the orders of the owners that the viewer sees, latest first."""
    viewer = desk.viewer
    require_reader(viewer)
    owners = owners_seen(session, viewer)
    chosen = next((one for one in owners if one.siret == owner), None)
    wanted = Wanted(
        chosen.id if chosen else None,
        year_of(year),
        next((one.value for one in OrderKind if one.value == kind), ""),
        q.strip()[:100],
        awaited=awaited == "1",
    )
    number = max(1, integer(page) or 1)
    rows, more = kept.listed(session, viewer, wanted, (number - 1) * PAGE)
    ids = [row.id for row in rows]
    lines = kept.lines_of(session, ids)
    came = kept.received(session, [one.id for found in lines.values() for one in found])
    names = {one.id: one.name for one in owners}
    asked = {"owner": owner, "year": year, "kind": kind, "q": q, "awaited": awaited}
    return rendering.page(
        request,
        "purchases/list.html",
        tabs=TABS,
        orders=[
            {
                "row": row,
                "kind": OrderKind(row.kind),
                "owner": names[row.owner_id],
                "cents": sum(
                    purchases.bought_of(row, one).amount_cents for one in found
                ),
                "units": sum(
                    one.quantity - one.cancelled_quantity
                    for one in found
                    if one.category
                ),
                "cancelled": row.cancelled_at is not None
                or all(one.cancelled_quantity == one.quantity for one in found),
                "came": sum(came[one.id].units for one in found if one.id in came),
            }
            for row in rows
            for found in (lines[row.id],)
        ],
        owners=[(one.siret, one.name) for one in owners],
        years=[(str(one), str(one)) for one in kept.years(session, viewer)],
        kinds=[(one.value, one.label) for one in OrderKind],
        asked=asked,
        may_buy=bool(buyers_of(session, viewer)),
        previous=_page_address(asked, number - 1) if number > 1 else "",
        next=_page_address(asked, number + 1) if more else "",
        number=number,
    )


@router.get("/new")
def new_order(
    request: Request, session: ReadSession, desk: AtDesk, kind: str = "order"
) -> Response:
    """Show the empty form.

    Raises:
        ForbiddenError: no role that buys.
    """
    texts = {"kind": kind, "ordered_on": desk.today.isoformat(), "quantity": "1"}
    return _new(request, session, desk.viewer, Tried("new", texts, ()))


@router.post("")
def enter(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Enter an order with its first line, or show what is to be corrected."""
    with reading(engine) as session:
        owners = buyers_of(session, desk.viewer)
    if not owners:
        raise ForbiddenError
    owner = chosen_owner(owners, form)
    try:
        if owner is None:
            raise Refused((_MISSING_OWNER,))  # noqa: TRY301 - said with the others
        number = purchases.enter(engine, desk, owner.id, form.texts)
    except Refused as refused:
        tried = Tried("new", form.texts, refused.reasons)
        with reading(engine) as session:
            return _new(request, session, desk.viewer, tried)
    done = "Enregistré. Il reste à réceptionner ce qui sera livré."
    return rendering.redirect(request, address_of(number), done)


@router.get("/{order}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, order: str
) -> Response:
    """Show an order, its lines and the devices that came by each."""
    return order_page(request, session, desk, order_seen(session, desk.viewer, order))


@router.post("/{order}")
def correct(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, order: str
) -> Response:
    """Correct the heading of an order of which nothing came."""
    number = order_number(engine, desk, order, *BUYERS)
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=("order", form),
        act=lambda: purchases.correct(engine, desk, number, form.texts),
        notice="Commande corrigée.",
    )


@router.post("/{order}/cancel")
def cancel(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, order: str
) -> Response:
    """Cancel what has not come of a whole order, with a reason."""
    number = order_number(engine, desk, order, *BUYERS)
    reason = form.texts.get("reason", "")
    return done_or_again(
        request,
        engine,
        desk,
        number=number,
        tried=("cancel", form),
        act=lambda: purchases.cancel(engine, desk, number, reason),
        notice="Annulé : ce qui n'est pas venu ne compte plus.",
    )


def _new(request: Request, session: Session, viewer: Viewer, tried: Tried) -> Response:
    owners = buyers_of(session, viewer)
    if not owners:
        raise ForbiddenError
    lines = purchase_view.line_inputs(None, tried)
    return rendering.page(
        request,
        "purchases/new.html",
        status_code=problems.refusal(tried.refusals).status if tried.refusals else 200,
        tabs=TABS,
        owners=[(one.siret, one.name) for one in owners] if len(owners) > 1 else [],
        chosen=tried.texts.get("owner", ""),
        heading=purchase_view.heading_inputs(None, tried),
        line=[one for one in lines if one.field.name not in FURTHER],
        more=[one for one in lines if one.field.name in FURTHER],
        refusals=tried.refusals,
    )


def _page_address(asked: dict[str, str], page: int) -> str:
    kept_ = {name: value for name, value in asked.items() if value}
    return f"/purchases?{urlencode({**kept_, 'page': page})}"
