"""Messages to send: written with what they tell of, sent later, tried again.

A message is a row of the same transaction as its cause: neither goes without
the other. Sending is somebody else's work (`parc.operations.mailing`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from parc.storage.tables import MailRow

MAILS: Table = MailRow.__table__  # type: ignore[attr-defined]

WAITS = (1, 5, 15, 60, 240, 720, 1440, 1440)
"""Minutes before each new try; after the last one a message is given up."""

KEPT = timedelta(days=30)
"""How long the text of a message sent stays readable (decision D4)."""

_LONGEST_ERROR = 300


def post(
    session: Session, recipient: str, subject: str, body: str, at: datetime
) -> MailRow:
    """Put a message in the outbox; it leaves after the commit."""
    row = MailRow(
        recipient=recipient,
        subject=" ".join(subject.split()),
        body=body,
        created_at=at,
        next_try_at=at,
    )
    session.add(row)
    session.flush()
    return row


def due(session: Session, at: datetime, most: int = 50) -> Sequence[MailRow]:
    """List the messages to try now, the oldest first."""
    return session.exec(
        select(MailRow)
        .where(col(MailRow.next_try_at) <= at)
        .order_by(col(MailRow.next_try_at), col(MailRow.id))
        .limit(most)
    ).all()


def sent(session: Session, key: int, at: datetime) -> None:
    """Note that a message has left."""
    session.execute(
        update(MAILS)
        .where(MAILS.c.id == key)
        .values(sent_at=at, next_try_at=None, error=None, attempts=MAILS.c.attempts + 1)
    )


def failed(session: Session, key: int, attempts: int, at: datetime, why: str) -> None:
    """Note a try that failed, the `attempts`-th before it; wait longer each time."""
    wait = timedelta(minutes=WAITS[attempts]) if attempts < len(WAITS) else None
    session.execute(
        update(MAILS)
        .where(MAILS.c.id == key)
        .values(
            attempts=attempts + 1,
            error=why[:_LONGEST_ERROR],
            next_try_at=None if wait is None else at + wait,
        )
    )


def purge(session: Session, at: datetime) -> int:
    """Forget the text and the recipient of what was sent long ago."""
    forgotten = session.execute(
        update(MAILS)
        .where(MAILS.c.sent_at < at - KEPT, MAILS.c.body != "")
        .values(body="", recipient="")
    )
    return int(forgotten.rowcount)  # type: ignore[attr-defined]  # a cursor's result has it
