"""API tokens: what programs open parc with."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.fields import Field
from parc.domain.refusal import Refused
from parc.storage import administration
from parc.storage.administration import TOKEN_ROLES, Administrator
from parc.storage.database import reading
from parc.storage.owner_settings import owners_administered
from parc.web import problems, rendering
from parc.web.deps import EngineDep, Now, ReadSession, Transaction
from parc.web.errors import NotFoundError
from parc.web.settings import Admin
from parc.web.settings_roles import grants_of, scopes, told
from reports import french

router = APIRouter(prefix="/settings/tokens", include_in_schema=False)

NAME = Field(
    "name", "Nom", required=True, hint="À quoi il sert : « GLPI Agent des écoles »."
)


class Typed(BaseModel):
    """What the form of a new token sends."""

    name: str = ""
    role: list[str] = []


@router.get("")
def show_tokens(request: Request, session: ReadSession, admin: Admin) -> Response:
    """List the tokens of the owners that the viewer administers."""
    owners = owners_administered(session, admin)
    return rendering.page(
        request,
        "settings/tokens.html",
        tokens=[
            (token.row, list(told(token.grants, owners)), token.is_within(admin))
            for token in administration.tokens_seen(session, admin)
        ],
    )


@router.get("/new")
def new_token(request: Request, session: ReadSession, admin: Admin) -> Response:
    """Show the empty form."""
    return _new(request, session, admin, Typed())


@router.post("/new")
def add_token(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    admin: Admin,
    now: Now,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Add a token and show its secret, once."""
    try:
        with transaction() as session:
            grants = grants_of(typed.role, owners_administered(session, admin))
            secret = administration.open_token(session, admin, typed.name, grants, now)
    except Refused as refused:
        with reading(engine) as session:
            return _new(request, session, admin, typed, refused)
    # Not a redirection: the secret would have to be kept somewhere meanwhile.
    return rendering.page(
        request,
        "settings/secret.html",
        title="Jeton ajouté",
        label="Jeton",
        secret=secret,
        advice=french.typeset(
            "Rangez-le dans la configuration du programme qui s'en servira : "
            "en-tête « Authorization: Bearer … »."
        ),
        back="/settings/tokens",
        back_label="Voir les jetons",
        here="tokens",
    )


@router.post("/{token}/revoke")
def revoke_token(
    request: Request, transaction: Transaction, admin: Admin, now: Now, token: str
) -> Response:
    """Close a token for good."""
    with transaction() as session:
        seen = administration.tokens_seen(session, admin)
        found = next((held for held in seen if held.row.actor == token), None)
        if found is None:
            raise NotFoundError
        administration.revoke(session, admin, found, now)
    done = f"Le jeton « {found.row.name} » n'ouvre plus rien."
    return rendering.redirect(request, "/settings/tokens", done)


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
        "settings/token_new.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        name=NAME,
        values=typed.model_dump(),
        scopes=scopes(admin, owners, TOKEN_ROLES, typed.role),
        refusals=refused.reasons if refused else (),
    )
