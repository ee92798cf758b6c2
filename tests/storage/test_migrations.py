"""The migrations build exactly the tables that the code declares."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, select

from parc.storage import schema
from parc.storage.schema import OutdatedSchemaError
from parc.storage.tables import METADATA
from tests.databases import empty_engine
from tests.factories import LENS

OWNERS = METADATA.tables["owner"]


@pytest.fixture
def empty(postgresql_server: str | None) -> Iterator[Engine]:
    """Give a database without a single table."""
    with empty_engine(postgresql_server) as engine:
        yield engine


def test_the_migrations_build_the_declared_tables(empty: Engine) -> None:
    schema.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_old_schema_is_refused_until_it_is_upgraded_and_keeps_its_rows(
    empty: Engine,
) -> None:
    with empty.execution_options(writes=True).begin() as connection:
        schema.upgrade_connection(connection, "0001")
        connection.execute(
            insert(OWNERS).values(
                siret=LENS, name="Lens", kind="epci", prefix="LL", last_number=3
            )
        )
    with pytest.raises(OutdatedSchemaError, match="parc db upgrade"):
        schema.require_current(empty)

    schema.upgrade(empty)

    schema.require_current(empty)
    with empty.connect() as connection:
        kept = connection.execute(select(OWNERS.c.siret, OWNERS.c.last_number)).all()
    assert kept == [(LENS, 3)]
