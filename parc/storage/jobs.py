"""Long work as rows: asked, taken once, told as it goes, ended for good.

Whoever takes a job does it alone: one UPDATE settles it on both databases.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Table, or_, update
from sqlmodel import Session, col, select

from parc.domain.job import ENDED, JobState
from parc.storage.tables import JobRow

JOBS: Table = JobRow.__table__  # type: ignore[attr-defined]

SILENCE = timedelta(minutes=5)
"""Without a sign of life for so long, whoever did a job is gone."""

MOST_ATTEMPTS = 3
_LISTED = 50


def ask(  # noqa: PLR0917 - what, whose, by whom, when
    session: Session,
    kind: str,
    params: Mapping[str, object],
    owner_id: int | None,
    by: str,
    at: datetime,
) -> JobRow:
    """Put a piece of work in the queue; it begins after the commit."""
    row = JobRow(
        id=secrets.token_hex(8),
        kind=kind,
        owner_id=owner_id,
        asked_by=by,
        asked_at=at,
        params=json.dumps(params),
        state=JobState.QUEUED.value,
    )
    session.add(row)
    session.flush()
    return row


def take(session: Session, key: str, at: datetime) -> JobRow | None:
    """Begin a job, unless somebody else has it or it has ended."""
    taken = session.execute(
        update(JOBS)
        .where(JOBS.c.id == key, JOBS.c.state == JobState.QUEUED.value)
        .values(
            state=JobState.RUNNING.value,
            started_at=at,
            beat_at=at,
            attempts=JOBS.c.attempts + 1,
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # a cursor's result has it
        return None
    return session.get(JobRow, key, populate_existing=True)


def beat(  # noqa: PLR0917 - where the work stands
    session: Session, key: str, at: datetime, stage: str, done: int, total: int | None
) -> bool:
    """Tell how far a job is; true when it should stop: a person asked for it."""
    session.execute(
        update(JOBS)
        .where(JOBS.c.id == key)
        .values(beat_at=at, stage=stage, done=done, total=total)
    )
    return (
        session.execute(select(JOBS.c.cancel_at).where(JOBS.c.id == key)).scalar_one()
        is not None
    )


def end(
    session: Session,
    key: str,
    at: datetime,
    state: JobState,
    result: Mapping[str, object],
) -> None:
    """End a job that was running; its result stays."""
    session.execute(
        update(JOBS)
        .where(JOBS.c.id == key, JOBS.c.state == JobState.RUNNING.value)
        .values(state=state.value, ended_at=at, result=json.dumps(result), stage="")
    )


def cancel(session: Session, key: str, at: datetime) -> bool:
    """Ask a job to stop; one that waits stops at once. False: it had ended."""
    waiting = session.execute(
        update(JOBS)
        .where(JOBS.c.id == key, JOBS.c.state == JobState.QUEUED.value)
        .values(state=JobState.CANCELLED.value, ended_at=at, cancel_at=at)
    )
    running = session.execute(
        update(JOBS)
        .where(JOBS.c.id == key, JOBS.c.state == JobState.RUNNING.value)
        .values(cancel_at=at)
    )
    return bool(waiting.rowcount + running.rowcount)  # type: ignore[attr-defined]  # as above


def recover(session: Session, at: datetime) -> list[str]:
    """Put back the jobs whose worker died; give all those that wait, by age.

    After `MOST_ATTEMPTS` a job that kills its worker is left for good.
    """
    gone = (JOBS.c.state == JobState.RUNNING.value) & or_(
        JOBS.c.beat_at.is_(None), JOBS.c.beat_at < at - SILENCE
    )
    told = json.dumps({"message": "Le travail s'est interrompu plusieurs fois."})
    session.execute(
        update(JOBS)
        .where(gone, JOBS.c.attempts >= MOST_ATTEMPTS)
        .values(state=JobState.FAILED.value, ended_at=at, result=told)
    )
    session.execute(update(JOBS).where(gone).values(state=JobState.QUEUED.value))
    waiting = session.execute(
        select(JOBS.c.id)
        .where(JOBS.c.state == JobState.QUEUED.value)
        .order_by(JOBS.c.asked_at)
    )
    return list(waiting.scalars())


def recent(
    session: Session, by: str, owner_ids: Collection[int] | None
) -> Sequence[JobRow]:
    """List the latest jobs that somebody asked for, or that concern their owners."""
    owner = col(JobRow.owner_id)
    theirs = owner.is_not(None) if owner_ids is None else owner.in_(sorted(owner_ids))
    return session.exec(
        select(JobRow)
        .where(or_(col(JobRow.asked_by) == by, theirs))
        .order_by(col(JobRow.asked_at).desc())
        .limit(_LISTED)
    ).all()


def has_ended(row: JobRow) -> bool:
    """Tell whether a job's result is final."""
    return JobState(row.state) in ENDED
