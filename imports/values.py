"""Cells to values: a whole column proves its date order and its decimal sign."""

import calendar
import math
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from imports.sheet import LONGEST_CELL, Cell

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_MANGLED = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(
    r"(?P<groups>\d{1,3}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*)"
    r"(?:(?!(?P=sign))[.,](?P<decimals>\d*))?",
    re.ASCII,
)
_ONE_GROUP = len("123,456")
_DECIMAL = re.compile(r"(\d+)(?:[.,](\d*))?", re.ASCII)
_CENTS = {sign: re.compile(rf"\{sign}\d{{1,2}}$", re.ASCII) for sign in ",."}
_DURATION = re.compile(r"(\d{1,3})(?:[.,]0+)? ?(mois|months?|ans?|years?)?", re.ASCII)
_CAPACITY = re.compile(r"(\d{1,6})(?:[.,](\d)\d*)? ?([mgt]?)[ob]?", re.ASCII)
_BOOLEANS = {"True": "vrai", "False": "faux"}
_EPOCH = date(1899, 12, 30)
_SERIALS = range(10_000, 80_000)
_YEARS = range(1970, 2100)
_MONTHS = 12
_DAYS = 31
_PIVOT = 70
_MOST_CENTS = 10_000_000_000
"""A hundred million euros: no device costs more, and databases count so far."""

_MOST_MONTHS = 240
NUMBERS = (int, float)
"""A tuple: `int | float` would be built anew for each cell."""

_FIRST_ROUNDED = 10**15
"""From here on, spreadsheets no longer keep each digit of a number."""


class AmbiguousDateError(ValueError):
    """Nothing in the column proves whether day or month comes first."""


class YearAloneError(ValueError):
    """A year without its day: no date can be made of it without guessing."""


def text_of(value: Cell) -> str:
    """Write a cell as the text a person sees: 42.0 is `42`.

    Signs that cannot be seen are dropped: two texts that look the same are the same.
    """
    if isinstance(value, str):
        if value.isprintable() and "  " not in value and value.strip(" ") == value:
            return value[:LONGEST_CELL]
        return " ".join(_seen(value).split())[:LONGEST_CELL]
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return _BOOLEANS.get(str(value), str(value))


def _seen(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c.isspace())


def is_mangled(value: Cell) -> bool:
    """Tell whether a spreadsheet rounded an identifier, as `6.37702E+15`."""
    if isinstance(value, NUMBERS):
        return not math.isfinite(value) or abs(value) >= _FIRST_ROUNDED
    if not isinstance(value, str) or "+" not in value:
        return False
    return _MANGLED.fullmatch(text_of(value)) is not None


def date_order(values: Iterable[Cell]) -> str | None:
    """Read the order that a column's own values prove: `dmy`, `mdy`, `ymd` or None."""
    proved: set[str] = set()
    for value in values:
        found = _PARTS.fullmatch(text_of(value)) if isinstance(value, str) else None
        if found:
            one, two = int(found[1]), int(found[2])
            if one > _DAYS and len(found[3]) == 2:  # noqa: PLR2004 - two digits
                proved.add("ymd")
            elif _MONTHS < one <= _DAYS and two <= _MONTHS:
                proved.add("dmy")
            elif _MONTHS < two <= _DAYS and one <= _MONTHS:
                proved.add("mdy")
    return proved.pop() if len(proved) == 1 else None


def day_of(value: Cell, order: str | None) -> date:
    """Read a date.

    Raises:
        AmbiguousDateError: two readings are possible and `order` is None.
        YearAloneError: only a year.
        ValueError: not a date, or not one of a device's life.
    """
    day = _day_of(value, order)
    if day.year not in _YEARS:
        raise ValueError(day)
    return day


def _day_of(value: Cell, order: str | None) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = text_of(value)
    if _YEAR.fullmatch(text):
        raise YearAloneError(text)
    if text.isascii() and text.isdigit() and len(text) == 5:  # noqa: PLR2004
        if int(text) not in _SERIALS:
            raise ValueError(text)
        return _EPOCH + timedelta(days=int(text))
    if isinstance(value, float) and math.isfinite(value) and int(value) in _SERIALS:
        return _EPOCH + timedelta(days=int(value))
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    found = _PARTS.fullmatch(text)
    if not found:
        raise ValueError(text)
    return _in_order(found, order)


