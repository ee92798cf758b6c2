"""A table as it was read: its rows with their line numbers, and why a file is not."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Rows = Generator[tuple[int, list[Cell]], None, None]

MOST_ROWS = 1_000_000
MOST_COLUMNS = 256
LONGEST_CELL = 32_768
"""Characters of a cell, as in spreadsheets (Excel stops one before)."""


class UnreadableError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that can be read several times, so that nobody needs to keep it.

    `rows` starts again at each call and counts lines from 1, as spreadsheets do.
    `empty_formulas` gives, per line, the columns (from 0) whose formula has no
    recorded value; `others` names the sheets of the same file. `merged` gives, per
    column (from 0), the first line of each cell merged downwards, and its last.
    `counts_from_1904`: a day written as a bare number counts from 1 January 1904.
    """

    name: str
    rows: Callable[[], Rows]
    others: tuple[str, ...] = ()
    empty_formulas: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    merged: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    counts_from_1904: bool = False
