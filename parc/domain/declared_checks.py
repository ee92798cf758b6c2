"""What is wrong with a past that a row declares, before anything judges it."""

from collections.abc import Iterator
from datetime import date

from parc.domain.declared import OUT_OF_USE, declared_past, opening
from parc.domain.intake import FACT_LABELS, Destination, DeviceRecord
from parc.domain.intake_issue import Issue, issue
from parc.domain.vocabulary import GONE, LOST, State

_LOSSES = frozenset({Destination.MISSING, Destination.STOLEN})
_NEVER_AHEAD = (
    "acquired_on",
    "commissioned_on",
    "manufactured_on",
    "decommissioned_on",
    "handed_over_on",
    "commitment_on",
    "proof_on",
)
_PLANNED = frozenset({"acquired_on", "commissioned_on"})
"""Dates that an order on its way may put in the future."""
_NONE: frozenset[str] = frozenset()
_OF_DEPARTURE = frozenset({"handed_over_on", "proof_on"})
"""Dates that say nothing without a destination."""


def contradictions(record: DeviceRecord, today: date) -> Iterator[Issue]:
    """Say why a row's dates and words cannot all be true."""
    yield from _missing(record)
    yield from _disordered(record, today)
    unused = _NONE if record.destination else _OF_DEPARTURE
    if record.state is State.ORDERED:
        unused |= _PLANNED
    for name in _NEVER_AHEAD:
        day = getattr(record, name)
        if day is not None and day > today and name not in unused:
            yield _issue(record, name, "future_date", "Cette date est dans le futur.")


def too_recent(record: DeviceRecord, today: date, first_day: date) -> Iterator[Issue]:
    """Say what the row tells of days on which parc already keeps the papers.

    From the owner's first day on, an import declares nothing (decision D11).
    """
    told: set[str] = set()
    for step in declared_past(record, today):
        if step.on < first_day or step.field in told:
            continue
        told.add(step.field)
        yield _issue(
            record,
            step.field,
            "after_first_day",
            f"Un import ne déclare que ce qui précède le premier jour du propriétaire "
            f"dans parc ({first_day:%d/%m/%Y}) : importez ce matériel sans cette date, "
            "puis enregistrez-la dans sa fiche avec ses pièces.",
        )


def remarks(record: DeviceRecord) -> Iterator[Issue]:
    """Say what will not count, or is not kept."""
    commitment, left = record.commitment_on, record.handed_over_on
    if commitment is not None and left is not None and commitment > left:
        yield _issue(
            record,
            "commitment_on",
            "late_commitment",
            "L'engagement est postérieur à la remise : il est gardé, mais ne compte "
            "pas pour le taux (décret 2023-266 art. 2).",
        )
    if record.destination is None:
        for name in sorted(_OF_DEPARTURE):
            if getattr(record, name) is not None:
                yield _issue(
                    record,
                    name,
                    "no_destination",
                    "Sans destination, cette date n'est pas reprise : complétez la "
                    "destination si le matériel est parti.",
                )


def _missing(record: DeviceRecord) -> Iterator[Issue]:
    on, left = record.decommissioned_on, record.handed_over_on
    destination = record.destination
    lost = destination in _LOSSES
    reformed = destination is not None and not lost
    if destination is None and (record.state in GONE or record.state in LOST):
        yield _issue(
            record,
            "state",
            "missing_destination",
            "Ce matériel est dit parti ou perdu : complétez sa destination et la date.",
        )
    if on is None and (reformed or record.state in OUT_OF_USE):
        yield _issue(
            record,
            "decommissioned_on",
            "missing_decommission_date",
            "La date de réforme manque : complétez-la, elle fonde le taux de réemploi.",
        )
    if reformed and left is None:
        yield _issue(
            record,
            "handed_over_on",
            "missing_hand_over_date",
            "La date de remise manque : complétez-la, elle décide de l'année comptée.",
        )
    if lost and left is None and on is None:
        yield _issue(
            record,
            "handed_over_on",
            "missing_loss_date",
            "La date de perte ou de vol manque : complétez-la dans la colonne de la "
            "date de remise.",
        )


def _disordered(record: DeviceRecord, today: date) -> Iterator[Issue]:
    _, opened = opening(record, today)
    on, left = record.decommissioned_on, record.handed_over_on
    if on is not None and opened > on:
        yield _issue(
            record,
            "decommissioned_on",
            "dates_out_of_order",
            "La réforme précède l'acquisition ou la mise en service.",
        )
    if record.destination is None or left is None:
        return
    if left < (on or opened):
        before = "la réforme" if on else "l'acquisition ou la mise en service"
        yield _issue(
            record,
            "handed_over_on",
            "dates_out_of_order",
            f"La remise, la perte ou le vol précède {before}.",
        )


def _issue(record: DeviceRecord, name: str, code: str, message: str) -> Issue:
    value = getattr(record, name)
    label = FACT_LABELS.get(name, name)
    return issue(record.line, label, code, value, message, record.sheet)
