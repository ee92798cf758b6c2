"""The UUID of a machine: one key whatever tool wrote it, none for a placeholder."""

import re
import uuid
from functools import lru_cache

_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SIGNS = str.maketrans("", "", "-{}: ")
_FEWEST_DIGITS = 3

_PLACEHOLDERS = (
    "03000200-0400-0500-0006-000700080009",
    "00020003-0004-0005-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc",
    "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "a7130988-fe74-11d5-8893-24e75bf3a527",
)
"""What makers of boards leave in place of a UUID, whichever the order of bytes."""


@lru_cache(maxsize=4_096)
def uuid_key(text: str) -> str | None:
    """Fold the UUID of a machine; None when it is none, or a placeholder.

    The SMBIOS stores its first three groups with the least byte first since 2.6
    (DMTF DSP0134 §7.2.1), and tools disagree on whether to swap them: the same
    machine is `33221100-5544-7766-8899-…` for one and `00112233-4455-6677-8899-…`
    for another. Both give the same key, the lesser of the two.
    """
    digits = text.lower().translate(_SIGNS)
    if not _HEX.fullmatch(digits) or len(set(digits)) < _FEWEST_DIGITS:
        return None
    key = _least(digits)
    return None if key in _JUNK else key


def _least(digits: str) -> str:
    return min(digits, uuid.UUID(bytes_le=bytes.fromhex(digits)).hex)


_JUNK = frozenset(_least(text.translate(_SIGNS)) for text in _PLACEHOLDERS)
