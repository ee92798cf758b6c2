"""The events that a file's row declares: the honest minimum (decision D11)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from parc.domain.intake import ROUTES, Destination, DeviceRecord
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    GONE,
    IN_USE,
    Action,
    EvidenceKind,
    State,
)

_ONWARD: Mapping[State, tuple[Action, ...]] = {
    State.RECONDITIONING: (Action.RECONDITION,),
    State.READY: (Action.RECONDITION, Action.DECLARE_READY),
    # Offers and waste lots are made in parc: as near to them as a row can tell.
    State.OFFERED: (Action.RECONDITION, Action.DECLARE_READY),
    State.RESERVED: (Action.RECONDITION, Action.DECLARE_READY),
    State.IN_WASTE_LOT: (Action.CONDEMN,),
    State.TO_RECYCLE: (Action.CONDEMN,),
    State.DISMANTLED: (Action.DISMANTLE,),
}
_OTHER_ENDS: Mapping[Destination, Action] = {
    Destination.RECYCLING: Action.COLLECT_WASTE,
    Destination.MISSING: Action.REPORT_MISSING,
    Destination.STOLEN: Action.REPORT_STOLEN,
}
OUT_OF_USE = DECOMMISSIONED_AND_HELD | GONE
"""States that only a réforme leads to: a row that says so must date it."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One event to record on a day, with its details.

    `field` is the field of the record that dates it.
    """

    action: Action
    on: date
    details: Mapping[str, object]
    field: str


def opening(record: DeviceRecord, today: date) -> tuple[State, date]:
    """Give the state and the day in which the device enters the journal."""
    start = record.commissioned_on or record.acquired_on or record.manufactured_on
    left = record.handed_over_on if record.destination else None
    day = start or record.decommissioned_on or left or today
    if record.decommissioned_on or record.destination or record.state in OUT_OF_USE:
        return State.IN_SERVICE, day
    if record.state is State.ORDERED:
        return State.ORDERED, min(day, today)
    if record.state in IN_USE:
        return record.state or State.IN_STOCK, day
    return (State.IN_SERVICE if record.holder_name else State.IN_STOCK), day


def declared_past(record: DeviceRecord, today: date) -> Iterator[Declared]:
    """Give what the row says happened after the opening, in order."""
    on, left = record.decommissioned_on, record.handed_over_on
    if on is not None:
        yield Declared(Action.DECOMMISSION, on, {}, "decommissioned_on")
    destination = record.destination
    if record.commitment_on is not None:
        yield _evidence(EvidenceKind.COMMITMENT, record.commitment_on, "commitment_on")
    day = left or on or today
    if destination is not None and destination in ROUTES:
        details: dict[str, object] = {"route": ROUTES[destination].value}
        if record.beneficiary and destination is not Destination.STAFF_GIFT:
            details["taker"] = record.beneficiary
        yield Declared(Action.HAND_OVER, day, details, "handed_over_on")
        if record.proof_on is not None:
            yield _evidence(EvidenceKind.PROOF, record.proof_on, "proof_on")
    elif destination is not None:
        yield Declared(_OTHER_ENDS[destination], day, {}, "handed_over_on")
    elif on is not None and record.state is not None:
        for action in _ONWARD.get(record.state, ()):
            yield Declared(action, on, {}, "decommissioned_on")


def _evidence(kind: EvidenceKind, day: date, field: str) -> Declared:
    details = {"kind": kind.value, "dated_on": day.isoformat()}
    return Declared(Action.FILE_EVIDENCE, day, details, field)
