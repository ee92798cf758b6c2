"""French figures and sentences, as a printed page wants them."""

import re
from datetime import date, datetime
from decimal import Decimal

NO_BREAK = "\u00a0"
_BEFORE = re.compile(r" ([:;?!%»])")
_AFTER = re.compile(r"« ")


def typeset(text: str) -> str:
    """Keep French punctuation with its word: no-break spaces."""
    return _AFTER.sub(f"«{NO_BREAK}", _BEFORE.sub(rf"{NO_BREAK}\1", text))


def number(value: Decimal | int) -> str:
    """Write a number with a decimal comma: 47,5."""
    return f"{value}".replace(".", ",").replace("-", "\u2212")


def percent(value: Decimal | int) -> str:
    """Write a percentage: 47,5 %; whole ones without decimals."""
    whole = int(value)
    return number(whole if value == whole else value) + f"{NO_BREAK}%"


def day(value: date) -> str:
    """Write a day: 31/12/2026."""
    return f"{value:%d/%m/%Y}"


def instant(value: datetime) -> str:
    """Write an instant given in local time: 31/12/2026 à 09:30."""
    return f"{value:%d/%m/%Y} à {value:%H:%M}"


def count(number_of: int, one: str, several: str | None = None) -> str:
    """Agree a noun with its number: 1 matériel, 2 matériels."""
    noun = one if number_of < _PLURAL else several or f"{one}s"
    return f"{number_of}{NO_BREAK}{noun}"


def age(months: int | None) -> str:
    """Write an age in whole years and months: 9 ans 11 mois."""
    if months is None:
        return "inconnu"
    years, rest = divmod(months, 12)
    written = []
    if years:
        written.append(f"{years}{NO_BREAK}{'an' if years == 1 else 'ans'}")
    if rest or not years:
        written.append(f"{rest}{NO_BREAK}mois")
    return " ".join(written)


_PLURAL = 2
