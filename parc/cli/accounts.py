"""Owners, people's accounts and API tokens."""

import secrets
from typing import Annotated

import typer
from sqlmodel import col, select

from parc.cli.context import open_engine, result, roles_named, say
from parc.clock import now
from parc.config import Settings
from parc.storage.accounts import add_account, add_owner, add_token
from parc.storage.database import reading, writing
from parc.storage.tables import OwnerRow

owner = typer.Typer(help="Propriétaires (personnes morales).", no_args_is_help=True)
user = typer.Typer(help="Comptes.", no_args_is_help=True)
token = typer.Typer(help="Jetons d'API.", no_args_is_help=True)

Roles = Annotated[list[str], typer.Option("--role", help="Rôle, répétable.")]
Owners = Annotated[
    list[str] | None,
    typer.Option("--owner", help="SIRET, répétable ; sans lui : tous."),
]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(owner, name="owner")
    app.add_typer(user, name="user")
    app.add_typer(token, name="token")


@owner.command("add")
def owner_add(
    siret: Annotated[str, typer.Argument(help="SIRET, 14 chiffres.")],
    name: Annotated[str, typer.Argument(help="Raison sociale.")],
    kind: Annotated[
        str, typer.Option(help="epci, commune ou public_body.")
    ] = "commune",
    prefix: Annotated[
        str | None, typer.Option(help="Préfixe des étiquettes, 2 à 5 lettres.")
    ] = None,
) -> None:
    """Ajouter un propriétaire."""
    with writing(open_engine(Settings())) as session:
        row = add_owner(session, siret, name, kind, prefix)
        say(f"{row.name} ({row.siret}) : étiquettes {row.prefix}-…")


@owner.command("list")
def owner_list(
    as_json: Annotated[bool, typer.Option("--json", help="Un objet JSON.")] = False,
) -> None:
    """Lister les propriétaires."""
    with reading(open_engine(Settings())) as session:
        rows = session.exec(select(OwnerRow).order_by(col(OwnerRow.name))).all()
    if as_json:
        names = ("siret", "name", "kind", "prefix")
        result({"owners": [{n: getattr(row, n) for n in names} for row in rows]})
        return
    for row in rows:
        typer.echo(f"{row.siret}  {row.prefix:<5}  {row.name}")
    if not rows:
        say("Aucun propriétaire. Ajoutez-en un : parc owner add SIRET NOM")


@user.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="Adresse électronique.")],
    role: Roles,
    owner: Owners = None,
    ask_password: Annotated[
        bool,
        typer.Option("--ask-password", help="Demander le mot de passe au clavier."),
    ] = False,
) -> None:
    """Ajouter un compte ; son mot de passe est affiché une seule fois."""
    granted = roles_named(role)
    engine = open_engine(Settings())
    password = secrets.token_urlsafe(12)
    if ask_password:
        password = typer.prompt(
            "Mot de passe",
            prompt_suffix=" : ",
            hide_input=True,
            confirmation_prompt="Encore une fois",
            err=True,
        )
    with writing(engine) as session:
        add_account(session, email, granted, owner or [], password, now())
    if not ask_password:
        typer.echo(password)
    say(f"Compte {email} ajouté.")


@token.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="À quoi sert ce jeton.")],
    role: Roles,
    owner: Owners = None,
) -> None:
    """Ajouter un jeton d'API, affiché une seule fois."""
    granted = roles_named(role)
    with writing(open_engine(Settings())) as session:
        secret = add_token(session, name, granted, owner or [], now())
    typer.echo(secret)
    say(f"Jeton « {name} » ajouté : il ne sera plus affiché.")
