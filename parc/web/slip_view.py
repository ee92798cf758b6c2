"""What the pages of slips show: a list, one slip as a draft or as it was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.custody import (
    ACTIONS,
    TARGETS,
    WRITERS,
    Line,
    Signing,
    SlipKind,
    Stage,
    Standing,
    read_back,
)
from parc.domain.fields import Field, Kind
from parc.operations import selection, slips
from parc.operations.slip_paper import drawn
from parc.operations.slip_signing import is_intact
from parc.storage import documents, people
from parc.storage import slips as kept
from parc.storage.devices import owners_seen
from parc.storage.slip_tables import SlipRow
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web.recording import Desk
from parc.web.slip_forms import Typed

TONES = {"draft": "warn", "signed": "ok", "cancelled": "neutral"}
FEW = 6
"""Devices whose accessories are all open on the page."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A slip of a list."""

    row: SlipRow
    number: str
    kind: SlipKind
    stage: Stage
    person: str
    devices: int
    owner: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A device of a draft: what is ticked, what is expected back, where it goes."""

    device: DeviceRow
    designation: str
    note: str
    target: str
    ticked: frozenset[str]
    expected: frozenset[str]
    missing: Sequence[str]


def listed(session: Session, viewer: Viewer, rows: Sequence[SlipRow]) -> list[Listed]:
    """Name what a list of slips shows."""
    names = slips.names_shown(session, rows)
    counts = kept.counts(session, [row.id for row in rows])
    owners = {owner.id: owner.name for owner in owners_seen(session, viewer)}
    return [
        Listed(
            row=row,
            number=kept.shown_number(row),
            kind=SlipKind(row.kind),
            stage=Stage(row.stage),
            person=names[row.person],
            devices=counts.get(row.id, 0),
            owner=owners.get(row.owner_id, ""),
        )
        for row in rows
    ]


def writers(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer writes slips."""
    return [
        owner for owner in owners_seen(session, viewer) if may_write(viewer, owner.id)
    ]


def may_write(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether the viewer writes slips for an owner."""
    return not viewer.roles(owner_id).isdisjoint(WRITERS)


def sites_of(session: Session, owners: Sequence[OwnerRow]) -> list[tuple[str, str]]:
    """List the sites to choose from, named with their owner when there are several."""
    names = {owner.id: owner.name for owner in owners}
    several = len(owners) > 1
    return [
        (
            str(site.id),
            f"{names[site.owner_id]} : {site.name}" if several else site.name,
        )
        for site in people.sites(session, list(names))
    ]


def shown(
    session: Session, desk: Desk, row: SlipRow, form: Typed | None = None
) -> dict[str, Any]:
    """Gather the page of one slip; `form` is a correction that was refused."""
    kind, stage = SlipKind(row.kind), Stage(row.stage)
    owner = session.get_one(OwnerRow, row.owner_id)
    actors = {row.created_by, row.signed_by or "", row.cancelled_by or ""}
    content = slips.content_of(session, row)
    context: dict[str, Any] = {
        "slip": row,
        "number": kept.shown_number(row),
        "kind": kind,
        "stage": stage,
        "tone": TONES[stage.value],
        "owner": owner,
        "person": slips.names_shown(session, [row])[row.person],
        "by": people.actor_names(session, actors),
        "lines": [(line, _told(line)) for line in content.lines],
        "missing": [
            (line.tag, line.those(Standing.MISSING))
            for line in content.lines
            if line.those(Standing.MISSING)
        ],
        "may_write": may_write(desk.viewer, row.owner_id),
        "drawn": drawn(row),
        "scan": documents.find(session, [row.owner_id], row.scan or ""),
        "signing": Signing(row.signing).label if row.signing else "",
        "intact": row.frozen is None or is_intact(row),
        "seal": read_back(row.frozen)[1] if row.frozen else None,
    }
    if stage is Stage.DRAFT:
        context |= _draft(session, desk, row, owner, form)
    return context


def _draft(
    session: Session,
    desk: Desk,
    row: SlipRow,
    owner: OwnerRow,
    form: Typed | None,
) -> dict[str, Any]:
    lines = kept.lines(session, row.id)
    devices = [device for _, device in lines]
    kind = SlipKind(row.kind)
    expected: Mapping[int, frozenset[str]] = {}
    labels = resources.accessories()
    if kind is SlipKind.RETURN:
        ids = [device.id for device in devices]
        expected = slips.expected_back(session, row.person, ids)
    told: dict[int, frozenset[str]] = {
        key: frozenset(said) for key, said in kept.accessories(session, row.id).items()
    }
    edited = []
    for line, device in lines:
        ticked = told.get(device.id, frozenset())
        note, target = line.note, line.target
        if form is not None and "effective_on" in form.texts:
            ticked = frozenset(form.ticked(f"acc-{device.id}"))
            note, target = (
                form.text(f"note-{device.id}"),
                form.text(f"target-{device.id}"),
            )
        back = expected.get(device.id, frozenset())
        edited.append(
            Edited(
                device=device,
                designation=slips.designation(device),
                note=note,
                target=target,
                ticked=ticked,
                expected=back,
                missing=[
                    label for key, label in labels.items() if key in back - ticked
                ],
            )
        )
    return {
        "seen": slips.draft_checksum(session, row),
        "edited": edited,
        "open_all": len(edited) <= FEW,
        "accessories": list(labels.items()),
        "targets": [(target.value, target.label) for target in TARGETS],
        "sites": sites_of(session, [owner]),
        "against": _against(session, desk, row, devices),
    }


def _against(
    session: Session, desk: Desk, row: SlipRow, devices: Sequence[DeviceRow]
) -> list[tuple[str, str]]:
    """Tell, before anybody signs, which devices would refuse and why."""
    kind = SlipKind(row.kind)
    if not may_write(desk.viewer, row.owner_id):
        return []
    found = selection.survey(session, desk, devices, ACTIONS[kind])
    refused = [
        (device.tag, reason.message)
        for device, reasons in found.refused
        for reason in reasons
    ]
    if kind is SlipKind.LOAN:
        refused += [(one.tag, "Déjà prêté.") for one in found.already]
    if kind is SlipKind.ASSIGNMENT:
        refused += [
            (one.tag, "Déjà chez quelqu'un d'autre : il revient d'abord.")
            for one in found.already
            if one.holder != row.person
        ]
    if kind is SlipKind.RETURN:
        refused += [
            (one.tag, "N'est pas chez cette personne.")
            for one in devices
            if one.holder != row.person
        ]
    return refused


def _told(line: Line) -> list[tuple[str, str]]:
    """Give what is said of a line's accessories: a tone and a sentence."""
    words = (
        (Standing.GIVEN, "neutral", "Remis"),
        (Standing.RETURNED, "ok", "Rendu"),
        (Standing.MISSING, "bad", "Manquant"),
    )
    return [
        (tone, f"{word} : {', '.join(those)}")
        for standing, tone, word in words
        if (those := line.those(standing))
    ]


def due_field(field: Field, kind: SlipKind) -> Field | None:
    """Ask for the end of a loan, of a loan only."""
    if kind is not SlipKind.LOAN:
        return None
    return Field(field.name, field.label, Kind.DAY, required=True)


def late_days(due_on: date, today: date) -> int:
    """Count the days since a loan should be back; zero when it is not late."""
    return max((today - due_on).days, 0)
