"""Reminders of a loan: one before, one a week after, none twice on a day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.loan_reminder import Reminder, reminder_due

DUE = date(2026, 11, 24)


def nights(
    days_before: int, first: int, last: int, skipped: frozenset[int] = frozenset()
) -> list[tuple[int, Reminder]]:
    """Let nights pass, days counted from the due one; give what was sent."""
    sent: list[tuple[int, Reminder]] = []
    for day in range(first, last + 1):
        if day in skipped:
            continue
        days = [DUE + timedelta(days=told) for told, _ in sent]
        today = DUE + timedelta(days=day)
        if reminder := reminder_due(DUE, today, days_before, days):
            sent.append((day, reminder))
    return sent


def test_one_before_then_each_week() -> None:
    assert nights(3, -30, 16) == [
        (-3, Reminder.SOON),
        (1, Reminder.OVERDUE),
        (8, Reminder.OVERDUE),
        (15, Reminder.OVERDUE),
    ]


def test_none_before_when_nobody_wants_one_but_the_day_itself() -> None:
    assert nights(0, -30, 1) == [(0, Reminder.SOON), (1, Reminder.OVERDUE)]


@given(st.integers(0, 30), st.frozensets(st.integers(-40, 60)))
def test_whatever_nights_are_missed_it_is_once_before_and_a_week_apart_after(
    days_before: int, skipped: frozenset[int]
) -> None:
    sent = nights(days_before, -40, 60, skipped)
    before = [day for day, reminder in sent if reminder is Reminder.SOON]
    late = [day for day, reminder in sent if reminder is Reminder.OVERDUE]

    assert len(before) <= 1
    assert all(-days_before <= day <= 0 for day in before)
    assert all(b - a >= 7 for a, b in pairwise(late))
    worked = [day for day in range(1, 61) if day not in skipped]
    assert bool(late) == bool(worked)
    if worked:
        assert late[0] == worked[0]


@given(st.integers(-40, 60))
def test_nobody_is_told_twice_on_a_day(day: int) -> None:
    today = DUE + timedelta(days=day)

    assert reminder_due(DUE, today, 3, [today]) is None
