"""Spare parts in rows: found, listed, moved. Only `move` changes a level."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, update
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.refusal import Refused
from parc.domain.spare_parts import Movement, lacking
from parc.storage.maintenance_tables import PartMovementRow, SparePartRow

PARTS: Table = SparePartRow.__table__  # type: ignore[attr-defined]


def find(session: Session, viewer: Viewer, number: int) -> SparePartRow | None:
    """Give a part that the viewer may know of."""
    row = session.get(SparePartRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, number: int) -> SparePartRow:
    """Give a part and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(SparePartRow)
        .where(SparePartRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def seen(session: Session, viewer: Viewer) -> list[SparePartRow]:
    """List the parts of owners that the viewer sees, by name."""
    wanted = select(SparePartRow).order_by(col(SparePartRow.name), col(SparePartRow.id))
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(SparePartRow.owner_id).in_(sorted(visible)))
    return list(session.exec(wanted))


def of_owner(session: Session, owner_id: int) -> list[SparePartRow]:
    """List the parts of one owner, by name."""
    return list(
        session.exec(
            select(SparePartRow)
            .where(SparePartRow.owner_id == owner_id)
            .order_by(col(SparePartRow.name), col(SparePartRow.id))
        )
    )


def movements_of(session: Session, part_id: int) -> list[PartMovementRow]:
    """List the movements of a part, latest first."""
    return list(
        session.exec(
            select(PartMovementRow)
            .where(PartMovementRow.part_id == part_id)
            .order_by(col(PartMovementRow.id).desc())
        )
    )


def held_by(
    session: Session, part_id: int, order_id: int
) -> list[tuple[int | None, int]]:
    """Count the units of a part that an order holds, by the cost they were taken at."""
    total = func.sum(col(PartMovementRow.quantity))
    found = session.exec(
        select(PartMovementRow.unit_cost_cents, total)
        .where(PartMovementRow.part_id == part_id, PartMovementRow.order_id == order_id)
        .group_by(col(PartMovementRow.unit_cost_cents))
        .order_by(col(PartMovementRow.unit_cost_cents))
    )
    return [(price, -int(quantity)) for price, quantity in found if quantity]


def move(
    session: Session,
    part: SparePartRow,
    kind: Movement,
    quantity: int,
    *,
    unit_cost_cents: int | None,
    at: datetime,
    by: str,
    reason: str = "",
    order_id: int | None = None,
    device_id: int | None = None,
) -> PartMovementRow:
    """Add a movement and change the level with it; `quantity` is signed.

    The part is held (`hold`): two who take the last unit do so one after the other.
    `unit_cost_cents` is what a unit costs that day; None: it is not known.

    Raises:
        Refused: the stock does not hold so many.
    """
    if part.level + quantity < 0:
        raise Refused((lacking(part.name, part.level),))
    session.execute(
        update(PARTS)
        .where(PARTS.c.id == part.id)
        .values(level=PARTS.c.level + quantity)
    )
    row = PartMovementRow(
        part_id=part.id,
        kind=kind.value,
        quantity=quantity,
        unit_cost_cents=unit_cost_cents,
        order_id=order_id,
        device_id=device_id,
        reason=reason,
        at=at,
        by=by,
    )
    session.add(row)
    session.flush()
    session.refresh(part)
    return row


def broken(session: Session) -> Iterator[tuple[str, str]]:
    """Tell which parts have another level than their movements make: where, what."""
    moved = func.coalesce(func.sum(col(PartMovementRow.quantity)), 0)
    found = session.exec(
        select(SparePartRow.id, SparePartRow.level, moved)
        .join(
            PartMovementRow,
            col(PartMovementRow.part_id) == col(SparePartRow.id),
            isouter=True,
        )
        .group_by(col(SparePartRow.id), col(SparePartRow.level))
        .order_by(col(SparePartRow.id))
    )
    for number, level, total in found:
        if level != total:
            message = f"niveau {level}, alors que ses mouvements font {total}"
            yield f"pièce détachée n° {number}", message
