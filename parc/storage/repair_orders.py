"""Repair orders in rows: found, listed, counted. `operations.repair_orders` writes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.maintenance import LONG, Done, Outcome, Place, Stage
from parc.domain.refusal import Refusal, Refused
from parc.storage.alias_tables import AliasRow
from parc.storage.maintenance_tables import (
    PartMovementRow,
    RepairOrderRow,
    SparePartRow,
)
from parc.storage.tables import DeviceRow

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """An order with its device, and what its parts cost to date."""

    order: RepairOrderRow
    device: DeviceRow
    parts_cents: int = 0

    @property
    def cost_cents(self) -> int:
        """Parts, labour and invoice, excluding VAT."""
        return cost_of(self.order, self.parts_cents)


@dataclass(frozen=True, slots=True)
class PartUsed:
    """How many units of a part an order holds, what was given back deducted."""

    part: SparePartRow
    quantity: int
    cents: int


def cost_of(order: RepairOrderRow, parts_cents: int) -> int:
    """Add up what an order cost; a closed one keeps what its parts cost then."""
    parts = parts_cents if order.parts_cents is None else order.parts_cents
    return parts + (order.labour_cents or 0) + (order.invoice_cents or 0)


def add(session: Session, row: RepairOrderRow) -> RepairOrderRow:
    """Write a new open order.

    Raises:
        Refused: another one opened for the device meanwhile: the database says so.
    """
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        message = "Quelqu'un vient d'ouvrir un ordre de réparation pour ce matériel."
        raise Refused((Refusal("already_open", message),)) from error
    return row


def find(session: Session, viewer: Viewer, number: int) -> RepairOrderRow | None:
    """Give an order that the viewer may know of."""
    row = session.get(RepairOrderRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, number: int) -> RepairOrderRow:
    """Give an order and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(RepairOrderRow)
        .where(RepairOrderRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def open_of(session: Session, device_id: int) -> RepairOrderRow | None:
    """Give the open order of a device, whoever's it is."""
    return session.exec(
        select(RepairOrderRow).where(
            RepairOrderRow.device_id == device_id,
            RepairOrderRow.stage == Stage.OPEN.value,
        )
    ).first()


def of_device(session: Session, viewer: Viewer, device_id: int) -> list[Listed]:
    """List the orders of a device that the viewer may know of, latest first.

    Those of a duplicate that was merged into it are its own.
    """
    merged = select(AliasRow.merged_id).where(
        AliasRow.device_id == device_id, col(AliasRow.merged_id).is_not(None)
    )
    device = col(RepairOrderRow.device_id)
    return _listed(
        session, [*_scope(viewer), or_(device == device_id, device.in_(merged))]
    )


def open_ones(session: Session, viewer: Viewer) -> list[Listed]:
    """List the open orders, oldest first."""
    is_open = col(RepairOrderRow.stage) == Stage.OPEN.value
    return _listed(session, [*_scope(viewer), is_open])[::-1]


def count_long(session: Session, viewer: Viewer, today: date) -> int:
    """Count the orders that have been open for long."""
    is_open = col(RepairOrderRow.stage) == Stage.OPEN.value
    is_long = col(RepairOrderRow.opened_on) < today - LONG
    return session.exec(
        select(func.count()).where(*_scope(viewer), is_open, is_long)
    ).one()


def closed_in(session: Session, viewer: Viewer, year: int) -> list[Listed]:
    """List the orders closed in a year, latest first."""
    found = _listed(session, [*_scope(viewer), *_closed(year)])
    return sorted(found, key=lambda one: one.order.closed_on or date.min, reverse=True)


def years_closed(session: Session, viewer: Viewer) -> list[int]:
    """List the years in which orders closed, latest first."""
    days = session.exec(
        select(
            func.min(col(RepairOrderRow.closed_on)),
            func.max(col(RepairOrderRow.closed_on)),
        ).where(*_scope(viewer), col(RepairOrderRow.stage) == Stage.CLOSED.value)
    ).one()
    first, last = days
    if first is None or last is None:
        return []
    return list(range(last.year, first.year - 1, -1))


def spent_on(session: Session, viewer: Viewer, device_id: int) -> int:
    """Add up what the repairs of a device cost to date; cancelled ones cost nothing."""
    return sum(
        listed.cost_cents
        for listed in of_device(session, viewer, device_id)
        if listed.order.stage != Stage.CANCELLED.value
    )


def parts_used(session: Session, number: int) -> list[PartUsed]:
    """List the parts that an order holds, by name."""
    found = session.exec(
        select(
            SparePartRow,
            func.sum(col(PartMovementRow.quantity)),
            func.sum(_cents()),
        )
        .join(SparePartRow, col(SparePartRow.id) == col(PartMovementRow.part_id))
        .where(PartMovementRow.order_id == number)
        .group_by(*SparePartRow.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(SparePartRow.name), col(SparePartRow.id))
    )
    return [
        PartUsed(part, -int(quantity), -int(cents))
        for part, quantity, cents in found
        if quantity
    ]


def parts_cost(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """Add up, by order, what its parts cost (cents)."""
    wanted = sorted(set(numbers))
    costs: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(PartMovementRow.order_id, func.sum(_cents()))
            .where(col(PartMovementRow.order_id).in_(wanted[start : start + _CHUNK]))
            .group_by(col(PartMovementRow.order_id))
        )
        costs.update({int(key): -int(cents) for key, cents in found if key})
    return costs


def done_in(session: Session, owner_ids: Collection[int], year: int) -> list[Done]:
    """Give the orders that closed in a year, as VIE-04 counts them."""
    found = session.exec(
        select(RepairOrderRow, DeviceRow.category)
        .join(DeviceRow, col(DeviceRow.id) == col(RepairOrderRow.device_id))
        .where(col(RepairOrderRow.owner_id).in_(sorted(owner_ids)), *_closed(year))
        .order_by(col(RepairOrderRow.id))
    )
    return [
        Done(
            row.device_id,
            category,
            Place(row.place),
            Outcome(row.outcome or ""),
            row.avoids_replacement,
        )
        for row, category in found
    ]


def _listed(session: Session, conditions: list[ColumnElement[bool]]) -> list[Listed]:
    found = session.exec(
        select(RepairOrderRow, DeviceRow)
        .join(DeviceRow, col(DeviceRow.id) == col(RepairOrderRow.device_id))
        .where(*conditions)
        .order_by(col(RepairOrderRow.opened_on).desc(), col(RepairOrderRow.id).desc())
    ).all()
    costs = parts_cost(session, [order.id for order, _ in found])
    return [Listed(order, device, costs.get(order.id, 0)) for order, device in found]


def _closed(year: int) -> list[ColumnElement[bool]]:
    return [
        col(RepairOrderRow.stage) == Stage.CLOSED.value,
        col(RepairOrderRow.closed_on).between(date(year, 1, 1), date(year, 12, 31)),
    ]


def _scope(viewer: Viewer) -> list[ColumnElement[bool]]:
    visible = viewer.owner_ids
    if visible is None:
        return []
    return [col(RepairOrderRow.owner_id).in_(sorted(visible))]


def _cents() -> ColumnElement[int]:
    """Give what a movement is worth, signed as its quantity."""
    price = func.coalesce(col(PartMovementRow.unit_cost_cents), 0)
    worth: ColumnElement[int] = col(PartMovementRow.quantity) * price
    return worth
