"""Conditions that an action waits for, each with the sentence that refuses it.

A guard says in `label` what it asks (the help page prints it) and in `check`
whether a device fulfils it. Guards marked `papers` accept an import's declared
past without documents (decision D11).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parc.domain.command import Command, Rules
from parc.domain.dated import NotInForceError
from parc.domain.device import Device
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import (
    GIFTS,
    EvidenceKind,
    Route,
    Security,
    State,
)

Check = Callable[[Device, Command, Rules], Iterator[Refusal]]


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition of the lifecycle table."""

    label: str
    check: Check
    papers: bool = True


def _media_settled(
    device: Device, _command: Command, rules: Rules
) -> Iterator[Refusal]:
    category = rules.categories.get(device.category)
    if not device.media and (category is None or category.storage != "none"):
        yield Refusal(
            "media_unknown",
            "Aucun support de stockage n'est décrit : décrivez chaque disque, "
            "ou constatez que l'appareil n'en contient pas.",
        )
    for medium in device.unsettled_media:
        yield Refusal(
            "medium_unsettled",
            f"Le support {medium.serial} n'est ni effacé et vérifié, ni détruit : "
            "enregistrez son effacement ou sa destruction avec son justificatif.",
        )


def _evidence(kind: EvidenceKind, sentence: str) -> Guard:
    def check(device: Device, _command: Command, _rules: Rules) -> Iterator[Refusal]:
        if device.filed(kind) is None:
            yield Refusal(f"{kind.value}_missing", sentence)

    label = kind.label[:1].lower() + kind.label[1:]
    return Guard(f"pièce jointe : {label}", check)


def _other_than_proposer(
    device: Device, command: Command, _rules: Rules
) -> Iterator[Refusal]:
    if device.proposer == command.actor.id:
        yield Refusal(
            "same_person",
            "La réforme est prononcée par une autre personne que celle qui l'a "
            "proposée.",
        )


def _other_than_signatory(
    device: Device, command: Command, _rules: Rules
) -> Iterator[Refusal]:
    if device.decommissioned_by == command.actor.id:
        yield Refusal(
            "same_person",
            "La réforme est annulée par une autre personne que celle qui l'a "
            "prononcée.",
        )


def _no_security_flag(
    device: Device, _command: Command, _rules: Rules
) -> Iterator[Refusal]:
    flag = device.text_fact("security")
    if flag and flag != Security.NONE:
        yield Refusal(
            "security_flag",
            f"Ce matériel porte la mention « {Security(flag).label} » : il ne peut "
            "être proposé ni remis pour réemploi.",
        )


def _route_fits_state(
    device: Device, command: Command, _rules: Rules
) -> Iterator[Refusal]:
    route = command.details.get("route")
    if device.state is State.DECOMMISSIONED and route in GIFTS:
        yield Refusal(
            "not_ready",
            "Un don part d'un matériel prêt au réemploi : mettez-le en remise en "
            "état puis déclarez-le prêt.",
            "route",
        )


def _gift_ceiling(device: Device, command: Command, rules: Rules) -> Iterator[Refusal]:
    """Refuse gifts above the ceiling in force (CGPPP D.3212-3, D.3212-5)."""
    route = command.details.get("route")
    free = route in GIFTS or (
        route == Route.PUBLIC_TRANSFER and not command.details.get("price_cents")
    )
    if not free:
        return
    try:
        ceiling = rules.law["donation_ceiling"].in_force(command.effective_on).value
    except NotInForceError as error:
        yield Refusal("no_ceiling", str(error), "effective_on")
        return
    value = device.amount_fact("estimated_value_cents")
    if value is None:
        yield Refusal(
            "value_unknown",
            "La valeur estimée manque : elle décide si le matériel peut être cédé "
            "gratuitement. Renseignez-la dans la fiche.",
        )
    elif isinstance(ceiling, int) and value > ceiling:
        yield Refusal(
            "above_gift_ceiling",
            f"La valeur estimée ({_euros(value)}) dépasse le plafond d'une cession "
            f"gratuite ({_euros(ceiling)}) : choisissez la vente.",
        )


def _receiver_known(
    device: Device, command: Command, _rules: Rules
) -> Iterator[Refusal]:
    route = command.details.get("route")
    taker = command.details.get("taker_siret")
    if route == Route.PUBLIC_TRANSFER and not taker:
        yield Refusal(
            "missing_field",
            "« SIRET du preneur » est à renseigner pour une cession publique.",
            "taker_siret",
        )
    if route in GIFTS - {Route.STAFF_GIFT} and not command.details.get("taker"):
        yield Refusal(
            "missing_field", "« Preneur » est à renseigner pour un don.", "taker"
        )
    if taker and taker == device.owner:
        yield Refusal(
            "same_owner", "Le preneur est déjà propriétaire du matériel.", "taker_siret"
        )


def _euros(value: int) -> str:
    whole, rest = divmod(value, 100)
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{grouped},{rest:02d}\u00a0€"


MEDIA_SETTLED = Guard(
    "chaque support de stockage effacé et vérifié, détruit ou absent", _media_settled
)
OTHER_THAN_PROPOSER = Guard(
    "une autre personne que l'auteur de la proposition", _other_than_proposer
)
OTHER_THAN_SIGNATORY = Guard(
    "une autre personne que le signataire de la réforme", _other_than_signatory
)
NO_SECURITY_FLAG = Guard("aucune mention de sécurité", _no_security_flag, papers=False)
ROUTE_FITS_STATE = Guard(
    "depuis « Réformé » : vente, reprise ou cession publique seulement",
    _route_fits_state,
)
GIFT_CEILING = Guard(
    "valeur estimée au plus égale au plafond des cessions gratuites", _gift_ceiling
)
RECEIVER_KNOWN = Guard("preneur identifié", _receiver_known)
TESTS_FILED = _evidence(
    EvidenceKind.TESTS, "La fiche de tests manque : joignez-la au matériel."
)
LOT_FILED = _evidence(
    EvidenceKind.LOT,
    "Aucun lot ni offre n'est joint : joignez la liste publiée.",
)
CONVENTION_FILED = _evidence(
    EvidenceKind.CONVENTION,
    "La convention, l'acte ou le contrat de remise manque : joignez-le au matériel.",
)
PROOF_FILED = _evidence(
    EvidenceKind.PROOF, "La preuve de réemploi effectif manque : joignez-la."
)
COLLECTION_FILED = _evidence(
    EvidenceKind.COLLECTION, "Le bon d'enlèvement manque : joignez-le au matériel."
)
TREATMENT_FILED = _evidence(
    EvidenceKind.TREATMENT,
    "L'attestation de traitement manque : joignez-la au matériel.",
)
