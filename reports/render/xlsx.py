"""A report as a workbook to read, sort, print and hand over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from reports.render import xlsx_layout as layout
from reports.render import xlsx_styles as styles
from reports.report import (
    Cell,
    Column,
    Kind,
    Link,
    Note,
    Percent,
    Report,
    Sheet,
    Table,
    WebLink,
)

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First signs that a spreadsheet may take for a formula."""

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_000
"""Characters; a cell of a workbook holds at most 32,767."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row to write: cells, height in points, first and last columns merged."""

    cells: tuple["SheetCell", ...]
    height: float
    merged: tuple[tuple[int, int], ...] = ()


class _Pen:
    """Makes the cells of one sheet; each style is looked up only once."""

    def __init__(self, page: "Worksheet") -> None:
        from openpyxl.cell.cell import Cell as SheetCell

        self._make = SheetCell
        self._page = page
        self._styles: dict[str, StyleArray] = {}

    def cell(self, style: str) -> "SheetCell":
        """Make an empty cell; the sheet gives it its place."""
        if style not in self._styles:
            model = self._make(self._page, 1, 1)
            model.style = style
            # What openpyxl gives no public reader for: a few numbers per style.
            found = model._style  # type: ignore[attr-defined]  # noqa: SLF001
            self._styles[style] = found
        return self._make(self._page, 1, 1, None, self._styles[style])

    def text(self, value: str, style: str) -> "SheetCell":
        """Make a cell that stays a text, whatever its first sign."""
        cell = self.cell(style)
        if not value:  # empty rather than a text of no sign, which filters show
            return cell
        text = _ILLEGAL.sub("\ufffd", value)[:_LONGEST]
        cell.value = text
        cell.data_type = "s"
        if text.startswith(FORMULA_SIGNS):
            # Editing the cell in a spreadsheet must not turn it into a formula.
            cell.quotePrefix = True
        return cell

    def value(self, column: Column, given: Cell) -> "SheetCell":
        """Make the cell of a column for a value, typed as the column says."""
        link = given if isinstance(given, Link | WebLink) else None
        value = given.value if isinstance(given, Link | WebLink) else given
        linked = link is not None and value is not None
        kind = Kind.PERCENT if isinstance(value, Percent) else column.kind
        style = styles.of_kind(kind, linked=linked)
        if isinstance(value, str):
            cell = self.text(value, style)
        else:
            cell = self.cell(style)
            cell.value = value.value if isinstance(value, Percent) else value
        if isinstance(link, WebLink):
            cell.hyperlink = link.address
        elif link is not None and linked:
            _open(cell, link.sheet)
        return cell


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
    widths = layout.widths(sheet)
    _set_up(page, sheet, widths)
    if sheet.listing:
        _make_listing(page, sheet)
    pen = _Pen(page)
    number = 0
    for block in sheet.content:
        for row in _rows(pen, block, widths):
            number += 1
            page.row_dimensions[number].height = row.height
            for start, end in row.merged:
                area = f"{_letter(start)}{number}:{_letter(end)}{number}"
                page.merged_cells.add(area)
            page.append(row.cells)


def _rows(pen: _Pen, block: Note | Table, widths: list[int]) -> Iterator[_Row]:
    if isinstance(block, Note):
        yield _paragraph(pen, block, widths)
        return
    columns = tuple(layout.places(block.columns))
    merged = tuple((start, end) for _, start, end in columns if end > start)
    heading: list[SheetCell] = []
    for column, start, end in columns:
        style = styles.HEAD_RIGHT if column.kind in styles.RIGHT else styles.HEAD
        heading.append(pen.text(column.title, style))
        heading += [pen.cell(style) for _ in range(start, end)]
    height = layout.heading_height(block.columns, widths)
    yield _Row(tuple(heading), height, merged)
    for values in block.rows:
        cells: list[SheetCell] = []
        for (column, start, end), value in zip(columns, values, strict=True):
            cells.append(pen.value(column, value))
            if end > start:
                style = styles.of_kind(column.kind)
                cells += [pen.cell(style) for _ in range(start, end)]
        height = layout.row_height(block.columns, values, widths)
        yield _Row(tuple(cells), height, merged)


def _paragraph(pen: _Pen, note: Note, widths: list[int]) -> _Row:
    linked = note.sheet is not None
    cell = pen.text(note.text, styles.LINKED if linked else styles.of_tone(note.tone))
    if note.sheet is not None:
        _open(cell, note.sheet)
    # A link that covered the whole width would open at the first careless click.
    merged = ((1, len(widths)),) if len(widths) > 1 and not linked else ()
    return _Row((cell,), layout.note_height(note, sum(widths)), merged)


def _open(cell: "SheetCell", sheet: str) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    # The reference is the cell's own, which it learns when the row is written.
    cell.hyperlink = Hyperlink(ref="", location=f"'{sheet}'!A1")


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


def _set_up(page: "Worksheet", sheet: Sheet, widths: list[int]) -> None:
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    for index, width in enumerate(widths, 1):
        page.column_dimensions[_letter(index)].width = width
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 1 if sheet.one_page else 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = page.page_margins
    margins.left = margins.right = 0.3
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.3
    page.HeaderFooter.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P / &N")
    )


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(index)
