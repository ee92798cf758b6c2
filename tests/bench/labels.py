"""A thousand labels as PDF, against bare reportlab drawing the same bars."""

import io
import time
from collections.abc import Callable, Sequence

from reports.labels import code128, qr, sheet_pdf
from reports.labels.design import Design, design
from reports.labels.geometry import Printer, place, slots
from reports.labels.lengths import DOTS_PER_MM, POINTS_PER_MM
from reports.labels.stock import Codes, built_in
from tests.bench.measuring import Verdict, in_turn, ratio, told
from tests.reports.labels.printed import a_label

LABELS = 1_000
MOST_TIMES_THE_FLOOR = 3.0
STOCK = built_in()["L7160"]
PRINTER = Printer(600)


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print the times of both; the ratio is judged. `rows` is not of this bench."""
    del rows
    designs = _designs()
    times = in_turn(
        {
            "bare reportlab, the same bars": _cpu(lambda: _bare(designs)),
            "labels, from tags to PDF": _cpu(_whole),
        },
        rounds,
    )
    for name, seconds in times.items():
        print(told(f"{LABELS:,} {name}", seconds))
    over = ratio(times, "labels, from tags to PDF", "bare reportlab, the same bars")
    return [Verdict("labels: PDF over bare reportlab", over, MOST_TIMES_THE_FLOOR)]


def _whole() -> bytes:
    # Each measurement encodes every code anew, as the first print does.
    qr.symbol.cache_clear()
    code128.modules.cache_clear()
    return sheet_pdf.sheets(_designs(), STOCK, PRINTER)


def _designs() -> list[Design]:
    return [
        design(a_label(number), STOCK, PRINTER.dpi, Codes.BOTH)
        for number in range(1, LABELS + 1)
    ]


def _bare(designs: Sequence[Design]) -> bytes:
    """Draw the dark rectangles with reportlab's own calls: one path a code."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - as parc does

    out = io.BytesIO()
    size = (STOCK.page_width * POINTS_PER_MM, STOCK.page_height * POINTS_PER_MM)
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1)
    per_dot = POINTS_PER_MM / DOTS_PER_MM[PRINTER.dpi]
    page = 0
    for (sheet, index), drawn in zip(
        slots(STOCK, 1, len(designs)), designs, strict=True
    ):
        if sheet != page:
            canvas.showPage()
            page = sheet
        left, top = place(STOCK, PRINTER, index)
        for shapes in (drawn.rectangles(), drawn.modules()):
            path = canvas.beginPath()
            for x, y, width, height in shapes:
                path.rect(
                    (left + x) * per_dot,
                    size[1] - (top + y + height) * per_dot,
                    width * per_dot,
                    height * per_dot,
                )
            canvas.drawPath(path, stroke=0, fill=1)
    canvas.save()
    return out.getvalue()


def _cpu(work: Callable[[], object]) -> Callable[[], float]:
    """Measure the processor's time: others may be at work too."""

    def measure() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return measure
