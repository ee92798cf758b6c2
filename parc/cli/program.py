"""The commands, put together."""

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from parc.cli import accounts, database, fleet, server
from parc.config import ConfigurationError
from parc.domain.refusal import Refused
from parc.storage.journal import ConflictError
from parc.storage.schema import OutdatedSchemaError

app = typer.Typer(
    name="parc",
    help="Suivre le matériel informatique, de l'achat au réemploi prouvé.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (server, fleet, database, accounts):
    module.add_to(app)


def main() -> None:
    """Run a command; what is refused ends with its reasons and exit code 1."""
    try:
        app()
    except Refused as refused:
        for reason in refused.reasons:
            typer.echo(f"Refusé : {reason.message}", err=True)
        sys.exit(1)
    except (OutdatedSchemaError, ConflictError, ConfigurationError) as error:
        typer.echo(f"Refusé : {error}", err=True)
        sys.exit(1)
    except OperationalError as error:
        typer.echo(f"La base de données ne répond pas : {error.orig}", err=True)
        sys.exit(1)
    except ValidationError as error:
        typer.echo(f"Configuration invalide : {error}", err=True)
        sys.exit(1)
