"""The forecasts of a fleet: the plan, what ends soon, systems without support."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session

from parc import resources
from parc.domain.dated import NotInForceError
from parc.domain.factors import Indicator
from parc.domain.foresight import Plan, months_after, plan, planned_months
from parc.domain.os_support import System
from parc.domain.repair_or_replace import Case, sheet
from parc.operations.repair_sheet import method_of
from parc.storage import foresight
from parc.storage.foresight import Asked

PRICE_YEARS = 5
"""Years back from which prices still tell what a device costs."""

ENDINGS = {"warranty_ends_on": "Garanties", "lease_ends_on": "Locations"}
"""Facts whose end is announced a year before."""


@dataclass(frozen=True, slots=True)
class Supported:
    """Devices whose operating system is the same; `texts` are what lists say of it.

    `system` is None for what is not recognised, and for what says nothing (no text).
    """

    system: System | None
    number: int
    texts: tuple[str, ...]

    def is_over(self, today: date) -> bool:
        """Tell whether the support has ended."""
        ends_on = self.system.ends_on if self.system else None
        return ends_on is not None and ends_on < today


def months_by_category(day: date) -> dict[str, int]:
    """Give the planned length of use of each category that is planned, in months."""
    table = resources.law()["renewal_months"].in_force(day).value
    return {
        key: planned_months(table, key)
        for key, category in resources.categories().items()
        if not category.accessory
    }


def unplanned() -> frozenset[str]:
    """Give the categories that nobody plans: accessories (decision D10)."""
    kinds = resources.categories().items()
    return frozenset(key for key, category in kinds if category.accessory)


def renewal_plan(session: Session, asked: Asked, today: date) -> Plan:
    """Lay out the renewal plan of the devices in use."""
    months = months_by_category(today)
    return plan(
        foresight.cohorts(session, asked, unplanned()),
        today,
        months=lambda key: months.get(key, months["other"]),
        prices=foresight.recent_prices(
            session, asked, months_after(today, -12 * PRICE_YEARS)
        ),
        embodied=embodied(today),
        avoided=one_year_avoids,
    )


def embodied(day: date) -> Mapping[str, int]:
    """Give the grams of CO2e of making a device, for categories that have a factor."""
    factors = resources.factors()
    found = {}
    for key, category in resources.categories().items():
        if category.factor is not None:
            value = factors[category.factor].in_force(day)
            found[key] = value.impacts[Indicator.GWP].embodied
    return found


@lru_cache(maxsize=8_192)
def one_year_avoids(category: str, since: date, first: date) -> int | None:
    """Give what one more year of use avoids (grams), as the repair sheet reckons it.

    Formula (b) of the carbon method, with the factor and the parameters of `first`.
    None: no factor is published for the category.
    """
    case = Case(
        today=first,
        in_use_since=since,
        warranty_ends_on=None,
        price_cents=None,
        spent_cents=0,
        estimate_cents=None,
        months=None,
    )
    try:
        carbon = sheet(case, method_of(category)).carbon
    except NotInForceError:
        return None
    return carbon.one_year if carbon else None


def support(session: Session, asked: Asked) -> list[Supported]:
    """Count the devices in use by operating system, the earliest end first.

    Last come those without a published day, those not recognised, those not told.
    """
    known = resources.systems()
    numbers: dict[str | None, int] = {}
    texts: dict[str | None, list[str]] = {}
    for said, number in foresight.systems(session, asked, known.kinds):
        system = known.named(said) if said else None
        key = system.id if system else (None if said is None else "")
        numbers[key] = numbers.get(key, 0) + number
        texts.setdefault(key, []).extend([said] if said else [])
    found = [
        Supported(known.systems.get(key or ""), number, tuple(sorted(texts[key])))
        for key, number in numbers.items()
    ]

    def order(one: Supported) -> tuple[int, date, str]:
        if one.system is None:
            return (2 if one.texts else 3, date.max, "")
        return (
            0 if one.system.ends_on else 1,
            one.system.ends_on or date.max,
            one.system.name,
        )

    return sorted(found, key=order)
