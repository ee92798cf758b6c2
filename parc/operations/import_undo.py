"""Undo a whole import: every device goes back as far as it can, by further events.

First a look at what would happen, kept as rows as the undoing itself is. Devices
are done some at a time, each time with its results in the same transaction: work
that was interrupted goes on where it stopped, and what it did stays.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc import clock
from parc.domain.access import Viewer
from parc.domain.command import Actor, Command, Rules
from parc.domain.events import Event
from parc.domain.refusal import Refusal, Refused
from parc.domain.undoing import Course, WayBack, way_back, without_a_value_before
from parc.domain.vocabulary import Action, Role
from parc.operations.jobs import Result, Work
from parc.operations.rules import rules_for
from parc.storage import import_conflicts, import_undos, jobs
from parc.storage.database import reading, writing
from parc.storage.import_undos import Fate, Undone
from parc.storage.journal import ConflictError
from parc.storage.journal_bulk import Batch, Wish
from parc.storage.sessions import viewer_of
from parc.storage.tables import AccountRow, ImportRow, JobRow, OwnerRow

PREVIEW, UNDO = "import_undo_preview", "import_undo"
KINDS = (PREVIEW, UNDO)

UNDOERS = (Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who may undo an import: those who may take a device out of the inventory."""

COMMAND_LINE = "command-line"
AT_ONCE = 200
"""Devices done before the answer leaves; a longer list waits for a worker."""

LONGEST_REASON = 1_500
_CHUNK = 500
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Undoing:
    """One import to undo: of whom, by whom, why, and when."""

    source: str
    owner: OwnerRow
    actor: Actor
    reason: str
    at: datetime

    @property
    def today(self) -> date:
        """The day in France."""
        return clock.local(self.at).date()


