"""A repair order, a spare part and a contract of Lens, as rows."""

from sqlmodel import Session

from parc.storage import journal
from parc.storage.maintenance_tables import (
    RepairContractRow,
    RepairOrderRow,
    SparePartRow,
)
from parc.storage.tables import OwnerRow
from tests.factories import ALICE, LENS, TODAY, at, registration


def maintained(session: Session, owner_id: int) -> dict[str, str]:
    """Add one of each; give their numbers by parameter of a path."""
    lens = session.get_one(OwnerRow, owner_id)
    tag = str(journal.next_tags(session, lens, 1)[0])
    life = [registration(tag=tag, serial="REPAIR1")]
    (device,) = journal.open_histories(session, [life])
    order = RepairOrderRow(
        owner_id=owner_id,
        device_id=device,
        stage="open",
        away=False,
        opened_on=TODAY,
        opened_at=at(TODAY),
        opened_by=ALICE.id,
        fault="Écran",
        place="in_house",
    )
    part = SparePartRow(
        owner_id=owner_id,
        name="Batterie",
        created_at=at(TODAY),
        created_by=ALICE.id,
    )
    contract = RepairContractRow(
        owner_id=owner_id,
        name="Atelier",
        siret=LENS,
        starts_on=TODAY,
        created_at=at(TODAY),
        created_by=ALICE.id,
    )
    session.add_all((order, part, contract))
    session.flush()
    return {
        "repair": str(order.id),
        "part": str(part.id),
        "contract": str(contract.id),
    }
