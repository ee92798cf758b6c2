"""Erasure evidence: reports handed in, what each settles, what a person accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from parc.domain.access import READERS, Viewer
from parc.domain.erasure import SETTLERS
from parc.domain.fields import Field, Kind, parse
from parc.domain.refusal import Refusal, Refused
from parc.operations import erasure_reports, erasures
from parc.operations.erasure_proposals import Proposal, Standing, proposals
from parc.operations.erasure_reports import Taken
from parc.operations.erasures import Accepted
from parc.operations.selection import Desk
from parc.storage import erasures as kept
from parc.storage import people
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.erasure_tables import ErasureReportRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering
from parc.web.attachments import Sent as Files
from parc.web.attachments import several_files
from parc.web.deps import EngineDep, ReadSession, require_role
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError

router = APIRouter(prefix="/erasures", include_in_schema=False)

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
TOLD_ON = Field(
    "told_on",
    "Jour de l'effacement",
    Kind.DAY,
    hint="S'il n'est pas dans le rapport (texte d'un terminal).",
)
REASON = Field("reason", "Motif", required=True)
CODE = Field("code", "Matériel")
SERIAL = Field("serial", "Support")
TONES = {
    Standing.SETTLED: "ok",
    Standing.ELSEWHERE: "ok",
    Standing.READY: "info",
    Standing.WAITS: "warn",
    Standing.REFUSED: "bad",
    Standing.UNKNOWN: "warn",
    Standing.SEVERAL: "warn",
}
_ACCEPTED = frozenset({Standing.WAITS, Standing.UNKNOWN, Standing.SEVERAL})
_LONGEST_ID = 9


@dataclass(frozen=True, slots=True)
class Listed:
    """A report in the list: its lines counted by what they settled."""

    row: ErasureReportRow
    records: int
    settled: int


@router.get("")
def show_all(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List the latest reports, and offer to hand some in."""
    return _list(request, session, desk)


@router.post("")
def hand_in(
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    sent: Annotated[Files, Depends(several_files)],
) -> Response:
    """Receive reports; show each with what it would settle, or why it is refused."""
    with reading(engine) as session:
        owners = _settlers(session, desk.viewer)
    if not owners:
        raise ForbiddenError
    siret = sent.texts.get("owner", "")
    owner = next((one for one in owners if one.siret == siret), None)
    if owner is None and len(owners) == 1 and not siret:
        owner = owners[0]
    try:
        told_on = _day(sent.texts)
        if owner is None:
            message = "« Propriétaire » est à choisir."
            raise Refused((Refusal("missing_field", message, "owner"),))  # noqa: TRY301 - said with the others
        taken = erasure_reports.take(engine, desk, owner.id, sent.files, told_on)
    except Refused as refused:
        with reading(engine) as session:
            return _list(
                request, session, desk, values=sent.texts, refusals=refused.reasons
            )
    (first, *others) = taken
    if not others and first.number is not None:
        said = (
            "Ce rapport était déjà reçu : le voici."
            if first.again
            else "Rapport reçu : rien n'est soldé tant que vous ne l'appliquez pas."
        )
        return rendering.redirect(request, _address(first.number), said)
    with reading(engine) as session:
        return _list(request, session, desk, taken=taken)


@router.get("/{erasure}")
def show_one(
    request: Request, session: ReadSession, desk: AtDesk, erasure: str
) -> Response:
    """Show a report: each medium, what it is worth, what may be done."""
    return _page(request, session, desk, _seen(session, desk.viewer, erasure))


@router.post("/{erasure}/apply")
def apply(
    *, request: Request, engine: EngineDep, desk: AtDesk, erasure: str
) -> Response:
    """Settle every medium for which the report is proof enough."""
    number = _working(engine, desk, erasure)
    outcomes = erasures.apply(engine, desk, number)
    done = sum(one.result is Result.APPLIED for one in outcomes)
    failed = [one for one in outcomes if one.result is Result.REFUSED]
    if failed:
        reasons = _refusals(failed)
        with reading(engine) as session:
            row = _seen(session, desk.viewer, erasure)
            return _page(request, session, desk, row, refusals=reasons)
    said = f"Supports soldés : {rendering.number(done)}."
    return rendering.redirect(request, _address(number), said)


