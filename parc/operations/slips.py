"""Custody slips drafted: made from a list of devices, corrected, cancelled.

Nothing happens to a device before the slip is signed (`slip_signing`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.custody import (
    TARGETS,
    WRITERS,
    Content,
    Line,
    SlipKind,
    Stage,
    Standing,
    canonical,
    checksum,
    number_of,
    outstanding,
    read_back,
    reasons_against_draft,
    standings,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import State
from parc.operations.selection import Desk, pick
from parc.storage import people, slips
from parc.storage.database import writing
from parc.storage.slip_tables import SlipRow
from parc.storage.slips import Item
from parc.storage.tables import DeviceRow, OwnerRow, PersonRow, SiteRow

LONGEST_COMMENT = 1_000
LONGEST_NOTE = 200
_SIGNED = "Ce bon est signé : il ne change plus. Faites-en un autre."
_CANCELLED = "Ce bon est annulé : il ne change plus."
_OTHER_OWNER = "ce matériel est à un autre propriétaire que la personne."


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft says besides its kind and its person.

    `notes`, `targets` and `ticked` (accessories by id) are by device tag. `all_back`:
    on a return, every accessory that is expected back is ticked.
    """

    effective_on: date
    codes: Sequence[str] = ()
    due_on: date | None = None
    site_id: int | None = None
    comment: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    ticked: Mapping[str, Collection[str]] = field(default_factory=dict)
    all_back: bool = False


def begin(engine: Engine, desk: Desk, kind: SlipKind, person: str, draft: Draft) -> int:
    """Make a draft for somebody; give its key.

    Raises:
        Refused: no role; nobody of that id; codes that are not one device of the
            person's owner; a wrong day; nothing was made.
    """
    with writing(engine) as session:
        return begin_in(session, desk, kind, person, draft).id


def begin_in(
    session: Session, desk: Desk, kind: SlipKind, person: str, draft: Draft
) -> SlipRow:
    """Make a draft inside a transaction; as `begin`."""
    who = session.get(PersonRow, person)
    if who is None or not desk.viewer.sees(who.owner_id):
        message = "« Personne ou service » : personne inconnue."
        raise Refused((Refusal("unknown_reference", message, "person"),))
    require_writer(desk.viewer, who.owner_id)
    row = slips.new_row(
        who.owner_id,
        kind,
        person,
        draft.effective_on,
        at=desk.now,
        by=desk.viewer.actor,
    )
    # The year of the number is that in which it is taken: numbers follow time.
    row.year = desk.today.year
    found = _settled(session, desk, row, draft)
    slips.add(session, row)
    _write(session, row, draft, found)
    return row


def revise(engine: Engine, desk: Desk, key: int, draft: Draft) -> None:
    """Correct a draft as a whole.

    Raises:
        Refused: as for `begin`; the slip is signed or cancelled.
    """
    with writing(engine) as session:
        row = slips.hold(session, key)
        require_writer(desk.viewer, row.owner_id)
        require_draft(row)
        found = _settled(session, desk, row, draft)
        session.add(row)
        _write(session, row, draft, found)


def cancel(engine: Engine, desk: Desk, key: int, reason: str) -> None:
    """Cancel a draft: its number stays, with the reason.

    Raises:
        Refused: no role, no reason, the slip is signed or cancelled.
    """
    with writing(engine) as session:
        row = slips.hold(session, key)
        require_writer(desk.viewer, row.owner_id)
        require_draft(row)
        told = readable(reason, LONGEST_COMMENT)
        if not told:
            message = "« Motif » est à renseigner."
            raise Refused((Refusal("missing_field", message, "reason"),))
        row.stage, row.reason = Stage.CANCELLED.value, told
        row.cancelled_at, row.cancelled_by = desk.now, desk.viewer.actor
        session.add(row)


def content_of(session: Session, row: SlipRow) -> Content:
    """Tell what a slip says: as it was signed, else as its devices are now."""
    if row.frozen is not None:
        return read_back(row.frozen)[0]
    owner = session.get_one(OwnerRow, row.owner_id)
    labels = resources.accessories()
    told = accessories_of(session, row)
    return Content(
        number=number_of(SlipKind(row.kind), row.year, row.number),
        kind=row.kind,
        owner=owner.name,
        siret=owner.siret,
        person=row.person,
        site=row.site,
        effective_on=row.effective_on.isoformat(),
        due_on=row.due_on.isoformat() if row.due_on else "",
        comment=row.comment,
        lines=tuple(
            Line(
                tag=device.tag,
                label=designation(device),
                serial=device.serial or "",
                note=line.note,
                target=State(line.target).label if line.target else "",
                accessories=tuple(
                    (label, told[device.id][key].value)
                    for key, label in labels.items()
                    if key in told.get(device.id, {})
                ),
            )
            for line, device in slips.lines(session, row.id)
        ),
    )


def draft_checksum(session: Session, row: SlipRow) -> str:
    """Give the SHA-256 of what a draft says now: what is signed is what was seen."""
    return checksum(canonical(content_of(session, row)))


