"""Linear depreciation, for information: the accounts are the finance department's.

CGCT art. R. 2321-1: straight line on historical cost; the years are a dated
parameter (`depreciation_years`), the owner's own deliberation prevails.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from parc.domain.dated import NotInForceError
from parc.domain.parameters import Parameter

YEARS = "depreciation_years"


def net_book_value(
    value_cents: int, acquired_on: date, day: date, years: int | Decimal
) -> int:
    """Give what is left of a value on a day, in cents; half a cent rounds down.

    Pro rata of the days since the acquisition; never below zero, and whole until
    the day of the acquisition.
    """
    end = _after(acquired_on, years)
    length, gone = (end - acquired_on).days, (day - acquired_on).days
    if gone <= 0:
        return value_cents
    if gone >= length:
        return 0
    return value_cents * (length - gone) // length


def years_for(law: Mapping[str, Parameter], acquired_on: date) -> int | Decimal:
    """Give the years over which something acquired on a day is depreciated."""
    parameter = law[YEARS]
    try:
        value = parameter.in_force(acquired_on).value
    except NotInForceError:
        value = parameter.values[0].value
    return value if isinstance(value, int | Decimal) else 0


def _after(day: date, years: int | Decimal) -> date:
    whole = int(years)
    try:
        end = day.replace(year=day.year + whole)
    except ValueError:  # 29 February
        end = date(day.year + whole, 3, 1)
    return date.fromordinal(end.toordinal() + int((years - whole) * 365))
