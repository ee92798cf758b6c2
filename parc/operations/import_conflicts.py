"""Settle a row that waits: it is this device, it is another one, it is left aside.

Each choice is one transaction: what is recorded, the codes left on the device and
the decision itself, or nothing at all.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.command import Command
from parc.domain.declared_checks import too_recent
from parc.domain.device import Device
from parc.domain.fields import Field, Json, Kind, parse
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.intake_dispute import Settled
from parc.domain.intake_keys import keys_of
from parc.domain.intake_match import unidentified
from parc.domain.intake_plan import Plan
from parc.domain.intake_written import read
from parc.domain.lifecycle import replay
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, Level, VoidKind
from parc.operations import device_codes
from parc.operations.import_outcome import Outcome
from parc.operations.import_run import Asked, ImportRun
from parc.operations.importing import may_import
from parc.operations.rules import rules_for
from parc.storage import aliases, import_conflicts, people
from parc.storage.conflict_tables import ConflictRow
from parc.storage.import_conflicts import candidates_of
from parc.storage.journal import ConflictError, history, record
from parc.storage.tables import DeviceRow, EventRow, OwnerRow

REASON = Field(
    "reason",
    "Motif",
    Kind.LONG_TEXT,
    hint="Demandé pour laisser la ligne de côté.",
)


class UnknownConflictError(Exception):
    """No such conflict, or one of an owner for whom somebody may not import."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who settles, and when: `at` in UTC, `today` in France."""

    viewer: Viewer
    at: datetime
    today: date


def seen(session: Session, viewer: Viewer, conflict: int) -> ConflictRow:
    """Find a conflict that somebody may settle.

    Raises:
        UnknownConflictError: there is none, or none that may be known of.
    """
    row = session.get(ConflictRow, conflict)
    if row is None or not may_import(viewer, row.owner_id):
        raise UnknownConflictError
    return row


def record_of(session: Session, row: ConflictRow) -> DeviceRecord:
    """Read the row of the file again, with the holder's name while it is known."""
    said = read(row.record, row.line, row.sheet)
    if row.holder:
        names = people.person_names(session, [row.holder])
        said = replace(said, holder_name=names.get(row.holder))
    return said


def differences(said: DeviceRecord, device: Device) -> dict[str, Json]:
    """Give the facts that the row says differently, as an update would write them."""
    known: Mapping[str, Json] = {**device.facts, "category": device.category}
    return {k: v for k, v in facts_of(said).items() if known.get(k) != v}


def is_same(
    session: Session,
    who: Who,
    conflict: int,
    device_id: int,
    *,
    taken: Collection[str] = (),
    version: int | None = None,
) -> DeviceRow:
    """Say that a row is about a known device, which takes some of its facts over.

    The codes of the row that lead nowhere are left as aliases of the device, so
    that the next file finds it. `version` is that of the device when it was seen.

    Raises:
        UnknownConflictError: no such conflict.
        Refused: settled meanwhile, no candidate, or what the domain refuses.
        ConflictError: the device changed since it was seen.
    """
    row = _open(session, who, conflict)
    device = _candidate(session, row, device_id)
    if version is not None and device.version != version:
        raise ConflictError
    said = record_of(session, row)
    present = replay(history(session, device.id))
    if present is None:
        raise ConflictError
    changes = {k: v for k, v in differences(said, present).items() if k in taken}
    if changes:
        owner = session.get_one(OwnerRow, row.owner_id)
        command = _imported(row, who, Action.DESCRIBE, changes)
        record(session, device, command, rules_for(session, owner, who.today))
        row.version = device.version
    row.aliases = json.dumps(list(_left(session, who, device, said)))
    _settle(session, who, row, Settled.SAME, device.id)
    return device


def is_other(session: Session, who: Who, conflict: int) -> DeviceRow:
    """Say that a row is about a device that is not known: register it.

    As an import does, with the past that the row declares, under a tag of parc when
    its own is taken. One that was registered so before, and discarded, comes back.

    Raises:
        UnknownConflictError: no such conflict.
        Refused: settled meanwhile, or what the domain refuses of the row.
    """
    row = _open(session, who, conflict)
    said = record_of(session, row)
    owner = session.get_one(OwnerRow, row.owner_id, with_for_update=True)
    rules = rules_for(session, owner, who.today)
    before = session.get(DeviceRow, row.device_id) if row.device_id else None
    if before is not None and before.void == VoidKind.DISCARDED:
        record(session, before, _imported(row, who, Action.RESTORE, {}), rules)
        made = before
    else:
        problems = list(too_recent(said, who.today, rules.first_day))
        if not keys_of(said).identify:
            problems.append(unidentified(said))
        if problems:
            raise Refused(tuple(Refusal(p.code, p.message) for p in problems))
        made = _registered(session, who, row, owner, said)
    row.version = made.version
    _settle(session, who, row, Settled.OTHER, made.id)
    return made


def leave_aside(session: Session, who: Who, conflict: int, reason: str) -> None:
    """Say that nothing is to be done with a row, and why.

    Raises:
        UnknownConflictError: no such conflict.
        Refused: settled meanwhile, or no reason.
    """
    row = _open(session, who, conflict)
    field = replace(REASON, required=True)
    typed, refusals = parse((field,), {REASON.name: reason})
    if refusals:
        raise Refused(tuple(refusals))
    row.reason = str(typed[REASON.name])
    _settle(session, who, row, Settled.IGNORED, None)