def accessories_of(session: Session, row: SlipRow) -> dict[int, dict[str, Standing]]:
    """Tell what a slip says of each accessory; on a draft of return, what is missing.

    By device (row id), then by accessory (id).
    """
    told = slips.accessories(session, row.id)
    if row.kind != SlipKind.RETURN.value or row.stage == Stage.SIGNED.value:
        return told
    ids = [device.id for _, device in slips.lines(session, row.id)]
    expected = expected_back(session, row.person, ids)
    return {
        key: standings(SlipKind.RETURN, told.get(key, {}).keys(), expected.get(key, ()))
        for key in ids
    }


def expected_back(
    session: Session, person: str, device_ids: Iterable[int]
) -> dict[int, frozenset[str]]:
    """Tell which accessories somebody still has, by device."""
    told = slips.handed(session, person, device_ids)
    return {key: outstanding(history) for key, history in told.items()}


def designation(device: DeviceRow) -> str:
    """Name a device on a slip: its kind, maker and model."""
    category = resources.categories().get(device.category)
    kind = category.label if category else device.category
    return ", ".join(part for part in (kind, device.label) if part)


def require_writer(viewer: Viewer, owner_id: int) -> None:
    """Stop who may not write slips for an owner.

    Raises:
        Refused: with the roles that may.
    """
    if viewer.roles(owner_id).isdisjoint(WRITERS):
        names = " ou ".join(role.label for role in WRITERS)
        message = f"Réservé, chez ce propriétaire, au rôle : {names}."
        raise Refused((Refusal("role", message),))


def require_draft(row: SlipRow) -> None:
    """Stop what would change a slip that is signed or cancelled.

    Raises:
        Refused: it is.
    """
    if row.stage != Stage.DRAFT.value:
        told = _SIGNED if row.stage == Stage.SIGNED.value else _CANCELLED
        raise Refused((Refusal("stage", told),))


def readable(text: str, longest: int) -> str:
    """Keep what can be read of a typed text, within bounds."""
    kept = "".join(c for c in text if c.isprintable() or c == "\n")
    return kept.strip()[:longest]


def _settled(
    session: Session, desk: Desk, row: SlipRow, draft: Draft
) -> list[DeviceRow]:
    """Put what a draft says into its row; give its devices.

    Raises:
        Refused: with every reason.
    """
    kind = SlipKind(row.kind)
    reasons: list[Refusal] = []
    found: list[DeviceRow] = []
    if any(code.strip() for code in draft.codes):
        picked = pick(session, desk.viewer, draft.codes).picked
        found = [one.row for one in picked if one.row is not None]
        reasons += [
            Refusal("unknown_device", f"{one.code} : {one.reason}", "codes")
            for one in picked
            if one.row is None
        ]
    reasons += [
        Refusal("other_owner", f"{device.tag} : {_OTHER_OWNER}", "codes")
        for device in found
        if device.owner_id != row.owner_id
    ]
    due_on = draft.due_on if kind is SlipKind.LOAN else None
    if found or not reasons:
        reasons += reasons_against_draft(kind, len(found), draft.effective_on, due_on)
    site = session.get(SiteRow, draft.site_id) if draft.site_id is not None else None
    if draft.site_id is not None and (site is None or site.owner_id != row.owner_id):
        message = "« Site » : ce site n'est pas connu de ce propriétaire."
        reasons.append(Refusal("unknown_reference", message, "site"))
    if reasons:
        raise Refused(tuple(reasons))
    row.effective_on, row.due_on = draft.effective_on, due_on
    row.site_id, row.site = (site.id, site.name) if site else (None, "")
    row.comment = readable(draft.comment, LONGEST_COMMENT)
    return found


def _write(
    session: Session, row: SlipRow, draft: Draft, found: Sequence[DeviceRow]
) -> None:
    kind = SlipKind(row.kind)
    known = resources.accessories()
    said = Standing.RETURNED if kind is SlipKind.RETURN else Standing.GIVEN
    accepted = {target.value for target in TARGETS}
    items = []
    for device in found:
        target = draft.targets.get(device.tag, "")
        if kind is not SlipKind.RETURN:
            target = ""
        elif target not in accepted:
            target = State.TO_QUALIFY.value
        note = " ".join(readable(draft.notes.get(device.tag, ""), LONGEST_NOTE).split())
        items.append(Item(device.id, note, target))
    back: Mapping[int, frozenset[str]] = {}
    if kind is SlipKind.RETURN and draft.all_back:
        back = expected_back(session, row.person, [device.id for device in found])
    told = {
        device.id: {
            key: said
            for key in known
            if key in draft.ticked.get(device.tag, ()) or key in back.get(device.id, ())
        }
        for device in found
    }
    slips.fill(session, row.id, items, told)


def names_shown(session: Session, rows: Iterable[SlipRow]) -> dict[str, str]:
    """Name the people of slips; a purged name leaves its opaque id."""
    ids = {row.person for row in rows}
    names = people.person_names(session, ids)
    return {key: names.get(key) or f"{key} (nom effacé)" for key in ids}
