"""The inventory that an owner hands over on its first day in parc, as declared."""

from datetime import date, timedelta

from parc.domain.command import Command
from parc.domain.events import Event
from parc.domain.evolution import evolve
from parc.domain.lifecycle import decide
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Condition, Level, Role, State
from parc.operations.demonstration import use
from parc.operations.demonstration.lots import (
    INVENTORY,
    YEAR,
    Lot,
    any_product,
    facts,
    registered,
)
from parc.operations.demonstration.names import SUPPLIERS
from parc.operations.demonstration.office_hours import on_or_after, on_or_before
from parc.operations.demonstration.people import CALL
from parc.operations.demonstration.world import Life, Owner, World

_ANCIENT, _UNDATED, _IN_SERVICE, _DECOMMISSIONED = 0.04, 0.015, 0.9, 0.12
_RETIRED_AT_LAST = 10.3
_DATES = ("acquired_on", "commissioned_on", "warranty_ends_on")


def take_over(
    world: World, day: date, owner: Owner, *, count: int, oldest: float
) -> None:
    """Import so many devices, most of them up to `oldest` years of age.

    A few are older and stay in use until they are past ten.
    """
    for _ in range(count):
        ancient = world.happens(_ANCIENT)
        age = oldest * world.chance.random() ** 1.2
        if ancient:
            age = 5.5 + 3 * world.chance.random()
        bought = on_or_before(day - timedelta(days=30 + int(age * YEAR)))
        life = _inherited(world, day, _lot(world, owner, bought))
        if ancient:
            years = _RETIRED_AT_LAST + world.chance.random()
            life.retires = bought + timedelta(days=int(years * YEAR))
        elif life.retires < day + timedelta(days=20):
            life.retires = world.soon(day, 20, 520)


def _lot(world: World, owner: Owner, bought: date) -> Lot:
    return Lot(
        owner,
        any_product(world, bought),
        bought,
        f"BC-{bought.year}-{world.chance.randint(100, 999)}",
        world.chance.choice(SUPPLIERS),
        f"21838-{bought.year}-{world.chance.randint(1000, 9999)}",
        Condition.UNKNOWN,
    )


def _inherited(world: World, today: date, lot: Lot) -> Life:
    """Declare one device; its history in parc begins the day it was put to use."""
    owner = lot.owner
    in_service = world.happens(_IN_SERVICE)
    state = State.IN_SERVICE if in_service else State.IN_STOCK
    day = on_or_after(world.soon(lot.acquired_on, 3, 20))
    details = {
        **facts(world, lot),
        "commissioned_on": day.isoformat(),
        "target": state.value,
        "site": owner.stock,
    }
    if in_service:
        details["holder"], details["site"] = use.somebody(world, owner)
    undated = world.happens(_UNDATED)
    if undated:
        day = today
        for name in _DATES:
            del details[name]
    life = registered(world, lot, day, details, declared=True)
    reform = on_or_before(today - timedelta(days=world.chance.randint(3, 300)))
    old = lot.acquired_on + timedelta(days=int(3.5 * YEAR)) < reform
    if owner.key == CALL and old and not undated and world.happens(_DECOMMISSIONED):
        _declare_decommission(world, life, reform)
    elif in_service:
        use.watch(world, today, life)
    else:
        world.on(world.soon(today, 5, 200), use.deploy, life)
    return life


def _declare_decommission(world: World, life: Life, day: date) -> None:
    owner = world.owner(life)
    command = Command(
        Action.DECOMMISSION,
        day,
        life.events[-1].recorded_at,
        world.actor(Role.TECHNICIAN, owner),
        {"act_number": f"DEL-{day.year}-000", "act_on": day.isoformat()},
        Level.DECLARED,
        INVENTORY,
    )
    event = decide(life.device, command, world.rules_on(owner, owner.first_day))
    if not isinstance(event, Event):
        raise Refused(event)
    life.events.append(event)
    life.device = evolve(life.device, event)
