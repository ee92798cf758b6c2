"""French figures and sentences, as a printed page wants them."""

import re
from datetime import date, datetime
from decimal import Decimal

NO_BREAK = "\u00a0"
NARROW = "\u202f"
_BEFORE = re.compile(r" ([:;?!%»])")
_AFTER = re.compile(r"« ")
_ABBREVIATED = re.compile(r"(n°|\bart\.) (?=\w)")


def typeset(text: str) -> str:
    """Keep French punctuation, « n° » and « art. » with their word."""
    text = _ABBREVIATED.sub(rf"\1{NO_BREAK}", text)
    return _AFTER.sub(f"«{NO_BREAK}", _BEFORE.sub(rf"{NO_BREAK}\1", text))


def number(value: Decimal | int) -> str:
    """Write a number with a decimal comma and thousands apart: 47,5; 5 004."""
    written = f"{value:,}".replace(",", NARROW).replace(".", ",")
    return written.replace("-", "\u2212")


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
    return f"{number(number_of)}{NO_BREAK}{noun}"


def age(months: int | None) -> str:
    """Write an age in whole years and months: 9 ans 11 mois.

    Below zero, one of the two days is wrong: it is said rather than computed.
    """
    if months is None:
        return "inconnu"
    if months < 0:
        return "dates à vérifier"
    years, rest = divmod(months, 12)
    written = []
    if years:
        written.append(f"{years}{NO_BREAK}{'an' if years == 1 else 'ans'}")
    if rest or not years:
        written.append(f"{rest}{NO_BREAK}mois")
    return " ".join(written)


_PLURAL = 2
