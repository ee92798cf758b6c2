"""The events that a file's row declares: the honest minimum (decision D11)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from parc.domain.intake import FACT_LABELS, ROUTES, Destination, DeviceRecord
from parc.domain.intake_issue import Issue, issue
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    IN_USE,
    Action,
    EvidenceKind,
    State,
)

_ONWARD: Mapping[State, tuple[Action, ...]] = {
    State.RECONDITIONING: (Action.RECONDITION,),
    State.READY: (Action.RECONDITION, Action.DECLARE_READY),
    State.TO_RECYCLE: (Action.CONDEMN,),
    State.DISMANTLED: (Action.DISMANTLE,),
}
_OTHER_ENDS: Mapping[Destination, Action] = {
    Destination.RECYCLING: Action.COLLECT_WASTE,
    Destination.MISSING: Action.REPORT_MISSING,
    Destination.STOLEN: Action.REPORT_STOLEN,
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One event to record on a day, with its details."""

    action: Action
    on: date
    details: Mapping[str, object]


def opening(record: DeviceRecord, today: date) -> tuple[State, date]:
    """Give the state and the day in which the device enters the journal."""
    start = record.commissioned_on or record.acquired_on or record.manufactured_on
    day = start or record.decommissioned_on or today
    past = record.decommissioned_on or record.destination
    if past or record.state in DECOMMISSIONED_AND_HELD:
        return State.IN_SERVICE, day
    if record.state in IN_USE:
        return record.state or State.IN_STOCK, day
    return (State.IN_SERVICE if record.holder_name else State.IN_STOCK), day


def declared_past(record: DeviceRecord, today: date) -> Iterator[Declared]:
    """Give what the row says happened after the opening, in order."""
    on, left = record.decommissioned_on, record.handed_over_on
    if on is not None:
        yield Declared(Action.DECOMMISSION, on, {})
    destination = record.destination
    if record.commitment_on is not None:
        yield _evidence(EvidenceKind.COMMITMENT, record.commitment_on)
    day = left or on or today
    if destination is not None and destination in ROUTES:
        details: dict[str, object] = {"route": ROUTES[destination].value}
        if record.beneficiary and destination is not Destination.STAFF_GIFT:
            details["taker"] = record.beneficiary
        yield Declared(Action.HAND_OVER, day, details)
        if record.proof_on is not None:
            yield _evidence(EvidenceKind.PROOF, record.proof_on)
    elif destination is not None:
        yield Declared(_OTHER_ENDS[destination], day, {})
    elif on is not None and record.state is not None:
        for action in _ONWARD.get(record.state, ()):
            yield Declared(action, on, {})


def contradictions(record: DeviceRecord, today: date) -> Iterator[Issue]:
    """Say why a row's dates and words cannot all be true."""
    state, opened = opening(record, today)
    on, left = record.decommissioned_on, record.handed_over_on
    destination = record.destination
    reformed = destination is not None and destination not in {
        Destination.MISSING,
        Destination.STOLEN,
    }
    if on is None and (reformed or record.state in DECOMMISSIONED_AND_HELD):
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
    if on is not None and opened > on:
        yield _issue(
            record,
            "decommissioned_on",
            "dates_out_of_order",
            "La réforme précède l'acquisition ou la mise en service.",
        )
    if on is not None and left is not None and left < on:
        yield _issue(
            record,
            "handed_over_on",
            "dates_out_of_order",
            "La remise précède la réforme.",
        )
    for name in ("acquired_on", "decommissioned_on", "handed_over_on", "proof_on"):
        day = getattr(record, name)
        if day is not None and day > today and state is not State.ORDERED:
            yield _issue(record, name, "future_date", "Cette date est dans le futur.")


def remarks(record: DeviceRecord) -> Iterator[Issue]:
    """Say what is kept but will not count."""
    commitment, left = record.commitment_on, record.handed_over_on
    if commitment is not None and left is not None and commitment > left:
        yield _issue(
            record,
            "commitment_on",
            "late_commitment",
            "L'engagement est postérieur à la remise : il est gardé, mais ne compte "
            "pas pour le taux (décret 2023-266 art. 2).",
        )


def _evidence(kind: EvidenceKind, day: date) -> Declared:
    details = {"kind": kind.value, "dated_on": day.isoformat()}
    return Declared(Action.FILE_EVIDENCE, day, details)


def _issue(record: DeviceRecord, name: str, code: str, message: str) -> Issue:
    value = getattr(record, name)
    label = FACT_LABELS.get(name, name)
    return issue(record.line, label, code, value, message, record.sheet)
