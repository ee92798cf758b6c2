"""Where labels go on the page of a given printer, in whole dots from its corner.

A printer that shifts or stretches is answered by moving the labels; the codes inside
keep their whole dots.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from parc.domain.refusal import Refusal, Refused
from reports.labels.lengths import DOTS_PER_MM, dots
from reports.labels.stock import Stock

LARGEST_SHIFT = 10.0
"""Millimetres; a printer further off has another paper in it."""

LEAST_SCALE, MOST_SCALE = 0.97, 1.03


@dataclass(frozen=True, slots=True)
class Printer:
    """What a printer draws, and what corrects it.

    `shift_x` and `shift_y` (mm, right and down) are added to each position, which is
    first multiplied by `scale`: 1.01 for a printer whose 100 mm measure 99.
    """

    dpi: int
    shift_x: float = 0.0
    shift_y: float = 0.0
    scale: float = 1.0
    name: str = ""

    def problems(self) -> Iterator[Refusal]:
        """Say what no printer needs."""
        if self.dpi not in DOTS_PER_MM:
            known = ", ".join(map(str, DOTS_PER_MM))
            message = f"Résolution inconnue : {self.dpi}. Connues : {known} ppp."
            yield Refusal("invalid_field", message, "dpi")
        for name in ("shift_x", "shift_y"):
            if not abs(getattr(self, name)) <= LARGEST_SHIFT:
                message = (
                    f"Un décalage va de −{LARGEST_SHIFT:g} à {LARGEST_SHIFT:g} mm."
                )
                yield Refusal("out_of_bounds", message, name)
        if not LEAST_SCALE <= self.scale <= MOST_SCALE:
            message = (
                "Le trait de 100 mm mesure de 97 à 103 mm ; au-delà, l'impression n'a "
                "pas été faite à 100 %."
            )
            yield Refusal("out_of_bounds", message, "measured")


def page_dots(stock: Stock, dpi: int) -> tuple[int, int]:
    """Give the size of the page in dots."""
    return dots(stock.page_width, dpi), dots(stock.page_height, dpi)


def place(stock: Stock, printer: Printer, index: int) -> tuple[int, int]:
    """Give the corner, in dots, of the label at a place of the sheet."""
    left, top = stock.corner(index)
    return (
        dots(left * printer.scale + printer.shift_x, printer.dpi),
        dots(top * printer.scale + printer.shift_y, printer.dpi),
    )


def slots(stock: Stock, start: int, count: int) -> Iterator[tuple[int, int]]:
    """List page and place of each label; `start` is the first place used, from 1.

    Raises:
        Refused: the sheet has no such place.
    """
    if not 1 <= start <= stock.per_page:
        message = (
            f"La planche a {stock.per_page} places : commencez de 1 à "
            f"{stock.per_page}, et non à {start}."
        )
        raise Refused((Refusal("no_such_place", message, "start"),))
    for number in range(start - 1, start - 1 + count):
        yield divmod(number, stock.per_page)
