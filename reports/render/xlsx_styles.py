"""How cells of a workbook look: one named style per kind of column."""

from typing import TYPE_CHECKING

from reports.report import Kind, Tone

if TYPE_CHECKING:
    from openpyxl.styles import NamedStyle

LINE = 13.5
"""Height of a line of text of the usual size, in points."""

FACE = "Arial"
"""Every spreadsheet has it, or a face of the same widths."""

USUAL = 10
SIZES = {Tone.TITLE: 16, Tone.LEAD: 12, Tone.HEADING: 12}
HEAD, HEAD_RIGHT, LINKED = "parc head", "parc head right", "parc linked note"
INK, RULE, ALERT, LINK = "1F3A4D", "B9C6CF", "8A1C1C", "1B5E8C"

FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.FIGURE: "#,##0",
    Kind.PERCENT: '0.0"\u00a0%"',
    Kind.POINTS: '+0.0;"\u2212"0.0;0.0',
    Kind.DAY: "dd/mm/yyyy",
}
WRAPPED = frozenset({Kind.LONG_TEXT, Kind.FIGURE})
"""Kinds whose cells go to the next line rather than past the column."""

RIGHT = frozenset({Kind.INTEGER, Kind.FIGURE, Kind.PERCENT, Kind.POINTS})


def of_kind(kind: Kind, *, linked: bool = False) -> str:
    """Name the style of a column's cells; `linked` ones open another sheet."""
    return f"parc {kind.value}{' linked' if linked else ''}"


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

    plain = Font(name=FACE, size=USUAL, color=INK)
    link = Font(name=FACE, size=USUAL, color=LINK, underline="single")
    rule = Border(bottom=Side("thin", color=RULE))
    made = [
        NamedStyle(
            name=of_kind(kind, linked=linked),
            number_format=FORMATS.get(kind, "General"),
            font=link if linked else plain,
            border=rule,
            alignment=Alignment(
                horizontal="right" if kind in RIGHT else "left",
                vertical="top",
                wrap_text=kind in WRAPPED,
                indent=1,
            ),
        )
        for kind in Kind
        for linked in (False, True)
    ]
    made += [
        NamedStyle(
            name=name,
            font=Font(name=FACE, size=USUAL, bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor=INK),
            alignment=Alignment(
                horizontal=side, vertical="center", wrap_text=True, indent=1
            ),
        )
        for name, side in ((HEAD, "left"), (HEAD_RIGHT, "right"))
    ]
    made += [
        NamedStyle(
            name=of_tone(tone),
            font=Font(
                name=FACE,
                size=SIZES.get(tone, USUAL),
                bold=tone not in {Tone.PLAIN, Tone.LEAD},
                color=ALERT if tone is Tone.WARNING else INK,
            ),
            alignment=Alignment(wrap_text=True, vertical="center"),
        )
        for tone in Tone
    ]
    made.append(NamedStyle(name=LINKED, font=link))
    return made
