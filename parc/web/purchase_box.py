"""On a device's page: the order that it came by, and a lease that runs."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.purchase import OrderKind
from parc.storage import purchases
from parc.storage.tables import DeviceRow
from parc.web.purchase_page import address_of


@dataclass(frozen=True, slots=True)
class PurchaseBox:
    """The order of a device, as its page names it."""

    number: str
    position: int
    kind: str
    supplier: str
    ordered_on: date
    address: str


def purchase_box(
    session: Session, viewer: Viewer, row: DeviceRow
) -> PurchaseBox | None:
    """Give the order that a device came by, if the viewer may know of it."""
    found = purchases.order_of_device(session, viewer, row.id)
    if found is None:
        return None
    order, line = found
    return PurchaseBox(
        order.number,
        line.position,
        OrderKind(order.kind).label,
        order.supplier,
        order.ordered_on,
        f"{address_of(order.id)}#ligne-{line.position}",
    )
