"""One figure of a report, exact until it is written down."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

PERCENT = "%"
UNITS = "unités"


@dataclass(frozen=True, slots=True)
class Part:
    """A share of an indicator: `key` and `label` of one member of `dimension`."""

    dimension: str
    key: str
    label: str
    numerator: int | None
    denominator: int | None = None

    @property
    def value(self) -> Decimal | None:
        """The part's own rate in percent, when it has a denominator above zero."""
        if self.numerator is None or not self.denominator:
            return None
        return percent(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of the catalogue (`id`), with all that it takes to check it.

    Rates are `numerator / denominator`; counts have no denominator. `reason`
    says in French why there is no value. `statutory_target` tells a target of
    the law from one given for information. `declared` of the `devices` behind
    the figure rest on an import's word (decision D11).
    """

    id: str
    label: str
    unit: str
    numerator: int
    denominator: int | None
    legal_basis: str
    target: Fraction | None = None
    statutory_target: bool = False
    reason: str | None = None
    breakdown: tuple[Part, ...] = ()
    devices: int = 0
    declared: int = 0

    @property
    def computable(self) -> bool:
        """Tell whether the figure exists."""
        return self.reason is None

    @property
    def value(self) -> Decimal | None:
        """The figure as written: percent with one decimal, or a count."""
        if self.reason is not None:
            return None
        if self.denominator is None:
            return Decimal(self.numerator)
        return percent(self.numerator, self.denominator)

    @property
    def reached(self) -> bool | None:
        """Tell whether the target is reached, on the exact fraction."""
        if self.reason is not None or self.target is None or not self.denominator:
            return None
        return Fraction(100 * self.numerator, self.denominator) >= self.target

    @property
    def gap(self) -> Decimal | None:
        """Points between the value as written and the target."""
        value = self.value
        if value is None or self.target is None:
            return None
        return value - one_decimal(self.target)

    @property
    def declared_share(self) -> Decimal | None:
        """Percent of the devices behind the figure that rest on declarations."""
        return percent(self.declared, self.devices) if self.devices else None


def percent(numerator: int, denominator: int) -> Decimal:
    """Round a rate once, to one decimal, halves up: 19 of 40 is 47.5."""
    return one_decimal(Fraction(100 * numerator, denominator))


def one_decimal(value: Fraction) -> Decimal:
    """Write a fraction with one decimal, halves up."""
    return Decimal(floor(value * 10 + Fraction(1, 2))).scaleb(-1)
