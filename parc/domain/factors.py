"""Carbon factors: what making one device emits, by start date, with its sources."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from parc.domain.dated import latest, start_problems
from parc.domain.entry import DataError, Entry, exact, not_exact, noting
from parc.domain.labelled import Labelled
from parc.domain.parameters import Parameter

_GRAMS_OF_KILOGRAM = 1000
_PARTIAL_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}", re.ASCII)
_URL = re.compile(r"https?://[^\s<>]+", re.ASCII)


class FactorError(DataError):
    """The factors' data breaks its form; `problems` says all that is wrong."""


class UnknownFactorError(KeyError):
    """No factor has this id."""

    def __str__(self) -> str:
        return f"no factor is named {self.args[0]!r}: see carbon_factors/devices/"


class Indicator(Labelled):
    """The impacts that a factor may give."""

    GWP = "gwp", "Changement climatique"
    ADP = "adp", "Épuisement des ressources minérales"


UNITS: Mapping[Indicator, tuple[str, int]] = MappingProxyType(
    {Indicator.GWP: ("kg_co2e", 10**3), Indicator.ADP: ("kg_sb_eq", 10**9)}
)
"""In what files count an impact, and how many of our integer units that is.

Climate is kept in grams of CO2e. A device's resources are a few grams of antimony
equivalent, so they are kept in micrograms.
"""


@dataclass(frozen=True, slots=True)
class Impact:
    """An impact of one device, in integer units (`UNITS`): median, P5 and P95."""

    embodied: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class FactorValue:
    """What holds from `starts_on` on.

    `lifetime_years` is the reference service life, None for a spare part.
    `year` is that of the data, `sources` the ids of where they come from (the
    main one first), `note` (French) what they are made of.
    """

    starts_on: date
    impacts: Mapping[Indicator, Impact]
    lifetime_years: Decimal | None
    mass_g: int | None
    sources: tuple[str, ...]
    year: int
    note: str


@dataclass(frozen=True, slots=True)
class Factor:
    """The factor of a kind of device, or of a finer kind.

    `family` groups kinds. `weee` is the WEEE category in words (French), None
    for a spare part.
    """

    id: str
    family: str
    label: str
    weee: str | None
    values: tuple[FactorValue, ...]

    def in_force(self, day: date) -> FactorValue:
        """Give the value that holds on `day`.

        Raises:
            NotInForceError: `day` comes before the first value.
        """
        return latest(self.values, day, self.label)


@dataclass(frozen=True, slots=True)
class Source:
    """Where factors come from, and what one may do with them.

    `published` and `accessed` are ISO dates, cut to the year or the month when
    the day is not known.
    """

    id: str
    producer: str
    title: str
    version: str
    published: str
    accessed: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True, eq=False)
class FactorSet(Mapping[str, Factor]):
    """All factors by id, with their sources and the method's assumptions.

    `version` is the SHA-256 of the whole content.
    """

    factors: Mapping[str, Factor]
    sources: Mapping[str, Source]
    assumptions: Mapping[str, Parameter]
    version: str

    def __getitem__(self, key: str) -> Factor:
        try:
            return self.factors[key]
        except KeyError:
            raise UnknownFactorError(key) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.factors)

    def __len__(self) -> int:
        return len(self.factors)


def parse_family(mapping: object, *, where: str, family: str) -> tuple[Factor, ...]:
    """Read one file of factors; `where` names it in problems.

    Raises:
        FactorError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    units = entry.child("units")
    for indicator, (unit, _) in UNITS.items():
        if indicator in units and units.text(indicator) != unit:
            units.wrong(indicator, f"{unit} is expected")
    units.finish()
    factors: list[Factor] = []
    for name, child in entry.by_id("factors").items():
        with noting(problems):
            place = f"{where}: factors: {name}"
            factor = parse_factor(child.mapping, where=place, name=name, family=family)
            factors.append(factor)
            for value in factor.values:
                for indicator in value.impacts:
                    if indicator not in units:
                        child.wrong(indicator, "its unit is not declared in `units`")
    entry.finish()
    if problems:
        raise FactorError(problems)
    return tuple(factors)


def parse_factor(mapping: object, *, where: str, name: str, family: str) -> Factor:
    """Read one factor; `where` names it in problems.

    Raises:
        FactorError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    factor = Factor(
        id=name,
        family=family,
        label=entry.text("label"),
        weee=entry.optional_text("weee"),
        values=tuple(_value(child) for child in entry.children("values")),
    )
    entry.finish()
    for problem in start_problems([value.starts_on for value in factor.values]):
        entry.wrong("values", problem)
    if problems:
        raise FactorError(problems)
    return factor


def parse_sources(mapping: object, *, where: str) -> Mapping[str, Source]:
    """Read the sources by id.

    Raises:
        FactorError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    sources = {name: _source(name, child) for name, child in entry.all_by_id().items()}
    if problems:
        raise FactorError(problems)
    return MappingProxyType(sources)


def _source(name: str, entry: Entry) -> Source:
    date_text = "a date (2023, 2023-02 or 2023-02-23)"
    source = Source(
        id=name,
        producer=entry.text("producer"),
        title=entry.text("title"),
        version=entry.text("version"),
        published=entry.matching("published", _PARTIAL_DATE, date_text),
        accessed=entry.matching("accessed", _PARTIAL_DATE, date_text),
        url=entry.matching("url", _URL, "an address (https://…)"),
        licence=entry.text("licence"),
    )
    entry.finish()
    return source


def _value(entry: Entry) -> FactorValue:
    mass = _scaled(entry, "mass_kg", _GRAMS_OF_KILOGRAM) if "mass_kg" in entry else None
    value = FactorValue(
        starts_on=entry.day("starts_on"),
        impacts=MappingProxyType(
            {
                indicator: _impact(entry.child(indicator), scale)
                for indicator, (_, scale) in UNITS.items()
                if indicator in entry
            }
        ),
        lifetime_years=entry.optional_decimal("lifetime_years"),
        mass_g=mass,
        sources=entry.texts("sources"),
        year=entry.whole("year"),
        note=entry.text("note"),
    )
    if Indicator.GWP not in value.impacts:
        entry.wrong(Indicator.GWP, "missing")
    if not value.sources:
        entry.wrong("sources", "one source or more is expected")
    entry.finish()
    return value


def _impact(entry: Entry, scale: int) -> Impact:
    impact = Impact(
        embodied=_scaled(entry, "embodied", scale),
        low=_scaled(entry, "low", scale),
        high=_scaled(entry, "high", scale),
    )
    entry.finish()
    if not 0 < impact.low <= impact.embodied <= impact.high:
        entry.wrong("embodied", "low ≤ embodied ≤ high, all above zero, is expected")
    return impact


def _scaled(entry: Entry, key: str, scale: int) -> int:
    """Read kilograms as a whole number of our unit: nothing is rounded."""
    raw = entry.raw(key)
    number = exact(raw)
    if number is None:
        if key in entry:
            entry.wrong(key, not_exact(raw))
        return 0
    scaled = number * scale
    if scaled != int(scaled):
        entry.wrong(key, f"{raw} kg is not a whole number of 1/{scale} kg")
    return int(scaled)
