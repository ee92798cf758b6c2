"""Accounts: who signs in, with which roles for which owners."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.fields import Field
from parc.domain.refusal import Refused
from parc.storage import account_changes, accounts, administration
from parc.storage.administration import ACCOUNT_ROLES, Administrator, Granted
from parc.storage.database import reading, writing
from parc.storage.owner_settings import owners_administered
from parc.storage.tables import AccountRow, OwnerRow
from parc.web import problems, rendering
from parc.web.deps import EngineDep, Now, ReadSession, Transaction
from parc.web.errors import NotFoundError
from parc.web.settings import Admin
from parc.web.settings_roles import grants_of, scopes, told, values_of
from reports import french

router = APIRouter(prefix="/settings/accounts", include_in_schema=False)

EMAIL = Field("email", "Adresse électronique", required=True)
NAME = Field("name", "Nom affiché", hint="Facultatif : sinon, l'adresse.")

Change = Callable[[Session, Granted[AccountRow]], None]


class Typed(BaseModel):
    """What the forms about an account send."""

    email: str = ""
    name: str = ""
    role: list[str] = []


AccountForm = Annotated[Typed, Form()]


@router.get("")
def show_accounts(request: Request, session: ReadSession, admin: Admin) -> Response:
    """List the accounts of the owners that the viewer administers."""
    owners = owners_administered(session, admin)
    return rendering.page(
        request,
        "settings/accounts.html",
        accounts=[
            (account.row, list(told(account.grants, owners)))
            for account in administration.accounts_seen(session, admin)
        ],
    )


@router.get("/new")
def new_account(request: Request, session: ReadSession, admin: Admin) -> Response:
    """Show the empty form."""
    return _new(request, session, admin, Typed())


@router.post("/new")
def add_account(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    admin: Admin,
    now: Now,
    typed: AccountForm,
) -> Response:
    """Add an account and show its password, once."""
    password = accounts.new_password()
    # Outside any transaction: hashing is slow on purpose.
    hashed = accounts.hash_password(password)
    try:
        with transaction() as session:
            grants = grants_of(typed.role, owners_administered(session, admin))
            row = account_changes.open_account(
                session, admin, typed.email, typed.name, grants, hashed, now
            )
    except Refused as refused:
        with reading(engine) as session:
            return _new(request, session, admin, typed, refused)
    return _secret(request, f"Compte ajouté : {row.email}", row, password)


@router.get("/{actor}")
def show_account(
    request: Request, session: ReadSession, admin: Admin, actor: str
) -> Response:
    """Show one account and what may be changed of it."""
    return _account(request, session, admin, _found(session, admin, actor))


@router.post("/{actor}/roles")
def change_roles(
    request: Request, engine: EngineDep, admin: Admin, actor: str, typed: AccountForm
) -> Response:
    """Give an account other roles."""

    def change(session: Session, account: Granted[AccountRow]) -> None:
        grants = grants_of(typed.role, owners_administered(session, admin))
        account_changes.set_roles(session, admin, account, grants)

    return _changed(request, engine, admin, actor, change, "Rôles modifiés.", typed)


@router.post("/{actor}/name")
def change_name(
    request: Request, engine: EngineDep, admin: Admin, actor: str, typed: AccountForm
) -> Response:
    """Change the name that an account shows."""

    def change(session: Session, account: Granted[AccountRow]) -> None:
        account_changes.rename(session, admin, account, typed.name)

    return _changed(request, engine, admin, actor, change, "Nom modifié.")


@router.post("/{actor}/disable")
def disable_account(
    request: Request, engine: EngineDep, admin: Admin, actor: str, now: Now
) -> Response:
    """Close an account; it may be opened again."""

    def change(session: Session, account: Granted[AccountRow]) -> None:
        account_changes.disable(session, admin, account, now)

    done = "Compte désactivé : ses sessions sont closes. Vous pouvez le réactiver."
    return _changed(request, engine, admin, actor, change, done)


@router.post("/{actor}/enable")
def enable_account(
    request: Request, engine: EngineDep, admin: Admin, actor: str
) -> Response:
    """Open an account again."""

    def change(session: Session, account: Granted[AccountRow]) -> None:
        account_changes.enable(session, admin, account)

    return _changed(request, engine, admin, actor, change, "Compte réactivé.")


@router.post("/{actor}/password")
def reset_password(
    request: Request, engine: EngineDep, admin: Admin, actor: str
) -> Response:
    """Replace a forgotten password and show the new one, once."""
    password = accounts.new_password()
    hashed = accounts.hash_password(password)

    def change(session: Session, account: Granted[AccountRow]) -> None:
        account_changes.reset_password(session, admin, account, hashed)

    refused = _applied(request, engine, admin, actor, change)
    if refused is not None:
        return refused
    with reading(engine) as session:
        row = _found(session, admin, actor).row
    return _secret(request, f"Nouveau mot de passe de {row.email}", row, password)


def _changed(  # noqa: PLR0917 - private, called alike
    request: Request,
    engine: Engine,
    admin: Administrator,
    actor: str,
    change: Change,
    done: str,
    typed: Typed | None = None,
) -> Response:
    refused = _applied(request, engine, admin, actor, change, typed)
    if refused is not None:
        return refused
    return rendering.redirect(request, f"/settings/accounts/{actor}", done)


def _applied(  # noqa: PLR0917 - private, called alike
    request: Request,
    engine: Engine,
    admin: Administrator,
    actor: str,
    change: Change,
    typed: Typed | None = None,
) -> Response | None:
    """Apply a change; what was refused is shown on the account's page."""
    try:
        with writing(engine) as session:
            change(session, _found(session, admin, actor))
    except Refused as refused:
        with reading(engine) as session:
            account = _found(session, admin, actor)
            return _account(
                request, session, admin, account, typed=typed, refused=refused
            )
    return None


def _found(session: Session, admin: Administrator, actor: str) -> Granted[AccountRow]:
    account = administration.account_seen(session, admin, actor)
    if account is None:
        raise NotFoundError
    return account


def _new(
    request: Request,
    session: Session,
    admin: Administrator,
    typed: Typed,
    refused: Refused | None = None,
) -> Response:
    owners = owners_administered(session, admin)
    return rendering.page(
        request,
        "settings/account_new.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        fields=(EMAIL, NAME),
        values=typed.model_dump(),
        scopes=scopes(admin, owners, ACCOUNT_ROLES, typed.role),
        refusals=refused.reasons if refused else (),
    )


def _account(
    request: Request,
    session: Session,
    admin: Administrator,
    account: Granted[AccountRow],
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    owners: Sequence[OwnerRow] = owners_administered(session, admin)
    ticked = typed.role if typed else values_of(account.grants, owners)
    return rendering.page(
        request,
        "settings/account.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        account=account.row,
        name=NAME,
        scopes=scopes(admin, owners, ACCOUNT_ROLES, ticked),
        is_own=account.row.actor == admin.actor,
        is_within=account.is_within(admin),
        refusals=refused.reasons if refused else (),
    )


def _secret(request: Request, title: str, row: AccountRow, password: str) -> Response:
    # Not a redirection: the secret would have to be kept somewhere meanwhile.
    return rendering.page(
        request,
        "settings/secret.html",
        title=title,
        label="Mot de passe",
        secret=password,
        advice=french.typeset(
            "Transmettez-le à la personne par un autre chemin que son adresse, et "
            "demandez-lui de le changer dans « Mon compte »."
        ),
        back=f"/settings/accounts/{row.actor}",
        back_label="Voir le compte",
        here="accounts",
    )