@router.post("/{erasure}/{record}/accept")
def accept(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    erasure: str,
    record: str,
) -> Response:
    """Settle a medium on a person's word, with the reason."""
    number = _working(engine, desk, erasure)
    index = _integer(record)
    texts = form.texts
    said = Accepted(*(texts.get(name, "") for name in ("reason", "code", "serial")))
    try:
        outcome = erasures.accept(
            engine, desk, number, -1 if index is None else index, said
        )
        if outcome.result is Result.REFUSED:
            raise Refused(_refusals([outcome]))  # noqa: TRY301 - said with the others
    except Refused as refused:
        with reading(engine) as session:
            row = _seen(session, desk.viewer, erasure)
            return _page(
                request,
                session,
                desk,
                row,
                refusals=refused.reasons,
                record=index,
                values=texts,
            )
    return rendering.redirect(
        request, _address(number), f"Support soldé sur {outcome.tag}, avec votre motif."
    )


def _list(
    request: Request,
    session: Session,
    desk: Desk,
    *,
    values: Mapping[str, str] | None = None,
    refusals: Sequence[Refusal] = (),
    taken: Sequence[Taken] = (),
) -> Response:
    if not desk.viewer.holds(*READERS):
        raise ForbiddenError
    rows = kept.reports(session, desk.viewer)
    matches = kept.matches(session, [row.id for row in rows])
    settled: dict[int, int] = {}
    for report, _ in matches:
        settled[report] = settled.get(report, 0) + 1
    owners = _settlers(session, desk.viewer)
    return rendering.page(
        request,
        "erasures/list.html",
        status_code=problems.refusal(tuple(refusals)).status if refusals else 200,
        listed=[
            Listed(row, len(kept.records_of(row)), settled.get(row.id, 0))
            for row in rows
        ],
        names={one.id: one.name for one in owners_seen(session, desk.viewer)},
        by=people.actor_names(session, {row.created_by for row in rows}),
        owners=[(owner.siret, owner.name) for owner in owners],
        fields=(OWNER, TOLD_ON),
        values=values or {},
        refusals=refusals,
        taken=taken,
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: ErasureReportRow,
    *,
    refusals: Sequence[Refusal] = (),
    record: int | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    shown = proposals(session, desk, row)
    works = not desk.viewer.roles(row.owner_id).isdisjoint(SETTLERS)
    actors = {row.created_by, *(one.match.by for one in shown if one.match)}
    return rendering.page(
        request,
        "erasures/show.html",
        status_code=problems.refusal(tuple(refusals)).status if refusals else 200,
        row=row,
        shown=shown,
        counts=_counts(shown),
        ready=sum(one.standing is Standing.READY for one in shown),
        tones=TONES,
        accepted=_ACCEPTED,
        works=works,
        by=people.actor_names(session, actors),
        owner=session.get_one(OwnerRow, row.owner_id).name,
        fields={"reason": REASON, "code": CODE, "serial": SERIAL},
        record=record,
        values=values or {},
        refusals=refusals,
    )


def _counts(shown: Sequence[Proposal]) -> list[tuple[Standing, int]]:
    found = [(s, sum(one.standing is s for one in shown)) for s in Standing]
    return [(standing, number) for standing, number in found if number]


def _refusals(outcomes: Sequence[Outcome]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal("refused", f"{outcome.tag} : {reason}")
        for outcome in outcomes
        for reason in outcome.reasons
    )


def _seen(session: Session, viewer: Viewer, erasure: str) -> ErasureReportRow:
    number = _integer(erasure)
    row = kept.report(session, viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def _working(engine: EngineDep, desk: Desk, erasure: str) -> int:
    with reading(engine) as session:
        row = _seen(session, desk.viewer, erasure)
    require_role(desk.viewer, row.owner_id, *SETTLERS)
    return row.id


def _settlers(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer hands in reports."""
    return [
        owner
        for owner in owners_seen(session, viewer)
        if not viewer.roles(owner.id).isdisjoint(SETTLERS)
    ]


def _day(texts: Mapping[str, str]) -> date | None:
    details, refusals = parse((TOLD_ON,), {"told_on": texts.get("told_on", "")})
    if refusals:
        raise Refused(tuple(refusals))
    found = details.get("told_on")
    return date.fromisoformat(found) if isinstance(found, str) else None


def _integer(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if is_number else None


def _address(number: int) -> str:
    return f"/erasures/{number}"
