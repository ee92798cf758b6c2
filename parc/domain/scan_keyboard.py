"""What a scanner typed while it and the computer disagreed about the keyboard.

A scanner presses the keys of a US keyboard; a computer set to a French keyboard
shows what is engraved there: `CALL-000597-O` arrives as `CQLL)ààà(çè)O`. Each
table below is one-to-one, so each mistake can be undone exactly; only the dead
keys (US `[` and `{`) lose what was printed.
"""

from parc.domain.labelled import Labelled

_US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
_US_SHIFT = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'


class Keyboard(Labelled):
    """How a code was typed, if not as it was printed."""

    AS_TYPED = "as_typed", "tel quel"
    FRENCH = "french", "clavier AZERTY français"
    FRENCH_CAPS = "french_caps", "clavier AZERTY français, verrouillage majuscule"
    BELGIAN = "belgian", "clavier AZERTY belge"
    BELGIAN_CAPS = "belgian_caps", "clavier AZERTY belge, verrouillage majuscule"
    MACOS = "macos", "clavier AZERTY de macOS"
    DIGITS = "digits", "chiffres d'un clavier AZERTY"


LOCKED = frozenset({Keyboard.FRENCH_CAPS, Keyboard.BELGIAN_CAPS})
"""Caps Lock of Windows is a shift lock: digits come out right, letters in lower case.

On macOS and Linux it turns letters only, accented ones included: the plain tables
below read those too.
"""

_LAYOUTS = {
    # Windows « Français (hérité, AZERTY) »; Linux « fr » has the same keys.
    Keyboard.FRENCH: (
        "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!",
        "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
    ),
    # Belgian Windows: 6 and 8 differ (users-and-peers.md, Annex A), so does US /.
    # Like the one below it was not tried on such a computer.
    Keyboard.BELGIAN: (
        "²&é\"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:=",
        "³1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+",
    ),
    # macOS « Français »: as the Belgian one but for two keys.
    Keyboard.MACOS: (
        "@&é\"'(§è!çà)-azertyuiop^$`qsdfghjklmùwxcvbn,;:=",
        "#1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+",
    ),
}
_LOCKS = {
    Keyboard.FRENCH_CAPS: Keyboard.FRENCH,
    Keyboard.BELGIAN_CAPS: Keyboard.BELGIAN,
}


def _accents(plain: str) -> dict[str, str]:
    """Give what Caps Lock of macOS and Linux makes of the keys é è ç à ù."""
    keys = dict(zip(plain, _US, strict=True))
    return {sign.upper(): keys[sign] for sign in "éèçàù"}


def _tables() -> dict[Keyboard, dict[int, str]]:
    found: dict[Keyboard, dict[int, str]] = {}
    for keyboard, (plain, shifted) in _LAYOUTS.items():
        table = dict(zip(shifted, _US_SHIFT, strict=True))
        table.update(zip(plain, _US, strict=True))
        found[keyboard] = str.maketrans({**_accents(plain), **table})
    for keyboard, base in _LOCKS.items():
        plain, shifted = _LAYOUTS[base]
        table = dict(zip(plain, _US_SHIFT, strict=True))
        table.update(zip(shifted, _US, strict=True))
        found[keyboard] = str.maketrans(table)
    # Programs that type letters by name and digits by key (barcode-to-pc, 166).
    found[Keyboard.DIGITS] = str.maketrans(
        dict(zip("&é\"'(-è_çà)§!", "1234567890-68", strict=True))
    )
    return found


_TABLES = _tables()


def decode(text: str, keyboard: Keyboard) -> str:
    """Undo a keyboard: give what was printed if it was typed on that one.

    Signs that the keyboard does not have stay as they are.
    """
    table = _TABLES.get(keyboard)
    return text if table is None else text.translate(table)


def encode(text: str, keyboard: Keyboard) -> str:
    """Give what a computer with this keyboard shows when a scanner sends `text`.

    The set-up page and the tests need it; signs that no US key has stay.
    """
    table = _ENCODINGS.get(keyboard)
    return text if table is None else text.translate(table)


def _encodings() -> dict[Keyboard, dict[int, str]]:
    found: dict[Keyboard, dict[int, str]] = {}
    for keyboard, (plain, shifted) in _LAYOUTS.items():
        table = dict(zip(_US, plain, strict=True))
        table.update(zip(_US_SHIFT, shifted, strict=True))
        found[keyboard] = str.maketrans(table)
    for keyboard, base in _LOCKS.items():
        plain, shifted = _LAYOUTS[base]
        table = dict(zip(_US, shifted, strict=True))
        table.update(zip(_US_SHIFT, plain, strict=True))
        found[keyboard] = str.maketrans(table)
    found[Keyboard.DIGITS] = str.maketrans(
        dict(zip("1234567890-", "&é\"'(-è_çà)", strict=True))
    )
    return found


_ENCODINGS = _encodings()
