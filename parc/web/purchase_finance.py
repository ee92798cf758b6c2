"""Spends without devices: the finance office's file, looked at, then applied."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.purchase import BUYERS
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Condition
from parc.operations import finance_files
from parc.storage import finance, people
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.purchase_tables import FinanceFileRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.imports import ORDERS
from parc.web.purchase_page import (
    buyers_of,
    chosen_owner,
    integer,
    require_reader,
    sheet_of,
)
from parc.web.purchase_view import TABS
from parc.web.recording import Desk

router = APIRouter(prefix="/purchases/finance", include_in_schema=False)

_SHOWN = 500
"""Lines of a file on its page; all of them are applied."""


@router.get("")
def show_all(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Show the form and the latest files."""
    require_reader(desk.viewer)
    return _list(request, session, desk)


@router.post("")
def send(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Read a file; nothing is entered before it is applied."""
    with reading(engine) as session:
        owners = buyers_of(session, desk.viewer)
    if not owners:
        raise ForbiddenError
    owner = chosen_owner(owners, form)
    try:
        number = finance_files.preview(
            engine, desk, required_owner(owner), file_of(form), order_of(form)
        )
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, desk, refused, form)
    return rendering.redirect(request, _address(number))


@router.get("/{batch}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, batch: str
) -> Response:
    """Show what was read of a file, and what would be entered."""
    return _page(request, session, desk, _seen(session, desk, batch))


@router.post("/{batch}/apply")
def apply(*, request: Request, engine: EngineDep, desk: AtDesk, batch: str) -> Response:
    """Enter what was read, once."""
    number = _working(engine, desk, batch)
    try:
        count = finance_files.apply(engine, desk, number)
    except Refused as refused:
        with reading(engine) as session:
            row = _seen(session, desk, batch)
            return _page(request, session, desk, row, refused)
    done = f"Montants saisis : {rendering.number(count)}."
    return rendering.redirect(request, _address(number), done)


@router.post("/{batch}/abandon")
def abandon(
    *, request: Request, engine: EngineDep, desk: AtDesk, batch: str
) -> Response:
    """Forget what was read of a file that was not applied."""
    number = _working(engine, desk, batch)
    try:
        finance_files.abandon(engine, desk, number)
    except Refused as refused:
        with reading(engine) as session:
            row = _seen(session, desk, batch)
            return _page(request, session, desk, row, refused)
    return rendering.redirect(request, "/purchases/finance", "Fichier abandonné.")


def required_owner(owner: OwnerRow | None) -> int:
    """Give the row id of the owner that a form names.

    Raises:
        Refused: none is chosen.
    """
    if owner is None:
        message = "« Propriétaire » est à choisir."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return owner.id


def file_of(form: Sent) -> bytes:
    """Give the file that a form brings.

    Raises:
        Refused: none, or one that is too long.
    """
    content = sheet_of(form)
    if not content:
        message = "Choisissez un fichier."
        raise Refused((Refusal("missing_field", message, "file"),))
    return content


def order_of(form: Sent) -> str | None:
    """Give the order of dates that a form names; None: what the file proves."""
    wanted = form.texts.get("date_order", "")
    return wanted if wanted in {key for key, _ in ORDERS if key} else None


def _list(
    request: Request,
    session: Session,
    desk: Desk,
    refused: Refused | None = None,
    form: Sent | None = None,
) -> Response:
    names = {one.id: one.name for one in owners_seen(session, desk.viewer)}
    rows = finance.finance_files(session, desk.viewer)
    who = people.actor_names(session, {row.created_by for row in rows})
    owners = buyers_of(session, desk.viewer)
    return rendering.page(
        request,
        "purchases/finance.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        tabs=TABS,
        files=[
            (row, names[row.owner_id], who.get(row.created_by, row.created_by))
            for row in rows
        ],
        may_buy=bool(owners),
        owners=[(one.siret, one.name) for one in owners] if len(owners) > 1 else [],
        texts=form.texts if form else {},
        orders=ORDERS,
        refusals=refused.reasons if refused else (),
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: FinanceFileRow,
    refused: Refused | None = None,
) -> Response:
    lines = finance_files.lines_of(session, row)
    applied = row.applied_at is not None
    fresh = [one for one in lines if one.order_id is None]
    return rendering.page(
        request,
        "purchases/finance_file.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        tabs=TABS,
        file=row,
        owner=session.get_one(OwnerRow, row.owner_id),
        lines=lines[:_SHOWN],
        count=len(lines),
        fresh=len(fresh),
        cents=sum(one.spend.amount_cents for one in fresh),
        issues=finance_files.issues_of(row),
        applied=applied,
        may_apply=not applied and _may(desk, row),
        Condition=Condition,
        refusals=refused.reasons if refused else (),
    )


def _may(desk: Desk, row: FinanceFileRow) -> bool:
    return not desk.viewer.roles(row.owner_id).isdisjoint(BUYERS)


def _seen(session: Session, desk: Desk, batch: str) -> FinanceFileRow:
    number = integer(batch)
    row = finance.finance_file(session, desk.viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def _working(engine: EngineDep, desk: Desk, batch: str) -> int:
    with reading(engine) as session:
        row = _seen(session, desk, batch)
    require_role(desk.viewer, row.owner_id, *BUYERS)
    return row.id


def _address(number: int) -> str:
    return f"/purchases/finance/{number}"
