"""What the page shows of a row that waits: the row beside each device it may be."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.device import Device, Medium
from parc.domain.events import Event
from parc.domain.fields import Field, Json
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.intake_dispute import Doubt
from parc.domain.intake_keys import keys_of
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import State
from parc.operations.import_conflicts import differences, record_of
from parc.operations.rules import rules_for
from parc.storage import attachments
from parc.storage.conflict_tables import ConflictRow
from parc.storage.import_conflicts import candidates_of
from parc.storage.tables import AttachmentRow, DeviceRow, OwnerRow
from parc.web import rendering
from parc.web.device_lists import address_of
from parc.web.device_view import names_for
from parc.web.event_view import Names, value_of
from parc.web.recording import life_of

MOST = 6
"""Devices beside the row; those beyond are named."""

_IDENTIFIERS = frozenset({"serial", "uuid"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that the row may be about; `closed` says why it cannot be chosen."""

    id: int
    tag: str
    title: str
    address: str
    version: int
    state: State
    last: str
    closed: str
    photo: int | None
    alt: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a device says in a line; `take` names the fact that it may take over."""

    text: str
    differs: bool = False
    take: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class CompareLine:
    """One line of the comparison."""

    label: str
    said: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """The row and the devices side by side."""

    row: ConflictRow
    owner: OwnerRow
    title: str
    candidates: Sequence[Candidate]
    lines: Sequence[CompareLine]
    hidden: int
    chosen: str

    @property
    def may_be_known(self) -> bool:
        """Tell whether one of the devices may be chosen."""
        return any(not candidate.closed for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class _Side:
    row: DeviceRow
    device: Device
    events: Sequence[Event]
    photo: AttachmentRow | None
    closed: str


def name_of(take: int, fact: str) -> str:
    """Name the box that lets a device take a fact of the row over."""
    return f"take-{take}-{fact}"


def conflict_view(
    session: Session,
    viewer: Viewer,
    row: ConflictRow,
    *,
    texts: Mapping[str, str] | None = None,
) -> ConflictView:
    """Lay a conflict out; `texts` is what a refused try had chosen."""
    said = record_of(session, row)
    owner = session.get_one(OwnerRow, row.owner_id)
    ids = candidates_of(row)
    sides = [
        side
        for number in ids
        if (side := _side(session, viewer, row, number)) is not None
    ]
    shown = sides[:MOST]
    rules = rules_for(session, owner, row.created_at.date())
    names = names_for(session, [e for side in shown for e in side.events], rules)
    return ConflictView(
        row=row,
        owner=owner,
        title=_title(said),
        candidates=[_candidate(side, names) for side in shown],
        lines=[
            *_codes(said, shown),
            *_facts(said, shown, names, texts),
            *_places(said, shown, names),
        ],
        hidden=len(ids) - len(shown),
        chosen=(texts or {}).get("choice", ""),
    )


def tags_of(
    session: Session, viewer: Viewer, ids: Collection[int]
) -> dict[int, DeviceRow]:
    """Find the devices of a list that the viewer may see."""
    found = session.exec(select(DeviceRow).where(col(DeviceRow.id).in_(sorted(ids))))
    return {row.id: row for row in found if viewer.sees(row.owner_id)}


def summary(session: Session, row: ConflictRow) -> str:
    """Write a row of a file on one line."""
    return _title(record_of(session, row))


def _title(said: DeviceRecord) -> str:
    what = f"{said.maker or ''} {said.model or ''}".strip()
    codes = (said.tag, said.serial or said.uuid)
    return ", ".join(filter(None, (*codes, what))) or "Matériel sans identifiant"


def _side(
    session: Session, viewer: Viewer, row: ConflictRow, number: int
) -> _Side | None:
    device_row = session.get(DeviceRow, number)
    if device_row is None or not viewer.sees(device_row.owner_id):
        return None
    device, events = life_of(session, device_row)
    closed = ""
    if device_row.owner_id != row.owner_id:
        closed = "Il appartient à un autre propriétaire."
    elif device.void is not None:
        closed = f"Hors de l'inventaire : « {device.void.kind.label} »."
    files = attachments.attachments_of(session, viewer, number)
    photos = (f for f in files if f.thumbnail and f.removed_at is None)
    return _Side(device_row, device, events, next(photos, None), closed)


def _candidate(side: _Side, names: Names) -> Candidate:
    last = side.events[-1]
    photo = side.photo
    return Candidate(
        id=side.row.id,
        tag=side.row.tag,
        title=side.row.label,
        address=address_of(side.row.tag),
        version=side.device.version,
        state=side.device.state,
        last=f"{last.action.label}, le {rendering.day(last.effective_on)}, par "
        f"{names.actor(last)}",
        closed=side.closed,
        photo=photo.id if photo else None,
        alt=(photo.caption if photo else "") or f"Photo de {side.row.tag}",
    )


def _codes(said: DeviceRecord, sides: Sequence[_Side]) -> list[CompareLine]:
    def line(
        label: str, text: str, told: Callable[[_Side], Sequence[str]]
    ) -> CompareLine:
        cells = []
        for side in sides:
            own = [code for code in told(side) if code]
            same = text.upper() in {code.upper() for code in own}
            differs = bool(text and own and not same)
            cells.append(Cell(", ".join(own), differs))
        return CompareLine(label, text, cells)

    media = ", ".join(map(_medium, said.media))
    lines = [
        line("Étiquette", said.tag or "", lambda s: (s.device.tag,)),
        line(
            "Étiquette d'un autre outil",
            said.foreign_tag or "",
            lambda s: (s.device.text_fact("foreign_tag"),),
        ),
        CompareLine(
            "Supports de stockage",
            media,
            [_media(said, side.device) for side in sides],
        ),
    ]
    return [one for one in lines if one.said or any(cell.text for cell in one.cells)]


def _media(said: DeviceRecord, device: Device) -> Cell:
    told = {medium.serial.upper() for medium in said.media}
    own = {medium.serial.upper() for medium in device.media}
    return Cell(", ".join(map(_medium, device.media)), bool(told - own and own))


def _medium(medium: Medium) -> str:
    return f"{medium.serial} ({medium.kind.label})"


def _facts(
    said: DeviceRecord,
    sides: Sequence[_Side],
    names: Names,
    texts: Mapping[str, str] | None,
) -> list[CompareLine]:
    told = facts_of(said)
    known = [
        ({**side.device.facts, "category": side.device.category}, side)
        for side in sides
    ]
    usable = keys_of(said)
    lines = []
    for field in FACT_FIELDS:
        if field.name not in told and not any(field.name in own for own, _ in known):
            continue
        cells = []
        for own, side in known:
            differs = field.name in differences(said, side.device)
            take = name_of(side.row.id, field.name) if differs else ""
            if texts is None:
                # Another number is most often another device: a person ticks it.
                is_doubtful = field.name in _IDENTIFIERS and own.get(field.name)
                is_junk = field.name == "serial" and not usable.serial
                ticked = differs and not is_doubtful and not is_junk
            else:
                ticked = take in texts
            text = _text(field, own.get(field.name), names)
            cells.append(Cell(text, differs, "" if side.closed else take, ticked))
        text = _text(field, told.get(field.name), names)
        lines.append(CompareLine(field.label, text, cells))
    return lines


def _places(
    said: DeviceRecord, sides: Sequence[_Side], names: Names
) -> list[CompareLine]:
    reformed = rendering.day(said.decommissioned_on) if said.decommissioned_on else ""
    lines: list[tuple[str, str, Callable[[Device], str]]] = [
        ("Statut", said.state.label if said.state else "", lambda d: d.state.label),
        (
            "Date de réforme",
            reformed,
            lambda d: rendering.day(d.decommissioned_on) if d.decommissioned_on else "",
        ),
        ("Site", said.site or "", lambda d: names.sites.get(d.site or 0, "")),
        ("Détenteur", said.holder_name or "", lambda d: names.person(d.holder)),
    ]
    made = []
    for label, text, told in lines:
        values = [told(side.device) for side in sides]
        if text or any(values):
            cells = [Cell(value, bool(text) and value != text) for value in values]
            made.append(CompareLine(label, text, cells))
    return made


def _text(field: Field, value: Json, names: Names) -> str:
    return "" if value is None or value == "" else value_of(field, value, names)


def doubts_told(counts: object) -> list[tuple[str, int]]:
    """Write what makes rows of a file wait, with how many of each."""
    told = counts if isinstance(counts, dict) else {}
    return [(doubt.label, told[doubt]) for doubt in Doubt if told.get(doubt)]
