"""The stock of spare parts: movements that are never changed, levels that they make."""

from parc.domain.fields import Field, Kind
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import State

LARGEST_QUANTITY = 100_000

HARVESTED_FROM = State.DISMANTLED
"""Parts are taken from what was dismantled, and from nothing else."""


class Movement(Labelled):
    """Why the level of a part changed."""

    RECEIVED = "received", "Reçue"
    USED = "used", "Utilisée"
    GIVEN_BACK = "given_back", "Rendue au stock"
    HARVESTED = "harvested", "Prélevée"
    CORRECTED = "corrected", "Correction d'inventaire"


PART_FIELDS = (
    Field("name", "Désignation", required=True),
    Field("fits", "Convient à", hint="Catégorie, marque ou modèle."),
    Field("minimum", "Niveau minimal", Kind.INTEGER),
    Field("unit_cost_cents", "Coût unitaire HT", Kind.MONEY),
)
QUANTITY = Field("quantity", "Quantité", Kind.INTEGER, required=True)
COUNTED = Field("counted", "Quantité comptée", Kind.INTEGER, required=True)
SOURCE = Field(
    "source",
    "Étiquette du matériel démonté",
    required=True,
    hint="Il est à l'état « Démonté pour pièces ».",
)
REASON = Field("reason", "Motif", required=True)
REMARK = Field("reason", "Remarque", hint="Bon de livraison, fournisseur…")


def to_order(level: int, minimum: int) -> int:
    """Say how many units bring a part back to its minimum."""
    return max(0, minimum - level)


def quantity_reasons(quantity: int) -> tuple[Refusal, ...]:
    """Say why a quantity is none that one moves."""
    if 1 <= quantity <= LARGEST_QUANTITY:
        return ()
    message = f"« {QUANTITY.label} » : de 1 à 100 000 unités."
    return (Refusal("invalid_field", message, QUANTITY.name),)


def lacking(name: str, level: int) -> Refusal:
    """Say that the stock does not hold what is asked of it."""
    held = {0: "il n'en reste aucune", 1: "il en reste 1"}.get(
        level, f"il en reste {level}"
    )
    message = (
        f"« {name} » : {held}. Recevez-en, ou corrigez l'inventaire, avant de "
        "l'utiliser."
    )
    return Refusal("lacking", message, QUANTITY.name)
