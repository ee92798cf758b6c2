"""Devices and histories out as files; the histories of another parc in again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from sqlmodel import Session

from imports.journal import SHEET
from parc.cli.context import open_engine, owners_named, refuse, result, say
from parc.cli.files import explained, require_place
from parc.cli.progress import stages
from parc.clock import now, today
from parc.config import Settings
from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role
from parc.operations import device_export, journal_export, journal_import
from parc.storage.database import reading, writing
from parc.storage.device_list import Filters
from parc.storage.tables import OwnerRow
from reports.render.table_files import Field, Row, csv_blocks, json_lines, write_xlsx

export = typer.Typer(help="Matériels et histoires en fichiers.", no_args_is_help=True)

KINDS = (".csv", ".xlsx", ".jsonl")
_ACTOR = "command-line"
_MOST_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_MOST_TOLD = 100
_TOLD_EVERY = 500

Out = Annotated[Path, typer.Option("--out", help="Fichier .csv, .xlsx ou .jsonl.")]
Owners = Annotated[
    list[str] | None, typer.Option("--owner", help="SIRET, répétable ; sinon tous.")
]
Rows = Callable[[Session, list[OwnerRow]], Iterator[Row]]


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(export, name="export")


@export.command()
def devices(out: Out, owner: Owners = None) -> None:
    """Une ligne par matériel, que tout tableur ouvre ; sans noms de personnes."""
    # Names stay in their table (decision D4), and an id is not the name of anybody.
    kept = [i for i, f in enumerate(device_export.FIELDS) if f.key != "holder"]

    def rows(session: Session, owners: list[OwnerRow]) -> Iterator[Row]:
        grants = frozenset(Grant(Role.AUDITOR, row.id) for row in owners)
        viewer = Viewer(_ACTOR, grants)
        shown = device_export.device_rows(session, viewer, Filters(gone=True), today())
        for row in shown:
            yield [row[index] for index in kept]

    _export(out, owner, "Matériels", [device_export.FIELDS[i] for i in kept], rows)


@export.command()
def events(out: Out, owner: Owners = None) -> None:
    """Une ligne par événement : un autre parc réécrit les histoires (parc import)."""

    def rows(session: Session, owners: list[OwnerRow]) -> Iterator[Row]:
        ids = [row.id for row in owners] if owner else None
        return journal_export.event_rows(session, ids)

    _export(out, owner, SHEET, journal_export.FIELDS, rows)


def import_journal(
    content: bytes, name: str, *, dry_run: bool = False, as_json: bool = False
) -> None:
    """Write the histories of a journal, and tell what became of its devices.

    Raises:
        Refused: the file as a whole cannot be read.
        typer.Exit: nothing could be applied.
    """
    opened = reading if dry_run else writing
    engine = open_engine(Settings())
    with stages("Import") as step, opened(engine) as session:
        step(name)
        asked = journal_import.AskedJournal(content, _ACTOR, now(), today(), dry_run)
        outcome = journal_import.run(session, asked)
    if as_json:
        result(outcome.as_json(name))
    else:
        for found in outcome.issues[:_MOST_TOLD]:
            where = f"ligne {found.line}" if found.line else "fichier"
            column = f", {found.column}" if found.column else ""
            say(f"{where}{column} : {found.message} [{found.code}]")
        if (others := len(outcome.issues) - _MOST_TOLD) > 0:
            say(f"… et {others} autres remarques (toutes avec --json).")
        would = " (rien n'est écrit)" if dry_run else ""
        typer.echo(
            f"Matériels lus : {outcome.read} ; créés : {outcome.created}, inchangés : "
            f"{outcome.unchanged}, en conflit : {outcome.conflicts}, rejetés : "
            f"{outcome.rejected}{would}."
        )
    if not outcome.applied:
        raise typer.Exit(1)


def _export(
    out: Path, owner: list[str] | None, title: str, fields: Sequence[Field], rows: Rows
) -> None:
    kind = out.suffix.lower()
    if kind not in KINDS:
        message = f"--out : un fichier {', '.join(KINDS)}"
        raise typer.BadParameter(message)
    require_place(out, plain=True)
    partial = out.with_name(f"{out.name}.partial")
    written, problem = 0, ""
    try:
        with (
            stages("Export") as step,
            reading(open_engine(Settings())) as session,
            partial.open("wb") as file,
        ):
            owners = owners_named(session, owner or [])
            if not owners:
                refuse("no_owner", "Aucun propriétaire. Créez-le avec : parc owner add")

            def told() -> Iterator[Row]:
                nonlocal written, problem
                for row in rows(session, owners):
                    written += 1
                    # Ended rather than broken off: a workbook must be closed.
                    if kind == ".xlsx" and (problem := _no_room(row, written)):
                        return
                    if written % _TOLD_EVERY == 0:
                        step(f"{written} lignes")
                    yield row

            _write(kind, title, fields, told(), file)
        if problem:
            refuse("no_workbook", problem)
        partial.replace(out)
    except OSError as error:
        refuse("unwritable", explained(error, out))
    finally:
        partial.unlink(missing_ok=True)
    say(f"Écrit : {out} ({written} lignes)")


def _write(
    kind: str,
    title: str,
    fields: Sequence[Field],
    rows: Iterator[Row],
    file: BinaryIO,
) -> None:
    if kind == ".xlsx":
        write_xlsx(title, fields, rows, file)
        return
    blocks = csv_blocks if kind == ".csv" else json_lines
    file.writelines(blocks(fields, rows))


def _no_room(row: Row, number: int) -> str:
    """Say what a workbook would cut without a word."""
    if number > _MOST_ROWS:
        return "Trop de lignes pour un classeur : exportez en .csv ou .jsonl."
    if any(isinstance(value, str) and len(value) > _LONGEST_CELL for value in row):
        return (
            f"La ligne {number} est trop longue pour un classeur : exportez en .csv "
            "ou .jsonl."
        )
    return ""
