"""One label as SVG and PNG, labels in ZPL and as a table for P-touch."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from reports.labels import ptouch, single, zpl
from reports.labels.design import Design, Label, design
from reports.labels.geometry import Printer
from reports.labels.stock import Codes, built_in
from tests.reports.labels.printed import STOCKS, a_label, decoded, usual_codes

GRAPHIC = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([0-9A-F:]+)\^FS")


def a_design(key: str = "L7160", dpi: int = 203) -> Design:
    """Give the label of a device on a stock."""
    stock = built_in()[key]
    return design(a_label(), stock, dpi, usual_codes(stock, dpi))


@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.key)
def test_a_png_is_read_back(stock: object) -> None:
    key = stock.key  # type: ignore[attr-defined]  # a Stock, of which ids want the key
    drawn = a_design(key, 300)
    picture = Image.open(io.BytesIO(single.png(drawn)))

    assert picture.size == (drawn.width, drawn.height)
    assert a_label().content in decoded(picture.convert("L"))
    assert (a_label().code in decoded(picture.convert("L"))) == bool(drawn.bars)


def test_an_svg_is_the_same_drawing() -> None:
    drawn = a_design()
    root = ET.fromstring(single.svg(drawn))  # noqa: S314 - our own

    assert root.get("width") == "64.0mm"
    assert root.get("viewBox") == f"0 0 {drawn.width} {drawn.height}"
    paths = [node.get("d") or "" for node in root.iter() if node.tag.endswith("path")]
    boxes = [
        tuple(map(int, found))
        for path in paths
        for found in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path)
    ]
    assert boxes == [*drawn.rectangles(), *drawn.modules()]
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert "LL-004217-F" in texts
    assert "Rapporter à : Hôtel communautaire, 03 21 79 06 06" in texts


def test_what_an_owner_typed_is_text_in_an_svg() -> None:
    label = Label("LL-004217-F", "x", '<script>alert("1")</script>', "A & B")
    drawn = design(label, built_in()["L7163"], 600, Codes.BOTH)

    written = single.svg(drawn)

    assert "<script>" not in written
    assert ET.fromstring(written) is not None  # noqa: S314 - our own


def picture_of(text: str, width: int, height: int) -> Image.Image:
    """Draw the graphics of a ZPL format as a printer would."""
    page = Image.new("1", (width, height), 1)
    for x, y, total, _, row_bytes, data in GRAPHIC.findall(text):
        rows: list[str] = []
        size, at = int(row_bytes) * 2, 0
        while at < len(data):
            if data[at] == ":":
                rows.append(rows[-1])
                at += 1
            else:
                rows.append(data[at : at + size])
                at += size
        assert len(rows) * int(row_bytes) == int(total)
        bits = Image.frombytes("1", (size * 4, len(rows)), bytes.fromhex("".join(rows)))
        page.paste(0, (int(x), int(y)), bits)
    return page


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_zpl_draws_the_codes_dot_for_dot(dpi: int) -> None:
    drawn = a_design("ZEBRA-51x25", dpi)

    written = zpl.labels([drawn], Printer(dpi))

    page = picture_of(written, drawn.width, drawn.height)
    assert decoded(page.convert("L")) == {a_label().code, a_label().content}
    for x, y, width, height in [*drawn.rectangles(), *drawn.modules()]:
        assert not any(page.crop((x, y, x + width, y + height)).get_flattened_data())
    dark = sum(w * h for _, _, w, h in [*drawn.rectangles(), *drawn.modules()])
    assert page.get_flattened_data().count(0) == dark


def test_zpl_says_size_texts_and_shift() -> None:
    drawn = a_design("ZEBRA-51x25", 203)

    plain = zpl.labels([drawn, drawn], Printer(203))
    moved = zpl.labels([drawn], Printer(203, shift_x=1.0, shift_y=-0.5))

    assert plain.count("^XA") == plain.count("^XZ") == 2
    assert f"^PW{drawn.width}\n^LL{drawn.height}\n" in plain
    assert "^FDLL-004217-F^FS" in plain
    assert "^CI28" in plain
    assert drawn.bars is not None
    assert f"^FO{drawn.bars.x},{drawn.bars.y}^GFA" in plain
    assert f"^FO{drawn.bars.x + 8},{drawn.bars.y - 4}^GFA" in moved


def test_signs_of_the_printer_s_language_stay_text() -> None:
    label = Label("LL-004217-F", "x", "Lens ^XZ~JR_\\", "")
    written = zpl.labels(
        [design(label, built_in()["ZEBRA-102x51"], 203, Codes.BOTH)], Printer(203)
    )

    assert written.count("^XZ") == 1
    assert "~" not in written
    assert "Lens _5EXZ_7EJR_5F_5C" in written


def test_p_touch_gets_a_table_with_headings() -> None:
    table = ptouch.table([a_label(), Label("=1+1", "x", "Loos", "")])

    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Étiquette", "Adresse", "Propriétaire", "Rapporter à"]
    assert rows[1][:2] == ["LL-004217-F", "HTTPS://PARC.EXEMPLE.FR/D/LL-004217-F"]
    assert rows[2][0] == "'=1+1"
