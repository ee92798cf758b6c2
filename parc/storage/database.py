"""Engine, SQLite made fit for a web service, and the one place that commits."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from parc.domain.refusal import Refusal, Refused

_BUSY_MS = 30_000
"""How long a process waits for another's long transaction, a big import say."""
_CACHE_KIB = 65_536
"""Room for a connection's pages: the dozen indexes of a long import fit in it."""
_write_lock = threading.RLock()
"""One writer per process on SQLite: waiting here beats its busy loop."""


class BusyError(Refused):
    """Another process has been writing for too long; nothing was recorded."""

    def __init__(self) -> None:
        message = (
            "Une longue écriture est en cours, un import sans doute : rien n'a été "
            "enregistré. Recommencez dans un instant."
        )
        super().__init__((Refusal("busy", message),))


def connect(url: str) -> Engine:
    """Open an engine on `sqlite:///…` or `postgresql+psycopg://…`."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads; whatever it changed is dropped."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open one transaction: committed at the end, rolled back on any exception.

    On SQLite the write lock is taken at the start (BEGIN IMMEDIATE), so that a
    transaction never fails half-way because another one wrote first.

    Raises:
        BusyError: another process writes, and goes on.
    """
    with (
        _one_writer(engine),
        Session(
            engine.execution_options(writes=True), expire_on_commit=False
        ) as session,
    ):
        yield session
        session.commit()


def is_sqlite(session: Session) -> bool:
    """Tell which of the two databases a session talks to."""
    return session.get_bind().dialect.name == "sqlite"


def answers(engine: Engine) -> bool:
    """Ask the database for a sign of life."""
    with engine.connect() as connection:
        return bool(connection.execute(text("SELECT 1")).scalar_one())


def _one_writer(engine: Engine) -> AbstractContextManager[object]:
    return _write_lock if engine.dialect.name == "sqlite" else nullcontext()


def _prepare_sqlite(connection: SQLiteConnection, _: object) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {_BUSY_MS}",
        f"cache_size = -{_CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    if not writes:
        connection.exec_driver_sql("BEGIN")
        return
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        raise BusyError from error
