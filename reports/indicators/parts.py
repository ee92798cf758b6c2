"""Figures taken apart: by route, by WEEE category, by age, by owner."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from parc.domain.reuse import Exclusion
from parc.domain.vocabulary import Route
from reports.indicators.indicator import Part
from reports.indicators.lines import Line

_BANDS = (
    ("under_5", "Moins de 5 ans", 0),
    ("5_to_7", "De 5 à 7 ans", 5),
    ("7_to_10", "De 7 à 10 ans", 7),
)
"""Key, label, and the age in years at the réforme that a band starts from."""


def by_route(counted: Sequence[Line]) -> Iterator[Part]:
    """Count reused devices by route; routes without any show zero."""
    found = Counter(
        line.standing.hand_over.route for line in counted if line.standing.hand_over
    )
    for route in Route:
        yield Part("route", route.value, route.label, found[route])


def by_weee_category(
    numerator: Sequence[Line], denominator: Sequence[Line] | None
) -> Iterator[Part]:
    """Count by WEEE category (C. env. R.543-172), each with its own rate."""
    above = Counter(line.weee_category for line in numerator)
    below = Counter(line.weee_category for line in denominator or ())
    for category in sorted(above | below):
        yield Part(
            "weee_category",
            str(category),
            f"Catégorie DEEE {category}",
            above[category],
            None if denominator is None else below[category],
        )


def by_age(stocked: Sequence[Line]) -> Iterator[Part]:
    """Count by age at the réforme, in bands that hold every device.

    A réforme dated before the acquisition, which is a mistake, is no age.
    """
    ages = [line.months for line in stocked if line.months is not None]
    years = [max(0, age) // 12 for age in ages]
    starts = [start for _, _, start in _BANDS]
    for index, (key, label, start) in enumerate(_BANDS):
        end = starts[index + 1] if index + 1 < len(starts) else None
        inside = sum(age >= start and (end is None or age < end) for age in years)
        yield Part("age_band", key, label, inside)


def left_out(lines: Sequence[Line]) -> Iterator[Part]:
    """Count what the stock of 1 January holds outside the decree, by reason."""
    found = Counter(
        line.standing.exclusion
        for line in lines
        if line.standing.in_stock and not line.standing.stocked
    )
    for reason in Exclusion:
        yield Part("exclusion", reason.value, reason.label, found[reason])


def by_owner(
    numerator: Sequence[Line],
    denominator: Sequence[Line] | None,
    names: Mapping[str, str],
) -> Iterator[Part]:
    """Count by owner (SIRET): the rates that the law knows."""
    above = Counter(line.owner for line in numerator)
    below = Counter(line.owner for line in denominator or ())
    for siret, name in names.items():
        yield Part(
            "owner",
            siret,
            name,
            above[siret],
            None if denominator is None else below[siret],
        )
