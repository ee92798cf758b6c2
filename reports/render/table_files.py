"""Long tables as files, row by row: memory does not grow with their length."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

Value = str | int | Decimal | date | None
Row = Sequence[Value]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BLOCK_ROWS = 500
_DAY, _AMOUNT = "dd/mm/yyyy", "#,##0.00"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its key in JSON, its French heading, its width in characters."""

    key: str
    title: str
    width: int = 16


def csv_blocks(fields: Sequence[Field], rows: Iterable[Row]) -> Iterator[bytes]:
    """Write a table as CSV that French spreadsheets open as it is.

    UTF-8 with its mark, semicolons, CRLF. A cell that a spreadsheet would run is
    kept as text by an apostrophe, which the importer takes off.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([field.title for field in fields])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, 1):
        writer.writerow([_text(value) for value in row])
        if number % _BLOCK_ROWS == 0:
            yield _taken(out)
    yield _taken(out)


def json_lines(fields: Sequence[Field], rows: Iterable[Row]) -> Iterator[bytes]:
    """Write a table as one JSON object a line; what is empty is left out."""
    keys = [field.key for field in fields]
    for row in rows:
        said = {
            key: _plain(value)
            for key, value in zip(keys, row, strict=True)
            if value is not None and value != ""
        }
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        yield f"{text}\n".encode()


def write_xlsx(
    title: str, fields: Sequence[Field], rows: Iterable[Row], target: BinaryIO
) -> None:
    """Write a table as a workbook of one sheet, headings in sight and filters on.

    Dates and amounts are real ones; texts stay texts, whatever they begin with.
    """
    write_sheets([(title, fields, rows)], target)


def write_sheets(
    sheets: Iterable[tuple[str, Sequence[Field], Iterable[Row]]], target: BinaryIO
) -> None:
    """Write tables as a workbook, each on a sheet of its own, as `write_xlsx` does."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, fields, rows in sheets:
        _fill(book.create_sheet(title), fields, rows)
    book.save(target)


def _fill(page: Any, fields: Sequence[Field], rows: Iterable[Row]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for index, field in enumerate(fields, 1):
        page.column_dimensions[get_column_letter(index)].width = field.width
    bold = Font(bold=True)
    heading = [WriteOnlyCell(page, field.title) for field in fields]
    for cell in heading:
        cell.font = bold
    page.append(heading)
    last = 1
    for row in rows:
        last += 1
        cells: list[object] = []
        for value in row:
            if isinstance(value, str) and value.startswith("="):
                cell = WriteOnlyCell(page, value)
                cell.data_type = "s"
                cells.append(cell)
            elif isinstance(value, Decimal | date):
                cell = WriteOnlyCell(page, value)  # type: ignore[arg-type]  # it takes both
                cell.number_format = _DAY if isinstance(value, date) else _AMOUNT
                cells.append(cell)
            else:
                cells.append(value)
        page.append(cells)
    page.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{last}"


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        # Read in one way only, by spreadsheets and by the importer (D12).
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Value) -> str | int | None:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _taken(out: io.StringIO) -> bytes:
    content = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return content
