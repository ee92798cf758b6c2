"""Numbers of the law and of the method: dated, with a unit and a reference.

A published value is never edited; a new one starts on a new day (decision D7).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

UNITS = frozenset(
    {
        "percent",
        "years",
        "cents",
        "weee_categories",
        "fact_names",
        "counting_rules",
        "cents_by_kind",
        "percent_by_origin",
        "share",
        "share_triangle",
        "shares_by_level",
        "years_by_family",
        "kg_per_tonne_km",
        "rule",
    }
)
"""What a value may be measured in; a misspelt unit is refused."""

Value = int | str | Decimal | tuple["Value", ...] | Mapping[str, "Value"]


class ParameterError(Exception):
    """A parameter's data is not acceptable; lists every problem at once."""


class NotInForceError(Exception):
    """No value is in force on the day asked; the message is French."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value comes from: the text, its article, its address."""

    text: str
    article: str
    url: str


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value from a day on. `policy` holds the reason when the choice is ours."""

    starts_on: date
    value: Value
    reference: Reference
    checked_on: date
    note: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A quantity under one French label, its values in the order they start."""

    id: str
    label: str
    unit: str
    values: tuple[DatedValue, ...] = field(default_factory=tuple)

    def in_force(self, day: date) -> DatedValue:
        """Return the last value that started on or before `day`.

        Raises:
            NotInForceError: `day` precedes the first value.
        """
        for dated in reversed(self.values):
            if dated.starts_on <= day:
                return dated
        first = self.values[0].starts_on
        message = (
            f"« {self.label} » n'est en vigueur que depuis le {first:%d/%m/%Y} : "
            f"aucune valeur au {day:%d/%m/%Y}."
        )
        raise NotInForceError(message)


def parse_parameter(name: str, data: object, *, where: str) -> Parameter:
    """Build a parameter from what a YAML file holds.

    Raises:
        ParameterError: naming `where` and every problem found.
    """
    problems: list[str] = []
    if not isinstance(data, Mapping):
        message = f"{where}: a mapping is expected"
        raise ParameterError(message)
    problems += _keys(data, {"label", "unit", "values"}, set(), where)
    unit = data.get("unit")
    if unit not in UNITS:
        problems.append(f"{where}: unknown unit {unit!r}")
    listed = data.get("values")
    values: list[DatedValue] = []
    if not isinstance(listed, list) or not listed:
        problems.append(f"{where}: values must be a list that is not empty")
        listed = []
    for index, item in enumerate(listed):
        spot = f"{where}: values[{index}]"
        found = list(_value_problems(item, spot))
        problems += found
        if not found:
            values.append(_dated(item))
    days = [dated.starts_on for dated in values]
    if days != sorted(set(days)):
        problems.append(f"{where}: start days are not in strict order")
    if problems:
        raise ParameterError("\n".join(problems))
    return Parameter(name, str(data["label"]), str(unit), tuple(values))


def _keys(
    data: Mapping[object, object], required: set[str], optional: set[str], where: str
) -> list[str]:
    present = {str(key) for key in data}
    missing = [f"{where}: {key} is missing" for key in sorted(required - present)]
    unknown = present - required - optional
    return missing + [f"{where}: unknown key {key}" for key in sorted(unknown)]


def _value_problems(item: object, where: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{where}: a mapping is expected"
        return
    required = {"starts_on", "value", "reference", "checked_on"}
    yield from _keys(item, required, {"note", "policy"}, where)
    for name in ("starts_on", "checked_on"):
        if name in item and type(item[name]) is not date:
            yield f"{where}: {name} is not a day"
    reference = item.get("reference")
    if isinstance(reference, Mapping):
        yield from _keys(reference, {"text", "article", "url"}, set(), where)
        for name, text in reference.items():
            if not isinstance(text, str) or not text.strip():
                yield f"{where}: reference.{name} is empty"
    elif "reference" in item:
        yield f"{where}: reference must be a mapping"
    if "value" in item and not _exact(item["value"]):
        yield f"{where}: value must be exact: integers, or decimals between quotes"


def _exact(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _exact(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_exact(item) for item in value)
    return isinstance(value, int | str) and not isinstance(value, bool)


def _dated(item: Mapping[str, object]) -> DatedValue:
    reference = item["reference"]
    starts_on, checked_on = item["starts_on"], item["checked_on"]
    if (
        not isinstance(reference, Mapping)
        or not isinstance(starts_on, date)
        or not isinstance(checked_on, date)
    ):
        raise TypeError
    return DatedValue(
        starts_on=starts_on,
        value=_frozen(item["value"]),
        reference=Reference(**reference),
        checked_on=checked_on,
        note=str(item.get("note", "")),
        policy=str(item.get("policy", "")),
    )


def _frozen(value: object) -> Value:
    if isinstance(value, Mapping):
        return {str(key): _frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, int):
        return value
    text = str(value)
    return Decimal(text) if _is_decimal(text) else text


def _is_decimal(text: str) -> bool:
    whole, dot, rest = text.removeprefix("-").partition(".")
    return bool(dot) and whole.isdigit() and rest.isdigit()
