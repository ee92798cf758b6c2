"""Labels printed: their files, made again as often as needed; labels to come."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.operations import labels, selection
from parc.storage import label_settings, people
from parc.storage import labels as kept
from parc.storage.database import reading
from parc.storage.label_tables import LabelRunRow
from parc.storage.labels import Reserved
from parc.storage.tables import DeviceRow
from parc.web import rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    Now,
    ReadSession,
    Transaction,
    require_role,
)
from parc.web.device_lists import address_of
from parc.web.errors import NotFoundError
from parc.web.label_choice import owners_kept

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "zpl": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_NAMED = 60


class Typed(BaseModel):
    """What the form sends."""

    device: str = ""


@router.get("/labels/runs/{key}")
def show_run(
    request: Request, session: ReadSession, viewer: CurrentViewer, key: str
) -> Response:
    """Show what was printed together, with its files."""
    run = _run(session, viewer, key)
    prints = kept.prints_of(session, run.id)
    way = labels.way_of(run)
    last = way.start - 1 + len(prints)
    by = people.actor_names(session, [run.printed_by])
    return rendering.page(
        request,
        "labels/run.html",
        run=run,
        way=way,
        prints=prints[:_NAMED],
        count=len(prints),
        sheets=-(-last // way.stock.per_page),
        next_place=last % way.stock.per_page + 1,
        by=by.get(run.printed_by, run.printed_by),
    )


@router.get("/labels/runs/{key}/labels.{kind}")
def download_run(
    session: ReadSession, viewer: CurrentViewer, key: str, kind: str
) -> Response:
    """Send a run's file: the same bytes each time."""
    run = _run(session, viewer, key)
    if kind not in _MEDIA_TYPES:
        raise NotFoundError
    content = {
        "pdf": lambda: labels.pdf(run),
        "zpl": lambda: labels.zpl_text(run).encode(),
        "csv": lambda: labels.table(run),
    }[kind]()
    name = f"etiquettes-{run.printed_at:%Y%m%d}-{run.id[:6]}.{kind}"
    disposition = "inline" if kind == "pdf" else "attachment"
    return Response(
        content,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'{disposition}; filename="{name}"'},
    )


@router.get("/labels/reserved")
def show_reserved(
    request: Request, session: ReadSession, viewer: CurrentViewer
) -> Response:
    """List the ranges of numbers printed in advance, and how many are stuck on."""
    owners = owners_kept(session, viewer)
    return rendering.page(
        request,
        "labels/reserved.html",
        ranges=kept.ranges_of(session, [owner.id for owner in owners]),
        names={owner.id: owner.name for owner in owners},
    )


@router.get("/labels/reserved/{code}")
def show_free_label(
    request: Request, session: ReadSession, viewer: CurrentViewer, code: str
) -> Response:
    """Ask on which device a label printed in advance was stuck."""
    return _free(request, viewer, _reserved(session, viewer, code))


@router.post("/labels/reserved/{code}/bind")
def bind_label(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    now: Now,
    code: str,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Say on which device of the inventory the label is."""
    try:
        with transaction() as session:
            free = _reserved(session, viewer, code)
            require_role(viewer, free.owner_id, *label_settings.KEEPERS)
            row = _device(session, viewer, typed.device)
            kept.bind(session, free.code, row, now, viewer.actor)
            tag = row.tag
    except Refused as refused:
        with reading(engine) as session:
            return _free(request, viewer, _reserved(session, viewer, code), refused)
    done = f"L'étiquette {free.code} mène désormais à ce matériel."
    return rendering.redirect(request, address_of(tag), done)


def _run(session: Session, viewer: Viewer, key: str) -> LabelRunRow:
    run = kept.run_seen(session, viewer, key)
    if run is None:
        raise NotFoundError
    return run


def _device(session: Session, viewer: Viewer, code: str) -> DeviceRow:
    (picked,) = selection.pick(session, viewer, [code]).picked
    if picked.row is None:
        raise Refused((Refusal("unknown_device", picked.reason, "device"),))
    return picked.row


def _reserved(session: Session, viewer: Viewer, code: str) -> Reserved:
    written = str(AssetTag.parse(code) or code)
    found = kept.reserved(session, [written]).get(written)
    if found is None or not viewer.sees(found.owner_id):
        raise NotFoundError
    return found


def _free(
    request: Request, viewer: Viewer, found: Reserved, refused: Refused | None = None
) -> Response:
    return rendering.page(
        request,
        "labels/free.html",
        status_code=422 if refused else 200,
        found=found,
        may_register=Role.TECHNICIAN in viewer.roles(found.owner_id),
        refusals=refused.reasons if refused else (),
    )
