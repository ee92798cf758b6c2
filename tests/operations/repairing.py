"""A repair bench in Lens for the tests: orders, parts, contracts."""

from dataclasses import dataclass, replace

from sqlalchemy import Engine

from parc.domain.command import Actor
from parc.operations import repair_contracts, repair_orders, repair_parts, spare_parts
from parc.storage.database import reading
from parc.storage.maintenance_tables import RepairOrderRow, SparePartRow
from tests.factories import LENS
from tests.operations.counting import At, owner_id, viewer_of

OPENING = {
    "fault": "Ne charge plus",
    "opened_on": "2026-11-02",
    "stay": "away",
    "place": "in_house",
}
WORK = {"fault": "Ne charge plus", "diagnosis": "battery", "place": "in_house"}
CLOSING = {
    "outcome": "repaired",
    "closed_on": "2026-11-20",
    "target": "in_service",
}


@dataclass(frozen=True)
class Bench:
    """Somebody who repairs."""

    engine: Engine
    desk: At

    def start(self, tag: str, **given: str) -> int:
        """Open an order; give its number."""
        return repair_orders.start(self.engine, self.desk, tag, {**OPENING, **given})

    def write(self, number: int, **given: str) -> None:
        """Write into an order."""
        repair_orders.change(self.engine, self.desk, number, {**WORK, **given})

    def close(self, number: int, **given: str) -> None:
        """Close an order."""
        repair_orders.close(self.engine, self.desk, number, {**CLOSING, **given})

    def done(self, tag: str, work: dict[str, str] | None = None, **given: str) -> int:
        """Open an order, write the diagnosis, close it."""
        number = self.start(tag)
        self.write(number, **(work or {}))
        self.close(number, **given)
        return number

    def order(self, number: int) -> RepairOrderRow:
        """Give an order as it is now."""
        with reading(self.engine) as session:
            return session.get_one(RepairOrderRow, number)

    def part(self, level: int = 0, siret: str = LENS, **given: str) -> int:
        """Define a part, some of it in stock; give its number."""
        details = {"name": "Batterie 5420", "unit_cost_cents": "45,50", **given}
        owner = owner_id(self.engine, siret)
        number = spare_parts.define(self.engine, self.desk, owner, details)
        if level:
            spare_parts.receive(
                self.engine, self.desk, number, {"quantity": str(level)}
            )
        return number

    def level(self, part: int) -> int:
        """Give the level of a part."""
        with reading(self.engine) as session:
            return session.get_one(SparePartRow, part).level

    def use(self, number: int, part: int, quantity: int = 1) -> None:
        """Take a part for an order."""
        repair_parts.use_part(self.engine, self.desk, number, part, quantity)

    def give_back(self, number: int, part: int, quantity: int = 1) -> None:
        """Give a part back."""
        repair_parts.give_back(self.engine, self.desk, number, part, quantity)

    def contract(self, **given: str) -> int:
        """Enter a contract; give its number."""
        details = {
            "name": "Atelier du Bassin",
            "siret": LENS,
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            **given,
        }
        owner = owner_id(self.engine, LENS)
        return repair_contracts.enter(self.engine, self.desk, owner, details)

    def by(self, actor: Actor, siret: str = LENS) -> "Bench":
        """Let somebody else work at the bench."""
        desk = replace(self.desk, viewer=viewer_of(self.engine, actor, siret))
        return replace(self, desk=desk)
