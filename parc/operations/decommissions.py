"""Lists of réforme prepared: gathered, valued, corrected, given up.

Nothing happens to a device before its list is proposed (`decommission_steps`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from parc import resources
from parc.domain.decommissioning import (
    MOST_DEVICES,
    ON_RECORD,
    WRITERS,
    Stage,
    age_of,
    net_value,
    reasons_against,
    valued,
)
from parc.domain.device import Device
from parc.domain.refusal import Refusal, Refused
from parc.domain.reuse import years_after
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, State
from parc.operations.decommission_content import checksum_now, devices_of
from parc.operations.selection import Desk, pick
from parc.operations.slips import readable
from parc.operations.stocktakes import require
from parc.storage import decommissions
from parc.storage.database import writing
from parc.storage.decommission_tables import DecommissionListRow
from parc.storage.decommissions import Item
from parc.storage.tables import DeviceRow

LONGEST = 1_000
_CHUNK, _LOOKED_AT = 500, 20_000
LONGEST_REASON = 200
PROPOSABLE = TRANSITIONS[Action.PROPOSE_DECOMMISSION].sources
"""States from which a device may be proposed."""

CHANGED = (
    "La liste ou l'un de ses matériels a changé depuis que cette page a été affichée : "
    "relisez-la."
)
_OTHER_OWNER = "ce matériel est à un autre propriétaire que la liste."


@dataclass(frozen=True, slots=True)
class Said:
    """What is typed of one device; without a value, its method may give one."""

    reason: str = ""
    value_cents: int | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Devices to add: of a category, in a state, older than some whole years."""

    category: str = ""
    state: State | None = None
    over_years: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a list says. `codes` are its devices; `said` is by tag.

    `method` and `valued_on` are for the devices of which nothing else is said.
    """

    codes: Sequence[str] = ()
    reason: str = ""
    comment: str = ""
    account: str = ""
    method: str = ""
    valued_on: date | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    search: Search | None = None


def begin(engine: Engine, desk: Desk, owner_id: int, draft: Draft) -> int:
    """Prepare a list of an owner; give its key.

    Raises:
        Refused: no role; codes that are not one device of the owner; nothing was made.
    """
    with writing(engine) as session:
        require(desk.viewer, owner_id, WRITERS)
        row = DecommissionListRow(
            owner_id=owner_id,
            # Numbers follow time.
            year=desk.today.year,
            number=0,
            stage=Stage.DRAFT.value,
            account=resources.decommissioning().account,
            created_at=desk.now,
            created_by=desk.viewer.actor,
        )
        items = _settled(session, desk, row, draft)
        decommissions.add(session, row)
        decommissions.fill(session, row.id, items)
        return row.id


def revise(engine: Engine, desk: Desk, key: int, seen: str, draft: Draft) -> str:
    """Correct a list in preparation as a whole; give its checksum.

    `seen` is the checksum of the list as it was shown.

    Raises:
        Refused: as for `begin`; not in preparation; changed since it was seen.
    """
    with writing(engine) as session:
        row = decommissions.hold(session, key)
        require(desk.viewer, row.owner_id, WRITERS)
        require_stage(row, Stage.DRAFT)
        require_unchanged(session, desk, row, seen)
        items = _settled(session, desk, row, draft)
        row.changed_at, row.changed_by = desk.now, desk.viewer.actor
        session.add(row)
        session.flush()
        decommissions.fill(session, key, items)
        return checksum_now(session, desk.today, row)


def require_stage(row: DecommissionListRow, *stages: Stage) -> None:
    """Stop what a list's stage does not allow.

    Raises:
        Refused: with where the list is.
    """
    if row.stage not in {stage.value for stage in stages}:
        now = Stage(row.stage).label.lower()
        message = f"La liste {decommissions.shown_number(row)} est {now} : rechargez."
        raise Refused((Refusal("stage", message),))


def require_unchanged(
    session: Session, desk: Desk, row: DecommissionListRow, seen: str
) -> None:
    """Stop what was decided on another list than the present one.

    Raises:
        Refused: it, or one of its devices, changed since.
    """
    if checksum_now(session, desk.today, row) != seen:
        raise Refused((Refusal("changed_meanwhile", CHANGED),))


def _settled(
    session: Session, desk: Desk, row: DecommissionListRow, draft: Draft
) -> list[Item]:
    """Put what a draft says into its row; give its lines.

    Raises:
        Refused: with every reason.
    """
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
    if draft.search is not None:
        known = {device.id for device in found}
        extra = _searched(session, desk, row.owner_id, draft.search)
        extra = [device for device in extra if device.id not in known]
        extra = extra[: max(MOST_DEVICES - len(found), 0)]
        if not extra:
            message = "Aucun autre matériel ne répond à ces critères."
            reasons.append(Refusal("nothing_found", message, "over_years"))
        found += extra
    reasons += reasons_against(len(found), draft.account.strip())
    words = resources.decommissioning().valuations
    said = [draft.method, *(one.method for one in draft.said.values())]
    if any(method and method not in words for method in said):
        message = "« Méthode » : choix inconnu."
        reasons.append(Refusal("invalid_field", message, "method"))
    if draft.valued_on is not None and draft.valued_on > desk.today:
        message = "« Estimé le » : ce jour n'est pas encore venu."
        reasons.append(Refusal("invalid_field", message, "valued_on"))
    if reasons:
        raise Refused(tuple(reasons))
    row.account = draft.account.strip() or resources.decommissioning().account
    row.reason = readable(draft.reason, LONGEST)
    row.comment = readable(draft.comment, LONGEST)
    return _items(session, desk, row, draft, found)


def _items(
    session: Session,
    desk: Desk,
    row: DecommissionListRow,
    draft: Draft,
    found: Sequence[DeviceRow],
) -> list[Item]:
    before = {}
    if row.id is not None:
        kept = decommissions.lines(session, row.id)
        before = {line.device_id: line for line, _ in kept}
    devices = devices_of(session, found)
    law = resources.law()
    items = []
    for device in found:
        said, old = draft.said.get(device.tag, Said()), before.get(device.id)
        life = devices[device.id]
        method = said.method or draft.method
        known = life.amount_fact("estimated_value_cents")
        if method == ON_RECORD and said.value_cents not in {None, known}:
            method = draft.method if draft.method != ON_RECORD else ""
        if not method and known is not None and said.value_cents is None:
            method = ON_RECORD
        value = valued(method, said.value_cents, life, net_value(life, desk.today, law))
        on, by = draft.valued_on or desk.today, desk.viewer.actor
        if old is not None and (old.value_cents, old.method) == (value, method):
            # Whoever typed something else did not estimate this one again.
            on, by = old.valued_on or on, old.valued_by or by
        items.append(
            Item(
                device.id,
                " ".join(readable(said.reason, LONGEST_REASON).split()),
                value,
                method if value is not None else "",
                on if value is not None else None,
                by if value is not None else "",
            )
        )
    return items


def _searched(
    session: Session, desk: Desk, owner_id: int, search: Search
) -> list[DeviceRow]:
    """Find devices to add, the oldest first, as many as one list holds."""
    bought = col(DeviceRow.acquired_on)
    states = {search.state} & PROPOSABLE if search.state else PROPOSABLE
    query = select(DeviceRow).where(
        DeviceRow.owner_id == owner_id,
        col(DeviceRow.void).is_(None),
        col(DeviceRow.state).in_(sorted(states)),
    )
    if search.category:
        query = query.where(DeviceRow.category == search.category)
    oldest = (bought.is_(None), bought)
    years = search.over_years
    if years is not None:
        # No device bought after that day is old enough: most are not rebuilt.
        limit = years_after(desk.today, -years)
        query = query.where(
            or_(
                col(DeviceRow.acquired_on).is_(None),
                col(DeviceRow.acquired_on) <= limit,
            )
        )
    query = query.order_by(*oldest, col(DeviceRow.tag)).limit(_LOOKED_AT)
    found: list[DeviceRow] = []
    rows = session.exec(query).all()
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        devices = devices_of(session, chunk) if years is not None else {}
        found += [
            row
            for row in chunk
            if years is None or _older(devices[row.id], years, desk.today)
        ]
        if len(found) >= MOST_DEVICES:
            break
    return found[:MOST_DEVICES]


def _older(device: Device, years: int, day: date) -> bool:
    since = age_of(device, day, resources.law()).since
    return since is not None and day > years_after(since, years)
