"""What a year's purchases of one owner amount to: ACH-01 and ACH-03 to ACH-07.

Pure: lines in, figures out, each with the lines behind it. The year is that of the
spend (`spent_on`); only what was not cancelled is given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from parc.domain.category import AgecCategory
from parc.domain.dated import NotInForceError
from parc.domain.parameters import Content, Parameter
from parc.domain.purchase import OUT_OF_TEN, REUSE, Clause, IndexKind, OrderKind
from parc.domain.vocabulary import Condition

_NEW = frozenset({Condition.NEW, Condition.RECYCLED_CONTENT})
_HUNDREDTH, _TENTH = Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of an order, without what was cancelled of it.

    `amount_cents` excludes VAT; of a gift it is the flat value. `category` is a kind
    of device (None: nothing is followed), `accessory` those that no rate counts
    (decision D10).
    """

    key: int
    kind: OrderKind
    ordered_on: date
    spent_on: date
    agec_category: AgecCategory
    category: str | None
    accessory: bool
    units: int
    amount_cents: int
    condition: Condition
    clause: Clause = Clause.NONE
    index_kind: IndexKind = IndexKind.NONE
    index_tenths: int | None = None
    ecolabel: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A secondary figure beside the main one: `value` in percent or plain."""

    label: str
    numerator: int
    denominator: int
    unit: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator of a year.

    `unit` is `%` or `/10`; `counted` is `cents`, `units` or `tenths`: what numerator
    and denominator count. `value` is None, with a French `reason`, when there is
    nothing to divide by. `inside` are the lines of the numerator, `lines` those of
    the denominator, by key.
    """

    id: str
    label: str
    unit: str
    counted: str
    numerator: int
    denominator: int
    value: Decimal | None
    reason: str
    inside: tuple[int, ...]
    lines: tuple[int, ...]
    target: Decimal | None = None
    basis: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class AgecTotal:
    """What was spent in a category of AGEC art. 58, in cents excluding VAT.

    The columns of the declaration (arrêté du 13 janvier 2025): gifts stand apart from
    the reuse that was paid for.
    """

    category: AgecCategory
    total: int
    reuse: int
    gifts: int
    recycled: int


def by_category(bought: Iterable[Bought], year: int) -> tuple[AgecTotal, ...]:
    """Add up a year's spend by category, those that parc follows."""
    lines = [one for one in bought if one.spent_on.year == year and one.units]
    paid = [one for one in lines if one.kind is not OrderKind.GIFT]
    gifts = [one for one in lines if one.kind is OrderKind.GIFT]
    return tuple(
        AgecTotal(
            agec,
            _cents(spend),
            _cents([one for one in spend if one.condition in REUSE]),
            _cents(_of(gifts, agec)),
            _cents([o for o in spend if o.condition is Condition.RECYCLED_CONTENT]),
        )
        for agec in AgecCategory
        if agec is not AgecCategory.NONE
        for spend in (_of(paid, agec),)
    )


def year_figures(
    bought: Iterable[Bought], year: int, law: Mapping[str, Parameter]
) -> tuple[Figure, ...]:
    """Compute the indicators of purchases of a calendar year, for one owner."""
    lines = [one for one in bought if one.spent_on.year == year and one.units]
    paid = [one for one in lines if one.kind is not OrderKind.GIFT]
    gifts = [one for one in lines if one.kind is OrderKind.GIFT]
    return (
        share_of_reuse(paid, gifts, year, law),
        share_with_clause(paid),
        mean_index(paid, law),
        index_considered(paid, law),
        share_of_units(
            "ACH-06",
            "Part d'équipements reconditionnés achetés",
            paid,
            lambda one: one.condition is Condition.RECONDITIONED,
            "Guide des bonnes pratiques e.1",
        ),
        share_of_units(
            "ACH-07",
            "Part d'équipements avec écolabel de type I",
            paid,
            lambda one: bool(one.ecolabel),
            "Guide des bonnes pratiques e.3",
        ),
    )


