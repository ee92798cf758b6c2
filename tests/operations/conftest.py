"""A migrated database with two owners, on SQLite or PostgreSQL.

Lens has used parc since `FIRST_DAY`; Loos begins with its first import.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from parc.storage import accounts
from parc.storage.database import writing
from tests.databases import fresh_engine
from tests.factories import FIRST_DAY, LENS, LOOS


@pytest.fixture
def parc(postgresql_server: str | None) -> Iterator[Engine]:
    """Give an engine on a fresh database holding Lens and Loos."""
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        yield engine


def populate(engine: Engine) -> None:
    """Add the two owners."""
    with writing(engine) as session:
        name = "Communauté d'agglomération de Lens-Liévin"
        lens = accounts.add_owner(session, LENS, name, "epci", "LL")
        lens.first_day = FIRST_DAY
        accounts.add_owner(session, LOOS, "Loos-en-Gohelle", "commune", "LG")
