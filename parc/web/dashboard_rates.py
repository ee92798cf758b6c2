"""The year's reuse rates as the dashboard shows them, computed or on their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from parc.operations.year_rates import Rates, missing_devices, total
from parc.storage.tables import OwnerRow
from reports import french
from reports.indicators.indicator import Indicator
from reports.indicators.reuse import MUTUALISED

NOT_YET = french.typeset(
    "Calcul en cours : l'écart à l'objectif s'écrira ici dans un instant."
)
"""About as long as what takes its place: the lines under it must not move."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawing from 0 to `width` percent; `text` says the same to a reader."""

    width: int
    value: float
    target: float
    text: str


@dataclass(frozen=True, slots=True)
class RateLine:
    """One owner's rate, or the sum's; `rate` is None until it is computed."""

    name: str
    address: str
    rate: Indicator | None
    words: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class YearView:
    """The rates of a year, one line an owner; `sum` when there are several."""

    year: int
    lines: Sequence[RateLine]
    sum: RateLine | None
    ready: bool


def year_view(
    year: int, owners: Sequence[OwnerRow], rates: Rates | None
) -> YearView | None:
    """Lay out the rates of the owners that somebody sees; None without any owner.

    `rates` is None while they are being computed: the lines are already there, so
    that the page does not move when they come.
    """
    if not owners:
        return None
    found: Mapping[str, Indicator] = rates or {}
    # An owner added since the rates were computed has none yet.
    ready = rates is not None and all(owner.siret in found for owner in owners)
    lines = [
        _line(
            owner.name,
            f"/reports/reen/{year}?owner={owner.siret}",
            found.get(owner.siret) if ready else None,
        )
        for owner in owners
    ]
    several = len(owners) > 1
    known = [line.rate for line in lines if line.rate is not None]
    added = _line(
        f"Ensemble, {MUTUALISED}",
        f"/reports/reen/{year}",
        total(known) if several and known else None,
    )
    return YearView(year, lines, added if several else None, ready=ready)


def words(rate: Indicator) -> str:
    """Say in a sentence how far a rate is from its target."""
    if rate.reason is not None:
        return french.typeset(f"{rate.reason[0].upper()}{rate.reason[1:]}.")
    if rate.target is None or rate.gap is None:
        return ""
    kind = "Objectif" if rate.statutory_target else "Repère"
    target = french.percent(Decimal(str(float(rate.target))))
    if rate.reached:
        over = f", dépassé de {_points(rate.gap)}" if rate.gap > 0 else ""
        return french.typeset(f"{kind} de {target} atteint{over}.")
    less = _points(-rate.gap) if rate.gap < 0 else "moins de 0,1 point"
    needed = french.count(missing_devices(rate), "matériel")
    return french.typeset(
        f"{kind} de {target} : il manque {less}, soit {needed} à réemployer."
    )


def _points(gap: Decimal) -> str:
    noun = "point" if gap < 2 else "points"  # noqa: PLR2004 - French plurals start at two
    written = french.number(int(gap) if gap == int(gap) else gap)
    return f"{written}{french.NO_BREAK}{noun}"


def _line(name: str, address: str, rate: Indicator | None) -> RateLine:
    if rate is None:
        return RateLine(name, address, None, NOT_YET, None)
    return RateLine(name, address, rate, words(rate), _bar(rate))


def _bar(rate: Indicator) -> Bar | None:
    if rate.value is None or rate.target is None:
        return None
    value, target = float(rate.value), float(rate.target)
    # A rate may exceed 100 %: it is never brought back to it (décret art. 3).
    width = max(100, ceil(value))
    said = french.percent(rate.value)
    text = f"{said} pour un objectif de {french.percent(Decimal(str(target)))}"
    return Bar(width, value, target, text)
