"""People who administer, and those whom they administer, for tests of settings."""

from collections.abc import Iterable

from sqlmodel import Session, select

from parc.domain.access import Grant
from parc.domain.vocabulary import Role
from parc.storage import accounts, administration, sessions
from parc.storage.administration import Administrator, Granted
from parc.storage.tables import AccountRow, OwnerRow
from tests.factories import TODAY, at

NOW = at(TODAY)
EVERYWHERE = Grant(Role.ADMIN, None)
HASH = "no password opens this account"
GENERAL = Administrator("U-00000000", None)
"""Somebody who administers everything and has no account: the command line."""


def owner_id(session: Session, siret: str) -> int:
    """Find an owner's id."""
    return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()


def an_account(session: Session, name: str, *grants: Grant) -> str:
    """Add somebody with roles, without the slow hash; return the actor."""
    email = f"{name}@parc.example"
    return accounts.insert_account(session, email, grants, HASH, NOW).actor


def granted(session: Session, actor: str) -> Granted[AccountRow]:
    """Find an account as the general administration sees it."""
    found = administration.account_seen(session, GENERAL, actor)
    assert found is not None
    return found


def admin(session: Session, actor: str) -> Administrator:
    """Give what somebody administers."""
    found = Administrator.of(sessions.viewer_of(session, actor))
    assert found is not None
    return found


def emails(found: Iterable[Granted[AccountRow]]) -> list[str]:
    """Name the people of a list by what precedes the @."""
    return [account.row.email.partition("@")[0] for account in found]
