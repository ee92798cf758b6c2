"""The rows to correct, given back as they came with what to do about them."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from imports.extract import Extract
from imports.fields import AMOUNTS, DAYS, FROM_1900_TO_1904
from imports.returned import ADDED
from imports.sheet import Cell
from imports.values import cents_of, day_of, text_of
from parc.domain.intake_issue import RejectedRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_REJECTED, _IN_CONFLICT = "rejeté", "en conflit"


def safe(text: str) -> str:
    """Keep a cell that a spreadsheet would run as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def rejects_csv(
    found: Extract,
    rejected: Iterable[RejectedRow],
    conflicts: Iterable[RejectedRow] = (),
) -> bytes:
    """Write the rows set aside with *ligne, résultat, motif, à corriger*.

    Corrected and sent again alone, a row must say what it said among the others:
    days and amounts that the whole column made sure are written so that they read
    in one way only.
    """
    told = [(row, _REJECTED) for row in rejected]
    told += [(row, _IN_CONFLICT) for row in conflicts]
    told.sort(key=lambda one: one[0].line)
    cells = found.cells_at({row.line for row, _ in told})
    titles = found.heading.titles
    width = max(map(len, (titles, *cells.values())))
    sure = _sure(found, list(cells.values()))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_padded(map(safe, titles), width), *ADDED])
    for row, result in told:
        shown = (
            safe(sure[index](cell) if index in sure else _plain(cell))
            for index, cell in enumerate(cells.get(row.line, ()))
        )
        reasons = " ".join(issue.message for issue in row.issues)
        columns = ", ".join(filter(None, (issue.column for issue in row.issues)))
        writer.writerow(
            [*_padded(shown, width), row.line, result, safe(reasons), safe(columns)]
        )
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    """Write a cell as it is seen, the breaks between its lines kept."""
    if isinstance(cell, str) and "\n" in cell:
        return "\n".join(map(text_of, cell.split("\n")))
    return text_of(cell)


def _sure(
    found: Extract, rows: Sequence[Sequence[Cell]]
) -> dict[int, Callable[[Cell], str]]:
    """Tell how the cells of columns of dates and amounts are written."""
    columns = found.heading.columns
    sure: dict[int, Callable[[Cell], str]] = {}
    for index in (i for name in DAYS for i in columns.get(name, ())):
        sure[index] = partial(_day, found, index)
    for index in (i for name in AMOUNTS for i in columns.get(name, ())):
        said = any(type(row[index]) is str for row in rows if index < len(row))
        sure[index] = partial(_amount, found.commas.get(index), said=said)
    return sure


def _day(found: Extract, index: int, cell: Cell) -> str:
    if isinstance(cell, int | float) and found.source.counts_from_1904:
        cell += FROM_1900_TO_1904
    try:
        return day_of(cell, found.orders.get(index)).isoformat()
    except ValueError:
        return _plain(cell)


def _amount(comma: bool | None, cell: Cell, *, said: bool) -> str:
    """Write an amount; `said`: the column has texts, which it must not give a sense.

    As many decimals as no text has prove nothing of how the others are written: where
    both signs were found, a row sent without the others must not settle the matter.
    """
    try:
        whole, rest = divmod(cents_of(cell, comma), 100)
    except ValueError:
        return _plain(cell)
    if comma is None and said:
        return f"{whole}.{rest:02}00"
    return f"{whole}{'.' if comma is False else ','}{rest:02}"


def _padded(texts: Iterable[str], width: int) -> list[str]:
    known = list(texts)
    return [*known, *[""] * (width - len(known))]
