"""One row to one record, with converters that a whole column has decided."""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from imports.fields import AMOUNTS, DAYS, Fields, Said
from imports.headings import Heading
from imports.mapping import Words
from imports.meanings import Meanings
from imports.sheet import Cell
from imports.values import NUMBERS, date_order, decimal_comma, is_mangled, text_of
from imports.vocabulary import vocabulary
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import Issue, IssueLog, RejectedRow, issue
from parc.domain.search import fold

_JOINED = ("specifications", "notes")
_UNIQUE = frozenset({"tag", "foreign_tag", "serial", "uuid", "accounting_number"})
_LONGEST_JOINED = 2_000
_LONGEST_EMPTY = 20
"""No word for "nothing" is longer: longer texts are not compared with them."""

_REMEMBERED = 10_000
"""Texts of a column kept at hand: those of a column of labels are few."""

_Texts = dict[Cell, str]
_BREAK = re.compile(r"<br ?/?>|\n", re.IGNORECASE)


def _without_markup(value: str, text: str, *, joined: bool) -> str:
    """Read the values that a cell of a web page holds: the first, or all of them."""
    if "<" not in value and "&" not in value and "\n" not in value:
        return text
    parts = [text_of(part) for part in _BREAK.split(html.unescape(value))]
    parts = [part for part in parts if part]
    return " ; ".join(parts if joined else parts[:1])


