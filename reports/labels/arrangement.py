"""What goes where inside a label: QR code, bars, tag, owner, return line.

Every way of laying them out that fits is compared; modules are whole dots, so that a
printer draws each bar as wide as it was meant.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from parc.domain.labelled import Labelled
from reports.labels import code128, qr
from reports.labels.lengths import DOTS_PER_MM, decimal, dots
from reports.labels.stock import Codes, Stock

_BARS_LEAST, _BARS_MOST = 5.0, 15.0
_TAG_LEAST, _TAG_MOST = 2.1, 4.6
_LINE_LEAST, _LINE_MOST = 1.7, 2.8
_GAP = 0.4
_BESIDE_LEAST = 7.0
"""Millimetres of text beside a code; in less, nothing is read."""
_COLUMN_LEAST, _COLUMN_SHARE = 12.0, 0.55
"""What text gets where it could stand below, and of a label's width elsewhere."""
_SQUARE = 1.6
"""Up to that many times as wide as high, text may stand below the QR code."""


class Part(Labelled):
    """A line of text that a label may be too small for."""

    OWNER = "owner", "le propriétaire"
    RETURN_TO = "return_to", "la ligne « Rapporter à »"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in dots, inside a label or a page."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Space:
    """The inside of a label in dots: its sides, and what stays blank in it."""

    width: int
    height: int
    margin_x: int
    margin_y: int
    dpi: int

    @property
    def inner(self) -> Box:
        """What may be printed on."""
        across, down = self.width - 2 * self.margin_x, self.height - 2 * self.margin_y
        return Box(self.margin_x, self.margin_y, across, down)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where the parts of a label go; `module` and `dot` are dots of one module."""

    square: Box
    module: int
    tag: Box
    bars: Box | None = None
    dot: int = 0
    owner: Box | None = None
    return_to: Box | None = None

    @property
    def worth(self) -> float:
        """Compare arrangements: first large modules, then nothing left out."""
        lines = (self.owner is not None) + (self.return_to is not None)
        return 3 * self.dot + self.module + lines * 0.5


def space_of(stock: Stock, dpi: int) -> Space:
    """Give the inside of a label; what would pass its edges is cut off it."""
    per_mm = DOTS_PER_MM[dpi]
    return Space(
        int(stock.width * per_mm),
        int(stock.height * per_mm),
        dots(stock.margin_x, dpi),
        dots(stock.margin_y, dpi),
        dpi,
    )


@functools.lru_cache(maxsize=1024)
def arrange(space: Space, side: int, modules: int) -> Arrangement | None:
    """Lay out a label, or tell that its codes do not fit.

    `side` is the QR code's modules, `modules` those of the bars (0: none wanted).
    """
    if modules:
        found = [*_beside(space, side, modules), *_below(space, side, modules)]
    else:
        found = [*_text_beside(space, side), *_text_below(space, side)]
    return max(found, key=lambda one: one.worth, default=None)


def tag_most(space: Space) -> float:
    """Give the largest size of a tag's text, in dots."""
    return _TAG_MOST * DOTS_PER_MM[space.dpi]


def _share(space: Space, part: float, least: float, most: float) -> int:
    """Give a height: a part of the label's, within limits in millimetres."""
    wanted = round(space.inner.height * part)
    return min(max(wanted, dots(least, space.dpi)), dots(most, space.dpi))


def _quiet(modules: int, dot: int, margin: int) -> int:
    """Give what a blank zone still needs: the label's own margin is blank too."""
    return max(0, modules * dot - margin)


