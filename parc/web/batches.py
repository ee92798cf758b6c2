"""What became of an action on a list of devices: progress, results, undoing."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, col, select

from parc.domain.job import JobState
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action
from parc.domain.voiding import UNDO_OF
from parc.operations import bulk_jobs
from parc.operations.bulk_jobs import BULK, UNDO
from parc.storage import batches, jobs, people
from parc.storage.batches import Outcome, Result
from parc.storage.tables import JobRow
from parc.web import rendering
from parc.web.background import BackgroundDep
from parc.web.deps import ReadSession, Transaction
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from reports.render.table_files import Field, csv_blocks

router = APIRouter()

SHOWN = 500
"""Results in the table; the file holds all those to look at."""

_KEY = re.compile(r"[0-9a-f]{16}", re.ASCII)
_RECENT = 10
_LEFT = (Result.REFUSED, Result.UNKNOWN, Result.AMBIGUOUS)
_FOUND = (Result.APPLIED, Result.ALREADY, Result.REFUSED)
_COLUMNS = (
    Field("code", "Code", 24),
    Field("tag", "Étiquette", 16),
    Field("result", "Résultat", 12),
    Field("reasons", "Motifs", 80),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A job on a list: what it does, and what it has done so far."""

    row: JobRow
    counts: dict[Result, int]
    is_own: bool

    @property
    def params(self) -> dict[str, Any]:
        """What was asked."""
        read: dict[str, Any] = json.loads(self.row.params)
        return read

    @property
    def title(self) -> str:
        """What is done to every device."""
        return title_of(self.row)

    @property
    def waits(self) -> bool:
        """Tell whether it is under way."""
        return not jobs.has_ended(self.row)

    @property
    def undoes(self) -> str:
        """The batch that it undoes; empty when it undoes none."""
        return str(self.params.get("batch", ""))

    @property
    def repeated(self) -> int:
        """The codes left out because they came twice."""
        return int(self.params.get("repeated", 0))

    @property
    def stopped(self) -> Sequence[str]:
        """Why it did not go to its end."""
        if self.row.state == JobState.CANCELLED:
            return [
                "Arrêté à votre demande : la suite de la liste n'a pas été traitée."
            ]
        if self.row.state == JobState.FAILED:
            return ["Le travail s'est interrompu : la suite n'a pas été traitée."]
        reasons: list[str] = json.loads(self.row.result or "{}").get("reasons", [])
        return reasons

    @property
    def results(self) -> Sequence[Result]:
        """What one may see of it: codes that a colleague typed in vain are theirs."""
        return tuple(Result) if self.is_own else _FOUND


def recent(session: Session, desk: Desk) -> list[tuple[str, str, datetime]]:
    """List the latest batches of somebody: key, what was done, when."""
    rows = session.exec(
        select(JobRow)
        .where(JobRow.asked_by == desk.viewer.actor, col(JobRow.kind).in_([BULK, UNDO]))
        .order_by(col(JobRow.asked_at).desc(), col(JobRow.id))
        .limit(_RECENT)
    )
    return [(row.id, title_of(row), row.asked_at) for row in rows]


def title_of(row: JobRow) -> str:
    """Say what a job does to every device of its list."""
    if row.kind == UNDO:
        return "Annulation d'une action groupée"
    return Action(json.loads(row.params)["action"]).label


@router.get("/bulk/{key}")
def show(
    request: Request, session: ReadSession, desk: AtDesk, key: str, result: str = ""
) -> Response:
    """Show how far a batch is, then what became of each device."""
    batch = _batch(session, desk, key)
    if rendering.is_htmx(request):
        answer = rendering.fragment(request, "bulk/_progress.html", batch=batch)
        if not batch.waits:
            answer.headers["HX-Refresh"] = "true"
        return answer
    if batch.waits:
        return rendering.page(request, "bulk/progress.html", batch=batch)
    only = [r for r in batch.results if r.value == result] or batch.results
    outcomes = batches.outcomes(session, key, only, SHOWN)
    return rendering.page(
        request,
        "bulk/results.html",
        batch=batch,
        counts=[(r, batch.counts.get(r, 0)) for r in batch.results],
        outcomes=outcomes,
        only=only[0] if len(only) == 1 else None,
        left_out=sum(batch.counts.get(r, 0) for r in only) - len(outcomes),
        to_correct=any(batch.counts.get(r) for r in _LEFT if r in batch.results),
        may_undo=batch.row.kind == BULK and _may_undo(desk, batch),
        undone=_undone(session, key),
        by=people.actor_names(session, [batch.row.asked_by]),
    )


