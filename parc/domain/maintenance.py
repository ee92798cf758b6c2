"""Repair orders: what may be written in them, when they close, what they come to.

An order goes along with the lifecycle: opening one sends the device to repair,
closing it brings the device back. Nothing in a closed order changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from parc.domain.fields import Details, Field, Kind, choices_of
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import HELD, Role, State

WORKERS = (Role.TECHNICIAN, Role.FLEET_LEAD)
"""Who opens, fills in and closes repair orders, and takes parts from the stock."""

LEADS = (Role.FLEET_LEAD,)
"""Who decides of contracts, of what the stock holds and of what its count is."""

REPAIRABLE = HELD - {State.ORDERED}
"""States in which a device may be under an order that leaves it where it is."""

ENDING_SOON = timedelta(days=90)
"""A contract that ends within this time is shown: renewing one takes a season."""


LONG = timedelta(days=30)
"""An order open for longer is shown as such: somebody waits for the device."""


class Stage(Labelled):
    """Where an order is; the last two are for ever."""

    OPEN = "open", "Ouvert"
    CLOSED = "closed", "Clos"
    CANCELLED = "cancelled", "Annulé"


class Place(Labelled):
    """Who repairs."""

    IN_HOUSE = "in_house", "En interne"
    PARTNER = "partner", "Par un partenaire"


class Stay(Labelled):
    """Where the device is meanwhile: sent to repair, or left as it is."""

    AWAY = "away", "Il part en réparation"
    STAYS = "stays", "Il reste en place (intervention sur place)"


class Outcome(Labelled):
    """What an order came to."""

    REPAIRED = "repaired", "Réparé"
    UPGRADED = "upgraded", "Mis à niveau"
    NOT_REPAIRABLE = "not_repairable", "Irréparable"
    NOT_WORTH_IT = "not_worth_it", "Réparation non justifiée"
    RETURNED_UNREPAIRED = "returned_unrepaired", "Rendu sans réparation"


class WarrantyAnswer(Labelled):
    """What who owes the warranty says of a claim."""

    PENDING = "pending", "En attente"
    ACCEPTED = "accepted", "Prise en charge"
    PARTLY = "partly", "Prise en charge en partie"
    REFUSED = "refused", "Refusée"


FAULT = Field(
    "fault",
    "Panne ou besoin signalé",
    Kind.LONG_TEXT,
    required=True,
    hint="N'y écrivez ni nom ni coordonnées de personnes.",
)
OPENED_ON = Field("opened_on", "Ouvert le", Kind.DAY, required=True)
STAY = Field(
    "stay",
    "Pendant ce temps",
    Kind.CHOICE,
    required=True,
    choices=choices_of(Stay),
)
WARRANTY_CLAIM = Field("warranty_claim", "Demande au titre de la garantie", Kind.YES_NO)
PLACE = Field("place", "Réparé", Kind.CHOICE, required=True, choices=choices_of(Place))
CONTRACT = Field("contract", "Contrat de réparation", Kind.CHOICE)
OPENING_FIELDS = (FAULT, OPENED_ON, STAY, PLACE, CONTRACT, WARRANTY_CLAIM)

DIAGNOSIS = Field("diagnosis", "Diagnostic", Kind.CHOICE)
WORKING_FIELDS = (
    FAULT,
    DIAGNOSIS,
    PLACE,
    CONTRACT,
    WARRANTY_CLAIM,
    Field("warranty_reference", "Référence de la demande de garantie"),
    Field(
        "warranty_answer",
        "Réponse à la demande de garantie",
        Kind.CHOICE,
        choices=choices_of(WarrantyAnswer),
    ),
    Field("estimate_cents", "Devis HT", Kind.MONEY),
    Field("minutes", "Temps passé (minutes)", Kind.INTEGER),
    Field("labour_cents", "Coût de la main-d'œuvre", Kind.MONEY),
    Field("invoice_cents", "Montant facturé HT", Kind.MONEY),
    Field("findings", "Constat et travaux", Kind.LONG_TEXT),
)
"""What may be written in an open order, as often as need be."""

OUTCOME = Field(
    "outcome", "Résultat", Kind.CHOICE, required=True, choices=choices_of(Outcome)
)
AVOIDS = Field(
    "avoids_replacement",
    "Cette mise à niveau évite un remplacement",
    Kind.YES_NO,
    hint="Compté dans l'indicateur VIE-04.",
)
CLOSED_ON = Field("closed_on", "Clos le", Kind.DAY, required=True)
TARGET = Field(
    "target",
    "Le matériel revient",
    Kind.CHOICE,
    choices=choices_of((State.IN_SERVICE, State.IN_STOCK)),
    hint="Sans effet s'il n'est plus en réparation.",
)
CLOSING_FIELDS = (OUTCOME, AVOIDS, CLOSED_ON, TARGET)
REASON = Field("reason", "Motif de l'annulation", Kind.LONG_TEXT, required=True)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the rules of closing need of an open order."""

    opened_on: date
    diagnosis: str | None
    warranty_claim: bool
    warranty_answer: WarrantyAnswer | None


def under_warranty(ends_on: date | None, day: date) -> bool:
    """Tell whether a warranty runs on a day; its last day is within it."""
    return ends_on is not None and day <= ends_on


