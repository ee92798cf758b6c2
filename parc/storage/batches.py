"""What an action on a list of devices made of each: rows that stay."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.labelled import Labelled
from parc.storage.desk_tables import BatchItemRow
from parc.storage.devices import scope
from parc.storage.tables import DeviceRow, JobRow


class Result(Labelled):
    """What became of one code of the list."""

    APPLIED = "applied", "Fait"
    ALREADY = "already", "Déjà fait"
    REFUSED = "refused", "Refusé"
    UNKNOWN = "unknown", "Inconnu"
    AMBIGUOUS = "ambiguous", "Ambigu"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one code; `version` is the device's once applied."""

    code: str
    result: Result
    reasons: tuple[str, ...] = ()
    tag: str = ""
    device_id: int | None = None
    version: int | None = None


def note(session: Session, job_id: str, position: int, outcome: Outcome) -> None:
    """Keep a result, in the transaction of the event that it tells of."""
    session.add(
        BatchItemRow(
            job_id=job_id,
            position=position,
            code=outcome.code,
            tag=outcome.tag,
            device_id=outcome.device_id,
            outcome=outcome.result.value,
            version=outcome.version,
            reasons=json.dumps(outcome.reasons, ensure_ascii=False),
        )
    )
    session.flush()


def positions(session: Session, job_id: str) -> set[int]:
    """Tell what a job has done already: it may have been interrupted."""
    return set(
        session.exec(select(BatchItemRow.position).where(BatchItemRow.job_id == job_id))
    )


def outcomes(
    session: Session,
    job_id: str,
    results: Iterable[Result] = tuple(Result),
    limit: int | None = None,
) -> list[Outcome]:
    """List what a job did, in the order of its list."""
    wanted = [result.value for result in results]
    rows = session.exec(
        select(BatchItemRow)
        .where(BatchItemRow.job_id == job_id, col(BatchItemRow.outcome).in_(wanted))
        .order_by(col(BatchItemRow.position))
        .limit(limit)
    )
    return [_outcome(row) for row in rows]


def counts(session: Session, job_id: str) -> dict[Result, int]:
    """Count the results of a job; those that did not occur are left out."""
    found = session.exec(
        select(BatchItemRow.outcome, func.count())
        .where(BatchItemRow.job_id == job_id)
        .group_by(col(BatchItemRow.outcome))
    )
    by_value = dict(found.all())
    return {r: by_value[r.value] for r in Result if r.value in by_value}


def concerns(session: Session, job: JobRow, viewer: Viewer) -> bool:
    """Tell whether somebody may see a batch: it is theirs, or all of it is in sight.

    A second person must be able to undo what somebody did (decision D1), and
    learns nothing of owners out of sight.
    """
    if job.asked_by == viewer.actor:
        return True
    items = (
        select(func.count())
        .select_from(BatchItemRow)
        .join(DeviceRow, col(DeviceRow.id) == BatchItemRow.device_id)
        .where(BatchItemRow.job_id == job.id)
    )
    seen = session.exec(items.where(*scope(viewer))).one()
    return 0 < seen == session.exec(items).one()


def _outcome(row: BatchItemRow) -> Outcome:
    return Outcome(
        code=row.code,
        result=Result(row.outcome),
        reasons=tuple(json.loads(row.reasons)),
        tag=row.tag,
        device_id=row.device_id,
        version=row.version,
    )
