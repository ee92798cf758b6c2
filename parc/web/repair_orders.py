"""One repair order on screen: opened, filled in, its parts, closed or cancelled."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.fields import Field, Kind
from parc.domain.maintenance import (
    CLOSED_ON,
    CLOSING_FIELDS,
    OPENED_ON,
    REASON,
    STAY,
    TARGET,
    WARRANTY_CLAIM,
    WORKERS,
    Outcome,
    Place,
    Stage,
    Stay,
    WarrantyAnswer,
    under_warranty,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.spare_parts import QUANTITY
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, State
from parc.operations import repair_orders, repair_parts
from parc.operations.repair_sheet import warranty_of
from parc.operations.resolving import Resolved, resolve
from parc.operations.selection import Desk
from parc.storage import people, spare_parts
from parc.storage import repair_orders as kept
from parc.storage.database import reading
from parc.storage.maintenance_tables import RepairContractRow, RepairOrderRow
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.repairs import Try, number_in

router = APIRouter(prefix="/repairs", include_in_schema=False)

CODE = Field(
    "code",
    "Matériel",
    required=True,
    hint="Étiquette ou numéro de série, tapé ou scanné.",
)
PART = Field("part", "Pièce", Kind.CHOICE, required=True)


@router.get("/new")
def ask(
    request: Request, session: ReadSession, desk: AtDesk, code: str = ""
) -> Response:
    """Ask which device, then what is wrong with it.

    Raises:
        ForbiddenError: no role that repairs.
    """
    if not desk.viewer.holds(*WORKERS):
        raise ForbiddenError
    return _ask(request, session, desk, code)


@router.post("/new")
def start(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Open an order, and send the device to repair with it if asked."""
    if not desk.viewer.holds(*WORKERS):
        raise ForbiddenError
    code = form.texts.get("code", "")
    try:
        number = repair_orders.start(engine, desk, code, form.texts)
    except Refused as refused:
        with reading(engine) as session:
            tried = Try("open", form.texts, refused.reasons)
            return _ask(request, session, desk, code, tried)
    return rendering.redirect(
        request, address_of(number), f"Ordre de réparation n° {number} ouvert."
    )


@router.get("/{repair}")
def show_order(
    request: Request, session: ReadSession, desk: AtDesk, repair: str
) -> Response:
    """Show an order, with what may still be written in it."""
    return _page(request, session, desk, order_seen(session, desk.viewer, repair))


@router.post("/{repair}")
def change(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, repair: str
) -> Response:
    """Write what is known of the repair into an open order."""

    def work(number: int) -> None:
        repair_orders.change(engine, desk, number, form.texts)

    return _done(
        request, engine, desk, form, repair=repair, work=work, told="work:Enregistré."
    )


@router.post("/{repair}/close")
def close(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, repair: str
) -> Response:
    """Close an order; the device that it sent to repair comes back."""

    def work(number: int) -> None:
        repair_orders.close(engine, desk, number, form.texts)

    told = "close:Ordre clos : il ne change plus."
    return _done(request, engine, desk, form, repair=repair, work=work, told=told)


@router.post("/{repair}/cancel")
def cancel(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, repair: str
) -> Response:
    """Cancel an open order, its parts back in the stock."""

    def work(number: int) -> None:
        repair_orders.cancel(engine, desk, number, form.texts.get("reason", ""))

    told = "cancel:Ordre annulé ; ses pièces sont rendues au stock."
    return _done(request, engine, desk, form, repair=repair, work=work, told=told)


@router.post("/{repair}/parts")
def use_part(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, repair: str
) -> Response:
    """Take units of a part from the stock."""

    def work(number: int) -> None:
        repair_parts.use_part(engine, desk, number, *_units(form.texts))

    told = "parts:Pièce prise dans le stock."
    return _done(request, engine, desk, form, repair=repair, work=work, told=told)


@router.post("/{repair}/parts/return")
def return_part(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, repair: str
) -> Response:
    """Give units of a part back to the stock."""

    def work(number: int) -> None:
        repair_parts.give_back(engine, desk, number, *_units(form.texts))

    told = "parts:Pièce rendue au stock."
    return _done(request, engine, desk, form, repair=repair, work=work, told=told)


def order_seen(session: Session, viewer: Viewer, repair: str) -> RepairOrderRow:
    """Give an order that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    row = kept.find(session, viewer, number_in(repair))
    if row is None:
        raise NotFoundError
    return row


def address_of(number: int) -> str:
    """Give the address of an order."""
    return f"/repairs/{number}"


def _done(
    request: Request,
    engine: EngineDep,
    desk: Desk,
    form: Form,
    *,
    repair: str,
    work: Callable[[int], None],
    told: str,
) -> Response:
    """Do some work on an order; `told` is the form's name, a colon, what is said."""
    name, _, said = told.partition(":")
    with reading(engine) as session:
        row = order_seen(session, desk.viewer, repair)
    require_role(desk.viewer, row.owner_id, *WORKERS)
    try:
        work(row.id)
    except Refused as refused:
        with reading(engine) as session:
            row = order_seen(session, desk.viewer, repair)
            tried = Try(name, form.texts, refused.reasons)
            return _page(request, session, desk, row, tried)
    return rendering.redirect(request, address_of(row.id), said)


