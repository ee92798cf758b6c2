"""Scans for programs: many at once, each under its own key."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action
from parc.operations.scan_orders import Order, order_from
from parc.operations.scanning import MOST, Scan, scan_all
from parc.operations.selection import DOERS
from parc.storage.database import reading
from parc.storage.scans import Answer, Scanned
from parc.web.api_schemas import PROBLEM
from parc.web.deps import EngineDep
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError

router = APIRouter(prefix="/api/v1", tags=["scans"])


class ScanRequest(BaseModel):
    """One scan."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        min_length=8,
        max_length=64,
        pattern="^[0-9A-Za-z-]+$",
        description="Clé du scan : envoyé deux fois, il ne compte qu'une.",
    )
    code: str = Field(max_length=1000, description="Ce que la douchette a lu.")
    action: Action | None = Field(
        default=None, description="Action à faire ; null : dire ce que c'est."
    )
    details: dict[str, str | int | bool | None] = Field(
        default={}, description="Champs de l'action, sans personne ni pièce."
    )


class ScanBatch(BaseModel):
    """Scans in the order in which they were made."""

    model_config = ConfigDict(extra="forbid")

    scans: list[ScanRequest] = Field(min_length=1, max_length=MOST)


class ScanAnswer(BaseModel):
    """What became of one scan."""

    key: str
    code: str = Field(description="Le code tel qu'il a été compris.")
    outcome: Scanned
    reasons: list[str] = Field(description="Phrases à montrer, en français.")
    tag: str | None = Field(description="Étiquette du matériel trouvé.")
    version: int | None = Field(description="Version du matériel après l'action.")
    keyboard: str | None = Field(
        description="Clavier par lequel le code a été compris, si un autre."
    )


class ScanAnswers(BaseModel):
    """Answers, in the order of the scans."""

    results: list[ScanAnswer]


@router.post(
    "/scans",
    responses={
        401: PROBLEM | {"description": "Jeton absent ou inconnu."},
        403: PROBLEM | {"description": "Aucun rôle qui agisse sur un matériel."},
        422: PROBLEM | {"description": "Saisie à corriger, champ par champ."},
    },
)
def receive_scans(engine: EngineDep, desk: AtDesk, batch: ScanBatch) -> ScanAnswers:
    """Fait ce que demande chaque scan ; un refus n'arrête pas les suivants."""
    if not desk.viewer.holds(*DOERS):
        raise ForbiddenError
    orders = _orders(engine, desk, batch)
    asked = [
        Scan(desk, one.code, one.key, order=order)
        for one, order in zip(batch.scans, orders, strict=True)
    ]
    answers = scan_all(engine, asked)
    return ScanAnswers(results=[_told(answer) for answer in answers])


def _orders(engine: EngineDep, desk: AtDesk, batch: ScanBatch) -> list[Order | None]:
    """Read all orders before the first scan is done.

    Raises:
        Refused: with every scan to correct; nothing was done.
    """
    orders: list[Order | None] = []
    reasons: list[Refusal] = []
    with reading(engine) as session:
        for place, one in enumerate(batch.scans):
            if one.action is None:
                orders.append(None)
                continue
            try:
                orders.append(order_from(session, desk, one.action, one.details))
            except Refused as refused:
                reasons += [
                    Refusal(r.code, r.message, f"scans.{place}.{r.field or 'action'}")
                    for r in refused.reasons
                ]
    if reasons:
        raise Refused(tuple(reasons))
    return orders


def _told(answer: Answer) -> ScanAnswer:
    return ScanAnswer(
        key=answer.key,
        code=answer.code,
        outcome=answer.outcome,
        reasons=list(answer.reasons),
        tag=answer.tag or None,
        version=answer.version,
        keyboard=answer.keyboard or None,
    )
