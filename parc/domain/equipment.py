"""Equipment profiles: what a post or a room should have, and what differs from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parc.domain.category import Categories
from parc.domain.fields import Field, Kind, choices_of, parse
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import Role, State

LEADS = (Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who says what a profile holds."""

KEEPERS = (Role.TECHNICIAN, *LEADS)
"""Who says which profile a person or a room has."""

EQUIPPED = frozenset(
    {State.IN_SERVICE, State.ON_LOAN, State.IN_REPAIR, State.DECOMMISSION_PROPOSED}
)
"""States in which a device equips somebody or a room: stock equips nobody."""

MOST_LINES = 20
MOST_OF_A_KIND = 200
"""Devices of one kind in a profile: a training room has many."""


class ProfileKind(Labelled):
    """What a profile is for; the council chamber is a room like another."""

    POST = "post", "Poste"
    ROOM = "room", "Salle"


NAME = Field(
    "name", "Nom", required=True, hint="« Agent mobile », « Salle du conseil »…"
)
KIND = Field(
    "kind", "Pour", Kind.CHOICE, required=True, choices=choices_of(ProfileKind)
)
_QUANTITY = Field("quantity", "Quantité", Kind.INTEGER)


@dataclass(frozen=True, slots=True)
class Gap:
    """What one kind of device is short of, or too much, for one person or room."""

    category: str
    wanted: int
    held: int

    @property
    def lacking(self) -> int:
        """How many are wanting; 0 when none is."""
        return max(0, self.wanted - self.held)

    @property
    def over(self) -> int:
        """How many are too many; 0 when none is."""
        return max(0, self.held - self.wanted)


def gaps(
    wanted: Mapping[str, int], held: Mapping[str, int], accessories: Iterable[str] = ()
) -> tuple[Gap, ...]:
    """Compare what a profile says with what is there, by category.

    A kind that the profile does not name is wanted zero times, but for accessories:
    those count only where they are named. Kinds that agree are left out.
    """
    ignored = {key for key in accessories if key not in wanted}
    found = (
        Gap(key, wanted.get(key, 0), held.get(key, 0))
        for key in sorted({*wanted, *held} - ignored)
    )
    return tuple(gap for gap in found if gap.wanted != gap.held)


def read_lines(
    given: Iterable[tuple[str, str]], categories: Categories
) -> tuple[dict[str, int], tuple[Refusal, ...]]:
    """Read the lines of a form: (category, quantity) as typed; empty ones are none.

    A kind named twice adds up. Refusals name no field: a form has many lines.
    """
    lines: dict[str, int] = {}
    reasons: list[Refusal] = []
    for category, text in given:
        if not category and not text.strip():
            continue
        if category not in categories:
            message = f"Ligne « {text.strip()[:20]} » : choisissez un type de matériel."
            reasons.append(Refusal("invalid_field", message))
            continue
        details, refused = parse((_QUANTITY,), {"quantity": text})
        quantity = details.get("quantity", 0)
        label = categories[category].label
        if refused or not isinstance(quantity, int) or quantity > MOST_OF_A_KIND:
            message = f"« {label} » : nombre attendu, de 0 à {MOST_OF_A_KIND}."
            reasons.append(Refusal("invalid_field", message))
        elif quantity:
            lines[category] = lines.get(category, 0) + quantity
    if len(lines) > MOST_LINES:
        message = f"Un profil compte {MOST_LINES} types de matériels au plus."
        reasons.append(Refusal("too_many", message))
    return lines, tuple(reasons)


@dataclass(frozen=True, slots=True)
class Need:
    """Over all who lack one kind: how many, and what the stock holds of it.

    `own` is the owner's stock, `others` that of the other owners seen, by row id.
    """

    category: str
    lacking: int
    own: int
    others: Mapping[int, int]

    @property
    def to_buy(self) -> int:
        """How many are left to find once the stock is given."""
        return max(0, self.lacking - self.own - sum(self.others.values()))
