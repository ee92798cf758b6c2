"""The sheet « Réparer ou remplacer »: what is at stake, and an advice with its reasons.

Advice only: nothing follows from it. Figures are of the category, never of a model
(carbon method, P3); a figure whose data is missing is absent, never assumed (P4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from parc.domain.factors import Factor, FactorValue, Indicator
from parc.domain.labelled import Labelled
from parc.domain.parameters import Content, Parameter

MONTHS_A_YEAR = 12
LONGEST_MONTHS = 240
_DAYS_A_YEAR = Fraction(36525, 100)
_OTHER = "other"


class Advice(Labelled):
    """What the sheet suggests; a person decides."""

    REPAIR = "repair", "Plutôt réparer"
    DISCUSS = "discuss", "À discuter"
    REPLACE = "replace", "Plutôt remplacer"
    UNKNOWN = "unknown", "Pas assez d'éléments"


class Weight(Labelled):
    """Which way a reason leans."""

    FOR = "for", "Pour réparer"
    AGAINST = "against", "Contre"
    NEITHER = "neither", "À savoir"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the advice; `counts`: the advice is drawn from it."""

    weight: Weight
    sentence: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One device on a day, and what is expected of its repair.

    `in_use_since` is its commissioning, else its acquisition; `spent_cents` what its
    repairs cost to date; `months` the use that is expected after the repair.
    """

    today: date
    in_use_since: date | None
    warranty_ends_on: date | None
    price_cents: int | None
    spent_cents: int
    estimate_cents: int | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Method:
    """The dated parameters: thresholds of ours, and those of the carbon method.

    `factor` is None when none is published for the category; `part` is the factor of
    the part that the repair takes, None when it takes none or none is published.
    """

    price_share: Parameter
    least_life: Parameter
    displacement: Parameter
    oldest_age: Parameter
    oldest_lifetimes: Parameter
    factor: Factor | None = None
    part: Factor | None = None


@dataclass(frozen=True, slots=True)
class Carbon:
    """Grams of CO2e, and what they were computed from.

    `embodied`: making one new device of the category. `unused`: the part of it that
    the reference life has not used up yet, lost by replacing now (formula a).
    `one_year` and `expected`: what one more year, and the expected use, avoid
    (formula b); None when an input is unknown. `part` is what making the part emits,
    due in full at once (P5).
    """

    factor: Factor
    value: FactorValue
    embodied: int
    unused: int | None
    one_year: int | None
    expected: int | None
    part: int | None
    displacement: Decimal
    life_days: int
    oldest_days: int
    year_days: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page says; `age_days` is None when no date is known."""

    age_days: int | None
    total_cents: int | None
    share: Fraction | None
    monthly_cents: int | None
    new_monthly_cents: int | None
    carbon: Carbon | None
    advice: Advice
    reasons: tuple[Reason, ...]


def sheet(case: Case, method: Method) -> Sheet:
    """Weigh a repair against a replacement.

    The price of a new device is taken to be the purchase price: no other is known.

    Raises:
        NotInForceError: a parameter holds no value yet on that day.
    """
    carbon = _carbon(case, method)
    price, estimate = case.price_cents, case.estimate_cents
    total = None if estimate is None else case.spent_cents + estimate
    known = price and total is not None
    share = Fraction(total or 0, price) if price and known else None
    monthly = (
        _rounded(Fraction(estimate, case.months))
        if estimate is not None and case.months
        else None
    )
    new_monthly = _new_monthly(price, carbon)
    reasons = (
        *_warranty(case),
        *_prices(case, method, share, monthly, new_monthly),
        *_life(case, method),
        *_at_stake(carbon),
    )
    age = (case.today - case.in_use_since).days if case.in_use_since else None
    warranted = bool(_warranty(case))
    advice = _advice(reasons, costed=estimate is not None or warranted)
    return Sheet(age, total, share, monthly, new_monthly, carbon, advice, reasons)


def days_of(years: Decimal | Fraction) -> int:
    """Count the days of a number of years: round(365.25 y)."""
    return round(_DAYS_A_YEAR * Fraction(years))


def extension(
    embodied: int,
    displacement: Decimal,
    *,
    since: date,
    first: date,
    days: int,
    life_days: int,
    oldest_days: int,
) -> tuple[int, int]:
    """Give what a stretch of use avoids (grams), and its days that count.

    Formula (b) of the carbon method: δ · E / L · days within [t0 + L, t0 + L_max),
    over `days` from `first` on. L is the reference life, for want of the authority's
    own median; days before it are what the device was made for, those after L_max
    avoid nothing any more.
    """
    begins = max(first, since + timedelta(days=life_days))
    ends = min(first + timedelta(days=days), since + timedelta(days=oldest_days))
    counted = max(0, (ends - begins).days)
    return _rounded(Fraction(displacement) * embodied * counted / life_days), counted


