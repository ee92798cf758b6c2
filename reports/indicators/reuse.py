"""REEN-01, 01b, 02 and 03: réemploi of réformé devices (décret n° 2023-266)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from parc.domain.dated import NotInForceError
from parc.domain.parameters import Parameter
from parc.domain.reuse import Standing
from reports.indicators import parts
from reports.indicators.indicator import PERCENT, UNITS, Indicator, Part
from reports.indicators.lines import Line

STATUTORY = "REEN-01"
FLOW = "REEN-01b"
STOCK = "REEN-02"
BY_ROUTE = "REEN-03"
IDS = (STATUTORY, FLOW, STOCK, BY_ROUTE)

LABELS: Mapping[str, str] = {
    STATUTORY: "Taux de réemploi et de réutilisation des matériels réformés",
    FLOW: "Taux de réemploi sur flux disponible",
    STOCK: "Stock réformé au 1er janvier",
    BY_ROUTE: "Matériels réemployés par voie",
}
_BASES: Mapping[str, str] = {
    STATUTORY: "Décret n° 2023-266 du 12 avril 2023, art. 1 à 3 (loi REEN, art. 16)",
    FLOW: "Indicateur de gestion, non statutaire",
    STOCK: "Guide de bonnes pratiques i.2 ; dénominateur du décret n° 2023-266, art. 3",
    BY_ROUTE: "Décret n° 2023-266, art. 2 ; Guide de bonnes pratiques i.2 et i.3",
}
MUTUALISED = "périmètre mutualisé, non statutaire"
NO_STOCK = "non calculable (stock nul au 1er janvier)"
NO_FLOW = "non calculable (aucun matériel réformé disponible)"
INFORMATIVE_TARGET = Fraction(50)
"""For REEN-01b, which no text governs: a mark chosen by practitioners."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """An indicator's lines; without `below` it is a count, not a rate."""

    key: str
    above: Sequence[Line]
    below: Sequence[Line] | None = None
    target: Fraction | None = None
    missing: str | None = None
    details: Iterable[Part] = ()


def indicators(
    lines: Sequence[Line],
    year: int,
    law: Mapping[str, Parameter],
    *,
    names: Mapping[str, str] | None = None,
) -> tuple[Indicator, ...]:
    """Compute the four indicators over the lines of one owner, or of several.

    `names` (SIRET to name) asks for the mutualised perimeter: sums over these
    owners, labelled as not statutory and broken down by owner.
    """
    early = before_the_decree(year, law)
    target = None if early else statutory_target(year, law)
    counted = [line for line in lines if line.standing.counted]
    stocked = [line for line in lines if line.standing.stocked]
    available = [line for line in lines if line.standing.available]
    routes = tuple(parts.by_route(counted))
    stock = (*parts.by_age(stocked), *parts.left_out(lines))
    figures = (
        _Figure(
            STATUTORY,
            counted,
            stocked,
            target,
            None if stocked else NO_STOCK,
            routes,
        ),
        _Figure(
            FLOW,
            counted,
            available,
            INFORMATIVE_TARGET,
            None if available else NO_FLOW,
            routes,
        ),
        _Figure(STOCK, stocked, details=stock),
        _Figure(BY_ROUTE, counted, details=routes),
    )
    return tuple(_indicator(figure, names, early) for figure in figures)


def _indicator(
    figure: _Figure, names: Mapping[str, str] | None, early: str | None
) -> Indicator:
    above, below = figure.above, figure.below
    behind = {(line.owner, line.tag): line for line in (*above, *(below or ()))}
    return Indicator(
        id=figure.key,
        label=LABELS[figure.key] + (f" ({MUTUALISED})" if names is not None else ""),
        unit=UNITS if below is None else PERCENT,
        numerator=len(above),
        denominator=None if below is None else len(below),
        legal_basis=_BASES[figure.key],
        target=figure.target,
        statutory_target=figure.key == STATUTORY and names is None,
        reason=early or figure.missing,
        breakdown=(
            *figure.details,
            *parts.by_weee_category(above, below),
            *parts.by_owner(above, below, names or {}),
        ),
        devices=len(behind),
        declared=sum(line.standing.declared for line in behind.values()),
    )


def statutory_target(year: int, law: Mapping[str, Parameter]) -> Fraction:
    """Give the share of article 3 in force on 31 December, in percent.

    Raises:
        NotInForceError: the decree did not exist yet.
    """
    return Fraction(str(law["reuse_target"].in_force(date(year, 12, 31)).value))


def before_the_decree(year: int, law: Mapping[str, Parameter]) -> str | None:
    """Say in French why a year has no figure at all; None when it has."""
    try:
        statutory_target(year, law)
    except NotInForceError:
        since = law["reuse_target"].values[0].starts_on
        return f"non calculable (décret n° 2023-266 applicable depuis {since.year})"
    return None


def listed(key: str, lines: Iterable[Line]) -> list[Line]:
    """Keep the lines that an indicator's list shows: all those it looked at.

    Devices out of the decree's scope are left to the list of exclusions.
    """
    looked_at: Mapping[str, Callable[[Standing], bool]] = {
        STATUTORY: lambda s: s.stocked or s.hand_over is not None,
        FLOW: lambda s: s.available,
        STOCK: lambda s: s.stocked,
        BY_ROUTE: lambda s: s.hand_over is not None,
    }
    wanted = looked_at[key]
    return [line for line in lines if wanted(line.standing) and not line.outside]
