"""A page to print once: how far a printer shifts and stretches, seen with a ruler.

The outline of every label shows the shift when held against a sheet; two rules of
100 mm show the stretch; a cross stands 20 mm from both edges.
"""

import io
from typing import Any

from reports.french import typeset
from reports.labels import geometry
from reports.labels.geometry import Printer
from reports.labels.lengths import DOTS_PER_MM, POINTS_PER_MM, decimal, millimetres
from reports.labels.sheet_pdf import new_canvas
from reports.labels.stock import Stock

RULE = 100.0
CROSS = 20.0
_TICK = 2.0
_SMALL_PAGE = 120.0
"""Millimetres; on a smaller page only the outline is drawn."""


def page(stock: Stock, printer: Printer) -> bytes:
    """Draw the page for a stock with what a printer's profile corrects already."""
    out = io.BytesIO()
    canvas = new_canvas(out, stock, "Page de calage")
    canvas.setLineWidth(0.2)
    for index in range(stock.per_page):
        left, top = geometry.place(stock, printer, index)
        _outline(
            canvas,
            stock,
            millimetres(left, printer.dpi),
            millimetres(top, printer.dpi),
        )
    if min(stock.page_width, stock.page_height) >= _SMALL_PAGE:
        _rules(canvas, stock, printer)
        _words(canvas, stock, printer)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _outline(canvas: Any, stock: Stock, left: float, top: float) -> None:
    bottom = stock.page_height - top - stock.height
    canvas.rect(
        left * POINTS_PER_MM,
        bottom * POINTS_PER_MM,
        stock.width * POINTS_PER_MM,
        stock.height * POINTS_PER_MM,
        stroke=1,
        fill=0,
    )


def _rules(canvas: Any, stock: Stock, printer: Printer) -> None:
    """Draw the cross and both rules, moved as the labels are."""

    def at(x: float, y: float) -> tuple[float, float]:
        per_mm = DOTS_PER_MM[printer.dpi]
        moved_x = round((x * printer.scale + printer.shift_x) * per_mm) / per_mm
        moved_y = round((y * printer.scale + printer.shift_y) * per_mm) / per_mm
        down = stock.page_height - moved_y
        return moved_x * POINTS_PER_MM, down * POINTS_PER_MM

    def line(x1: float, y1: float, x2: float, y2: float) -> None:
        canvas.line(*at(x1, y1), *at(x2, y2))

    canvas.setLineWidth(0.5)
    line(CROSS - 5, CROSS, CROSS + RULE, CROSS)
    line(CROSS, CROSS - 5, CROSS, CROSS + RULE)
    for step in range(11):
        place = CROSS + step * RULE / 10
        tick = _TICK * (2 if step in {0, 10} else 1)
        line(place, CROSS - tick, place, CROSS)
        line(CROSS - tick, place, CROSS, place)


def _words(canvas: Any, stock: Stock, printer: Printer) -> None:
    name = f" pour {printer.name}" if printer.name else ""
    lines = (
        f"Page de calage{name} : {stock.name}, {stock.size}",
        "Imprimée à 100 %, sans ajustement à la page.",
        f"La croix est à {decimal(CROSS)} mm du bord gauche et du bord haut.",
        f"Les deux traits gradués mesurent {decimal(RULE)} mm.",
        "Posez-la sur une planche, devant une fenêtre : les contours se recouvrent.",
        "Reportez les écarts mesurés dans le profil de l'imprimante.",
    )
    canvas.setFillGray(1)
    x, y = (CROSS + 8) * POINTS_PER_MM, (stock.page_height - CROSS - 8) * POINTS_PER_MM
    canvas.rect(x - 6, y - 11 * len(lines), 340, 11 * len(lines) + 14, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setFont("Helvetica", 8)
    for number, text in enumerate(lines):
        canvas.drawString(x, y - 11 * number, typeset(text))
