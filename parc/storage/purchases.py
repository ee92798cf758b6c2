"""Orders kept: lines, deliveries, the devices that came by each line.

Whoever changes an order holds its row first (`hold`): two who receive at once follow
each other, and what one has received the other counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.vocabulary import State, VoidKind
from parc.storage.purchase_tables import (
    DeliveredRow,
    DeliveryRow,
    LineRow,
    OrderRow,
)
from parc.storage.tables import DeviceRow

_CHUNK = 400
PAGE = 50
"""Orders on one page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders are asked for; empty: all that the viewer sees."""

    owner_id: int | None = None
    year: int | None = None
    kind: str = ""
    q: str = ""
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What has come of a line: devices in the inventory, and the last day of it."""

    units: int = 0
    last_on: date | None = None


def find(session: Session, viewer: Viewer, number: int) -> OrderRow | None:
    """Give an order that the viewer may know of, by row id."""
    row = session.get(OrderRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def under_number(session: Session, owner_id: int, number: str) -> OrderRow | None:
    """Give an owner's order by its own number."""
    return session.exec(
        select(OrderRow).where(OrderRow.owner_id == owner_id, OrderRow.number == number)
    ).first()


def numbers_taken(
    session: Session, owner_id: int, numbers: Iterable[str]
) -> dict[str, int]:
    """Tell which numbers an owner's orders have already, and the order's row id."""
    wanted = sorted(set(numbers))
    taken: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(OrderRow.number, OrderRow.id).where(
                OrderRow.owner_id == owner_id,
                col(OrderRow.number).in_(wanted[start : start + _CHUNK]),
            )
        )
        taken.update(found.all())
    return taken


def hold(session: Session, number: int) -> OrderRow:
    """Give an order and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(OrderRow)
        .where(OrderRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def listed(
    session: Session, viewer: Viewer, wanted: Wanted, offset: int = 0
) -> tuple[list[OrderRow], bool]:
    """List a page of orders, latest first; tell whether more follow."""
    rows = session.exec(
        select(OrderRow)
        .where(*_conditions(viewer, wanted))
        .order_by(col(OrderRow.ordered_on).desc(), col(OrderRow.id).desc())
        .offset(offset)
        .limit(PAGE + 1)
    ).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def years(session: Session, viewer: Viewer) -> list[int]:
    """List the years in which something was spent, latest first."""
    found = session.exec(
        select(col(OrderRow.spent_on)).where(*_conditions(viewer, Wanted())).distinct()
    )
    return sorted({day.year for day in found}, reverse=True)


def _conditions(viewer: Viewer, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    visible = viewer.owner_ids
    if visible is not None:
        conditions.append(col(OrderRow.owner_id).in_(sorted(visible)))
    if wanted.owner_id is not None:
        conditions.append(col(OrderRow.owner_id) == wanted.owner_id)
    if wanted.year is not None:
        first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
        conditions.append(col(OrderRow.spent_on).between(first, last))
    if wanted.kind:
        conditions.append(col(OrderRow.kind) == wanted.kind)
    if wanted.awaited:
        conditions.append(_awaited())
    if wanted.q:
        conditions.append(
            col(OrderRow.number).icontains(wanted.q, autoescape=True)
            | col(OrderRow.supplier).icontains(wanted.q, autoescape=True)
        )
    return conditions


def lines_of(session: Session, order_ids: Iterable[int]) -> dict[int, list[LineRow]]:
    """Give the lines of some orders, in their order, by order."""
    wanted = sorted(set(order_ids))
    found: dict[int, list[LineRow]] = {key: [] for key in wanted}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(LineRow)
            .where(col(LineRow.order_id).in_(wanted[start : start + _CHUNK]))
            .order_by(col(LineRow.order_id), col(LineRow.position))
        )
        for row in rows:
            found[row.order_id].append(row)
    return found


def line_of(session: Session, order_id: int, line_id: int) -> LineRow | None:
    """Give a line of an order."""
    row = session.get(LineRow, line_id, populate_existing=True)
    return row if row is not None and row.order_id == order_id else None


def next_position(session: Session, order_id: int) -> int:
    """Give the position of a further line; a removed one's may come again."""
    last = session.exec(
        select(func.max(LineRow.position)).where(LineRow.order_id == order_id)
    ).one()
    return (last or 0) + 1


def received(session: Session, line_ids: Iterable[int]) -> dict[int, Received]:
    """Tell what has come of some lines; a discarded device has not."""
    wanted = sorted(set(line_ids))
    found: dict[int, Received] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.exec(
            select(
                DeliveredRow.line_id, func.count(), func.max(DeliveryRow.received_on)
            )
            .join(DeviceRow, col(DeviceRow.id) == DeliveredRow.device_id)
            .join(DeliveryRow, col(DeliveryRow.id) == DeliveredRow.delivery_id)
            .where(
                col(DeliveredRow.line_id).in_(wanted[start : start + _CHUNK]), _counts()
            )
            .group_by(col(DeliveredRow.line_id))
        )
        found.update({line: Received(count, day) for line, count, day in rows})
    return found


