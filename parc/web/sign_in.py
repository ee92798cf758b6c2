"""Signing in and out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from parc.storage import accounts, attempts, sessions
from parc.storage.attempts import Keys
from parc.web import rendering, security
from parc.web.deps import COOKIE, Now, Transaction, identify, settings_of
from parc.web.errors import TooManyAttemptsError

router = APIRouter(include_in_schema=False)

_WRONG = "Adresse ou mot de passe incorrect."
_OUR_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""A path of this site: nothing that a browser could read as another site."""


class Credentials(BaseModel):
    """What the form sends; `next` is where to go on."""

    email: str = ""
    password: str = ""
    next: str = "/"


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    now: Now,
    next: str = "/",  # noqa: A002 - the parameter's usual name
) -> Response:
    """Show the form; who is signed in already goes on."""
    if identify(request, now) is not None:
        return rendering.redirect(request, _ours(next))
    return _form(request, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    now: Now,
    transaction: Transaction,
    typed: Annotated[Credentials, Form()],
) -> Response:
    """Check a password, open a session.

    Raises:
        TooManyAttemptsError: guessing is slowed down, right password or not.
    """
    keys = _keys(request, typed.email)
    with transaction() as session:
        wait = attempts.count(session, keys, now)
        account = accounts.account_named(session, typed.email)
    if wait:
        raise TooManyAttemptsError(wait)
    # Outside any transaction: hashing is slow on purpose.
    if not accounts.is_password(account, typed.password) or account is None:
        return _form(request, typed.next, email=typed.email, error=_WRONG)
    hours = settings_of(request).session_hours
    with transaction() as session:
        attempts.forgive(session, keys, now)
        sessions.close_session(session, security.cookie(request, COOKIE))
        secret = sessions.open_session(session, account, now, hours)
    response = rendering.redirect(request, _ours(typed.next))
    security.set_cookie(request, response, COOKIE, secret, max_age=hours * 3600)
    return response


@router.post("/sign-out")
def sign_out(request: Request, transaction: Transaction) -> Response:
    """End the session here and in the database."""
    secret = security.cookie(request, COOKIE)
    if secret:
        with transaction() as session:
            sessions.close_session(session, secret)
    response = rendering.redirect(request, "/sign-in", "Vous êtes déconnecté.")
    security.drop_cookie(request, response, COOKIE)
    return response


def _form(
    request: Request,
    following: str,
    *,
    email: str = "",
    error: str = "",
) -> HTMLResponse:
    return rendering.page(
        request,
        "sign_in/page.html",
        status_code=422 if error else 200,
        following=_ours(following),
        email=email,
        error=error,
    )


def _keys(request: Request, email: str) -> Keys:
    return attempts.keys_of(
        request.app.state.signing_key, email, security.client_address(request)
    )


def _ours(address: str) -> str:
    return address if _OUR_PATH.fullmatch(address) else "/"
