"""`parc import --undo`: undo a whole import, or look at what that would do."""

import json
from pathlib import Path

import typer

from parc.cli.context import open_engine, refuse, result, say
from parc.cli.progress import stages
from parc.clock import now
from parc.config import Settings
from parc.domain.job import JobState
from parc.operations import import_undo
from parc.operations.import_undo import COMMAND_LINE, PREVIEW, UNDO
from parc.operations.jobs import perform
from parc.operations.kinds import KINDS
from parc.storage import import_undos
from parc.storage.database import reading, writing
from parc.storage.import_undos import Fate
from parc.storage.tables import ImportRow, JobRow

_MOST_TOLD = 100


def undo_import(
    key: str, reason: str, *, beside: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Undo an import device by device; tell which were left, and why.

    Raises:
        typer.BadParameter: a file was given beside.
        Refused: no reason, or the import is not applied.
    """
    if beside is not None:
        message = "--undo : sans fichier"
        raise typer.BadParameter(message)
    settings = Settings()
    engine = open_engine(settings)
    with writing(engine) as session:
        row = session.get(ImportRow, key)
        if row is None:
            refuse("unknown_import", f"Aucun import {key}.")
        kind = PREVIEW if dry_run else UNDO
        job = import_undo.ask(session, row, COMMAND_LINE, now(), kind, reason).id
    with stages("Annulation") as step:
        step(key)
        perform(KINDS, engine, settings, job, now)
    with reading(engine) as session:
        ended = session.get_one(JobRow, job)
        told = json.loads(ended.result or "{}")
        left = import_undos.devices(session, job, [Fate.LEFT])
    if ended.state != JobState.DONE:
        refuse("stopped", " ".join(told.get("reasons", [told.get("message", "")])))
    if as_json:
        devices = [{"tag": one.tag, "reasons": one.reasons} for one in left]
        result({"import_id": key, "dry_run": dry_run, **told, "devices_left": devices})
        return
    for one in left[:_MOST_TOLD]:
        say(f"{one.tag} : {' '.join(one.reasons)}")
    if (others := len(left) - _MOST_TOLD) > 0:
        say(f"… et {others} autres matériels laissés (tous avec --json).")
    fates = ", ".join(f"{told[fate.value]} {fate.label.lower()}" for fate in Fate)
    would = " (rien n'est annulé)" if dry_run else ""
    typer.echo(f"Matériels touchés par l'import : {told['read']} ({fates}){would}.")
