"""Scans of a stocktake for programs: many at once, each under its own key."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from parc.domain.stocktake import SCANNERS, Sighted, Stage
from parc.operations import stocktakes
from parc.operations.stocktakes import MOST, MOST_WAITING, Sent
from parc.storage import stocktakes as kept
from parc.storage.database import reading
from parc.web import stocktake_view
from parc.web.api_schemas import PROBLEM
from parc.web.deps import EngineDep, require_role
from parc.web.devices import AtDesk
from parc.web.stocktakes import seen

router = APIRouter(prefix="/api/v1", tags=["stocktakes"])


class StocktakeScan(BaseModel):
    """One scan."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        min_length=8,
        max_length=64,
        pattern="^[0-9A-Za-z-]+$",
        description="Clé du scan : envoyé deux fois, il ne compte qu'une.",
    )
    code: str = Field(
        max_length=1000,
        description="Ce qui a été lu ; l'étiquette d'un lieu dit où l'on est ensuite.",
    )


class StocktakeScans(BaseModel):
    """Scans of one phone in the order in which they were made."""

    model_config = ConfigDict(extra="forbid")

    phone: str = Field(
        min_length=4,
        max_length=64,
        pattern="^[0-9A-Za-z-]+$",
        description="Le téléphone, toujours sous le même nom.",
    )
    waiting: int = Field(
        default=0,
        ge=0,
        le=MOST_WAITING,
        description="Scans que le téléphone garde encore, après ceux-ci.",
    )
    scans: list[StocktakeScan] = Field(default=[], max_length=MOST)


class StocktakeAnswer(BaseModel):
    """What is said of one scan."""

    key: str
    code: str = Field(description="Le code tel qu'il a été compris.")
    outcome: Sighted
    reason: str = Field(description="Phrase à montrer, en français.")
    tag: str | None = Field(description="Étiquette du matériel trouvé.")
    place: str = Field(description="Le lieu où le téléphone dit être.")


class StocktakeAnswers(BaseModel):
    """Answers in the order of the scans, and the counters after them."""

    results: list[StocktakeAnswer]
    stage: Stage
    expected: int
    found: int
    misplaced: int
    missing: int
    unexpected: int
    unknown: int


@router.post(
    "/stocktakes/{stocktake}/scans",
    responses={
        401: PROBLEM | {"description": "Jeton absent ou inconnu."},
        403: PROBLEM | {"description": "Aucun rôle qui scanne pour ce propriétaire."},
        404: PROBLEM | {"description": "Récolement inconnu, ou d'un autre."},
        422: PROBLEM | {"description": "Saisie à corriger, champ par champ."},
    },
)
def receive_stocktake_scans(
    engine: EngineDep, desk: AtDesk, stocktake: str, batch: StocktakeScans
) -> StocktakeAnswers:
    """Compte chaque scan une fois ; sans scan, dit seulement ce qui attend."""
    with reading(engine) as session:
        row = seen(session, desk.viewer, stocktake)
    require_role(desk.viewer, row.owner_id, *SCANNERS)
    number = row.id
    taken = stocktakes.scan(
        engine,
        desk,
        number,
        phone=batch.phone,
        sent=[Sent(one.key, one.code) for one in batch.scans],
        waiting=batch.waiting,
    )
    with reading(engine) as session:
        row = seen(session, desk.viewer, stocktake)
        answers = stocktake_view.answers(session, desk.viewer, taken)
        totals = kept.totals(session, number)
    return StocktakeAnswers(
        results=[
            StocktakeAnswer(
                key=one.scan.key,
                code=one.scan.code,
                outcome=one.outcome,
                reason=one.scan.reason,
                tag=one.row.tag if one.row else None,
                place=one.scan.place,
            )
            for one in answers
        ],
        stage=Stage(row.stage),
        expected=totals.expected,
        found=totals.found,
        misplaced=totals.misplaced,
        missing=totals.missing,
        unexpected=totals.unexpected,
        unknown=totals.unknown,
    )
