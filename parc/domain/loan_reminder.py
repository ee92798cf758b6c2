"""When somebody is reminded of a loan: once before its end, then every week."""

from collections.abc import Iterable
from datetime import date, timedelta

from parc.domain.labelled import Labelled

EVERY = timedelta(days=7)
"""Between two reminders of a loan that is overdue."""


class Reminder(Labelled):
    """What a message reminds of."""

    SOON = "soon", "À rendre bientôt"
    OVERDUE = "overdue", "En retard"


def reminder_due(
    due_on: date, today: date, days_before: int, sent: Iterable[date]
) -> Reminder | None:
    """Tell whether to remind today of a loan to give back on `due_on`.

    `sent` are the days on which its holder was reminded before. Once from
    `days_before` days before until the day itself, then each week once overdue; a
    night without any work loses nothing, and nobody is told twice on a day.
    """
    days = set(sent)
    if today in days:
        return None
    if today > due_on:
        late = [day for day in days if day > due_on]
        return Reminder.OVERDUE if not late or today - max(late) >= EVERY else None
    begins = due_on - timedelta(days=days_before)
    if today < begins or any(begins <= day <= due_on for day in days):
        return None
    return Reminder.SOON
