"""Import a file through the browser: send, look at what it would do, apply."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from sqlmodel import Session

from imports.survey import has_headings
from imports.vocabulary import origins
from parc.config import Settings
from parc.domain.access import Viewer
from parc.domain.job import JobState
from parc.domain.refusal import Refusal, Refused
from parc.operations import import_jobs, import_undo, importing, mapping
from parc.storage import jobs
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.documents import LARGEST
from parc.storage.import_conflicts import count_open
from parc.storage.tables import ImportRow, JobRow, OwnerRow
from parc.web import import_words, rendering
from parc.web.background import BackgroundDep
from parc.web.conflict_view import doubts_told
from parc.web.deps import EngineDep, ReadSession, SettingsDep, Transaction
from parc.web.device_forms import Sent
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk

router = APIRouter()

ORDERS = (
    ("", "Déduit du fichier"),
    ("dmy", "jour/mois/année"),
    ("mdy", "mois/jour/année"),
    ("ymd", "année-mois-jour"),
)
FORMATS = origins()
AT_ONCE = 512 * 1024
"""Bytes of a file that is read before the answer leaves; a longer one waits."""

SHOWN = 10
"""Devices that would change, on the page itself; the others have their own pages."""

_KEY = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Batch:
    """A file sent: its row, its owner, and the job that reads or applies it.

    No job: it came by the command line or from a program, and was applied.
    """

    row: ImportRow
    owner: OwnerRow
    job: JobRow | None

    @property
    def result(self) -> dict[str, object]:
        """What the job said of the file."""
        said = self.job.result if self.job else None
        read: dict[str, object] = json.loads(said or "{}")
        return read

    @property
    def waits(self) -> bool:
        """Tell whether a job is under way."""
        return self.job is not None and not jobs.has_ended(self.job)


@router.get("/imports")
def imports_page(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Show the form and the latest imports.

    Raises:
        ForbiddenError: no role that imports.
    """
    return _page(request, session, desk)


