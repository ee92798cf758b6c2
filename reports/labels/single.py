"""One label as a picture: SVG for a page or a drawing, PNG for a printer's driver."""

import io
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

from reports.labels.design import Design, Text
from reports.labels.lengths import DOTS_PER_MM, millimetres

_FONTS = "Helvetica, Arial, Liberation Sans, sans-serif"


def svg(design: Design) -> str:
    """Draw a label as SVG, at its size in millimetres, one unit a dot."""
    wide = round(millimetres(design.width, design.dpi), 3)
    high = round(millimetres(design.height, design.dpi), 3)
    shapes = "".join(
        f'<path d="{path}"/>'
        for path in (_path(design.rectangles()), _path(design.modules()))
        if path
    )
    texts = "".join(map(_written, design.texts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}mm" height="{high}mm" '
        f'viewBox="0 0 {design.width} {design.height}" font-family="{_FONTS}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<g shape-rendering="crispEdges">{shapes}</g>{texts}</svg>'
    )


def png(design: Design) -> bytes:
    """Draw a label as PNG in black and white, one pixel a dot."""
    image = Image.new("1", (design.width, design.height), 1)
    draw = ImageDraw.Draw(image)
    for rectangles in (design.rectangles(), design.modules()):
        for x, y, width, height in rectangles:
            draw.rectangle((x, y, x + width - 1, y + height - 1), fill=0)
    for text in design.texts:
        font = _font(text.text, text.size, text.width, bold=text.bold)
        draw.text((text.x, text.y), text.text, fill=0, font=font, anchor="ls")
    out = io.BytesIO()
    per_inch = DOTS_PER_MM[design.dpi] * 25.4
    image.save(out, "PNG", dpi=(per_inch, per_inch))
    return out.getvalue()


def _written(text: Text) -> str:
    weight = ' font-weight="700"' if text.bold else ""
    return (
        f'<text x="{text.x:.1f}" y="{text.y:.1f}" font-size="{text.size:.2f}" '
        f'textLength="{text.width:.1f}" lengthAdjust="spacingAndGlyphs"{weight}>'
        f"{escape(text.text)}</text>"
    )


def _path(rectangles: Iterator[tuple[int, int, int, int]]) -> str:
    return "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in rectangles)


def _font(
    text: str, size: float, width: float, *, bold: bool
) -> ImageFont.FreeTypeFont:
    """Give a font in which a text is no wider than it was meant.

    Bitstream Vera comes with reportlab and is wider than Helvetica.
    """
    folder = files("reportlab").joinpath("fonts")
    path = str(folder.joinpath("VeraBd.ttf" if bold else "Vera.ttf"))
    font = ImageFont.truetype(path, size)
    if (found := font.getlength(text)) > width:
        font = ImageFont.truetype(path, size * width / found)
    return font
