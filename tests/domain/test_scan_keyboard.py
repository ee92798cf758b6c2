"""Keyboards that a scanner and a computer may disagree about."""

import string

import pytest

from parc.domain.scan_keyboard import Keyboard, decode, encode

PRINTED = string.ascii_letters + string.digits + "-./:*_+ "
WHOLE = [k for k in Keyboard if k is not Keyboard.DIGITS]


@pytest.mark.parametrize("keyboard", WHOLE)
def test_what_is_typed_on_a_keyboard_is_undone_exactly(keyboard: Keyboard) -> None:
    signs = "".join(chr(code) for code in range(32, 127) if chr(code) not in "[{")

    assert decode(encode(signs, keyboard), keyboard) == signs
    assert len(set(encode(signs, keyboard))) == len(signs)


@pytest.mark.parametrize(
    ("keyboard", "typed"),
    [
        (Keyboard.FRENCH, "CQLL)ààà(çè)O"),
        (Keyboard.FRENCH_CAPS, "cqll°000597°o"),
        (Keyboard.BELGIAN, "CQLL)ààà(çè)O"),
        (Keyboard.MACOS, "CQLL)ÀÀÀ(ÇÈ)O"),
        (Keyboard.DIGITS, "CALL)ààà(çè)O"),
    ],
)
def test_a_printed_tag_comes_back(keyboard: Keyboard, typed: str) -> None:
    assert decode(typed, keyboard).upper() == "CALL-000597-O"


def test_the_belgian_keyboard_has_its_own_six_eight_and_slash() -> None:
    assert encode("68/-", Keyboard.FRENCH) == "-_!)"
    assert encode("68/-", Keyboard.BELGIAN) == "§!=)"
    assert encode("68/-", Keyboard.MACOS) == "§!=)"


@pytest.mark.parametrize("keyboard", list(Keyboard))
def test_signs_that_a_keyboard_does_not_have_stay(keyboard: Keyboard) -> None:
    assert decode("é\u4e2d"[1:], keyboard) == "\u4e2d"
