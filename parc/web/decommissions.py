"""Lists of réforme through the browser: prepared, proposed, decided, printed."""

import io
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import READERS, Viewer
from parc.domain.decommissioning import (
    DECIDERS,
    WRITERS,
    Paper,
    Stage,
    read_number,
)
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import (
    decommission_deciding,
    decommission_export,
    decommission_papers,
    decommission_steps,
    decommissions,
)
from parc.storage import decommissions as kept
from parc.storage import documents
from parc.storage.database import reading
from parc.storage.decommission_tables import DecommissionListRow
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from parc.web import decommission_forms, decommission_view, problems, rendering
from parc.web.deps import CurrentViewer, EngineDep, ReadSession, require_role
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from parc.web.slip_forms import Form, Typed, codes_in, integer
from reports.render.table_files import csv_blocks, write_xlsx

router = APIRouter(prefix="/decommissions", include_in_schema=False)
_PAPERS = {"report": Paper.REPORT, "certificate": Paper.CERTIFICATE}
_NOWHERE = (0, 0)


@router.get("")
def show_all(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    stage: str = "",
    q: str = "",
    page: str = "1",
) -> Response:
    """List the lists of the owners that the viewer sees."""
    if not viewer.holds(*READERS):
        raise ForbiddenError
    wanted = kept.Wanted(
        stage=next((one for one in Stage if one.value == stage), None),
        number=read_number(q) or (_NOWHERE if q.strip() else None),
    )
    number = max(integer(page) or 1, 1)
    rows, more = kept.seen(session, viewer, wanted, number)
    return rendering.page(
        request,
        "decommissions/list.html",
        rows=decommission_view.listed(session, viewer, rows),
        several=len(owners_seen(session, viewer)) > 1,
        stages=list(Stage),
        tones=decommission_view.TONES,
        stage=wanted.stage.value if wanted.stage else "",
        q=q[:40],
        page_number=number,
        more=more,
        may_write=viewer.holds(*WRITERS),
    )