class RowReader:
    """Reads the rows of one sheet; `learn` first, then `read` each."""

    def __init__(
        self,
        heading: Heading,
        category_of: Callable[[str], str | None],
        order: str | None,
        sheet: str,
        *,
        words: Words | None = None,
        vat_rate: Callable[[date], Decimal | None] = lambda _: None,
    ) -> None:
        self.heading = heading
        self.log = IssueLog(sheet)
        self._sheet = sheet
        self._empty = vocabulary().empty
        self._ends_of_empty = frozenset(word[-1:] for word in self._empty)
        self._asked_order = order
        self._fields = Fields(heading, category_of, self.log, words or {}, vat_rate)
        columns = heading.columns
        self._width = 1 + max(max(indexes) for indexes in columns.values())
        self._texts: dict[int, _Texts] = {
            index: {} for indexes in columns.values() for index in indexes
        }
        self._single = [
            (name, [(index, self._texts[index]) for index in indexes])
            for name, indexes in columns.items()
            if name not in _JOINED
        ]
        self._is_titled = heading.origin.is_titled
        self._has_markup = heading.origin.has_markup
        self._path_ends = heading.origin.path_ends
        self._own_empty = heading.origin.empty
        self._joined = [(name, columns[name]) for name in _JOINED if name in columns]

    @property
    def counts_from_1904(self) -> bool:
        """Whether a day written as a bare number counts from 1904, as on old Macs."""
        return self._fields.counts_from_1904

    @counts_from_1904.setter
    def counts_from_1904(self, value: bool) -> None:
        self._fields.counts_from_1904 = value

    @property
    def orders(self) -> Mapping[int, str | None]:
        """The order of days in each column of dates; None when nothing tells it."""
        return self._fields.orders

    @property
    def commas(self) -> Mapping[int, bool | None]:
        """Whether each column of amounts writes cents after a comma."""
        return self._fields.commas

    def learn(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Let each column of dates and amounts prove how it is written."""
        columns = self.heading.columns
        dated = [index for name in DAYS for index in columns.get(name, ())]
        priced = [index for name in AMOUNTS for index in columns.get(name, ())]
        seen: dict[int, set[Cell]] = {index: set() for index in (*dated, *priced)}
        for row in rows:
            for index, values in seen.items():
                if index < len(row) and type(row[index]) is str:
                    values.add(row[index])
        for index in dated:
            # What people say of a column yields to what its own values prove.
            said = self.heading.units.get(index) or self._asked_order
            self._fields.orders[index] = date_order(seen[index]) or said
        for index in priced:
            self._fields.commas[index] = decimal_comma(seen[index])

    def column_issues(self) -> list[Issue]:
        """Tell which columns are not used."""
        ignored = ", ".join(self.heading.ignored)
        if not ignored:
            return []
        message = f"Colonnes non reconnues, laissées de côté : {ignored}."
        return [issue(self.heading.line, None, "ignored_columns", ignored, message)]

    def used_title(self, index: int) -> str:
        """Give a column's heading; empty when the column is not used."""
        used = any(index in indexes for indexes in self.heading.columns.values())
        return self._title(index) if used else ""

    def read(self, line: int, row: Sequence[Cell]) -> DeviceRecord | RejectedRow:
        """Read one row; a row with an ambiguous date is rejected whole."""
        if len(row) < self._width:
            row = [*row, *[None] * (self._width - len(row))]
        values: dict[str, object] = {}
        reasons = self._fields.read(line, self._texts_of(row), values)
        self._join(line, row, values)
        if reasons:
            return RejectedRow(self._sheet, line, tuple(reasons))
        return DeviceRecord(line, self._sheet, **values)  # type: ignore[arg-type]

    def said(self, row: Sequence[Cell]) -> Mapping[str, Said]:
        """Give, per field, the first of its columns that says something."""
        return self._texts_of([*row, *[None] * (self._width - len(row))])

    @property
    def meanings(self) -> Meanings:
        """What the words of these rows mean."""
        return self._fields.meanings

    def _texts_of(self, row: Sequence[Cell]) -> dict[str, Said]:
        said: dict[str, Said] = {}
        for name, columns in self._single:
            for index, known in columns:
                value = row[index]
                if value is None or value == "":
                    continue
                text = known.get(value)
                if text is None:
                    text = self._text(value, known, name)
                if text:
                    said[name] = (index, value, text)
                    break
        return said

    def _text(self, value: Cell, known: _Texts, name: str) -> str:
        text = text_of(value)
        if isinstance(value, NUMBERS):
            # Never remembered: True and 1 are the same key.
            return "" if self._says_nothing(name, text) else text
        if self._has_markup and isinstance(value, str):
            text = _without_markup(value, text, joined=name in _JOINED)
        if name in self._path_ends:
            text = text.rpartition(" > ")[2]
        if self._may_be_empty(text) and fold(text) in self._empty:
            text = ""
        if self._says_nothing(name, text):
            text = ""
        if name not in _UNIQUE and len(known) < _REMEMBERED:
            known[value] = text
        return text

    def _may_be_empty(self, text: str) -> bool:
        """Tell in a glance what is surely no word for "nothing": a serial, a number."""
        if len(text) > _LONGEST_EMPTY:
            return False
        return not text.isascii() or text[-1:].lower() in self._ends_of_empty

    def _says_nothing(self, name: str, text: str) -> bool:
        """Tell whether a text stands for nothing where the list comes from."""
        return name in self._own_empty and fold(text) in self._own_empty[name]

    def _join(self, line: int, row: Sequence[Cell], values: dict[str, object]) -> None:
        """Put the columns of specifications, and those of notes, into one text."""
        for name, indexes in self._joined:
            parts: list[str] = []
            for index in indexes:
                value = row[index]
                if value is None or value == "":
                    continue
                text = self._text_at(index, value, name)
                if text and name == "specifications" and is_mangled(value):
                    # A reference of the model: one remark for the whole column.
                    self._fields.note_mangled(line, index, None)
                elif text:
                    alone = len(indexes) == 1 and not self._is_titled
                    parts.append(text if alone else f"{self._title(index)} : {text}")
            if parts:
                values[name] = " ; ".join(parts)[:_LONGEST_JOINED]

    def _text_at(self, index: int, value: Cell, name: str) -> str:
        known = self._texts[index]
        text = known.get(value)
        return self._text(value, known, name) if text is None else text

    def _title(self, index: int) -> str:
        return self.heading.titles[index]
