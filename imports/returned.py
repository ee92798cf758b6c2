"""The rows to correct that parc gave out, when they come back: as they first were."""

import itertools
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from imports.headings import LOOKED_AT
from imports.sheet import Cell, Rows, Sheet
from imports.values import text_of

ADDED = ("ligne", "résultat", "motif", "à corriger")
"""The columns that parc adds after those of the file."""


def without_reasons(sheet: Sheet) -> Sheet:
    """Leave out the columns that parc had added, so that it reads as it was sent.

    They say nothing of the device; kept, they would make another list of headings,
    and devices of the titles and totals that they stand beside.
    """

    def rows() -> Rows:
        with closing(sheet.rows()) as read:
            for line, row in itertools.islice(read, LOOKED_AT):
                own = _own_width(row)
                if own is None:
                    yield line, row
                    continue
                yield line, row[:own]
                for below, cells in read:
                    yield below, cells[:own]
            yield from read

    return replace(sheet, rows=rows)


def _own_width(row: Sequence[Cell]) -> int | None:
    """Count the cells before those added; None when this is no such heading."""
    last = len(row)
    while last and row[last - 1] in {None, ""}:
        last -= 1
    own = last - len(ADDED)
    if own <= 0 or row[last - 1] != ADDED[-1]:
        return None
    return own if tuple(map(text_of, row[own:last])) == ADDED else None
