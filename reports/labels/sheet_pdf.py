"""Label sheets as vector PDF, one page a sheet; on a roll, one page a label.

Codes are drawn in whole dots of the printer, each as one path: drawn bar by bar,
printers would widen every one of them to whole dots of their own.
"""

import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from reports.labels import geometry
from reports.labels.design import BOLD, REGULAR, Design
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM, POINTS_PER_MM
from reports.labels.stock import Stock


def sheets(
    designs: Sequence[Design], stock: Stock, printer: Printer, start: int = 1
) -> bytes:
    """Write the sheets that hold some labels; `start` is the first place, from 1.

    The same labels give the same bytes.

    Raises:
        Refused: the sheet has no such place.
    """
    placed = zip(geometry.slots(stock, start, len(designs)), designs, strict=True)
    out = io.BytesIO()
    canvas = new_canvas(out, stock, "Étiquettes")
    for _, group in groupby(placed, key=lambda one: one[0][0]):
        draw_page(
            canvas,
            stock,
            printer,
            ((place, design) for (_, place), design in group),
        )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def new_canvas(out: io.BytesIO, stock: Stock, title: str) -> Any:
    """Begin a PDF of a stock's pages, which asks to be printed at its own size."""
    from reportlab.pdfgen.canvas import Canvas

    size = (stock.page_width * POINTS_PER_MM, stock.page_height * POINTS_PER_MM)
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1, lang="fr")
    canvas.setTitle(title)
    canvas.setAuthor("parc")
    canvas.setCreator("parc")
    canvas.setProducer("parc")
    canvas.setSubject("À imprimer à 100 %, sans ajustement")
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas


def draw_page(
    canvas: Any, stock: Stock, printer: Printer, placed: Iterable[tuple[int, Design]]
) -> None:
    """Draw labels at their places of one page."""
    per_point = DOTS_PER_MM[printer.dpi] / POINTS_PER_MM
    height = stock.page_height * POINTS_PER_MM
    canvas.saveState()
    # From here on one unit is one dot, and y goes up from the top edge.
    canvas.transform(1 / per_point, 0, 0, 1 / per_point, 0, height)
    for place, design in placed:
        left, top = geometry.place(stock, printer, place)
        _draw(canvas, design, left, -top)
    canvas.restoreState()


def _draw(canvas: Any, design: Design, left: int, top: int) -> None:
    for rectangles in (design.rectangles(), design.modules()):
        if path := _path(rectangles, left, top):
            canvas.drawPath(path, stroke=0, fill=1)
    for text in design.texts:
        canvas.setFont(BOLD if text.bold else REGULAR, text.size)
        canvas.drawString(left + text.x, top - text.y, text.text)


def _path(
    rectangles: Iterable[tuple[int, int, int, int]], left: int, top: int
) -> Any | None:
    """Make one path of rectangles; whole numbers are written at once."""
    from reportlab.pdfgen.pathobject import PDFPathObject

    drawn = [f"{left + x} {top - y - h} {w} {h} re" for x, y, w, h in rectangles]
    return PDFPathObject(["n", *drawn]) if drawn else None
