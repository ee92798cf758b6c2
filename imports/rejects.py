"""The rows to correct, given back as they came with what to do about them."""

import csv
import io
from collections.abc import Iterable

from imports.extract import Extract
from imports.values import text_of
from parc.domain.intake_issue import RejectedRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ADDED = ("ligne", "résultat", "motif", "à corriger")


def safe(text: str) -> str:
    """Keep a cell that a spreadsheet would run as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def rejects_csv(found: Extract, rejected: Iterable[RejectedRow]) -> bytes:
    """Write the rejected rows with *ligne, résultat, motif, à corriger*."""
    rows = list(rejected)
    cells = found.cells_at({row.line for row in rows})
    titles = found.heading.titles
    width = max(map(len, (titles, *cells.values())))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_padded(map(safe, titles), width), *_ADDED])
    for row in rows:
        shown = (safe(text_of(cell)) for cell in cells.get(row.line, ()))
        reasons = " ".join(issue.message for issue in row.issues)
        columns = ", ".join(filter(None, (issue.column for issue in row.issues)))
        writer.writerow(
            [*_padded(shown, width), row.line, "rejeté", safe(reasons), safe(columns)]
        )
    return out.getvalue().encode("utf-8-sig")


def _padded(texts: Iterable[str], width: int) -> list[str]:
    known = list(texts)
    return [*known, *[""] * (width - len(known))]
