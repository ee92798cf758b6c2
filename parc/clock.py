"""The only place that reads the clock; everything else is told the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reading of the clock


def today() -> date:
    """Return the present day in France."""
    return now().astimezone(PARIS).date()


def local(instant: datetime) -> datetime:
    """Show an instant in French local time."""
    return instant.astimezone(PARIS)
