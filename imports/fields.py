"""Fields of one row, each in its kind: what does not fit is left out and told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from imports import targets
from imports.headings import Heading, says_with_vat
from imports.mapping import Words
from imports.meanings import Meanings
from imports.sheet import Cell
from imports.values import (
    NUMBERS,
    AmbiguousDateError,
    YearAloneError,
    after_months,
    cents_of,
    day_of,
    gigabytes_of,
    is_mangled,
    months_of,
)
from parc.domain.device import Medium
from parc.domain.intake import Destination
from parc.domain.intake_issue import Issue, IssueLog, issue
from parc.domain.siret import is_siret, normalise
from parc.domain.vocabulary import MediumKind, State

DAYS = (
    "acquired_on",
    "commissioned_on",
    "manufactured_on",
    "warranty_ends_on",
    "lease_ends_on",
    "decommissioned_on",
    "handed_over_on",
    "commitment_on",
    "proof_on",
)
AMOUNTS = ("price", "estimated_value")
_IDENTIFIERS = (
    *("tag", "foreign_tag", "serial", "uuid"),
    *("accounting_number", "order_number", "order_line"),
)
_TEXTS = (
    *("maker", "model", "operating_system", "supplier"),
    *("site", "beneficiary", "owner_name"),
)
_LONGEST_TEXT = 200
FROM_1900_TO_1904 = 1_462
"""Days between the two origins that workbooks count from."""

_LABELLED = ("destination", "state", "condition", "security")
"""Fields of words; where a device went, before what its status says."""

Said = tuple[int, Cell, str]
"""What a field says in a row: its column, the cell as read, its text."""


class Fields:
    """Converts what a row says; `orders` and `commas` are those of whole columns."""

    def __init__(
        self,
        heading: Heading,
        category_of: Callable[[str], str | None],
        log: IssueLog,
        said: Words | None = None,
        vat_rate: Callable[[date], Decimal | None] = lambda _: None,
    ) -> None:
        self.orders: dict[int, str | None] = {}
        self.commas: dict[int, bool | None] = {}
        self.counts_from_1904 = False
        self._heading = heading
        self._category_of = category_of
        self._log = log
        self._vat_rate = vat_rate
        self._units = heading.units
        self.meanings = Meanings(heading.origin, category_of, said or {})
        origin = heading.origin
        self._constants = [
            (name, State(value) if name == "state" else value)
            for name, value in origin.constants.items()
        ]
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
        if self._heading.origin.cancelled and "state" in said:
            index, _, text = said["state"]
            if self.meanings.cancels(text):
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
            if self.counts_from_1904 and isinstance(value, NUMBERS):
                value += FROM_1900_TO_1904
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
        for name in AMOUNTS:
            if name in said:
                self._amount(line, name, said[name], values)
        if "repairability" in said:
            index, _, text = said["repairability"]
            try:
                mark = float(text.split("/")[0].replace(",", "."))
            except ValueError:
                mark = -1.0
            top = 100 if self._units.get(index) == targets.OUT_OF_A_HUNDRED else 10
            if 0 <= mark <= top:
                values["repairability_tenths"] = round(mark * 100 / top)
            else:
                message = f"Indice attendu entre 0 et {top} : il n'est pas repris."
                self._log.add(line, self._title(index), "invalid_index", text, message)

    def _amount(
        self, line: int, name: str, found: Said, values: dict[str, object]
    ) -> None:
        index, value, text = found
        title, unit = self._title(index), self._units.get(index)
        if not unit and name == "price" and says_with_vat(title):
            message = "Prix TTC non repris : parc suit les prix hors taxes."
            self._log.add(line, title, "price_with_vat", None, message)
            return
        try:
            cents = cents_of(value, self.commas.get(index))
        except ValueError:
            message = "Ce montant ne se lit pas : il n'est pas repris."
            self._log.add(line, title, "invalid_amount", text, message)
            return
        if unit in {targets.CENTS, targets.CENTS_WITH_VAT}:
            cents = (cents + 50) // 100
        if unit in {targets.EUROS_WITH_VAT, targets.CENTS_WITH_VAT}:
            bought = values.get("acquired_on")
            rate = self._vat_rate(bought) if isinstance(bought, date) else None
            if rate is None:
                message = (
                    "Prix TTC non repris : sans date d'acquisition depuis avril 2000, "
                    "le taux de TVA n'est pas connu."
                )
                self._log.add(line, title, "price_without_rate", None, message)
                return
            cents = without_vat(cents, rate)
        values[f"{name}_cents"] = cents

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
        for name in _LABELLED:
            if name not in said:
                continue
            index, _, text = said[name]
            value = self.meanings.value(name, text)
            if isinstance(value, Destination) and name == "state":
                self._gone(line, value, said, values)
            elif value is not None:
                values[name] = value
            elif not self.meanings.says_nothing(name, text):
                message = f"« {text} » n'est pas reconnu : la valeur n'est pas reprise."
                self._log.add(
                    line, self._title(index), f"unknown_{name}", text, message
                )

    def _gone(
        self,
        line: int,
        found: Destination,
        said: Mapping[str, Said],
        values: dict[str, object],
    ) -> None:
        """Read a status as a destination: a lost or sold device is not in stock."""
        if "destination" not in said:
            values["destination"] = found
        elif values.get("destination") is not found:
            index, _, text = said["state"]
            message = (
                f"« {text} » ne dit pas ce que dit la destination : seule la "
                "destination est reprise."
            )
            title = self._title(index)
            self._log.add(line, title, "state_contradicted", text, message)

    def _category(
        self,
        line: int,
        said: Mapping[str, Said],
        values: dict[str, object],
        called: str,
    ) -> None:
        index, _, text = said.get("category", (-1, None, ""))
        for candidate in (text, str(values.get("model", "")), called):
            if candidate and (found := self.meanings.category(candidate)):
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
        kind = None
        if "medium_kind" in said:
            kind = self.meanings.value("medium_kind", said["medium_kind"][2])
        index, _, size = said.get("medium_capacity", (-1, None, ""))
        return Medium(
            said["medium_serial"][2][:_LONGEST_TEXT],
            MediumKind(kind) if kind else MediumKind.UNKNOWN,
            gigabytes_of(size, self._units.get(index, "")),
        )


def without_vat(cents: int, rate: Decimal) -> int:
    """Take VAT off a price; `rate` is in percent. Half a cent rounds up."""
    exact = Decimal(cents) * 100 / (100 + rate)
    return int(exact.to_integral_value(ROUND_HALF_UP))
