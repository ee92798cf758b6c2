"""A report as a workbook to read, sort, print and hand over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from math import ceil
from typing import TYPE_CHECKING

from reports.render import xlsx_styles as styles
from reports.report import Cell, Column, Kind, Note, Percent, Report, Sheet, Table, Tone

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First signs that a spreadsheet may take for a formula."""

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_000
"""Characters; a cell of a workbook holds at most 32,767."""

_WRAPPED = frozenset({Kind.LONG_TEXT, Kind.FIGURE})
_AIRY = frozenset({Tone.TITLE, Tone.LEAD, Tone.HEADING})


@dataclass(frozen=True, slots=True)
class _Row:
    """A row to write: cells, height in points, whether it spans the sheet."""

    cells: tuple["SheetCell", ...]
    height: float
    spans: bool = False


def to_bytes(report: Report) -> bytes:
    """Write a report as .xlsx: real dates and numbers, texts that stay texts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for style in styles.named_styles():
        book.add_named_style(style)
    for sheet in report.sheets:
        _write(book.create_sheet(sheet.title), sheet)
    about = book.properties
    about.title, about.subject = report.title, report.subject
    about.description = report.summary
    about.creator = about.lastModifiedBy = "parc"
    about.language = "fr-FR"
    about.created = report.made_at.replace(tzinfo=None)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write(page: "Worksheet", sheet: Sheet) -> None:
    widths = _widths(sheet)
    _set_up(page, widths)
    if sheet.listing:
        _make_listing(page, sheet)
    number = 0
    for block in sheet.content:
        for row in _rows(page, block, widths):
            number += 1
            page.row_dimensions[number].height = row.height
            if row.spans and len(widths) > 1:
                page.merged_cells.add(f"A{number}:{_letter(len(widths))}{number}")
            page.append(row.cells)


def _rows(page: "Worksheet", block: Note | Table, widths: list[int]) -> Iterator[_Row]:
    if isinstance(block, Note):
        cell = _text(page, block.text, styles.of_tone(block.tone))
        yield _Row((cell,), _note_height(block, sum(widths)), spans=True)
        return
    yield _Row(
        tuple(
            _text(
                page,
                column.title,
                styles.HEAD_RIGHT if column.kind in styles.RIGHT else styles.HEAD,
            )
            for column in block.columns
        ),
        _height(
            (column.title, width)
            for column, width in zip(block.columns, widths, strict=False)
        )
        + 4,
    )
    for values in block.rows:
        yield _Row(
            tuple(
                _cell(page, column, value)
                for column, value in zip(block.columns, values, strict=True)
            ),
            _height(
                (value, width)
                for column, value, width in zip(
                    block.columns, values, widths, strict=False
                )
                if column.kind in _WRAPPED and isinstance(value, str)
            ),
        )


def _cell(page: "Worksheet", column: Column, value: Cell) -> "SheetCell":
    from openpyxl.cell import WriteOnlyCell

    style = styles.of_kind(column.kind)
    if isinstance(value, str):
        cell = _text(page, value, style)
        if column.kind is Kind.ADDRESS:
            cell.hyperlink = value
            cell.style = style
        return cell
    if isinstance(value, Percent):
        value, style = value.value, styles.PERCENT
    cell = WriteOnlyCell(page)
    cell.value = value
    cell.style = style
    return cell


def _text(page: "Worksheet", value: str, style: str) -> "SheetCell":
    """Make a cell that stays a text, whatever its first sign."""
    from openpyxl.cell import WriteOnlyCell

    text = _ILLEGAL.sub("\ufffd", value)[:_LONGEST]
    cell = WriteOnlyCell(page, text)
    cell.style = style
    cell.data_type = "s"
    if text.startswith(FORMULA_SIGNS):
        # Editing the cell in a spreadsheet must not turn it into a formula.
        cell.quotePrefix = True
    return cell


def _make_listing(page: "Worksheet", sheet: Sheet) -> None:
    *before, table = sheet.content
    if not isinstance(table, Table):
        message = f"{sheet.title}: a listing ends with a table"
        raise TypeError(message)
    head = 1 + sum(
        1 if isinstance(block, Note) else 1 + len(block.rows) for block in before
    )
    page.freeze_panes = f"B{head + 1}"
    page.print_title_rows = f"{head}:{head}"
    last = _letter(len(table.columns))
    page.auto_filter.ref = f"A{head}:{last}{head + len(table.rows)}"


def _set_up(page: "Worksheet", widths: list[int]) -> None:
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    for index, width in enumerate(widths, 1):
        page.column_dimensions[_letter(index)].width = width
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = page.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.3
    page.HeaderFooter.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P / &N")
    )


def _widths(sheet: Sheet) -> list[int]:
    """Give each column of a sheet the width that its widest table asks for."""
    asked = [
        [column.width for column in block.columns]
        for block in sheet.content
        if isinstance(block, Table)
    ]
    return [max(column) for column in zip_longest(*asked, fillvalue=0)] or [100]


def _note_height(note: Note, width: int) -> float:
    size = styles.SIZES.get(note.tone, styles.USUAL)
    lines = _lines(note.text, int(width * styles.USUAL / size))
    return lines * styles.LINE * size / styles.USUAL + (12 if note.tone in _AIRY else 3)


def _height(texts: Iterator[tuple[str, int]]) -> float:
    lines = max((_lines(text, width) for text, width in texts), default=1)
    return lines * styles.LINE + 3


def _lines(text: str, width: int) -> int:
    """Estimate the lines of a wrapped text: spreadsheets do not tell."""
    return sum(max(1, ceil(len(part) / width)) for part in text.split("\n"))


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(index)
