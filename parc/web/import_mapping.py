"""The mapping of a file's columns: proposed, corrected by hand, remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from imports import UnreadableError, extract, targets
from imports.mapping import FileMapping
from imports.mapping_file import SharedMapping
from imports.sheet import MOST_COLUMNS
from imports.survey import Survey, survey
from parc.config import Settings
from parc.domain.intake_issue import Issue
from parc.domain.refusal import Refusal, Refused
from parc.operations import import_jobs, mapping
from parc.operations.mapping import Reading
from parc.storage import jobs
from parc.storage.database import reading
from parc.storage.tables import JobRow
from parc.web import rendering
from parc.web.background import Background, BackgroundDep
from parc.web.deps import EngineDep, ReadSession, SettingsDep, Transaction
from parc.web.devices import AtDesk
from parc.web.imports import AT_ONCE, Batch, batch_of
from parc.web.recording import Desk

router = APIRouter()

WORDS = "words"
"""Where to go on from the columns, instead of to the import."""

_PER_COLUMN = 3
_LONGEST = 400
_MOST_REMARKS = 6


@dataclass(frozen=True, slots=True)
class Count:
    """What reading the file so gives: rows, those rejected, remarks on columns."""

    read: int
    rejected: int
    remarks: tuple[Issue, ...]


async def wide_form(request: Request) -> Mapping[str, str]:
    """Read a form of as many columns as a file may have; its files are left out."""
    most = _PER_COLUMN * MOST_COLUMNS + 20
    async with request.form(
        max_files=1, max_fields=most, max_part_size=_LONGEST
    ) as form:
        sent = form.multi_items()[:most]
        return {name: text for name, text in sent if isinstance(text, str)}


WideForm = Annotated[Mapping[str, str], Depends(wide_form)]


@router.get("/imports/{key}/mapping")
def show_mapping(  # noqa: PLR0917 - what FastAPI gives, then the address
    request: Request,
    session: ReadSession,
    settings: SettingsDep,
    desk: AtDesk,
    key: str,
    sheet: Annotated[str, Query(max_length=200)] = "",
    line: Annotated[str, Query(max_length=9)] = "",
) -> Response:
    """Show how the columns of a file that waits are read."""
    batch = waiting(session, desk, key)
    content = content_of(settings, key)
    seen = looked_at(session, batch, content, sheet, line)
    return _page(
        request,
        session,
        batch,
        content,
        seen,
        asked_sheet(seen, sheet),
        line_asked=bool(line),
    )


@router.post("/imports/{key}/mapping/check")
def check_mapping(
    *,
    request: Request,
    session: ReadSession,
    settings: SettingsDep,
    desk: AtDesk,
    form: WideForm,
    key: str,
) -> Response:
    """Show the form again as it is being filled in, with what it would give."""
    batch = waiting(session, desk, key)
    content = content_of(settings, key)
    seen, sheet = _sent_about(session, batch, content, form)
    try:
        said = mapping.chosen(seen, sheet, form)
    except Refused as refused:
        return _page(
            request, session, batch, content, seen, sheet, reasons=refused.reasons
        )
    again = _looked_at_again(session, batch, content, seen, said)
    return _page(request, session, batch, content, again, sheet, said)


@router.post("/imports/{key}/mapping")
def save_mapping(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    settings: SettingsDep,
    background: BackgroundDep,
    desk: AtDesk,
    form: WideForm,
    key: str,
) -> Response:
    """Remember how the columns are read, and read the file again."""
    with reading(engine) as session:
        waiting(session, desk, key)
    content = content_of(settings, key)
    try:
        with transaction() as session:
            batch = waiting(session, desk, key)
            seen, sheet = _sent_about(session, batch, content, form)
            said = mapping.chosen(seen, sheet, form)
            owner, actor = batch.row.owner_id, desk.viewer.actor
            mapping.keep(session, owner, seen, said, actor, desk.now)
            job = read_again(session, desk, batch)
    except Refused as refused:
        if any(reason.code == "busy" for reason in refused.reasons):
            raise
        with reading(engine) as session:
            batch = waiting(session, desk, key)
            seen, sheet = _sent_about(session, batch, content, form)
            return _page(
                request, session, batch, content, seen, sheet, reasons=refused.reasons
            )
    begin(background, job, content)
    notice = "La correspondance est mémorisée : le fichier est relu."
    to_words = form.get("next") == WORDS
    address = f"/imports/{key}/{WORDS}" if to_words else f"/imports/{key}"
    return rendering.redirect(request, address, notice)


def waiting(session: Session, desk: Desk, key: str) -> Batch:
    """Find an import that is not applied yet, and that nothing is reading.

    Raises:
        NotFoundError: none, or another owner's.
        Refused: it is applied, or being read.
    """
    batch = batch_of(session, desk, key)
    if batch.row.applied_at is not None:
        raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))
    if batch.waits:
        raise Refused((Refusal("busy", "Cet import est en cours."),))
    return batch


def content_of(settings: Settings, key: str) -> bytes:
    """Read the file of an import again.

    Raises:
        Refused: it is not there any more.
    """
    try:
        return import_jobs.file_of(settings, key).read_bytes()
    except OSError:
        message = "Le fichier n'est plus là : envoyez-le de nouveau."
        raise Refused((Refusal("file_gone", message),)) from None


def looked_at(
    session: Session, batch: Batch, content: bytes, sheet: str, line: str
) -> Survey:
    """Look at the file of an import; `sheet` and `line` as a person chose them.

    Raises:
        Refused: there is no table in it, or nothing that looks like headings.
    """
    memory = mapping.memory_of(session, batch.row.owner_id)
    number = int(line) if line.isascii() and line.isdigit() else None
    try:
        return survey(content, memory, sheet=sheet, line=number)
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error)),)) from None


def asked_sheet(seen: Survey, sheet: str) -> str:
    """Give the sheet that a person has chosen; empty when parc did."""
    return seen.sheet if sheet and seen.sheet == sheet else ""


def read_again(session: Session, desk: Desk, batch: Batch) -> JobRow:
    """Ask for the file to be read again, as it is now understood."""
    row = batch.row
    job = jobs.ask(
        session,
        import_jobs.PREVIEW,
        {"import_id": row.id},
        row.owner_id,
        desk.viewer.actor,
        desk.now,
    )
    row.job_id = job.id
    session.add(row)
    session.flush()
    return job


def begin(background: Background, job: JobRow, content: bytes) -> None:
    """Read a small file at once; a long one waits for a worker."""
    background.begin(job.id, at_once=len(content) <= AT_ONCE)


def _sent_about(
    session: Session, batch: Batch, content: bytes, form: Mapping[str, str]
) -> tuple[Survey, str]:
    """Find again the headings that a form is about.

    Raises:
        Refused: they are not those that the form was made for.
    """
    sheet = form.get("sheet", "")[:200]
    seen = looked_at(session, batch, content, sheet, form.get("line", "")[:9])
    if form.get("digest", seen.digest) != seen.digest:
        message = "Les intitulés ne sont plus les mêmes : reprenez depuis l'import."
        raise Refused((Refusal("changed_meanwhile", message),))
    chosen_sheet = sheet if form.get("sheet_chosen") else ""
    return seen, asked_sheet(seen, chosen_sheet)


def _looked_at_again(
    session: Session,
    batch: Batch,
    content: bytes,
    seen: Survey,
    said: FileMapping,
) -> Survey:
    """Look at the same headings as a form says that they are read."""
    memory = mapping.memory_of(session, batch.row.owner_id)
    return survey(content, memory, sheet=seen.sheet, line=seen.line, said=said)


def _counted(
    session: Session, batch: Batch, content: bytes, said: FileMapping
) -> Count | None:
    """Read a small file as a form says, nothing remembered; None for a long one."""
    if len(content) > AT_ONCE:
        return None
    given = SharedMapping(said)
    options = mapping.options_for(session, batch.row.owner_id, Reading(given=given))
    try:
        found = extract(content, options)
    except UnreadableError:
        return None
    remarks = tuple(issue for issue in found.issues if issue.column)
    return Count(found.read, len(found.rejected), remarks[:_MOST_REMARKS])


def _page(  # noqa: PLR0917 - what is asked, where it is, what is seen of it
    request: Request,
    session: Session,
    batch: Batch,
    content: bytes,
    seen: Survey,
    sheet: str,
    said: FileMapping | None = None,
    *,
    reasons: tuple[Refusal, ...] = (),
    line_asked: bool = False,
) -> Response:
    known = mapping.remembered(session, batch.row.owner_id, seen.digest)
    shown = {
        "batch": batch,
        "seen": seen,
        "known": known,
        "sheet_chosen": sheet or _kept_sheet(session, batch, seen),
        "groups": targets.GROUPS,
        "units": targets.UNITS,
        "joined": targets.JOINED,
        "labels": targets.LABELS,
        "count": _counted(session, batch, content, said) if said else None,
        "is_long": len(content) > AT_ONCE,
        "line_asked": line_asked or len(seen.sheets) == 1,
        "reasons": reasons,
    }
    status = 422 if reasons else 200
    if rendering.is_htmx(request):
        return rendering.fragment(
            request, "imports/_mapping_form.html", status_code=status, **shown
        )
    return rendering.page(request, "imports/mapping.html", status_code=status, **shown)


def _kept_sheet(session: Session, batch: Batch, seen: Survey) -> str:
    """Give the sheet that a remembered mapping names, when it is the one seen."""
    memory = mapping.memory_of(session, batch.row.owner_id)
    said = memory.mappings.get(seen.digest)
    return seen.sheet if said and said.sheet == seen.sheet else ""
