"""The asset tag printed on a device: `LL-004217-F`.

Two to five letters of the owner, six digits, one check character over letters
and digits by ISO/IEC 7064 MOD 37,36: any single wrong character is found, which
is what makes a scan on a badly configured keyboard harmless.
"""

import re
from dataclasses import dataclass
from typing import Self

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"([A-Z]{2,5})-([0-9]{6})-([0-9A-Z])", re.ASCII)
_PREFIX = re.compile(r"[A-Z]{2,5}", re.ASCII)
LARGEST_NUMBER = 999_999


@dataclass(frozen=True, slots=True)
class AssetTag:
    """A tag of our own: the owner's prefix and a number from 1 to 999,999."""

    prefix: str
    number: int

    @property
    def check(self) -> str:
        """The check character over prefix and number."""
        return check_character(f"{self.prefix}{self.number:06d}")

    def __str__(self) -> str:
        return f"{self.prefix}-{self.number:06d}-{self.check}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a tag, in any letter case; None when shape or check do not fit."""
        found = _SHAPE.fullmatch(text.strip().upper())
        if found is None:
            return None
        tag = cls(found[1], int(found[2]))
        return tag if tag.check == found[3] else None


def is_prefix(text: str) -> bool:
    """Tell whether an owner may have `text` as its tag prefix."""
    return _PREFIX.fullmatch(text) is not None


def one_letter_apart(prefix: str, other: str) -> bool:
    """Tell whether losing or doubling one letter makes one prefix of the other.

    The check character finds any wrong letter; it cannot find a missing one, if the
    tag that is left is one of somebody else's.
    """
    short, long = sorted((prefix, other), key=len)
    return len(long) == len(short) + 1 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )


def looks_like_ours(text: str) -> bool:
    """Tell whether `text` has our shape, whatever its check character."""
    return shaped_prefix(text) is not None


def shaped_prefix(text: str) -> str | None:
    """Give the prefix of a text that has our shape, whatever its check character."""
    found = _SHAPE.fullmatch(text.strip().upper())
    return found[1] if found else None


def check_character(payload: str) -> str:
    """Compute the ISO/IEC 7064 MOD 37,36 check character of letters and digits.

    Raises:
        ValueError: a character is neither an ASCII digit nor a capital letter.
    """
    product = 36
    for character in payload:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
