"""The code printed on a place: `S-000042-…`, which no device's tag can be.

A device's tag begins with two letters or more (`asset_tag`), a place's with one:
a scan tells the two apart before anything is looked up. The check character is
the same, over letter and digits.
"""

import re
from dataclasses import dataclass
from typing import Self

from parc.domain.asset_tag import check_character

LETTER = "S"
_SHAPE = re.compile(r"S-([0-9]{6,10})-([0-9A-Z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlaceTag:
    """The tag of a site, by its number in the database."""

    number: int

    @property
    def check(self) -> str:
        """The check character over letter and number."""
        return check_character(f"{LETTER}{self.number:06d}")

    def __str__(self) -> str:
        return f"{LETTER}-{self.number:06d}-{self.check}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a tag, in any letter case; None when shape or check do not fit."""
        found = _SHAPE.fullmatch(text.strip().upper())
        if found is None:
            return None
        tag = cls(int(found[1]))
        return tag if str(tag) == text.strip().upper() else None


def looks_like_place(text: str) -> bool:
    """Tell whether `text` has the shape of a place's tag, whatever its check."""
    return _SHAPE.fullmatch(text.strip().upper()) is not None