def reopen(session: Session, who: Who, conflict: int) -> None:
    """Take a decision back: what it recorded is annulled, and the row waits again.

    Raises:
        UnknownConflictError: no such conflict.
        Refused: it waits already, the device has changed since, or the domain
            refuses the annulment.
    """
    seen(session, who.viewer, conflict)
    row = import_conflicts.locked(session, conflict)
    if row is None or row.state == Settled.OPEN:
        message = "Cette ligne est déjà à départager."
        raise Refused((Refusal("open", message),))
    device = session.get(DeviceRow, row.device_id) if row.device_id else None
    if device is not None and row.version is not None:
        _take_back(session, who, row, device)
    for alias in json.loads(row.aliases or "[]"):
        if device is not None:
            aliases.withdraw(session, device.id, alias)
    if row.state != Settled.OTHER:
        row.device_id = None
    row.state, row.settled_at, row.settled_by = Settled.OPEN, None, None
    row.reason = row.version = row.aliases = None
    session.add(row)
    session.flush()


def _take_back(session: Session, who: Who, row: ConflictRow, device: DeviceRow) -> None:
    if device.version != row.version:
        message = (
            f"{device.tag} a changé depuis cette décision : annulez d'abord, sur sa "
            "fiche, ce qui a suivi."
        )
        raise Refused((Refusal("changed_since", message),))
    action = Action.DISCARD if row.state == Settled.OTHER else Action.ANNUL
    why = f"Ligne {row.line} d'un import : décision reprise."
    owner = session.get_one(OwnerRow, device.owner_id)
    command = Command(
        action,
        who.today,
        who.at,
        who.viewer.as_actor(device.owner_id),
        {"reason": why},
    )
    record(session, device, command, rules_for(session, owner, who.today))


def _open(session: Session, who: Who, conflict: int) -> ConflictRow:
    """Read a conflict to settle it; a second person is told what the first did."""
    seen(session, who.viewer, conflict)
    row = import_conflicts.locked(session, conflict)
    if row is None:
        raise UnknownConflictError
    if row.state != Settled.OPEN:
        by = row.settled_by or ""
        name = people.actor_names(session, [by]).get(by, by)
        message = (
            f"{name} vient de départager cette ligne : "
            f"« {Settled(row.state).label} ». Rien n'a été changé."
        )
        raise Refused((Refusal("settled", message),))
    return row


def _candidate(session: Session, row: ConflictRow, device_id: int) -> DeviceRow:
    device = session.get(DeviceRow, device_id, populate_existing=True)
    if (
        device is None
        or device.id not in candidates_of(row)
        or device.owner_id != row.owner_id
        or device.void is not None
    ):
        message = "Ce matériel n'est plus parmi ceux que cette ligne peut désigner."
        raise Refused((Refusal("no_candidate", message),))
    return device


def _registered(
    session: Session, who: Who, row: ConflictRow, owner: OwnerRow, said: DeviceRecord
) -> DeviceRow:
    asked = Asked(
        b"",
        owner,
        who.viewer.actor,
        who.at,
        who.today,
        import_id=row.import_id,
        roles=who.viewer.roles(owner.id),
    )
    outcome = Outcome("", "", dry_run=False, import_id=row.import_id)
    planned = Plan(create=[said])
    last = _last_event(session, row.import_id)
    run = ImportRun(session, asked, outcome, rules_for(session, owner, who.today))
    run.create(planned)
    if planned.rejected:
        reasons = (i for refused in planned.rejected for i in refused.issues)
        raise Refused(tuple(Refusal(i.code, i.message) for i in reasons))
    return session.exec(
        select(DeviceRow)
        .join(EventRow, col(EventRow.device_id) == col(DeviceRow.id))
        .where(
            EventRow.source == row.import_id,
            EventRow.seq == 1,
            EventRow.actor == who.viewer.actor,
            col(EventRow.id) > last,
        )
    ).one()


def _last_event(session: Session, import_id: str) -> int:
    found = session.exec(
        select(EventRow.id)
        .where(EventRow.source == import_id)
        .order_by(col(EventRow.id).desc())
        .limit(1)
    ).first()
    return found or 0


def _imported(
    row: ConflictRow, who: Who, action: Action, details: Mapping[str, object]
) -> Command:
    """Give a command as the import itself would have: its source, its line."""
    return Command(
        action,
        who.today,
        who.at,
        who.viewer.as_actor(row.owner_id),
        details,
        Level.DECLARED,
        row.import_id,
        row.line,
    )


def _left(
    session: Session, who: Who, device: DeviceRow, said: DeviceRecord
) -> Iterator[int]:
    """Leave on a device the codes of the row that lead nowhere yet."""
    own = {device.tag, device.foreign_tag, device.serial}
    usable = said.serial if keys_of(said).serial else None
    for code in dict.fromkeys((said.tag, said.foreign_tag, usable)):
        if not code or code in own:
            continue
        try:
            with session.begin_nested():
                alias = device_codes.stick(
                    session, device, code, by=who.viewer.actor, at=who.at
                )
        except Refused:
            continue  # it leads to a device already, or can be no such code
        yield alias.id


def _settle(
    session: Session, who: Who, row: ConflictRow, state: Settled, device: int | None
) -> None:
    row.state, row.device_id = state, device
    row.settled_at, row.settled_by = who.at, who.viewer.actor
    session.add(row)
    session.flush()
