"""Photos and files of a device: judged by content, kept by checksum, never lost.

Removing hides: the row says who did so and when, and the file stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.fields import Field, parse
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage import documents, pictures
from parc.storage.notes import may_write
from parc.storage.tables import AttachmentRow, DeviceRow

MOST = 10
"""How many a device shows at once."""

FILES = Field("files", "Photos ou fichiers", required=True)
CAPTION = Field(
    "caption",
    "Légende",
    hint="Ce que l'on voit ou ce que contient le fichier ; la même pour tous ceux "
    "envoyés ensemble.",
)
_EXPECTED = (
    "Ce fichier n'est pas d'un format accepté (photos JPEG, PNG ou WebP ; PDF, texte, "
    "CSV, XML, JSON, classeur Excel .xlsx)."
)


_PHOTOS = (
    select_columns(
        col(AttachmentRow.device_id), col(AttachmentRow.id), col(AttachmentRow.owner_id)
    )
    .where(
        col(AttachmentRow.device_id).in_(bindparam("devices", expanding=True)),
        col(AttachmentRow.thumbnail).is_not(None),
        col(AttachmentRow.removed_at).is_(None),
    )
    .order_by(col(AttachmentRow.id).desc())
)


@dataclass(frozen=True, slots=True)
class Received:
    """A file judged and ready to be kept; `picture` when it is a photo."""

    upload: documents.Upload
    picture: pictures.Picture | None = None


def examine(content: bytes) -> Received:
    """Judge one file by its content; a photo becomes our own encoding of it.

    Raises:
        Refused: empty, too large, of another kind, or an unreadable photo.
    """
    if pictures.is_picture(content):
        if len(content) > documents.LARGEST:
            message = f"Le fichier dépasse {documents.LARGEST >> 20}\u00a0Mio."
            raise Refused((Refusal("document_too_large", message, FILES.name),))
        picture = pictures.decoded(content, FILES.name)
        return Received(picture.photo, picture)
    try:
        return Received(documents.examine(content, FILES.name))
    except Refused as refused:
        if all(reason.code != "document_type" for reason in refused.reasons):
            raise
    raise Refused((Refusal("document_type", _EXPECTED, FILES.name),))


def may_add(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may add to an owner's devices."""
    return may_write(viewer, owner_id)


def may_remove(viewer: Viewer, row: AttachmentRow) -> bool:
    """Tell whether an attachment is still somebody's to remove."""
    if row.removed_at is not None or not may_write(viewer, row.owner_id):
        return False
    return leads(viewer, row) or row.added_by == viewer.actor


def leads(viewer: Viewer, row: AttachmentRow) -> bool:
    """Tell who still opens what was removed: the owner's fleet lead."""
    return Role.FLEET_LEAD in viewer.roles(row.owner_id)


def add(
    session: Session,
    folder: Path,
    device: DeviceRow,
    received: Sequence[Received],
    caption: str,
    *,
    by: str,
    at: datetime,
) -> list[AttachmentRow]:
    """Add files to a device, all or none; what is there already is left out.

    `by` is an opaque id (decision D4), `at` in UTC, `folder` the documents'.

    Raises:
        Refused: no file, more than the device may show, or a wrong caption.
    """
    # One at a time on a device, or two would each find room left.
    session.exec(
        select(DeviceRow.id).where(DeviceRow.id == device.id).with_for_update()
    ).one()
    shown = {
        row.sha256
        for row in _rows(session, device.id)
        if row.owner_id == device.owner_id and row.removed_at is None
    }
    new = {r.upload.sha256: r for r in received if r.upload.sha256 not in shown}
    typed, refusals = parse((CAPTION,), {CAPTION.name: caption})
    if not received:
        message = "Choisissez au moins un fichier."
        refusals.append(Refusal("missing_field", message, FILES.name))
    if len(shown) + len(new) > MOST:
        message = (
            f"Un matériel montre {MOST} photos et fichiers au plus : il en a déjà "
            f"{len(shown)}. Retirez-en d'abord."
        )
        refusals.append(Refusal("too_many", message, FILES.name))
    if refusals:
        raise Refused(tuple(refusals))
    said = str(typed.get(CAPTION.name, ""))
    for one in new.values():
        kept = [one.upload, *([one.picture.thumbnail] if one.picture else [])]
        for upload in kept:
            documents.keep(
                session, folder, upload, owner_id=device.owner_id, at=at, by=by
            )
    rows = [_row(device, one, said, by, at) for one in new.values()]
    session.add_all(rows)
    session.flush()
    return rows


def remove(session: Session, row: AttachmentRow, *, by: str, at: datetime) -> None:
    """Hide an attachment; what it was, who removed it and when stay.

    Raises:
        Refused: it is removed already.
    """
    if row.removed_at is not None:
        raise Refused((Refusal("removed", "Ce fichier est déjà retiré."),))
    row.removed_at, row.removed_by = at, by
    session.add(row)
    session.flush()


def find(session: Session, viewer: Viewer, number: int) -> AttachmentRow | None:
    """Look an attachment up; None: there is none, or none the viewer may open."""
    row = session.get(AttachmentRow, number)
    if row is None or not viewer.sees(row.owner_id):
        return None
    return row if row.removed_at is None or leads(viewer, row) else None


def attachments_of(
    session: Session, viewer: Viewer, device_id: int
) -> list[AttachmentRow]:
    """List a device's attachments that the viewer may know of, oldest first."""
    return [r for r in _rows(session, device_id) if viewer.sees(r.owner_id)]


def last_photos(
    session: Session, device_ids: Iterable[int]
) -> dict[int, list[tuple[int, int]]]:
    """Give the photos of devices, the latest first: their ids, and whose they are."""
    found: dict[int, list[tuple[int, int]]] = {}
    wanted = sorted(set(device_ids))
    if wanted:
        for device, key, owner in session.execute(_PHOTOS, {"devices": wanted}):
            found.setdefault(device, []).append((key, owner))
    return found


def _rows(session: Session, device_id: int) -> list[AttachmentRow]:
    return list(
        session.exec(
            select(AttachmentRow)
            .where(AttachmentRow.device_id == device_id)
            .order_by(col(AttachmentRow.id))
        )
    )


def _row(
    device: DeviceRow, one: Received, caption: str, by: str, at: datetime
) -> AttachmentRow:
    picture = one.picture
    return AttachmentRow(
        device_id=device.id,
        owner_id=device.owner_id,
        sha256=one.upload.sha256,
        media_type=one.upload.media_type,
        caption=caption,
        thumbnail=picture.thumbnail.sha256 if picture else None,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        added_at=at,
        added_by=by,
    )
