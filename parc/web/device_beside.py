"""What stands beside a device's facts: where they come from, notes, photos, files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from parc import clock
from parc.domain.access import Viewer
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import Field, Json, Kind
from parc.domain.provenance import PLACES, sources
from parc.domain.refusal import Refusal
from parc.domain.transitions import FACT_FIELDS
from parc.operations.importing import may_import
from parc.storage import attachments, documents, notes, people
from parc.storage.pictures import THUMBNAIL_SIDE
from parc.storage.tables import AttachmentRow, DeviceRow, ImportRow, NoteRow
from parc.web import rendering
from parc.web.event_view import Names, value_of

_PLACES = dict(
    zip(
        PLACES,
        (
            Field("site", "Site", Kind.SITE),
            Field("holder", "Détenteur", Kind.PERSON),
            Field("manager", "Gestionnaire", Kind.CHOICE),
        ),
        strict=True,
    )
)
_NOTE = notes.TEXT
_FOREIGN_TAG = Field("foreign_tag", "Étiquette d'un autre outil")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one fact comes from.

    `came` says how; `address` is the import's page, for who may open it.
    """

    label: str
    value: str
    actor: str
    recorded: str
    came: str
    address: str


@dataclass(frozen=True, slots=True)
class NoteShown:
    """One note; `withdrawn` says when and by whom, once it is."""

    number: int
    text: str
    author: str
    written: str
    withdrawn: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class NotesBox:
    """The notes of a device; `text` and `refusals` are those of a refused try."""

    notes: Sequence[NoteShown]
    may_write: bool
    text: str = ""
    refusals: Sequence[Refusal] = ()
    field: Field = _NOTE


@dataclass(frozen=True, slots=True)
class Attached:
    """One photo or file; `width` and `height` are those of the thumbnail."""

    number: int
    name: str
    alt: str
    added: str
    removed: str
    is_photo: bool
    width: int
    height: int
    opens: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class FilesBox:
    """The photos and files of a device; what is typed is a refused try's."""

    photos: Sequence[Attached]
    files: Sequence[Attached]
    removed: Sequence[Attached]
    may_add: bool
    caption: str = ""
    refusals: Sequence[Refusal] = ()
    inputs: tuple[Field, Field] = (attachments.FILES, attachments.CAPTION)


def origins(
    session: Session,
    viewer: Viewer,
    device: Device,
    events: Sequence[Event],
    names: Names,
) -> list[Origin]:
    """Tell where each fact shown on the page comes from, in the page's order."""
    found = sources(events)
    opened = _imports_open(session, viewer, {s.event.source for s in found.values()})
    known: Mapping[str, Json] = {
        **device.facts,
        **{name: getattr(device, name) for name in PLACES},
    }
    fields = {f.name: f for f in (_FOREIGN_TAG, *FACT_FIELDS)} | _PLACES
    told = []
    for name, field in fields.items():
        source = found.get(name)
        if source is None:
            continue
        event = source.event
        line = f", ligne {source.line}" if source.line else ""
        told.append(
            Origin(
                label=field.label,
                value=value_of(field, known[name], names),
                actor=names.actor(event),
                recorded=rendering.instant(event.recorded_at),
                came=f"import{line}" if event.source else event.action.label,
                address=f"/imports/{event.source}" if event.source in opened else "",
            )
        )
    return told


def notes_box(session: Session, viewer: Viewer, row: DeviceRow) -> NotesBox:
    """Gather the notes of a device that the viewer may read."""
    found = notes.notes_of(session, viewer, row.id)
    written = {n.author for n in found} | {n.withdrawn_by or "" for n in found}
    who = people.actor_names(session, written)
    return NotesBox(
        notes=[_note(viewer, note, who) for note in found],
        may_write=notes.may_write(viewer, row.owner_id),
    )


def files_box(session: Session, viewer: Viewer, row: DeviceRow) -> FilesBox:
    """Gather the photos and files of a device that the viewer may know of."""
    found = attachments.attachments_of(session, viewer, row.id)
    acting = {a.added_by for a in found} | {a.removed_by or "" for a in found}
    who = people.actor_names(session, acting)
    shown = [_attached(viewer, row, who) for row in found]
    present = [a for a in shown if not a.removed]
    return FilesBox(
        photos=[a for a in present if a.is_photo],
        files=[a for a in present if not a.is_photo],
        removed=[a for a in shown if a.removed],
        may_add=attachments.may_add(viewer, row.owner_id),
    )


def _imports_open(
    session: Session, viewer: Viewer, ids: set[str | None]
) -> frozenset[str]:
    """Keep the imports whose page the viewer may open."""
    wanted = sorted(key for key in ids if key)
    found = session.exec(
        select(ImportRow.id, ImportRow.owner_id).where(col(ImportRow.id).in_(wanted))
    )
    return frozenset(key for key, owner_id in found if may_import(viewer, owner_id))


def _note(viewer: Viewer, note: NoteRow, who: Mapping[str, str]) -> NoteShown:
    withdrawn = ""
    if note.withdrawn_at and note.withdrawn_by:
        by = who.get(note.withdrawn_by, note.withdrawn_by)
        withdrawn = f"Retirée le {rendering.instant(note.withdrawn_at)} par {by}"
    return NoteShown(
        number=note.id,
        text=note.text,
        author=who.get(note.author, note.author),
        written=rendering.instant(note.written_at),
        withdrawn=withdrawn,
        may_withdraw=notes.may_withdraw(viewer, note),
    )


def _attached(viewer: Viewer, row: AttachmentRow, who: Mapping[str, str]) -> Attached:
    day = rendering.day(clock.local(row.added_at).date())
    kind = documents.EXTENSIONS.get(row.media_type, "").lstrip(".").upper()
    plain = "Photo" if row.thumbnail else f"Fichier {kind}"
    removed = ""
    if row.removed_at and row.removed_by:
        by = who.get(row.removed_by, row.removed_by)
        removed = f"retiré le {rendering.instant(row.removed_at)} par {by}"
    longest = max(row.width or 1, row.height or 1)
    scale = min(1.0, THUMBNAIL_SIDE / longest)
    return Attached(
        number=row.id,
        name=row.caption or plain,
        alt=row.caption or f"Photo du {day}, sans légende",
        added=f"{day}, {who.get(row.added_by, row.added_by)}",
        removed=removed,
        is_photo=row.thumbnail is not None,
        width=max(1, round((row.width or 0) * scale)),
        height=max(1, round((row.height or 0) * scale)),
        opens=row.removed_at is None or attachments.leads(viewer, row),
        may_remove=attachments.may_remove(viewer, row),
    )
