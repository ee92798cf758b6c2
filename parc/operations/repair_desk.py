"""What every use case of maintenance begins with: a form read, an order held."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from parc.domain import fields
from parc.domain.fields import Details, Field
from parc.domain.maintenance import WORKERS, Stage
from parc.domain.refusal import Refusal, Refused
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import repair_orders
from parc.storage.maintenance_tables import RepairOrderRow

_FROZEN = {
    Stage.CLOSED: "Cet ordre est clos : il ne change plus.",
    Stage.CANCELLED: "Cet ordre est annulé : il ne change plus.",
}


def read(known: Sequence[Field], given: Mapping[str, str]) -> Details:
    """Parse the fields of a form; what is besides them is left aside.

    Raises:
        Refused: with every reason.
    """
    names = {field.name for field in known}
    details, reasons = fields.parse(
        known, {name: text for name, text in given.items() if name in names}
    )
    if reasons:
        raise Refused(tuple(reasons))
    return details


def open_order(session: Session, desk: Desk, number: int) -> RepairOrderRow:
    """Hold an order that somebody may work on.

    Raises:
        Refused: no role for its owner, or it is closed.
    """
    order = repair_orders.hold(session, number)
    require(desk.viewer, order.owner_id, WORKERS)
    if (stage := Stage(order.stage)) is not Stage.OPEN:
        raise Refused((Refusal("closed", _FROZEN[stage]),))
    return order
