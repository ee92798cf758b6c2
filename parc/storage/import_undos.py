"""What an import touched, and what undoing it made of each device: rows that stay.

The rows are those of actions on a list (`BatchItemRow`); `code` holds the fate.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table
from sqlmodel import Session, col, func, select

from parc.domain.labelled import Labelled
from parc.storage.batches import Result
from parc.storage.bulk import insert_rows
from parc.storage.desk_tables import BatchItemRow
from parc.storage.tables import EventRow

ITEMS: Table = BatchItemRow.__table__  # type: ignore[attr-defined]


class Fate(Labelled):
    """What became of a device that the import had touched."""

    DISCARDED = "discarded", "Écarté"
    SET_BACK = "set_back", "Remis comme avant"
    ALREADY = "already", "Déjà défait"
    LEFT = "left", "Laissé"


_RESULTS = {Fate.ALREADY: Result.ALREADY, Fate.LEFT: Result.REFUSED}


@dataclass(frozen=True, slots=True)
class Undone:
    """One device; `version` is its own once something was done."""

    device_id: int
    tag: str
    fate: Fate
    reasons: tuple[str, ...] = ()
    version: int | None = None


def touched(session: Session, source: str, after: int, count: int) -> list[int]:
    """List the devices that an import recorded events of, by id, from one on."""
    found = session.exec(
        select(EventRow.device_id)
        .where(EventRow.source == source, EventRow.device_id > after)
        .distinct()
        .order_by(col(EventRow.device_id))
        .limit(count)
    )
    return list(found)


def count_touched(session: Session, source: str) -> int:
    """Count the devices that an import recorded events of."""
    devices = func.count(func.distinct(EventRow.device_id))
    return session.exec(select(devices).where(EventRow.source == source)).one()


def note(session: Session, job_id: str, first: int, undone: Iterable[Undone]) -> None:
    """Keep what was done, in the transaction of the events that did it."""
    rows = [
        {
            "job_id": job_id,
            "position": position,
            "code": one.fate.value,
            "tag": one.tag,
            "device_id": one.device_id,
            "outcome": _RESULTS.get(one.fate, Result.APPLIED).value,
            "version": one.version,
            "reasons": json.dumps(one.reasons, ensure_ascii=False),
        }
        for position, one in enumerate(undone, first)
    ]
    insert_rows(session, ITEMS, rows)


def progress(session: Session, job_id: str) -> tuple[int, int]:
    """Tell how many devices a job has done, and the id of the last one."""
    done, last = session.exec(
        select(func.count(), func.max(BatchItemRow.device_id)).where(
            BatchItemRow.job_id == job_id
        )
    ).one()
    return done, last or 0


def counts(session: Session, job_id: str) -> dict[Fate, int]:
    """Count the fates of a job's devices; all are there."""
    found = session.exec(
        select(BatchItemRow.code, func.count())
        .where(BatchItemRow.job_id == job_id)
        .group_by(col(BatchItemRow.code))
    )
    by_value = dict(found.all())
    return {fate: by_value.get(fate.value, 0) for fate in Fate}


def devices(
    session: Session,
    job_id: str,
    fates: Collection[Fate] = tuple(Fate),
    count: int | None = None,
) -> Sequence[Undone]:
    """List what a job made of devices, in its order."""
    rows = session.exec(
        select(BatchItemRow)
        .where(
            BatchItemRow.job_id == job_id,
            col(BatchItemRow.code).in_([fate.value for fate in fates]),
        )
        .order_by(col(BatchItemRow.position))
        .limit(count)
    )
    return [
        Undone(
            row.device_id or 0,
            row.tag,
            Fate(row.code),
            tuple(json.loads(row.reasons)),
            row.version,
        )
        for row in rows
    ]
