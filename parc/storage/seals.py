"""Seals over the journal: deletion and reordering of events are found too.

A seal hashes, in `id` order, the hashes of all events since the last seal,
after the last seal's own hash (decision D2).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from parc.domain.events import GENESIS
from parc.storage.database import is_sqlite
from parc.storage.tables import EventRow, SealRow

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A seal that no longer matches the events it was made of."""

    seal_id: int
    reason: str


def seal(session: Session, at: datetime, reason: str) -> SealRow | None:
    """Seal what was recorded since the last seal; None when nothing was.

    Runs in a writing transaction.
    """
    if not is_sqlite(session):
        # Event ids are given out before their transactions commit: wait for
        # those under way, or a seal could skip one that commits just after.
        session.execute(text("LOCK TABLE event IN SHARE MODE"))
    previous = _last_seal(session)
    after = previous.last_event_id if previous else 0
    last = session.exec(
        select(EventRow.id).order_by(col(EventRow.id).desc()).limit(1)
    ).first()
    if last is None or last <= after:
        return None
    before = previous.hash if previous else GENESIS
    digest, count = _digest(session, before, after, last)
    row = SealRow(
        sealed_at=at,
        reason=reason,
        last_event_id=last,
        events=count,
        previous=before,
        hash=digest,
    )
    session.add(row)
    session.flush()
    return row


def broken_seals(session: Session) -> Iterator[BrokenSeal]:
    """Recompute every seal; yield those that do not match."""
    before, after = GENESIS, 0
    for row in session.exec(select(SealRow).order_by(col(SealRow.id))):
        digest, count = _digest(session, before, after, row.last_event_id)
        if row.previous != before:
            yield BrokenSeal(row.id, "le sceau précédent a changé ou manque")
        elif count != row.events:
            yield BrokenSeal(
                row.id, f"{row.events} événements scellés, {count} retrouvés"
            )
        elif digest != row.hash:
            yield BrokenSeal(
                row.id, "des événements ont changé ou d'ordre ou de contenu"
            )
        before, after = row.hash, row.last_event_id


def _last_seal(session: Session) -> SealRow | None:
    return session.exec(select(SealRow).order_by(col(SealRow.id).desc())).first()


def _digest(session: Session, before: str, after: int, last: int) -> tuple[str, int]:
    running, count = hashlib.sha256(before.encode()), 0
    rows = session.exec(
        select(EventRow.id, EventRow.hash)
        .where(EventRow.id > after, EventRow.id <= last)
        .order_by(col(EventRow.id)),
        execution_options={"yield_per": _BATCH},
    )
    for event_id, event_hash in rows:
        running.update(f"\x1f{event_id}\x1f{event_hash}".encode())
        count += 1
    return running.hexdigest(), count
