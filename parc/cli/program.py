"""The commands, put together."""

import sys

import typer
from sqlalchemy.exc import DBAPIError
from typer.exceptions import TyperException

from parc.cli import accounts, database, export, fleet, labels, server, worker
from parc.cli.context import close_engines, say
from parc.cli.files import explained
from parc.cli.french import french_command, is_help, usage_error
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
for module in (server, worker, fleet, export, labels, database, accounts):
    module.add_to(app)

_REFUSALS = (
    Refused,
    OutdatedSchemaError,
    ConflictError,
    ConfigurationError,
    DBAPIError,
    ModuleNotFoundError,
    OSError,
)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; what is refused ends with its reasons and exit code 1."""
    try:
        code = french_command(app)(arguments, prog_name="parc", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        if not is_help(error):
            say(usage_error(error))
        code = error.exit_code
    except typer.Abort:
        say("Abandonné : rien n'a changé.")
        code = 1
    except _REFUSALS as error:
        for reason in _reasons(error):
            say(reason)
        code = 1
    finally:
        close_engines()
    sys.exit(code)


def _reasons(error: Exception) -> list[str]:
    """Say why nothing was done; what is no refusal is raised again: it is our fault."""
    match error:
        case Refused():
            return [f"Refusé : {reason.message}" for reason in error.reasons]
        case DBAPIError():
            return [f"La base de données ne répond pas : {error.orig}"]
        case ModuleNotFoundError(name="psycopg"):
            return ["PostgreSQL demande l'extra : pip install parc[postgres]"]
        case ModuleNotFoundError():
            raise error
        case OSError():
            return [f"Refusé : {explained(error)}"]
        case _:
            return [f"Refusé : {error}"]
