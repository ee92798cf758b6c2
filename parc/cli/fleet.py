"""Inventories in, annual reports out."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from parc.cli.context import open_engine, owners_named, refuse, result, say
from parc.cli.progress import stages
from parc.clock import now, today
from parc.config import Settings
from parc.operations import importing, reporting
from parc.storage.database import reading, writing

report = typer.Typer(help="Rapports annuels.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Un objet JSON sur la sortie.")]
Owners = Annotated[
    list[str] | None, typer.Option("--owner", help="SIRET, répétable ; sinon tous.")
]
_ORDERS = ("dmy", "mdy", "ymd")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("import")(import_file)
    app.add_typer(report, name="report")


def import_file(  # noqa: PLR0917 - options of the command line
    file: Annotated[Path, typer.Argument(help="Inventaire .xlsx ou .csv.")],
    owner: Annotated[str | None, typer.Option(help="SIRET du propriétaire.")] = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="spreadsheet ou snipe-it.")
    ] = None,
    date_order: Annotated[
        str | None, typer.Option(help="Ordre des dates : dmy, mdy ou ymd.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Montrer sans rien écrire.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Où écrire les lignes à corriger.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Importer un inventaire."""
    if date_order not in {None, *_ORDERS}:
        message = f"--date-order : {', '.join(_ORDERS)}"
        raise typer.BadParameter(message)
    if not file.is_file():
        refuse("no_file", f"Fichier introuvable : {file}")
    engine = open_engine(Settings())
    opened = reading if dry_run else writing
    with stages("Import") as step, opened(engine) as session:
        owners = owners_named(session, [owner] if owner else [])
        if len(owners) != 1:
            refuse("which_owner", "Précisez le propriétaire : --owner SIRET")
        step(file.name)
        asked = importing.Asked(
            content=file.read_bytes(),
            owner=owners[0],
            actor="command-line",
            at=now(),
            today=today(),
            date_order=date_order,
            format=file_format,
            dry_run=dry_run,
        )
        outcome = importing.run(session, asked)
    if rejects and (outcome.rejected or outcome.conflicts):
        rejects.write_bytes(outcome.rejects)
    if as_json:
        result(outcome.as_json(file.name))
    else:
        _tell(outcome)
    if not outcome.applied:
        raise typer.Exit(1)


def _tell(outcome: importing.Outcome) -> None:
    for found in outcome.issues:
        where = f"ligne {found.line}" if found.line else "fichier"
        column = f", {found.column}" if found.column else ""
        say(f"{where}{column} : {found.message} [{found.code}]")
    would = " (rien n'est écrit)" if outcome.dry_run else ""
    typer.echo(
        f"{outcome.read} lignes lues : {outcome.created} créés, "
        f"{outcome.updated} modifiés, {outcome.unchanged} inchangés, "
        f"{outcome.conflicts} conflits, {outcome.rejected} rejetés{would}."
    )


@report.command()
def reen(
    year: Annotated[int, typer.Argument(help="Année.")],
    owner: Owners = None,
    as_of: Annotated[
        str | None, typer.Option(help="Tel que connu ce jour-là, AAAA-MM-JJ.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Classeur .xlsx à écrire.")] = None,
    as_json: Json = False,
) -> None:
    """Le taux de réemploi et ses listes (décret 2023-266)."""
    if out is None and not as_json:
        message = "--out FICHIER.xlsx ou --json"
        raise typer.BadParameter(message)
    if out is not None and out.suffix != ".xlsx":
        message = "--out : un classeur .xlsx"
        raise typer.BadParameter(message)
    try:
        known_at = reporting.end_of(date.fromisoformat(as_of)) if as_of else None
    except ValueError as error:
        message = "--as-of : une date AAAA-MM-JJ"
        raise typer.BadParameter(message) from error
    reporting.check_year(year, today())
    with stages("Rapport") as step, reading(open_engine(Settings())) as session:
        step(str(year))
        owners = owners_named(session, owner or [])
        if not owners:
            refuse("no_owner", "Aucun propriétaire. Voir : parc owner add")
        made = reporting.reen(session, owners, year, now(), known_at)
    if out is not None:
        out.write_bytes(reporting.workbook(made))
        say(f"Écrit : {out}")
    if as_json:
        result(reporting.to_json(made))
