"""Six years of three public bodies, put on the agenda before time passes."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

from parc.domain.vocabulary import State
from parc.operations.demonstration import (
    closing,
    decommissioning,
    duplicates,
    inventory,
    purchases,
)
from parc.operations.demonstration.orientation import orient, send
from parc.operations.demonstration.people import CALL, LOOS, MEURCHIN
from parc.operations.demonstration.world import Owner, World

YEARS = 6
JOINED_AFTER = {CALL: 0, LOOS: 300, MEURCHIN: 1_480}
"""Days between the beginning and an owner's first day in parc."""

_SHARES = {CALL: 0.80, LOOS: 0.16, MEURCHIN: 0.04}
_INHERITED = {CALL: 0.42, LOOS: 0.45, MEURCHIN: 0.7}
_OLDEST = {CALL: 5.5, LOOS: 6.0, MEURCHIN: 5.0}
_WAVES = ((2, 12), (6, 3), (10, 14))
_GROWTH = 0.06
_LAST_ORDER = 9


def fill(world: World, devices: int) -> None:
    """Put on the agenda all that will happen to exactly so many devices."""
    counts = _split(devices, list(_SHARES.values()))
    for owner, count in zip(world.owners.values(), counts, strict=True):
        inherited = round(count * _INHERITED[owner.key])
        waves = list(_waves(world, owner))
        if not waves:
            inherited = count
        oldest = _OLDEST[owner.key]
        world.on(
            owner.first_day, inventory.take_over, owner, count=inherited, oldest=oldest
        )
        sizes = _split(count - inherited, [weight for _, weight in waves])
        for (day, _), size in zip(waves, sizes, strict=True):
            world.on(day, purchases.buy, owner, size)
        for year in range(owner.first_day.year, world.end.year + 1):
            _year(world, owner, year)
    closing.schedule(world, world.owners[CALL], 1 + devices // 400)
    duplicates.schedule(world, world.owners[CALL])


def _year(world: World, owner: Owner, year: int) -> None:
    """Plan a year's two réformes, the second before the budget, and January's plan."""
    if owner.key == MEURCHIN:
        if year == world.end.year:
            _only_reform(world, owner, year)
        return
    for proposed, signed in (
        (date(year, 4, 8), date(year, 5, 21)),
        (date(year, 9, 25), date(year, 11, 30)),
    ):
        if proposed > owner.first_day + timedelta(days=30):
            world.on(proposed, decommissioning.propose_batch, owner, signed)
    planned = date(year, 1, 6)
    if planned > owner.first_day:
        world.on(planned, orient, owner)


def _only_reform(world: World, owner: Owner, year: int) -> None:
    """Let a small town decommission for the first time: no stock on 1 January."""
    signed = date(year, 2, 24)
    world.on(date(year, 2, 3), _renew, owner, signed)
    world.on(signed + timedelta(days=10), _send_half, owner)


def _renew(world: World, day: date, owner: Owner, sign_on: date) -> None:
    """Replace the oldest third of the devices in service."""
    oldest = sorted(world.of(owner, State.IN_SERVICE), key=lambda life: life.retires)
    for life in oldest[: ceil(len(oldest) / 3)]:
        life.worn = True
    decommissioning.propose_batch(world, day, owner, sign_on)


def _send_half(world: World, day: date, owner: Owner) -> None:
    waiting = [x for x in world.lives if x.device.owner == owner.siret]
    reformed = sum(life.device.decommissioned_on is not None for life in waiting)
    send(world, day, owner, (reformed + 1) // 2)


def _waves(world: World, owner: Owner) -> Iterator[tuple[date, float]]:
    last = world.end - timedelta(days=_LAST_ORDER)
    for year in range(owner.first_day.year, world.end.year + 1):
        for month, middle in _WAVES:
            day = world.soon(date(year, month, middle), -10, 10)
            if owner.first_day < day < last - timedelta(days=20):
                yield day, 1 + _GROWTH * (year - owner.first_day.year)
    if owner.first_day < last:
        yield last, 0.3


def _split(total: int, weights: list[float]) -> list[int]:
    """Share whole numbers out by weight; they add up to `total`."""
    whole, running, given = sum(weights), 0.0, 0
    parts: list[int] = []
    for weight in weights:
        running += weight
        upto = round(total * running / whole)
        parts.append(upto - given)
        given = upto
    return parts
