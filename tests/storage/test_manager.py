"""New devices of an owner are operated by whom the owner says (decision D3)."""

from sqlalchemy import Engine

from parc.storage.database import writing
from tests.factories import LENS, LOOS
from tests.storage.conftest import a_laptop, owner_row


def test_an_owner_operates_its_own_devices_unless_told_otherwise(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session, owner=LOOS)

        assert row.manager_id == owner_row(session, LOOS).id


def test_a_shared_service_operates_the_new_devices_of_a_commune(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        service = owner_row(session, LENS)
        owner_row(session, LOOS).manager_id = service.id
        row = a_laptop(session, owner=LOOS)

        assert (row.owner_id, row.manager_id) == (
            owner_row(session, LOOS).id,
            service.id,
        )
