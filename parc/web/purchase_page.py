"""The page of one order: who may open it, and what its forms lead back to."""

from collections.abc import Callable, Sequence

from fastapi import Request, Response
from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.access import READERS, Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.operations import purchases
from parc.storage import purchases as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.documents import LARGEST
from parc.storage.journal import ConflictError
from parc.storage.purchase_tables import OrderRow
from parc.storage.tables import OwnerRow
from parc.web import problems, purchase_view, rendering
from parc.web.deps import require_role
from parc.web.device_forms import Sent
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.purchase_view import TABS, Tried
from parc.web.recording import Desk

_LONGEST_ID = 9
_YEARS = range(2000, 2200)


def require_reader(viewer: Viewer) -> None:
    """Stop who reads no owner's things.

    Raises:
        ForbiddenError: partners and agents.
    """
    if not viewer.holds(*READERS):
        raise ForbiddenError


def order_seen(session: Session, viewer: Viewer, order: str) -> OrderRow:
    """Give an order that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    number = integer(order)
    row = kept.find(session, viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def buyers_of(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer enters purchases."""
    return [
        owner
        for owner in owners_seen(session, viewer)
        if purchases.may_buy(viewer, owner.id)
    ]


def chosen_owner(owners: Sequence[OwnerRow], form: Sent) -> OwnerRow | None:
    """Give the owner that a form names; the only one, when it names none."""
    siret = form.texts.get("owner", "")
    if len(owners) == 1 and not siret:
        return owners[0]
    return next((one for one in owners if one.siret == siret), None)


def sheet_of(form: Sent) -> bytes:
    """Give the file that a form brings, empty when it brings none.

    Raises:
        Refused: it is longer than what is read of one.
    """
    content = form.files.get("file", b"")
    if len(content) > LARGEST:
        message = f"Le fichier dépasse {LARGEST >> 20} Mio : coupez-le."
        raise Refused((Refusal("too_large", message, "file"),))
    return content


def integer(text: str) -> int | None:
    """Read a row id or a page's number."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if is_number else None


def year_of(text: str) -> int | None:
    """Read a year of four digits; None when it is none that holds purchases."""
    year = integer(text) or 0
    return year if year in _YEARS else None


def address_of(number: int) -> str:
    """Give the address of an order's page."""
    return f"/purchases/{number}"


def order_page(
    request: Request,
    session: Session,
    desk: Desk,
    row: OrderRow,
    tried: Tried | None = None,
) -> Response:
    owner = session.get_one(OwnerRow, row.owner_id)
    return rendering.page(
        request,
        "purchases/show.html",
        status_code=problems.refusal(tried.refusals).status if tried else 200,
        tabs=TABS,
        order=purchase_view.order_shown(session, desk.viewer, row, owner.name, tried),
        tried=tried,
        today=desk.today,
        fields={
            "received_on": purchase_view.RECEIVED_ON,
            "site": purchase_view.SITE,
            "note": purchase_view.NOTE,
            "accounting_number": purchase_view.ACCOUNT,
            "reason": purchase_view.REASON,
        },
    )


def done_or_again(
    request: Request,
    engine: Engine,
    desk: Desk,
    *,
    number: int,
    tried: tuple[str, Sent],
    act: Callable[[], object],
    notice: str = "",
) -> Response:
    """Do something with an order, or show again why it may not be."""
    name, form = tried
    try:
        act()
    except Refused as refused:
        reasons = refused.reasons
    except ConflictError as conflict:
        reasons = (Refusal("changed_meanwhile", str(conflict)),)
    else:
        return rendering.redirect(request, address_of(number), notice)
    with reading(engine) as session:
        row = order_seen(session, desk.viewer, str(number))
        again = Tried(name, form.texts, reasons)
        return order_page(request, session, desk, row, again)


def order_number(engine: Engine, desk: Desk, order: str, *roles: Role) -> int:
    """Give the row id of an order that somebody may work on.

    Raises:
        NotFoundError: there is none, or it is another owner's.
        ForbiddenError: it may be seen, and that is all.
    """
    with reading(engine) as session:
        row = order_seen(session, desk.viewer, order)
    require_role(desk.viewer, row.owner_id, *roles)
    return row.id


def line_number(
    engine: Engine, desk: Desk, order: str, line: str, *roles: Role
) -> tuple[int, int]:
    number = order_number(engine, desk, order, *roles)
    key = integer(line)
    with reading(engine) as session:
        if key is None or kept.line_of(session, number, key) is None:
            raise NotFoundError
    return number, key
