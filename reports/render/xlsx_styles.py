"""How cells of a workbook look: one named style per kind of column."""

from typing import TYPE_CHECKING

from reports.report import Kind, Tone

if TYPE_CHECKING:
    from openpyxl.styles import NamedStyle

LINE = 15.0
"""Height of a line of text of the usual size, in points."""

USUAL = 11
SIZES = {Tone.TITLE: 18, Tone.LEAD: 13, Tone.HEADING: 13}
HEAD, HEAD_RIGHT, PERCENT = "parc head", "parc head right", "parc percent"
INK, RULE, ALERT, LINK = "1F3A4D", "B9C6CF", "8A1C1C", "1B5E8C"

FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.FIGURE: "#,##0",
    Kind.PERCENT: '0.0"\u00a0%"',
    Kind.POINTS: '+0.0;"\u2212"0.0;0.0',
    Kind.DAY: "dd/mm/yyyy",
}
RIGHT = frozenset({Kind.INTEGER, Kind.FIGURE, Kind.PERCENT, Kind.POINTS})


def of_kind(kind: Kind) -> str:
    """Name the style of a column's cells."""
    return PERCENT if kind is Kind.PERCENT else f"parc {kind.value}"


def of_tone(tone: Tone) -> str:
    """Name the style of a paragraph."""
    return f"parc {tone.value} note"


def named_styles() -> list["NamedStyle"]:
    """Make the styles that a workbook registers once."""
    from openpyxl.styles import (
        Alignment,
        Border,
        Font,
        NamedStyle,
        PatternFill,
        Side,
    )

    rule = Border(bottom=Side("thin", color=RULE))
    made = [
        NamedStyle(
            name=of_kind(kind),
            number_format=FORMATS.get(kind, "General"),
            font=Font(size=USUAL, color=LINK if kind is Kind.ADDRESS else INK),
            border=rule,
            alignment=Alignment(
                horizontal="right"
                if kind in RIGHT
                else ("center" if kind is Kind.DAY else "left"),
                vertical="top",
                wrap_text=kind in {Kind.LONG_TEXT, Kind.FIGURE},
            ),
        )
        for kind in Kind
    ]
    made += [
        NamedStyle(
            name=name,
            font=Font(size=USUAL, bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor=INK),
            alignment=Alignment(horizontal=side, vertical="center", wrap_text=True),
        )
        for name, side in ((HEAD, "left"), (HEAD_RIGHT, "right"))
    ]
    made += [
        NamedStyle(
            name=of_tone(tone),
            font=Font(
                size=SIZES.get(tone, USUAL),
                bold=tone not in {Tone.PLAIN, Tone.LEAD},
                color=ALERT if tone is Tone.WARNING else INK,
            ),
            alignment=Alignment(wrap_text=True, vertical="center"),
        )
        for tone in Tone
    ]
    return made
