"""A label drawn in dots: nothing clipped, nothing touched, or refused with a size."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refused
from reports.labels import code128, geometry, qr
from reports.labels.arrangement import Box, Part, space_of
from reports.labels.design import Design, Label, design, fits, sizes_that_fit
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM
from reports.labels.stock import Codes, Form, Material, Stock, built_in
from tests.domain.test_asset_tag import TAGS
from tests.reports.labels.printed import PUBLIC_URL, STOCKS, a_label

RESOLUTIONS = st.sampled_from(sorted(DOTS_PER_MM))
ROLLS = st.builds(
    lambda width, height, margin: Stock(
        "mine",
        "À moi",
        Form.ROLL,
        Material.PAPER,
        width,
        height,
        width,
        height,
        margin_x=margin,
        margin_y=margin,
    ),
    st.floats(8, 120),
    st.floats(8, 80),
    st.floats(0, 2),
)


def text_boxes(drawn: Design) -> list[Box]:
    """Give what each text covers, from its capitals down to its descenders."""
    return [
        Box(
            int(text.x),
            int(text.y - text.size * 0.72),
            int(text.width),
            int(text.size * 0.9),
        )
        for text in drawn.texts
    ]


def apart(one: Box, other: Box) -> bool:
    """Tell whether two boxes have nothing in common."""
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def inside(box: Box, outer: Box, slack: int = 1) -> bool:
    """Tell whether a box lies in another, a dot more or less."""
    return (
        box.x >= outer.x - slack
        and box.y >= outer.y - slack
        and box.x + box.width <= outer.x + outer.width + slack
        and box.y + box.height <= outer.y + outer.height + slack
    )


@given(ROLLS, TAGS, RESOLUTIONS, st.sampled_from(Codes))
def test_a_drawn_label_is_whole_and_keeps_its_quiet_zones(
    stock: Stock, tag: AssetTag, dpi: int, codes: Codes
) -> None:
    code = str(tag)
    label = Label(code, qr.address(PUBLIC_URL, code), "Loos", "Rapporter à : mairie")
    try:
        drawn = design(label, stock, dpi, codes)
    except Refused:
        return

    space = space_of(stock, dpi)
    whole = Box(0, 0, space.width, space.height)
    texts = text_boxes(drawn)
    quiet = qr.QUIET_MODULES * drawn.module
    zones = [grown(drawn.square, quiet, quiet)]
    if drawn.bars is not None:
        zones.append(grown(drawn.bars, code128.QUIET_MODULES * drawn.dot, 0))
        assert apart(grown(drawn.square, quiet, quiet), drawn.bars)
        assert apart(zones[1], drawn.square)
    assert all(inside(zone, whole) for zone in zones)
    assert all(inside(box, space.inner) for box in texts)
    assert all(apart(zone, box) for zone in zones[:1] for box in texts)
    assert all(apart(drawn.bars, box) for box in texts if drawn.bars)
    assert all(apart(one, other) for one, other in combinations(texts, 2))
    assert "".join(t.text for t in drawn.texts if t.bold) == code


def grown(box: Box, across: int, down: int) -> Box:
    """Give a box with what must stay blank around it."""
    return Box(
        box.x - across, box.y - down, box.width + 2 * across, box.height + 2 * down
    )


@given(ROLLS, TAGS, RESOLUTIONS)
def test_bars_are_whole_dots_of_the_printer(
    stock: Stock, tag: AssetTag, dpi: int
) -> None:
    try:
        drawn = design(Label(str(tag), str(tag)), stock, dpi, Codes.BOTH)
    except Refused:
        return

    widths = [width for _, _, width, _ in drawn.rectangles()]
    assert drawn.dot / DOTS_PER_MM[dpi] >= code128.NARROWEST
    assert all(width % drawn.dot == 0 for width in widths)
    assert sum(widths) == drawn.pattern.count("1") * drawn.dot


@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.key)
def test_every_stock_bears_what_it_is_said_to_bear(stock: Stock) -> None:
    drawn = design(a_label(), stock, stock.dpi, stock.codes)

    assert (drawn.bars is not None) == (stock.codes is Codes.BOTH)
    assert drawn.texts


def test_a_code_that_would_be_clipped_is_refused_with_its_width() -> None:
    with pytest.raises(Refused) as caught:
        design(a_label(), built_in()["L4730"], 600, Codes.BOTH)

    (reason,) = caught.value.reasons
    assert reason.code == "clipped"
    assert "34,92" in reason.message
    assert "17,8" in reason.message


def test_the_sizes_that_fit_are_found_the_smallest_first() -> None:
    found = sizes_that_fit(a_label(), STOCKS, Codes.BOTH)

    keys = [stock.key for stock in found]
    assert "L7160" in keys
    assert "L4730" not in keys
    assert "QL-23x23" not in keys
    assert keys == sorted(
        keys, key=lambda key: built_in()[key].width * built_in()[key].height
    )
    assert all(fits(a_label(), stock, stock.dpi, Codes.BOTH) for stock in found)


def test_a_long_tag_of_another_tool_needs_a_larger_stock() -> None:
    long = Label("INVENTAIRE-2019-00000421", "INVENTAIRE-2019-00000421")

    assert not fits(long, built_in()["L7651"], 600, Codes.BOTH)
    assert "L7163" in {s.key for s in sizes_that_fit(long, STOCKS, Codes.BOTH)}


def test_the_resolution_decides_too() -> None:
    stock = built_in()["L7651"]

    assert fits(a_label(), stock, 600, Codes.BOTH)
    assert not fits(a_label(), stock, 203, Codes.BOTH)


def test_what_a_small_label_leaves_out_is_told() -> None:
    drawn = design(a_label(), built_in()["L4730"], 600, Codes.QR)

    assert Part.RETURN_TO in drawn.left_out
    assert "".join(text.text for text in drawn.texts if text.bold) == "LL-004217-F"


def test_nothing_is_left_out_of_a_common_label() -> None:
    drawn = design(a_label(), built_in()["L7160"], 600, Codes.BOTH)

    assert drawn.left_out == ()
    assert [text.text for text in drawn.texts][1:] == [
        "CA de Lens-Liévin",
        "Rapporter à : Hôtel communautaire, 03 21 79 06 06",
    ]


def test_a_label_without_an_owner_line_leaves_nothing_out() -> None:
    drawn = design(Label("LL-004217-F", "x"), built_in()["L4730"], 600, Codes.QR)

    assert drawn.left_out == ()


@pytest.mark.parametrize(
    ("printer", "field"),
    [
        (Printer(204), "dpi"),
        (Printer(300, shift_x=11), "shift_x"),
        (Printer(300, shift_y=float("nan")), "shift_y"),
        (Printer(300, scale=1.2), "measured"),
    ],
)
def test_a_printer_that_cannot_be_is_refused(printer: Printer, field: str) -> None:
    assert [reason.field for reason in printer.problems()] == [field]


def test_the_first_place_must_be_on_the_sheet() -> None:
    stock = built_in()["L7160"]

    assert list(geometry.slots(stock, 21, 2)) == [(0, 20), (1, 0)]
    for start in (0, 22):
        with pytest.raises(Refused, match="21 places"):
            list(geometry.slots(stock, start, 1))