def _beside(space: Space, side: int, modules: int) -> Iterator[Arrangement]:
    """Put the QR code on the left, the bars and all texts on its right."""
    inner = space.inner
    for dot in code128.module_dots(space.dpi):
        for module in qr.module_dots(space.dpi):
            edge = _quiet(qr.QUIET_MODULES, module, space.margin_x)
            above = _quiet(qr.QUIET_MODULES, module, space.margin_y)
            after = qr.QUIET_MODULES * module
            start = edge + side * module + max(after, code128.QUIET_MODULES * dot)
            end = _quiet(code128.QUIET_MODULES, dot, space.margin_x)
            free = inner.width - start - end - modules * dot
            if free < 0 or side * module + 2 * above > inner.height:
                continue
            column = Box(
                inner.x + edge + side * module + after,
                inner.y,
                inner.width - edge - side * module - after,
                inner.height,
            )
            x = inner.x + start + free // 2
            laid = _in_column(space, column, x, modules * dot)
            if laid is not None:
                y = (space.height - side * module) // 2
                square = Box(inner.x + edge, y, side * module, side * module)
                bars, tag, owner, return_to = laid
                yield Arrangement(square, module, tag, bars, dot, owner, return_to)


def _in_column(
    space: Space, column: Box, x: int, width: int
) -> tuple[Box, Box, Box | None, Box | None] | None:
    """Stack owner, bars, tag and return line; lines go before the bars do."""
    gap = dots(_GAP, space.dpi)
    tag = _share(space, 0.17, _TAG_LEAST, _TAG_MOST)
    line = _share(space, 0.1, _LINE_LEAST, _LINE_MOST)
    for lines in (2, 1, 0):
        bars = column.height - tag - gap - lines * (line + gap)
        if bars < dots(_BARS_LEAST, space.dpi):
            continue
        bars = min(bars, dots(_BARS_MOST, space.dpi))
        used = bars + gap + tag + lines * (line + gap)
        y = column.y + (column.height - used) // 2
        owner = return_to = None
        if lines == 2:  # noqa: PLR2004 - owner and return line
            owner = Box(column.x, y, column.width, line)
            y += line + gap
        drawn = Box(x, y, width, bars)
        y += bars + gap
        told = Box(column.x, y, column.width, tag)
        if lines:
            return_to = Box(column.x, y + tag + gap, column.width, line)
        return drawn, told, owner, return_to
    return None