def share_of_reuse(
    paid: Sequence[Bought],
    gifts: Sequence[Bought],
    year: int,
    law: Mapping[str, Parameter],
) -> Figure:
    """ACH-01: spend excluding VAT on reused goods over all spend of IT and telephony.

    AGEC art. 58, décret 2024-134. Recycled content stands apart. Gifts never count
    in the main value; the share with them follows `gift_counting`.
    """
    spend = _of(paid, AgecCategory.IT_AND_TELEPHONY)
    given = _of(gifts, AgecCategory.IT_AND_TELEPHONY)
    reused = [one for one in spend if one.condition in REUSE]
    recycled = [one for one in spend if one.condition is Condition.RECYCLED_CONTENT]
    total, reuse = _cents(spend), _cents(reused)
    gift = _cents(given)
    day = date(year, 12, 31)
    whole = total + gift if _rule(law, "gift_counting", day) == "both_sides" else total
    return Figure(
        id="ACH-01",
        label="Part de la dépense informatique et téléphonie issue du réemploi",
        unit="%",
        counted="cents",
        numerator=reuse,
        denominator=total,
        value=_percent(reuse, total),
        reason="" if total else "Aucune dépense de cette catégorie dans l'année.",
        inside=_keys(reused),
        lines=_keys(spend) + _keys(given),
        target=_target(law, year),
        basis="AGEC art. 58, décret n° 2024-134",
        parts=(
            Part(
                "Avec les dons reçus",
                reuse + gift,
                whole,
                "%",
                _percent(reuse + gift, whole),
            ),
            Part(
                "Matières recyclées, à part",
                _cents(recycled),
                total,
                "%",
                _percent(_cents(recycled), total),
            ),
        ),
    )


def share_with_clause(paid: Sequence[Bought]) -> Figure:
    """ACH-03: spend under an environmental or social clause over all that parc follows.

    All categories of AGEC art. 58 and what is outside them; gifts are no contracts.
    """
    covered = [one for one in paid if one.clause is not Clause.NONE]
    total = _cents(paid)

    def part(label: str, kinds: set[Clause]) -> Part:
        cents = _cents([one for one in covered if one.clause in kinds])
        return Part(label, cents, total, "%", _percent(cents, total))

    return Figure(
        id="ACH-03",
        label="Part des achats avec clause environnementale ou sociale",
        unit="%",
        counted="cents",
        numerator=_cents(covered),
        denominator=total,
        value=_percent(_cents(covered), total),
        reason="" if total else "Aucun achat dans l'année.",
        inside=_keys(covered),
        lines=_keys(paid),
        basis="Interconnectés, axe 1",
        parts=(
            part("Environnementale", {Clause.ENVIRONMENTAL, Clause.BOTH}),
            part("Sociale", {Clause.SOCIAL, Clause.BOTH}),
        ),
    )


def mean_index(paid: Sequence[Bought], law: Mapping[str, Parameter]) -> Figure:
    """ACH-04: mean repairability index of the units that have one, with coverage.

    Over new units of the kinds that `repairability_scope` names for that index on
    the day of the order. The numerator sums tenths, the denominator counts units.
    """
    scope = [
        one
        for one in _eligible(paid, law)
        if IndexKind.REPAIRABILITY in _kinds(law, one)
    ]
    with_index = [
        one
        for one in scope
        if one.index_kind is IndexKind.REPAIRABILITY and one.index_tenths is not None
    ]
    units = _units(with_index)
    tenths = sum((one.index_tenths or 0) * one.units for one in with_index)
    value = None
    if units:
        mean = Decimal(tenths) / (10 * units)
        value = mean.quantize(_HUNDREDTH, ROUND_HALF_UP)
    eligible = _units(scope)
    return Figure(
        id="ACH-04",
        label="Indice de réparabilité moyen des achats",
        unit="/10",
        counted="tenths",
        numerator=tenths,
        denominator=units,
        value=value,
        reason="" if units else "Aucune unité achetée avec un indice de réparabilité.",
        inside=_keys(with_index),
        lines=_keys(scope),
        basis="AGEC art. 55",
        parts=(Part("Couverture", units, eligible, "%", _percent(units, eligible)),),
    )


