"""Code 128 (ISO/IEC 15417) of a bare tag: its modules, and how wide they print.

`python-barcode` chooses the subsets and adds the symbology's own check; the bars
are ours to draw, in whole dots, or a printer would round each one differently.
"""

import functools
import math
from itertools import groupby

from parc.domain.refusal import Refusal, Refused
from reports.labels.lengths import DOTS_PER_MM

QUIET_MODULES = 10
"""Blank on either side, ISO/IEC 15417 §4.5."""

NARROWEST, WIDEST = 0.19, 0.34
"""Millimetres of a module: hand scanners read from 0.19; wider is only longer."""

LONGEST = 40
"""Characters; beyond, no label is wide enough."""


@functools.lru_cache(maxsize=4096)
def modules(text: str) -> str:
    """Encode a text: one character per module, "1" for dark; no quiet zones.

    Raises:
        Refused: a character that Code 128 does not have, or too many of them.
    """
    from barcode.codex import Code128

    if not text or len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        message = (
            f"« {text[:LONGEST]} » ne s'écrit pas en code-barres : {LONGEST} "
            "lettres sans accent, chiffres et signes au plus. Choisissez « QR seul »."
        )
        raise Refused((Refusal("no_barcode", message, "codes"),))
    built: str = Code128(text).build()[0]
    return built


def bars(pattern: str) -> list[tuple[int, int]]:
    """List the dark bars of a pattern: where each begins, how many modules wide."""
    found: list[tuple[int, int]] = []
    place = 0
    for value, run in groupby(pattern):
        width = len(list(run))
        if value == "1":
            found.append((place, width))
        place += width
    return found


def module_dots(dpi: int) -> range:
    """List the whole numbers of dots that a module may have, narrowest first."""
    per_mm = DOTS_PER_MM[dpi]
    least = math.ceil(NARROWEST * per_mm)
    return range(least, max(least, math.floor(WIDEST * per_mm)) + 1)


def narrowest_width(text: str, dpi: int) -> float:
    """Give the least width in millimetres of a code with its quiet zones."""
    across = len(modules(text)) + 2 * QUIET_MODULES
    return across * module_dots(dpi)[0] / DOTS_PER_MM[dpi]
