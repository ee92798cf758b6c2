"""Scans of a bench: each is kept with its answer, and counts once."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from parc.domain.labelled import Labelled
from parc.storage.scan_tables import ScanRow, ScanRunRow
from parc.storage.tables import EventRow

_SAME_SCAN = timedelta(seconds=3)
"""A scanner held a little too long reads twice: that is no second scan."""


class Scanned(Labelled):
    """What became of one scan."""

    APPLIED = "applied", "Fait"
    ALREADY = "already", "Déjà fait"
    DUPLICATE = "duplicate", "Doublon"
    REFUSED = "refused", "Refusé"
    UNKNOWN = "unknown", "Inconnu"
    AMBIGUOUS = "ambiguous", "Ambigu"
    CONFLICT = "conflict", "Conflit"
    SHOWN = "shown", "Trouvé"
    ORDER = "order", "Ordre"
    UNDONE = "undone", "Annulé"


COUNTED = (
    Scanned.APPLIED,
    Scanned.ALREADY,
    Scanned.REFUSED,
    Scanned.UNKNOWN,
    Scanned.AMBIGUOUS,
    Scanned.CONFLICT,
)
"""What the tally of a run says; a duplicate is no scan at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one scan; `version` is the device's once applied.

    `keyboard` names the keyboard by which the code was understood, if another
    than as typed.
    """

    key: str
    code: str
    outcome: Scanned
    reasons: tuple[str, ...] = ()
    tag: str = ""
    device_id: int | None = None
    version: int | None = None
    action: str = ""
    keyboard: str = ""


def find(session: Session, actor: str, key: str) -> Answer | None:
    """Give the answer to a scan that was already sent under this key."""
    row = session.exec(
        select(ScanRow).where(ScanRow.actor == actor, ScanRow.key == key)
    ).first()
    return None if row is None else answer_of(row)


def keep(
    session: Session, actor: str, run_id: str | None, at: datetime, answer: Answer
) -> None:
    """Keep a scan, in the transaction of the event that it tells of.

    Raises:
        IntegrityError: the key was used meanwhile; the transaction is lost.
    """
    session.add(
        ScanRow(
            actor=actor,
            key=answer.key,
            run_id=run_id,
            at=at,
            outcome=answer.outcome.value,
            action=answer.action or None,
            device_id=answer.device_id,
            version=answer.version,
            result=json.dumps(asdict(answer), ensure_ascii=False),
        )
    )
    session.flush()


def just_scanned(session: Session, device_id: int, action: str, at: datetime) -> bool:
    """Tell whether the same was asked of a device a moment ago, and was done."""
    done = [Scanned.APPLIED.value, Scanned.ALREADY.value]
    found = session.exec(
        select(ScanRow.id).where(
            ScanRow.device_id == device_id,
            ScanRow.action == action,
            ScanRow.at > at - _SAME_SCAN,
            ScanRow.at <= at,
            col(ScanRow.outcome).in_(done),
            col(ScanRow.undone_at).is_(None),
        )
    ).first()
    return found is not None


def change_since(
    session: Session, run_id: str, device_id: int, since: datetime
) -> EventRow | None:
    """Give the latest event recorded on a device since, other than by this run."""
    own = select(ScanRow.at).where(
        ScanRow.run_id == run_id, ScanRow.device_id == device_id
    )
    return session.exec(
        select(EventRow)
        .where(
            EventRow.device_id == device_id,
            EventRow.recorded_at > since,
            col(EventRow.recorded_at).not_in(own),
        )
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    ).first()


def ordered_since(session: Session, run_id: str, since: datetime) -> bool:
    """Tell whether a card or a place was scanned in a run since."""
    found = session.exec(
        select(ScanRow.id)
        .where(
            ScanRow.run_id == run_id,
            ScanRow.outcome == Scanned.ORDER.value,
            ScanRow.at > since,
        )
        .limit(1)
    ).first()
    return found is not None


def last_applied(
    session: Session, run_id: str, device_id: int | None = None, action: str = ""
) -> ScanRow | None:
    """Give a run's latest scan that was done and not undone, of a device or of any."""
    wanted = select(ScanRow).where(
        ScanRow.run_id == run_id,
        ScanRow.outcome == Scanned.APPLIED.value,
        col(ScanRow.undone_at).is_(None),
    )
    if device_id is not None:
        wanted = wanted.where(ScanRow.device_id == device_id, ScanRow.action == action)
    return session.exec(wanted.order_by(col(ScanRow.id).desc()).limit(1)).first()


def latest(session: Session, run_id: str, limit: int) -> list[ScanRow]:
    """List a run's latest scans, latest first."""
    return list(
        session.exec(
            select(ScanRow)
            .where(ScanRow.run_id == run_id)
            .order_by(col(ScanRow.id).desc())
            .limit(limit)
        )
    )


def tally(session: Session, run_id: str) -> dict[Scanned, int]:
    """Count the results of a run: devices done, not scans of the same one."""
    found = session.exec(
        select(ScanRow.outcome, func.count())
        .where(ScanRow.run_id == run_id, col(ScanRow.undone_at).is_(None))
        .group_by(col(ScanRow.outcome))
    )
    counts = dict(found.all())
    return {outcome: counts.get(outcome.value, 0) for outcome in COUNTED}


def run_of(session: Session, actor: str, run_id: str) -> ScanRunRow | None:
    """Give somebody's own run."""
    row = session.get(ScanRunRow, run_id)
    return row if row is not None and row.actor == actor else None


def open_run(session: Session, actor: str, run_id: str, at: datetime) -> ScanRunRow:
    """Begin a run under a number that nobody has.

    Raises:
        IntegrityError: somebody has it.
    """
    row = ScanRunRow(id=run_id, actor=actor, started_at=at)
    session.add(row)
    session.flush()
    return row


def answer_of(row: ScanRow) -> Answer:
    """Read a kept answer."""
    kept = json.loads(row.result)
    answer = Answer(
        **{
            **kept,
            "outcome": Scanned(kept["outcome"]),
            "reasons": tuple(kept["reasons"]),
        }
    )
    return replace(answer, version=row.version)
