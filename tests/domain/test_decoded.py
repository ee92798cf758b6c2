"""What a decoder returned: ours is believed, its false second readings are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import LARGEST_NUMBER, AssetTag
from parc.domain.decoded import Decoding, Outline, Symbol, believed
from parc.domain.scan_keyboard import Keyboard, encode

TAG = str(AssetTag("LL", 4217))
HERE: Outline = ((100, 100), (400, 100), (400, 180), (100, 180))
LINE: Outline = ((100, 140), (400, 140), (400, 140), (100, 140))
BESIDE: Outline = ((100, 200), (400, 200), (400, 280), (100, 280))
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"


def bars(text: str, outline: Outline = HERE) -> Decoding:
    """Give a text that bars were read as."""
    return Decoding(text, Symbol.CODE_128, outline)


def texts(*decodings: Decoding) -> list[str]:
    """Give what is believed to be shown."""
    return [code.of for code in believed(decodings).codes]


def test_the_bars_and_the_address_of_a_label_are_one_code() -> None:
    address = f"HTTPS://PARC.EXEMPLE.FR/D/{TAG}"

    assert texts(bars(TAG), Decoding(address, Symbol.QR, BESIDE)) == [TAG]


@pytest.mark.parametrize("false", [HERE, LINE])
def test_a_false_second_reading_of_our_tag_is_rejected(false: Outline) -> None:
    found = believed([bars(TAG.replace("7", "e"), false), bars(TAG)])

    assert [code.of for code in found.codes] == [TAG]
    assert not found.contradicted


def test_two_readings_of_bars_without_our_check_contradict_each_other() -> None:
    found = believed([bars("IT-DVH6L8"), bars("IT-eVH6L8", LINE)])

    assert found.codes == ()
    assert found.contradicted


def test_what_corrects_itself_is_believed_before_bars() -> None:
    square = Decoding("IT-DVH6L8", Symbol.QR, HERE)

    assert texts(bars("IT-eVH6L8", LINE), square) == ["IT-DVH6L8"]


def test_codes_side_by_side_do_not_contradict_each_other() -> None:
    assert texts(bars("SERIAL-1"), bars("SERIAL-2", BESIDE)) == ["SERIAL-1", "SERIAL-2"]


def test_ours_comes_first() -> None:
    assert texts(bars("SERIAL-1", BESIDE), bars(TAG)) == [TAG, "SERIAL-1"]


def test_a_micro_qr_is_never_believed() -> None:
    assert texts(Decoding("8676", Symbol.MICRO_QR)) == []


def test_we_print_capitals_only() -> None:
    assert texts(bars(TAG.lower())) == []
    assert texts(bars(f"HTTPS://PARC.EXEMPLE.FR/D/{TAG.lower()}")) == []


def test_no_keyboard_is_guessed_for_what_was_not_typed() -> None:
    typed = encode(TAG, Keyboard.FRENCH)

    assert texts(bars(typed)) == [typed]


@pytest.mark.parametrize("text", ["", " ", "A" * 5_000, "\x00\x01"])
def test_what_is_no_text_is_left_out(text: str) -> None:
    assert texts(bars(text)) == []


@given(
    number=st.integers(1, LARGEST_NUMBER),
    place=st.integers(0, 10),
    sign=st.sampled_from(SIGNS),
    order=st.booleans(),
)
def test_one_wrong_character_is_never_believed_beside_the_right_one(
    number: int, place: int, sign: str, order: bool
) -> None:
    tag = str(AssetTag("LL", number))
    place %= len(tag)
    wrong = tag[:place] + sign + tag[place + 1 :]
    pair = [bars(tag), bars(wrong, LINE)]

    assert texts(*(pair if order else pair[::-1])) == [tag]


@given(number=st.integers(1, LARGEST_NUMBER), data=st.data())
def test_one_wrong_character_alone_is_never_a_code_of_ours(
    number: int, data: st.DataObject
) -> None:
    tag = str(AssetTag("LL", number))
    place = data.draw(st.integers(0, len(tag) - 1))
    sign = data.draw(st.sampled_from([s for s in SIGNS if s != tag[place]]))
    found = believed([bars(tag[:place] + sign + tag[place + 1 :])])

    assert not any(code.ours for code in found.codes)
