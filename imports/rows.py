"""One row to one record, with converters that a whole column has decided."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from imports.headings import Heading
from imports.reading import Cell
from imports.values import (
    AmbiguousDateError,
    cents_of,
    date_order,
    day_of,
    decimal_comma,
    is_mangled,
    text_of,
)
from imports.vocabulary import plain, vocabulary
from parc.domain.device import Medium
from parc.domain.intake import Destination, DeviceRecord
from parc.domain.intake_issue import Issue, IssueLog, RejectedRow, issue
from parc.domain.search import fold
from parc.domain.siret import is_siret, normalise
from parc.domain.vocabulary import Condition, MediumKind, State

_DAYS = (
    "acquired_on",
    "commissioned_on",
    "manufactured_on",
    "warranty_ends_on",
    "decommissioned_on",
    "handed_over_on",
    "commitment_on",
    "proof_on",
)
_TEXTS = (
    "uuid",
    "accounting_number",
    "maker",
    "model",
    "supplier",
    "order_number",
    "site",
    "beneficiary",
)
_IDENTIFIERS = ("tag", "serial", "accounting_number")
_PEOPLE = frozenset({"holder", "holder_first_name", "holder_last_name", "owner_siret"})
_JOINED = ("specifications", "notes")
_LONGEST = {"specifications": 2_000, "notes": 2_000}
_LONGEST_TEXT = 200
_NOT_DIGITS = re.compile(r"[^0-9]")
_LONGEST_EMPTY = 20
"""No word for "nothing" is longer: longer texts are not compared with them."""

_Table = tuple[str, Mapping[str, str], type[StrEnum], frozenset[str]]
"""A field of labels: its name, label to value, their enum, labels that say nothing."""


class RowReader:
    """Reads the rows of one sheet; `learn` first, then `read` each."""

    def __init__(
        self,
        heading: Heading,
        category_of: Callable[[str], str | None],
        order: str | None,
        sheet: str,
    ) -> None:
        self.heading = heading
        self.log = IssueLog(sheet)
        self._sheet = sheet
        self._words = vocabulary()
        self._category_of = category_of
        self._asked_order = order
        self._orders: dict[int, str | None] = {}
        self._comma: bool | None = None
        self._categories: dict[str, str | None] = {}
        self._texts: dict[Cell, str] = {}
        self._labels: dict[str, str] = {}
        self._days: dict[tuple[int, Cell], date] = {}
        present = heading.columns
        self._text_fields = [name for name in _TEXTS if name in present]
        self._identifiers = [name for name in _IDENTIFIERS if name in present]
        self._day_fields = [name for name in _DAYS if name in present]
        self._names_people = not _PEOPLE.isdisjoint(present)
        words = self._words
        tables: tuple[_Table, ...] = (
            ("state", words.states, State, words.undecided),
            ("destination", words.destinations, Destination, words.still_held),
            ("condition", words.conditions, Condition, frozenset()),
        )
        self._tables = [table for table in tables if table[0] in present]

    def learn(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Let each column of dates and amounts prove how it is written."""
        columns = self.heading.columns
        dated = [i for name in _DAYS for i in columns.get(name, ())[:1]]
        priced = columns.get("price", ())[:1]
        seen: dict[int, set[Cell]] = {i: set() for i in (*dated, *priced)}
        for row in rows:
            for index, values in seen.items():
                if index < len(row):
                    values.add(row[index])
        for index in dated:
            self._orders[index] = self._asked_order or date_order(seen[index])
        for index in priced:
            self._comma = decimal_comma(seen[index])

    def column_issues(self) -> list[Issue]:
        """Tell which columns are not used."""
        ignored = ", ".join(self.heading.ignored)
        if not ignored:
            return []
        message = f"Colonnes non reconnues, laissées de côté : {ignored}."
        return [issue(self.heading.line, None, "ignored_columns", ignored, message)]

    def read(self, line: int, row: Sequence[Cell]) -> DeviceRecord | RejectedRow:
        """Read one row; a row with an ambiguous date is rejected whole."""
        values: dict[str, object] = {}
        reasons: list[Issue] = []
        for name in self._text_fields:
            if text := self._text(row, name):
                values[name] = text[:_LONGEST_TEXT]
        for name in self._identifiers:
            self._identifier(line, row, name, values)
        for name in self._day_fields:
            self._day(line, row, name, values, reasons)
        self._amounts(line, row, values)
        self._labelled(line, row, values)
        for name in _JOINED:
            self._join(row, name, values)
        if self._names_people:
            self._people(row, values)
        if "medium_serial" in self.heading.columns:
            self._medium(row, values)
        if reasons:
            return RejectedRow(self._sheet, line, tuple(reasons))
        return DeviceRecord(line, self._sheet, **values)  # type: ignore[arg-type]

    def _title(self, index: int) -> str:
        titles = self.heading.titles
        return titles[index] if index < len(titles) else ""

    def _cell(self, row: Sequence[Cell], name: str) -> tuple[int, Cell, str]:
        """Give the first column of a field that says something."""
        for index in self.heading.columns.get(name, ()):
            if index < len(row):
                value = row[index]
                text = self._texts.get(value)
                if text is None or type(value) is bool:
                    text = text_of(value)
                    if self._says_nothing(text):
                        text = ""
                    if len(self._texts) < 100_000:  # noqa: PLR2004 - a bounded cache
                        self._texts[value] = text
                if text:
                    return index, value, text
        return -1, None, ""

    def _says_nothing(self, text: str) -> bool:
        return len(text) <= _LONGEST_EMPTY and fold(text) in self._words.empty

    def _text(self, row: Sequence[Cell], name: str) -> str:
        return self._cell(row, name)[2]

    def _identifier(
        self, line: int, row: Sequence[Cell], name: str, values: dict[str, object]
    ) -> None:
        index, _, text = self._cell(row, name)
        if text and is_mangled(text):
            message = (
                "Un tableur a arrondi cet identifiant : la valeur n'est pas reprise. "
                "Mettez la colonne au format texte et ressaisissez-la."
            )
            self.log.add(line, self._title(index), "mangled_identifier", text, message)
            values.pop(name, None)
        elif text:
            values[name] = text[:_LONGEST_TEXT]

    def _day(
        self,
        line: int,
        row: Sequence[Cell],
        name: str,
        values: dict[str, object],
        reasons: list[Issue],
    ) -> None:
        index, value, text = self._cell(row, name)
        if not text:
            return
        day = self._days.get((index, value))
        if day is None:
            try:
                day = day_of(value, self._orders.get(index))
            except AmbiguousDateError:
                message = (
                    f"« {text} » se lit de deux façons (jour ou mois d'abord) et rien "
                    "dans la colonne ne tranche : précisez l'ordre des dates."
                )
                title = self._title(index)
                reasons.append(issue(line, title, "ambiguous_date", text, message))
                return
            except ValueError:
                message = "Cette cellule n'est pas une date : elle n'est pas reprise."
                self.log.add(line, self._title(index), "invalid_date", text, message)
                return
            self._days[index, value] = day
        values[name] = day

    def _amounts(
        self, line: int, row: Sequence[Cell], values: dict[str, object]
    ) -> None:
        index, value, text = self._cell(row, "price")
        if text:
            title = self._title(index)
            try:
                if "ttc" in plain(title).split():
                    message = "Prix TTC non repris : parc suit les prix hors taxes."
                    self.log.add(line, title, "price_with_vat", None, message)
                else:
                    values["price_cents"] = cents_of(value, self._comma)
            except ValueError:
                message = "Ce montant ne se lit pas : il n'est pas repris."
                self.log.add(line, title, "invalid_amount", text, message)
        index, value, text = self._cell(row, "repairability")
        if text:
            try:
                tenths = round(float(text.split("/")[0].replace(",", ".")) * 10)
            except (ValueError, OverflowError):
                tenths = -1
            if 0 <= tenths <= 100:  # noqa: PLR2004 - a mark out of ten
                values["repairability_tenths"] = tenths
            else:
                message = "Indice attendu entre 0 et 10 : il n'est pas repris."
                self.log.add(line, self._title(index), "invalid_index", text, message)

    def _labelled(
        self, line: int, row: Sequence[Cell], values: dict[str, object]
    ) -> None:
        self._category(line, row, values)
        for name, table, kind, silent in self._tables:
            index, _, text = self._cell(row, name)
            if not text:
                continue
            label = self._labels.get(text)
            if label is None:
                label = self._labels[text] = plain(text)
            if label in table:
                values[name] = kind(table[label])
            elif label not in silent:
                message = f"« {text} » n'est pas reconnu : la valeur n'est pas reprise."
                self.log.add(line, self._title(index), f"unknown_{name}", text, message)

    def _category(
        self, line: int, row: Sequence[Cell], values: dict[str, object]
    ) -> None:
        index, _, text = self._cell(row, "category")
        model = str(values.get("model", ""))
        for candidate in (text, model):
            if candidate and candidate not in self._categories:
                self._categories[candidate] = self._category_of(candidate)
            if found := self._categories.get(candidate):
                values["category"] = found
                return
        message = (
            "Catégorie non reconnue : le matériel entre comme « autre », hors du taux "
            "de réemploi, jusqu'à ce que sa fiche soit complétée."
        )
        title = self._title(index) if index >= 0 else None
        self.log.add(line, title, "unknown_category", text or None, message)

    def _join(self, row: Sequence[Cell], name: str, values: dict[str, object]) -> None:
        parts: list[str] = []
        indexes = self.heading.columns.get(name, ())
        for index in indexes:
            text = text_of(row[index]) if index < len(row) else ""
            if text and not self._says_nothing(text):
                several = len(indexes) > 1
                parts.append(f"{self._title(index)} : {text}" if several else text)
        if parts:
            values[name] = " ; ".join(parts)[: _LONGEST[name]]

    def _people(self, row: Sequence[Cell], values: dict[str, object]) -> None:
        names = (
            self._text(row, "holder_first_name"),
            self._text(row, "holder_last_name"),
        )
        if name := " ".join(filter(None, names)) or self._text(row, "holder"):
            values["holder_name"] = name[:_LONGEST_TEXT]
        siret = self._text(row, "owner_siret")
        if siret and is_siret(siret := normalise(siret)):
            values["owner_siret"] = siret

    def _medium(self, row: Sequence[Cell], values: dict[str, object]) -> None:
        serial = self._text(row, "medium_serial")
        if not serial:
            return
        kind = self._words.media_kinds.get(plain(self._text(row, "medium_kind")))
        capacity = _NOT_DIGITS.sub("", self._text(row, "medium_capacity"))
        values["media"] = (
            Medium(
                serial[:_LONGEST_TEXT],
                MediumKind(kind) if kind else MediumKind.UNKNOWN,
                int(capacity[:6]) if capacity else None,
            ),
        )
