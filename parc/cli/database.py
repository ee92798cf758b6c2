"""Schema, integrity, backup and restoration."""

from pathlib import Path
from typing import Annotated

import typer

from parc.cli.context import open_engine, refuse, say
from parc.cli.files import require_place
from parc.cli.progress import stages
from parc.clock import now
from parc.config import Settings
from parc.storage import backup as backups
from parc.storage import integrity, schema
from parc.storage.database import reading, writing
from parc.storage.seals import seal as seal_journal

db = typer.Typer(help="Schéma et intégrité de la base.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.add_typer(db, name="db")
    app.command()(backup)
    app.command()(restore)


@db.command()
def upgrade() -> None:
    """Mettre le schéma de la base à jour."""
    from alembic.util import CommandError

    engine = open_engine(Settings(), current=False)
    try:
        schema.upgrade(engine)
    except CommandError:
        refuse(
            "newer_schema",
            "Cette base vient d'une version plus récente de parc : mettez parc à jour.",
        )
    say("Le schéma de la base est à jour.")


@db.command()
def seal() -> None:
    """Sceller le journal (à lancer chaque nuit)."""
    with writing(open_engine(Settings())) as session:
        made = seal_journal(session, now(), "command")
    say(f"{made.events} événements scellés." if made else "Rien de nouveau à sceller.")


@db.command()
def check() -> None:
    """Vérifier chaînes, sceaux, fiches, pièces et règles du cycle de vie."""
    settings = Settings()
    engine = open_engine(settings)
    count, found = 0, 0

    def progress(checked: int) -> None:
        nonlocal count
        count = checked

    with reading(engine) as session:
        for finding in integrity.check(session, settings.documents_dir, progress):
            found += 1
            say(f"{finding.where} : {finding.message} [{finding.code}]")
    if found:
        refuse("integrity", f"{found} anomalies sur {count} matériels.")
    say(f"Tout est intègre : {count} matériels vérifiés.")


def backup(
    file: Annotated[Path, typer.Argument(help="Fichier à écrire.")],
) -> None:
    """Sauvegarder base et pièces dans un fichier, sans arrêter le service."""
    require_place(file, plain=True)
    settings = Settings()
    engine = open_engine(settings)
    with writing(engine) as session:
        seal_journal(session, now(), "backup")
    with stages("Sauvegarde") as step:
        saved = backups.save(engine, settings.documents_dir, file, now(), step)
    rows = sum(saved.rows.values())
    say(f"{file} : {rows} lignes, {saved.documents} pièces.")


def restore(
    file: Annotated[Path, typer.Argument(help="Sauvegarde à lire.")],
    verify_only: Annotated[
        bool, typer.Option("--verify-only", help="Vérifier sans rien écrire.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remplacer une base non vide.")
    ] = False,
) -> None:
    """Restaurer une sauvegarde, ou seulement la vérifier."""
    if file.is_dir():
        refuse("folder", f"{file} est un dossier : donnez une sauvegarde.")
    if not file.exists():
        refuse("no_file", f"Fichier introuvable : {file}")
    if verify_only:
        saved = backups.verify(file)
        say(f"Sauvegarde intègre : {sum(saved.rows.values())} lignes.")
        return
    settings = Settings()
    engine = open_engine(settings, current=False)
    saved = backups.restore(engine, settings.documents_dir, file, replace=replace)
    say(
        f"Restauré : {sum(saved.rows.values())} lignes, {saved.documents} pièces. "
        "Vérifiez avec : parc db check"
    )
