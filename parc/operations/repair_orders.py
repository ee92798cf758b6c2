"""Repair orders at work: opened, filled in, closed or cancelled.

What an order does to its device goes through the lifecycle (`bulk.act_once`), in the
transaction of the order itself: both are written, or neither.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.fields import Details, Field
from parc.domain.maintenance import (
    AVOIDS,
    CLOSED_ON,
    CLOSING_FIELDS,
    CONTRACT,
    DIAGNOSIS,
    FAULT,
    OPENED_ON,
    OPENING_FIELDS,
    OUTCOME,
    PLACE,
    REASON,
    REPAIRABLE,
    STAY,
    TARGET,
    WARRANTY_CLAIM,
    WORKERS,
    WORKING_FIELDS,
    Ordered,
    Outcome,
    Place,
    Stage,
    Stay,
    WarrantyAnswer,
    closing_reasons,
    opening_reasons,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, State
from parc.operations import bulk, repair_parts
from parc.operations.repair_desk import open_order, read
from parc.operations.selection import Desk, Picked, pick
from parc.operations.stocktakes import require
from parc.storage import repair_contracts, repair_orders
from parc.storage.batches import Outcome as Done
from parc.storage.batches import Result
from parc.storage.database import reading, writing
from parc.storage.maintenance_tables import RepairOrderRow
from parc.storage.tables import DeviceRow

_DONE = frozenset({Result.APPLIED, Result.ALREADY})


def start(engine: Engine, desk: Desk, code: str, given: Mapping[str, str]) -> int:
    """Open an order on a device, sent to repair with it or not; give its number.

    A device that is in repair already stays there: closing brings it back too.

    Raises:
        Refused: unknown device, no role, wrong input, an open order, or what the
            lifecycle has against it; then nothing is recorded at all.
    """
    with reading(engine) as session:
        picked = _picked(session, desk, code)
        device = _device(picked)
        require(desk.viewer, device.owner_id, WORKERS)
        details = read(opening_fields(session, device.owner_id, desk.today), given)
    day = date.fromisoformat(str(details[OPENED_ON.name]))
    if device.state == State.IN_REPAIR.value or details[STAY.name] == Stay.AWAY.value:
        wish = bulk.Wish(
            Action.SEND_TO_REPAIR,
            day,
            {device.owner_id: {"reason": details[FAULT.name]}},
        )
        made: list[RepairOrderRow] = []

        def note(session: Session, outcome: Done) -> None:
            if outcome.result in _DONE:
                made.append(_opened(session, desk, device, details, away=True))

        _require_done(bulk.act_once(engine, desk, picked, wish, note))
        return made[-1].id
    with writing(engine) as session:
        now = session.get_one(DeviceRow, device.id, populate_existing=True)
        if now.void or State(now.state) not in REPAIRABLE:
            message = (
                f"Ce matériel est « {State(now.state).label} » : il ne se répare pas."
            )
            raise Refused((Refusal("wrong_state", message),))
        return _opened(session, desk, now, details, away=False).id


def change(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Write what is known of the repair into an open order.

    Raises:
        Refused: no role, wrong input, or the order is closed.
    """
    with writing(engine) as session:
        order = open_order(session, desk, number)
        known = working_fields(session, order)
        details = read(known, given)
        _require_contract_fits(details)
        for field in known:
            setattr(order, _column(field), _stored(field, details.get(field.name)))
        order.changed_at, order.changed_by = desk.now, desk.viewer.actor
        session.add(order)


