"""Accounting: numbers with their devices; the finance ledger compared with them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.depreciation import YEARS, years_for
from parc.domain.refusal import Refused
from parc.domain.vocabulary import HELD
from parc.operations import accounting
from parc.operations.accounting import LISTS
from parc.storage import finance, people
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.purchase_tables import ReconciliationRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.imports import ORDERS
from parc.web.purchase_finance import file_of, order_of, required_owner
from parc.web.purchase_page import (
    buyers_of,
    chosen_owner,
    integer,
    require_reader,
)
from parc.web.purchase_view import TABS
from parc.web.recording import Desk
from reports import reconciliation
from reports.render import xlsx

router = APIRouter(prefix="/purchases/accounting", include_in_schema=False)

_PAGE = 50
_SHOWN = 100
"""Numbers of one list on the page; the workbook holds all of them."""


@router.get("")
def show_accounts(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    owner: str = "",
    on: str = "",
    page: str = "1",
) -> Response:
    """List the accounting numbers of an owner, with their net value on a day."""
    require_reader(desk.viewer)
    return _accounts(request, session, desk, siret=owner, on=on, page=page)


@router.post("/reconciliations")
def compare(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Compare a finance file with the inventory; nothing is written to devices."""
    with reading(engine) as session:
        owners = buyers_of(session, desk.viewer)
    if not owners:
        raise ForbiddenError
    owner = chosen_owner(owners, form)
    try:
        number = accounting.compare(
            engine,
            desk,
            required_owner(owner),
            file_of(form),
            with_vat=form.texts.get("vat") == "with",
            order=order_of(form),
        )
    except Refused as refused:
        with reading(engine) as session:
            siret = owner.siret if owner else ""
            return _accounts(
                request, session, desk, siret=siret, refused=refused, form=form
            )
    done = "Rapprochement fait : rien n'a changé dans les fiches."
    return rendering.redirect(request, _address(number), done)


@router.get("/reconciliations/{reconciliation_id}.xlsx")
def download(session: ReadSession, desk: AtDesk, reconciliation_id: str) -> Response:
    """Send the four lists of a reconciliation as a workbook."""
    row = _seen(session, desk, reconciliation_id)
    name = f"rapprochement-{row.id}.xlsx"
    return Response(
        reconciliation.workbook(accounting.made_of(row).result),
        media_type=xlsx.MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/reconciliations/{reconciliation_id}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, reconciliation_id: str
) -> Response:
    """Show the four lists of a reconciliation, as they were that day."""
    row = _seen(session, desk, reconciliation_id)
    made = accounting.made_of(row)
    who = people.actor_names(session, {row.made_by})
    lists = [(name, title, getattr(made.result, name)) for name, title in LISTS]
    return rendering.page(
        request,
        "purchases/reconciliation.html",
        tabs=TABS,
        row=row,
        made=made,
        owner=session.get_one(OwnerRow, row.owner_id),
        by=who.get(row.made_by, row.made_by),
        lists=[(n, title, found[:_SHOWN], len(found)) for n, title, found in lists],
        most=_SHOWN,
    )


def _accounts(
    request: Request,
    session: Session,
    desk: Desk,
    *,
    siret: str,
    on: str = "",
    page: str = "1",
    refused: Refused | None = None,
    form: Sent | None = None,
) -> Response:
    owners = owners_seen(session, desk.viewer)
    chosen = next((one for one in owners if one.siret == siret or not siret), None)
    if siret and chosen is None:
        raise NotFoundError
    day = _day(on, desk.today)
    found = accounting.accounts(session, chosen.id, day) if chosen else []
    found = [one for one in found if one.devices]
    number = max(1, integer(page) or 1)
    start = (number - 1) * _PAGE
    buyers = buyers_of(session, desk.viewer)
    names = {one.id: one.name for one in owners}
    asked = {"owner": siret, "on": on}
    law = resources.law()[YEARS]
    context: dict[str, Any] = {
        "tabs": TABS,
        "owner": chosen,
        "owners": [(one.siret, one.name) for one in owners],
        "day": day,
        "accounts": found[start : start + _PAGE],
        "count": len(found),
        "devices": sum(one.devices for one in found),
        "value": sum(one.value_cents for one in found),
        "net": sum(one.net_cents for one in found),
        "without_number": (
            finance.counts_without_number(session, chosen.id, HELD) if chosen else 0
        ),
        "years": years_for(resources.law(), day),
        "law": law.in_force(day),
        "previous": _page_address(asked, number - 1) if number > 1 else "",
        "next": (
            _page_address(asked, number + 1) if start + _PAGE < len(found) else ""
        ),
        "start": start,
        "made": [
            (row, names[row.owner_id])
            for row in finance.reconciliations(session, desk.viewer)
        ],
        "may_compare": bool(buyers),
        "buyers": [(one.siret, one.name) for one in buyers] if len(buyers) > 1 else [],
        "orders": ORDERS,
        "texts": form.texts if form else {},
        "refusals": refused.reasons if refused else (),
    }
    status = problems.refusal(refused.reasons).status if refused else 200
    return rendering.page(
        request, "purchases/accounting.html", status_code=status, **context
    )


def _seen(session: Session, desk: Desk, number: str) -> ReconciliationRow:
    key = integer(number)
    row = finance.reconciliation(session, desk.viewer, key) if key else None
    if row is None:
        raise NotFoundError
    return row


def _day(text: str, today: date) -> date:
    """Read the day asked for; today when it is none, or none that the law covers."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if day.year >= 2000 else today  # noqa: PLR2004 - older than any device


def _page_address(asked: dict[str, str], page: int) -> str:
    said = {name: value for name, value in asked.items() if value}
    return f"/purchases/accounting?{urlencode({**said, 'page': page})}"


def _address(number: int) -> str:
    return f"/purchases/accounting/reconciliations/{number}"
