"""Two records of one device side by side: keep one, merge the other into it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.fields import Field
from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import LONGEST
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action
from parc.domain.voiding import why_out
from parc.operations.merging import Merging, alike, differing, merge
from parc.operations.resolving import resolve
from parc.storage.database import reading
from parc.storage.journal import ConflictError
from parc.storage.tables import DeviceRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession, Transaction, require_role
from parc.web.device_forms import Sent, sent
from parc.web.device_lists import address_of
from parc.web.devices import AtDesk
from parc.web.flash import Undo
from parc.web.merge_view import FACT, comparison, record_of
from parc.web.recording import Desk, device_seen, life_of

router = APIRouter(include_in_schema=False)

Form = Annotated[Sent, Depends(sent)]

WITH = Field(
    "with",
    "L'autre matériel",
    required=True,
    hint="Scannez ou saisissez son étiquette, ou son numéro de série.",
)
MERGERS = TRANSITIONS[Action.MERGE].roles
_VERSION = "version-"
_LONGEST_VERSION = 9


@router.get("/devices/{tag:path}/merge")
def compare(
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    tag: str,
    other: Annotated[str, Query(alias="with", max_length=LONGEST)] = "",
) -> Response:
    """Put a device beside another, or ask which other one."""
    row = _mergeable(session, desk, tag)
    if not other.strip():
        return _asked(request, session, row)
    try:
        duplicate = _other(session, desk.viewer, row, other)
    except Refused as refused:
        return _asked(request, session, row, other, refused)
    return _compared(request, session, desk, (row, duplicate))


@router.post("/devices/{tag:path}/merge")
def confirm(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    tag: str,
) -> Response:
    """Merge the device that is not kept into the other one."""
    texts = form.texts
    try:
        with transaction() as session:
            row = _mergeable(session, desk, tag)
            pair = (row, _other(session, desk.viewer, row, texts.get("with", "")))
            tags = kept, duplicate = _merged(session, desk, pair, texts)
    except Refused as refused:
        reasons = refused.reasons
    except ConflictError as conflict:
        reasons = (Refusal("changed_meanwhile", str(conflict)),)
    else:
        done = f"{duplicate} est fusionné avec {kept} : ses codes y mènent."
        undo = Undo(
            Action.SPLIT.label,
            f"{address_of(tags[1])}/{Action.SPLIT.value}",
            {"effective_on": desk.today.isoformat()},
        )
        return rendering.redirect(request, address_of(kept), done, undo=undo)
    with reading(engine) as session:
        row = _mergeable(session, desk, tag)
        try:
            other = _other(session, desk.viewer, row, texts.get("with", ""))
        except Refused as refused:
            return _asked(request, session, row, texts.get("with", ""), refused)
        return _compared(request, session, desk, (row, other), (texts, reasons))


def _mergeable(session: Session, desk: Desk, tag: str) -> DeviceRow:
    row = device_seen(session, desk.viewer, tag)
    require_role(desk.viewer, row.owner_id, *MERGERS)
    return row


def _other(session: Session, viewer: Viewer, row: DeviceRow, code: str) -> DeviceRow:
    """Find the other device of a comparison.

    Raises:
        Refused: it is not one device, or not one that may be merged with this one.
    """
    found = resolve(session, viewer, code)
    # Both may bear the same serial number: the other one is meant.
    rest = [device for device in found.devices if device.id != row.id]
    other = found.found or (rest[0] if len(rest) == 1 else None)
    device, _ = life_of(session, row)
    if (reason := why_out(device)) is not None:
        message = reason.message
    elif other is None:
        message = found.reason
    elif other.id == row.id:
        message = "Ce code est celui du même matériel."
    elif other.owner_id != row.owner_id:
        message = f"{other.tag} n'est pas au même propriétaire."
    elif other.void is not None:
        message = f"{other.tag} est lui-même hors de l'inventaire."
    else:
        return other
    raise Refused((Refusal("not_mergeable", message, WITH.name),))


def _merged(
    session: Session,
    desk: Desk,
    pair: tuple[DeviceRow, DeviceRow],
    texts: Mapping[str, str],
) -> tuple[str, str]:
    """Do as the form says; give the tags of the kept device and of the other."""
    by_tag = {row.tag: row for row in pair}
    kept = by_tag.get(texts.get("keep", ""))
    if kept is None:
        message = "Choisissez le matériel à garder."
        raise Refused((Refusal("missing_field", message, "keep"),))
    duplicate = next(row for row in pair if row is not kept)
    sides = record_of(session, kept), record_of(session, duplicate)
    taken = [
        field.name
        for field in differing(*sides)
        if texts.get(f"{FACT}{field.name}") == duplicate.tag
    ]
    asked = Merging(
        kept,
        duplicate,
        taken,
        texts.get("reason", ""),
        {row.tag: _version(texts.get(f"{_VERSION}{row.tag}", "")) for row in pair},
    )
    merge(
        session,
        asked,
        sides[1].known,
        actor=desk.viewer.as_actor(kept.owner_id),
        at=desk.now,
        today=desk.today,
    )
    return kept.tag, duplicate.tag


def _asked(
    request: Request,
    session: Session,
    row: DeviceRow,
    text: str = "",
    refused: Refused | None = None,
) -> Response:
    reasons = refused.reasons if refused else ()
    return rendering.page(
        request,
        "devices/merge_with.html",
        status_code=422 if refused else 200,
        device=row,
        alike=alike(session, row),
        field=WITH,
        text=text,
        error=reasons[0].message if reasons else "",
    )


def _compared(
    request: Request,
    session: Session,
    desk: Desk,
    pair: tuple[DeviceRow, DeviceRow],
    tried: tuple[Mapping[str, str], tuple[Refusal, ...]] = ({}, ()),
) -> Response:
    texts, refusals = tried
    sides = record_of(session, pair[0]), record_of(session, pair[1])
    view = comparison(session, desk.viewer, sides, desk.today, texts)
    return rendering.page(
        request,
        "devices/merge.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        view=replace(view, refusals=refusals),
    )


def _version(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION
    return int(text) if plain else None
