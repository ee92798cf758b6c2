"""Bring the database's schema up to date, and tell whether it is."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config


class OutdatedSchemaError(Exception):
    """The database's schema is not the one this version of parc expects."""

    def __init__(self) -> None:
        super().__init__(
            "Le schéma de la base n'est pas à jour. Lancez : parc db upgrade"
        )


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; doing it twice changes nothing."""
    with engine.execution_options(writes=True).begin() as connection:
        upgrade_connection(connection, "head")


def upgrade_connection(connection: Connection, revision: str) -> None:
    """Run the migrations up to one revision inside the caller's transaction."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def revision(connection: Connection) -> str:
    """Return the revision that the database is at; empty when it has none."""
    from alembic.runtime.migration import MigrationContext

    heads = MigrationContext.configure(connection).get_current_heads()
    return heads[0] if heads else ""


def is_current(engine: Engine) -> bool:
    """Tell whether every migration has been applied, and no unknown one."""
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(connection))
        return revision(connection) == script.get_current_head()


def require_current(engine: Engine) -> None:
    """Refuse to go on with an outdated schema.

    Raises:
        OutdatedSchemaError: with the command that mends it.
    """
    if not is_current(engine):
        raise OutdatedSchemaError


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    folder = files("parc.storage").joinpath("migrations")
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    return config
