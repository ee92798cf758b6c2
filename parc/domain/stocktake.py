"""A stocktake (récolement): what was expected, what was seen, what it comes to.

The list is frozen when the stocktake opens. However scans arrive, in whatever order
and however often, each line of it is in exactly one standing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import HELD, Action, Role, State

EXPECTED_STATES = HELD - {State.ORDERED, State.ON_LOAN, State.IN_REPAIR}
"""States of what ought to be found on the owner's premises."""

AWAY_STATES = frozenset({State.ON_LOAN, State.IN_REPAIR})
"""Held, and known to be elsewhere: counted apart, never missing."""

SCANNERS = (
    Role.TECHNICIAN,
    Role.FLEET_LEAD,
    Role.COMMUNE_MANAGER,
    Role.REUSE_OFFICER,
)
"""Who opens a stocktake and scans."""

CLOSERS = (Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who closes a stocktake and signs its report."""

SEEN_LATE = "Scanné après la clôture"
"""Said of a missing device: the list is closed, and somebody has it in hand."""

LONGEST_REASON = 1_000


class Stage(Labelled):
    """Where a stocktake is: scans, then anomalies, then a report that stays."""

    OPEN = "open", "Scans en cours"
    CLOSED = "closed", "Scans clos, écarts à traiter"
    SIGNED = "signed", "Procès-verbal signé"


class Standing(Labelled):
    """What an expected device comes to; always exactly one of these."""

    FOUND = "found", "Trouvé"
    MISPLACED = "misplaced", "Autre lieu"
    MISSING = "missing", "Manquant"


class Sighted(Labelled):
    """What is said of one scan."""

    FOUND = "found", "Trouvé"
    MISPLACED = "misplaced", "Autre lieu"
    UNEXPECTED = "unexpected", "Inattendu"
    UNKNOWN = "unknown", "Inconnu"
    AGAIN = "again", "Déjà vu"
    PLACE = "place", "Lieu"
    LATE = "late", "Après la clôture"


class Settlement(Labelled):
    """What was decided of one anomaly."""

    MOVED = "moved", "Déplacé au lieu constaté"
    LOST = "lost", "Déclaré perdu"
    RECOVERED = "recovered", "Déclaré retrouvé"
    CORRECTED = "corrected", "Fiche corrigée"
    LEFT = "left", "Laissé en l'état"


ACTIONS = {
    Settlement.MOVED: Action.MOVE,
    Settlement.LOST: Action.REPORT_MISSING,
    Settlement.RECOVERED: Action.FIND,
    Settlement.CORRECTED: Action.DESCRIBE,
}
"""What each decision does to the device; to leave it does nothing."""


class Anomaly(Labelled):
    """What is to be decided once scans are closed."""

    MISSING = "missing", "Manquants"
    MISPLACED = "misplaced", "Autre lieu"
    UNEXPECTED = "unexpected", "Inattendus"
    UNKNOWN = "unknown", "Codes inconnus"


OPEN_TO = {
    Anomaly.MISSING: (Settlement.LOST, Settlement.CORRECTED, Settlement.LEFT),
    Anomaly.MISPLACED: (Settlement.MOVED, Settlement.CORRECTED, Settlement.LEFT),
    Anomaly.UNEXPECTED: (
        Settlement.MOVED,
        Settlement.RECOVERED,
        Settlement.CORRECTED,
        Settlement.LEFT,
    ),
    Anomaly.UNKNOWN: (Settlement.LEFT,),
}
"""What may be decided of each kind of anomaly."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines by standing, then what was scanned besides; `scans` counts them all."""

    found: int = 0
    misplaced: int = 0
    missing: int = 0
    unexpected: int = 0
    unknown: int = 0
    again: int = 0
    late: int = 0
    scans: int = 0

    @property
    def expected(self) -> int:
        """Lines of the frozen list."""
        return self.found + self.misplaced + self.missing

    @property
    def seen(self) -> int:
        """Lines of the frozen list that were seen, wherever it was."""
        return self.found + self.misplaced

    @property
    def anomalies(self) -> int:
        """What is to be decided, one by one."""
        return self.missing + self.misplaced + self.unexpected + self.unknown


def is_at(expected: int | None, seen: int | None) -> bool:
    """Tell whether a sighting agrees with the expected place (sites, row ids).

    An unknown place, of the list or of the scan, contradicts nothing.
    """
    return expected is None or seen is None or expected == seen


def standing(expected: int | None, sightings: Iterable[int | None]) -> Standing:
    """Tell what a line comes to, from the places where it was seen.

    Once seen at its place it is found, whatever else was seen before or after: two
    phones need not agree on an order.
    """
    found = [is_at(expected, place) for place in sightings]
    if not found:
        return Standing.MISSING
    return Standing.FOUND if any(found) else Standing.MISPLACED


def sight(
    expected: int | None, before: Standing, place: int | None
) -> tuple[Standing, Sighted]:
    """Take one more sighting of a line; say what it becomes, and what is answered."""
    if before is Standing.FOUND:
        return before, Sighted.AGAIN
    if is_at(expected, place):
        return Standing.FOUND, Sighted.FOUND
    if before is Standing.MISPLACED:
        return before, Sighted.AGAIN
    return Standing.MISPLACED, Sighted.MISPLACED


def closing_reasons(scans: int, waiting: int, explanation: str) -> tuple[Refusal, ...]:
    """Say why scans may not be closed yet; an explanation lifts every reason.

    `waiting` is how many scans phones say that they still hold.
    """
    if explanation.strip():
        return ()
    reasons = []
    if not scans:
        message = "Aucun scan n'a été reçu : expliquez pourquoi, ou scannez d'abord."
        reasons.append(Refusal("no_scan", message, "explanation"))
    if waiting:
        held = "1 scan attend" if waiting == 1 else f"{waiting} scans attendent"
        message = (
            f"{held} encore dans les téléphones : laissez-les partir, ou expliquez "
            "pourquoi on s'en passe."
        )
        reasons.append(Refusal("undrained", message, "explanation"))
    return tuple(reasons)


def signing_reasons(unsettled: int, explanation: str) -> tuple[Refusal, ...]:
    """Say why the report may not be signed yet; an explanation lifts the reason."""
    if not unsettled or explanation.strip():
        return ()
    left = "1 écart n'est pas traité" if unsettled == 1 else None
    message = (
        f"{left or f'{unsettled} écarts ne sont pas traités'} : décidez de chacun, "
        "ou expliquez pourquoi ils restent."
    )
    return (Refusal("unsettled", message, "explanation"),)