def may_undo(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may undo an import of an owner."""
    return not viewer.roles(owner_id).isdisjoint(UNDOERS)


def ask(  # noqa: PLR0917 - what, by whom, when, why
    session: Session,
    row: ImportRow,
    actor: str,
    at: datetime,
    kind: str = PREVIEW,
    reason: str = "",
) -> JobRow:
    """Put a look at the undoing of an import, or the undoing itself, in the queue.

    Raises:
        Refused: the import is not applied, the reason is missing or too long, or
            the import is being undone.
    """
    if row.applied_at is None:
        message = "Cet import n'est pas appliqué : il n'y a rien à annuler."
        raise Refused((Refusal("not_applied", message),))
    reason = reason.strip()
    if kind == UNDO and not reason:
        message = "« Motif » est à renseigner."
        raise Refused((Refusal("missing_field", message, "reason"),))
    if len(reason) > LONGEST_REASON:
        message = f"« Motif » : {LONGEST_REASON} caractères au plus."
        raise Refused((Refusal("invalid_field", message, "reason"),))
    # Two people at once: the second waits here, then finds the first one's job.
    session.get_one(ImportRow, row.id, with_for_update=True, populate_existing=True)
    if any(not jobs.has_ended(job) for job in attempts(session, row, [UNDO])):
        message = "Cet import est déjà en cours d'annulation."
        raise Refused((Refusal("busy", message),))
    params = {"import_id": row.id, "reason": reason}
    return jobs.ask(session, kind, params, row.owner_id, actor, at)


def attempts(
    session: Session, row: ImportRow, kinds: Sequence[str] = (UNDO,)
) -> list[JobRow]:
    """List the jobs that undid an import, or tried to, the latest first."""
    found = session.exec(
        select(JobRow)
        .where(
            JobRow.owner_id == row.owner_id,
            col(JobRow.kind).in_(kinds),
            col(JobRow.params).contains(f'"import_id": "{row.id}"', autoescape=True),
        )
        .order_by(col(JobRow.asked_at).desc())
    )
    return list(found)


def preview(work: Work) -> Result:
    """Tell what undoing would make of every device; only that is written."""
    return _each(work, dry_run=True)


def undo(work: Work) -> Result:
    """Undo an import, device by device."""
    return _each(work, dry_run=False)


def _each(work: Work, *, dry_run: bool) -> Result:
    source = str(work.params["import_id"])
    undoing = _undoing(work, source)
    stage = "Lecture des histoires" if dry_run else "Annulation"
    with reading(work.engine) as session:
        total = import_undos.count_touched(session, source)
        done, last = import_undos.progress(session, work.job.id)
    while True:
        work.tell(stage, done, total)
        with reading(work.engine) as session:
            ids = import_undos.touched(session, source, last, _CHUNK)
        if not ids:
            break
        _some(work, undoing, ids, done, dry_run=dry_run)
        done, last = done + len(ids), ids[-1]
    with writing(work.engine) as session:
        found = import_undos.counts(session, work.job.id)
        if not dry_run:
            import_conflicts.withdraw(session, source)
        if not dry_run and (found[Fate.DISCARDED] or found[Fate.SET_BACK]):
            _mark(session, source, undoing)
    return {"read": done, **{fate.value: number for fate, number in found.items()}}


def _mark(session: Session, source: str, undoing: Undoing) -> None:
    row = session.get_one(ImportRow, source)
    told = json.loads(row.outcome or "{}")
    told |= {"undone_at": undoing.at.isoformat(), "undone_by": undoing.actor.id}
    row.outcome = json.dumps(told)
    session.add(row)


def _some(
    work: Work, undoing: Undoing, ids: Sequence[int], first: int, *, dry_run: bool
) -> None:
    """Do some devices together; one by one when somebody is changing one of them."""
    for _ in range(_TRIES):
        try:
            _at_once(work, undoing, ids, first, dry_run=dry_run)
        except ConflictError:
            continue
        return
    if len(ids) > 1:
        for place, key in enumerate(ids, first):
            _some(work, undoing, [key], place, dry_run=dry_run)
        return
    told = Undone(ids[0], "", Fate.LEFT, (str(ConflictError()),))
    with writing(work.engine) as session:
        import_undos.note(session, work.job.id, first, [told])


def _at_once(
    work: Work, undoing: Undoing, ids: Sequence[int], first: int, *, dry_run: bool
) -> None:
    with writing(work.engine) as session:
        rules = rules_for(session, undoing.owner, undoing.today)
        batch = Batch(session, ids)
        undone = [_judged(batch, key, undoing, rules) for key in ids]
        if not dry_run:
            batch.write()
        import_undos.note(session, work.job.id, first, undone)


def _judged(batch: Batch, key: int, undoing: Undoing, rules: Rules) -> Undone:
    opened = batch[key]
    way = way_back(opened.events, opened.device, undoing.source)
    tag = opened.device.tag
    if way.course is Course.NOTHING:
        return Undone(key, tag, Fate.ALREADY, way.reasons)
    if way.course is Course.LEAVE:
        return Undone(key, tag, Fate.LEFT, way.reasons)
    if opened.device.owner != undoing.owner.siret:
        return Undone(key, tag, Fate.LEFT, ("A changé de propriétaire depuis.",))
    refusals: list[Refusal] = []
    for action, details, reasons in _ways(way, undoing):
        command = Command(action, undoing.today, undoing.at, undoing.actor, details)
        judged = batch.record(Wish(key, command), rules)
        if isinstance(judged, Event):
            is_out = action is Action.DISCARD
            fate = Fate.DISCARDED if is_out else Fate.SET_BACK
            return Undone(key, tag, fate, reasons, judged.seq)
        refusals += judged
    told = dict.fromkeys(refusal.message for refusal in refusals)
    return Undone(key, tag, Fate.LEFT, tuple(told))


def _ways(
    way: WayBack, undoing: Undoing
) -> Iterable[tuple[Action, dict[str, object], tuple[str, ...]]]:
    """Give what to try, the best first, and what to tell if it is done."""
    why = f"Annulation de l'import {undoing.source} : {undoing.reason}"
    if way.course is Course.DISCARD:
        yield Action.DISCARD, {"reason": why}, ()
        return
    if way.annuls:
        yield Action.ANNUL, {"reason": why}, ()
    if way.facts:
        reasons = way.reasons
        if way.valueless:
            reasons = (*reasons, without_a_value_before(way.valueless))
        yield Action.DESCRIBE, dict(way.facts), reasons


def _undoing(work: Work, source: str) -> Undoing:
    with reading(work.engine) as session:
        row = session.get_one(ImportRow, source)
        owner = session.get_one(OwnerRow, row.owner_id)
        actor = _actor(session, work.job.asked_by, row.owner_id)
    reason = str(work.params["reason"])
    return Undoing(source, owner, actor, reason or "aperçu", work.clock())


def _actor(session: Session, key: str, owner_id: int) -> Actor:
    """Give who asked, with the roles held now.

    Raises:
        Refused: the account was closed since.
    """
    if key == COMMAND_LINE:  # who may run it has the database in their hands
        return Actor(key, frozenset(UNDOERS))
    account = session.exec(select(AccountRow).where(AccountRow.actor == key)).first()
    if account is None or account.disabled_at is not None:
        message = "Le compte qui a demandé cette annulation est fermé."
        raise Refused((Refusal("closed_account", message),))
    return viewer_of(session, key).as_actor(owner_id)
