"""A custody slip on paper: who, what with which accessories, the signature.

The same slip gives the same bytes. The name of the person is the caller's to give: it
comes from the purgeable table when the paper is made, and is stored in none.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parc.domain.custody import Content, Line, SlipKind, Standing
from parc.domain.drawn_signature import HEIGHT, WIDTH, DrawnSignature
from parc.domain.siret import formatted
from reports.french import count, day, instant, typeset
from reports.paper import plain, wrapped

_REGULAR, _BOLD = "Helvetica", "Helvetica-Bold"
_PAPER_WIDTH, _PAPER_HEIGHT = 595.3, 841.9
"""A4, upright, in points."""

_MARGIN, _FOOT = 42.0, 46.0
_LINE, _BODY = 11.5, 8.5
_LABEL = 118.0
_WIDTH = _PAPER_WIDTH - 2 * _MARGIN
_COLUMNS = (
    ("Étiquette", 88.0),
    ("Désignation", 158.0),
    ("N° de série", 96.0),
    ("Accessoires et remarques", 169.3),
)
_BOX_HEIGHT = 96.0
_SAID = {
    SlipKind.ASSIGNMENT: (
        "Je reconnais avoir reçu ce matériel et ses accessoires, en prendre soin et "
        "les rendre à mon départ ou sur demande."
    ),
    SlipKind.LOAN: (
        "Je reconnais avoir reçu en prêt ce matériel et ses accessoires, et m'engage à "
        "les rendre au plus tard le {due}."
    ),
    SlipKind.RETURN: (
        "Le matériel ci-dessus a été rendu ce jour. Ce qui n'est pas revenu est "
        "indiqué comme manquant."
    ),
}
_DAYS = {
    SlipKind.ASSIGNMENT: "Remis le",
    SlipKind.LOAN: "Prêté le",
    SlipKind.RETURN: "Rendu le",
}
_WORDS = {
    Standing.GIVEN: ("Accessoires remis", "Accessoires remis"),
    Standing.RETURNED: ("Rendu", "Rendus"),
    Standing.MISSING: ("MANQUANT", "MANQUANTS"),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature as it is shown; `at` is in French local time.

    `how` says how it was given, `before` who was there for the owner.
    `drawn` is None on paper, or once it was forgotten. `checksum` is the slip's, `mark`
    that of the signature.
    """

    how: str
    at: datetime
    before: str
    checksum: str
    mark: str
    drawn: DrawnSignature | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A slip and the name of its person; a draft has its `checksum` alone.

    `cancelled` says why it is worth nothing.
    """

    content: Content
    name: str
    checksum: str
    signed: Signed | None = None
    cancelled: str = ""


def pdf(paper: Paper) -> bytes:
    """Write a slip; pages say how many they are."""
    # Drawn once to count pages: a page cannot say what is not known yet.
    pages = _draw(paper, 0)[1]
    return _draw(paper, pages)[0]


def _draw(paper: Paper, total: int) -> tuple[bytes, int]:
    out = io.BytesIO()
    page = _Page(out, paper, total)
    content, kind = paper.content, SlipKind(paper.content.kind)
    page.heading(f"{kind.label} n° {content.number}", 16)
    if paper.cancelled:
        page.warning(f"ANNULÉ : {paper.cancelled}")
    elif paper.signed is None:
        page.warning("À signer : ce bon ne vaut rien avant sa signature.")
    for label, text in _facts(paper):
        page.fact(label, text)
    page.gap(6)
    page.devices(content.lines)
    page.missing(content.lines)
    due = day(date.fromisoformat(content.due_on)) if content.due_on else ""
    page.paragraph(_SAID[kind].format(due=due))
    page.signatures(paper)
    page.close()
    return out.getvalue(), page.number


def _facts(paper: Paper) -> list[tuple[str, str]]:
    content = paper.content
    kind = SlipKind(content.kind)
    told = [
        ("Propriétaire", f"{content.owner} (SIRET {formatted(content.siret)})"),
        ("Personne ou service", paper.name),
        (_DAYS[kind], day(date.fromisoformat(content.effective_on))),
    ]
    if content.due_on:
        told.append(("À rendre le", day(date.fromisoformat(content.due_on))))
    if content.site:
        told.append(("Site", content.site))
    told.append(("Nombre", count(len(content.lines), "matériel")))
    if content.comment:
        told.append(("Observations", content.comment))
    return told


def _beside(line: Line) -> str:
    """Say what goes with a device: accessories by standing, then the remark."""
    told = []
    for standing, (one, several) in _WORDS.items():
        if those := line.those(standing):
            word = one if len(those) == 1 else several
            told.append(f"{word} : {', '.join(those)}")
    if line.target:
        told.append(f"Devient : {line.target}")
    if line.note:
        told.append(line.note)
    return "\n".join(told)


class _Page:
    """A pen that goes down the page and begins another one when it is full."""

    def __init__(self, out: io.BytesIO, paper: Paper, total: int) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas: Any = Canvas(
            out,
            pagesize=(_PAPER_WIDTH, _PAPER_HEIGHT),
            invariant=1,
            pageCompression=1,
            lang="fr",
        )
        kind = SlipKind(paper.content.kind)
        self.title = _set(f"{kind.label} n° {paper.content.number}")
        self.hands = "Reçu par" if kind is SlipKind.RETURN else "Remis par"
        self.owner = _set(paper.content.owner)
        self.total = total
        for name, value in (
            ("Title", self.title),
            ("Author", "parc"),
            ("Creator", "parc"),
            ("Producer", "parc"),
            ("Subject", kind.label),
        ):
            getattr(self.canvas, f"set{name}")(value)
        self.y = _PAPER_HEIGHT - _MARGIN
        self.number = 0

    def heading(self, text: str, size: float) -> None:
        """Write a heading."""
        self.y -= size
        self._write(_MARGIN, _set(text), _BOLD, size)
        self.y -= 8

    def warning(self, text: str) -> None:
        """Write, in a frame, what the paper is not."""
        lines = wrapped(_set(text), _BOLD, 10, _WIDTH - 16)
        height = len(lines) * 13 + 9
        self.canvas.setLineWidth(1)
        self.canvas.rect(_MARGIN, self.y - height, _WIDTH, height)
        for line in lines:
            self.y -= 13
            self._write(_MARGIN + 8, line, _BOLD, 10)
        self.y -= 16

    def gap(self, height: float) -> None:
        """Leave some paper white."""
        self.y -= height

    def fact(self, label: str, text: str) -> None:
        """Write a label and its text beside it, over as many lines as it takes."""
        lines = wrapped(_set(text), _REGULAR, 9.5, _WIDTH - _LABEL)
        for place, line in enumerate(lines):
            self._room(_LINE + 2)
            self.y -= _LINE + 2
            if place == 0:
                self._write(_MARGIN, _set(label), _BOLD, 9.5)
            self._write(_MARGIN + _LABEL, line, _REGULAR, 9.5)

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self.gap(4)
        for line in wrapped(_set(text), _REGULAR, 9.5, _WIDTH):
            self._room(_LINE + 2)
            self.y -= _LINE + 2
            self._write(_MARGIN, line, _REGULAR, 9.5)

    def devices(self, lines: Sequence[Line]) -> None:
        """Write the list; its heading is written again on each page."""
        self._columns()
        for line in lines:
            told = (line.tag, line.label, line.serial, _beside(line))
            cells = [
                wrapped(_set(text), _REGULAR, _BODY, width - 8)
                for text, (_, width) in zip(told, _COLUMNS, strict=True)
            ]
            height = max(map(len, cells)) * _LINE + 4
            if self._room(height):
                self._columns()
            top, left = self.y, _MARGIN
            for texts, (_, width) in zip(cells, _COLUMNS, strict=True):
                self.y = top
                for text in texts:
                    self.y -= _LINE
                    font = _BOLD if text.startswith("MANQUANT") else _REGULAR
                    self._write(left, text, font, _BODY)
                left += width
            self.y = top - height
            self._rule(0.25)

    def missing(self, lines: Sequence[Line]) -> None:
        """Say again, at the end, all that did not come back."""
        found = [(line.tag, line.those(Standing.MISSING)) for line in lines]
        found = [(tag, those) for tag, those in found if those]
        if not found:
            return
        self.gap(8)
        self._room(3 * _LINE)
        self.y -= _LINE
        number = sum(len(those) for _, those in found)
        said = count(number, "accessoire manquant", "accessoires manquants")
        self._write(_MARGIN, _set(said), _BOLD, 9.5)
        for tag, those in found:
            for text in wrapped(
                _set(f"{tag} : {', '.join(those)}"), _REGULAR, 9, _WIDTH - 12
            ):
                self._room(_LINE)
                self.y -= _LINE
                self._write(_MARGIN + 12, text, _REGULAR, 9)

    def signatures(self, paper: Paper) -> None:
        """Draw the box of the signature, with it when there is one."""
        self.gap(10)
        self._room(_BOX_HEIGHT + 5 * _LINE)
        half = (_WIDTH - 16) / 2
        top = self.y
        self._box(_MARGIN, half, "Pour le propriétaire")
        self._box(_MARGIN + half + 16, half, paper.name)
        signed = paper.signed
        if signed is None:
            for left in (_MARGIN, _MARGIN + half + 16):
                self.y = top - 28
                self._write(left + 8, "Nom, date et signature :", _REGULAR, 9)
        else:
            self._signed(signed, top, half)
        self.y = top - _BOX_HEIGHT - 4
        self._checksums(paper)

    def _signed(self, signed: Signed, top: float, half: float) -> None:
        self.y = top - 28
        self._write(_MARGIN + 8, _set(f"{self.hands} {signed.before}"), _REGULAR, 9)
        right = _MARGIN + half + 16
        said = f"Signé {signed.how} le {instant(signed.at)}"
        self.y = top - 26
        self._write(right + 8, _set(said), _REGULAR, 8.5)
        if signed.drawn is not None:
            self._ink(signed.drawn, right + 8, top - 32, half - 16, _BOX_HEIGHT - 38)

    def _ink(
        self,
        drawn: DrawnSignature,
        left: float,
        top: float,
        width: float,
        height: float,
    ) -> None:
        scale = min(width / WIDTH, height / HEIGHT)
        self.canvas.setLineWidth(1.1)
        self.canvas.setLineCap(1)
        self.canvas.setLineJoin(1)
        for stroke in drawn.strokes:
            points = [(left + x * scale, top - y * scale) for x, y in stroke]
            path = self.canvas.beginPath()
            path.moveTo(*points[0])
            for point in points[1:] or points:
                path.lineTo(*point)
            self.canvas.drawPath(path)
        self.canvas.setLineCap(0)
        self.canvas.setLineJoin(0)

    def _box(self, left: float, width: float, title: str) -> None:
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(left, self.y - _BOX_HEIGHT, width, _BOX_HEIGHT)
        text = wrapped(_set(title), _BOLD, 9, width - 16)[0]
        self.canvas.setFont(_BOLD, 9)
        self.canvas.drawString(left + 8, self.y - 14, text)

    def _checksums(self, paper: Paper) -> None:
        if paper.signed is None:
            said = [f"Empreinte de ce projet (SHA-256) : {paper.checksum}"]
        else:
            said = [
                f"Empreinte du bon signé (SHA-256) : {paper.signed.checksum}",
                f"Empreinte de la signature (SHA-256) : {paper.signed.mark}",
            ]
        for line in said:
            self.y -= _LINE
            self._write(_MARGIN, _set(line), _REGULAR, 7)

    def close(self) -> None:
        """End the last page and the file."""
        self._end()
        self.canvas.save()

    def _columns(self) -> None:
        self._room(_LINE * 3)
        self.y -= _LINE
        left = _MARGIN
        for title, width in _COLUMNS:
            self._write(left, _set(title), _BOLD, _BODY)
            left += width
        self.y -= 4
        self._rule(0.8)

    def _rule(self, width: float) -> None:
        self.canvas.setLineWidth(width)
        self.canvas.line(_MARGIN, self.y, _PAPER_WIDTH - _MARGIN, self.y)

    def _room(self, height: float) -> bool:
        """Begin another page when less than that is left; tell whether it did."""
        if self.y - height >= _FOOT:
            return False
        self._end()
        self.y = _PAPER_HEIGHT - _MARGIN
        return True

    def _end(self) -> None:
        self.number += 1
        foot = wrapped(f"{self.title}, {self.owner}", _REGULAR, 7.5, _WIDTH - 90)[0]
        self.canvas.setFont(_REGULAR, 7.5)
        self.canvas.drawString(_MARGIN, 26, foot)
        shown = f"Page {self.number} sur {self.total}"
        self.canvas.drawRightString(_PAPER_WIDTH - _MARGIN, 26, shown)
        self.canvas.showPage()

    def _write(self, x: float, text: str, font: str, size: float) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)


def _set(text: str) -> str:
    return plain(typeset(text))
