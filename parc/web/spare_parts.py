"""The stock of spare parts on screen: levels, what to order, each movement."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.fields import Field, Kind
from parc.domain.maintenance import LEADS, WORKERS
from parc.domain.refusal import Refusal, Refused
from parc.domain.spare_parts import (
    COUNTED,
    PART_FIELDS,
    QUANTITY,
    REASON,
    REMARK,
    SOURCE,
    Movement,
    to_order,
)
from parc.operations import spare_parts
from parc.operations.selection import Desk
from parc.storage import people
from parc.storage import spare_parts as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.maintenance_tables import PartMovementRow, SparePartRow
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.devices import AtDesk, Form
from parc.web.errors import NotFoundError
from parc.web.repairs import Try, number_in, owner_chosen, owners_held, require_reader

router = APIRouter(prefix="/repairs/parts", include_in_schema=False)

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
FORMS: Mapping[str, tuple[Field, ...]] = {
    "receive": (QUANTITY, REMARK),
    "harvest": (SOURCE, QUANTITY),
    "correct": (COUNTED, REASON),
}
"""What each movement that a person enters asks for."""

_WORK = {
    "receive": (spare_parts.receive, WORKERS, "Réception enregistrée."),
    "harvest": (spare_parts.harvest, WORKERS, "Prélèvement enregistré."),
    "correct": (spare_parts.correct, LEADS, "Niveau corrigé."),
}


@router.get("")
def show_parts(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List the stock, what is to be ordered first."""
    return _list(request, session, desk)


@router.post("")
def define(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Add a kind of part to the stock."""
    try:
        with reading(engine) as session:
            owners = owners_held(session, desk.viewer, LEADS)
            owner = owner_chosen(owners, form.texts.get("owner", ""))
        number = spare_parts.define(engine, desk, owner.id, form.texts)
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, desk, form.texts, refused.reasons)
    return rendering.redirect(
        request, _address(number), "Pièce ajoutée : dites ce qu'il y en a en stock."
    )


@router.get("/{part}")
def show_part(
    request: Request, session: ReadSession, desk: AtDesk, part: str
) -> Response:
    """Show a part: its level, its movements, what may be entered."""
    return _page(request, session, desk, _seen(session, desk.viewer, part))


@router.post("/{part}")
def change(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, part: str
) -> Response:
    """Say anew what a part is, its minimum and its cost."""
    with reading(engine) as session:
        row = _seen(session, desk.viewer, part)
    require_role(desk.viewer, row.owner_id, *LEADS)
    try:
        spare_parts.change(engine, desk, row.id, form.texts)
    except Refused as refused:
        tried = Try("change", form.texts, refused.reasons)
        return _again(request, engine, desk, row, tried)
    return rendering.redirect(request, _address(row.id), "Pièce modifiée.")


@router.post("/{part}/{movement}")
def move(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    part: str,
    movement: str,
) -> Response:
    """Enter a movement: received, harvested, or the inventory corrected.

    Raises:
        NotFoundError: no such part, or no such movement.
    """
    with reading(engine) as session:
        row = _seen(session, desk.viewer, part)
    if movement not in _WORK:
        raise NotFoundError
    work, roles, told = _WORK[movement]
    require_role(desk.viewer, row.owner_id, *roles)
    try:
        work(engine, desk, row.id, form.texts)
    except Refused as refused:
        tried = Try(movement, form.texts, refused.reasons)
        return _again(request, engine, desk, row, tried)
    return rendering.redirect(request, _address(row.id), told)


def _seen(session: Session, viewer: Viewer, part: str) -> SparePartRow:
    row = kept.find(session, viewer, number_in(part))
    if row is None:
        raise NotFoundError
    return row


def _address(number: int) -> str:
    return f"/repairs/parts/{number}"


def _list(
    request: Request,
    session: Session,
    desk: Desk,
    texts: Mapping[str, str] | None = None,
    refusals: tuple[Refusal, ...] = (),
) -> Response:
    require_reader(desk.viewer)
    rows = kept.seen(session, desk.viewer)
    owners = owners_seen(session, desk.viewer)
    held = owners_held(session, desk.viewer, LEADS)
    listed = [(row, to_order(row.level, row.minimum)) for row in rows]
    return rendering.page(
        request,
        "repairs/parts.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        listed=listed,
        short=[(row, wanted) for row, wanted in listed if wanted],
        owners={owner.id: owner.name for owner in owners},
        several=len(owners) > 1,
        choices=[(owner.siret, owner.name) for owner in held],
        owner_field=OWNER,
        fields=PART_FIELDS,
        values=texts or {},
        refusals=refusals,
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: SparePartRow,
    tried: Try | None = None,
) -> Response:
    refusals = tried.refusals if tried else ()
    moves = kept.movements_of(session, row.id)
    actors = {move.by for move in moves} | {row.created_by, row.changed_by or ""}
    roles = desk.viewer.roles(row.owner_id)
    context: dict[str, Any] = {
        "part": row,
        "owner": session.get_one(OwnerRow, row.owner_id),
        "wanted": to_order(row.level, row.minimum),
        "moves": [(move, Movement(move.kind)) for move in moves],
        "tags": _tags(session, moves),
        "who": people.actor_names(session, actors),
        "forms": FORMS,
        "fields": PART_FIELDS,
        "values": {f.name: getattr(row, f.name) for f in PART_FIELDS},
        "may_work": not roles.isdisjoint(WORKERS),
        "may_lead": not roles.isdisjoint(LEADS),
        "tried": tried or Try(),
        "refusals": refusals,
    }
    return rendering.page(
        request,
        "repairs/part.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        **context,
    )


def _again(
    request: Request, engine: EngineDep, desk: Desk, row: SparePartRow, tried: Try
) -> Response:
    with reading(engine) as session:
        now = _seen(session, desk.viewer, str(row.id))
        return _page(request, session, desk, now, tried)


def _tags(session: Session, moves: list[PartMovementRow]) -> dict[int, str]:
    wanted = sorted({move.device_id for move in moves if move.device_id})
    found = session.exec(
        select(DeviceRow.id, DeviceRow.tag).where(col(DeviceRow.id).in_(wanted))
    )
    return dict(found.all())
