"""Signed-in browsers and API tokens: who a secret stands for.

Secrets are 256 random bits; only their SHA-256 is stored, so that a stolen
database opens no session.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role
from parc.storage.tables import AccountRow, GrantRow, SessionRow, TokenRow

SESSIONS: Table = SessionRow.__table__  # type: ignore[attr-defined]
_TOUCH_EVERY = timedelta(minutes=2)
"""Being seen is noted at most this often: reading pages must not mean writing."""


_WHO = (
    select_columns(
        col(SessionRow.seen_at),
        col(AccountRow.actor),
        col(AccountRow.name),
        col(AccountRow.email),
        col(GrantRow.role),
        col(GrantRow.owner_id),
    )
    .join(AccountRow, col(AccountRow.id) == col(SessionRow.account_id))
    .outerjoin(GrantRow, col(GrantRow.actor) == col(AccountRow.actor))
    .where(
        col(SessionRow.key) == bindparam("key"),
        col(SessionRow.expires_at) > bindparam("at"),
        col(SessionRow.seen_at) > bindparam("idle"),
        col(AccountRow.disabled_at).is_(None),
    )
)
"""One statement, written once: every page asks who is asking."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: roles, and the name to show to that very person."""

    viewer: Viewer
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """A live session; `stale` asks for `touch`."""

    identity: Identity
    stale: bool


def viewer_of(session: Session, actor: str) -> Viewer:
    """Gather what was granted to an account or a token."""
    rows = session.exec(
        select(GrantRow.role, GrantRow.owner_id).where(GrantRow.actor == actor)
    )
    return Viewer(actor, frozenset(Grant(Role(role), owner) for role, owner in rows))


def open_session(
    session: Session, account: AccountRow, at: datetime, hours: int
) -> str:
    """Open a session of at most `hours`; return its secret, for the cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            key=key_of(secret),
            account_id=account.id,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=hours),
        )
    )
    session.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= at))
    return secret


def by_cookie(
    session: Session, secret: str, at: datetime, idle_minutes: int
) -> Found | None:
    """Find who a cookie's secret stands for; None once idle, expired or disabled."""
    given = {
        "key": key_of(secret),
        "at": at,
        "idle": at - timedelta(minutes=idle_minutes),
    }
    rows = session.execute(_WHO, given).all()
    if not rows:
        return None
    seen_at, actor, name, email, *_ = rows[0]
    grants = frozenset(
        Grant(Role(role), owner) for *_, role, owner in rows if role is not None
    )
    identity = Identity(Viewer(actor, grants), name or email)
    return Found(identity, stale=at - seen_at >= _TOUCH_EVERY)


def touch(session: Session, secret: str, at: datetime) -> None:
    """Note that a session is still in use."""
    session.execute(
        update(SESSIONS).where(SESSIONS.c.key == key_of(secret)).values(seen_at=at)
    )


def close_session(session: Session, secret: str) -> None:
    """End a session for good: its cookie opens nothing any more."""
    session.execute(delete(SESSIONS).where(SESSIONS.c.key == key_of(secret)))


def by_token(session: Session, secret: str) -> Identity | None:
    """Find what an API token stands for; None when unknown or revoked."""
    token = session.exec(
        select(TokenRow).where(
            TokenRow.key == key_of(secret), col(TokenRow.revoked_at).is_(None)
        )
    ).first()
    if token is None:
        return None
    return Identity(viewer_of(session, token.actor), token.name)


def key_of(secret: str) -> str:
    """Hash a secret for storage; it is random, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
