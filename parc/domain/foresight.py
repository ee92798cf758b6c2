"""What is coming: devices that reach their planned age, year by year, at what cost.

A forecast, never a reason to replace: the planned age is a parameter of ours
(`renewal_months`). What is not known is counted apart, never assumed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from statistics import median_low

from parc.domain.parameters import Content

PLAN_YEARS = 5
"""Years of the plan, the present one first: it holds all that is late."""

MONTHS_A_YEAR = 12
_OTHER = "other"
_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2

Avoided = Callable[[str, date, date], int | None]
"""Category, in use since, first day of one more year: grams of CO2e it avoids."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Devices of one owner (row id) and category, in use since the same day.

    `since` is the commissioning, else the acquisition; None: no date is known.
    """

    owner_id: int
    category: str
    since: date | None
    number: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """What reaches its planned age in a year: one category, or all of them.

    Costs are in cents, excluding VAT as prices are; carbon in grams of CO2e.
    `unpriced` and `unfactored` are devices that the sums beside them leave out.
    `deferred_cents` is what one more year of use of all of them puts off, and
    `avoided` the carbon that it avoids.
    """

    number: int = 0
    late: int = 0
    cost_cents: int = 0
    unpriced: int = 0
    carbon: int = 0
    unfactored: int = 0
    deferred_cents: int = 0
    avoided: int = 0

    def plus(self, other: "Renewal") -> "Renewal":
        """Add two of them."""
        return Renewal(
            *(
                getattr(self, name) + getattr(other, name)
                for name in Renewal.__dataclass_fields__
            )
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The renewal plan: by year, then by category; `undated` have no known date.

    `later` reach their age after the years shown.
    """

    years: Mapping[int, Mapping[str, Renewal]]
    undated: Mapping[str, int]
    later: int

    def total(self, year: int) -> Renewal:
        """Add a year's categories up."""
        whole = Renewal()
        for one in self.years[year].values():
            whole = whole.plus(one)
        return whole


def planned_months(table: Content, category: str) -> int:
    """Give the planned length of use of a category, in months.

    Raises:
        TypeError: the parameter is no table of whole numbers.
    """
    found = table.get(category, table[_OTHER]) if isinstance(table, Mapping) else table
    if not isinstance(found, int):
        message = f"months are expected, not {found!r}"
        raise TypeError(message)
    return found


def months_after(day: date, months: int) -> date:
    """Give the same day some months later, or earlier; a shorter month's last day."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year = day.year + years
    last = _LAST_DAYS[month]
    if month + 1 == _FEBRUARY and year % 4 == 0 and (year % 100 or year % 400 == 0):
        last += 1
    return date(year, month + 1, min(day.day, last))


def window(year: int, months: int, today: date) -> tuple[date | None, date]:
    """Tell since when a device must be in use to reach its planned age in a year.

    The first day (None: any, for the present year holds all that is late), and the
    first day that is too late.
    """
    first = None if year <= today.year else months_after(date(year, 1, 1), -months)
    return first, months_after(date(year + 1, 1, 1), -months)


def recent_price(prices: Iterable[int]) -> int | None:
    """Give the median of recent prices (cents): one that was paid, the lower of two."""
    listed = list(prices)
    return median_low(listed) if listed else None


def plan(
    cohorts: Iterable[Cohort],
    today: date,
    *,
    months: Callable[[str], int],
    prices: Mapping[tuple[int, str], int],
    embodied: Mapping[str, int],
    avoided: Avoided,
) -> Plan:
    """Lay out the renewal plan of `PLAN_YEARS` years.

    `prices` are cents by owner and category, `embodied` the grams of CO2e of making
    one device of a category; what they lack is counted apart. One more year of use
    defers cost ÷ planned months × 12, and avoids what `avoided` says: of a device
    that is late, from today on; else from the day on which it reaches its age.
    """
    last = today.year + PLAN_YEARS - 1
    years: dict[int, dict[str, Renewal]] = {
        year: {} for year in range(today.year, last + 1)
    }
    undated: dict[str, int] = {}
    later = 0
    for cohort in cohorts:
        key, number = cohort.category, cohort.number
        if cohort.since is None:
            undated[key] = undated.get(key, 0) + number
            continue
        length = months(key)
        due = months_after(cohort.since, length)
        if due.year > last:
            later += number
            continue
        year = max(due.year, today.year)
        found = _renewal(
            number, prices.get((cohort.owner_id, key)), embodied.get(key), length
        )
        spared = avoided(key, cohort.since, max(due, today))
        if spared is not None:
            found = replace(found, avoided=spared * number)
        if due < today:
            found = replace(found, late=number)
        years[year][key] = years[year].get(key, Renewal()).plus(found)
    return Plan(years, undated, later)


def _renewal(number: int, price: int | None, grams: int | None, months: int) -> Renewal:
    cost = number * (price or 0)
    return Renewal(
        number=number,
        cost_cents=cost,
        unpriced=number if price is None else 0,
        carbon=number * (grams or 0),
        unfactored=number if grams is None else 0,
        deferred_cents=round(Fraction(cost * MONTHS_A_YEAR, months)),
    )
