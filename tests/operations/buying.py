"""Purchases in Lens for the tests: who buys, who receives, what is typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.command import Actor
from parc.operations import deliveries, purchases
from parc.operations.deliveries import Arrival, Item, scanned
from parc.storage import purchases as kept
from parc.storage.database import reading
from parc.storage.purchase_tables import LineRow, OrderRow
from parc.storage.tables import DeviceRow
from tests.factories import ALICE, LENS, TODAY
from tests.operations.counting import At, owner_id, viewer_of

ORDER = {
    "kind": "order",
    "number": "BC-2026-014",
    "supplier": "UGAP",
    "ordered_on": "2026-10-05",
}
LINE = {
    "category": "laptop",
    "maker": "Dell",
    "model": "Latitude 5440",
    "quantity": "10",
    "amount_cents": "9 400,05",
    "condition": "new",
    "index_kind": "repairability",
    "index_value": "8,5",
    "index_source": "fabricant",
    "index_on": "2026-09-01",
    "warranty_ends_on": "2029-10-20",
}
RECEIVED_ON = date(2026, 10, 20)


@dataclass
class Buying:
    """Somebody of Lens at work on one order."""

    engine: Engine
    desk: At
    number: int = 0

    def enter(self, **said: object) -> int:
        """Enter the order with its first line."""
        self.number = purchases.enter(
            self.engine,
            self.desk,
            owner_id(self.engine, LENS),
            {**ORDER, **LINE, **said},
        )
        return self.number

    def receive(
        self,
        serials: str = "",
        *,
        items: Sequence[Item] = (),
        line: int = 0,
        on: date = RECEIVED_ON,
        site: int | None = None,
    ) -> list[str]:
        """Receive units of a line, the first one unless said."""
        arrival = Arrival(on, [*scanned(serials), *items], site, "2026-0041", "BL 7")
        return deliveries.receive(
            self.engine, self.desk, self.number, line or self.lines()[0].id, arrival
        )

    def order(self) -> OrderRow:
        """Give the order as it is now."""
        with reading(self.engine) as session:
            return session.get_one(OrderRow, self.number)

    def lines(self) -> list[LineRow]:
        """Give its lines as they are now."""
        with reading(self.engine) as session:
            return kept.lines_of(session, [self.number])[self.number]

    def came(self) -> list[int]:
        """Count what has come of each line."""
        with reading(self.engine) as session:
            lines = kept.lines_of(session, [self.number])[self.number]
            found = kept.received(session, [line.id for line in lines])
        return [found[line.id].units if line.id in found else 0 for line in lines]

    def devices(self) -> list[DeviceRow]:
        """Give every device that there is."""
        with reading(self.engine) as session:
            return list(session.exec(select(DeviceRow).order_by(col(DeviceRow.tag))))

    def by(self, actor: Actor, siret: str = LENS) -> "Buying":
        """Let somebody else work on the same order."""
        desk = replace(self.desk, viewer=viewer_of(self.engine, actor, siret))
        return replace(self, desk=desk)


def buying_of(engine: Engine, folder: Path, actor: Actor = ALICE) -> Buying:
    """Seat somebody of Lens."""
    return Buying(engine, At(viewer_of(engine, actor, LENS), folder, today=TODAY))
