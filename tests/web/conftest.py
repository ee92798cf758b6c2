"""An application on a fresh database, and the people who use it.

Alice runs Lens's fleet, Bob signs for Lens, Charlie holds every role, but in
Loos; the auditor reads everything; a stranger is not signed in. Each client
carries a session cookie for pages and a token for the API.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.command import Command
from parc.domain.vocabulary import Action, Role
from parc.operations.rules import rules_for
from parc.storage import accounts, journal, sessions
from parc.storage.database import writing
from parc.storage.tables import AccountRow, DeviceRow, GrantRow, OwnerRow
from parc.web.app import create_app
from parc.web.deps import COOKIE
from tests.databases import fresh_engine
from tests.factories import (
    ALICE,
    BOB,
    CHARLIE,
    FIRST_DAY,
    LENS,
    LOOS,
    TODAY,
    at,
)

NOW = at(TODAY)
PASSWORD = "la phrase de passe"
AUDITOR = "U-AUD1T0R0"
ALL_ROLES = frozenset(Role)
PEOPLE: dict[str, tuple[str, frozenset[Role], str | None]] = {
    ALICE.id: ("alice@lens.example", ALICE.roles, LENS),
    BOB.id: ("bob@lens.example", BOB.roles, LENS),
    CHARLIE.id: ("charlie@loos.example", ALL_ROLES, LOOS),
    AUDITOR: ("audit@chambre.example", frozenset({Role.AUDITOR}), None),
}
MakeDevice = Callable[..., str]
Record = Callable[[str, Command], None]


@pytest.fixture
def engine(postgresql_server: str | None) -> Iterator[Engine]:
    """Give a database with two owners and the four accounts."""
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        yield engine


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings that keep everything in a folder of the test."""
    return Settings(data_dir=tmp_path, secret="une clé de signature pour les tests")


@pytest.fixture
def app(settings: Settings, engine: Engine) -> FastAPI:
    """Give the application on the fresh database, at noon of `TODAY`."""
    return create_app(settings, engine, clock=lambda: NOW)


@pytest.fixture
def anonymous(app: FastAPI) -> TestClient:
    """Give the browser of a stranger."""
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def alice(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of Lens's technician, fleet lead and reuse officer."""
    return signed_in(app, engine, ALICE.id)


@pytest.fixture
def bob(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of Lens's signatory."""
    return signed_in(app, engine, BOB.id)


@pytest.fixture
def charlie(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of somebody who may do everything, elsewhere: in Loos."""
    return signed_in(app, engine, CHARLIE.id)


@pytest.fixture
def auditor(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of somebody who reads everything and writes nothing."""
    return signed_in(app, engine, AUDITOR)


@pytest.fixture
def make_device(engine: Engine) -> MakeDevice:
    """Give what registers a laptop bought in 2020 and returns its tag."""

    def make(owner: str = LENS, serial: str = "640HP72", **facts: object) -> str:
        return register_laptop(engine, owner, serial, **facts)

    return make


@pytest.fixture
def record(engine: Engine) -> Record:
    """Give what records a command on a device, by tag."""

    def record_one(tag: str, command: Command) -> None:
        with writing(engine) as session:
            row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
            owner = session.get_one(OwnerRow, row.owner_id)
            journal.record(session, row, command, rules_for(session, owner, TODAY))

    return record_one


def populate(engine: Engine) -> None:
    """Put two owners and the four accounts into an empty database."""
    with writing(engine) as session:
        for siret, name, kind, prefix in (
            (LENS, "Communauté d'agglomération de Lens-Liévin", "epci", "LL"),
            (LOOS, "Loos-en-Gohelle", "commune", "LG"),
        ):
            owner = accounts.add_owner(session, siret, name, kind, prefix)
            owner.first_day = FIRST_DAY
        session.flush()
        for actor in PEOPLE:
            _add_account(session, actor)


def register_laptop(
    engine: Engine, owner: str = LENS, serial: str = "640HP72", **facts: object
) -> str:
    """Register a laptop with one disk, bought in 2020; return its tag."""
    details: dict[str, object] = {
        "target": "in_stock",
        "category": "laptop",
        "maker": "Dell",
        "model": "Latitude 5420",
        "serial": serial,
        "acquired_on": "2020-03-01",
        "estimated_value_cents": 12_000,
        **facts,
    }
    bought = TODAY.replace(year=2020, month=3, day=2)
    command = Command(Action.REGISTER, bought, at(bought), ALICE, details)
    with writing(engine) as session:
        row = session.exec(select(OwnerRow).where(OwnerRow.siret == owner)).one()
        rules = rules_for(session, row, TODAY)
        media = [{"serial": f"{serial}-DISK", "kind": "ssd"}]
        device = journal.register_device(session, row, command, rules, media=media)
        return device.tag


def signed_in(app: FastAPI, engine: Engine, actor: str) -> TestClient:
    """Open a session and make a token for a person."""
    _, roles, siret = PEOPLE[actor]
    with writing(engine) as session:
        account = session.exec(
            select(AccountRow).where(AccountRow.actor == actor)
        ).one()
        secret = sessions.open_session(session, account, NOW, 12)
        owners = [siret] if siret else []
        token = accounts.add_token(session, f"jeton {actor}", roles, owners, NOW)
    return TestClient(
        app,
        follow_redirects=False,
        cookies={COOKIE: secret},
        headers={"Authorization": f"Bearer {token}"},
    )


def _add_account(session: Session, actor: str) -> None:
    email, roles, siret = PEOPLE[actor]
    # Not add_account: its slow hash, four times per test, would add up.
    owner = session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).first()
    session.add(
        AccountRow(
            actor=actor,
            email=email,
            name=None,
            password_hash=_password_hash(),
            created_at=NOW,
        )
    )
    session.add_all(
        GrantRow(actor=actor, role=role.value, owner_id=owner) for role in roles
    )


@cache
def _password_hash() -> str:
    return accounts.hash_password(PASSWORD)
