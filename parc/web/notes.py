"""Write a note on a device, or withdraw one."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from parc.domain.refusal import Refused
from parc.storage import notes
from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, Transaction, require_role
from parc.web.device_lists import address_of
from parc.web.device_view import device_view
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import device_seen

router = APIRouter(include_in_schema=False)

_LONGEST_NUMBER = 15


class Typed(BaseModel):
    """What the form of a note sends."""

    text: str = ""


@router.post("/devices/{tag:path}/notes")
def write_note(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    tag: str,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Add a note to a device, or show again what is to be corrected."""
    try:
        with transaction() as session:
            row = device_seen(session, desk.viewer, tag)
            require_role(desk.viewer, row.owner_id, *notes.WRITERS)
            notes.write(session, row, typed.text, by=desk.viewer.actor, at=desk.now)
            address = address_of(row.tag)
    except Refused as refused:
        with reading(engine) as session:
            row = device_seen(session, desk.viewer, tag)
            view = device_view(
                session, desk.viewer, row, now=desk.now, today=desk.today
            )
        tried = replace(view.notes, text=typed.text, refusals=refused.reasons)
        return rendering.page(
            request,
            "devices/device.html",
            status_code=problems.refusal(refused.reasons).status,
            view=replace(view, notes=tried),
        )
    return rendering.redirect(request, f"{address}#notes", "La note est ajoutée.")


@router.post("/notes/{note}/withdraw")
def withdraw_note(
    request: Request, transaction: Transaction, desk: AtDesk, note: str
) -> Response:
    """Mark a note as withdrawn.

    Raises:
        NotFoundError: no note there that the viewer may read.
        ForbiddenError: somebody else's, and no fleet lead.
    """
    with transaction() as session:
        row = notes.find(session, desk.viewer, number_in(note))
        if row is None:
            raise NotFoundError
        device = session.get_one(DeviceRow, row.device_id)
        mine = notes.may_withdraw(desk.viewer, row)
        if not mine and row.withdrawn_at is None:
            raise ForbiddenError
        notes.withdraw(session, row, by=desk.viewer.actor, at=desk.now)
    address = f"{address_of(device.tag)}#notes"
    return rendering.redirect(request, address, "La note est retirée.")


def number_in(text: str) -> int:
    """Read the number of an address.

    Raises:
        NotFoundError: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise NotFoundError
    return int(text)
