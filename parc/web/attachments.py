"""Photos and files of a device: sent in, shown, downloaded, removed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from parc.domain.refusal import Refusal, Refused
from parc.storage import attachments, documents
from parc.storage.database import reading
from parc.storage.notes import WRITERS
from parc.storage.pictures import JPEG
from parc.storage.tables import AttachmentRow, DeviceRow
from parc.web import problems, rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    ReadSession,
    SettingsDep,
    Transaction,
    require_role,
)
from parc.web.device_lists import address_of
from parc.web.device_view import device_view
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.notes import number_in
from parc.web.recording import Desk, device_seen

router = APIRouter(include_in_schema=False)

_MOST_SENT = 30
_MOST_FIELDS = 10
_LONGEST_FIELD = 16 * 1024
_INERT = {
    # Were it read as a page after all, it could do nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form sent: texts by name, and each file with its name there."""

    texts: Mapping[str, str]
    files: tuple[tuple[str, bytes], ...]


async def several_files(request: Request) -> Sent:
    """Read a form with several files under one name."""
    texts: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    async with request.form(
        max_files=_MOST_SENT, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
    ) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                texts[name] = value
            elif value.filename or value.size:
                content = await value.read(documents.LARGEST + 1)
                files.append((value.filename or "", content))
    return Sent(texts, tuple(files))


@router.post("/devices/{tag:path}/attachments")
def add_attachments(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    sent: Annotated[Sent, Depends(several_files)],
    tag: str,
) -> Response:
    """Add photos and files to a device: all of them, or none and the reasons."""
    with reading(engine) as session:
        row = device_seen(session, desk.viewer, tag)
        require_role(desk.viewer, row.owner_id, *WRITERS)
    caption = sent.texts.get("caption", "")
    try:
        # Judged before the transaction: decoding photos must hold nobody up.
        received = _judged(sent)
        with transaction() as session:
            row = device_seen(session, desk.viewer, tag)
            require_role(desk.viewer, row.owner_id, *WRITERS)
            added = attachments.add(
                session,
                desk.documents,
                row,
                received,
                caption,
                by=desk.viewer.actor,
                at=desk.now,
            )
            address = f"{address_of(row.tag)}#photos"
    except Refused as refused:
        return _again(request, engine, desk, tag, caption=caption, refused=refused)
    return rendering.redirect(request, address, _told(len(added), len(received)))


@router.get("/attachments/{attachment}")
def open_attachment(
    session: ReadSession, viewer: CurrentViewer, settings: SettingsDep, attachment: str
) -> Response:
    """Show a photo, which is our own encoding; send any other file as a download."""
    row = _seen(session, viewer, attachment)
    content = documents.read(documents.documents_dir(settings.data_dir), row.sha256)
    if content is None:
        raise NotFoundError
    extension = documents.EXTENSIONS.get(row.media_type, "")
    how = "inline" if row.thumbnail else "attachment"
    name = f"materiel-{row.device_id}-{row.id}{extension}"
    headers = {"Content-Disposition": f'{how}; filename="{name}"', **_INERT}
    return Response(content, media_type=row.media_type, headers=headers)


@router.get("/attachments/{attachment}/thumbnail")
def thumbnail(
    session: ReadSession, viewer: CurrentViewer, settings: SettingsDep, attachment: str
) -> Response:
    """Show a photo in small.

    Raises:
        NotFoundError: no photo there that the viewer may open.
    """
    row = _seen(session, viewer, attachment)
    folder = documents.documents_dir(settings.data_dir)
    content = documents.read(folder, row.thumbnail) if row.thumbnail else None
    if content is None:
        raise NotFoundError
    return Response(content, media_type=JPEG, headers=_INERT)


@router.post("/attachments/{attachment}/remove")
def remove_attachment(
    request: Request, transaction: Transaction, desk: AtDesk, attachment: str
) -> Response:
    """Hide a photo or a file; who did so and when stay.

    Raises:
        ForbiddenError: somebody else's, and no fleet lead.
    """
    with transaction() as session:
        row = _seen(session, desk.viewer, attachment)
        device = session.get_one(DeviceRow, row.device_id)
        mine = attachments.may_remove(desk.viewer, row)
        if not mine and row.removed_at is None:
            raise ForbiddenError
        attachments.remove(session, row, by=desk.viewer.actor, at=desk.now)
    address = f"{address_of(device.tag)}#photos"
    return rendering.redirect(request, address, "Le fichier est retiré.")


def _judged(sent: Sent) -> list[attachments.Received]:
    """Judge every file; the reasons name the file when there are several."""
    received: list[attachments.Received] = []
    refusals: list[Refusal] = []
    for number, (name, content) in enumerate(sent.files, 1):
        try:
            received.append(attachments.examine(content))
        except Refused as refused:
            place = f"Fichier {number} ({name}) : " if len(sent.files) > 1 else ""
            refusals += [
                replace(reason, message=f"{place}{reason.message}")
                for reason in refused.reasons
            ]
    if refusals:
        raise Refused(tuple(refusals))
    return received


def _seen(session: ReadSession, viewer: CurrentViewer, number: str) -> AttachmentRow:
    row = attachments.find(session, viewer, number_in(number))
    if row is None:
        raise NotFoundError
    return row


def _again(
    request: Request,
    engine: EngineDep,
    desk: Desk,
    tag: str,
    *,
    caption: str,
    refused: Refused,
) -> Response:
    with reading(engine) as session:
        row = device_seen(session, desk.viewer, tag)
        view = device_view(session, desk.viewer, row, now=desk.now, today=desk.today)
    tried = replace(view.files, caption=caption, refusals=refused.reasons)
    return rendering.page(
        request,
        "devices/device.html",
        status_code=problems.refusal(refused.reasons).status,
        view=replace(view, files=tried),
    )


def _told(added: int, received: int) -> str:
    """Say what was added, and that the rest was there already."""
    there = received - added
    done = "1 fichier ajouté." if added == 1 else f"{added} fichiers ajoutés."
    if not added:
        return "Rien à ajouter : c'est déjà joint à ce matériel."
    return f"{done} Déjà joints : {there}." if there else done
