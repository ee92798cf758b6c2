"""One label, ready to draw: the same dots on paper, on screen and in a printer."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from parc.domain.refusal import Refusal, Refused
from reports.french import typeset
from reports.labels import arrangement, code128, qr
from reports.labels.arrangement import Box, Part, Space
from reports.labels.lengths import DOTS_PER_MM, POINTS_PER_MM
from reports.labels.stock import Codes, Stock

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
_SMALLEST = 3.9
"""Points of the smallest text: about 1.4 mm from line to line."""
_COMFORTABLE = 5.5
_LINE = 1.18
_DESCENT = 0.24
_KEPT = 0.6
"""What an abridged line must keep of its words, or it says nothing."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says: no name of a person, nothing that would be a secret.

    `code` is the bare tag, `content` what the QR code holds.
    """

    code: str
    content: str
    owner: str = ""
    return_to: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: left end and base line in dots, size and width in dots."""

    x: float
    y: float
    size: float
    width: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """A label drawn in dots from its top left corner.

    `bars` holds where they are and, in modules, each bar; `square` and `rows` the QR
    code. `left_out` names what the label is too small for.
    """

    width: int
    height: int
    dpi: int
    square: Box
    module: int
    rows: qr.Rows
    texts: tuple[Text, ...]
    bars: Box | None = None
    dot: int = 0
    pattern: str = ""
    left_out: tuple[Part, ...] = ()

    def rectangles(self) -> Iterator[tuple[int, int, int, int]]:
        """List the dark rectangles of the bars: x, y, width, height."""
        if self.bars is not None:
            for place, width in code128.bars(self.pattern):
                x = self.bars.x + place * self.dot
                yield x, self.bars.y, width * self.dot, self.bars.height

    def modules(self) -> Iterator[tuple[int, int, int, int]]:
        """List the dark runs of the QR code: x, y, width, height."""
        size = self.module
        for down, row in enumerate(self.rows):
            y = self.square.y + down * size
            for place, width in row:
                yield self.square.x + place * size, y, width * size, size


@dataclass(frozen=True, slots=True)
class _Laid:
    """A label whose place is found: what is left is to draw it."""

    found: arrangement.Arrangement
    pattern: str
    tag: tuple[Text, ...]
    small: bool


def design(label: Label, stock: Stock, dpi: int, codes: Codes) -> Design:
    """Draw a label on a stock for a resolution.

    Raises:
        Refused: a code or the tag would be clipped; the message says by how much.
    """
    space = arrangement.space_of(stock, dpi)
    laid = _laid(label, space, codes)
    if laid is None:
        raise Refused((_clipped(label, stock, dpi, codes),))
    return _drawn(label, space, laid)


def reasons_against(
    label: Label, stock: Stock, dpi: int, codes: Codes
) -> tuple[Refusal, ...]:
    """Say why `design` would refuse a label, without encoding its QR code."""
    try:
        laid = _laid(label, arrangement.space_of(stock, dpi), codes)
    except Refused as refused:
        return refused.reasons
    return () if laid else (_clipped(label, stock, dpi, codes),)


def fits(label: Label, stock: Stock, dpi: int, codes: Codes) -> bool:
    """Tell whether a label has its place on a stock."""
    return not reasons_against(label, stock, dpi, codes)


def sizes_that_fit(
    label: Label, stocks: Iterable[Stock], codes: Codes, dpi: int | None = None
) -> list[Stock]:
    """List the stocks on which a label has its place, the smallest first.

    Each is asked at `dpi`, or else at its usual resolution.
    """
    found = [s for s in stocks if fits(label, s, dpi or s.dpi, codes)]
    return sorted(found, key=lambda stock: stock.width * stock.height)


def _clipped(label: Label, stock: Stock, dpi: int, codes: Codes) -> Refusal:
    message = arrangement.clipped(stock, label.code, label.content, codes, dpi)
    message = typeset(f"{message[0].upper()}{message[1:]}.")
    return Refusal("clipped", message, "stock")


def _laid(label: Label, space: Space, codes: Codes) -> _Laid | None:
    """Find where everything goes; None when a code or the tag has no place."""
    pattern = code128.modules(label.code) if codes is Codes.BOTH else ""
    if _shown(label.code) != label.code:
        message = (
            f"« {label.code[:40]} » a des signes qu'aucune police d'étiquette n'écrit."
        )
        raise Refused((Refusal("unwritable", message, "codes"),))
    for small in (False, True):
        side = qr.side(label.content, small=small)
        found = arrangement.arrange(space, side, len(pattern))
        if found is not None:
            tag = _tag(found.tag, label.code, space, centred=_is_under(found))
            return _Laid(found, pattern, tag, small=small) if tag else None
    return None


