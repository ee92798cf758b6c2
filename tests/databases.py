"""Fresh, migrated databases for tests: copied from one template per session."""

import functools
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from parc.storage import schema
from parc.storage.database import connect

_numbers = itertools.count(1)


def fresh_engine(server: str | None) -> AbstractContextManager[Engine]:
    """Open an engine on an empty, migrated database that is thrown away after.

    `server` is the URL of a PostgreSQL database whose server may be used to
    make others; None asks for SQLite.
    """
    return _engine(server, migrated=True)


def empty_engine(server: str | None) -> AbstractContextManager[Engine]:
    """Open an engine on a database without a table, thrown away after."""
    return _engine(server, migrated=False)


@contextmanager
def _engine(server: str | None, *, migrated: bool) -> Iterator[Engine]:
    if server is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "parc.db"
            if migrated:
                shutil.copyfile(_sqlite_template(), path)
            engine = connect(f"sqlite:///{path}")
            yield engine
            engine.dispose()
        return
    template = _postgresql_template(server)
    name = f"{template}_{next(_numbers)}"
    copied = f' TEMPLATE "{template}"' if migrated else ""
    _run(server, f'CREATE DATABASE "{name}"{copied}')
    engine = connect(_url(server, name))
    yield engine
    engine.dispose()
    _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@functools.cache
def _sqlite_template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="parc-template-")) / "template.db"
    engine = connect(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@functools.cache
def _postgresql_template(server: str) -> str:
    name = f"{make_url(server).database}_template"
    _run(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _run(server, f'CREATE DATABASE "{name}"')
    engine = connect(_url(server, name))
    schema.upgrade(engine)
    engine.dispose()
    return name


def _url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
