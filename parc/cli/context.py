"""What every command needs: settings, an engine on a current schema, output."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from typing import NoReturn

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, col, select

from parc.config import Settings
from parc.domain import siret
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage import schema
from parc.storage.database import connect
from parc.storage.tables import OwnerRow

_opened = ExitStack()


def open_engine(settings: Settings, *, current: bool = True) -> Engine:
    """Open the configured database; by default its schema must be current.

    Raises:
        Refused: the address of the database cannot be read.
        OutdatedSchemaError: the schema is not current.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        engine = connect(settings.database_url)
    except (ArgumentError, ValueError):
        refuse(
            "invalid_url",
            "PARC_DATABASE_URL n'est pas l'adresse d'une base de données.",
        )
    _opened.callback(engine.dispose)
    if current:
        schema.require_current(engine)
    return engine


def close_engines() -> None:
    """Close what the command that ends has opened."""
    _opened.close()


def say(message: str) -> None:
    """Tell a person something; standard output stays for results."""
    typer.echo(message, err=True)


def result(value: object) -> None:
    """Print one JSON object, and nothing else, on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def refuse(code: str, message: str) -> NoReturn:
    """End a command with one reason."""
    raise Refused((Refusal(code, message),))


def owners_named(session: Session, sirets: Iterable[str]) -> list[OwnerRow]:
    """Find owners by SIRET; none named means all of them.

    Raises:
        Refused: a SIRET is not an owner of this parc.
    """
    wanted = [siret.normalise(text) for text in sirets]
    found = list(session.exec(select(OwnerRow).order_by(col(OwnerRow.siret))))
    if not wanted:
        return found
    unknown = set(wanted) - {owner.siret for owner in found}
    if unknown:
        listed = ", ".join(sorted(unknown))
        refuse(
            "unknown_owner",
            f"Propriétaire inconnu : {listed}. Voir : parc owner list",
        )
    return [owner for owner in found if owner.siret in wanted]


def roles_named(names: Iterable[str]) -> list[Role]:
    """Read role names.

    Raises:
        typer.BadParameter: one is unknown; the message lists those that exist.
    """
    try:
        return [Role(name) for name in names]
    except ValueError as error:
        known = ", ".join(role.value for role in Role)
        message = f"rôle inconnu ({error}). Rôles : {known}"
        raise typer.BadParameter(message) from error