def index_considered(paid: Sequence[Bought], law: Mapping[str, Parameter]) -> Figure:
    """ACH-05: units bought with their index recorded over those that have to have one.

    AGEC art. 55: repairability since 2023, durability since 2026; new goods only.
    """
    eligible = _eligible(paid, law)
    recorded = [one for one in eligible if _is_recorded(one)]
    units, whole = _units(recorded), _units(eligible)
    euros, spend = _cents(recorded), _cents(eligible)
    return Figure(
        id="ACH-05",
        label="Part des achats éligibles où l'indice a été pris en compte",
        unit="%",
        counted="units",
        numerator=units,
        denominator=whole,
        value=_percent(units, whole),
        reason="" if whole else "Aucun achat neuf d'un matériel à indice.",
        inside=_keys(recorded),
        lines=_keys(eligible),
        target=Decimal(100),
        basis="AGEC art. 55, REEN art. 15",
        parts=(Part("En montant HT", euros, spend, "%", _percent(euros, spend)),),
    )


def share_of_units(
    name: str,
    label: str,
    paid: Sequence[Bought],
    inside: Callable[[Bought], bool],
    basis: str,
) -> Figure:
    """ACH-06, ACH-07: units that fulfil a condition over all units bought.

    Units are those of orders that name a kind of device; accessories are followed and
    counted nowhere (decision D10); a lump sum has no units.
    """
    devices = [
        one
        for one in paid
        if one.kind is OrderKind.ORDER and one.category and not one.accessory
    ]
    counted = [one for one in devices if inside(one)]
    units, whole = _units(counted), _units(devices)
    return Figure(
        id=name,
        label=label,
        unit="%",
        counted="units",
        numerator=units,
        denominator=whole,
        value=_percent(units, whole),
        reason="" if whole else "Aucun matériel acheté dans l'année.",
        inside=_keys(counted),
        lines=_keys(devices),
        basis=basis,
    )


def _eligible(paid: Sequence[Bought], law: Mapping[str, Parameter]) -> list[Bought]:
    return [
        one
        for one in paid
        if one.kind is OrderKind.ORDER and one.condition in _NEW and _kinds(law, one)
    ]


def _kinds(law: Mapping[str, Parameter], one: Bought) -> frozenset[IndexKind]:
    """Give the indexes that a line's kind of device has on the day of the order."""
    try:
        scope = law["repairability_scope"].in_force(one.ordered_on).value
    except NotInForceError:
        return frozenset()
    found = scope.items() if isinstance(scope, Mapping) else ()
    return frozenset(
        IndexKind(kind) for kind, names in found if one.category in _words(names)
    )


def _words(names: Content) -> tuple[Content, ...]:
    return names if isinstance(names, tuple) else (names,)


def _is_recorded(one: Bought) -> bool:
    if one.index_kind in OUT_OF_TEN:
        return one.index_tenths is not None
    return one.index_kind is IndexKind.EU_CLASS


def _target(law: Mapping[str, Parameter], year: int) -> Decimal | None:
    """Give the least share of the year (décret 2024-134), None before there is one."""
    try:
        shares = law["purchase_share"].in_force(date(year, 1, 1)).value
    except NotInForceError:
        return None
    columns = (
        shares.get(AgecCategory.IT_AND_TELEPHONY.value)
        if isinstance(shares, Mapping)
        else None
    )
    share = columns.get("reuse") if isinstance(columns, Mapping) else None
    return Decimal(share) if isinstance(share, int | Decimal) else None


def _rule(law: Mapping[str, Parameter], name: str, day: date) -> Content:
    try:
        return law[name].in_force(day).value
    except NotInForceError:
        return law[name].values[0].value


def _of(lines: Sequence[Bought], agec: AgecCategory) -> list[Bought]:
    return [one for one in lines if one.agec_category is agec]


def _cents(lines: Sequence[Bought]) -> int:
    return sum(one.amount_cents for one in lines)


def _units(lines: Sequence[Bought]) -> int:
    return sum(one.units for one in lines)


def _keys(lines: Sequence[Bought]) -> tuple[int, ...]:
    return tuple(one.key for one in lines)


def _percent(numerator: int, denominator: int) -> Decimal | None:
    if not denominator:
        return None
    return (Decimal(100 * numerator) / denominator).quantize(_TENTH, ROUND_HALF_UP)
