"""Cells to values: a whole column proves its date order and its decimal sign."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from imports.reading import LONGEST_CELL, Cell

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?", re.ASCII)
_MANGLED = re.compile(r"\d[.,]\d+E\+\d+", re.ASCII | re.IGNORECASE)
_AMOUNT = re.compile(r"\d[\d.,]*", re.ASCII)
_EPOCH = date(1899, 12, 30)
_SERIALS = range(10_000, 80_000)
_MONTHS = 12
_PIVOT = 70


class AmbiguousDateError(ValueError):
    """Nothing in the column proves whether day or month comes first."""


def text_of(value: Cell) -> str:
    """Write a cell as the text a person sees: 42.0 is `42`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = value if isinstance(value, str) else str(value)
    return " ".join(text.replace("\u00a0", " ").split())[:LONGEST_CELL]


def is_mangled(text: str) -> bool:
    """Tell whether a spreadsheet turned an identifier into `6.37702E+15`."""
    return _MANGLED.fullmatch(text) is not None


def date_order(values: Iterable[Cell]) -> str | None:
    """Read the order that a column's own values prove: `dmy`, `mdy` or None."""
    first = second = False
    for value in values:
        found = _PARTS.fullmatch(value.strip()) if isinstance(value, str) else None
        if found:
            first |= int(found[1]) > _MONTHS
            second |= int(found[2]) > _MONTHS
    if first == second:
        return None
    return "dmy" if first else "mdy"


def day_of(value: Cell, order: str | None) -> date:
    """Read a date.

    Raises:
        AmbiguousDateError: two readings are possible and `order` is None.
        ValueError: not a date.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and int(value) in _SERIALS:
        return _EPOCH + timedelta(days=int(value))
    return _day_in(text_of(value), order)


def _day_in(text: str, order: str | None) -> date:
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if text.isdigit() and int(text) in _SERIALS:
        return _EPOCH + timedelta(days=int(text))
    found = _PARTS.fullmatch(text)
    if not found:
        raise ValueError(text)
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    if len(found[3]) == 2:  # noqa: PLR2004 - a year of two digits
        year += 2000 if year < _PIVOT else 1900
    if order == "mdy" or (order is None and two > _MONTHS):
        return date(year, one, two)
    if order is None and one <= _MONTHS and one != two:
        raise AmbiguousDateError(text)
    return date(year, two, one)


def decimal_comma(values: Iterable[Cell]) -> bool | None:
    """Tell whether a column of amounts writes cents after a comma; None unproved."""
    comma = dot = False
    for value in values:
        text = text_of(value) if isinstance(value, str) else ""
        compact = _compact(text)
        comma |= re.search(r",\d{1,2}$", compact) is not None
        dot |= re.search(r"\.\d{1,2}$", compact) is not None
    return None if comma == dot else comma


def cents_of(value: Cell, comma: bool | None) -> int:
    """Read an amount as integer cents.

    Raises:
        ValueError: not an amount, or one that reads in two ways.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < 0:
            raise ValueError(value)
        return round(value * 100)
    compact = _compact(text_of(value))
    if not _AMOUNT.fullmatch(compact):
        raise ValueError(compact)
    sign = max(compact.rfind(","), compact.rfind("."))
    if sign < 0:
        return int(compact) * 100
    decimals = compact[sign + 1 :]
    mixed = "," in compact and "." in compact
    if len(decimals) == 3 and not mixed:  # noqa: PLR2004 - thousands or thousandths
        is_comma = compact[sign] == ","
        if comma is None or comma == is_comma:
            raise ValueError(compact)
        return int(re.sub(r"\D", "", compact)) * 100
    whole = int(re.sub(r"\D", "", compact[:sign]) or 0)
    return whole * 100 + int(decimals.ljust(2, "0")[:2] or 0)


def _compact(text: str) -> str:
    return re.sub(r"[\s\u202f€$£]|EUR|HT", "", text)