@router.post("/bulk/{key}/cancel")
def cancel(
    request: Request, transaction: Transaction, desk: AtDesk, key: str
) -> Response:
    """Stop after the device being done; those done stay done."""
    with transaction() as session:
        batch = _batch(session, desk, key)
        if not batch.is_own:
            raise ForbiddenError
        heard = jobs.cancel(session, key, desk.now)
    notice = "L'arrêt est demandé." if heard else "C'était déjà terminé."
    return rendering.redirect(request, f"/bulk/{key}", notice)


@router.post("/bulk/{key}/undo")
def undo(
    *,
    request: Request,
    transaction: Transaction,
    background: BackgroundDep,
    desk: AtDesk,
    form: Form,
    key: str,
) -> Response:
    """Annul what a batch did, on each device to which nothing has happened since."""
    with transaction() as session:
        batch = _batch(session, desk, key)
        if not _may_undo(desk, batch):
            raise ForbiddenError
        job = bulk_jobs.ask_undo(
            session, desk.viewer, desk.now, batch.row, _reason(batch, form)
        )
        number = batch.counts[Result.APPLIED]
    background.begin(job.id, at_once=number <= bulk_jobs.AT_ONCE)
    return rendering.redirect(request, f"/bulk/{job.id}")


@router.get("/bulk/{key}/refused.csv")
def refused(session: ReadSession, desk: AtDesk, key: str) -> Response:
    """Give the codes that were not done, with every reason: a list to send again."""
    batch = _batch(session, desk, key)
    wanted = [result for result in _LEFT if result in batch.results]
    rows = _rows(batches.outcomes(session, key, wanted))
    name = f'attachment; filename="non-traites-{key}.csv"'
    return Response(
        b"".join(csv_blocks(_COLUMNS, rows)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _rows(outcomes: Iterable[Outcome]) -> list[list[str]]:
    return [[o.code, o.tag, o.result.label, " ".join(o.reasons)] for o in outcomes]


def _reason(batch: Batch, form: Sent) -> str:
    if batch.waits:
        raise Refused((Refusal("busy", "Cette action est encore en cours."),))
    if batch.row.kind != BULK or not batch.counts.get(Result.APPLIED):
        raise Refused((Refusal("nothing_to_annul", "Il n'y a rien à annuler."),))
    reason = form.texts.get("reason", "").strip()
    if not reason:
        message = "« Motif » est à renseigner."
        raise Refused((Refusal("missing_field", message, "reason"),))
    return reason


def _may_undo(desk: Desk, batch: Batch) -> bool:
    done = batch.params.get("action")
    undo = UNDO_OF.get(Action(done), Action.ANNUL) if done else Action.ANNUL
    return desk.viewer.holds(*TRANSITIONS[undo].roles)


def _undone(session: Session, key: str) -> list[JobRow]:
    """List the jobs that undid a batch, the latest first."""
    rows = session.exec(
        select(JobRow)
        .where(JobRow.kind == UNDO, col(JobRow.params).contains(f'"batch": "{key}"'))
        .order_by(col(JobRow.asked_at).desc())
    )
    return list(rows)


def _batch(session: Session, desk: Desk, key: str) -> Batch:
    row = session.get(JobRow, key) if _KEY.fullmatch(key) else None
    if row is None or row.kind not in {BULK, UNDO}:
        raise NotFoundError
    if not batches.concerns(session, row, desk.viewer):
        raise NotFoundError
    is_own = row.asked_by == desk.viewer.actor
    return Batch(row, batches.counts(session, key), is_own)
