"""Text of unknown origin as numbered lines, within bounds."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from imports.sheet import UnreadableError
from parc.domain.erasure import Erasure

LARGEST = 8 * 1024 * 1024
"""Bytes; the log of a hundred disks takes a few hundred kilobytes."""

MOST_RECORDS = 500
_MOST_LINES = 200_000
_LONGEST_LINE = 2_000
_LONGEST_TEXT = 200
_MARKS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")
_MOMENT = re.compile(
    r"(\d{4})[/-](\d{2})[/-](\d{2})[ T]{1,2}(\d{2}):(\d{2}):(\d{2})", re.ASCII
)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)

Line = tuple[int, str]


def check_size(content: bytes) -> None:
    """Refuse what is empty or beyond all measure.

    Raises:
        UnreadableError: it is.
    """
    if not content.strip(b"\x00\xef\xbb\xbf\r\n\t "):
        raise UnreadableError("empty", "Le fichier est vide.")
    if len(content) > LARGEST:
        message = "Ce rapport dépasse 8 Mo : il n'est pas lu."
        raise UnreadableError("too_large", message)


def numbered(content: bytes) -> list[Line]:
    """Give the lines of a text with their numbers, from 1; colours are dropped.

    Raises:
        UnreadableError: it has too many lines.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if text.count("\n") + text.count("\r") > 2 * _MOST_LINES:
        message = "Ce rapport compte trop de lignes : il n'est pas lu."
        raise UnreadableError("too_large", message)
    lines = re.split(r"\r\n|\n|\r", text)
    return [
        (number, _MARKS.sub("", line[:_LONGEST_LINE]).rstrip())
        for number, line in enumerate(lines, start=1)
    ]


def bounded(records: Iterable[Erasure]) -> list[Erasure]:
    """Give all records of a report.

    Raises:
        UnreadableError: there are more of them than any bench erases at once.
    """
    found = list(islice(records, MOST_RECORDS + 1))
    if len(found) > MOST_RECORDS:
        message = f"Ce rapport compte plus de {MOST_RECORDS} supports : coupez-le."
        raise UnreadableError("too_large", message)
    return found


def said(text: str) -> str:
    """Clean a short text: one line, no control sign, of bounded length."""
    return " ".join(_CONTROLS.sub(" ", text).split())[:_LONGEST_TEXT]


def serial_of(text: str) -> str:
    """Clean a serial; empty when bytes of it are damaged."""
    return "" if _CONTROLS.search(text) or not text.isascii() else said(text)


def moment(text: str) -> datetime | None:
    """Read the first instant of a text, as the machine's own time."""
    found = _MOMENT.search(text)
    if found is None:
        return None
    try:
        return datetime(*map(int, found.groups()))  # type: ignore[arg-type] # noqa: DTZ001 - a machine's own time
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """Read a whole number of zero or more."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else None
