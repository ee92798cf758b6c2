"""Fold text so that people find what they mean: case, accents, spacing."""

import unicodedata

_KEPT_IN_SERIALS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")

JUNK_SERIALS = frozenset(
    {
        "TOBEFILLEDBYOEM",
        "DEFAULTSTRING",
        "SYSTEMSERIALNUMBER",
        "NOTSPECIFIED",
        "NOTAPPLICABLE",
        "NONE",
        "NA",
        "NC",
        "INVALID",
        "UNKNOWN",
        "INCONNU",
        "AUCUN",
        "123456789",
        "0123456789",
        "RELEASEKEYS",
        "BASEBOARDSERIALNUMBER",
        "CHASSISSERIALNUMBER",
        "OEM",
    }
)
"""Texts that firmware gives instead of a serial number, folded."""


def fold(text: str) -> str:
    """Lower the case, drop accents, squeeze white space."""
    if text.isascii():  # most texts of an inventory, at a tenth of the cost
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def serial_key(serial: str) -> str:
    """Fold a serial number to its letters and digits, in capitals."""
    key = serial.upper()
    if key.isascii() and key.isalnum():
        return key
    return "".join(c for c in key if c in _KEPT_IN_SERIALS)


def is_junk_serial(serial: str) -> bool:
    """Tell whether a serial says nothing: a placeholder, one repeated sign."""
    key = serial_key(serial)
    return len(set(key)) <= 1 or key in JUNK_SERIALS
