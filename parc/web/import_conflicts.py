"""Rows that an import could not tell: the list, and one after the other to settle."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.intake_dispute import Doubt, Settled
from parc.domain.refusal import Refusal, Refused
from parc.operations import import_conflicts
from parc.operations.import_conflicts import REASON, UnknownConflictError, Who
from parc.operations.importing import may_import
from parc.storage import import_conflicts as queue
from parc.storage import people
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.import_conflicts import candidates_of
from parc.storage.journal import ConflictError
from parc.storage.tables import DeviceRow, ImportRow, OwnerRow
from parc.web import problems, rendering
from parc.web.conflict_view import conflict_view, name_of, summary, tags_of
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.device_lists import Pager
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.flash import Undo
from parc.web.recording import Desk

router = APIRouter()

HERE = "/imports/conflicts"
SIZE = 50
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_IMPORT = re.compile(r"[0-9a-f]{16}", re.ASCII)
_MOST_FIELDS = 400
_LONGEST_FIELD = 16 * 1024
_SETTLED = (Settled.SAME, Settled.OTHER, Settled.IGNORED)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; `candidates` are those that the viewer may see."""

    row: ConflictRow
    what: str
    doubt: str
    candidates: list[DeviceRow]
    became: str
    device: DeviceRow | None


async def wide_form(request: Request) -> Mapping[str, str]:
    """Read a form that has a box for each fact of each device."""
    async with request.form(
        max_files=0, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
    ) as form:
        sent = form.multi_items()
        return {name: text for name, text in sent if isinstance(text, str)}


WideForm = Annotated[Mapping[str, str], Depends(wide_form)]
Source = Annotated[str, Query(alias="import", max_length=32)]


