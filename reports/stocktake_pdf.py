"""The report of a stocktake on paper: figures, anomalies, a signature, the lists."""

import io
from collections.abc import Sequence
from typing import Any

from reports.french import day, number
from reports.paper import plain, wrapped
from reports.stocktake import Item, Minutes, facts, figures, signatory

_REGULAR, _BOLD = "Helvetica", "Helvetica-Bold"
_WIDTH, _HEIGHT = 841.9, 595.3
"""A4, landscape, in points."""

_MARGIN, _FOOT = 36.0, 40.0
_LINE = 11.0
_BODY = 8.0
_COLUMNS = (
    ("Étiquette", 88.0),
    ("Matériel", 140.0),
    ("N° de série", 90.0),
    ("Lieu attendu", 110.0),
    ("Lieu constaté", 110.0),
    ("Vu le", 52.0),
    ("Décision et motif", 179.0),
)
_SIGNATURE = 96.0


def pdf(minutes: Minutes) -> bytes:
    """Write the report; the same minutes give the same bytes."""
    out = io.BytesIO()
    page = _Page(out, minutes)
    page.heading(plain(minutes.title), 15)
    for label, text in facts(minutes):
        page.fact(label, text)
    page.gap(8)
    page.counts([(label, number(value)) for label, value in figures(minutes)])
    page.gap(10)
    page.signature(signatory(minutes))
    for title, items in minutes.lists():
        page.listing(title, items)
    page.close()
    return out.getvalue()


class _Page:
    """A pen that goes down the page and begins another one when it is full."""

    def __init__(self, out: io.BytesIO, minutes: Minutes) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas: Any = Canvas(
            out,
            pagesize=(_WIDTH, _HEIGHT),
            invariant=1,
            pageCompression=1,
            lang="fr",
        )
        self.title = plain(minutes.title)
        self.owner = plain(minutes.owner)
        for name, value in (
            ("Title", self.title),
            ("Author", "parc"),
            ("Creator", "parc"),
            ("Producer", "parc"),
            ("Subject", "Récolement"),
        ):
            getattr(self.canvas, f"set{name}")(value)
        self.y = _HEIGHT - _MARGIN

    def heading(self, text: str, size: float) -> None:
        """Write a heading, with room for what follows it."""
        self._room(size + 4 * _LINE)
        self.y -= size
        self._write(_MARGIN, text, _BOLD, size)
        self.y -= 8

    def gap(self, height: float) -> None:
        """Leave some paper white."""
        self.y -= height

    def fact(self, label: str, text: str) -> None:
        """Write a label and its text beside it, over as many lines as it takes."""
        for place, line in enumerate(wrapped(plain(text), _REGULAR, 9, 560)):
            self._room(_LINE + 1)
            self.y -= _LINE + 1
            if place == 0:
                self._write(_MARGIN, plain(label), _BOLD, 9)
            self._write(_MARGIN + 160, line, _REGULAR, 9)

    def counts(self, told: Sequence[tuple[str, str]]) -> None:
        """Write figures in two columns, numbers aligned on the right."""
        half = (len(told) + 1) // 2
        for left, right in zip(told[:half], [*told[half:], ("", "")], strict=False):
            self._room(_LINE + 2)
            self.y -= _LINE + 2
            for start, (label, value) in ((_MARGIN, left), (_MARGIN + 390, right)):
                self._write(start, plain(label), _REGULAR, 9)
                self.canvas.setFont(_BOLD, 9)
                self.canvas.drawRightString(start + 290, self.y, plain(value))

    def signature(self, who: str) -> None:
        """Draw the box in which the report is signed by hand."""
        self._room(_SIGNATURE + 10)
        self.y -= _SIGNATURE
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(_MARGIN, self.y, 380, _SIGNATURE)
        top = self.y
        self.y += _SIGNATURE - 14
        self._write(_MARGIN + 8, plain(f"Signataire : {who}"), _BOLD, 9)
        self.y -= 14
        self._write(_MARGIN + 8, "Nom, date et signature :", _REGULAR, 9)
        self.y = top - 14

    def listing(self, title: str, items: Sequence[Item]) -> None:
        """Write a list; its heading is written again on each page."""
        self.heading(plain(f"{title} : {number(len(items))}"), 11)
        if not items:
            self.y -= _LINE
            self._write(_MARGIN, "Aucun.", _REGULAR, 9)
            self.y -= _LINE
            return
        self._columns()
        for item in items:
            cells = [
                wrapped(plain(text), _REGULAR, _BODY, width - 6)
                for text, (_, width) in zip(_cells(item), _COLUMNS, strict=True)
            ]
            height = max(map(len, cells))
            if self._room(height * _LINE + 3):
                self._columns()
            top = self.y
            left = _MARGIN
            for lines, (_, width) in zip(cells, _COLUMNS, strict=True):
                self.y = top
                for line in lines:
                    self.y -= _LINE
                    self._write(left, line, _REGULAR, _BODY)
                left += width
            self.y = top - height * _LINE - 3
            self._rule(0.25)
        self.y -= 6

    def close(self) -> None:
        """End the last page and the file."""
        self._end()
        self.canvas.save()

    def _columns(self) -> None:
        self._room(_LINE * 3)
        self.y -= _LINE
        left = _MARGIN
        for title, width in _COLUMNS:
            self._write(left, plain(title), _BOLD, _BODY)
            left += width
        self.y -= 3
        self._rule(0.8)

    def _rule(self, width: float) -> None:
        self.canvas.setLineWidth(width)
        self.canvas.line(_MARGIN, self.y, _WIDTH - _MARGIN, self.y)

    def _room(self, height: float) -> bool:
        """Begin another page when less than that is left; tell whether it did."""
        if self.y - height >= _FOOT:
            return False
        self._end()
        self.y = _HEIGHT - _MARGIN
        return True

    def _end(self) -> None:
        foot = f"{self.title}, {self.owner}"
        self.canvas.setFont(_REGULAR, 7.5)
        self.canvas.drawString(_MARGIN, 22, foot)
        shown = f"Page {self.canvas.getPageNumber()}"
        self.canvas.drawRightString(_WIDTH - _MARGIN, 22, shown)
        self.canvas.showPage()

    def _write(self, x: float, text: str, font: str, size: float) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)


def _cells(item: Item) -> tuple[str, ...]:
    decided = " : ".join(text for text in (item.decision, item.reason) if text)
    return (
        item.tag,
        item.label,
        item.serial,
        item.expected,
        item.seen,
        day(item.seen_on) if item.seen_on else "",
        decided,
    )
