"""Serial numbers as makers' labels carry them: with a prefix, or in another base.

Each function takes what a scanner read and gives the serial that the machine
itself reports, or nothing. None of them guesses: the lengths and the alphabet are
those of the maker's own rule, and the device found must be of that maker.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_DELL_CODE = re.compile(r"[0-9]{10,11}|[0-9]{1,3}(?:[- ][0-9]{2,3}){3}", re.ASCII)
_DELL_SMALLEST, _DELL_ABOVE = 36**6, 36**7
_DIGITS_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HP = re.compile(r"S([0-9A-Z]{4}[0-9]{2}[0-9B-DF-HJ-NP-TV-Z]{4})")
_LENOVO = re.compile(
    r"1S(?:[0-9A-Z]{10}(?P<new>[0-9A-Z]{8})|[0-9A-Z]{7}(?P<old>[0-9A-Z]{7}))"
)
_APPLE = re.compile(r"S([0-9A-HJ-NP-Z]{10,12})")
_GS1_PLAIN = re.compile(r"01([0-9]{14})21([!-z]{1,20})\x1d?")
_GS1_SHOWN = re.compile(r"\(01\)([0-9]{14})\(21\)([!-z]{1,20})")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
_LONGEST_GTIN = 14


@dataclass(frozen=True, slots=True)
class MakerSerial:
    """A serial found inside a code; `makers` are names folded, none for any."""

    serial: str
    makers: tuple[str, ...]


def serials(text: str) -> tuple[MakerSerial, ...]:
    """List the serials that a code carries by the rule of some maker."""
    return tuple(found for read in _READERS if (found := read(text.upper())))


def dell(text: str) -> MakerSerial | None:
    """Turn a Dell Express Service Code into its service tag: `12542331601`, 5RFDP01.

    The code is the seven characters of the service tag, read in base 36 and
    written in decimal, with or without dashes every three digits
    (creativyst.com, "Convert Dell Service Tags to Express Service Codes"). A tag
    that would begin with a zero is left out, so that ten or eleven digits and
    seven characters correspond one to one. The service tag itself is the serial.
    """
    if _DELL_CODE.fullmatch(text) is None:
        return None
    number = int(text.replace("-", "").replace(" ", ""))
    if not _DELL_SMALLEST <= number < _DELL_ABOVE:
        return None
    signs = ""
    while number:
        number, digit = divmod(number, 36)
        signs = _DIGITS_36[digit] + signs
    return MakerSerial(signs, ("dell",))


def hp(text: str) -> MakerSerial | None:
    """Read the ten characters of an HP serial behind the data identifier S.

    Site (three characters), year and week (a letter or a digit, two digits), four
    characters without vowel: HP, "How to decode a PSG HP serial number". S is the
    data identifier of a serial number (ANSI MH10.8.2); that HP prints it was not
    checked on a label.
    """
    found = _HP.fullmatch(text)
    return found and MakerSerial(found[1], ("hp", "hewlett"))


def lenovo(text: str) -> MakerSerial | None:
    """Read the serial at the end of a Lenovo label: 1S, machine type-model, serial.

    `1S` + ten characters of type and model + eight of serial, or seven and seven on
    older machines: 20 or 16 characters in all. From general knowledge: Lenovo's
    labelling guide was not read, nor a label scanned.
    """
    found = _LENOVO.fullmatch(text)
    return found and MakerSerial(found["new"] or found["old"], ("lenovo", "ibm"))


def apple(text: str) -> MakerSerial | None:
    """Read an Apple serial behind the data identifier S of its boxes and labels.

    Ten to twelve characters, never I nor O (acidanthera, macserial, FORMAT.md); S
    as in ANSI MH10.8.2, not checked on a label.
    """
    found = _APPLE.fullmatch(text)
    return found and MakerSerial(found[1], ("apple",))


def gs1(text: str) -> MakerSerial | None:
    """Read the serial of a GS1 code: (01) the article's number, (21) the serial.

    GS1 General Specifications, application identifiers 01 (14 digits, the last
    one a check digit, which must be right) and 21 (up to 20 characters), in this
    order and with nothing after.
    """
    found = _GS1_SHOWN.fullmatch(text) or _GS1_PLAIN.fullmatch(text)
    if found is None or gtin(found[1]) is None:
        return None
    return MakerSerial(found[2], ())


def gtin(text: str) -> str | None:
    """Give an article number (EAN-8, UPC-A, EAN-13, GTIN-14) in fourteen digits.

    None when its check digit is wrong (GS1 General Specifications). Zeros in
    front never change which article it is.
    """
    if _GTIN.fullmatch(text) is None:
        return None
    digits = [int(sign) for sign in text.zfill(_LONGEST_GTIN)]
    total = 3 * sum(digits[0::2]) + sum(digits[1::2])
    return text.zfill(_LONGEST_GTIN) if total % 10 == 0 and any(digits) else None


_READERS: tuple[Callable[[str], MakerSerial | None], ...] = (
    dell,
    hp,
    lenovo,
    apple,
    gs1,
)
