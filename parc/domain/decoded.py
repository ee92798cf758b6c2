"""What a decoder of photos returned, and what of it may be believed.

A decoder sometimes gives a second, wrong text beside the right one: on 12,000
photos of whole labels, 6 times. The symbol's own check does not stop it; ours does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parc.domain.scan_code import LONGEST, Part, readings
from parc.domain.scan_keyboard import Keyboard

Point = tuple[float, float]
Outline = tuple[Point, Point, Point, Point]
_NOWHERE: Outline = ((0, 0), (0, 0), (0, 0), (0, 0))


class Symbol(StrEnum):
    """A kind of printed code that photos are searched for."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
    CODE_128 = "code_128"
    CODE_39 = "code_39"
    ARTICLE = "article"
    MICRO_QR = "micro_qr"


_CORRECTED = frozenset({Symbol.QR, Symbol.DATA_MATRIX})
"""What corrects its own errors: it is believed before bars at the same place."""

_NEVER = frozenset({Symbol.MICRO_QR})
"""Nobody prints one on a device, and decoders see them where there is none."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """One text that a decoder returned; `outline`: its corners, in order, in pixels."""

    text: str
    symbol: Symbol
    outline: Outline = _NOWHERE


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is believed to be on the photo.

    `ours`: a code of ours with its check character, as we print it. `of`: what it
    is the code of, the same for a label's bars and for its address.
    """

    text: str
    of: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Believed:
    """What a photo shows; `contradicted`: one symbol was read in several ways."""

    codes: tuple[Code, ...]
    contradicted: bool = False


def believed(decodings: Iterable[Decoding]) -> Believed:
    """Keep what may be believed of one picture, each code once, ours first."""
    kept: dict[str, Code] = {}
    contradicted = False
    for group in _places(list(_readable(decodings))):
        codes = _agreed(group)
        contradicted = contradicted or not codes
        for code in codes:
            kept.setdefault(code.of, code)
    ordered = sorted(kept.values(), key=lambda code: not code.ours)
    return Believed(tuple(ordered), contradicted)


def _readable(decodings: Iterable[Decoding]) -> Iterator[tuple[Decoding, Code]]:
    for decoding in decodings:
        if decoding.symbol in _NEVER or not 0 < len(decoding.text) <= LONGEST:
            continue
        code = _code(decoding.text)
        if code is not None:
            yield decoding, code


def _code(text: str) -> Code | None:
    """Read a text as it is printed: nothing was typed, no keyboard is to guess."""
    for reading in readings(text):
        if reading.part is Part.MAKER or reading.keyboard is not Keyboard.AS_TYPED:
            continue
        if reading.ours:
            printed = reading.own or reading.text.upper()
            # We print capitals only: another case is another symbol, misread.
            return Code(text, printed, ours=True) if printed in text else None
    shown = "".join(sign for sign in text if sign.isprintable()).strip()
    return Code(text, shown, ours=False) if shown else None


def _places(
    found: Sequence[tuple[Decoding, Code]],
) -> list[list[tuple[Decoding, Code]]]:
    """Put together what was read at one place of the picture."""
    groups: list[list[tuple[Decoding, Code]]] = []
    for one in found:
        here = [g for g in groups if any(_overlap(one[0], other) for other, _ in g)]
        groups = [group for group in groups if group not in here]
        groups.append([*(each for group in here for each in group), one])
    return groups


def _agreed(group: Sequence[tuple[Decoding, Code]]) -> tuple[Code, ...]:
    """Give the one code of a place: ours, else one that corrects itself, else alone."""
    ours = {code.of: code for _, code in group if code.ours}
    corrected = {code.of: code for d, code in group if d.symbol in _CORRECTED}
    for known in (ours, corrected, {code.of: code for _, code in group}):
        if known:
            return tuple(known.values()) if len(known) == 1 else ()
    return ()


def _overlap(one: Decoding, other: Decoding) -> bool:
    """Tell whether the middle of one is inside the other."""
    return _holds(one.outline, _middle(other.outline)) or _holds(
        other.outline, _middle(one.outline)
    )


def _middle(outline: Outline) -> Point:
    return sum(x for x, _ in outline) / 4, sum(y for _, y in outline) / 4


def _holds(outline: Outline, point: Point) -> bool:
    """Tell whether a point is inside four corners, whichever way they turn."""
    x, y = point
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(outline, outline[1:] + outline[:1], strict=True)
    ]
    inside = all(side >= 0 for side in sides) or all(side <= 0 for side in sides)
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    # Flat as a line, all it is beside would be inside.
    return inside and min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
