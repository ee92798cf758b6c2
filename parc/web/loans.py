"""Loans to give back: the list, its file, and who was reminded."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, col, select
from starlette.responses import StreamingResponse

from parc.domain.access import READERS, Viewer
from parc.domain.custody import WRITERS
from parc.storage import documents, loans
from parc.storage.loans import Loan
from parc.storage.tables import PersonRow
from parc.web import rendering, slip_view
from parc.web.deps import ReadSession
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from reports.render.table_files import Field, Row, csv_blocks, write_xlsx

router = APIRouter(prefix="/slips", include_in_schema=False)

_FIELDS = (
    Field("tag", "Étiquette", 18),
    Field("label", "Matériel", 30),
    Field("serial", "N° de série", 20),
    Field("person", "Chez", 28),
    Field("email", "Adresse électronique", 30),
    Field("since", "Prêté le", 12),
    Field("due_on", "À rendre le", 12),
    Field("late_days", "Retard (jours)", 14),
    Field("reminders", "Rappels envoyés", 16),
)
_CHUNK = 500


@router.get("/loans")
def show_loans(
    request: Request, session: ReadSession, desk: AtDesk, late: str = ""
) -> Response:
    """List the loans that run, the first to come back first."""
    running = _running(session, desk.viewer)
    overdue = [loan for loan in running if loan.is_late(desk.today)]
    shown = overdue if late else running
    return rendering.page(
        request,
        "slips/loans.html",
        loans=[(loan, slip_view.late_days(loan.due_on, desk.today)) for loan in shown],
        people=_people(session, shown),
        reminded=loans.reminded(session, shown),
        late=bool(late),
        total=len(running),
        overdue=len(overdue),
        may_write=desk.viewer.holds(*WRITERS),
    )


@router.get("/loans.{kind}")
def download(session: ReadSession, desk: AtDesk, kind: str, late: str = "") -> Response:
    """Send the list as a file.

    Raises:
        NotFoundError: no such kind of file.
    """
    if kind not in {"csv", "xlsx"}:
        raise NotFoundError
    shown = [
        loan
        for loan in _running(session, desk.viewer)
        if not late or loan.is_late(desk.today)
    ]
    rows = list(_rows(session, shown, desk.today))
    headers = {"Content-Disposition": f'attachment; filename="prets.{kind}"'}
    if kind == "csv":
        blocks = csv_blocks(_FIELDS, rows)
        return StreamingResponse(blocks, media_type="text/csv", headers=headers)
    book = io.BytesIO()
    write_xlsx("Prêts", _FIELDS, rows, book)
    return Response(book.getvalue(), media_type=documents.XLSX, headers=headers)


def _running(session: Session, viewer: Viewer) -> list[Loan]:
    if not viewer.holds(*READERS):
        raise ForbiddenError
    return loans.running(session, viewer)


def _people(session: Session, shown: Sequence[Loan]) -> Mapping[str, PersonRow]:
    """Give who has what is lent, by opaque id."""
    ids = sorted({loan.person for loan in shown if loan.person is not None})
    found: dict[str, PersonRow] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.exec(
            select(PersonRow).where(col(PersonRow.id).in_(ids[start : start + _CHUNK]))
        )
        found.update({row.id: row for row in rows})
    return found


def _rows(session: Session, shown: Sequence[Loan], today: date) -> Iterator[Row]:
    known, told = _people(session, shown), loans.reminded(session, shown)
    for loan in shown:
        who = known.get(loan.person or "")
        yield (
            loan.device.tag,
            loan.device.label,
            loan.device.serial,
            (who.name or who.id) if who else None,
            who.email if who else None,
            loan.since,
            loan.due_on,
            slip_view.late_days(loan.due_on, today) or None,
            len(told.get((loan.device.id, loan.seq), ())),
        )
