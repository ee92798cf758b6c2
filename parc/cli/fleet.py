"""Inventories in, annual reports out."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from imports import mapping_file
from imports.journal import is_journal
from imports.mapping_file import MappingFileError, SharedMapping
from imports.vocabulary import origins
from parc.cli.context import open_engine, owners_named, refuse, result, say
from parc.cli.export import import_journal
from parc.cli.files import read_file, require_place, write_file
from parc.cli.import_undo import undo_import
from parc.cli.progress import stages
from parc.cli.watching import watch_folder
from parc.clock import local, now, today
from parc.config import Settings
from parc.domain.vocabulary import Role
from parc.operations import importing, reporting
from parc.operations.mapping import categories
from parc.operations.watched_imports import Order
from parc.storage.database import reading, writing
from parc.storage.tables import OwnerRow

report = typer.Typer(help="Rapports annuels.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Un objet JSON sur la sortie.")]
Owners = Annotated[
    list[str] | None, typer.Option("--owner", help="SIRET, répétable ; sinon tous.")
]
_ORDERS = ("dmy", "mdy", "ymd")
_FORMATS = tuple(origins())
_MOST_TOLD = 100
"""Remarks shown one by one; a file of lines to correct holds their reasons."""


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("import")(import_file)
    app.add_typer(report, name="report")


def import_file(  # noqa: PLR0917 - options of the command line
    file: Annotated[
        Path | None,
        typer.Argument(help="Inventaire (.xlsx, .csv…) ; un dossier avec --watch."),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="SIRET du propriétaire.")] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", help="Forme attendue : snipe-it, glpi, ocs…"),
    ] = None,
    date_order: Annotated[
        str | None, typer.Option(help="Ordre des dates : dmy, mdy ou ymd.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="Correspondance des colonnes et des mots (.toml)."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Montrer sans rien écrire.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Où écrire les lignes à corriger.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Importer ce qui arrive dans le dossier.")
    ] = False,
    undo: Annotated[
        str | None,
        typer.Option(metavar="IMPORT", help="Annuler un import, par son identifiant."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Motif de l'annulation.")] = "",
    as_json: Json = False,
) -> None:
    """Importer un inventaire, ou ceux qui arrivent dans un dossier ; ou annuler."""
    _check(date_order, file_format)
    if undo is not None:
        undo_import(undo, reason, beside=file, dry_run=dry_run, as_json=as_json)
        return
    if file is None:
        message = "Il manque l'argument : file"
        raise typer.BadParameter(message)
    given = None if mapping is None else _mapping(mapping)
    if watch:
        _watch(file, owner, date_order, file_format, given)
        return
    content = read_file(file)
    if is_journal(content):
        if owner is not None:
            refuse("journal", "Un journal nomme ses propriétaires : ôtez --owner.")
        import_journal(content, file.name, dry_run=dry_run, as_json=as_json)
        return
    if rejects is not None:
        require_place(rejects)
    engine = open_engine(Settings())
    opened = reading if dry_run else writing
    with stages("Import") as step, opened(engine) as session:
        step(file.name)
        asked = importing.Asked(
            content=content,
            owner=_one_owner(session, owner),
            actor="command-line",
            at=now(),
            today=today(),
            date_order=date_order,
            format=file_format,
            dry_run=dry_run,
            mapping=given,
            roles=frozenset({Role.FLEET_LEAD}),
        )
        outcome = importing.run(session, asked)
        # Before the end of the transaction: refused, it takes the import with it.
        if rejects is not None and (_to_correct(outcome) or rejects.exists()):
            write_file(rejects, outcome.rejects)
    _end(outcome, file, rejects, as_json=as_json)


def _check(date_order: str | None, file_format: str | None) -> None:
    if date_order not in {None, *_ORDERS}:
        message = f"--date-order : {', '.join(_ORDERS)}"
        raise typer.BadParameter(message)
    if file_format not in {None, *_FORMATS}:
        message = f"--format : {', '.join(_FORMATS)}"
        raise typer.BadParameter(message)


def _end(
    outcome: importing.Outcome, file: Path, rejects: Path | None, *, as_json: bool
) -> None:
    if as_json:
        result(outcome.as_json(file.name))
    else:
        _tell(outcome, rejects)
    if not outcome.applied:
        raise typer.Exit(1)


def _one_owner(session: Session, siret: str | None) -> OwnerRow:
    owners = owners_named(session, [siret] if siret else [])
    if not owners:
        refuse("no_owner", "Aucun propriétaire. Créez-le avec : parc owner add")
    if len(owners) > 1:
        refuse("which_owner", "Précisez le propriétaire : --owner SIRET")
    return owners[0]


def _mapping(path: Path) -> SharedMapping:
    try:
        return mapping_file.read(read_file(path), categories())
    except MappingFileError as error:
        refuse("mapping", f"{path} : {error}")


def _watch(
    folder: Path,
    siret: str | None,
    date_order: str | None,
    file_format: str | None,
    mapping: SharedMapping | None,
) -> None:
    if not folder.is_dir():
        refuse("no_folder", f"Dossier introuvable : {folder}")
    engine = open_engine(Settings())
    with reading(engine) as session:
        owner = _one_owner(session, siret).siret
    watch_folder(engine, folder, Order(owner, date_order, file_format, mapping))


def _to_correct(outcome: importing.Outcome) -> int:
    return outcome.rejected + outcome.conflicts


def _tell(outcome: importing.Outcome, rejects: Path | None) -> None:
    if outcome.already_applied is not None:
        when = local(outcome.already_applied)
        say(f"Ce même fichier a déjà été appliqué le {when:%d/%m/%Y à %H:%M}.")
    for found in outcome.issues[:_MOST_TOLD]:
        where = f"ligne {found.line}" if found.line else "fichier"
        column = f", {found.column}" if found.column else ""
        say(f"{where}{column} : {found.message} [{found.code}]")
    if (others := len(outcome.issues) - _MOST_TOLD) > 0:
        say(f"… et {others} autres remarques (toutes avec --json).")
    if rejects is not None and _to_correct(outcome):
        say(f"À corriger : {rejects}")
    would = " (rien n'est écrit)" if outcome.dry_run else ""
    counts = (
        (outcome.created, "créé"),
        (outcome.updated, "modifié"),
        (outcome.unchanged, "inchangé"),
        (outcome.conflicts, "conflit"),
        (outcome.rejected, "rejeté"),
    )
    told = ", ".join(_counted(number, word) for number, word in counts)
    typer.echo(f"{_counted(outcome.read, 'ligne', 'lue')} : {told}{would}.")


def _counted(number: int, *words: str) -> str:
    """Write a number before its words; they take an s from two on."""
    ending = "s" if number > 1 else ""
    return " ".join([str(number), *(f"{word}{ending}" for word in words)])


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
    if out is not None:
        require_report(out)
    try:
        known_at = reporting.end_of(date.fromisoformat(as_of)) if as_of else None
    except ValueError as error:
        message = "--as-of : une date AAAA-MM-JJ"
        raise typer.BadParameter(message) from error
    reporting.check_year(year, today())
    with stages("Rapport") as step, reading(open_engine(Settings())) as session:
        step(str(year))
        owners = owners_named(session, owner or [])
        made = reporting.reen(session, owners, year, now(), known_at)
    if out is not None:
        write_file(out, reporting.workbook(made))
        say(f"Écrit : {out}")
    if as_json:
        result(reporting.to_json(made))


def require_report(out: Path) -> None:
    """Check before the work that the report can be written.

    Raises:
        typer.BadParameter: not the name of a workbook.
        Refused: its folder is missing, or it is one itself.
    """
    is_device = out.exists() and not (out.is_file() or out.is_dir())
    if out.suffix.lower() != ".xlsx" and not is_device:
        message = "--out : un classeur .xlsx"
        raise typer.BadParameter(message)
    require_place(out)
