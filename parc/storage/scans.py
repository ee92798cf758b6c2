"""Scans of a bench: each is kept with its answer, and counts once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Integer, Table, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from parc.domain.labelled import Labelled
from parc.storage.bulk import insert_rows
from parc.storage.scan_tables import ScanRow, ScanRunRow
from parc.storage.tables import DeviceRow, EventRow

SCANS: Table = ScanRow.__table__  # type: ignore[attr-defined]
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


_SENT = select(ScanRow).where(
    col(ScanRow.actor).in_(bindparam("actors", expanding=True)),
    col(ScanRow.key).in_(bindparam("keys", expanding=True)),
)
_STANDS = col(ScanRow.undone_at).is_(None)
_OF_RUN = col(ScanRow.run_id) == bindparam("run")
_DONE_LATELY = select_columns(
    col(ScanRow.device_id),
    col(ScanRow.action),
    col(ScanRow.at),
    col(ScanRow.run_id),
    col(ScanRow.version),
).where(
    col(ScanRow.device_id).in_(bindparam("devices", expanding=True)),
    (col(ScanRow.at) > bindparam("since"))
    | col(ScanRow.run_id).in_(bindparam("runs", expanding=True)),
    col(ScanRow.outcome).in_([Scanned.APPLIED.value, Scanned.ALREADY.value]),
    _STANDS,
)
_DONE = (_OF_RUN, col(ScanRow.outcome) == Scanned.APPLIED.value, _STANDS)
_LAST_DONE = select(ScanRow).where(*_DONE).order_by(col(ScanRow.id).desc()).limit(1)
_LATEST = (
    select_columns(
        col(ScanRow.at),
        col(ScanRow.undone_at),
        col(ScanRow.version),
        col(ScanRow.result),
        col(DeviceRow.id),
        col(DeviceRow.owner_id),
        col(DeviceRow.tag),
        col(DeviceRow.label),
        col(DeviceRow.state),
        col(DeviceRow.serial),
    )
    .outerjoin(DeviceRow, col(DeviceRow.id) == col(ScanRow.device_id))
    .where(_OF_RUN)
    .order_by(col(ScanRow.id).desc())
    .limit(bindparam("most", type_=Integer))
)
_RUNS = select(ScanRunRow).where(
    col(ScanRunRow.id).in_(bindparam("runs", expanding=True))
)
_ACTOR = select(ScanRunRow.actor).where(col(ScanRunRow.id) == bindparam("run"))
_TALLY = (
    select_columns(col(ScanRow.run_id), col(ScanRow.outcome), func.count())
    .where(col(ScanRow.run_id).in_(bindparam("runs", expanding=True)), _STANDS)
    .group_by(col(ScanRow.run_id), col(ScanRow.outcome))
)


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


class Seen(NamedTuple):
    """What is shown of a device that was scanned."""

    id: int
    owner_id: int
    tag: str
    label: str
    state: str
    serial: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One scan of a run: its answer, when, the device it found, if it was undone."""

    answer: Answer
    at: datetime
    row: Seen | None
    undone: bool


def find(session: Session, actor: str, key: str) -> Answer | None:
    """Give the answer to a scan that was already sent under this key."""
    return find_all(session, [(actor, key)]).get((actor, key))


def find_all(
    session: Session, sent: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Answer]:
    """Give the answers to scans that were already sent, by who sent them and key."""
    actors, keys = sorted({who for who, _ in sent}), [key for _, key in sent]
    found = session.scalars(_SENT, {"actors": actors, "keys": keys})
    return {(row.actor, row.key): answer_of(row) for row in found}


def keep(
    session: Session, actor: str, run_id: str | None, at: datetime, answer: Answer
) -> None:
    """Keep a scan, in the transaction of the event that it tells of.

    Raises:
        IntegrityError: the key was used meanwhile; the transaction is lost.
    """
    keep_all(session, [(actor, run_id, at, answer)])


