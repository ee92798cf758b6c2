"""Millimetres, and the dots of a printer: what is drawn is a whole number of these."""

from collections.abc import Mapping
from decimal import Decimal

from reports.french import number

POINTS_PER_MM = 72 / 25.4
DOTS_PER_MM: Mapping[int, float] = {
    180: 180 / 25.4,
    203: 8.0,  # sold as 203 dpi, built as eight dots to the millimetre
    300: 300 / 25.4,
    360: 360 / 25.4,
    600: 600 / 25.4,
}
"""Resolutions of label printers and of laser printers."""


def decimal(millimetres: float) -> str:
    """Write a length as French does: 38,1; whole ones without a decimal."""
    rounded = Decimal(str(round(millimetres, 2))).normalize()
    whole = int(rounded)
    return number(whole if rounded == whole else rounded)


def dots(millimetres: float, dpi: int) -> int:
    """Give the nearest whole number of dots."""
    return round(millimetres * DOTS_PER_MM[dpi])


def millimetres(count: int, dpi: int) -> float:
    """Give the length of some dots."""
    return count / DOTS_PER_MM[dpi]
