"""Beside the reports: phones reset by hand, the summary handed to who takes over."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from parc.domain import phone_reset
from parc.domain.access import READERS
from parc.domain.erasure import SETTLERS
from parc.domain.fields import Field, Kind
from parc.domain.refusal import Refusal, Refused
from parc.operations import erasure_summary, phone_resets
from parc.operations.selection import Desk
from parc.storage.batches import Result
from parc.web import problems, rendering
from parc.web.deps import EngineDep, ReadSession
from parc.web.device_lists import address_of
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError
from parc.web.slip_forms import Form as Ticked
from parc.web.slip_forms import codes_in
from reports import erasure_summary as paper

router = APIRouter(prefix="/erasures", include_in_schema=False)

CODE = Field("code", "Téléphone ou tablette", required=True)
CODES = Field(
    "codes",
    "Matériels",
    Kind.LONG_TEXT,
    required=True,
    hint=f"Une étiquette ou un n° de série par ligne, {erasure_summary.MOST} au plus.",
)


@router.get("/phones")
def show_phones(request: Request, desk: AtDesk, code: str = "") -> Response:
    """Show the three steps to state for a phone or a tablet."""
    return _phones(request, desk, {"code": code})


@router.post("/phones")
def state_phone(
    request: Request, engine: EngineDep, desk: AtDesk, form: Form
) -> Response:
    """Record the three steps: they settle the internal memory."""
    if not desk.viewer.holds(*SETTLERS):
        raise ForbiddenError
    texts = form.texts
    try:
        if not texts.get("code", "").strip():
            message = "« Téléphone ou tablette » est à renseigner."
            raise Refused((Refusal("missing_field", message, "code"),))  # noqa: TRY301 - said with the others
        outcomes = phone_resets.settle(engine, desk, texts["code"], texts)
        reasons = [r for one in outcomes for r in one.reasons]
        if any(one.result is Result.REFUSED for one in outcomes):
            raise Refused(tuple(Refusal("refused", told) for told in reasons))  # noqa: TRY301 - said with the others
    except Refused as refused:
        return _phones(request, desk, texts, refused.reasons)
    return rendering.redirect(
        request,
        address_of(outcomes[0].tag),
        "Réinitialisation enregistrée : la mémoire interne est soldée.",
    )


@router.get("/summary")
def show_summary(request: Request, desk: AtDesk, codes: str = "") -> Response:
    """Ask for which devices."""
    return _summary(request, desk, {"codes": codes})


@router.post("/summary")
def make_summary(
    request: Request, session: ReadSession, desk: AtDesk, form: Ticked
) -> Response:
    """Send the summary of a list of devices, on paper or as a table.

    From devices ticked in a list, show them first.
    """
    _require_reader(desk)
    codes = codes_in(form)
    values = {"codes": "\n".join(codes)}
    kind = form.texts.get("file")
    if kind not in {"pdf", "csv"}:
        return _summary(request, desk, values)
    try:
        made = erasure_summary.summary(session, desk, codes)
    except Refused as refused:
        return _summary(request, desk, values, refused.reasons)
    name = f"recapitulatif-effacement-{desk.today:%Y%m%d}"
    if kind == "csv":
        return StreamingResponse(
            paper.csv(made),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )
    return Response(
        paper.pdf(made),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _phones(
    request: Request,
    desk: Desk,
    values: Mapping[str, str],
    refusals: Sequence[Refusal] = (),
) -> Response:
    if not desk.viewer.holds(*SETTLERS):
        raise ForbiddenError
    return rendering.page(
        request,
        "erasures/phones.html",
        status_code=problems.refusal(tuple(refusals)).status if refusals else 200,
        fields=(CODE, *phone_reset.FIELDS),
        values=values,
        refusals=refusals,
    )


def _summary(
    request: Request,
    desk: Desk,
    values: Mapping[str, str],
    refusals: Sequence[Refusal] = (),
) -> Response:
    _require_reader(desk)
    return rendering.page(
        request,
        "erasures/summary.html",
        status_code=problems.refusal(tuple(refusals)).status if refusals else 200,
        field_of=CODES,
        values=values,
        refusals=refusals,
    )


def _require_reader(desk: Desk) -> None:
    if not desk.viewer.holds(*READERS):
        raise ForbiddenError
