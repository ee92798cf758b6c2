"""Undo an import through the browser: look first, then agree, then see each device."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.job import JobState
from parc.domain.refusal import Refusal, Refused
from parc.operations import import_undo
from parc.operations.import_undo import AT_ONCE, KINDS, PREVIEW, UNDO, may_undo
from parc.storage import import_undos, jobs, people
from parc.storage.database import reading
from parc.storage.import_undos import Fate, Undone
from parc.storage.tables import ImportRow, JobRow, OwnerRow
from parc.web import rendering
from parc.web.background import BackgroundDep
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.devices import AtDesk, Form
from parc.web.errors import NotFoundError
from parc.web.recording import Desk
from reports.render.table_files import Field, csv_blocks

router = APIRouter()

SHOWN = 200
"""Devices in the table; the file holds all those that are left."""

_KEY = re.compile(r"[0-9a-f]{16}", re.ASCII)
_COLUMNS = (
    Field("tag", "Étiquette", 16),
    Field("fate", "Résultat", 12),
    Field("reasons", "Motifs", 80),
)


@dataclass(frozen=True, slots=True)
class Undoing:
    """A look at the undoing of an import, or the undoing itself."""

    row: ImportRow
    owner: OwnerRow
    job: JobRow

    @property
    def here(self) -> str:
        """Its address."""
        return f"/imports/{self.row.id}/undo/{self.job.id}"

    @property
    def is_preview(self) -> bool:
        """Tell whether nothing is undone by it."""
        return self.job.kind == PREVIEW

    @property
    def waits(self) -> bool:
        """Tell whether it is under way."""
        return not jobs.has_ended(self.job)

    @property
    def was_stopped(self) -> bool:
        """Tell whether it ended before its end."""
        return not self.waits and self.job.state != JobState.DONE


@router.post("/imports/{key}/undo")
def look(
    *,
    request: Request,
    transaction: Transaction,
    background: BackgroundDep,
    desk: AtDesk,
    key: str,
) -> Response:
    """Look at what undoing would make of each device; nothing is undone."""
    with transaction() as session:
        row = _applied(session, desk, key)
        job = import_undo.ask(session, row, desk.viewer.actor, desk.now)
        small = import_undos.count_touched(session, key) <= AT_ONCE
    background.begin(job.id, at_once=small)
    return rendering.redirect(request, f"/imports/{key}/undo/{job.id}")


@router.get("/imports/{key}/undo/{job}")
def show(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    key: str,
    job: str,
    result: str = "",
) -> Response:
    """Show how far it is, then what becomes or became of each device."""
    undoing = _undoing(session, desk, key, job)
    if rendering.is_htmx(request):
        answer = rendering.fragment(
            request, "imports/_progress.html", batch=undoing, here=undoing.here
        )
        if not undoing.waits:
            answer.headers["HX-Refresh"] = "true"
        return answer
    if undoing.waits:
        return rendering.page(request, "imports/undo_progress.html", undoing=undoing)
    told = _told(session, undoing, result)
    return rendering.page(request, "imports/undo.html", **told)


@router.post("/imports/{key}/undo/{job}")
def agree(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    background: BackgroundDep,
    desk: AtDesk,
    form: Form,
    key: str,
    job: str,
) -> Response:
    """Undo the import, once its undoing has been looked at."""
    reason = form.texts.get("reason", "")
    try:
        with transaction() as session:
            undoing = _undoing(session, desk, key, job)
            _check_looked_at(undoing)
            asked = import_undo.ask(
                session, undoing.row, desk.viewer.actor, desk.now, UNDO, reason
            )
            small = import_undos.count_touched(session, key) <= AT_ONCE
    except Refused as refused:
        if any(reason.field is None for reason in refused.reasons):
            raise
        with reading(engine) as session:
            undoing = _undoing(session, desk, key, job)
            told = _told(session, undoing, "")
            told |= {"reasons": refused.reasons, "typed": reason}
            return rendering.page(request, "imports/undo.html", status_code=422, **told)
    background.begin(asked.id, at_once=small)
    return rendering.redirect(request, f"/imports/{key}/undo/{asked.id}")


@router.post("/imports/{key}/undo/{job}/cancel")
def cancel(
    request: Request, transaction: Transaction, desk: AtDesk, key: str, job: str
) -> Response:
    """Stop after the devices being done; those done stay done."""
    with transaction() as session:
        undoing = _undoing(session, desk, key, job)
        heard = jobs.cancel(session, job, desk.now)
    notice = "L'arrêt est demandé." if heard else "C'était déjà terminé."
    return rendering.redirect(request, undoing.here, notice)


@router.get("/imports/{key}/undo/{job}/left.csv")
def left(session: ReadSession, desk: AtDesk, key: str, job: str) -> Response:
    """Give the devices that are left as they are, with every reason."""
    _undoing(session, desk, key, job)
    found = import_undos.devices(session, job, [Fate.LEFT])
    rows = [[one.tag, one.fate.label, " ".join(one.reasons)] for one in found]
    name = f'attachment; filename="laisses-{key}.csv"'
    return Response(
        b"".join(csv_blocks(_COLUMNS, rows)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _told(session: Session, undoing: Undoing, only: str) -> dict[str, Any]:
    """Gather what a page says of an undoing that has ended."""
    numbers = import_undos.counts(session, undoing.job.id)
    chosen = [fate for fate in Fate if fate.value == only]
    fates: Sequence[Fate] = chosen or _in_order(numbers)
    devices: Sequence[Undone] = []
    for fate in fates:
        room = SHOWN - len(devices)
        found = import_undos.devices(session, undoing.job.id, [fate], room)
        devices = [*devices, *found]
    return {
        "undoing": undoing,
        "reasons": (),
        "typed": "",
        "counts": list(numbers.items()),
        "total": sum(numbers.values()),
        "devices": devices,
        "only": chosen[0] if chosen else None,
        "left_out": sum(numbers[fate] for fate in fates) - len(devices),
        "doable": numbers[Fate.DISCARDED] + numbers[Fate.SET_BACK],
        "is_left": numbers[Fate.LEFT] > 0,
        "by": people.actor_names(session, [undoing.job.asked_by]),
    }


def _check_looked_at(undoing: Undoing) -> None:
    if not undoing.is_preview or undoing.job.state != JobState.DONE:
        message = "Regardez d'abord ce que l'annulation ferait."
        raise Refused((Refusal("not_looked_at", message),))


def _in_order(numbers: dict[Fate, int]) -> list[Fate]:
    """Put what is left first: it is what somebody has to look at."""
    return sorted(numbers, key=lambda fate: fate is not Fate.LEFT)


def _applied(session: Session, desk: Desk, key: str) -> ImportRow:
    """Find an applied import that somebody may undo.

    Raises:
        NotFoundError: none, or one of an owner whose imports they may not undo.
    """
    row = session.get(ImportRow, key) if _KEY.fullmatch(key) else None
    if row is None or row.applied_at is None:
        raise NotFoundError
    if not may_undo(desk.viewer, row.owner_id):
        raise NotFoundError
    return row


def _undoing(session: Session, desk: Desk, key: str, job: str) -> Undoing:
    row = _applied(session, desk, key)
    known = import_undo.attempts(session, row, KINDS)
    found = next((one for one in known if one.id == job), None)
    if found is None:
        raise NotFoundError
    return Undoing(row, session.get_one(OwnerRow, row.owner_id), found)
