"""Stick a further code on a device, or take one back."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from parc.domain.refusal import Refused
from parc.operations.device_codes import STICKERS, learn_from, stick
from parc.storage import aliases
from parc.storage.alias_tables import AliasRow
from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, Transaction, require_role
from parc.web.device_lists import address_of
from parc.web.device_view import device_view
from parc.web.devices import AtDesk
from parc.web.errors import NotFoundError
from parc.web.notes import number_in
from parc.web.recording import device_seen

router = APIRouter(include_in_schema=False)


class Typed(BaseModel):
    """What the form of a code sends."""

    code: str = ""


@router.post("/devices/{tag:path}/codes")
def stick_code(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    tag: str,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Let a further code lead to a device, or show again what is to be corrected."""
    try:
        with transaction() as session:
            row = device_seen(session, desk.viewer, tag)
            require_role(desk.viewer, row.owner_id, *STICKERS)
            alias = stick(session, row, typed.code, by=desk.viewer.actor, at=desk.now)
            address, done = address_of(row.tag), f"Le code {alias.shown} mène ici."
    except Refused as refused:
        with reading(engine) as session:
            row = device_seen(session, desk.viewer, tag)
            view = device_view(
                session, desk.viewer, row, now=desk.now, today=desk.today
            )
        if not view.codes.may_stick:
            raise  # the device is out of the inventory: there is no box to correct
        tried = replace(view.codes, text=typed.code, refusals=refused.reasons)
        return rendering.page(
            request,
            "devices/device.html",
            status_code=problems.refusal(refused.reasons).status,
            view=replace(view, codes=tried),
        )
    return rendering.redirect(request, f"{address}#codes", done)


@router.post("/devices/{tag:path}/article")
def learn_article(
    *,
    request: Request,
    transaction: Transaction,
    desk: AtDesk,
    tag: str,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Keep the bar code that every box of this device's model bears.

    Raises:
        Refused: no article number, or the model is not known.
    """
    with transaction() as session:
        row = device_seen(session, desk.viewer, tag)
        require_role(desk.viewer, row.owner_id, *STICKERS)
        article = learn_from(
            session, row, typed.code, by=desk.viewer.actor, at=desk.now
        )
        done = f"Le code-barres {article.code} est celui de tous les « {row.label} »."
        address = address_of(row.tag)
    return rendering.redirect(request, f"{address}#codes", done)


@router.post("/codes/{code}/withdraw")
def withdraw_code(
    request: Request, transaction: Transaction, desk: AtDesk, code: str
) -> Response:
    """Take back a code that was stuck on a device.

    Raises:
        NotFoundError: no such code on a device that the viewer may see.
        ForbiddenError: the device may only be read.
    """
    with transaction() as session:
        alias = session.get(AliasRow, number_in(code))
        if alias is None:
            raise NotFoundError
        row = session.get_one(DeviceRow, alias.device_id)
        require_role(desk.viewer, row.owner_id, *STICKERS)
        shown, tag = alias.shown, row.tag
        if aliases.withdraw(session, row.id, alias.id) is None:
            raise NotFoundError
    done = f"Le code {shown} ne mène plus à ce matériel."
    return rendering.redirect(request, f"{address_of(tag)}#codes", done)
