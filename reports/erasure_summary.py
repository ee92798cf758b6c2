"""The summary of erasures for whoever takes devices over: one line per medium.

The same summary gives the same bytes, on paper and as a table.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.french import count, day
from reports.paper import plain, wrapped
from reports.render.table_files import Field, Row, csv_blocks

_REGULAR, _BOLD = "Helvetica", "Helvetica-Bold"
_WIDTH, _HEIGHT = 841.9, 595.3
"""A4, landscape, in points."""

_MARGIN, _FOOT = 36.0, 40.0
_LINE, _BODY = 10.0, 7.5
_COLUMNS = (
    ("Matériel", 132.0),
    ("Support", 104.0),
    ("Type", 62.0),
    ("Données", 76.0),
    ("Méthode et outil", 186.0),
    ("Le", 48.0),
    ("SHA-256 du justificatif", 161.8),
)
FIELDS = (
    Field("tag", "Étiquette", 18),
    Field("label", "Matériel", 28),
    Field("serial", "N° de série", 20),
    Field("medium", "Support", 24),
    Field("kind", "Type de support", 18),
    Field("verdict", "Données", 24),
    Field("method", "Méthode et outil", 48),
    Field("done_on", "Le", 12),
    Field("reason", "Accepté avec motif", 40),
    Field("sha256", "SHA-256 du justificatif", 66),
)
_SAID = (
    "Chaque ligne est un support de stockage. L'empreinte SHA-256 est celle du rapport "
    "de l'outil ou du justificatif, conservé par la collectivité et fourni sur "
    "demande : « sha256sum » sur ce fichier redonne la même empreinte."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A medium, or a device without any; empty texts are what is not known."""

    tag: str
    label: str
    serial: str
    medium: str
    kind: str
    verdict: str
    settled: bool
    method: str = ""
    done_on: date | None = None
    reason: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is handed over: by whom, on what day, how many devices, which media."""

    owner: str
    on: date
    devices: int
    lines: Sequence[Line]

    @property
    def unsettled(self) -> int:
        """How many lines lack their proof."""
        return sum(not line.settled for line in self.lines)


def csv(summary: Summary) -> Iterator[bytes]:
    """Write the summary as a table."""
    return csv_blocks(FIELDS, (_row(line) for line in summary.lines))


def _row(line: Line) -> Row:
    return (
        line.tag,
        line.label,
        line.serial,
        line.medium,
        line.kind,
        line.verdict,
        line.method,
        line.done_on,
        line.reason,
        line.sha256,
    )


def pdf(summary: Summary) -> bytes:
    """Write the summary on paper."""
    out = io.BytesIO()
    page = _Page(out, summary)
    page.text("Récapitulatif d'effacement", _BOLD, 15, 20)
    page.text(f"{summary.owner}, le {day(summary.on)}", _REGULAR, 9, 14)
    told = (
        f"{count(summary.devices, 'matériel')}, "
        f"{count(len(summary.lines), 'support')} ; "
        + (
            f"{count(summary.unsettled, 'support')} sans preuve d'effacement."
            if summary.unsettled
            else "chaque support est effacé et vérifié, détruit ou absent."
        )
    )
    page.text(told, _BOLD, 9, 14)
    for line in wrapped(plain(_SAID), _REGULAR, 8, _WIDTH - 2 * _MARGIN):
        page.text(line, _REGULAR, 8, 11)
    page.table(summary.lines)
    page.close()
    return out.getvalue()


class _Page:
    """A pen that goes down the page and begins another one when it is full."""

    def __init__(self, out: io.BytesIO, summary: Summary) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas: Any = Canvas(
            out, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1, lang="fr"
        )
        self.title = plain("Récapitulatif d'effacement")
        self.foot = plain(f"{self.title}, {summary.owner}, {day(summary.on)}")
        for name, value in (
            ("Title", self.title),
            ("Author", "parc"),
            ("Creator", "parc"),
            ("Producer", "parc"),
            ("Subject", plain(summary.owner)),
        ):
            getattr(self.canvas, f"set{name}")(value)
        self.y = _HEIGHT - _MARGIN

    def text(self, text: str, font: str, size: float, height: float) -> None:
        """Write one line."""
        self.y -= height
        self._write(_MARGIN, plain(text), font, size)

    def table(self, lines: Sequence[Line]) -> None:
        """Write the lines; headings are written again on each page."""
        self.y -= 8
        self._headings()
        for line in lines:
            cells = [
                wrapped(plain(text), _REGULAR, _BODY, width - 6)
                for text, (_, width) in zip(_cells(line), _COLUMNS, strict=True)
            ]
            height = max(map(len, cells)) * _LINE + 4
            if self.y - height < _FOOT:
                self._end()
                self._headings()
            top, left = self.y, _MARGIN
            for place, (texts, (_, width)) in enumerate(
                zip(cells, _COLUMNS, strict=True)
            ):
                self.y = top
                font = _BOLD if place == _VERDICT and not line.settled else _REGULAR
                for text in texts:
                    self.y -= _LINE
                    self._write(left, text, font, _BODY)
                left += width
            self.y = top - height
            self._rule(0.25)

    def close(self) -> None:
        """End the last page and the file."""
        self._end()
        self.canvas.save()

    def _headings(self) -> None:
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

    def _end(self) -> None:
        self.canvas.setFont(_REGULAR, 7.5)
        self.canvas.drawString(_MARGIN, 22, self.foot)
        shown = f"Page {self.canvas.getPageNumber()}"
        self.canvas.drawRightString(_WIDTH - _MARGIN, 22, shown)
        self.canvas.showPage()
        self.y = _HEIGHT - _MARGIN

    def _write(self, x: float, text: str, font: str, size: float) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)


_VERDICT = 3


def _cells(line: Line) -> tuple[str, ...]:
    about = [line.tag, line.label, f"n° {line.serial}" if line.serial else ""]
    accepted = f"Motif : {line.reason}" if line.reason else ""
    return (
        "\n".join(part for part in about if part),
        line.medium,
        line.kind,
        line.verdict,
        "\n".join(part for part in (line.method, accepted) if part),
        day(line.done_on) if line.done_on else "",
        line.sha256,
    )
