"""A migrated database with two owners, on SQLite or PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.command import Command
from parc.domain.events import Event
from parc.domain.vocabulary import Action
from parc.storage import journal
from parc.storage.database import writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.databases import fresh_engine
from tests.factories import FIRST_DAY, LENS, LOOS, a_command, some_rules

BOUGHT = a_command(Action.REGISTER).effective_on.replace(2020, 3, 2)


@pytest.fixture
def engine(postgresql_server: str | None) -> Iterator[Engine]:
    """Give an engine on a fresh database holding Lens and Loos."""
    with fresh_engine(postgresql_server) as engine:
        with writing(engine) as session:
            add_owners(session)
        yield engine


def add_owners(session: Session) -> None:
    """Add Lens and Loos."""
    for siret, name, prefix in (
        (LENS, "Communauté d'agglomération de Lens-Liévin", "LENS"),
        (LOOS, "Loos-en-Gohelle", "LOOS"),
    ):
        session.add(
            OwnerRow(
                siret=siret,
                name=name,
                kind="epci" if siret == LENS else "commune",
                prefix=prefix,
                first_day=FIRST_DAY,
            )
        )


def owner_row(session: Session, siret: str) -> OwnerRow:
    """Find an owner."""
    return session.exec(select(OwnerRow).where(OwnerRow.siret == siret)).one()


def a_laptop(
    session: Session, *, owner: str = LENS, serial: str = "640HP72", **facts: object
) -> DeviceRow:
    """Register a laptop bought in 2020, with one disk."""
    details = {
        "target": "in_stock",
        "category": "laptop",
        "maker": "Dell",
        "model": "Latitude 5420",
        "serial": serial,
        "acquired_on": "2020-03-01",
        "estimated_value_cents": 12_000,
        **facts,
    }
    return journal.register_device(
        session,
        owner_row(session, owner),
        a_command(Action.REGISTER, BOUGHT, details),
        some_rules(),
        media=[{"serial": "DISK-1", "kind": "ssd"}],
    )


def do(
    session: Session,
    row: DeviceRow,
    command: Command,
    *,
    expected_version: int | None = None,
) -> Event:
    """Record a command under the usual rules."""
    return journal.record(
        session, row, command, some_rules(), expected_version=expected_version
    )
