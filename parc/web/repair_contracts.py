"""Repair contracts on screen: entered, shown with what ends soon, cancelled."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.maintenance import LEADS
from parc.domain.refusal import Refusal, Refused
from parc.domain.repair_contract import FIELDS, Standing
from parc.operations import repair_contracts
from parc.operations.selection import Desk
from parc.storage import people
from parc.storage import repair_contracts as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.maintenance_tables import RepairContractRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.devices import AtDesk, Form
from parc.web.errors import NotFoundError
from parc.web.repairs import number_in, owner_chosen, owners_held, require_reader
from parc.web.spare_parts import OWNER

router = APIRouter(prefix="/repairs/contracts", include_in_schema=False)

TONES = {
    Standing.COMING: "info",
    Standing.RUNNING: "ok",
    Standing.ENDING: "warn",
    Standing.ENDED: "neutral",
    Standing.CANCELLED: "bad",
}


@router.get("")
def show_contracts(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List the contracts, and say which end soon."""
    return _list(request, session, desk)


@router.post("")
def enter(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Enter a contract."""
    try:
        with reading(engine) as session:
            owners = owners_held(session, desk.viewer, LEADS)
            owner = owner_chosen(owners, form.texts.get("owner", ""))
        document = form.files.get("document", b"")
        number = repair_contracts.enter(engine, desk, owner.id, form.texts, document)
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, desk, form.texts, refused.reasons)
    return rendering.redirect(request, _address(number), "Contrat enregistré.")


@router.get("/{contract}")
def show_contract(
    request: Request, session: ReadSession, desk: AtDesk, contract: str
) -> Response:
    """Show a contract."""
    return _page(request, session, desk, _seen(session, desk.viewer, contract))


@router.post("/{contract}/cancel")
def cancel(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, contract: str
) -> Response:
    """Cancel a contract: it stays to be read, no new order follows it."""
    with reading(engine) as session:
        row = _seen(session, desk.viewer, contract)
    require_role(desk.viewer, row.owner_id, *LEADS)
    try:
        reason = form.texts.get("reason", "")
        repair_contracts.cancel(engine, desk, row.id, reason)
    except Refused as refused:
        with reading(engine) as session:
            row = _seen(session, desk.viewer, contract)
            return _page(request, session, desk, row, refused.reasons)
    return rendering.redirect(request, _address(row.id), "Contrat annulé.")


def _seen(session: Session, viewer: Viewer, contract: str) -> RepairContractRow:
    row = kept.find(session, viewer, number_in(contract))
    if row is None:
        raise NotFoundError
    return row


def _address(number: int) -> str:
    return f"/repairs/contracts/{number}"


def _list(
    request: Request,
    session: Session,
    desk: Desk,
    texts: Mapping[str, str] | None = None,
    refusals: tuple[Refusal, ...] = (),
) -> Response:
    require_reader(desk.viewer)
    owners = owners_seen(session, desk.viewer)
    listed = [
        (used, kept.term_of(used.row).standing(desk.today))
        for used in kept.seen(session, desk.viewer)
    ]
    held = owners_held(session, desk.viewer, LEADS)
    return rendering.page(
        request,
        "repairs/contracts.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        listed=listed,
        ending=[used for used, standing in listed if standing is Standing.ENDING],
        tones=TONES,
        owners={owner.id: owner.name for owner in owners},
        several=len(owners) > 1,
        choices=[(owner.siret, owner.name) for owner in held],
        owner_field=OWNER,
        fields=FIELDS,
        values=texts or {},
        refusals=refusals,
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: RepairContractRow,
    refusals: tuple[Refusal, ...] = (),
) -> Response:
    standing = kept.term_of(row).standing(desk.today)
    actors = {row.created_by, row.cancelled_by or ""}
    may_lead = not desk.viewer.roles(row.owner_id).isdisjoint(LEADS)
    return rendering.page(
        request,
        "repairs/contract.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        contract=row,
        owner=session.get_one(OwnerRow, row.owner_id),
        standing=standing,
        tone=TONES[standing],
        who=people.actor_names(session, actors),
        may_cancel=may_lead and row.cancelled_at is None,
        reason=repair_contracts.REASON,
        refusals=refusals,
    )
