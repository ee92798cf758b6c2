"""The page « Réparer ou remplacer » of one device: figures, sources, an advice."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from parc import resources
from parc.domain.fields import Field, Kind, parse
from parc.domain.repair_or_replace import LONGEST_MONTHS, Advice, Weight
from parc.operations.repair_sheet import parts, sheet_of
from parc.web import problems, rendering
from parc.web.deps import ReadSession
from parc.web.devices import AtDesk
from parc.web.recording import device_seen

router = APIRouter(prefix="/repairs", include_in_schema=False)

ESTIMATE = Field("estimate", "Devis HT", Kind.MONEY)
MONTHS = Field(
    "months",
    "Usage attendu après réparation (mois)",
    Kind.INTEGER,
    hint="Deux ans : 24.",
)
PART = Field(
    "part", "Pièce à remplacer", Kind.CHOICE, hint="Son empreinte est comptée à part."
)
TONES = {
    Advice.REPAIR: "ok",
    Advice.DISCUSS: "warn",
    Advice.REPLACE: "bad",
    Advice.UNKNOWN: "neutral",
}
WEIGHTS = {Weight.FOR: "ok", Weight.AGAINST: "bad", Weight.NEITHER: "neutral"}


@router.get("/sheet")
def show_sheet(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    code: str = "",
    estimate: str = "",
    months: str = "",
    part: str = "",
) -> Response:
    """Weigh a repair of a device against its replacement; nothing is kept."""
    row = device_seen(session, desk.viewer, code)
    choices = tuple((factor.id, _short(factor.label)) for factor in parts())
    fields = (ESTIMATE, MONTHS, replace(PART, choices=choices))
    given = {"estimate": estimate, "months": months, "part": part}
    details, refusals = parse(fields, given)
    cents, length = details.get("estimate"), details.get("months")
    case, method, sheet = sheet_of(
        session,
        desk.viewer,
        row,
        desk.today,
        estimate_cents=cents if isinstance(cents, int) else None,
        months=min(length, LONGEST_MONTHS) if isinstance(length, int) else None,
        part=str(details.get("part") or ""),
    )
    return rendering.page(
        request,
        "repairs/sheet.html",
        status_code=problems.refusal(refusals).status if refusals else 200,
        device=row,
        category=resources.categories()[row.category].label,
        case=case,
        method=method,
        sheet=sheet,
        sources=resources.factors().sources,
        tone=TONES[sheet.advice],
        weights=WEIGHTS,
        fields=fields,
        values=given,
        refusals=tuple(refusals),
    )


def _short(label: str) -> str:
    """Drop what the field says already: « Pièce de rechange : batterie »."""
    return label.partition(" : ")[2].capitalize() or label
