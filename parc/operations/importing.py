"""Import a file: the same steps for the command line, the page and the API."""

import gc
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import Session, col, select

from imports import Extract, UnreadableError, extract
from parc.domain.access import Viewer
from parc.domain.intake_keys import keyed
from parc.domain.intake_plan import plan
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.operations import conflict_queue
from parc.operations.import_outcome import Outcome, count
from parc.operations.import_preview import Told
from parc.operations.import_run import Asked, ImportRun
from parc.operations.mapping import Reading, options_for
from parc.operations.rules import rules_for
from parc.storage import intake
from parc.storage.tables import ImportRow

__all__ = ["IMPORTERS", "Asked", "Outcome", "may_import", "new_id", "recent", "run"]

IMPORTERS = (Role.TECHNICIAN, Role.FLEET_LEAD, Role.ADMIN)
"""Who may import for an owner (decision D1: registering is the technician's)."""


def new_id() -> str:
    """Make an import's id, not to be guessed."""
    return secrets.token_hex(8)


def may_import(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may import for an owner."""
    return not viewer.roles(owner_id).isdisjoint(IMPORTERS)


def read(session: Session, asked: Asked) -> Extract:
    """Read the file, before a transaction that writes: others need not wait for it.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    with _collector_paused():
        return _read(session, asked)


def run(
    session: Session,
    asked: Asked,
    told: Told | None = None,
    *,
    found: Extract | None = None,
) -> Outcome:
    """Read, plan and, unless it is a dry run, apply in the caller's transaction.

    `told` hears, device by device, what a dry run would do; `found` is what `read`
    gave, if the file was read before.

    Raises:
        Refused: the file as a whole cannot be read; nothing was written.
    """
    with _collector_paused():
        return _run(session, asked, told, found or _read(session, asked))


def _read(session: Session, asked: Asked) -> Extract:
    reading = Reading(asked.date_order, asked.format, asked.mapping)
    try:
        return extract(asked.content, options_for(session, asked.owner.id, reading))
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error)),)) from None


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the search for cycles among records that have none.

    It would look at every row read so far again and again: a fifth of the time
    of a long import.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run(session: Session, asked: Asked, told: Told | None, found: Extract) -> Outcome:
    owner = asked.owner
    if not asked.dry_run:
        intake.wait_for_turn(session)
        session.refresh(owner)
    rules = rules_for(session, owner, asked.today)
    rows = keyed(found.records)
    known = intake.known_devices(session, owner, rules.first_day, rows)
    planned = plan(rows, known, asked.today)
    conflict_queue.leave_settled(session, owner.id, planned)
    outcome = Outcome(
        import_id=asked.import_id or new_id(),
        sha256=hashlib.sha256(asked.content).hexdigest(),
        format=found.format,
        dry_run=asked.dry_run,
        mapping=found.heading.digest if found.heading.said else "",
    )
    before = applied_before(session, owner.id, outcome.sha256)
    outcome.already_applied = before.applied_at if before else None
    run_ = ImportRun(session, asked, outcome, rules, told)
    run_.create(planned)
    run_.update(planned)
    count(outcome, found, planned)
    outcome.doubts = conflict_queue.tally(planned.disputes)
    if not asked.dry_run:
        if owner.first_day is None and outcome.created:
            owner.first_day = asked.today
            session.add(owner)
        _remember(session, asked, outcome)
        session.flush()
        conflict_queue.put(session, owner.id, outcome.import_id, planned, asked.at)
    return outcome


def _remember(session: Session, asked: Asked, outcome: Outcome) -> None:
    counts = outcome.as_json("")
    del counts["issues"]
    row = session.get(ImportRow, outcome.import_id) or ImportRow(
        id=outcome.import_id,
        owner_id=asked.owner.id,
        sha256=outcome.sha256,
        format=outcome.format,
        options=json.dumps({"date_order": asked.date_order}),
        created_at=asked.at,
        created_by=asked.actor,
    )
    row.applied_at = asked.at
    row.format = outcome.format
    row.outcome = json.dumps(counts)
    session.add(row)


def applied_before(session: Session, owner_id: int, sha256: str) -> ImportRow | None:
    """Find when the very same file was last applied for an owner, and not undone."""
    found = session.exec(
        select(ImportRow)
        .where(
            ImportRow.sha256 == sha256,
            ImportRow.owner_id == owner_id,
            col(ImportRow.applied_at).is_not(None),
        )
        .order_by(col(ImportRow.applied_at).desc())
    )
    return next((row for row in found if not undone_at(row)), None)


def undone_at(row: ImportRow) -> str:
    """Tell when an import was undone (ISO 8601, UTC); empty: it was not."""
    return str(json.loads(row.outcome or "{}").get("undone_at", ""))


def recent(session: Session, owner_ids: Sequence[int]) -> list[ImportRow]:
    """List the latest imports of some owners."""
    return list(
        session.exec(
            select(ImportRow)
            .where(col(ImportRow.owner_id).in_(owner_ids))
            .order_by(col(ImportRow.created_at).desc())
            .limit(50)
        )
    )
