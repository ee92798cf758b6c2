"""Labels in ZPL II for Zebra printers: codes as dots, texts in the printer's font.

Codes are sent as graphics (`^GFA`), dot for dot what the sheets draw: the printer's
own bar code commands choose other widths. A row that repeats costs one character.
"""

from collections.abc import Iterable, Iterator, Sequence

from reports.labels.design import Design
from reports.labels.geometry import Printer
from reports.labels.lengths import dots

_REPEAT = ":"
"""A row like the one above, in the compression that `^GF` understands."""


def labels(designs: Iterable[Design], printer: Printer) -> str:
    """Write one format a label; `^CI28` says that texts are UTF-8."""
    shift = (dots(printer.shift_x, printer.dpi), dots(printer.shift_y, printer.dpi))
    return "".join(_label(design, shift) for design in designs)


def _label(design: Design, shift: tuple[int, int]) -> str:
    def at(x: int, y: int) -> str:
        # What the profile corrects; a Zebra knows no place above or left of zero.
        return f"{max(0, x + shift[0])},{max(0, y + shift[1])}"

    lines = [
        "^XA",
        "^CI28",
        f"^PW{design.width}",
        f"^LL{design.height}",
    ]
    if design.bars is not None:
        row = _bits(
            (
                (place - design.bars.x, width)
                for place, _, width, _ in design.rectangles()
            ),
            design.bars.width,
        )
        rows = [row, *[_REPEAT] * (design.bars.height - 1)]
        lines.append(_graphic(at(design.bars.x, design.bars.y), rows))
    square = list(_square_rows(design))
    lines.append(_graphic(at(design.square.x, design.square.y), square))
    for text in design.texts:
        size = round(text.size)
        top = round(text.y - text.size * 0.8)
        lines.append(
            f"^FO{at(round(text.x), top)}^A0N,{size},{round(size * 0.9)}"
            f"^FH_^FD{_escaped(text.text)}^FS"
        )
    return "\n".join([*lines, "^XZ", ""])


def _square_rows(design: Design) -> Iterator[str]:
    size, side = design.module, design.square.width
    for row in design.rows:
        yield _bits(((place * size, width * size) for place, width in row), side)
        yield from [_REPEAT] * (size - 1)


def _bits(runs: Iterable[tuple[int, int]], width: int) -> str:
    """Write a row of dots in hexadecimal, filled up to whole bytes."""
    whole = -(-width // 8) * 8
    value = 0
    for place, length in runs:
        value |= ((1 << length) - 1) << (whole - place - length)
    return f"{value:0{whole // 4}X}"


def _graphic(place: str, rows: Sequence[str]) -> str:
    row_bytes = len(rows[0]) // 2
    total = row_bytes * len(rows)
    return f"^FO{place}^GFA,{total},{total},{row_bytes},{''.join(rows)}^FS"


def _escaped(text: str) -> str:
    """Keep the printer's command signs out of a text (`^FH_`)."""
    return "".join(f"_{ord(c):02X}" if c in "^~_\\" else c for c in text)
