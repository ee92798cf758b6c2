"""Fields of one row, each in its kind: what does not fit is left out and told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum

from imports.headings import Heading, says_with_vat
from imports.sheet import Cell
from imports.values import (
    AmbiguousDateError,
    YearAloneError,
    after_months,
    cents_of,
    day_of,
    gigabytes_of,
    is_mangled,
    months_of,
)
from imports.vocabulary import plain, vocabulary
from parc.domain.device import Medium
from parc.domain.intake import Destination
from parc.domain.intake_issue import Issue, IssueLog, issue
from parc.domain.siret import is_siret, normalise
from parc.domain.vocabulary import Condition, MediumKind, State

DAYS = (
    "acquired_on",
    "commissioned_on",
    "manufactured_on",
    "warranty_ends_on",
    "decommissioned_on",
    "handed_over_on",
    "commitment_on",
    "proof_on",
)
_IDENTIFIERS = ("tag", "serial", "uuid", "accounting_number", "order_number")
_TEXTS = ("maker", "model", "supplier", "site", "beneficiary", "owner_name")
_LONGEST_TEXT = 200
_FROM_1900_TO_1904 = 1_462
"""Days between the two origins that workbooks count from."""

Said = tuple[int, Cell, str]
"""What a field says in a row: its column, the cell as read, its text."""


class Fields:
    """Converts what a row says; `orders` and `commas` are those of whole columns."""

    def __init__(
        self,
        heading: Heading,
        category_of: Callable[[str], str | None],
        log: IssueLog,
    ) -> None:
        self.orders: dict[int, str | None] = {}
        self.commas: dict[int, bool | None] = {}
        self.counts_from_1904 = False
        self._heading = heading
        self._category_of = category_of
        self._log = log
        self._words = vocabulary()
        self._origin = origin = heading.origin
        self._constants = [
            (name, State(value) if name == "state" else value)
            for name, value in origin.constants.items()
        ]
        self._categories: dict[str, str | None] = {}
        self._labels: dict[tuple[str, str], StrEnum | None] = {}
        self._days: dict[tuple[int, str], date] = {}
        present = heading.columns
        self._texts = [name for name in _TEXTS if name in present]
        self._identifiers = [name for name in _IDENTIFIERS if name in present]
        self._dated = [name for name in DAYS if name in present]

    def read(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> list[Issue]:
        """Fill `values`; give the reasons for which the row cannot be a device."""
        reasons = list(self._no_device(line, said))
        for name in self._texts:
            if name in said:
                values[name] = said[name][2][:_LONGEST_TEXT]
        for name in self._identifiers:
            if name in said:
                self._identifier(line, name, said[name], values)
        for name in self._dated:
            if name in said:
                reasons += self._day(line, name, said[name], values)
        self._amounts(line, said, values)
        self._warranty(line, said, values)
        self._labelled(line, said, values)
        self._named(line, said, values)
        self._people(line, said, values)
        if "medium_serial" in said:
            values["media"] = (self._medium(said),)
        for name, value in self._constants:
            # Not in the place of a word that was not understood.
            if name not in said:
                values.setdefault(name, value)
        return reasons

    def note_mangled(self, line: int, index: int, text: str | None) -> None:
        """Tell of an identifier that a spreadsheet rounded."""
        message = (
            "Un tableur a arrondi cet identifiant : la valeur n'est pas reprise. "
            "Mettez la colonne au format texte et ressaisissez-la."
        )
        self._log.add(line, self._title(index), "mangled_identifier", text, message)

    def _title(self, index: int) -> str:
        return self._heading.titles[index]

    def _no_device(self, line: int, said: Mapping[str, Said]) -> Iterable[Issue]:
        if "quantity" in said:
            index, _, text = said["quantity"]
            if text.isascii() and text.isdigit() and text.strip("0") not in {"", "1"}:
                message = (
                    f"Cette ligne compte {text} matériels : donnez une ligne par "
                    "matériel, chacun avec son étiquette ou son numéro de série."
                )
                title = self._title(index)
                yield issue(line, title, "several_devices", text, message)
        if self._origin.cancelled and "state" in said:
            index, _, text = said["state"]
            if plain(text) in self._origin.cancelled:
                message = "Commande annulée : ce n'est pas un matériel."
                yield issue(line, self._title(index), "cancelled_order", text, message)

    def _named(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> None:
        """Tell the category; what a thing is called is its model for want of better."""
        called = said["designation"][2] if "designation" in said else ""
        if called:
            name = "specifications" if "model" in values else "model"
            values[name] = called[:_LONGEST_TEXT]
        self._category(line, said, values, called)

    def _identifier(
        self, line: int, name: str, found: Said, values: dict[str, object]
    ) -> None:
        index, value, text = found
        if is_mangled(value):
            self.note_mangled(line, index, text)
        else:
            values[name] = text[:_LONGEST_TEXT]

    def _day(
        self, line: int, name: str, found: Said, values: dict[str, object]
    ) -> Iterable[Issue]:
        index, value, text = found
        day = self._days.get((index, text))
        if day is None:
            if self.counts_from_1904 and isinstance(value, int | float):
                value += _FROM_1900_TO_1904
            try:
                day = day_of(value, self.orders.get(index))
            except AmbiguousDateError:
                message = (
                    f"« {text} » se lit de deux façons (jour ou mois d'abord) et rien "
                    "dans la colonne ne tranche : précisez l'ordre des dates."
                )
                title = self._title(index)
                return (issue(line, title, "ambiguous_date", text, message),)
            except YearAloneError:
                message = (
                    "Une année seule ne fait pas une date : elle n'est pas reprise. "
                    "Écrivez le jour et le mois."
                )
                self._log.add(line, self._title(index), "year_alone", text, message)
                return ()
            except ValueError:
                message = "Cette cellule n'est pas une date : elle n'est pas reprise."
                self._log.add(line, self._title(index), "invalid_date", text, message)
                return ()
            self._days[index, text] = day
        values[name] = day
        return ()

    def _amounts(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> None:
        if "price" in said:
            index, value, text = said["price"]
            title = self._title(index)
            if says_with_vat(title):
                message = "Prix TTC non repris : parc suit les prix hors taxes."
                self._log.add(line, title, "price_with_vat", None, message)
            else:
                try:
                    values["price_cents"] = cents_of(value, self.commas.get(index))
                except ValueError:
                    message = "Ce montant ne se lit pas : il n'est pas repris."
                    self._log.add(line, title, "invalid_amount", text, message)
        if "repairability" in said:
            index, _, text = said["repairability"]
            try:
                mark = float(text.split("/")[0].replace(",", "."))
            except ValueError:
                mark = -1.0
            if 0 <= mark <= 10:  # noqa: PLR2004 - a mark out of ten
                values["repairability_tenths"] = round(mark * 10)
            else:
                message = "Indice attendu entre 0 et 10 : il n'est pas repris."
                self._log.add(line, self._title(index), "invalid_index", text, message)

    def _warranty(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> None:
        """Reckon the end of a warranty given as a duration since the purchase."""
        start = values.get("acquired_on")
        if "warranty_months" not in said or "warranty_ends_on" in values:
            return
        index, _, text = said["warranty_months"]
        try:
            months = months_of(text)
        except ValueError:
            message = "Cette durée de garantie ne se lit pas : elle n'est pas reprise."
            self._log.add(line, self._title(index), "invalid_duration", text, message)
            return
        if months and isinstance(start, date):
            values["warranty_ends_on"] = after_months(start, months)

    def _labelled(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> None:
        words = self._words
        for name, silent in (
            ("state", self._origin.undecided | self._origin.cancelled),
            ("destination", words.still_held),
            ("condition", frozenset[str]()),
        ):
            if name not in said:
                continue
            index, _, text = said[name]
            if (name, text) not in self._labels:
                self._labels[name, text] = self._value(name, text)
            value = self._labels[name, text]
            if value is not None:
                values[name] = value
            elif name == "state" and (gone := self._gone(text, said)):
                values["destination"] = gone
            elif plain(text) not in silent:
                message = f"« {text} » n'est pas reconnu : la valeur n'est pas reprise."
                self._log.add(
                    line, self._title(index), f"unknown_{name}", text, message
                )

    def _gone(self, text: str, said: Mapping[str, Said]) -> Destination | None:
        """Read a status as a destination: a lost or sold device is not in stock."""
        found = None if "destination" in said else self._words.destination(text)
        return Destination(found) if found else None

    def _value(self, name: str, text: str) -> StrEnum | None:
        words = self._words
        if name == "state":
            found = self._origin.states.get(plain(text))
            return State(found) if found else None
        if name == "destination":
            found = words.destination(text)
            return Destination(found) if found else None
        found = words.conditions.get(plain(text))
        return Condition(found) if found else None

    def _category(
        self,
        line: int,
        said: Mapping[str, Said],
        values: dict[str, object],
        called: str,
    ) -> None:
        index, _, text = said.get("category", (-1, None, ""))
        for candidate in (text, str(values.get("model", "")), called):
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
        self._log.add(line, title, "unknown_category", text or None, message)

    def _people(
        self, line: int, said: Mapping[str, Said], values: dict[str, object]
    ) -> None:
        names = [
            said[name][2]
            for name in ("holder_first_name", "holder_last_name")
            if name in said
        ]
        if not names and "holder" in said:
            names = [said["holder"][2]]
        if names:
            values["holder_name"] = " ".join(names)[:_LONGEST_TEXT]
        if "owner_siret" in said:
            index, _, text = said["owner_siret"]
            siret = normalise(text)
            if is_siret(siret):
                values["owner_siret"] = siret
            else:
                message = "Ce SIRET est faux : il n'est pas repris. Vérifiez-le."
                self._log.add(line, self._title(index), "invalid_siret", text, message)

    def _medium(self, said: Mapping[str, Said]) -> Medium:
        kind = plain(said["medium_kind"][2]) if "medium_kind" in said else ""
        known = self._words.media_kinds.get(kind)
        size = said["medium_capacity"][2] if "medium_capacity" in said else ""
        return Medium(
            said["medium_serial"][2][:_LONGEST_TEXT],
            MediumKind(known) if known else MediumKind.UNKNOWN,
            gigabytes_of(size),
        )