def opening_reasons(
    opened_on: date, today: date, *, is_open: bool
) -> tuple[Refusal, ...]:
    """Say why an order may not be opened on a device."""
    reasons = []
    if opened_on > today:
        message = f"« {OPENED_ON.label} » : ce jour n'est pas encore venu."
        reasons.append(Refusal("future", message, OPENED_ON.name))
    if is_open:
        message = (
            "Un ordre de réparation est déjà ouvert pour ce matériel : complétez-le, "
            "ou closez-le d'abord."
        )
        reasons.append(Refusal("already_open", message))
    return tuple(reasons)


def closing_reasons(order: Ordered, given: Details, today: date) -> tuple[Refusal, ...]:
    """Say why an order may not be closed with what was parsed (`CLOSING_FIELDS`)."""
    reasons = []
    closed_on = given.get(CLOSED_ON.name)
    if isinstance(closed_on, str):
        day = date.fromisoformat(closed_on)
        if day > today:
            message = f"« {CLOSED_ON.label} » : ce jour n'est pas encore venu."
            reasons.append(Refusal("future", message, CLOSED_ON.name))
        if day < order.opened_on:
            message = (
                f"« {CLOSED_ON.label} » : c'est avant l'ouverture de l'ordre "
                f"({order.opened_on:%d/%m/%Y})."
            )
            reasons.append(Refusal("before_opening", message, CLOSED_ON.name))
    if order.diagnosis is None:
        message = "« Diagnostic » est à renseigner avant de clore l'ordre."
        reasons.append(Refusal("no_diagnosis", message))
    if order.warranty_claim and order.warranty_answer in {
        None,
        WarrantyAnswer.PENDING,
    }:
        message = (
            "La demande de garantie n'a pas reçu de réponse : renseignez-la avant de "
            "clore l'ordre, ou dites qu'il n'y a pas de demande."
        )
        reasons.append(Refusal("no_answer", message))
    upgraded = given.get(OUTCOME.name) == Outcome.UPGRADED.value
    if given.get(AVOIDS.name) is True and not upgraded:
        message = (
            f"« {AVOIDS.label} » ne vaut que pour un matériel mis à niveau : "
            "changez le résultat ou la réponse."
        )
        reasons.append(Refusal("not_upgraded", message, AVOIDS.name))
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Done:
    """A closed order, as the year's indicator sees it; `device` is a row id."""

    device: int
    category: str
    place: Place
    outcome: Outcome
    avoids_replacement: bool


@dataclass(frozen=True, slots=True)
class Turnover:
    """Devices of one category that began or ended their use in the year."""

    commissioned: int = 0
    decommissioned: int = 0

    @property
    def replaced(self) -> int:
        """Replacements: no more than what came, nor than what left.

        No record says which device takes whose place. One that comes replaces one
        only if one of its kind left the same year; beyond that the fleet grows or
        shrinks, which is no replacement.
        """
        return min(self.commissioned, self.decommissioned)


@dataclass(frozen=True, slots=True)
class Worked:
    """VIE-04 for one category, or for all of them.

    `repaired` and `upgraded` count orders closed in the year, in house then by
    partners; `kept` the devices whose upgrade avoided a replacement.
    """

    repaired: Mapping[Place, int]
    upgraded: Mapping[Place, int]
    kept: int
    replaced: int

    @property
    def share(self) -> Fraction | None:
        """Upgraded ÷ (upgraded + replaced); None when there were neither."""
        whole = self.kept + self.replaced
        return Fraction(self.kept, whole) if whole else None


def upgrades_of_a_year(
    done: Iterable[Done], turnover: Mapping[str, Turnover]
) -> tuple[Worked, Mapping[str, Worked]]:
    """Compute VIE-04, « Réparations et mises à niveau » (Guide BP d.2, i.1).

    Counted: the orders of an owner that closed within the year as repaired or as
    upgraded (an order that changed nothing is neither), by category and by who
    did the work. The share sets devices against devices: those upgraded in order to
    avoid a replacement, each once however many orders it had, against those plus the
    replacements of the year (`Turnover.replaced`). An upgrade without that mention
    is counted as an upgrade, outside the share.

    Returns:
        The whole, then each category in which something happened.
    """
    orders: dict[str, list[Done]] = {}
    for one in done:
        orders.setdefault(one.category, []).append(one)
    replacing = {key for key, moved in turnover.items() if moved.replaced}
    by_category = {
        key: _worked(orders.get(key, []), turnover.get(key, Turnover()).replaced)
        for key in sorted({*orders, *replacing})
    }
    told = {
        key: worked
        for key, worked in by_category.items()
        if worked.replaced or any(worked.repaired.values()) or _upgrades(worked)
    }
    every = [one for group in orders.values() for one in group]
    whole = _worked(every, sum(worked.replaced for worked in by_category.values()))
    return whole, told


def _upgrades(worked: Worked) -> int:
    return sum(worked.upgraded.values())


def _worked(orders: list[Done], replaced: int) -> Worked:
    def counted(outcome: Outcome) -> Mapping[Place, int]:
        return {
            place: sum(o.outcome is outcome and o.place is place for o in orders)
            for place in Place
        }

    kept = {
        order.device
        for order in orders
        if order.outcome is Outcome.UPGRADED and order.avoids_replacement
    }
    return Worked(
        counted(Outcome.REPAIRED), counted(Outcome.UPGRADED), len(kept), replaced
    )
