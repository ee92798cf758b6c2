"""Loans that run: what was lent, to whom, until when, and who was reminded of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.loan_reminder import Reminder
from parc.domain.vocabulary import Action, State
from parc.storage.database import is_sqlite
from parc.storage.slip_tables import LoanReminderRow
from parc.storage.tables import DeviceRow, EventRow

_REMINDERS: Table = LoanReminderRow.__table__  # type: ignore[attr-defined]
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Loan:
    """A device on loan; `seq` is the event that lent it, `person` an opaque id."""

    device: DeviceRow
    seq: int
    since: date
    due_on: date
    person: str | None

    def is_late(self, today: date) -> bool:
        """Tell whether it should be back."""
        return self.due_on < today


def running(session: Session, viewer: Viewer | None) -> list[Loan]:
    """List the loans that the viewer sees (None: all), the first due first."""
    query = (
        select(DeviceRow, EventRow)
        .join(EventRow, col(EventRow.device_id) == DeviceRow.id)
        .where(
            DeviceRow.state == State.ON_LOAN.value,
            col(DeviceRow.void).is_(None),
            EventRow.action == Action.LEND.value,
        )
        .order_by(col(DeviceRow.id), col(EventRow.seq))
        .limit(MOST)
    )
    visible = viewer.owner_ids if viewer is not None else None
    if visible is not None:
        query = query.where(col(DeviceRow.owner_id).in_(sorted(visible)))
    latest: dict[int, Loan] = {}
    for device, event in session.exec(query):
        due = json.loads(event.details).get("due_on")
        if due:
            latest[device.id] = Loan(
                device,
                event.seq,
                event.effective_on,
                date.fromisoformat(due),
                device.holder,
            )
    return sorted(latest.values(), key=lambda loan: (loan.due_on, loan.device.tag))


def reminded(
    session: Session, loans: Iterable[Loan]
) -> dict[tuple[int, int], list[date]]:
    """Give the days on which a loan's holder was reminded, by device and event."""
    wanted = {(loan.device.id, loan.seq) for loan in loans}
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    ids = sorted({key for key, _ in wanted})
    rows = session.exec(
        select(LoanReminderRow)
        .where(col(LoanReminderRow.device_id).in_(ids))
        .order_by(col(LoanReminderRow.sent_on))
    )
    for row in rows:
        if (row.device_id, row.seq) in wanted:
            days[row.device_id, row.seq].append(row.sent_on)
    return days


def note(
    session: Session, today: date, told: Sequence[tuple[Loan, Reminder]]
) -> list[tuple[Loan, Reminder]]:
    """Note reminders; give those that nobody else has noted today."""
    dialect = sqlite if is_sqlite(session) else postgresql
    new = []
    for loan, reminder in told:
        added = session.execute(
            dialect.insert(_REMINDERS)
            .values(
                device_id=loan.device.id,
                seq=loan.seq,
                sent_on=today,
                person=loan.person,
                reminder=reminder.value,
            )
            .on_conflict_do_nothing()
            .returning(_REMINDERS.c.device_id)
        )
        if added.first() is not None:
            new.append((loan, reminder))
    return new
