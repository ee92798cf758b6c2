"""Both codes of a label: what they hold, how wide they are, what they refuse."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refused
from reports.labels import code128, qr
from reports.labels.design import Label, design, reasons_against
from reports.labels.stock import Codes, built_in
from tests.domain.test_asset_tag import TAGS

PRINTABLE = st.text(
    "".join(c for c in string.printable if c.isprintable()), min_size=1, max_size=40
)


def test_the_width_of_a_tag_is_known_before_it_is_printed() -> None:
    # Start, LL-, subset C, 00 42 17, subset B, -F, check: 12 symbols and the stop.
    assert len(code128.modules("LL-004217-F")) == 12 * 11 + 13
    assert code128.narrowest_width("LL-004217-F", 203) == pytest.approx(165 * 0.25)


def test_digits_alone_take_half_the_room() -> None:
    assert len(code128.modules("00421700")) < len(code128.modules("LLAABBCC"))


@given(PRINTABLE)
def test_a_code_is_made_of_whole_symbols_and_a_stop(text: str) -> None:
    pattern = code128.modules(text)

    assert (len(pattern) - 13) % 11 == 0
    assert pattern.startswith("11")
    assert pattern.endswith("1100011101011")


@given(PRINTABLE)
def test_bars_are_the_pattern(text: str) -> None:
    pattern = code128.modules(text)
    drawn = ["0"] * len(pattern)
    for place, width in code128.bars(pattern):
        drawn[place : place + width] = "1" * width

    assert "".join(drawn) == pattern


@pytest.mark.parametrize("text", ["", "ÉCRAN-12", "A" * 41, "a\tb"])
def test_what_code_128_does_not_write_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="QR seul"):
        code128.modules(text)


@pytest.mark.parametrize(
    ("dpi", "least"), [(180, 2), (203, 2), (300, 3), (360, 3), (600, 5)]
)
def test_a_module_is_a_whole_number_of_dots_that_scanners_read(
    dpi: int, least: int
) -> None:
    assert code128.module_dots(dpi)[0] == least
    assert qr.module_dots(dpi)[0] >= least


@given(TAGS)
def test_the_qr_code_holds_an_address_that_ends_in_the_tag(tag: AssetTag) -> None:
    content = qr.address("https://parc.exemple.fr", str(tag))

    assert content == f"HTTPS://PARC.EXEMPLE.FR/D/{tag}"
    side, _ = qr.symbol(content)
    assert side <= 29, "the alphanumeric mode keeps it in version 3"


def test_capitals_are_kept_where_they_mean_something() -> None:
    assert qr.address("https://parc.exemple.fr", "pc-12") == (
        "https://parc.exemple.fr/d/pc-12"
    )
    assert qr.address("https://parc.exemple.fr", "N°12/B") == (
        "HTTPS://PARC.EXEMPLE.FR/D/N%C2%B012%2FB"
    )


def test_without_a_public_address_the_qr_code_holds_the_tag() -> None:
    assert qr.address("", "LL-004217-F") == "LL-004217-F"


@given(content=st.text(min_size=1, max_size=90), small=st.booleans())
def test_the_side_of_a_symbol_is_known_without_encoding_it(
    content: str, *, small: bool
) -> None:
    assert qr.side(content, small=small) == qr.symbol(content, small=small)[0]


@given(PRINTABLE)
def test_a_label_that_fits_is_drawn_and_no_other(text: str) -> None:
    stock = built_in()["L7162"]
    label = Label(text, text)
    reasons = reasons_against(label, stock, 300, Codes.BOTH)

    if reasons:
        with pytest.raises(Refused):
            design(label, stock, 300, Codes.BOTH)
    else:
        assert design(label, stock, 300, Codes.BOTH).bars is not None


@given(TAGS)
def test_the_small_symbol_is_never_larger(tag: AssetTag) -> None:
    content = qr.address("https://parc.exemple.fr", str(tag))

    assert qr.symbol(content, small=True)[0] <= qr.symbol(content)[0]
