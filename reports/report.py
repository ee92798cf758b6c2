"""The neutral form of a document: frozen values that any renderer can print."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds: it decides format and alignment."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    PERCENT = "percent"
    POINTS = "points"
    DAY = "day"
    FIGURE = "figure"


class Tone(StrEnum):
    """How a paragraph is set."""

    TITLE = "title"
    LEAD = "lead"
    HEADING = "heading"
    PLAIN = "plain"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage in a column of figures of several kinds: 47.5 is 47,5 %."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Link:
    """A figure or a name that opens another sheet: the devices behind it."""

    value: str | int | Decimal | Percent | None
    sheet: str


@dataclass(frozen=True, slots=True)
class WebLink:
    """A text that opens a page of the web."""

    value: str
    address: str


Cell = str | int | Decimal | Percent | date | Link | WebLink | None
"""What a table may hold. Decimals are percentages or points: 47.5, not 0.475."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` in characters.

    A column that spans several of the sheet's takes their widths.
    """

    title: str
    kind: Kind = Kind.TEXT
    width: int = 16
    span: int = 1


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph above or below a table; `sheet` is the one that it opens."""

    text: str
    tone: Tone = Tone.PLAIN
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the document: paragraphs and tables, from top to bottom.

    A `listing` ends with a long table to sort and filter, whose heading stays
    in sight and is printed again on each page. `one_page` is printed on one.
    """

    title: str
    content: tuple[Note | Table, ...]
    listing: bool = False
    one_page: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A document ready to be rendered. `made_at` is in French local time."""

    title: str
    subject: str
    summary: str
    made_at: datetime
    sheets: tuple[Sheet, ...]
