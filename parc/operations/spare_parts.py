"""The stock of spare parts at work: defined, received, harvested, counted."""

from collections.abc import Mapping

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.fields import Details
from parc.domain.maintenance import LEADS, WORKERS
from parc.domain.refusal import Refusal, Refused
from parc.domain.spare_parts import (
    COUNTED,
    HARVESTED_FROM,
    LARGEST_QUANTITY,
    PART_FIELDS,
    QUANTITY,
    REASON,
    REMARK,
    SOURCE,
    Movement,
    quantity_reasons,
)
from parc.operations.repair_desk import read
from parc.operations.selection import Desk, pick
from parc.operations.stocktakes import require
from parc.storage import spare_parts
from parc.storage.database import writing
from parc.storage.maintenance_tables import SparePartRow


def define(engine: Engine, desk: Desk, owner_id: int, given: Mapping[str, str]) -> int:
    """Add a kind of part to an owner's stock, none of it yet; give its number.

    Raises:
        Refused: no role, or wrong input.
    """
    require(desk.viewer, owner_id, LEADS)
    details = read(PART_FIELDS, given)
    with writing(engine) as session:
        row = SparePartRow(
            owner_id=owner_id,
            name="",
            created_at=desk.now,
            created_by=desk.viewer.actor,
        )
        _describe(row, details)
        session.add(row)
        session.flush()
        return row.id


def change(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Say anew what a part is, its minimum and its cost; past movements keep theirs.

    Raises:
        Refused: no role, or wrong input.
    """
    details = read(PART_FIELDS, given)
    with writing(engine) as session:
        row = spare_parts.hold(session, number)
        require(desk.viewer, row.owner_id, LEADS)
        _describe(row, details)
        row.changed_at, row.changed_by = desk.now, desk.viewer.actor
        session.add(row)


def receive(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Put units that arrived into the stock.

    Raises:
        Refused: no role, or wrong input.
    """
    details = read((QUANTITY, REMARK), given)
    with writing(engine) as session:
        row = _worked(session, desk, number)
        _move(session, desk, row, Movement.RECEIVED, details)


def harvest(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Put units taken from a dismantled device of the same owner into the stock.

    Raises:
        Refused: no role, wrong input, or the device is not dismantled.
    """
    details = read((SOURCE, QUANTITY), given)
    with writing(engine) as session:
        row = _worked(session, desk, number)
        (picked,) = pick(session, desk.viewer, [str(details[SOURCE.name])]).picked[:1]
        device = picked.row
        if device is None or device.owner_id != row.owner_id:
            reason = picked.reason if device is None else ""
            told = reason or "ce matériel n'est pas à ce propriétaire."
            message = f"« {SOURCE.label} » : {told[:1].lower()}{told[1:]}"
            raise Refused((Refusal("unknown_reference", message, SOURCE.name),))
        if device.state != HARVESTED_FROM.value or device.void:
            message = (
                f"« {SOURCE.label} » : {device.tag} n'est pas à l'état "
                f"« {HARVESTED_FROM.label} ». Démontez-le d'abord, sur sa fiche."
            )
            raise Refused((Refusal("wrong_state", message, SOURCE.name),))
        _move(session, desk, row, Movement.HARVESTED, details, device_id=device.id)


def correct(engine: Engine, desk: Desk, number: int, given: Mapping[str, str]) -> None:
    """Set the level to what was counted, and say why it differed.

    Raises:
        Refused: no role, no reason, wrong input, or the level is so already.
    """
    details = read((COUNTED, REASON), given)
    with writing(engine) as session:
        row = spare_parts.hold(session, number)
        require(desk.viewer, row.owner_id, LEADS)
        counted = int(str(details[COUNTED.name]))
        if counted > LARGEST_QUANTITY or counted == row.level:
            message = (
                f"« {COUNTED.label} » : c'est déjà le niveau, rien à corriger."
                if counted == row.level
                else f"« {COUNTED.label} » : 100 000 unités au plus."
            )
            raise Refused((Refusal("invalid_field", message, COUNTED.name),))
        spare_parts.move(
            session,
            row,
            Movement.CORRECTED,
            counted - row.level,
            unit_cost_cents=row.unit_cost_cents,
            at=desk.now,
            by=desk.viewer.actor,
            reason=str(details[REASON.name]),
        )


def _describe(row: SparePartRow, details: Details) -> None:
    minimum, cost = details.get("minimum"), details.get("unit_cost_cents")
    row.name = str(details["name"])
    row.fits = str(details.get("fits") or "")
    row.minimum = int(str(minimum)) if minimum is not None else 0
    row.unit_cost_cents = int(str(cost)) if cost is not None else None


def _worked(session: Session, desk: Desk, number: int) -> SparePartRow:
    row = spare_parts.hold(session, number)
    require(desk.viewer, row.owner_id, WORKERS)
    return row


def _move(
    session: Session,
    desk: Desk,
    row: SparePartRow,
    kind: Movement,
    details: Details,
    *,
    device_id: int | None = None,
) -> None:
    quantity = int(str(details[QUANTITY.name]))
    if reasons := quantity_reasons(quantity):
        raise Refused(reasons)
    spare_parts.move(
        session,
        row,
        kind,
        quantity,
        unit_cost_cents=row.unit_cost_cents,
        at=desk.now,
        by=desk.viewer.actor,
        reason=str(details.get(REMARK.name) or ""),
        device_id=device_id,
    )
