"""The rows to correct, given back as they came with what to do about them."""

import csv
import io
from collections.abc import Iterable

from imports.extract import Extract
from imports.values import text_of
from parc.domain.intake_issue import RejectedRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """Keep a cell that a spreadsheet would run as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def rejects_csv(found: Extract, rejected: Iterable[RejectedRow]) -> bytes:
    """Write the rejected rows with *ligne, résultat, motif, à corriger*."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    titles = [safe(title) for title in found.heading.titles]
    writer.writerow([*titles, "ligne", "résultat", "motif", "à corriger"])
    for row in rejected:
        cells = [safe(text_of(cell)) for cell in found.rows.get(row.line, ())]
        cells += [""] * (len(titles) - len(cells))
        reasons = " ".join(issue.message for issue in row.issues)
        columns = ", ".join(filter(None, (issue.column for issue in row.issues)))
        writer.writerow([*cells, row.line, "rejeté", reasons, columns])
    return out.getvalue().encode("utf-8-sig")
