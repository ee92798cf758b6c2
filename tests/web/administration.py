"""Dora, who administers every owner, for tests of settings."""

import html
import re

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from parc.domain.access import Grant
from parc.domain.vocabulary import Role
from parc.storage import accounts, sessions
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, OwnerRow
from parc.web.deps import COOKIE
from tests.web.conftest import NOW

DORA = "dora@parc.example"
_SECRET = re.compile(r'<code id="secret"[^>]*>([^<]+)</code>')


def dora_of(app: FastAPI, engine: Engine) -> TestClient:
    """Add Dora and open her browser."""
    return browser_of(app, engine, DORA, Grant(Role.ADMIN, None))


def browser_of(app: FastAPI, engine: Engine, email: str, *grants: Grant) -> TestClient:
    """Add somebody with roles and open their browser."""
    with writing(engine) as session:
        # Nothing hashes to this: no password opens it, and none is computed.
        accounts.insert_account(session, email, grants, "-", NOW)
    return another_browser(app, engine, email)


def another_browser(app: FastAPI, engine: Engine, email: str) -> TestClient:
    """Open one more browser in which somebody is signed in."""
    with writing(engine) as session:
        secret = sessions.open_session(session, account(session, email), NOW, 12)
    return TestClient(app, follow_redirects=False, cookies={COOKIE: secret})


def account(session: Session, email: str) -> AccountRow:
    """Find an account."""
    return session.exec(select(AccountRow).where(AccountRow.email == email)).one()


def actor_of(engine: Engine, email: str) -> str:
    """Find the id that stands for somebody."""
    with reading(engine) as session:
        return account(session, email).actor


def roles_of(engine: Engine, email: str) -> set[tuple[Role, str]]:
    """Give somebody's roles, each with its owner's SIRET (empty: all)."""
    with reading(engine) as session:
        sirets = dict(session.exec(select(OwnerRow.id, OwnerRow.siret)).all())
        viewer = sessions.viewer_of(session, account(session, email).actor)
        return {
            (grant.role, sirets[grant.owner_id] if grant.owner_id else "")
            for grant in viewer.grants
        }


def owner_id(engine: Engine, siret: str) -> int:
    """Find an owner's id."""
    with reading(engine) as session:
        wanted = select(OwnerRow.id).where(OwnerRow.siret == siret)
        return session.exec(wanted).one()


def secret_of(page: str) -> str:
    """Read the secret that a page shows."""
    found = _SECRET.search(page)
    assert found is not None, page
    return html.unescape(found[1])


def text_of(page: str) -> str:
    """Give what a page says, with ordinary spaces."""
    bare = re.sub(r"<[^>]+>", " ", page)
    return " ".join(html.unescape(bare).replace("\u202f", " ").split())
