"""What a handler may ask for: sessions, the time, who is asking.

A writing handler opens its own transaction: `with transaction() as session:`.
A dependency could not: it starts and ends in other threads than the handler,
while the write lock of SQLite belongs to one thread and would be held while
waiting for another. Commit happens at the end of the `with`, before any answer.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session

from parc import clock
from parc.config import Settings
from parc.domain.access import Viewer
from parc.domain.vocabulary import Role
from parc.storage import sessions
from parc.storage.database import reading, writing
from parc.storage.sessions import Identity
from parc.web import security
from parc.web.errors import ForbiddenError, NotFoundError, SignInRequiredError

COOKIE = "parc-session"
_BEARER = "bearer "


def get_settings(request: Request) -> Settings:
    """Give the settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def get_engine(request: Request) -> Engine:
    """Give the application's database."""
    engine: Engine = request.app.state.engine
    return engine


SettingsDep = Annotated[Settings, Depends(get_settings)]
EngineDep = Annotated[Engine, Depends(get_engine)]


def get_read_session(engine: EngineDep) -> Iterator[Session]:
    """Open a session that only reads; it ends before the answer leaves."""
    with reading(engine) as session:
        yield session


def get_transaction(
    engine: EngineDep,
) -> Callable[[], AbstractContextManager[Session]]:
    """Give what opens one transaction, to be used in a `with`."""
    return partial(writing, engine)


def get_now(request: Request) -> datetime:
    """Give the instant of the request, in UTC."""
    now: datetime = request.app.state.clock()
    return now


Now = Annotated[datetime, Depends(get_now)]


def get_today(now: Now) -> date:
    """Give the day of the request, in France."""
    return clock.local(now).date()


Today = Annotated[date, Depends(get_today)]
ReadSession = Annotated[Session, Depends(get_read_session, scope="function")]
Transaction = Annotated[
    Callable[[], AbstractContextManager[Session]], Depends(get_transaction)
]


def identify(request: Request, now: datetime) -> Identity | None:
    """Find who is asking: by cookie on pages, by bearer token under /api."""
    engine, settings = get_engine(request), get_settings(request)
    if request.url.path.startswith("/api/"):
        authorization = request.headers.get("authorization", "")
        if not authorization.lower().startswith(_BEARER):
            return None
        secret = authorization[len(_BEARER) :].strip()
        with reading(engine) as session:
            return sessions.by_token(session, secret)
    secret = security.cookie(request, COOKIE)
    if not secret:
        return None
    # A session of its own, closed at once: no connection is held between
    # the threads of a request.
    with reading(engine) as session:
        found = sessions.by_cookie(session, secret, now, settings.idle_minutes)
    if found is None:
        return None
    if found.stale:
        with writing(engine) as session:
            sessions.touch(session, secret, now)
    return found.identity


def get_identity(request: Request, now: Now) -> Identity:
    """Give who is asking.

    Raises:
        SignInRequiredError: nobody is identified.
    """
    identity = identify(request, now)
    if identity is None:
        raise SignInRequiredError
    request.state.identity = identity
    return identity


CurrentIdentity = Annotated[Identity, Depends(get_identity)]


def get_viewer(identity: CurrentIdentity) -> Viewer:
    """Give the roles of who is asking."""
    return identity.viewer


CurrentViewer = Annotated[Viewer, Depends(get_viewer)]


def require_role(viewer: Viewer, owner_id: int, *roles: Role) -> None:
    """Stop who may not do something for an owner.

    Raises:
        NotFoundError: the owner's things may not even be known of.
        ForbiddenError: they may be seen, and that is all.
    """
    if not viewer.sees(owner_id):
        raise NotFoundError
    if viewer.roles(owner_id).isdisjoint(roles):
        raise ForbiddenError


def get_visitor(request: Request, now: Now) -> Identity | None:
    """Give who is asking on pages open to all; None for a stranger."""
    identity = identify(request, now)
    request.state.identity = identity
    return identity


Visitor = Annotated[Identity | None, Depends(get_visitor)]