@router.post("/imports")
def send(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    settings: SettingsDep,
    background: BackgroundDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Keep the file and read it; nothing is imported yet."""
    try:
        with transaction() as session:
            batch = _kept(session, desk, settings, form)
    except Refused as refused:
        reasons = refused.reasons
    else:
        small = len(form.files["file"]) <= AT_ONCE
        if batch.job:
            background.begin(batch.job.id, at_once=small)
        if _may_be_mapped(engine, batch, form.files["file"]):
            notice = "Les colonnes ne sont pas reconnues : dites ce qu'elles sont."
            address = f"/imports/{batch.row.id}/mapping"
            return rendering.redirect(request, address, notice, kind="warn")
        with transaction() as session:
            reasons = _dropped(session, settings, batch)
        if not reasons:
            return rendering.redirect(request, f"/imports/{batch.row.id}")
    with reading(engine) as session:
        return _page(request, session, desk, reasons, form.texts)


@router.get("/imports/{key}")
def show(
    request: Request,
    session: ReadSession,
    settings: SettingsDep,
    desk: AtDesk,
    key: str,
) -> Response:
    """Show where an import stands: being read, waiting for agreement, applied."""
    batch = batch_of(session, desk, key)
    if rendering.is_htmx(request):
        return _progress(request, batch)
    if batch.row.applied_at is not None:
        outcome = json.loads(batch.row.outcome or "{}")
        may_undo = import_undo.may_undo(desk.viewer, batch.row.owner_id)
        return rendering.page(
            request,
            "imports/applied.html",
            batch=batch,
            outcome=outcome,
            may_undo=may_undo,
            undone=import_undo.attempts(session, batch.row) if may_undo else [],
            to_settle=count_open(session, [batch.row.owner_id], key),
        )
    if batch.waits:
        return rendering.page(request, "imports/progress.html", batch=batch)
    if batch.job is None or batch.job.state != JobState.DONE:
        return rendering.page(
            request,
            "imports/stopped.html",
            batch=batch,
            may_map=batch.job is not None and batch.job.state == JobState.REFUSED,
            reasons=batch.result.get("reasons", []),
            message=batch.result.get("message", ""),
        )
    waiting = import_jobs.preview_of(settings, key)
    return rendering.page(
        request,
        "imports/preview.html",
        batch=batch,
        outcome=batch.result,
        changed=import_words.changed(waiting, 0, SHOWN),
        created=import_words.created(waiting),
        mapping=mapping.remembered(
            session, batch.row.owner_id, str(batch.result.get("mapping", ""))
        ),
        doubts=doubts_told(batch.result.get("doubts")),
        issues=batch.result["issues"],
        left_out=batch.result["left_out"],
        before=importing.applied_before(session, batch.row.owner_id, batch.row.sha256),
    )


@router.post("/imports/{key}/apply")
def apply(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    settings: SettingsDep,
    background: BackgroundDep,
    desk: AtDesk,
    key: str,
) -> Response:
    """Import the file in one transaction; the original is then thrown away."""
    with transaction() as session:
        batch = batch_of(session, desk, key)
        if batch.row.applied_at is not None:
            raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))
        if batch.waits:
            raise Refused((Refusal("busy", "Cet import est en cours."),))
        job = _asked(session, desk, batch.row, import_jobs.APPLY)
        path = import_jobs.file_of(settings, key)
        small = path.exists() and path.stat().st_size <= AT_ONCE
    background.begin(job.id, at_once=small)
    with reading(engine) as session:
        batch = batch_of(session, desk, key)
    done = ""
    if batch.row.applied_at is not None:
        done = "Import appliqué : {created} créés, {updated} modifiés.".format_map(
            batch.result
        )
    return rendering.redirect(request, f"/imports/{key}", done)


@router.post("/imports/{key}/cancel")
def cancel(
    request: Request, transaction: Transaction, desk: AtDesk, key: str
) -> Response:
    """Ask the reading or the writing to stop; nothing is then written."""
    with transaction() as session:
        batch = batch_of(session, desk, key)
        heard = batch.job and jobs.cancel(session, batch.job.id, desk.now)
    notice = "L'arrêt est demandé." if heard else "C'était déjà terminé."
    return rendering.redirect(request, f"/imports/{key}", notice)


@router.post("/imports/{key}/abandon")
def abandon(
    request: Request,
    transaction: Transaction,
    settings: SettingsDep,
    desk: AtDesk,
    key: str,
) -> Response:
    """Throw the file away, with all that was read from it; nothing was written."""
    with transaction() as session:
        batch = batch_of(session, desk, key)
        if batch.row.applied_at is not None:
            raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))
        if batch.waits:
            raise Refused((Refusal("busy", "Cet import est en cours."),))
        session.delete(session.get_one(ImportRow, key))
    import_jobs.forget(settings, key)
    notice = "Import abandonné : le fichier envoyé est effacé."
    return rendering.redirect(request, "/imports", notice)


@router.get("/imports/{key}/rejects.csv")
def rejects(
    session: ReadSession, settings: SettingsDep, desk: AtDesk, key: str
) -> Response:
    """Give back the rows to correct, before the import is applied."""
    batch = batch_of(session, desk, key)
    path = import_jobs.rejects_of(settings, key)
    if batch.row.applied_at is not None or not path.exists():
        raise NotFoundError
    name = f'attachment; filename="a-corriger-{key}.csv"'
    return Response(
        path.read_bytes(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    reasons: tuple[Refusal, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    owners = _owners(session, desk.viewer)
    names = {owner.id: owner.name for owner in owners}
    recent = [
        (row, names[row.owner_id], json.loads(row.outcome or "{}"))
        for row in importing.recent(session, list(names))
    ]
    return rendering.page(
        request,
        "imports/page.html",
        status_code=422 if reasons else 200,
        owners=owners,
        orders=ORDERS,
        formats=FORMATS,
        asked={"owner": "", "date_order": "", **(typed or {})},
        recent=recent,
        to_settle=count_open(session, list(names)),
        reasons=reasons,
    )


def _progress(request: Request, batch: Batch) -> Response:
    """Answer the page that asks how far a job is; reload it when it has ended."""
    answer = rendering.fragment(request, "imports/_progress.html", batch=batch)
    if not batch.waits:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _owners(session: Session, viewer: Viewer) -> list[OwnerRow]:
    owners = [
        owner
        for owner in owners_seen(session, viewer)
        if importing.may_import(viewer, owner.id)
    ]
    if not owners:
        message = "Importer est réservé aux rôles : technicien, responsable du parc."
        raise ForbiddenError(message)
    return owners


def _kept(session: Session, desk: Desk, settings: Settings, form: Sent) -> Batch:
    owners = {owner.siret: owner for owner in _owners(session, desk.viewer)}
    siret = form.texts.get("owner", "")
    if not siret and len(owners) == 1:
        (siret,) = owners
    content = form.files.get("file", b"")
    reasons = []
    if siret not in owners:
        message = "Choisissez le propriétaire des matériels."
        reasons.append(Refusal("missing_field", message, "owner"))
    if not content:
        message = "Choisissez un fichier .xlsx ou .csv."
        reasons.append(Refusal("missing_field", message, "file"))
    if len(content) > LARGEST:
        message = "Le fichier dépasse 20 Mo : importez-le par la ligne de commande."
        reasons.append(Refusal("too_large", message, "file"))
    order = form.texts.get("date_order", "")
    if order not in {key for key, _ in ORDERS}:
        message = "Ordre des dates inconnu."
        reasons.append(Refusal("invalid_field", message, "date_order"))
    if reasons:
        raise Refused(tuple(reasons))
    row = ImportRow(
        id=importing.new_id(),
        owner_id=owners[siret].id,
        sha256=hashlib.sha256(content).hexdigest(),
        format="",
        options=json.dumps({"date_order": order or None}),
        created_at=desk.now,
        created_by=desk.viewer.actor,
    )
    path = import_jobs.file_of(settings, row.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
    session.add(row)
    job = _asked(session, desk, row, import_jobs.PREVIEW)
    return Batch(row, owners[siret], job)


def _asked(session: Session, desk: Desk, row: ImportRow, kind: str) -> JobRow:
    params = {"import_id": row.id}
    job = jobs.ask(session, kind, params, row.owner_id, desk.viewer.actor, desk.now)
    row.job_id = job.id
    session.add(row)
    session.flush()
    return job


def _may_be_mapped(engine: Engine, batch: Batch, content: bytes) -> bool:
    """Tell whether a person could make a list of devices of a file refused as none."""
    with reading(engine) as session:
        job = session.get(JobRow, batch.job.id) if batch.job else None
        refused = job is not None and job.state == JobState.REFUSED
    return refused and has_headings(content)


def _dropped(session: Session, settings: Settings, batch: Batch) -> tuple[Refusal, ...]:
    """Keep nothing of a file that is no list of devices; say what it is."""
    job = session.get_one(JobRow, batch.job.id) if batch.job else None
    if job is None or job.state != JobState.REFUSED:
        return ()
    told: dict[str, list[str]] = json.loads(job.result or "{}")
    session.delete(session.get_one(ImportRow, batch.row.id))
    import_jobs.forget(settings, batch.row.id)
    return tuple(Refusal("unreadable", text) for text in told["reasons"])


def _may_see(viewer: Viewer, row: ImportRow) -> bool:
    """Tell whether somebody may see an import: to apply it, or to undo it."""
    is_applied = row.applied_at is not None
    undoes = is_applied and import_undo.may_undo(viewer, row.owner_id)
    return undoes or importing.may_import(viewer, row.owner_id)


def batch_of(session: Session, desk: Desk, key: str) -> Batch:
    """Find an import that somebody may see.

    Raises:
        NotFoundError: none, or one of an owner for whom they may not import.
    """
    row = session.get(ImportRow, key) if _KEY.fullmatch(key) else None
    if row is None or not _may_see(desk.viewer, row):
        raise NotFoundError
    job = session.get(JobRow, row.job_id) if row.job_id else None
    if job is None and row.applied_at is None:
        raise NotFoundError
    return Batch(row, session.get_one(OwnerRow, row.owner_id), job)
