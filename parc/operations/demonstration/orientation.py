"""What each January decides of the réformé stock: reuse, waste, or another year."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

from parc.domain.reuse import standing
from parc.domain.siret import is_siren, with_key
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    Route,
    State,
)
from parc.operations.demonstration import decommissioning
from parc.operations.demonstration.departures import Leaving, depart
from parc.operations.demonstration.names import (
    ASSOCIATIONS,
    BUYERS,
    PRODUCER_BODY,
    RECONDITIONER,
)
from parc.operations.demonstration.office_hours import working_days_between
from parc.operations.demonstration.people import CALL, LOOS, MEURCHIN
from parc.operations.demonstration.waste import discard
from parc.operations.demonstration.world import Life, Owner, World

RATES = {
    CALL: (0.47, 0.53, 0.33, 0.27),
    LOOS: (0.64, 0.42, 0.38, 0.26),
    MEURCHIN: (0.0,),
}
"""Reuse rates aimed at, from the last year backwards."""

_EARLIER = 0.18
_KEENNESS = {"laptop": 3.0, "smartphone": 2.0, "tablet": 2.0, "mini_pc": 2.0}
_CAMPAIGNS = (0.2, 0.45, 0.7, 1.0)
_GIFT_VALUE = 30_000
_WASTE, _ASIDE = 0.62, 0.14
_ROUTES: dict[Route, int] = {
    Route.ORGANISATION_GIFT: 52,
    Route.STAFF_GIFT: 12,
    Route.SALE: 14,
    Route.PUBLIC_TRANSFER: 12,
    Route.PRODUCER_TAKEBACK: 6,
    Route.SUPPLIER_TAKEBACK: 4,
}
_FREE = frozenset({Route.ORGANISATION_GIFT, Route.STAFF_GIFT, Route.PUBLIC_TRANSFER})


def invented_siret(eight_digits: str) -> str:
    """Complete eight digits to a SIRET whose two keys are right."""
    siren = next(s for k in "0123456789" if is_siren(s := eight_digits + k))
    return with_key(siren, "0001")


UNIVERSITY = ("Établissement public de formation", invented_siret("99000103"))


def orient(world: World, day: date, owner: Owner) -> None:
    """Decide what leaves this year, so that the rate comes close to its aim."""
    stock = [
        life
        for life in world.lives
        if life.device.owner == owner.siret and life.state in DECOMMISSIONED_AND_HELD
    ]
    counted = sum(_counts(world, life, owner, day.year) for life in stock)
    back = world.end.year - day.year
    aims = RATES[owner.key]
    aim = counted * (aims[back] if back < len(aims) else _EARLIER)
    quota = ceil(aim) if owner.key == LOOS else int(aim)
    send(world, day, owner, quota)


def send(world: World, day: date, owner: Owner, quota: int) -> None:
    """Let `quota` countable devices leave for reuse; share out the others."""
    free = world.of(owner, State.DECOMMISSIONED)
    ranked = sorted(
        (-world.chance.random() * _KEENNESS.get(life.product.category, 1.0), number)
        for number, life in enumerate(free)
        if not life.flagged and _counts(world, life, owner, day.year)
    )
    days = _campaigns(world, day)
    chosen = [free[number] for _, number in ranked][: quota if days else 0]
    for life in chosen:
        _send_off(world, day, life, days, counted=True)
    left = [life for life in free if not life.plan]
    current = day.year == world.end.year
    for life in left:
        _share_out(world, day, life, days, staying=0.45 if current else 0.2)


def _share_out(
    world: World, day: date, life: Life, days: Sequence[date], *, staying: float
) -> None:
    if world.happens(staying):
        return
    if days and not life.flagged and world.happens(_ASIDE / (_WASTE + _ASIDE)):
        counts = _counts(world, life, world.owner(life), day.year)
        _send_off(world, day, life, days, counted=not counts)
        return
    lots = (date(day.year, 3, 25), date(day.year, 10, 5))
    ahead = [lot for lot in lots if lot > day] or [day + timedelta(days=30)]
    discard(world, day, life, world.chance.choice(ahead))


def _send_off(
    world: World, day: date, life: Life, days: Sequence[date], *, counted: bool
) -> None:
    if life.device.amount_fact("estimated_value_cents") is None:
        decommissioning.value(world, day, life)
    on = world.chance.choice(days)
    past_december = on.month == 12 and on.year < world.end.year  # noqa: PLR2004 - month
    late = (
        world.chance.randint(20, 45) if past_december and world.happens(0.5) else None
    )
    leaving = _counted(world, life, on, late) if counted else _uncounted(world)
    depart(world, day, life, leaving, on)


def _counted(world: World, life: Life, on: date, late: int | None) -> Leaving:
    """Draw a departure that is reuse in the sense of article 2."""
    route = world.chance.choices(list(_ROUTES), list(_ROUTES.values()))[0]
    worth = life.device.amount_fact("estimated_value_cents") or 0
    ceiling = world.rules.law["donation_ceiling"].values[0]
    if route in _FREE and (worth > _GIFT_VALUE or on < ceiling.starts_on):
        route = Route.SALE
    proved = world.happens(0.7)
    loos = world.owners[LOOS]
    match route:
        case Route.ORGANISATION_GIFT:
            taker = world.chance.choice(ASSOCIATIONS)
            return Leaving(route, taker, proved=proved, late=late)
        case Route.STAFF_GIFT:
            taker = "Agent (tirage au sort)"
            return Leaving(route, taker, proved=proved, late=late)
        case Route.PUBLIC_TRANSFER:
            inside = world.owner(life).key == CALL and on > loos.first_day
            name, siret = (loos.name, loos.siret) if inside else UNIVERSITY
            if inside and world.happens(0.5):
                name, siret = UNIVERSITY
            return Leaving(route, name, siret, proved=proved, late=late)
        case Route.SALE:
            taker = world.chance.choice(BUYERS)
        case Route.PRODUCER_TAKEBACK:
            taker = PRODUCER_BODY
        case Route.SUPPLIER_TAKEBACK:
            taker = RECONDITIONER
    return Leaving(route, taker, committed=True, proved=True, late=late)


def _uncounted(world: World) -> Leaving:
    """Draw a departure that stays out of the rate, for one reason or another."""
    buyer = world.chance.choice(BUYERS)
    return world.chance.choice(
        (
            Leaving(Route.SALE, buyer),
            Leaving(Route.SALE, buyer, committed=True),
            Leaving(Route.PRODUCER_TAKEBACK, PRODUCER_BODY),
            Leaving(Route.SALE, buyer, committed=True, after=State.DECOMMISSIONED),
            Leaving(
                Route.SUPPLIER_TAKEBACK,
                RECONDITIONER,
                committed=True,
                proved=True,
                after=State.RECYCLED,
            ),
        )
    )


def _campaigns(world: World, day: date) -> list[date]:
    """List this year's days of hand-over; none when the year is too short."""
    first = day + timedelta(days=14)
    last = min(date(day.year, 12, 14), world.end - timedelta(days=4))
    window = working_days_between(first, last)
    return [window[int((len(window) - 1) * share)] for share in _CAMPAIGNS if window]


def _counts(world: World, life: Life, owner: Owner, year: int) -> bool:
    """Tell whether a device is one that the decree counts."""
    rules = world.rules
    if date(year, 12, 31) < rules.law["reuse_scope"].values[0].starts_on:
        return True
    judged = standing(life.device, owner.siret, year, rules.law, rules.categories)
    return judged.concerned and judged.exclusion is None
