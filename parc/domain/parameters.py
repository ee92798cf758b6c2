"""Numbers and readings of the law: each has a date, a unit and a reference."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from parc.domain.dated import latest, start_problems
from parc.domain.entry import SLUG, DataError, Entry, exact, not_exact
from parc.domain.labelled import Labelled

Content = int | Decimal | str | tuple["Content", ...] | Mapping[str, "Content"]
"""A number (never a float), a word, a list of them, or a table by id."""

_URL = re.compile(r"https?://[^\s<>]+", re.ASCII)


class ParameterError(DataError):
    """A parameter's data breaks its form; `problems` says all that is wrong."""


class UnknownParameterError(KeyError):
    """No parameter has this id."""

    def __str__(self) -> str:
        return f"no parameter is named {self.args[0]!r}: see parc/law/"


class Unit(Labelled):
    """What a value is counted in; the set is closed."""

    PERCENT = "percent", "%"
    YEARS = "years", "ans"
    MONTHS = "months", "mois"
    EURO_CENTS = "euro_cents", "centimes d'euro"
    RATIO = "ratio", "part, de 0 à 1"
    MULTIPLE = "multiple", "fois"
    KG_CO2E_PER_TONNE_KM = "kg_co2e_per_tonne_km", "kgCO2e par tonne-kilomètre"
    WEEE_CATEGORY = "weee_category", "catégorie de DEEE"
    FACT = "fact", "fait de la fiche du matériel"
    RULE = "rule", "règle retenue"


_WORDS = frozenset({Unit.FACT, Unit.RULE})
_WHOLE = frozenset({Unit.MONTHS, Unit.EURO_CENTS, Unit.WEEE_CATEGORY})
_AT_MOST = {Unit.PERCENT: 100, Unit.RATIO: 1, Unit.WEEE_CATEGORY: 7}


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value comes from: the text, its article, where to read it."""

    text: str
    article: str
    url: str


@dataclass(frozen=True, slots=True)
class Value:
    """What holds from `starts_on` on.

    `note` (French) tells what is uncertain. `policy` (French), when there is
    one, is the reason of a choice that the text leaves open (decision D10).
    """

    starts_on: date
    value: Content
    reference: Reference
    note: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated number or reading of the law.

    `checked_on` is the last day on which someone read the references again.
    """

    id: str
    label: str
    unit: Unit
    checked_on: date
    values: tuple[Value, ...]

    def in_force(self, day: date) -> Value:
        """Give the value that holds on `day`.

        Raises:
            NotInForceError: `day` comes before the first value.
        """
        return latest(self.values, day, self.label)


@dataclass(frozen=True, slots=True, eq=False)
class Law(Mapping[str, Parameter]):
    """All parameters by id.

    `version` is the SHA-256 of their content: two machines that apply the same
    law have the same.
    """

    parameters: Mapping[str, Parameter]
    version: str

    def __getitem__(self, key: str) -> Parameter:
        try:
            return self.parameters[key]
        except KeyError:
            raise UnknownParameterError(key) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)


def parse_parameter(mapping: object, *, where: str) -> Parameter:
    """Read one parameter; `where` names its file in problems.

    Raises:
        ParameterError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    unit = entry.choice("unit", Unit)
    parameter = Parameter(
        id=entry.matching("id", SLUG, "an id in lower case"),
        label=entry.text("label"),
        unit=unit,
        checked_on=entry.day("checked_on"),
        values=tuple(_value(child, unit) for child in entry.children("values")),
    )
    entry.finish()
    for problem in start_problems([value.starts_on for value in parameter.values]):
        entry.wrong("values", problem)
    if problems:
        raise ParameterError(problems)
    return parameter


def _value(entry: Entry, unit: Unit) -> Value:
    raw = entry.raw("value")
    value = Value(
        starts_on=entry.day("starts_on"),
        value=_content(entry, "value", raw, unit) if "value" in entry else 0,
        reference=_reference(entry.child("reference")),
        note=entry.optional_text("note"),
        policy=entry.optional_text("policy"),
    )
    entry.finish()
    return value


def _reference(entry: Entry) -> Reference:
    reference = Reference(
        text=entry.text("text"),
        article=entry.text("article"),
        url=entry.matching("url", _URL, "an address (https://…)"),
    )
    entry.finish()
    return reference


def _content(entry: Entry, key: str, raw: object, unit: Unit) -> Content:
    if isinstance(raw, Mapping) and raw:
        table = {
            str(name): _content(entry, f"{key}.{name}", inner, unit)
            for name, inner in raw.items()
        }
        for name in raw:
            if not isinstance(name, str) or SLUG.fullmatch(name) is None:
                entry.wrong(f"{key}.{name}", "an id in lower case is expected")
        return MappingProxyType(table)
    if isinstance(raw, list) and raw:
        return tuple(
            _content(entry, f"{key}[{index}]", inner, unit)
            for index, inner in enumerate(raw)
        )
    if unit in _WORDS:
        if isinstance(raw, str) and SLUG.fullmatch(raw):
            return raw
        entry.wrong(key, f"a word in lower case is expected for unit {unit}")
        return ""
    return _number(entry, key, raw, unit)


def _number(entry: Entry, key: str, raw: object, unit: Unit) -> int | Decimal:
    number = exact(raw)
    if number is None:
        entry.wrong(key, not_exact(raw))
        return 0
    if unit in _WHOLE and not isinstance(number, int):
        entry.wrong(key, f"a whole number is expected for unit {unit}")
    if number > _AT_MOST.get(unit, number):
        entry.wrong(key, f"at most {_AT_MOST[unit]} is expected for unit {unit}")
    return number