def anything_received(session: Session, order_id: int) -> bool:
    """Tell whether something of an order was ever received: its lines are frozen."""
    found = session.exec(
        select(DeliveryRow.id)
        .join(LineRow, col(LineRow.id) == DeliveryRow.line_id)
        .where(LineRow.order_id == order_id)
        .limit(1)
    )
    return found.first() is not None


def deliveries_of(session: Session, line_ids: Iterable[int]) -> list[DeliveryRow]:
    """List the deliveries of the lines of an order, in their order."""
    return list(
        session.exec(
            select(DeliveryRow)
            .where(col(DeliveryRow.line_id).in_(sorted(set(line_ids))))
            .order_by(col(DeliveryRow.received_on), col(DeliveryRow.id))
        )
    )


def devices_of(
    session: Session, line_ids: Iterable[int]
) -> list[tuple[DeliveredRow, DeviceRow]]:
    """List the devices that came by some lines, with what they are now."""
    found = session.exec(
        select(DeliveredRow, DeviceRow)
        .join(DeviceRow, col(DeviceRow.id) == DeliveredRow.device_id)
        .where(col(DeliveredRow.line_id).in_(sorted(set(line_ids))))
        .order_by(col(DeliveredRow.line_id), col(DeviceRow.tag))
    )
    return list(found.all())


def order_of_device(
    session: Session, viewer: Viewer, device_id: int
) -> tuple[OrderRow, LineRow] | None:
    """Give the order that a device came by, if the viewer may know of it."""
    found = session.exec(
        select(OrderRow, LineRow)
        .join(LineRow, col(LineRow.order_id) == OrderRow.id)
        .join(DeliveredRow, col(DeliveredRow.line_id) == LineRow.id)
        .where(DeliveredRow.device_id == device_id)
    ).first()
    return found if found is not None and viewer.sees(found[0].owner_id) else None


def ordered_devices(session: Session, owner_id: int) -> list[DeviceRow]:
    """List an owner's devices that are ordered and came by no line yet."""
    return list(
        session.exec(
            select(DeviceRow)
            .join(
                DeliveredRow,
                col(DeliveredRow.device_id) == DeviceRow.id,
                isouter=True,
            )
            .where(
                DeviceRow.owner_id == owner_id,
                DeviceRow.state == State.ORDERED.value,
                col(DeviceRow.void).is_(None),
                col(DeliveredRow.device_id).is_(None),
            )
            .order_by(col(DeviceRow.tag))
        )
    )


def known_serials(
    session: Session, owner_id: int, keys: Sequence[str], gone: Iterable[str]
) -> dict[str, DeviceRow]:
    """Give the owner's devices that bear some serials (folded), but those gone."""
    found: dict[str, DeviceRow] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = session.exec(
            select(DeviceRow).where(
                col(DeviceRow.serial_key).in_(keys[start : start + _CHUNK]),
                DeviceRow.owner_id == owner_id,
                col(DeviceRow.state).not_in(sorted(gone)),
                col(DeviceRow.void).is_(None),
            )
        )
        found.update({row.serial_key or "": row for row in rows})
    return found


def counted_lines(
    session: Session, owner_id: int, year: int
) -> list[tuple[OrderRow, LineRow]]:
    """List the lines whose spend falls in a year, those wholly cancelled left out."""
    found = session.exec(
        select(OrderRow, LineRow)
        .join(LineRow, col(LineRow.order_id) == OrderRow.id)
        .where(
            OrderRow.owner_id == owner_id,
            col(OrderRow.spent_on).between(date(year, 1, 1), date(year, 12, 31)),
            col(LineRow.cancelled_quantity) < col(LineRow.quantity),
        )
        .order_by(col(OrderRow.spent_on), col(OrderRow.number), col(LineRow.position))
    )
    return list(found.all())


def count_awaited(session: Session, viewer: Viewer) -> int:
    """Count the orders of which devices are awaited."""
    wanted = Wanted(awaited=True)
    return session.exec(
        select(func.count()).select_from(OrderRow).where(*_conditions(viewer, wanted))
    ).one()


def _awaited() -> ColumnElement[bool]:
    """Keep the orders of which something was neither cancelled nor came."""
    came = (
        select(func.count())
        .select_from(DeliveredRow)
        .join(DeviceRow, col(DeviceRow.id) == DeliveredRow.device_id)
        .where(col(DeliveredRow.line_id) == col(LineRow.id), _counts())
        .correlate(LineRow)
        .scalar_subquery()
    )
    return (
        select(LineRow.id)
        .where(
            col(LineRow.order_id) == col(OrderRow.id),
            col(LineRow.category).is_not(None),
            col(LineRow.quantity) - col(LineRow.cancelled_quantity) > came,
        )
        .correlate(OrderRow)
        .exists()
    )


def _counts() -> ColumnElement[bool]:
    """Keep what is in the inventory; a device merged into another came all the same."""
    void = col(DeviceRow.void)
    return void.is_(None) | (void != VoidKind.DISCARDED.value)
