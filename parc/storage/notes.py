"""Notes: short dated remarks of people on a device, beside its history.

They are no facts: no rule reads them. A note is never rewritten; who wrote it,
or a fleet lead, may withdraw it, and it then stays, marked.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from parc.domain.access import READERS, Viewer
from parc.domain.fields import Field, Kind, parse
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage.tables import DeviceRow, NoteRow

WRITERS = READERS - {Role.AUDITOR}
"""Who may write: whoever sees the owner's devices and does more than read."""

TEXT = Field(
    "text",
    "Nouvelle note",
    Kind.LONG_TEXT,
    required=True,
    hint="N'y écrivez ni nom ni coordonnées de personnes : une note est gardée aussi "
    "longtemps que la fiche du matériel.",
)


def may_write(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may write on an owner's devices."""
    return not viewer.roles(owner_id).isdisjoint(WRITERS)


def may_withdraw(viewer: Viewer, note: NoteRow) -> bool:
    """Tell whether a note is still somebody's to withdraw."""
    if note.withdrawn_at is not None or not may_write(viewer, note.owner_id):
        return False
    leads = Role.FLEET_LEAD in viewer.roles(note.owner_id)
    return leads or note.author == viewer.actor


def write(
    session: Session, device: DeviceRow, text: str, *, by: str, at: datetime
) -> NoteRow:
    """Add a note to a device; `by` is an opaque id (decision D4), `at` in UTC.

    Raises:
        Refused: nothing is said, or too much.
    """
    typed, refusals = parse((TEXT,), {TEXT.name: text})
    if refusals:
        raise Refused(tuple(refusals))
    note = NoteRow(
        device_id=device.id,
        owner_id=device.owner_id,
        text=str(typed[TEXT.name]),
        written_at=at,
        author=by,
    )
    session.add(note)
    session.flush()
    return note


def withdraw(session: Session, note: NoteRow, *, by: str, at: datetime) -> None:
    """Mark a note as withdrawn; its text stays.

    Raises:
        Refused: it is withdrawn already; who did so first stays written.
    """
    if note.withdrawn_at is not None:
        raise Refused((Refusal("withdrawn", "Cette note est déjà retirée."),))
    note.withdrawn_at, note.withdrawn_by = at, by
    session.add(note)
    session.flush()


def find(session: Session, viewer: Viewer, number: int) -> NoteRow | None:
    """Look a note up among those of the owners that the viewer sees."""
    note = session.get(NoteRow, number)
    return note if note is not None and viewer.sees(note.owner_id) else None


def notes_of(session: Session, viewer: Viewer, device_id: int) -> list[NoteRow]:
    """List a device's notes that the viewer may read, the latest first."""
    rows = session.exec(
        select(NoteRow)
        .where(NoteRow.device_id == device_id)
        .order_by(col(NoteRow.id).desc())
    )
    return [row for row in rows if viewer.sees(row.owner_id)]
