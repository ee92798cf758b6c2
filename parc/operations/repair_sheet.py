"""Gather what the sheet « Réparer ou remplacer » weighs for one device."""

import json
from datetime import date

from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.factors import Factor
from parc.domain.repair_or_replace import Case, Method, Sheet, sheet
from parc.storage import repair_orders
from parc.storage.tables import DeviceRow

PART_FAMILY = "part"


def parts() -> tuple[Factor, ...]:
    """List the spare parts whose making has a published factor, by label."""
    known = (f for f in resources.factors().values() if f.family == PART_FAMILY)
    return tuple(sorted(known, key=lambda factor: factor.label))


def sheet_of(
    session: Session,
    viewer: Viewer,
    row: DeviceRow,
    today: date,
    *,
    estimate_cents: int | None = None,
    months: int | None = None,
    part: str = "",
) -> tuple[Case, Method, Sheet]:
    """Weigh a repair of a device: what was taken into account, and what comes of it."""
    facts = json.loads(row.facts)
    price = facts.get("price_cents")
    case = Case(
        today=today,
        in_use_since=_day(facts.get("commissioned_on")) or row.acquired_on,
        warranty_ends_on=warranty_of(row),
        price_cents=price if isinstance(price, int) else None,
        spent_cents=repair_orders.spent_on(session, viewer, row.id),
        estimate_cents=estimate_cents,
        months=months,
    )
    method = method_of(row.category, part)
    return case, method, sheet(case, method)


def method_of(category: str, part: str = "") -> Method:
    """Gather the dated parameters, with the factor of a category and of a part."""
    law, factors = resources.law(), resources.factors()
    named = resources.categories()[category].factor
    return Method(
        price_share=law["repair_price_share"],
        least_life=law["repair_least_life"],
        displacement=factors.assumptions["displacement_extension"],
        oldest_age=factors.assumptions["oldest_credited_age"],
        oldest_lifetimes=factors.assumptions["oldest_credited_lifetimes"],
        factor=factors[named] if named else None,
        part=next((factor for factor in parts() if factor.id == part), None),
    )


def warranty_of(row: DeviceRow) -> date | None:
    """Give the last day of a device's warranty, if it is known."""
    return _day(json.loads(row.facts).get("warranty_ends_on"))


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
