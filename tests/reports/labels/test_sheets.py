"""Sheets as a printer draws them: rasterised, cut along the stock's grid, decoded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.asset_tag import AssetTag
from reports.labels import calibration, geometry
from reports.labels.design import design
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM, POINTS_PER_MM
from reports.labels.sheet_pdf import sheets
from reports.labels.stock import Codes, Stock, built_in
from tests.reports.labels.printed import (
    STOCKS,
    a_label,
    cell,
    corners,
    decoded,
    rasterised,
    rectangles,
    sheet_of,
    usual_codes,
)

WITHIN = 0.1
"""Millimetres: how far from its definition anything may be."""


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.key)
def test_every_code_of_every_stock_is_read_back(
    stock: Stock, dpi: int, tmp_path: Path
) -> None:
    codes, printer = usual_codes(stock, dpi), Printer(dpi)
    labels, designs = sheet_of(stock, dpi, codes)

    (page,) = rasterised(sheets(designs, stock, printer), tmp_path, dpi)

    unread: list[str] = []
    for index, (label, drawn) in enumerate(zip(labels, designs, strict=True)):
        picture = cell(page, stock, printer, index)
        found = decoded(picture)
        expected = {label.content, label.code} if drawn.bars else {label.content}
        if not expected <= found:
            unread.append(label.code)
        # Decoders invent second readings; none may be a tag of ours.
        others = {text for text in found - expected if AssetTag.parse(text)}
        assert others == set()
    assert unread == []


@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.key)
def test_labels_are_where_the_stock_says(stock: Stock) -> None:
    printer = Printer(600)
    codes = usual_codes(stock, 600)
    _, designs = sheet_of(stock, 600, codes)

    (drawn,) = rectangles(sheets(designs, stock, printer))

    per_mm = DOTS_PER_MM[600]
    tops = {(x / per_mm, -(y + h) / per_mm) for x, y, _, h in drawn}
    for index, one in enumerate(designs):
        left, top = stock.corner(index)
        wanted = (left + one.square.x / per_mm, top + one.square.y / per_mm)
        assert any(
            abs(x - wanted[0]) <= WITHIN and abs(y - wanted[1]) <= WITHIN
            for x, y in tops
        ), index
    for x, y in tops:
        assert any(
            left - WITHIN <= x <= left + stock.width + WITHIN
            and top - WITHIN <= y <= top + stock.height + WITHIN
            for left, top in map(stock.corner, range(stock.per_page))
        )


@pytest.mark.parametrize("key", ["L7651", "L4730", "5520", "QL-62x29"])
def test_ink_begins_where_it_must_once_printed(key: str, tmp_path: Path) -> None:
    stock, printer = built_in()[key], Printer(300)
    codes = usual_codes(stock, 300)
    _, designs = sheet_of(stock, 300, codes)

    (page,) = rasterised(sheets(designs, stock, printer), tmp_path, 300)

    per_mm = DOTS_PER_MM[300]
    for index, drawn in enumerate(designs):
        picture = cell(page, stock, printer, index).point(lambda v: 255 - v)
        square = drawn.square
        corner = picture.crop(
            (0, 0, square.x + square.width // 2, square.y + square.height // 2)
        )
        box = corner.getbbox()
        assert box is not None
        assert abs(box[0] - square.x) / per_mm <= WITHIN
        assert abs(box[1] - square.y) / per_mm <= WITHIN


@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.key)
def test_the_calibration_page_outlines_every_label(stock: Stock) -> None:
    (drawn,) = rectangles(calibration.page(stock, Printer(600)))

    found = [
        (x / POINTS_PER_MM, stock.page_height - (y + h) / POINTS_PER_MM)
        for x, y, w, h in drawn
        if abs(w / POINTS_PER_MM - stock.width) < 0.01
        and abs(h / POINTS_PER_MM - stock.height) < 0.01
    ]
    wanted = [stock.corner(index) for index in range(stock.per_page)]
    assert len(found) == len(wanted)
    for (x, y), (left, top) in zip(found, wanted, strict=True):
        assert abs(x - left) <= WITHIN
        assert abs(y - top) <= WITHIN


def test_a_page_has_the_paper_s_size_and_asks_for_no_scaling(tmp_path: Path) -> None:
    stock = built_in()["L7160"]
    pdf = sheets([design(a_label(), stock, 600, Codes.BOTH)], stock, Printer(600))

    (page,) = rasterised(pdf, tmp_path, 203)

    assert 1680 <= page.size[0] <= 1681
    assert 2376 <= page.size[1] <= 2377
    assert b"/PrintScaling /None" in pdf


def test_the_same_labels_give_the_same_bytes() -> None:
    stock = built_in()["L7160"]
    designs = [design(a_label(number), stock, 600, Codes.BOTH) for number in (1, 2)]

    once = sheets(designs, stock, Printer(600), 4)

    assert sheets(designs, stock, Printer(600), 4) == once
    assert sheets(designs, stock, Printer(600), 5) != once


def test_a_part_used_sheet_begins_where_it_is_told(tmp_path: Path) -> None:
    stock, printer = built_in()["L7160"], Printer(300)
    labels = [a_label(number) for number in (1, 2, 3)]
    designs = [design(label, stock, 300, Codes.BOTH) for label in labels]

    pages = rasterised(sheets(designs, stock, printer, 20), tmp_path, 300)

    assert len(pages) == 2
    read = [
        decoded(cell(pages[page], stock, printer, index))
        for page, index in ((0, 19), (0, 20), (1, 0))
    ]
    assert [label.code in found for label, found in zip(labels, read, strict=True)] == [
        True,
        True,
        True,
    ]
    assert decoded(cell(pages[0], stock, printer, 18)) == set()
    assert decoded(cell(pages[1], stock, printer, 1)) == set()


@given(
    st.floats(-5, 5),
    st.floats(-5, 5),
    st.floats(0.98, 1.02),
    st.sampled_from([203, 300, 600]),
)
def test_a_printer_s_profile_moves_every_label_and_changes_no_code(
    shift_x: float, shift_y: float, scale: float, dpi: int
) -> None:
    stock = built_in()["L7160"]
    printer = Printer(dpi, shift_x, shift_y, scale)
    designs = [design(a_label(n), stock, dpi, Codes.BOTH) for n in (1, 2, 3, 4, 5)]

    moved = [(x, y) for _, x, y in corners(stock, printer, designs)]

    half = 0.5 / DOTS_PER_MM[dpi] + 1e-9
    for index, (x, y) in enumerate(moved):
        left, top = stock.corner(index)
        square = designs[index].square
        assert abs((x - square.x) / DOTS_PER_MM[dpi] - (left * scale + shift_x)) <= half
        assert abs((y - square.y) / DOTS_PER_MM[dpi] - (top * scale + shift_y)) <= half
    (drawn,) = rectangles(sheets(designs, stock, printer))
    assert all(value == int(value) for one in drawn for value in one)


def test_a_printer_that_shrinks_is_stretched() -> None:
    stock = built_in()["L7160"]

    plain = geometry.place(stock, Printer(600), 20)
    stretched = geometry.place(stock, Printer(600, scale=1.01), 20)

    assert stretched[0] > plain[0]
    assert stretched[1] > plain[1]
