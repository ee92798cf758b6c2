"""Two records of one device: compare them, keep one, merge the other into it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc.domain.command import Actor, Command
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import Field, Json
from parc.domain.search import is_junk_serial
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import DECOMMISSIONED_AND_HELD, GONE, Action, Condition
from parc.operations.rules import rules_for
from parc.storage.journal import ConflictError, record
from parc.storage.tables import DeviceRow, OwnerRow

_MOST_ALIKE = 10
_SAYS_NOTHING = (None, "", Condition.UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class Record:
    """One of both: its row, what it is, all that happened to it."""

    row: DeviceRow
    device: Device
    events: tuple[Event, ...]

    @property
    def known(self) -> Mapping[str, Json]:
        """All facts that say something, the category among them."""
        told = {**self.device.facts, "category": self.device.category}
        return {k: v for k, v in told.items() if v not in _SAYS_NOTHING}


@dataclass(frozen=True, slots=True)
class Merging:
    """What is asked: `taken` names the facts that the kept one takes over.

    `versions` are those seen when deciding, by tag.
    """

    kept: DeviceRow
    duplicate: DeviceRow
    taken: Collection[str]
    reason: str
    versions: Mapping[str, int | None]


def differing(one: Record, other: Record) -> Iterator[Field]:
    """Give the facts that both records do not tell alike, in their usual order."""
    for field in FACT_FIELDS:
        if one.known.get(field.name) != other.known.get(field.name):
            yield field


def better_kept(one: Record, other: Record) -> Record:
    """Propose which to keep: what has left, what is réformé, what has lived most."""
    return max(one, other, key=_weight)


def alike(session: Session, row: DeviceRow) -> list[DeviceRow]:
    """List other devices of the owner with the same serial number, by tag."""
    if not row.serial_key or is_junk_serial(row.serial_key):
        return []
    found = session.exec(
        select(DeviceRow)
        .where(
            DeviceRow.serial_key == row.serial_key,
            col(DeviceRow.owner_id) + 0 == row.owner_id,
            DeviceRow.id != row.id,
            col(DeviceRow.void).is_(None),
        )
        .order_by(col(DeviceRow.tag) + "")
        .limit(_MOST_ALIKE)
    )
    return list(found)


def merge(
    session: Session,
    asked: Merging,
    facts: Mapping[str, Json],
    *,
    actor: Actor,
    at: datetime,
    today: date,
) -> None:
    """Merge a device into another, which takes some of its facts over.

    `facts` are the duplicate's. Both events are written in the caller's
    transaction, or neither.

    Raises:
        Refused: with every reason; nothing must then be committed.
        ConflictError: one of them changed since it was seen.
    """
    kept, duplicate = asked.kept, asked.duplicate
    seen = asked.versions.get(kept.tag)
    if seen is not None and seen != kept.version:
        raise ConflictError
    rules = rules_for(session, session.get_one(OwnerRow, kept.owner_id), today)
    details = {"into": kept.tag, "reason": asked.reason}
    command = Command(Action.MERGE, today, at, actor, details)
    record(
        session,
        duplicate,
        command,
        rules,
        expected_version=asked.versions.get(duplicate.tag),
    )
    taken = {name: facts[name] for name in asked.taken if name in facts}
    if taken:
        command = Command(Action.DESCRIBE, today, at, actor, taken)
        record(session, kept, command, rules)


def _weight(record: Record) -> tuple[bool, bool, int, int]:
    device = record.device
    has_left = bool(device.hand_overs) or any(s.state in GONE for s in device.steps)
    reformed = device.state in DECOMMISSIONED_AND_HELD
    return has_left, reformed, len(record.events), -record.row.id
