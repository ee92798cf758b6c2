"""How wide columns and how high rows are: spreadsheets do not measure texts."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from reports.render import xlsx_styles as styles
from reports.report import Cell, Column, Link, Note, Sheet, Table, Tone, WebLink

_AIRY = frozenset({Tone.TITLE, Tone.LEAD, Tone.HEADING})
_ROOMY = 1.2
"""Signs of our face in the width of one digit of the workbook's default face."""

_BOLD = 1.0
_INDENTS = 2
"""Widths of a digit that the indents of a cell take."""


def places(columns: Sequence[Column]) -> Iterator[tuple[Column, int, int]]:
    """Give each column with the first and the last of the sheet's it covers."""
    start = 1
    for column in columns:
        yield column, start, start + column.span - 1
        start += column.span


def widths(sheet: Sheet) -> list[int]:
    """Give each column of a sheet the width that its widest table asks for."""
    tables = [block for block in sheet.content if isinstance(block, Table)]
    count = max((sum(c.span for c in table.columns) for table in tables), default=1)
    found = [0] * count
    placed = [place for table in tables for place in places(table.columns)]
    for column, start, end in sorted(placed, key=lambda place: place[0].span):
        missing = column.width - sum(found[start - 1 : end])
        found[end - 1] += max(0, missing)
    return found if tables else [100]


def note_height(note: Note, width: int) -> float:
    """Estimate the height of a paragraph over the whole sheet, in points."""
    size = styles.SIZES.get(note.tone, styles.USUAL)
    lines = _lines(note.text, width * _BOLD * styles.USUAL / size)
    return lines * styles.LINE * size / styles.USUAL + (12 if note.tone in _AIRY else 3)


def heading_height(columns: Sequence[Column], sheet_widths: Sequence[int]) -> float:
    """Estimate the height of a table's heading, in points."""
    lines = max(
        _lines(column.title, (sum(sheet_widths[start - 1 : end]) - _INDENTS) * _BOLD)
        for column, start, end in places(columns)
    )
    return lines * styles.LINE + 6


def row_height(
    columns: Sequence[Column], values: Sequence[Cell], sheet_widths: Sequence[int]
) -> float:
    """Estimate the height of a table's row, in points."""
    lines = 1
    for (column, start, end), given in zip(places(columns), values, strict=True):
        value = given.value if isinstance(given, Link | WebLink) else given
        if column.kind in styles.WRAPPED and isinstance(value, str):
            width = sum(sheet_widths[start - 1 : end]) - _INDENTS
            lines = max(lines, _lines(value, width * _ROOMY))
    return lines * styles.LINE + 3


def _lines(text: str, width: float) -> int:
    room = max(1, int(width))
    if len(text) <= room and "\n" not in text:
        return 1
    return sum(max(1, len(wrap(part, room))) for part in text.split("\n"))
