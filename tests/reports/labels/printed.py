"""Labels for the tests, and what a sheet shows once rasterised and decoded."""

import base64
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from parc.domain.asset_tag import AssetTag
from reports.labels import geometry, qr
from reports.labels.design import Design, Label, design, fits
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM
from reports.labels.stock import Codes, Stock, built_in
from tests.conftest import IN_CI

PUBLIC_URL = "https://parc.exemple.fr"
STOCKS = tuple(built_in().values())
_FORMATS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode]
)
_RECTANGLE = re.compile(rb"([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+) re\b")


def a_label(number: int = 4217, prefix: str = "LL") -> Label:
    """Give the label of a device of Lens."""
    tag = str(AssetTag(prefix, number))
    return Label(
        tag,
        qr.address(PUBLIC_URL, tag),
        "CA de Lens-Liévin",
        "Rapporter à : Hôtel communautaire, 03 21 79 06 06",
    )


def usual_codes(stock: Stock, dpi: int) -> Codes:
    """Give the codes that a stock bears at a resolution: both where they fit."""
    if stock.codes is Codes.QR or not fits(a_label(), stock, dpi, Codes.BOTH):
        return Codes.QR
    return Codes.BOTH


def sheet_of(stock: Stock, dpi: int, codes: Codes) -> tuple[list[Label], list[Design]]:
    """Give as many labels as a sheet holds, each another."""
    labels = [a_label(number) for number in range(1, stock.per_page + 1)]
    return labels, [design(label, stock, dpi, codes) for label in labels]


def rasterised(pdf: bytes, folder: Path, dpi: int) -> list[Image.Image]:
    """Turn the pages of a PDF into grey pictures, one pixel a dot of the printer."""
    program = shutil.which("pdftoppm")
    if program is None:
        reason = "pdftoppm introuvable (sous Debian : apt install poppler-utils)."
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    path = folder / "sheet.pdf"
    path.write_bytes(pdf)
    # Exactly so many dots to the millimetre: 203 dpi is a trade name of 203.2.
    density = f"{DOTS_PER_MM[dpi] * 25.4:.3f}"
    subprocess.run(
        [program, "-r", density, "-gray", str(path), str(folder / "page")], check=True
    )
    pages = []
    for found in sorted(folder.glob("page*.pgm")):
        with Image.open(found) as page:
            page.load()
            pages.append(page.copy())
    return pages


def cell(page: Image.Image, stock: Stock, printer: Printer, index: int) -> Image.Image:
    """Cut one label out of a page, where the stock says that it is."""
    per_mm = DOTS_PER_MM[printer.dpi]
    left, top = stock.corner(index)
    edges = (left, top, left + stock.width, top + stock.height)
    box = tuple(round(edge * per_mm) for edge in edges)
    return page.crop((box[0], box[1], box[2], box[3]))


def decoded(picture: Image.Image) -> set[str]:
    """Read every code of a picture."""
    return {found.text for found in zxingcpp.read_barcodes(picture, formats=_FORMATS)}


def rectangles(pdf: bytes) -> Iterator[list[tuple[float, float, float, float]]]:
    """Read the rectangles that each page of a PDF of ours draws, in its own units."""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            drawn = zlib.decompress(base64.a85decode(stream.strip(), adobe=False))
        except (ValueError, zlib.error):
            drawn = zlib.decompress(
                base64.a85decode(stream.strip().removesuffix(b"~>"), adobe=False)
            )
        yield [
            (float(x), float(y), float(w), float(h))
            for x, y, w, h in _RECTANGLE.findall(drawn)
        ]


def corners(
    stock: Stock, printer: Printer, designs: Sequence[Design], start: int = 1
) -> list[tuple[int, int, int]]:
    """Give page, x and y in dots where the QR code of each label must begin."""
    return [
        (page, x + drawn.square.x, y + drawn.square.y)
        for (page, index), drawn in zip(
            geometry.slots(stock, start, len(designs)), designs, strict=True
        )
        for x, y in [geometry.place(stock, printer, index)]
    ]
