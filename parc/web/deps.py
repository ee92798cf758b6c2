"""What a handler may ask for: sessions, the time, who is asking.

A writing handler opens its own transaction: `with transaction() as session:`.
A dependency could not: it starts and ends in other threads than the handler,
while the write lock of SQLite belongs to one thread and would be held while
waiting for another. Commit happens at the end of the `with`, before any answer.

What asks nobody is `async`: it is computed at once, other things in a thread.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

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


def settings_of(request: Request) -> Settings:
    """Give the settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def engine_of(request: Request) -> Engine:
    """Give the application's database."""
    engine: Engine = request.app.state.engine
    return engine


def now_of(request: Request) -> datetime:
    """Give the instant of the request, in UTC."""
    now: datetime = request.app.state.clock()
    return now


async def get_settings(request: Request) -> Settings:
    """Give the settings the application was made with."""
    return settings_of(request)


async def get_engine(request: Request) -> Engine:
    """Give the application's database."""
    return engine_of(request)


SettingsDep = Annotated[Settings, Depends(get_settings)]
EngineDep = Annotated[Engine, Depends(get_engine)]


def get_read_session(engine: EngineDep) -> Iterator[Session]:
    """Open a session that only reads; it ends before the answer leaves."""
    with reading(engine) as session:
        yield session


async def get_transaction(
    engine: EngineDep,
) -> Callable[[], AbstractContextManager[Session]]:
    """Give what opens one transaction, to be used in a `with`."""
    return partial(writing, engine)


async def get_now(request: Request) -> datetime:
    """Give the instant of the request, in UTC."""
    return now_of(request)


Now = Annotated[datetime, Depends(get_now)]


async def get_today(now: Now) -> date:
    """Give the day of the request, in France."""
    return clock.local(now).date()


Today = Annotated[date, Depends(get_today)]
ReadSession = Annotated[Session, Depends(get_read_session, scope="function")]
Transaction = Annotated[
    Callable[[], AbstractContextManager[Session]], Depends(get_transaction)
]


def identify(request: Request, now: datetime) -> Identity | None:
    """Find who is asking: by cookie on pages, by bearer token under /api."""
    engine, settings = engine_of(request), settings_of(request)
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
        request.state.to_touch = secret
    return found.identity


def touch(request: Request, now: datetime) -> None:
    """Note that the session of a request is still in use, when it is time to."""
    secret = getattr(request.state, "to_touch", "")
    if secret:
        with writing(engine_of(request)) as session:
            sessions.touch(session, secret, now)


async def get_identity(request: Request, now: Now) -> Identity:
    """Give who is asking.

    Raises:
        SignInRequiredError: nobody is identified.
    """
    identity = await _identified(request, now)
    if identity is None:
        raise SignInRequiredError
    request.state.identity = identity
    return identity


async def _identified(request: Request, now: datetime) -> Identity | None:
    """Ask SQLite at once: a reading waits for nobody, a thread costs more than it."""
    if engine_of(request).dialect.name == "sqlite":
        identity = identify(request, now)
    else:
        identity = await run_in_threadpool(identify, request, now)
    if hasattr(request.state, "to_touch"):
        await run_in_threadpool(touch, request, now)
    return identity


CurrentIdentity = Annotated[Identity, Depends(get_identity)]


async def get_viewer(identity: CurrentIdentity) -> Viewer:
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


async def get_visitor(request: Request, now: Now) -> Identity | None:
    """Give who is asking on pages open to all; None for a stranger."""
    identity = await _identified(request, now)
    request.state.identity = identity
    return identity


Visitor = Annotated[Identity | None, Depends(get_visitor)]
