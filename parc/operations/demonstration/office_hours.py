"""Working days in France and office hours: when things happen and get typed."""

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from parc.clock import PARIS

OPENING = time(8, 10)
MINUTES_OPEN = 8 * 60
"""Typing starts within these minutes; a series of entries may last longer."""

_SATURDAY = 5
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)


def is_working(day: date) -> bool:
    """Tell whether offices are open: no week-end, no public holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def on_or_after(day: date) -> date:
    """Return `day` if offices are open, else the next day they are."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def on_or_before(day: date) -> date:
    """Return `day` if offices are open, else the last day they were."""
    while not is_working(day):
        day -= timedelta(days=1)
    return day


def working_days_between(first: date, last: date) -> Sequence[date]:
    """List the days from `first` to `last`, both included, when offices are open."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_working(day)]


def instant(day: date, minute: int) -> datetime:
    """Return the instant (UTC) so many minutes after the opening of a day."""
    local = datetime.combine(day, OPENING, PARIS) + timedelta(minutes=minute)
    return local.astimezone(UTC)


@functools.cache
def _holidays(year: int) -> frozenset[date]:
    fixed = [date(year, month, day) for month, day in _FIXED]
    easter = _easter(year)
    return frozenset(fixed + [easter + timedelta(days=n) for n in _AFTER_EASTER])


def _easter(year: int) -> date:
    """Compute Easter Sunday by the Gregorian rule (Gauss, as Meeus wrote it)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (
        19 * golden
        + century
        - century // 4
        - (century - (century + 8) // 25 + 1) // 3
        + 15
    ) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
