"""Spare parts of a repair order: taken from the stock, given back to it."""

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.refusal import Refusal, Refused
from parc.domain.spare_parts import Movement, quantity_reasons
from parc.operations.repair_desk import open_order
from parc.operations.selection import Desk
from parc.storage import repair_orders, spare_parts
from parc.storage.database import writing
from parc.storage.maintenance_tables import RepairOrderRow, SparePartRow

_UNKNOWN_PART = Refusal("unknown_reference", "« Pièce » est à choisir.", "part")


def use_part(
    engine: Engine, desk: Desk, number: int, part_id: int | None, quantity: int
) -> None:
    """Take units of a part from the stock for an open order.

    Raises:
        Refused: no role, the order is closed, no such part, or too few of it.
    """
    with writing(engine) as session:
        order = open_order(session, desk, number)
        part = _part(session, order, part_id)
        if reasons := quantity_reasons(quantity):
            raise Refused(reasons)
        spare_parts.move(
            session,
            part,
            Movement.USED,
            -quantity,
            unit_cost_cents=part.unit_cost_cents,
            at=desk.now,
            by=desk.viewer.actor,
            order_id=order.id,
        )


def give_back(
    engine: Engine, desk: Desk, number: int, part_id: int | None, quantity: int
) -> None:
    """Put units that an open order did not need back into the stock.

    Raises:
        Refused: no role, the order is closed, or it does not hold so many.
    """
    with writing(engine) as session:
        order = open_order(session, desk, number)
        part = _part(session, order, part_id)
        if reasons := quantity_reasons(quantity):
            raise Refused(reasons)
        held = sum(n for _, n in spare_parts.held_by(session, part.id, order.id))
        if quantity > held:
            message = f"Cet ordre n'a que {held} × « {part.name} » à rendre."
            raise Refused((Refusal("lacking", message, "quantity"),))
        _give_back(session, desk, order, part, quantity)


def give_all_back(session: Session, desk: Desk, order: RepairOrderRow) -> None:
    """Put all that an order holds back into the stock: it is being cancelled."""
    for used in repair_orders.parts_used(session, order.id):
        part = spare_parts.hold(session, used.part.id)
        _give_back(session, desk, order, part, used.quantity)


def _give_back(
    session: Session,
    desk: Desk,
    order: RepairOrderRow,
    part: SparePartRow,
    quantity: int,
) -> None:
    """Give back at the cost at which each unit was taken: the order owes nothing."""
    for price, held in spare_parts.held_by(session, part.id, order.id):
        given = min(held, quantity)
        if given <= 0:
            continue
        quantity -= given
        spare_parts.move(
            session,
            part,
            Movement.GIVEN_BACK,
            given,
            unit_cost_cents=price,
            at=desk.now,
            by=desk.viewer.actor,
            order_id=order.id,
        )


def _part(session: Session, order: RepairOrderRow, part_id: int | None) -> SparePartRow:
    known = session.get(SparePartRow, part_id) if part_id is not None else None
    if known is None or known.owner_id != order.owner_id:
        raise Refused((_UNKNOWN_PART,))
    return spare_parts.hold(session, known.id)
