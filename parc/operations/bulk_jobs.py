"""An action on a list of devices as work for the queue; and its undoing.

Results are rows (`parc.storage.batches`), each written with its event: a job
that was interrupted goes on where it stopped, one that is cancelled keeps what
it did, and both can be undone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from parc import clock
from parc.config import Settings
from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action
from parc.operations.bulk import Note, Wish, act_once, undo_once
from parc.operations.jobs import Result, Work
from parc.operations.selection import Picked, Selection, pick
from parc.storage import batches, documents, jobs
from parc.storage.batches import Outcome
from parc.storage.database import reading
from parc.storage.sessions import viewer_of
from parc.storage.tables import AccountRow, JobRow

BULK, UNDO = "bulk", "bulk_undo"
AT_ONCE = 200
"""Devices that are done before the answer leaves; a longer list waits."""


Task = tuple[int, Callable[[Note], None]]
"""What is to be done for one place of the list."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """The desk of whoever asked for the job, at the instant of one event."""

    viewer: Viewer
    now: datetime
    documents: Path

    @property
    def today(self) -> date:
        """The day in France."""
        return clock.local(self.now).date()


def file_of(settings: Settings, key: str) -> Path:
    """Say where the document of a batch waits for the first device to take it."""
    return settings.data_dir / "batches" / key


def ask(
    session: Session,
    viewer: Viewer,
    at: datetime,
    selection: Selection,
    wish: Wish,
) -> JobRow:
    """Put an action on a list in the queue; names are not in it (decision D4)."""
    params = {
        "action": wish.action.value,
        "effective_on": wish.effective_on.isoformat(),
        "owners": {str(key): dict(given) for key, given in wish.details.items()},
        "problems": {
            str(key): [[p.code, p.message, p.field] for p in problems]
            for key, problems in wish.problems.items()
        },
        "codes": selection.codes,
        "repeated": selection.repeated,
        "document": wish.upload is not None,
    }
    return jobs.ask(session, BULK, params, None, viewer.actor, at)


def ask_undo(
    session: Session, viewer: Viewer, at: datetime, batch: JobRow, reason: str
) -> JobRow:
    """Put the undoing of a batch in the queue."""
    params = {"batch": batch.id, "reason": reason}
    return jobs.ask(session, UNDO, params, None, viewer.actor, at)


def act(work: Work) -> Result:
    """Do the action on each device of the list that was not done before."""
    params: Mapping[str, Any] = work.params
    viewer = _asker(work)
    wish = _wish(work, params)
    with reading(work.engine) as session:
        selection = pick(session, viewer, params["codes"])

    # A code keeps its place, even if another run reads the list differently.
    places = {code: place for place, code in enumerate(params["codes"])}
    tasks = [
        (places[picked.code], partial(_act_once, work, viewer, picked, wish))
        for picked in selection.picked
    ]
    try:
        _each(work, tasks, wish.action.label)
    finally:
        file_of(work.settings, work.job.id).unlink(missing_ok=True)
    return {}


def undo(work: Work) -> Result:
    """Annul what a batch did, device by device."""
    params: Mapping[str, Any] = work.params
    viewer = _asker(work)
    applied = [batches.Result.APPLIED]
    with reading(work.engine) as session:
        done: Sequence[Outcome] = batches.outcomes(session, params["batch"], applied)

    reason = params["reason"]
    tasks = [
        (place, partial(_undo_once, work, viewer, outcome, reason))
        for place, outcome in enumerate(done)
    ]
    _each(work, tasks, "Annulation")
    return {}


def _act_once(
    work: Work, viewer: Viewer, picked: Picked, wish: Wish, note: Note
) -> None:
    act_once(work.engine, _desk(work, viewer), picked, wish, note)


def _undo_once(
    work: Work, viewer: Viewer, done: Outcome, reason: str, note: Note
) -> None:
    undo_once(work.engine, _desk(work, viewer), done, reason, note)


def _each(work: Work, tasks: Sequence[Task], stage: str) -> None:
    with reading(work.engine) as session:
        told = batches.positions(session, work.job.id)
    for number, (place, do) in enumerate(tasks):
        if place not in told:
            work.tell(stage, number, len(tasks))
            do(partial(_noted, work.job.id, place))


def _noted(job_id: str, position: int, session: Session, outcome: Outcome) -> None:
    batches.note(session, job_id, position, outcome)


def _desk(work: Work, viewer: Viewer) -> AtWork:
    folder = documents.documents_dir(work.settings.data_dir)
    return AtWork(viewer, work.clock(), folder)


def _asker(work: Work) -> Viewer:
    """Give who asked, with the roles held now.

    Raises:
        Refused: the account was closed since.
    """
    actor = work.job.asked_by
    with reading(work.engine) as session:
        account = session.exec(
            select(AccountRow).where(AccountRow.actor == actor)
        ).first()
        if account is None or account.disabled_at is not None:
            message = "Le compte qui a demandé cette action est fermé."
            raise Refused((Refusal("closed_account", message),))
        return viewer_of(session, actor)


def _wish(work: Work, params: Mapping[str, Any]) -> Wish:
    return Wish(
        action=Action(params["action"]),
        effective_on=date.fromisoformat(params["effective_on"]),
        details={int(key): given for key, given in params["owners"].items()},
        problems={
            int(key): tuple(Refusal(*problem) for problem in problems)
            for key, problems in params["problems"].items()
        },
        upload=_upload(work) if params["document"] else None,
    )


def _upload(work: Work) -> documents.Upload:
    try:
        content = file_of(work.settings, work.job.id).read_bytes()
    except OSError:
        message = "La pièce n'est plus là : recommencez en la joignant de nouveau."
        raise Refused((Refusal("file_gone", message),)) from None
    return documents.examine(content)