@router.get(HERE)
def show_queue(  # noqa: PLR0917 - what FastAPI gives, then the address
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    source: Source = "",
    settled: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """List what waits, or what was settled, of all imports or of one.

    Raises:
        ForbiddenError: no role that imports.
        NotFoundError: an import that the viewer may not know of.
    """
    owners = owners_of(session, desk.viewer)
    batch = _import(session, desk.viewer, source)
    states = _SETTLED if settled else (Settled.OPEN,)
    start = (page - 1) * SIZE
    wanted = list(owners)
    key = batch.id if batch else None
    rows, total = queue.page(session, wanted, key, states, start=start, size=SIZE)
    waiting = total if not settled else queue.count_open(session, wanted, key)
    return rendering.page(
        request,
        "conflicts/page.html",
        listed=_listed(session, desk.viewer, rows),
        owners=owners,
        batch=batch,
        settled=bool(settled),
        waiting=waiting,
        total=total,
        query=_query(batch),
        pager=_pager(batch, settled, page, total),
    )


@router.get(HERE + "/{conflict}")
def show_conflict(
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    conflict: str,
    source: Source = "",
) -> Response:
    """Show a row beside the devices it may be about."""
    row = _seen(session, desk.viewer, conflict)
    return _shown(request, session, desk, row, _import(session, desk.viewer, source))


@router.post(HERE + "/{conflict}")
def settle(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: WideForm,
    conflict: str,
    source: Source = "",
) -> Response:
    """Record what somebody decided, and go to the next row."""
    try:
        with transaction() as session:
            row = _seen(session, desk.viewer, conflict)
            done = _settled(session, desk, row, form)
    except Refused as refused:
        reasons, status = refused.reasons, problems.refusal(refused.reasons).status
    except ConflictError as changed:
        reasons = (Refusal("changed_meanwhile", str(changed)),)
        status = 409
    else:
        with reading(engine) as session:
            return _next(request, session, desk, row, source, done)
    with reading(engine) as session:
        row = _seen(session, desk.viewer, conflict)
        batch = _import(session, desk.viewer, source)
        return _shown(request, session, desk, row, batch, form, reasons, status)


@router.post(HERE + "/{conflict}/reopen")
def reopen(
    request: Request, transaction: Transaction, desk: AtDesk, conflict: str
) -> Response:
    """Take a decision back."""
    try:
        with transaction() as session:
            row = _seen(session, desk.viewer, conflict)
            import_conflicts.reopen(session, _who(desk), row.id)
    except Refused as refused:
        told = " ".join(reason.message for reason in refused.reasons)
        return rendering.redirect(request, f"{HERE}/{conflict}", told, kind="refused")
    except ConflictError as changed:
        return rendering.redirect(
            request, f"{HERE}/{conflict}", str(changed), kind="refused"
        )
    done = "La décision est reprise : cette ligne est de nouveau à départager."
    return rendering.redirect(request, f"{HERE}/{conflict}", done)


def owners_of(session: Session, viewer: Viewer) -> dict[int, OwnerRow]:
    """Give the owners whose conflicts the viewer settles, by row id.

    Raises:
        ForbiddenError: no role that imports.
    """
    found = {
        owner.id: owner
        for owner in owners_seen(session, viewer)
        if may_import(viewer, owner.id)
    }
    if not found:
        message = "Importer est réservé aux rôles : technicien, responsable du parc."
        raise ForbiddenError(message)
    return found


def _settled(
    session: Session, desk: Desk, row: ConflictRow, form: Mapping[str, str]
) -> str:
    """Record a choice; say what was done."""
    who, line = _who(desk), f"Ligne {row.line} :"
    choice, _, number = form.get("choice", "").partition("-")
    if choice == "other":
        made = import_conflicts.is_other(session, who, row.id)
        return f"{line} enregistrée comme un autre matériel, {made.tag}."
    if choice == "ignored":
        reason = form.get(REASON.name, "")
        import_conflicts.leave_aside(session, who, row.id, reason)
        return f"{line} laissée de côté."
    if choice != "same" or not _NUMBER.fullmatch(number):
        message = "Choisissez : l'un des matériels, un autre, ou laisser de côté."
        raise Refused((Refusal("missing_field", message, "choice"),))
    key = int(number)
    begin = name_of(key, "")
    taken = [name.removeprefix(begin) for name in form if name.startswith(begin)]
    version = form.get(f"version-{key}", "")
    device = import_conflicts.is_same(
        session,
        who,
        row.id,
        key,
        taken=taken,
        version=int(version) if _NUMBER.fullmatch(version) else None,
    )
    return f"{line} c'est {device.tag}."


def _next(  # noqa: PLR0917 - what was asked, then what was done
    request: Request,
    session: Session,
    desk: Desk,
    row: ConflictRow,
    source: str,
    done: str,
) -> Response:
    """Go to the row that comes next, with a way back."""
    batch = _import(session, desk.viewer, source)
    key = batch.id if batch else None
    owners = list(owners_of(session, desk.viewer))
    further = queue.next_open(session, owners, key, row.id)
    address = f"{HERE}/{further}" if further else HERE
    if not further:
        done = f"{done} Il ne reste rien à départager."
    return rendering.redirect(
        request,
        address + _query(batch),
        done,
        undo=Undo("Revenir sur ce choix", f"{HERE}/{row.id}/reopen", {}),
    )


def _shown(  # noqa: PLR0917 - what is shown, then what was refused
    request: Request,
    session: Session,
    desk: Desk,
    row: ConflictRow,
    batch: ImportRow | None,
    texts: Mapping[str, str] | None = None,
    reasons: tuple[Refusal, ...] = (),
    status: int = 200,
) -> Response:
    view = conflict_view(session, desk.viewer, row, texts=texts)
    owners = list(owners_of(session, desk.viewer))
    waiting = queue.count_open(session, owners, batch.id if batch else None)
    by = row.settled_by or ""
    device = session.get(DeviceRow, row.device_id) if row.device_id else None
    return rendering.page(
        request,
        "conflicts/settle.html",
        status_code=status,
        view=view,
        doubt=Doubt(row.doubt).label,
        is_open=row.state == Settled.OPEN,
        became=Settled(row.state).label,
        by=people.actor_names(session, [by]).get(by, by),
        device=device if device and desk.viewer.sees(device.owner_id) else None,
        waiting=waiting,
        query=_query(batch),
        reasons=reasons,
        field=REASON,
        reason=(texts or {}).get(REASON.name, ""),
    )


def _listed(session: Session, viewer: Viewer, rows: list[ConflictRow]) -> list[Listed]:
    ids = {number for row in rows for number in candidates_of(row)}
    ids |= {row.device_id for row in rows if row.device_id}
    devices = tags_of(session, viewer, ids)
    return [
        Listed(
            row,
            summary(session, row),
            Doubt(row.doubt).label,
            [devices[key] for key in candidates_of(row) if key in devices],
            Settled(row.state).label,
            devices.get(row.device_id or 0),
        )
        for row in rows
    ]


def _seen(session: Session, viewer: Viewer, conflict: str) -> ConflictRow:
    if not _NUMBER.fullmatch(conflict):
        raise NotFoundError
    try:
        return import_conflicts.seen(session, viewer, int(conflict))
    except UnknownConflictError:
        raise NotFoundError from None


def _import(session: Session, viewer: Viewer, key: str) -> ImportRow | None:
    """Find the import that the list is narrowed to."""
    if not key:
        return None
    row = session.get(ImportRow, key) if _IMPORT.fullmatch(key) else None
    if row is None or not may_import(viewer, row.owner_id):
        raise NotFoundError
    return row


def _who(desk: Desk) -> Who:
    return Who(desk.viewer, desk.now, desk.today)


def _query(batch: ImportRow | None) -> str:
    return f"?import={batch.id}" if batch else ""


def _pager(batch: ImportRow | None, settled: str, page: int, total: int) -> Pager:
    kept = {"import": batch.id if batch else "", "settled": "1" if settled else ""}
    query = "".join(f"&{name}={text}" for name, text in kept.items() if text)
    last = min(page * SIZE, total)
    first = (page - 1) * SIZE + 1
    return Pager(
        f"{rendering.number(first)} à {rendering.number(last)} sur "
        f"{rendering.number(total)}",
        previous=f"{HERE}?page={page - 1}{query}" if page > 1 else "",
        next=f"{HERE}?page={page + 1}{query}" if last < total else "",
    )
