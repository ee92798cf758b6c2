"""Lines of orders: devices of one model bought together, and their facts."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from parc.clock import local
from parc.domain.asset_tag import AssetTag
from parc.domain.command import Command
from parc.domain.events import Event
from parc.domain.evolution import evolve
from parc.domain.fields import Json
from parc.domain.lifecycle import register
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Condition, Level, Role, Security
from parc.operations.demonstration.catalogue import (
    LIFETIMES,
    SHARES,
    Product,
    sold_in,
    worth_cents,
)
from parc.operations.demonstration.world import Life, Owner, World

YEAR = 365.25
"""Days."""

INVENTORY = "demonstration-inventaire"
"""Source of what the first inventory declared."""

_ALPHABET = "0123456789ABCDEFGHJKLMNPRSTVWXYZ"
_BY_LOT_BELOW, _INVENTORIED_FROM = 500, 100
_STARTS = {"HP": "5CG", "Lenovo": "PF", "Apple": "DMP", "Samsung": "R58"}
_WITH_UUID = frozenset({"laptop", "desktop", "mini_pc", "server"})
_FLAGGED, _CLASSIFIED = 0.02, 0.2
_WINDOWS_11 = 2022


@dataclass(frozen=True, slots=True)
class Lot:
    """What the devices of one line of an order have in common."""

    owner: Owner
    product: Product
    acquired_on: date
    order: str
    supplier: str
    accounting: str
    condition: Condition


def any_product(world: World, day: date) -> Product:
    """Draw a model on sale on a day, categories in believable shares."""
    category = world.chance.choices(list(SHARES), list(SHARES.values()))[0]
    return world.chance.choice(sold_in(category, day.year))


def registered(
    world: World,
    lot: Lot,
    day: date,
    details: Mapping[str, object],
    *,
    declared: bool = False,
) -> Life:
    """Register a device of a lot; `declared` by its owner's first inventory."""
    owner = lot.owner
    number = world.numbers[owner.key] = world.numbers.get(owner.key, 0) + 1
    at = world.typed(owner.first_day, 0) if declared else world.typed(day)
    command = Command(
        Action.REGISTER,
        day,
        at,
        world.actor(Role.TECHNICIAN, owner),
        details,
        Level.DECLARED if declared else Level.DOCUMENTED,
        INVENTORY if declared else None,
    )
    event = register(
        str(AssetTag(owner.key, number)),
        owner.siret,
        owner.manager,
        command,
        world.rules_on(owner, local(at).date()),
        media=() if declared and world.happens(0.3) else _media(world, lot.product),
    )
    if not isinstance(event, Event):
        raise Refused(event)
    years = LIFETIMES[lot.product.category] * (0.75 + 0.5 * world.chance.random())
    retires = lot.acquired_on + timedelta(days=int(years * YEAR))
    life = Life(lot.product, evolve(None, event), [event], lot.acquired_on, retires)
    world.lives.append(life)
    return life


def facts(world: World, lot: Lot, index: int = 0) -> dict[str, object]:
    """Draw the facts of one device of a lot."""
    product, chance = lot.product, world.chance
    used = lot.condition is Condition.RECONDITIONED
    price = product.euros * 100 * (0.55 if used else 0.96 + 0.08 * chance.random())
    ends = lot.acquired_on + timedelta(days=int(product.warranty * YEAR))
    drawn: dict[str, object] = {
        "category": product.category,
        "maker": product.maker,
        "model": product.model,
        "specifications": product.specifications,
        **_system(product, lot.acquired_on),
        "serial": _serial(world, product.maker),
        "acquired_on": lot.acquired_on.isoformat(),
        "price_cents": int(price),
        "condition": lot.condition.value,
        "supplier": lot.supplier,
        "order_number": lot.order,
        "warranty_ends_on": ends.isoformat(),
    }
    if product.euros >= _BY_LOT_BELOW:
        drawn["accounting_number"] = f"{lot.accounting}-{index + 1:02d}"
    elif product.euros >= _INVENTORIED_FROM:
        drawn["accounting_number"] = lot.accounting
    if product.repairability is not None:
        drawn["repairability_tenths"] = product.repairability
    if used:
        made = lot.acquired_on - timedelta(days=chance.randint(700, 1200))
        drawn["manufactured_on"] = made.isoformat()
    if product.category in _WITH_UUID:
        drawn["uuid"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if world.happens(0.3):
        age = max((world.start - lot.acquired_on).days / YEAR, 0)
        drawn["estimated_value_cents"] = worth_cents(product, age)
    if product.media and world.happens(_FLAGGED):
        classified = world.happens(_CLASSIFIED)
        flag = Security.CLASSIFIED if classified else Security.PROTECTED
        drawn["security"] = flag.value
    return drawn


def _system(product: Product, acquired_on: date) -> dict[str, object]:
    """Tell the operating system of some kinds; nothing is drawn for it."""
    if product.category == "server":
        return {"operating_system": "Debian GNU/Linux 12"}
    if product.category not in _WITH_UUID or product.maker == "Apple":
        return {}
    release = "10 Professionnel" if acquired_on.year < _WINDOWS_11 else "11 Entreprise"
    suffix = " 24H2" if acquired_on.year > _WINDOWS_11 else ""
    return {"operating_system": f"Windows {release}{suffix}"}


def _media(world: World, product: Product) -> Iterator[dict[str, Json]]:
    for kind, capacity in product.media:
        yield {
            "serial": _code(world, 14, "S"),
            "kind": kind.value,
            "capacity_gb": capacity,
        }


def _serial(world: World, maker: str) -> str:
    if maker == "Dell":
        return _code(world, 7)
    return _code(world, 10, _STARTS.get(maker, maker[:2].upper()))


def _code(world: World, length: int, start: str = "") -> str:
    return start + "".join(world.chance.choices(_ALPHABET, k=length - len(start)))
