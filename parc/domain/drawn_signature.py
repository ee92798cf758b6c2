"""A signature drawn on a screen: strokes of whole points, small and bounded.

Written `12,40 13,42 15,45;60,38 61,39`: points of a stroke apart by a space, strokes
by a semicolon, in a box of `WIDTH` by `HEIGHT` whose origin is at the top left.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 80, 2_500
LONGEST = MOST_POINTS * 8
SHORTEST = 60
"""Length of ink below which nobody has signed."""

_POINT = re.compile(r"([0-9]{1,3}),([0-9]{1,3})", re.ASCII)

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DrawnSignature:
    """The strokes, in their order."""

    strokes: tuple[tuple[Point, ...], ...]

    @property
    def text(self) -> str:
        """Write the signature as it is stored."""
        return ";".join(
            " ".join(f"{x},{y}" for x, y in stroke) for stroke in self.strokes
        )

    @property
    def ink(self) -> int:
        """Sum up the length of the strokes."""
        return sum(
            abs(x2 - x1) + abs(y2 - y1)
            for stroke in self.strokes
            for (x1, y1), (x2, y2) in pairwise(stroke)
        )


def parse_signature(text: str) -> DrawnSignature:
    """Read a signature that a page sent.

    Raises:
        ValueError: no signature, too large, or outside its box; in French.
    """
    if not text.strip():
        message = "Signez dans le cadre, ou joignez le bon signé sur papier."
        raise ValueError(message)
    if len(text) > LONGEST:
        message = "Cette signature est trop longue : effacez et signez plus simplement."
        raise ValueError(message)
    strokes = tuple(_stroke(part) for part in text.strip().split(";"))
    points = sum(map(len, strokes))
    if len(strokes) > MOST_STROKES or points > MOST_POINTS:
        message = "Cette signature est trop longue : effacez et signez plus simplement."
        raise ValueError(message)
    signature = DrawnSignature(strokes)
    if signature.ink < SHORTEST:
        message = "Le cadre est presque vide : signez en entier."
        raise ValueError(message)
    return signature


def _stroke(part: str) -> tuple[Point, ...]:
    return tuple(_point(word) for word in part.split(" "))


def _point(word: str) -> Point:
    found = _POINT.fullmatch(word)
    if found is not None:
        x, y = int(found[1]), int(found[2])
        if x <= WIDTH and y <= HEIGHT:
            return x, y
    message = "Cette signature ne se lit pas : effacez et recommencez."
    raise ValueError(message)
