"""The outbox: a message leaves once, waits longer after each failure, is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.storage import outbox
from parc.storage.database import reading, writing
from parc.storage.tables import MailRow
from tests.factories import TODAY, at

NOON = at(TODAY)


def posted(engine: Engine, subject: str = "Import terminé") -> int:
    """Put a message for Alice in the outbox."""
    with writing(engine) as session:
        return outbox.post(session, "alice@lens.example", subject, "Bonjour.", NOON).id


def due(engine: Engine, minutes: float) -> list[int]:
    """List what is due some minutes after noon."""
    with reading(engine) as session:
        later = NOON + timedelta(minutes=minutes)
        return [row.id for row in outbox.due(session, later)]


def test_a_message_is_due_at_once_and_never_again_once_sent(engine: Engine) -> None:
    key = posted(engine)
    assert due(engine, 0) == [key]

    with writing(engine) as session:
        outbox.sent(session, key, NOON)

    assert due(engine, 10_000) == []


def test_a_failure_waits_longer_each_time_then_gives_up(engine: Engine) -> None:
    key, minutes = posted(engine), 0
    for attempts, wait in enumerate(outbox.WAITS):
        with writing(engine) as session:
            when = NOON + timedelta(minutes=minutes)
            outbox.failed(session, key, attempts, when, "refusé")
        assert due(engine, minutes + wait - 0.1) == []
        minutes += wait
        assert due(engine, minutes) == [key]

    with writing(engine) as session:
        last = NOON + timedelta(minutes=minutes)
        outbox.failed(session, key, len(outbox.WAITS), last, "refusé")
    assert due(engine, 1_000_000) == []


def test_a_message_goes_only_with_what_it_tells_of(engine: Engine) -> None:
    def tell_then_fail() -> None:
        with writing(engine) as session:
            outbox.post(session, "alice@lens.example", "Fait", "…", NOON)
            message = "what the message tells of does not happen"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        tell_then_fail()

    assert due(engine, 10) == []


def test_no_line_break_slips_into_a_subject(engine: Engine) -> None:
    posted(engine, "Fait\r\nBcc: tous@exemple.fr")

    with reading(engine) as session:
        subject = session.exec(select(MailRow.subject)).one()

    assert subject == "Fait Bcc: tous@exemple.fr"


def test_what_was_sent_long_ago_is_forgotten(engine: Engine) -> None:
    old, waiting = posted(engine), posted(engine)
    with writing(engine) as session:
        outbox.sent(session, old, NOON)

    with writing(engine) as session:
        assert outbox.purge(session, NOON + outbox.KEPT) == 0
        assert outbox.purge(session, NOON + outbox.KEPT + timedelta(days=1)) == 1

    with reading(engine) as session:
        kept = session.get_one(MailRow, waiting)
        gone = session.get_one(MailRow, old)
    assert (kept.body, gone.body, gone.recipient) == ("Bonjour.", "", "")