def _drawn(label: Label, space: Space, laid: _Laid) -> Design:
    found = laid.found
    texts, left_out = list(laid.tag), []
    for part, box, text in (
        (Part.OWNER, found.owner, _shown(label.owner)),
        (Part.RETURN_TO, found.return_to, _shown(label.return_to)),
    ):
        line = _line(box, text, space) if box and text else None
        if line is not None:
            texts.append(line)
        elif text:
            left_out.append(part)
    _, rows = qr.symbol(label.content, small=laid.small)
    return Design(
        width=space.width,
        height=space.height,
        dpi=space.dpi,
        square=found.square,
        module=found.module,
        rows=rows,
        texts=tuple(texts),
        bars=found.bars,
        dot=found.dot,
        pattern=laid.pattern,
        left_out=tuple(left_out),
    )


def _shown(text: str) -> str:
    """Keep what the standard fonts write: the Western European signs."""
    plain = text.replace("\u202f", "\u00a0")
    return plain.encode("cp1252", "ignore").decode("cp1252")


def _is_under(laid: arrangement.Arrangement) -> bool:
    """Tell whether the tag stands under a code, which centres it."""
    return laid.bars is not None or laid.tag.y >= laid.square.y + laid.square.height


def _tag(
    box: Box, text: str, space: Space, *, centred: bool
) -> tuple[Text, ...] | None:
    """Write the tag as large as its place allows, on several lines if it must be."""
    points = DOTS_PER_MM[space.dpi] / POINTS_PER_MM
    most = arrangement.tag_most(space)
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for lines in _broken(text):
        widest = max(width_of(line, bold=True) for line in lines)
        size = min(box.width / widest, box.height / _LINE / len(lines), most)
        if size > best[0]:
            best = (size, lines)
        if size >= _COMFORTABLE * points:
            break
    size, lines = best
    if size < _SMALLEST * points:
        return None
    top = box.y + (box.height - size * _LINE * len(lines)) / 2
    texts = []
    for number, line in enumerate(lines, 1):
        width = width_of(line, bold=True) * size
        x = box.x + (box.width - width) / 2 if centred else float(box.x)
        y = top + size * (_LINE * number - _DESCENT)
        texts.append(Text(x, y, size, width, line, bold=True))
    return tuple(texts)


def _line(box: Box, text: str, space: Space) -> Text | None:
    """Write a line on one line: smaller, then abridged, else not at all."""
    points = DOTS_PER_MM[space.dpi] / POINTS_PER_MM
    least = _SMALLEST * points
    most = box.height / _LINE
    words = text
    while width_of(words) * least > box.width:
        cut = words.removesuffix("…")[:-1].rstrip()
        if len(cut) < _KEPT * len(text):
            return None
        words = f"{cut}…"
    size = max(min(most, box.width / width_of(words)), least)
    y = box.y + (box.height + size * (_LINE - 2 * _DESCENT)) / 2
    return Text(float(box.x), y, size, width_of(words) * size, words)


@functools.lru_cache(maxsize=8192)
def width_of(text: str, *, bold: bool = False) -> float:
    """Give the width of a text at size 1, in the font of the sheets."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    width: float = stringWidth(text, BOLD if bold else REGULAR, 1)
    return width


def _broken(text: str) -> Iterator[tuple[str, ...]]:
    """Break a tag in one, two or three lines: after a dash, else in equal parts."""
    yield (text,)
    for lines in (2, 3):
        broken = _parts(text, lines)
        if len(broken) == lines:
            yield broken


def _parts(text: str, lines: int) -> tuple[str, ...]:
    pieces = [f"{piece}-" for piece in text.split("-")]
    pieces[-1] = pieces[-1][:-1]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) < lines:
        size = -(-len(text) // lines)
        return tuple(text[at : at + size] for at in range(0, len(text), size))
    return min(_joined(pieces, lines), key=lambda found: max(map(len, found)))


def _joined(pieces: Sequence[str], lines: int) -> Iterator[tuple[str, ...]]:
    """List every way to join pieces into so many lines, in order."""
    if lines == 1:
        yield ("".join(pieces),)
        return
    for first in range(1, len(pieces) - lines + 2):
        for rest in _joined(pieces[first:], lines - 1):
            yield ("".join(pieces[:first]), *rest)
