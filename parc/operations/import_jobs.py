"""An import as long work: look at what it would do, then do it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from parc import clock
from parc.config import Settings
from parc.domain.refusal import Refusal, Refused
from parc.operations import importing
from parc.operations.import_preview import Preview
from parc.operations.importing import Asked, Outcome
from parc.operations.jobs import Result, Work
from parc.storage import jobs
from parc.storage.database import reading, writing
from parc.storage.sessions import viewer_of
from parc.storage.tables import ImportRow, JobRow, OwnerRow

PREVIEW, APPLY = "import_preview", "import_apply"

KEPT = 500
"""Remarks kept for the page; the file of rows to correct holds them all."""


PATIENCE = timedelta(days=30)
"""How long a file waits for an agreement before it is thrown away."""


def file_of(settings: Settings, key: str) -> Path:
    """Say where the file of an import waits for the agreement."""
    return settings.data_dir / "imports" / key


def rejects_of(settings: Settings, key: str) -> Path:
    """Say where the rows to correct are kept, until the import is applied."""
    return settings.data_dir / "imports" / f"{key}.rejects.csv"


def preview_of(settings: Settings, key: str) -> Path:
    """Say where what an import would change is kept, until it is applied."""
    return settings.data_dir / "imports" / f"{key}.preview.jsonl"


def forget(settings: Settings, key: str) -> None:
    """Throw the original away, and what was made of it: names (decision D4)."""
    for where in (file_of, rejects_of, preview_of):
        where(settings, key).unlink(missing_ok=True)


def purge(session: Session, settings: Settings, at: datetime) -> int:
    """Throw away the files that have waited too long for an agreement; count them.

    They may hold names (decision D4). One that is being read or applied stays.
    """
    found = session.exec(
        select(ImportRow).where(
            col(ImportRow.applied_at).is_(None), ImportRow.created_at < at - PATIENCE
        )
    )
    purged = 0
    for row in found:
        job = session.get(JobRow, row.job_id) if row.job_id else None
        if job is None or jobs.has_ended(job):
            session.delete(row)
            forget(settings, row.id)
            purged += 1
    return purged


def preview(work: Work) -> Result:
    """Say what an import would do; nothing is written but files about it."""
    key = str(work.params["import_id"])
    work.tell("Lecture du fichier")
    told = Preview(preview_of(work.settings, key))
    with told, reading(work.engine) as session:
        asked = _asked(session, work, key, dry_run=True)
        outcome = importing.run(session, asked, told)
    rejects_of(work.settings, key).write_bytes(outcome.rejects)
    with writing(work.engine) as session:
        session.get_one(ImportRow, key).format = outcome.format
    return _told(outcome)


def apply(work: Work) -> Result:
    """Apply an import in one transaction; the original is then thrown away."""
    key = str(work.params["import_id"])
    work.tell("Lecture du fichier, puis écriture")
    with reading(work.engine) as session:
        _require_waiting(session.get_one(ImportRow, key))
        found = importing.read(session, _asked(session, work, key, dry_run=False))
    with writing(work.engine) as session:
        # Two agreements at once: the second waits here, then finds it applied.
        row = session.get_one(ImportRow, key, with_for_update=True)
        _require_waiting(row)
        asked = _asked(session, work, key, dry_run=False)
        outcome = importing.run(session, asked, found=found)
    forget(work.settings, key)
    return _told(outcome)


def _require_waiting(row: ImportRow) -> None:
    if row.applied_at is not None:
        raise Refused((Refusal("applied", "Cet import est déjà appliqué."),))


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
        roles=viewer_of(session, work.job.asked_by).roles(row.owner_id),
    )


def _told(outcome: Outcome) -> Result:
    left_out = max(0, len(outcome.issues) - KEPT)
    shown = replace(outcome, issues=outcome.issues[:KEPT])
    told = shown.as_json("") | {"doubts": outcome.doubts}
    return {**told, "left_out": left_out, "mapping": outcome.mapping}