def keep_all(
    session: Session, scans: Iterable[tuple[str, str | None, datetime, Answer]]
) -> None:
    """Keep scans in their order, in the transaction of the events they tell of.

    Each: who scanned, in which run, when, and the answer.

    Raises:
        IntegrityError: a key was used meanwhile; the transaction is lost.
    """
    rows = [
        {
            "actor": actor,
            "key": answer.key,
            "run_id": run_id,
            "at": at,
            "outcome": answer.outcome.value,
            "action": answer.action or None,
            "device_id": answer.device_id,
            "version": answer.version,
            "result": json.dumps(_plain(answer), ensure_ascii=False),
        }
        for actor, run_id, at, answer in scans
    ]
    insert_rows(session, SCANS, rows)


class Done(NamedTuple):
    """An action done to a device by a scan: when, and in which run."""

    device_id: int
    action: str
    at: datetime
    run_id: str | None
    version: int | None

    def is_just_before(self, at: datetime) -> bool:
        """Tell whether a scan at that instant is the same one, read twice."""
        return at - _SAME_SCAN < self.at <= at


def done_lately(
    session: Session, devices: Iterable[int], runs: Iterable[str], at: datetime
) -> list[Done]:
    """List what scans did to devices: a moment before `at`, or in one of some runs."""
    wanted = {"devices": list(devices), "runs": list(runs), "since": at - _SAME_SCAN}
    if not wanted["devices"]:
        return []
    return [Done(*row) for row in session.execute(_DONE_LATELY, wanted)]


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


def last_applied(session: Session, run_id: str) -> ScanRow | None:
    """Give a run's latest scan that was done and not undone."""
    return session.scalars(_LAST_DONE, {"run": run_id}).first()


def latest(session: Session, run_id: str, limit: int) -> list[Line]:
    """List a run's latest scans, latest first, with their devices as they are now."""
    found = session.execute(_LATEST, {"run": run_id, "most": limit})
    return [
        Line(
            _answer(result, version),
            at,
            Seen(*seen) if seen[0] is not None else None,
            undone_at is not None,
        )
        for at, undone_at, version, result, *seen in found
    ]


def tallies(session: Session, run_ids: Iterable[str]) -> dict[str, dict[Scanned, int]]:
    """Count the results of runs: devices done, not scans of the same one."""
    counts = {run: dict.fromkeys(COUNTED, 0) for run in run_ids}
    for run, outcome, count in session.execute(_TALLY, {"runs": list(counts)}):
        if (scanned := Scanned(outcome)) in COUNTED:
            counts[run][scanned] = count
    return counts


def run_of(session: Session, actor: str, run_id: str) -> ScanRunRow | None:
    """Give somebody's own run."""
    row = run_numbered(session, run_id)
    return row if row is not None and row.actor == actor else None


def run_numbered(session: Session, run_id: str) -> ScanRunRow | None:
    """Give a run, whoever's it is."""
    return runs_numbered(session, [run_id]).get(run_id)


def runs_numbered(session: Session, run_ids: Iterable[str]) -> dict[str, ScanRunRow]:
    """Give runs by their numbers, whoever's they are."""
    wanted = list(run_ids)
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(_RUNS, {"runs": wanted})}


def actor_of(session: Session, run_id: str) -> str | None:
    """Tell whose a run is; None: there is none."""
    return session.scalar(_ACTOR, {"run": run_id})


def open_run(session: Session, actor: str, run_id: str, at: datetime) -> ScanRunRow:
    """Begin a run under a number that nobody has.

    Raises:
        IntegrityError: somebody has it.
    """
    row = ScanRunRow(id=run_id, actor=actor, started_at=at)
    session.add(row)
    session.flush()
    return row


def _plain(answer: Answer) -> dict[str, object]:
    return {name: getattr(answer, name) for name in answer.__slots__}


def answer_of(row: ScanRow) -> Answer:
    """Read a kept answer."""
    return _answer(row.result, row.version)


def _answer(result: str, version: int | None) -> Answer:
    kept = json.loads(result)
    told = {"outcome": Scanned(kept["outcome"]), "reasons": tuple(kept["reasons"])}
    return Answer(**{**kept, **told, "version": version})
