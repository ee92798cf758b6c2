"""The QR code of a label: the code that survives phone photographs.

It holds a short address that ends in the tag, in capitals where these mean the same:
the alphanumeric mode of ISO/IEC 18004 is a third shorter.
"""

import functools
import math
import string
from itertools import groupby
from urllib.parse import quote

from reports.labels.lengths import DOTS_PER_MM

QUIET_MODULES = 4
"""Blank on each side, ISO/IEC 18004 §6.3.8."""

SMALLEST, LARGEST = 0.25, 0.6
"""Millimetres of a module: phones read from a quarter; larger only takes room."""

_ALPHANUMERIC = f"{string.digits}{string.ascii_uppercase} $%*+-./:"
"""ISO/IEC 18004, table 5."""

Rows = tuple[tuple[tuple[int, int], ...], ...]


def address(public_url: str, tag: str) -> str:
    """Give what the code holds: `https://host/d/TAG`, or the tag where none is known.

    Scheme and host never minded capitals, and the route `/D/` is ours.
    """
    if not public_url:
        return tag
    whole = f"{public_url}/d/{quote(tag, safe='')}"
    return whole.upper() if tag == tag.upper() and whole.isascii() else whole


@functools.lru_cache(maxsize=1024)
def symbol(content: str, *, small: bool = False) -> tuple[int, Rows]:
    """Encode a text: modules on a side, and for each row its dark runs.

    `small` gives up the correction of damage that makes the symbol one size larger.
    """
    import segno

    made = segno.make_qr(content, error="l" if small else "m")
    rows = tuple(tuple(_runs(row)) for row in made.matrix)
    return len(rows), rows


def side(content: str, *, small: bool = False) -> int:
    """Give the modules on a side, without encoding each text anew.

    They depend on the kind of its characters and on their number alone.
    """
    for kind in (string.digits, _ALPHANUMERIC):
        if set(content) <= set(kind):
            return symbol(kind[-1] * len(content), small=small)[0]
    if content.isascii():
        return symbol("a" * len(content), small=small)[0]
    return symbol(content, small=small)[0]


def module_dots(dpi: int) -> range:
    """List the whole numbers of dots that a module may have, smallest first."""
    per_mm = DOTS_PER_MM[dpi]
    least = math.ceil(SMALLEST * per_mm)
    return range(least, max(least, math.floor(LARGEST * per_mm)) + 1)


def narrowest_width(content: str, dpi: int) -> float:
    """Give the least side in millimetres of a code with its quiet zone."""
    across = side(content, small=True) + 2 * QUIET_MODULES
    return across * module_dots(dpi)[0] / DOTS_PER_MM[dpi]


def _runs(row: bytearray) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    place = 0
    for value, run in groupby(row):
        width = len(list(run))
        if value:
            found.append((place, width))
        place += width
    return found
