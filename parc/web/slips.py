"""Custody slips through the browser: drafted, corrected, signed, printed."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc.domain.access import READERS, Viewer
from parc.domain.custody import NOWHERE, WRITERS, SlipKind, Stage, read_number
from parc.domain.refusal import Refusal, Refused
from parc.operations import slip_paper, slip_signing, slips
from parc.storage import person_list
from parc.storage import slips as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.slip_tables import SlipRow
from parc.web import problems, rendering, slip_forms, slip_view
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    ReadSession,
    Transaction,
    require_role,
)
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from parc.web.slip_forms import Form, Typed

router = APIRouter(prefix="/slips", include_in_schema=False)


@router.get("")
def show_all(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    kind: str = "",
    stage: str = "",
    q: str = "",
    page: str = "1",
) -> Response:
    """List the slips of the owners that the viewer sees."""
    _require_reader(viewer)
    wanted = kept.Wanted(
        kind=next((one for one in SlipKind if one.value == kind), None),
        stage=next((one for one in Stage if one.value == stage), None),
        number=read_number(q) or (NOWHERE if q.strip() else None),
    )
    number = max(slip_forms.integer(page) or 1, 1)
    rows, more = kept.seen(session, viewer, wanted, number)
    owners = owners_seen(session, viewer)
    return rendering.page(
        request,
        "slips/list.html",
        rows=slip_view.listed(session, viewer, rows),
        several=len(owners) > 1,
        kinds=list(SlipKind),
        stages=list(Stage),
        tones=slip_view.TONES,
        wanted=wanted,
        q=q[:40],
        page_number=number,
        more=more,
        may_write=viewer.holds(*WRITERS),
    )


@router.get("/new")
def show_new(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    kind: str = "",
    person: str = "",
    code: str = "",
) -> Response:
    """Ask what a new slip says."""
    texts = {"kind": kind, "person": person, "codes": code}
    return _new(request, session, desk, Typed(texts))


@router.post("/new")
def gather(
    request: Request, session: ReadSession, desk: AtDesk, form: Form
) -> Response:
    """Ask what a new slip says of the devices ticked in a list."""
    return _new(request, session, desk, form)


@router.post("")
def draft(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Make a draft and go to it, or show again what is to be corrected."""
    try:
        with transaction() as session:
            owners = _writers(session, desk.viewer)
            kind = slip_forms.kind_in(form)
            if kind is None:
                message = "« Sorte de bon » est à choisir."
                raise Refused((Refusal("missing_field", message, "kind"),))  # noqa: TRY301 - said with the others
            person = slip_forms.person_in(session, desk, form, owners)
            made = slip_forms.first_draft(form)
            key = slips.begin_in(session, desk, kind, person, made).id
    except Refused as refused:
        with reading(engine) as session:
            return _new(request, session, desk, form, refused)
    said = "Bon préparé : indiquez les accessoires, puis faites signer."
    if kind is SlipKind.RETURN:
        said = (
            "Bon préparé : décochez les accessoires qui manquent, puis faites signer."
        )
    return rendering.redirect(request, _address(key), said)


@router.get("/{slip}.pdf")
def paper(session: ReadSession, viewer: CurrentViewer, slip: str) -> Response:
    """Send the paper of a slip, made now: the name on it is stored nowhere."""
    row = seen(session, viewer, slip)
    name = slip_paper.file_name(row)
    return Response(
        slip_paper.pdf_of(session, row),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/{slip}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, slip: str
) -> Response:
    """Show a slip: what is on it, and how to sign it while it is a draft."""
    return _page(request, session, desk, seen(session, desk.viewer, slip))


@router.post("/{slip}")
def correct(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, slip: str
) -> Response:
    """Correct a draft, or show again what is wrong."""
    key = _writing(engine, desk, slip)
    try:
        with reading(engine) as session:
            made = slip_forms.corrected_draft(form, kept.lines(session, key))
        slips.revise(engine, desk, key, made)
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    return rendering.redirect(request, _address(key), "Bon enregistré.")


@router.post("/{slip}/sign")
def sign(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, slip: str
) -> Response:
    """Sign a slip: its devices change hands, or each says why not."""
    key = _writing(engine, desk, slip)
    try:
        signed = slip_forms.signature_in(form)
        slip_signing.sign(engine, desk, key, form.text("seen"), signed)
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    return rendering.redirect(
        request, _address(key), "Bon signé : il ne change plus, et l'historique suit."
    )


@router.post("/{slip}/cancel")
def cancel(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, slip: str
) -> Response:
    """Cancel a draft, with a reason."""
    key = _writing(engine, desk, slip)
    try:
        slips.cancel(engine, desk, key, form.text("reason"))
    except Refused as refused:
        return _again(request, engine, desk, key, form, refused)
    return rendering.redirect(request, _address(key), "Bon annulé.")


def seen(session: Session, viewer: Viewer, slip: str) -> SlipRow:
    """Give a slip that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    number = slip_forms.integer(slip)
    row = kept.find(session, viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def _writing(engine: EngineDep, desk: Desk, slip: str) -> int:
    with reading(engine) as session:
        row = seen(session, desk.viewer, slip)
    require_role(desk.viewer, row.owner_id, *WRITERS)
    return row.id


def _require_reader(viewer: Viewer) -> None:
    if not viewer.holds(*READERS):
        raise ForbiddenError


def _writers(session: Session, viewer: Viewer) -> list[Any]:
    owners = slip_view.writers(session, viewer)
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
    person = person_list.find(session, desk.viewer, form.text("person"))
    if person is not None:
        owners = [owner for owner in owners if owner.id == person.owner_id]
    carried = slip_forms.codes_in(replace(form, texts={"list": form.text("list")}))
    values = {"effective_on": desk.today.isoformat(), **form.texts}
    return rendering.page(
        request,
        "slips/new.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=slip_forms,
        owners=[(owner.siret, owner.name) for owner in owners],
        sites=slip_view.sites_of(session, owners),
        person=person,
        carried=carried,
        values=values,
        refusals=refused.reasons if refused else (),
    )


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    row: SlipRow,
    form: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    context = slip_view.shown(session, desk, row, form)
    return rendering.page(
        request,
        "slips/show.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=slip_forms,
        due=slip_view.due_field(slip_forms.DUE, context["kind"]),
        values=form.texts if form else {},
        refusals=refused.reasons if refused else (),
        **context,
    )


def _again(  # noqa: PLR0917 - as above
    request: Request,
    engine: EngineDep,
    desk: Desk,
    key: int,
    form: Typed,
    refused: Refused,
) -> Response:
    with reading(engine) as session:
        row = seen(session, desk.viewer, str(key))
        return _page(request, session, desk, row, form, refused)


def _address(key: int) -> str:
    return f"/slips/{key}"