def close(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Close an order; a device that it sent to repair comes back with it.

    Raises:
        Refused: no role, wrong input, something missing, or what the lifecycle has
            against the return; then nothing is recorded at all.
    """
    details = read(CLOSING_FIELDS, given)
    with reading(engine) as session:
        order = open_order(session, desk, number)
        device = session.get_one(DeviceRow, order.device_id)
        comes_back = is_away(order, device)
        reasons = closing_reasons(_ordered(order), details, desk.today)
        if comes_back and TARGET.name not in details:
            message = f"« {TARGET.label} » est à choisir : il est en réparation."
            reasons += (Refusal("missing_field", message, TARGET.name),)
        if reasons:
            raise Refused(reasons)
        picked = _picked(session, desk, device.tag) if comes_back else None
    if picked is None:
        with writing(engine) as session:
            _closed(session, desk, number, details)
        return
    outcome = Outcome(str(details[OUTCOME.name]))
    wish = bulk.Wish(
        Action.RETURN_FROM_REPAIR,
        date.fromisoformat(str(details[CLOSED_ON.name])),
        {
            device.owner_id: {
                "target": details[TARGET.name],
                "comment": f"Ordre de réparation n° {number} : {outcome.label}.",
            }
        },
    )

    def note(session: Session, told: Done) -> None:
        if told.result in _DONE:
            _closed(session, desk, number, details)

    _require_done(bulk.act_once(engine, desk, picked, wish, note))


def cancel(engine: Engine, desk: Desk, number: int, reason: str) -> None:
    """Cancel an open order; its parts go back to the stock, the device stays put.

    Raises:
        Refused: no role, no reason, or the order is closed.
    """
    details = read((REASON,), {REASON.name: reason})
    with writing(engine) as session:
        order = open_order(session, desk, number)
        repair_parts.give_all_back(session, desk, order)
        order.stage = Stage.CANCELLED.value
        order.cancel_reason = str(details[REASON.name])
        order.closed_at, order.closed_by = desk.now, desk.viewer.actor
        session.add(order)


def opening_fields(session: Session, owner_id: int, day: date) -> tuple[Field, ...]:
    """Give what opening asks for, with the contracts of the owner that hold."""
    return tuple(
        _with_contracts(session, owner_id, day) if f is CONTRACT else f
        for f in OPENING_FIELDS
    )


def working_fields(session: Session, order: RepairOrderRow) -> tuple[Field, ...]:
    """Give what may be written in an open order, with the choices that data gives."""
    found = []
    for field in WORKING_FIELDS:
        if field is DIAGNOSIS:
            known = ((d.id, d.label) for d in resources.diagnoses().values())
            field = replace(field, choices=tuple(known))  # noqa: PLW2901 - the same one, filled
        elif field is CONTRACT:
            field = _with_contracts(session, order.owner_id, order.opened_on)  # noqa: PLW2901 - the same one, filled
        found.append(field)
    return tuple(found)


def values_of(order: RepairOrderRow) -> dict[str, object]:
    """Give what an order says, by field, as a form shows it."""
    return {field.name: getattr(order, _column(field)) for field in WORKING_FIELDS}


def is_away(order: RepairOrderRow, device: DeviceRow) -> bool:
    """Tell whether closing an order brings its device back."""
    return (
        order.away
        and device.state == State.IN_REPAIR.value
        and device.owner_id == order.owner_id
    )


def _opened(
    session: Session, desk: Desk, device: DeviceRow, details: Details, *, away: bool
) -> RepairOrderRow:
    opened_on = date.fromisoformat(str(details[OPENED_ON.name]))
    another = repair_orders.open_of(session, device.id) is not None
    if reasons := opening_reasons(opened_on, desk.today, is_open=another):
        raise Refused(reasons)
    _require_contract_fits(details)
    row = RepairOrderRow(
        owner_id=device.owner_id,
        device_id=device.id,
        stage=Stage.OPEN.value,
        away=away,
        opened_on=opened_on,
        opened_at=desk.now,
        opened_by=desk.viewer.actor,
        fault=str(details[FAULT.name]),
        place=str(details[PLACE.name]),
        contract_id=_contract_of(details),
        warranty_claim=details.get(WARRANTY_CLAIM.name) is True,
    )
    return repair_orders.add(session, row)


def _closed(session: Session, desk: Desk, number: int, details: Details) -> None:
    order = open_order(session, desk, number)
    if reasons := closing_reasons(_ordered(order), details, desk.today):
        raise Refused(reasons)
    order.stage = Stage.CLOSED.value
    order.outcome = str(details[OUTCOME.name])
    order.avoids_replacement = details.get(AVOIDS.name) is True
    order.closed_on = date.fromisoformat(str(details[CLOSED_ON.name]))
    order.closed_at, order.closed_by = desk.now, desk.viewer.actor
    order.parts_cents = repair_orders.parts_cost(session, [number]).get(number, 0)
    session.add(order)
    session.flush()


def _with_contracts(session: Session, owner_id: int, day: date) -> Field:
    rows = repair_contracts.running(session, owner_id, day)
    return replace(CONTRACT, choices=tuple((str(row.id), row.name) for row in rows))


def _contract_of(details: Details) -> int | None:
    contract = details.get(CONTRACT.name)
    return int(str(contract)) if contract else None


def _require_contract_fits(details: Details) -> None:
    if not details.get(CONTRACT.name) or details[PLACE.name] == Place.PARTNER.value:
        return
    message = (
        f"« {CONTRACT.label} » : une réparation en interne n'en suit aucun ; laissez "
        "vide, ou choisissez « Par un partenaire »."
    )
    raise Refused((Refusal("invalid_field", message, CONTRACT.name),))


def _ordered(order: RepairOrderRow) -> Ordered:
    answer = order.warranty_answer
    return Ordered(
        order.opened_on,
        order.diagnosis,
        order.warranty_claim,
        WarrantyAnswer(answer) if answer else None,
    )


def _column(field: Field) -> str:
    return "contract_id" if field.name == CONTRACT.name else field.name


def _stored(field: Field, value: object) -> object:
    """Give what a column holds of a parsed value: empty texts, no « peut-être »."""
    if field.name == CONTRACT.name:
        return int(str(value)) if value else None
    if field.name == WARRANTY_CLAIM.name:
        return value is True
    if field.name in {"findings", "warranty_reference"}:
        return value or ""
    return value


def _picked(session: Session, desk: Desk, code: str) -> Picked:
    return pick(session, desk.viewer, [code]).picked[0]


def _device(picked: Picked) -> DeviceRow:
    if picked.row is None:
        reason = picked.reason or "Aucun matériel que vous pouvez voir n'a ce code."
        raise Refused((Refusal("unknown_reference", reason, "tag"),))
    return picked.row


def _require_done(outcome: Done) -> None:
    if outcome.result not in _DONE:
        raise Refused(tuple(Refusal("refused", reason) for reason in outcome.reasons))
