"""An import as long work: look at what it would do, then do it."""

import json
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from parc import clock
from parc.config import Settings
from parc.domain.refusal import Refusal, Refused
from parc.operations import importing
from parc.operations.importing import Asked, Outcome
from parc.operations.jobs import Result, Work
from parc.storage.database import reading, writing
from parc.storage.tables import ImportRow, OwnerRow

PREVIEW, APPLY = "import_preview", "import_apply"

KEPT = 500
"""Remarks kept for the page; the file of rows to correct holds them all."""


def file_of(settings: Settings, key: str) -> Path:
    """Say where the file of an import waits for the agreement."""
    return settings.data_dir / "imports" / key


def rejects_of(settings: Settings, key: str) -> Path:
    """Say where the rows to correct are kept, until the import is applied."""
    return settings.data_dir / "imports" / f"{key}.rejects.csv"


def forget(settings: Settings, key: str) -> None:
    """Throw the original away: it may hold names (decision D4)."""
    file_of(settings, key).unlink(missing_ok=True)
    rejects_of(settings, key).unlink(missing_ok=True)


def preview(work: Work) -> Result:
    """Say what an import would do; nothing is written but the rows to correct."""
    key = str(work.params["import_id"])
    work.tell("Lecture du fichier")
    with reading(work.engine) as session:
        outcome = importing.run(session, _asked(session, work, key, dry_run=True))
    rejects_of(work.settings, key).write_bytes(outcome.rejects)
    with writing(work.engine) as session:
        session.get_one(ImportRow, key).format = outcome.format
    return _told(outcome)


def apply(work: Work) -> Result:
    """Apply an import in one transaction; the original is then thrown away."""
    key = str(work.params["import_id"])
    work.tell("Lecture du fichier, puis écriture")
    with writing(work.engine) as session:
        # Two agreements at once: the second waits here, then finds it applied.
        row = session.get_one(ImportRow, key, with_for_update=True)
        if row.applied_at is not None:
            raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))
        outcome = importing.run(session, _asked(session, work, key, dry_run=False))
    forget(work.settings, key)
    return _told(outcome)


def _asked(session: Session, work: Work, key: str, *, dry_run: bool) -> Asked:
    row = session.get_one(ImportRow, key)
    try:
        content = file_of(work.settings, key).read_bytes()
    except OSError:
        message = "Le fichier n'est plus là : envoyez-le de nouveau."
        raise Refused((Refusal("file_gone", message),)) from None
    now = work.clock()
    return Asked(
        content=content,
        owner=session.get_one(OwnerRow, row.owner_id),
        actor=work.job.asked_by,
        at=now,
        today=clock.local(now).date(),
        date_order=json.loads(row.options)["date_order"],
        dry_run=dry_run,
        import_id=key,
    )


def _told(outcome: Outcome) -> Result:
    left_out = max(0, len(outcome.issues) - KEPT)
    shown = replace(outcome, issues=outcome.issues[:KEPT])
    return {**shown.as_json(""), "left_out": left_out}