@router.get("/new")
def show_new(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Ask what a new list is made of."""
    return _new(request, session, desk, Typed())


@router.post("/new")
def gather(
    request: Request, session: ReadSession, desk: AtDesk, form: Form
) -> Response:
    """Ask what a new list says of the devices ticked in a list of devices."""
    return _new(request, session, desk, form)


@router.post("")
def begin(
    *,
    request: Request,
    engine: EngineDep,
    session: ReadSession,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Prepare a list and go to it, or show again what is to be corrected."""
    owners = _writers(session, desk.viewer)
    try:
        owner_id = decommission_forms.owner_in(session, desk, form, owners)
        made = decommission_forms.first_draft(form)
        key = decommissions.begin(engine, desk, owner_id, made)
    except Refused as refused:
        return _new(request, session, desk, form, refused)
    said = "Liste préparée : complétez motifs et estimations, puis proposez-la."
    return rendering.redirect(request, _address(key), said)


@router.get("/{decommission}/{paper}.pdf")
def send_paper(
    engine: EngineDep, desk: AtDesk, decommission: str, paper: str
) -> Response:
    """Send a paper of a decided list, as it was kept.

    Raises:
        NotFoundError: the list has no such paper.
    """
    with reading(engine) as session:
        row = seen(session, desk.viewer, decommission)
    wanted = _PAPERS.get(paper)
    has = {Paper.REPORT: row.report, Paper.CERTIFICATE: row.certificate}
    if wanted is None or has[wanted] is None:
        raise NotFoundError
    content = decommission_papers.paper_of(engine, desk, row.id, wanted)
    name = decommission_papers.file_name(row, wanted)
    return _attached(content, "application/pdf", name)


@router.get("/{decommission}/finance.{kind}")
def send_list(
    session: ReadSession, viewer: CurrentViewer, decommission: str, kind: str
) -> Response:
    """Send the list that the finance office asks for.

    Raises:
        NotFoundError: not decided, or no such kind of file.
    """
    row = seen(session, viewer, decommission)
    if kind not in {"csv", "xlsx"} or row.frozen is None:
        raise NotFoundError
    fields = decommission_export.FIELDS
    rows = list(decommission_export.rows_of(session, row))
    name = f"reforme-{kept.shown_number(row)}.{kind}"
    if kind == "csv":
        return _attached(b"".join(csv_blocks(fields, rows)), "text/csv", name)
    book = io.BytesIO()
    write_xlsx("Réforme", fields, rows, book)
    return _attached(book.getvalue(), documents.XLSX, name)


@router.get("/{decommission}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, decommission: str
) -> Response:
    """Show a list, and what may be done with it."""
    row = seen(session, desk.viewer, decommission)
    return _page(request, session, desk, row)


@router.post("/{decommission}")
def correct(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    decommission: str,
) -> Response:
    """Correct a list in preparation, or show again what is wrong."""
    key = _held(engine, desk, decommission, WRITERS)

    def save() -> None:
        _save(engine, desk, key, form)

    return _done(request, engine, desk, key, form, save, "Liste enregistrée.")


@router.post("/{decommission}/propose")
def propose(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    decommission: str,
) -> Response:
    """Save a list and propose all of it, or say which devices refuse."""
    key = _held(engine, desk, decommission, WRITERS)

    def act() -> None:
        decommission_forms.require_nothing_added(form)
        now = _save(engine, desk, key, form)
        decommission_steps.propose(engine, desk, key, now)

    said = "Liste proposée : un signataire qui n'a rien proposé en décide."
    return _done(request, engine, desk, key, form, act, said)


@router.post("/{decommission}/decide")
def decide(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    decommission: str,
) -> Response:
    """Decide of a list, line by line, and keep its papers."""
    key = _held(engine, desk, decommission, DECIDERS)

    def act() -> None:
        with reading(engine) as session:
            lines = kept.lines(session, key)
        decision = decommission_forms.decision_in(form, lines)
        decommission_deciding.decide(engine, desk, key, form.text("seen"), decision)
        decommission_papers.keep(engine, desk, key)

    said = "Réforme décidée : la liste ne change plus, ses documents sont prêts."
    return _done(request, engine, desk, key, form, act, said)


@router.post("/{decommission}/cancel")
def cancel(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    decommission: str,
) -> Response:
    """Give up a list that is not decided, with a reason."""
    key = _held(engine, desk, decommission, WRITERS)

    def act() -> None:
        decommission_steps.withdraw(engine, desk, key, form.text("reason"))

    return _done(request, engine, desk, key, Typed(), act, "Liste abandonnée.")


def seen(session: Session, viewer: Viewer, decommission: str) -> DecommissionListRow:
    """Give a list that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    number = integer(decommission)
    row = kept.find(session, viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def _save(engine: EngineDep, desk: Desk, key: int, form: Typed) -> str:
    with reading(engine) as session:
        lines = kept.lines(session, key)
    made = decommission_forms.corrected_draft(form, lines)
    return decommissions.revise(engine, desk, key, form.text("seen"), made)


def _held(
    engine: EngineDep, desk: Desk, decommission: str, roles: tuple[Role, ...]
) -> int:
    with reading(engine) as session:
        row = seen(session, desk.viewer, decommission)
    require_role(desk.viewer, row.owner_id, *roles)
    return row.id


def _writers(session: Session, viewer: Viewer) -> list[OwnerRow]:
    owners = decommission_view.writers(session, viewer)
    if not owners:
        raise ForbiddenError
    return owners


def _new(
    request: Request,
    session: Session,
    desk: Desk,
    form: Typed,
    refused: Refused | None = None,
) -> Response:
    owners = _writers(session, desk.viewer)
    carried = codes_in(Typed({"list": form.text("list")}, form.lists))
    return rendering.page(
        request,
        "decommissions/new.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=decommission_forms,
        owners=[(owner.siret, owner.name) for owner in owners],
        categories=decommission_view.categories(),
        carried=carried,
        values=form.texts,
        refusals=refused.reasons if refused else (),
    )


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    row: DecommissionListRow,
    form: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    context: dict[str, Any] = decommission_view.shown(session, desk, row)
    return rendering.page(
        request,
        "decommissions/show.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=decommission_forms,
        today=desk.today,
        values=form.texts if form else {},
        refusals=refused.reasons if refused else (),
        **context,
    )


def _done(  # noqa: PLR0917 - what is done, and the page when it is refused
    request: Request,
    engine: EngineDep,
    desk: Desk,
    key: int,
    form: Typed,
    act: Callable[[], object],
    said: str,
) -> Response:
    try:
        act()
    except Refused as refused:
        with reading(engine) as session:
            row = seen(session, desk.viewer, str(key))
            return _page(request, session, desk, row, form, refused)
    return rendering.redirect(request, _address(key), said)


def _attached(content: bytes, media_type: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)


def _address(key: int) -> str:
    return f"/decommissions/{key}"