def _ask(
    request: Request, session: Session, desk: Desk, code: str, tried: Try | None = None
) -> Response:
    resolved = resolve(session, desk.viewer, code) if code else None
    device = resolved.found if resolved else None
    refusals = tried.refusals if tried else _not_one(resolved)
    context: dict[str, Any] = {
        "code": code,
        "code_field": CODE,
        "device": device,
        "refusals": refusals,
    }
    if device is not None:
        require_role(desk.viewer, device.owner_id, *WORKERS)
        context |= _opening(session, desk, device, tried)
    return rendering.page(
        request,
        "repairs/new.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        **context,
    )


def _opening(
    session: Session, desk: Desk, device: DeviceRow, tried: Try | None
) -> dict[str, Any]:
    """Give the form of opening, the claim proposed while the warranty runs."""
    ends_on = warranty_of(device)
    runs = under_warranty(ends_on, desk.today)
    leaves = State(device.state) in TRANSITIONS[Action.SEND_TO_REPAIR].sources
    in_repair = device.state == State.IN_REPAIR.value
    proposed: Mapping[str, object] = {
        OPENED_ON.name: desk.today.isoformat(),
        STAY.name: (Stay.AWAY if leaves or in_repair else Stay.STAYS).value,
        WARRANTY_CLAIM.name: runs,
    }
    known = repair_orders.opening_fields(session, device.owner_id, desk.today)
    return {
        "fields": [f for f in known if f.name != STAY.name or not in_repair],
        "stay": Stay.AWAY.value if in_repair else "",
        "values": (tried.texts if tried else None) or proposed,
        "warranty": ends_on if runs else None,
        "expired": ends_on if not runs else None,
        "open": kept.open_of(session, device.id),
        "owner": session.get_one(OwnerRow, device.owner_id),
    }


def _not_one(resolved: Resolved | None) -> tuple[Refusal, ...]:
    if resolved is None or resolved.found is not None:
        return ()
    message = resolved.reason or "Aucun matériel que vous pouvez voir n'a ce code."
    return (Refusal("unknown_reference", message, CODE.name),)


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: RepairOrderRow,
    tried: Try | None = None,
) -> Response:
    device = session.get_one(DeviceRow, row.device_id)
    used = kept.parts_used(session, row.id)
    roles = desk.viewer.roles(row.owner_id)
    parts_cents = sum(one.cents for one in used)
    actors = {row.opened_by, row.changed_by or "", row.closed_by or ""}
    contract = (
        session.get(RepairContractRow, row.contract_id) if row.contract_id else None
    )
    stock = [part for part in spare_parts.of_owner(session, row.owner_id) if part.level]
    ends_on = warranty_of(device)
    known = resources.diagnoses().get(row.diagnosis or "")
    closing: dict[str, object] = {
        CLOSED_ON.name: desk.today.isoformat(),
        TARGET.name: State.IN_SERVICE.value if device.holder else State.IN_STOCK.value,
    }
    refusals = tried.refusals if tried else ()
    return rendering.page(
        request,
        "repairs/order.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        order=row,
        stage=Stage(row.stage),
        device=device,
        sees_device=desk.viewer.sees(device.owner_id),
        owner=session.get_one(OwnerRow, row.owner_id),
        contract=contract,
        diagnosis=known.label if known else row.diagnosis,
        place=Place(row.place),
        answer=WarrantyAnswer(row.warranty_answer) if row.warranty_answer else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        who=people.actor_names(session, actors),
        used=used,
        parts_cents=parts_cents if row.parts_cents is None else row.parts_cents,
        cost=kept.cost_of(row, parts_cents),
        days=((row.closed_on or desk.today) - row.opened_on).days,
        warranty=ends_on if under_warranty(ends_on, desk.today) else None,
        may_work=row.stage == Stage.OPEN.value and not roles.isdisjoint(WORKERS),
        comes_back=repair_orders.is_away(row, device),
        working=repair_orders.working_fields(session, row),
        values=repair_orders.values_of(row),
        closing_fields=[
            f
            for f in CLOSING_FIELDS
            if f.name != TARGET.name or repair_orders.is_away(row, device)
        ],
        closing=closing,
        reason=REASON,
        part_field=PART,
        quantity_field=QUANTITY,
        stock=[
            (str(part.id), f"{part.name} ({part.level} en stock)") for part in stock
        ],
        part_of=part_for(row.diagnosis),
        tried=tried or Try(),
        refusals=refusals,
    )


def part_for(diagnosis: str | None) -> str:
    """Name the factor of the part that a diagnosis usually takes; empty for none."""
    known = resources.diagnoses().get(diagnosis or "")
    return (known.part or "") if known else ""


def _units(texts: Mapping[str, str]) -> tuple[int | None, int]:
    """Read a part and a quantity.

    Raises:
        Refused: the quantity is no number.
    """
    part, quantity = texts.get("part", ""), texts.get("quantity", "").strip()
    try:
        number = number_in(part) if part else None
    except NotFoundError:
        number = None
    try:
        return number, number_in(quantity)
    except NotFoundError:
        message = f"« {QUANTITY.label} » : nombre entier attendu."
        raise Refused((Refusal("invalid_field", message, QUANTITY.name),)) from None
