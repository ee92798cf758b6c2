"""One's own account: roles held, and another password."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session, select

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal
from parc.storage import account_changes, accounts, attempts
from parc.storage.attempts import Keys
from parc.storage.tables import AccountRow
from parc.web import rendering, security
from parc.web.deps import (
    COOKIE,
    CurrentViewer,
    Now,
    ReadSession,
    Transaction,
)
from parc.web.errors import TooManyAttemptsError
from parc.web.settings_roles import told

router = APIRouter(include_in_schema=False)


class Typed(BaseModel):
    """What the form sends: the present password, the new one twice."""

    current: str = ""
    password: str = ""
    again: str = ""


@router.get("/account")
def show_own_account(
    request: Request, session: ReadSession, viewer: CurrentViewer
) -> Response:
    """Show one's own roles and the form of the password."""
    return _page(request, session, viewer)


@router.post("/account")
def change_password(
    *,
    request: Request,
    transaction: Transaction,
    viewer: CurrentViewer,
    now: Now,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Change one's own password; other browsers are signed out.

    Raises:
        TooManyAttemptsError: who finds a session open must not guess for ever.
    """
    with transaction() as session:
        account = _own(session, viewer)
        keys = _keys(request, account)
        wait = attempts.count(session, keys, now)
    if wait:
        raise TooManyAttemptsError(wait)
    # Outside any transaction: hashing is slow on purpose.
    is_right = accounts.is_password(account, typed.current)
    reasons = tuple(_reasons(typed, is_right=is_right))
    hashed = "" if reasons else accounts.hash_password(typed.password)
    with transaction() as session:
        if is_right:
            attempts.forgive(session, keys, now)
        if reasons:
            return _page(request, session, viewer, reasons)
        secret = security.cookie(request, COOKIE)
        account_changes.change_password(session, viewer.actor, hashed, secret)
    done = "Mot de passe changé. Vos autres navigateurs sont déconnectés."
    return rendering.redirect(request, "/account", done)


def _reasons(typed: Typed, *, is_right: bool) -> Iterator[Refusal]:
    if not is_right:
        message = "Le mot de passe actuel n'est pas le bon."
        yield Refusal("wrong_password", message, "current")
    yield from accounts.password_reasons(typed.password)
    if typed.again != typed.password:
        message = "Les deux saisies du nouveau mot de passe diffèrent."
        yield Refusal("passwords_differ", message, "again")
    if typed.password and typed.password == typed.current:
        message = "Le nouveau mot de passe est le même que l'ancien."
        yield Refusal("same_password", message, "password")


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    reasons: tuple[Refusal, ...] = (),
) -> Response:
    return rendering.page(
        request,
        "settings/own_account.html",
        status_code=422 if reasons else 200,
        account=_own(session, viewer),
        roles=list(told(viewer.grants, accounts.owners(session))),
        errors={reason.field: reason.message for reason in reasons},
        refusals=reasons,
        shortest=accounts.SHORTEST_PASSWORD,
    )


def _own(session: Session, viewer: Viewer) -> AccountRow:
    return session.exec(
        select(AccountRow).where(AccountRow.actor == viewer.actor)
    ).one()


def _keys(request: Request, account: AccountRow) -> Keys:
    return attempts.keys_of(
        request.app.state.signing_key, account.email, security.client_address(request)
    )
