"""Purchases of a budget year: orders, deliveries, and what is bought second-hand."""

from datetime import date

from parc.domain.vocabulary import Action, Condition, State
from parc.operations.demonstration import use
from parc.operations.demonstration.catalogue import Product
from parc.operations.demonstration.lots import Lot, any_product, facts, registered
from parc.operations.demonstration.names import SUPPLIERS
from parc.operations.demonstration.office_hours import on_or_after
from parc.operations.demonstration.world import Life, Owner, World

_ONE_BY_ONE_ABOVE, _LARGEST_LOT = 1_000, 12
_SOLD_AGAIN = frozenset({"laptop", "desktop", "smartphone", "monitor"})
_RECONDITIONED, _RECYCLED_CONTENT = 0.5, 0.1


def buy(world: World, day: date, owner: Owner, count: int) -> None:
    """Order so many devices: a few lines, each of one model."""
    order = f"BC-{day.year}-{owner.key}-{world.chance.randint(100, 999)}"
    while count > 0:
        product = any_product(world, day)
        most = 1 if product.euros > _ONE_BY_ONE_ABOVE else _LARGEST_LOT
        size = min(count, world.chance.randint(1, most))
        condition = _condition(world, day, product)
        second_hand = condition is Condition.RECONDITIONED
        lot = Lot(
            owner,
            product,
            day,
            order,
            SUPPLIERS[-1] if second_hand else world.chance.choice(SUPPLIERS[:-1]),
            f"21838-{day.year}-{world.chance.randint(1000, 9999)}",
            condition,
        )
        delivered = world.soon(day, 10, 28)
        if world.happens(0.5) or on_or_after(delivered) > world.end:
            _order(world, day, lot, size, delivered)
        else:
            world.on(delivered, _deliver, lot, size)
        count -= size


def _condition(world: World, day: date, product: Product) -> Condition:
    years_on_sale = day.year - product.first
    if product.category in _SOLD_AGAIN and years_on_sale > 1:
        if world.happens(_RECONDITIONED):
            return Condition.RECONDITIONED
    elif world.happens(_RECYCLED_CONTENT):
        return Condition.RECYCLED_CONTENT
    return Condition.NEW


def _order(world: World, day: date, lot: Lot, size: int, delivered: date) -> None:
    for index in range(size):
        details = {**facts(world, lot, index), "target": State.ORDERED.value}
        world.on(delivered, _receive, registered(world, lot, day, details))


def _receive(world: World, day: date, life: Life) -> None:
    world.act(life, Action.RECEIVE, day, site=world.owner(life).stock)
    world.on(world.soon(day, 2, 40), use.deploy, life)


def _deliver(world: World, day: date, lot: Lot, size: int) -> None:
    where = {"target": State.IN_STOCK.value, "site": lot.owner.stock}
    for index in range(size):
        life = registered(world, lot, day, {**facts(world, lot, index), **where})
        world.on(world.soon(day, 2, 40), use.deploy, life)