def _carbon(case: Case, method: Method) -> Carbon | None:
    if method.factor is None:
        return None
    value = method.factor.in_force(case.today)
    life = value.lifetime_years
    if life is None:
        return None
    displacement = _mode(method.displacement.in_force(case.today).value)
    embodied = value.impacts[Indicator.GWP].embodied
    life_days = days_of(life)
    oldest_days = _oldest(case.today, method, life)
    unused = one_year = expected = year_days = None
    if (since := case.in_use_since) is not None:
        left = max(0, life_days - max(0, (case.today - since).days))
        unused = _rounded(Fraction(embodied * left, life_days))

        def avoided(days: int) -> tuple[int, int]:
            return extension(
                embodied,
                displacement,
                since=since,
                first=case.today,
                days=days,
                life_days=life_days,
                oldest_days=oldest_days,
            )

        one_year, year_days = avoided(days_of(Fraction(1)))
        if case.months:
            expected, _ = avoided(days_of(Fraction(case.months, MONTHS_A_YEAR)))
    part = (
        method.part.in_force(case.today).impacts[Indicator.GWP].embodied
        if method.part
        else None
    )
    return Carbon(
        factor=method.factor,
        value=value,
        embodied=embodied,
        unused=unused,
        one_year=one_year,
        expected=expected,
        part=part,
        displacement=displacement,
        life_days=life_days,
        oldest_days=oldest_days,
        year_days=year_days,
    )


def _oldest(today: date, method: Method, life: Decimal) -> int:
    """Give L_max in days: the lesser of so many reference lives and of an age."""
    lives = method.oldest_lifetimes.in_force(today).value
    ages = method.oldest_age.in_force(today).value
    family = method.factor.family if method.factor else _OTHER
    age = ages.get(family, ages[_OTHER]) if isinstance(ages, Mapping) else ages
    return min(days_of(_number(lives) * life), days_of(_number(age)))


def _warranty(case: Case) -> list[Reason]:
    ends_on = case.warranty_ends_on
    if ends_on is None or ends_on < case.today:
        return []
    sentence = (
        f"La garantie court jusqu'au {ends_on:%d/%m/%Y} : demandez d'abord la prise en "
        "charge."
    )
    return [Reason(Weight.FOR, sentence)]


def _prices(
    case: Case,
    method: Method,
    share: Fraction | None,
    monthly: int | None,
    new_monthly: int | None,
) -> list[Reason]:
    reasons = []
    most = _number(method.price_share.in_force(case.today).value)
    if share is not None:
        percent = _percent(share)
        low = share * 100 <= Fraction(most)
        sentence = (
            f"Devis et réparations passées font {percent} du prix d'achat "
            f"(repère : {most} %)."
        )
        reasons.append(Reason(Weight.FOR if low else Weight.AGAINST, sentence))
    elif not case.price_cents:
        sentence = "Prix d'achat inconnu : le devis ne se compare à rien."
        reasons.append(Reason(Weight.NEITHER, sentence, counts=False))
    if monthly is not None and new_monthly is not None:
        cheap = monthly <= new_monthly
        sentence = (
            f"Réparer coûte {_euros(monthly)} par mois d'usage attendu, un neuf au "
            f"même prix {_euros(new_monthly)} par mois de sa durée de référence."
        )
        reasons.append(Reason(Weight.FOR if cheap else Weight.AGAINST, sentence))
    return reasons


def _life(case: Case, method: Method) -> list[Reason]:
    if case.months is None:
        return []
    least = _number(method.least_life.in_force(case.today).value) * MONTHS_A_YEAR
    enough = case.months >= least
    sentence = f"Usage attendu : {case.months} mois (repère : {least:.0f} mois)."
    return [Reason(Weight.FOR if enough else Weight.AGAINST, sentence)]


def _at_stake(carbon: Carbon | None) -> list[Reason]:
    """Say what replacing costs the climate: to be known, and weighed by a person."""
    if carbon is None:
        sentence = (
            "Aucun facteur carbone n'est publié pour cette catégorie : pas de chiffre."
        )
        return [Reason(Weight.NEITHER, sentence, counts=False)]
    sentence = f"Fabriquer un neuf émet {_kilograms(carbon.embodied)} de CO2e."
    return [Reason(Weight.NEITHER, sentence, counts=False)]


def _advice(reasons: tuple[Reason, ...], *, costed: bool) -> Advice:
    """Draw the advice; `costed`: one knows who pays for the repair, and how much."""
    weights = {reason.weight for reason in reasons if reason.counts}
    if not weights or not costed:
        return Advice.UNKNOWN
    if weights == {Weight.FOR}:
        return Advice.REPAIR
    return Advice.REPLACE if weights == {Weight.AGAINST} else Advice.DISCUSS


def _new_monthly(price: int | None, carbon: Carbon | None) -> int | None:
    life = carbon.value.lifetime_years if carbon else None
    if not price or not life:
        return None
    return _rounded(Fraction(price) / (Fraction(life) * MONTHS_A_YEAR))


def _number(value: Content) -> Decimal:
    if not isinstance(value, int | Decimal):
        message = f"a number is expected, not {value!r}"
        raise TypeError(message)
    return Decimal(value)


def _mode(value: Content) -> Decimal:
    return _number(value["mode"] if isinstance(value, Mapping) else value)


def _rounded(value: Fraction) -> int:
    """Round to the nearest whole unit, halves to the even one."""
    return round(value)


def _percent(share: Fraction) -> str:
    return f"{_rounded(share * 100)} %"


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"


def _kilograms(grams: int) -> str:
    tenths = _rounded(Fraction(grams, 100))
    return f"{tenths // 10},{tenths % 10} kg"