def _below(space: Space, side: int, modules: int) -> Iterator[Arrangement]:
    """Put the bars under the QR code, across the whole label."""
    inner, gap = space.inner, dots(_GAP, space.dpi)
    tag = _share(space, 0.15, _TAG_LEAST, _TAG_MOST)
    for dot in code128.module_dots(space.dpi):
        width = modules * dot
        aside = _quiet(code128.QUIET_MODULES, dot, space.margin_x)
        if width + 2 * aside > inner.width:
            continue
        for module in qr.module_dots(space.dpi):
            edge = _quiet(qr.QUIET_MODULES, module, space.margin_x)
            above = _quiet(qr.QUIET_MODULES, module, space.margin_y)
            quiet, square = qr.QUIET_MODULES * module, side * module
            bars = inner.height - above - square - quiet - gap - tag
            if (
                bars < dots(_BARS_LEAST, space.dpi)
                or edge + square + quiet > inner.width
            ):
                continue
            bars = min(bars, dots(_BARS_MOST, space.dpi))
            y = inner.y + above + square + quiet
            beside = Box(
                inner.x + edge + square + quiet,
                inner.y + above,
                inner.width - edge - square - quiet,
                square,
            )
            owner, return_to = _two_lines(space, beside)
            yield Arrangement(
                Box(inner.x + edge, inner.y + above, square, square),
                module,
                Box(inner.x, y + bars + gap, inner.width, tag),
                Box((space.width - width) // 2, y, width, bars),
                dot,
                owner,
                return_to,
            )


def _two_lines(space: Space, box: Box) -> tuple[Box | None, Box | None]:
    """Put the owner above the return line in what is left beside a code."""
    gap = dots(_GAP, space.dpi)
    if box.width < dots(_BESIDE_LEAST, space.dpi):
        return None, None
    line = min((box.height - gap) // 2, dots(_LINE_MOST, space.dpi))
    if line >= dots(_LINE_LEAST, space.dpi):
        y = box.y + (box.height - 2 * line - gap) // 2
        lower = Box(box.x, y + line + gap, box.width, line)
        return Box(box.x, y, box.width, line), lower
    line = min(box.height, dots(_LINE_MOST, space.dpi))
    if line >= dots(_LINE_LEAST, space.dpi):
        return None, Box(box.x, box.y, box.width, line)
    return None, None


def _text_beside(space: Space, side: int) -> Iterator[Arrangement]:
    """Without bars: the QR code on the left, the tag and the lines on its right."""
    inner, gap = space.inner, dots(_GAP, space.dpi)
    for module in qr.module_dots(space.dpi):
        edge = _quiet(qr.QUIET_MODULES, module, space.margin_x)
        above = _quiet(qr.QUIET_MODULES, module, space.margin_y)
        square, quiet = side * module, qr.QUIET_MODULES * module
        width = inner.width - edge - square - quiet
        if square + 2 * above > inner.height or width < _beside_least(space, module):
            continue
        x = inner.x + edge + square + quiet
        line = _share(space, 0.1, _LINE_LEAST, _LINE_MOST)
        lines = 2 if inner.height >= dots(8, space.dpi) else 0
        tag = inner.height - lines * (line + gap)
        owner = return_to = None
        if lines:
            owner = Box(x, inner.y, width, line)
            return_to = Box(x, inner.y + inner.height - line, width, line)
        told = Box(x, inner.y + (line + gap if lines else 0), width, tag)
        corner = Box(inner.x + edge, (space.height - square) // 2, square, square)
        yield Arrangement(corner, module, told, owner=owner, return_to=return_to)


def _beside_least(space: Space, module: int) -> int:
    """Give the width that text needs beside a QR code, lest it all be code."""
    least = dots(_BESIDE_LEAST, space.dpi)
    if space.inner.width <= _SQUARE * space.inner.height:
        return dots(_COLUMN_LEAST, space.dpi)
    if module > qr.module_dots(space.dpi)[0]:
        return max(least, round(space.inner.width * _COLUMN_SHARE))
    return least


def _text_below(space: Space, side: int) -> Iterator[Arrangement]:
    """Without bars, on a label as high as it is wide: the tag under the QR code."""
    inner, gap = space.inner, dots(_GAP, space.dpi)
    if inner.width > _SQUARE * inner.height:
        return
    tag = _share(space, 0.17, _TAG_LEAST, _TAG_MOST)
    line = _share(space, 0.09, _LINE_LEAST, _LINE_MOST)
    for module in qr.module_dots(space.dpi):
        square, quiet = side * module, qr.QUIET_MODULES * module
        above = _quiet(qr.QUIET_MODULES, module, space.margin_y)
        aside = _quiet(qr.QUIET_MODULES, module, space.margin_x)
        free = inner.height - above - square - quiet - tag
        if free < 0 or square + 2 * aside > inner.width:
            continue
        lines = min(2, free // (line + gap))
        y = inner.y + above
        corner = Box((space.width - square) // 2, y, square, square)
        y += square + quiet
        told = Box(inner.x, y, inner.width, tag)
        y += tag + gap
        owner = return_to = None
        if lines:
            return_to = Box(inner.x, y, inner.width, line)
        if lines == 2:  # noqa: PLR2004 - owner and return line
            owner = Box(inner.x, y + line + gap, inner.width, line)
        yield Arrangement(corner, module, told, owner=owner, return_to=return_to)


def clipped(stock: Stock, tag: str, content: str, codes: Codes, dpi: int) -> str:
    """Say in French what of a label does not fit, and by how much."""
    if codes is Codes.QR:
        side = qr.narrowest_width(content, dpi)
        return (
            f"le QR de « {tag} » demande {decimal(side)}\u00a0mm de côté avec ses "
            f"marges blanches, l'étiquette fait {stock.size}"
        )
    width = code128.narrowest_width(tag, dpi)
    if width > stock.width:
        return (
            f"le code-barres de « {tag} » mesure {decimal(width)}\u00a0mm avec ses "
            f"marges blanches à {dpi} ppp, l'étiquette {decimal(stock.width)}\u00a0mm "
            ": il serait coupé"
        )
    return (
        f"le code-barres et le QR de « {tag} » n'ont pas leur place ensemble sur une "
        f"étiquette de {stock.size} à {dpi} ppp : l'un serait coupé"
    )
