"""A pen for printed tables: landscape A4, columns that wrap, headings on each page.

The same strokes give the same bytes.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.french import typeset
from reports.paper import plain, wrapped

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
_WIDTH, _HEIGHT = 841.9, 595.3
"""A4, landscape, in points."""

_MARGIN, _FOOT = 36.0, 40.0
_LINE, _BODY, _TEXT = 10.5, 8.0, 9.0
_LABEL = 170.0
_INSIDE = _WIDTH - 2 * _MARGIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width in points; figures go to the right."""

    title: str
    width: float
    right: bool = False


def drawn(draw: Callable[["Sheet"], None], title: str, owner: str) -> bytes:
    """Draw a document of which pages say how many they are."""
    # Drawn once to count pages: a page cannot say what is not known yet.
    total = 0
    out = io.BytesIO()
    for _ in range(2):
        out = io.BytesIO()
        sheet = Sheet(out, title, owner, total)
        draw(sheet)
        sheet.close()
        total = sheet.number
    return out.getvalue()


class Sheet:
    """A pen that goes down the page and begins another one when it is full."""

    def __init__(self, out: io.BytesIO, title: str, owner: str, total: int) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas: Any = Canvas(
            out,
            pagesize=(_WIDTH, _HEIGHT),
            invariant=1,
            pageCompression=1,
            lang="fr",
        )
        self.title, self.owner = _set(title), _set(owner)
        self.total, self.number = total, 0
        for name, value in (
            ("Title", self.title),
            ("Author", self.owner),
            ("Creator", "parc"),
            ("Producer", "parc"),
            ("Subject", "Réforme"),
        ):
            getattr(self.canvas, f"set{name}")(value)
        self.y = _HEIGHT - _MARGIN

    def heading(self, text: str, size: float = 11) -> None:
        """Write a heading, with room for what follows it."""
        self.room(size + 4 * _LINE)
        self.y -= size
        self._write(_MARGIN, _set(text), BOLD, size)
        self.y -= 7

    def gap(self, height: float) -> None:
        """Leave some paper white."""
        self.y -= height

    def fact(self, label: str, text: str) -> None:
        """Write a label and its text beside it, over as many lines as it takes."""
        lines = wrapped(_set(text), REGULAR, _TEXT, _INSIDE - _LABEL)
        for place, line in enumerate(lines):
            self.room(_LINE + 2)
            self.y -= _LINE + 2
            if place == 0:
                self._write(_MARGIN, _set(label), BOLD, _TEXT)
            self._write(_MARGIN + _LABEL, line, REGULAR, _TEXT)

    def paragraph(self, text: str, size: float = _TEXT, font: str = REGULAR) -> None:
        """Write a paragraph."""
        self.gap(3)
        for line in wrapped(_set(text), font, size, _INSIDE):
            self.room(_LINE + 2)
            self.y -= _LINE + 2
            self._write(_MARGIN, line, font, size)

    def warning(self, text: str) -> None:
        """Write, in a frame, what the paper is not."""
        lines = wrapped(_set(text), BOLD, 9.5, _INSIDE - 16)
        height = len(lines) * 12 + 8
        self.room(height + 8)
        self.canvas.setLineWidth(0.8)
        self.canvas.rect(_MARGIN, self.y - height, _INSIDE, height)
        for line in lines:
            self.y -= 12
            self._write(_MARGIN + 8, line, BOLD, 9.5)
        self.y -= 14

    def columns(self, columns: Sequence[Column]) -> None:
        """Write the titles of a table's columns."""
        cells = [wrapped(_set(c.title), BOLD, _BODY, c.width - 6) for c in columns]
        height = max(map(len, cells)) * _LINE
        self.room(height + 3 * _LINE)
        self._cells(columns, cells, BOLD)
        self.y -= height + 3
        self._rule(0.8)

    def row(
        self, columns: Sequence[Column], texts: Sequence[str], font: str = REGULAR
    ) -> None:
        """Write a row; on a new page, the titles come first."""
        cells = [
            wrapped(_set(text), font, _BODY, column.width - 6)
            for text, column in zip(texts, columns, strict=True)
        ]
        height = max(map(len, cells)) * _LINE + 3
        if self.room(height):
            self.columns(columns)
        self._cells(columns, cells, font)
        self.y -= height
        self._rule(0.25)

    def band(self, columns: Sequence[Column], text: str, follows: int = 2) -> None:
        """Write what the next rows have in common; it stays with the first of them."""
        lines = wrapped(_set(text), BOLD, _BODY, _INSIDE - 8)
        height = len(lines) * _LINE + 4
        if self.room(height + follows * _LINE):
            self.columns(columns)
        self.canvas.setFillGray(0.93)
        self.canvas.rect(_MARGIN, self.y - height, _INSIDE, height, stroke=0, fill=1)
        self.canvas.setFillGray(0)
        for line in lines:
            self.y -= _LINE
            self._write(_MARGIN + 3, line, BOLD, _BODY)
        self.y -= 4
        self._rule(0.25)

    def signature(self, who: str, asked: str) -> None:
        """Draw the box in which the paper is signed by hand."""
        height = 84.0
        self.gap(10)
        self.room(height + 10)
        self.y -= height
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(_MARGIN, self.y, 380, height)
        bottom = self.y
        self.y += height - 14
        for line in wrapped(_set(who), BOLD, _TEXT, 364):
            self._write(_MARGIN + 8, line, BOLD, _TEXT)
            self.y -= 13
        self._write(_MARGIN + 8, _set(asked), REGULAR, _TEXT)
        self.y = bottom - 12

    def close(self) -> None:
        """End the last page and the file."""
        self._end()
        self.canvas.save()

    def room(self, height: float) -> bool:
        """Begin another page when less than that is left; tell whether it did."""
        if self.y - height >= _FOOT:
            return False
        self._end()
        self.y = _HEIGHT - _MARGIN
        return True

    def _cells(
        self, columns: Sequence[Column], cells: Sequence[Sequence[str]], font: str
    ) -> None:
        left = _MARGIN
        self.canvas.setFont(font, _BODY)
        for column, lines in zip(columns, cells, strict=True):
            y = self.y
            for line in lines:
                y -= _LINE
                if column.right:
                    self.canvas.drawRightString(left + column.width - 6, y, line)
                else:
                    self.canvas.drawString(left, y, line)
            left += column.width

    def _rule(self, width: float) -> None:
        self.canvas.setLineWidth(width)
        self.canvas.line(_MARGIN, self.y, _WIDTH - _MARGIN, self.y)

    def _end(self) -> None:
        self.number += 1
        foot = wrapped(f"{self.title}, {self.owner}", REGULAR, 7.5, _INSIDE - 90)[0]
        self.canvas.setFont(REGULAR, 7.5)
        self.canvas.drawString(_MARGIN, 22, foot)
        shown = f"Page {self.number} sur {self.total}"
        self.canvas.drawRightString(_WIDTH - _MARGIN, 22, shown)
        self.canvas.showPage()

    def _write(self, x: float, text: str, font: str, size: float) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)


def _set(text: str) -> str:
    return plain(typeset(text))
