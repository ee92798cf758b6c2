"""Repair contracts with partners: what one says, on which days it holds."""

from dataclasses import dataclass
from datetime import date

from parc.domain.fields import Details, Field, Kind
from parc.domain.labelled import Labelled
from parc.domain.maintenance import ENDING_SOON
from parc.domain.refusal import Refusal

FIELDS = (
    Field("name", "Partenaire", required=True),
    Field("siret", "SIRET", Kind.SIRET, required=True),
    Field("starts_on", "Début", Kind.DAY, required=True),
    Field("ends_on", "Fin", Kind.DAY, hint="Vide : sans terme."),
    Field("scope", "Objet", Kind.LONG_TEXT, hint="Matériels, délais, tarifs."),
    Field("contact", "Contact", hint="Adresse ou numéro du service, jamais un nom."),
    Field("document", "Contrat signé", Kind.DOCUMENT),
)


class Standing(Labelled):
    """Where a contract is on a day."""

    COMING = "coming", "À venir"
    RUNNING = "running", "En cours"
    ENDING = "ending", "Finit bientôt"
    ENDED = "ended", "Terminé"
    CANCELLED = "cancelled", "Annulé"


@dataclass(frozen=True, slots=True)
class Term:
    """The days on which a contract holds, its last day included; None: no end."""

    starts_on: date
    ends_on: date | None
    cancelled: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether the contract holds on a day."""
        begun = not self.cancelled and self.starts_on <= day
        return begun and (self.ends_on is None or day <= self.ends_on)

    def standing(self, day: date) -> Standing:
        """Tell where the contract is on a day."""
        if self.cancelled:
            return Standing.CANCELLED
        if day < self.starts_on:
            return Standing.COMING
        if self.ends_on is None:
            return Standing.RUNNING
        if day > self.ends_on:
            return Standing.ENDED
        soon = self.ends_on - day <= ENDING_SOON
        return Standing.ENDING if soon else Standing.RUNNING


def term_reasons(given: Details) -> tuple[Refusal, ...]:
    """Say why the days of a contract, as parsed, do not follow each other."""
    start, end = given.get("starts_on"), given.get("ends_on")
    # ISO days compare as texts.
    if isinstance(start, str) and isinstance(end, str) and end < start:
        message = "« Fin » : c'est avant le début du contrat."
        return (Refusal("invalid_field", message, "ends_on"),)
    return ()
