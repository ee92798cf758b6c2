"""Messages about loans: to whom, when, once, and in whose words."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.config import Settings
from parc.domain.custody import SlipKind
from parc.operations import loan_reminders
from parc.operations.queue import Queue
from parc.storage import loans
from parc.storage.database import reading, writing
from parc.storage.slip_tables import LoanReminderRow
from parc.storage.tables import MailRow
from tests.factories import ALICE, LOOS, TODAY, at
from tests.operations.counting import laptops, viewer_of
from tests.operations.handing import Handing, handing_of

DUE = TODAY + timedelta(days=10)
ADDRESS = "helene@lens.example"


@pytest.fixture
def handing(parc: Engine, tmp_path: Path) -> Handing:
    """Seat Alice."""
    return handing_of(parc, tmp_path)


def night(engine: Engine, day: date, days_before: int = 3) -> int:
    """Let a night's work be done."""
    with writing(engine) as session:
        return loan_reminders.remind(session, at(day, 1), days_before)


def mails(engine: Engine) -> list[MailRow]:
    """List what the outbox holds."""
    with reading(engine) as session:
        return list(session.exec(select(MailRow)))


def lend(handing: Handing, number: int = 1, email: str = ADDRESS) -> list[str]:
    """Lend laptops to Hélène until `DUE`."""
    tags = laptops(handing.engine, number)
    handing.hand(SlipKind.LOAN, handing.person(email=email), *tags, due=DUE)
    return tags


def test_one_message_before_with_all_that_is_due_then_one_each_week(
    parc: Engine, handing: Handing
) -> None:
    one, two = lend(handing, 2)
    days = [DUE + timedelta(days=n) for n in range(-9, 17)]

    sent = [day for day in days if night(parc, day)]

    assert [(day - DUE).days for day in sent] == [-3, 1, 8, 15]
    first, late, *_ = mails(parc)
    assert (first.recipient, first.subject) == (
        ADDRESS,
        "2 matériels prêtés à rendre bientôt",
    )
    assert one in first.body
    assert two in first.body
    assert f"à rendre le {DUE:%d/%m/%Y}" in first.body.replace("\xa0", " ")
    assert late.subject == "2 matériels prêtés en retard"
    assert "Dupont" not in first.body


def test_nobody_is_told_twice_on_a_day_even_by_two_workers(
    parc: Engine, handing: Handing
) -> None:
    lend(handing)
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        night(parc, DUE)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    night(parc, DUE)

    assert len(mails(parc)) == 1
    with reading(parc) as session:
        assert len(session.exec(select(LoanReminderRow)).all()) == 1


def test_who_has_no_address_is_on_the_list_only(parc: Engine, handing: Handing) -> None:
    (tag,) = lend(handing, email="")

    assert night(parc, DUE + timedelta(days=1)) == 0
    with reading(parc) as session:
        (loan,) = loans.running(session, handing.desk.viewer)
        elsewhere = loans.running(session, viewer_of(parc, ALICE, LOOS))
    assert (loan.device.tag, loan.due_on) == (tag, DUE)
    assert loan.is_late(DUE + timedelta(days=1))
    assert not loan.is_late(DUE)
    assert elsewhere == []


def test_what_came_back_is_reminded_no_more_and_a_new_loan_begins_anew(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = lend(handing)
    helene = handing.person()
    assert night(parc, DUE) == 1
    later = handing.on(DUE + timedelta(days=2))
    later.hand(SlipKind.RETURN, helene, tag, on=DUE + timedelta(days=2))
    assert night(parc, DUE + timedelta(days=9)) == 0
    again = handing.on(DUE + timedelta(days=10))
    day = DUE + timedelta(days=10)
    again.hand(SlipKind.LOAN, helene, tag, on=day, due=day + timedelta(days=1))

    assert night(parc, day) == 1


def test_the_queue_reminds_each_night(parc: Engine, handing: Handing) -> None:
    lend(handing)
    url = parc.url.render_as_string(hide_password=False)
    settings = Settings(
        data_dir=handing.desk.documents, database_url=url, loan_reminder_days=10
    )
    queue = Queue(parc, settings, {}, lambda: at(TODAY, 1))
    queue.each_night()
    queue.each_night()
    queue.close()

    assert len(mails(parc)) == 1