def _in_order(found: re.Match[str], order: str | None) -> date:
    one, two = int(found[1]), int(found[2])
    if order == "ymd":
        if len(found[3]) != 2:  # noqa: PLR2004 - the day has two digits
            raise ValueError(found[0])
        return date(_full_year(found[1]), two, int(found[3]))
    year = _full_year(found[3])
    if order == "mdy" or (order is None and two > _MONTHS):
        return date(year, one, two)
    if order is None and one <= _MONTHS and one != two:
        raise AmbiguousDateError(found[0])
    return date(year, two, one)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - a year of two digits
        return year
    return year + (2000 if year < _PIVOT else 1900)


def months_of(text: str) -> int:
    """Read a duration in months: `36`, `36 mois`, `3 ans`.

    Raises:
        ValueError: not a duration, or one of more than twenty years.
    """
    found = _DURATION.fullmatch(text.lower())
    if not found:
        raise ValueError(text)
    years = found[2] is not None and found[2].startswith(("an", "y"))
    months = int(found[1]) * (_MONTHS if years else 1)
    if months > _MOST_MONTHS:
        raise ValueError(text)
    return months


def after_months(day: date, months: int) -> date:
    """Give the same day some months later, or the last day of a shorter month."""
    count = day.year * _MONTHS + day.month - 1 + months
    year, month = divmod(count, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def gigabytes_of(text: str, unit: str = "") -> int | None:
    """Read a capacity in gigabytes: `512`, `512 Go`, `1 To`; None when it is none.

    `unit` is what a person said of the column: `mb`, `gb` or `tb` for what has no
    letter of its own, `gib` when gigabytes count 2^30 bytes, as Windows has them.
    """
    found = _CAPACITY.fullmatch(text.lower())
    if not found:
        return None
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    letter = found[3] or unit[:1]
    if unit == "gib":
        tenths = tenths * 2**30 // 10**9
    if letter == "t":
        return tenths * 100
    return tenths // 10_000 if letter == "m" else tenths // 10


def decimal_comma(values: Iterable[Cell]) -> bool | None:
    """Tell whether a column of amounts writes cents after a comma; None unproved."""
    comma = dot = False
    for value in values:
        if isinstance(value, str):
            compact = _compact(text_of(value))
            comma |= _CENTS[","].search(compact) is not None
            dot |= _CENTS["."].search(compact) is not None
    return None if comma == dot else comma


def cents_of(value: Cell, comma: bool | None) -> int:
    """Read an amount as integer cents.

    Raises:
        ValueError: not an amount, or one that reads in two ways.
    """
    if isinstance(value, NUMBERS) and not isinstance(value, bool):
        if not 0 <= value * 100 <= _MOST_CENTS:
            raise ValueError(value)
        return round(value * 100)
    cents = _cents_in(_compact(text_of(value)), comma)
    if cents > _MOST_CENTS:
        raise ValueError(value)
    return cents


def _cents_in(compact: str, comma: bool | None) -> int:
    if found := _GROUPED.fullmatch(compact):
        digits = re.sub(r"[,.]", "", found["groups"])
        one_group = len(found["groups"]) <= _ONE_GROUP
        sure = found["decimals"] is not None or not one_group
        if not sure and (comma is None or comma == (found["sign"] == ",")):
            raise ValueError(compact)
        return _cents(digits, found["decimals"] or "")
    if found := _DECIMAL.fullmatch(compact):
        return _cents(found[1], found[2] or "")
    raise ValueError(compact)


def _cents(whole: str, decimals: str) -> int:
    # The third decimal rounds, the following ones are too small to.
    thousandths = int(decimals[:3].ljust(3, "0"))
    return int(whole) * 100 + (thousandths + 5) // 10


def _compact(text: str) -> str:
    return re.sub(r"[\s€$£]|EUR(?:OS?)?|H\.?T\.?", "", text, flags=re.IGNORECASE)
