"""Réformes in batches: valued, proposed by one person, pronounced by another."""

from datetime import date, timedelta

from parc.domain.vocabulary import Action, Role, State
from parc.operations.demonstration import use
from parc.operations.demonstration.catalogue import worth_cents
from parc.operations.demonstration.names import DECOMMISSION_REASONS
from parc.operations.demonstration.people import LOOS
from parc.operations.demonstration.world import Life, Owner, World

_PROPOSABLE = (State.IN_STOCK, State.IN_SERVICE, State.IN_REPAIR, State.TO_QUALIFY)
_WITHDRAWN, _REVERSED = 0.04, 0.02


def propose_batch(world: World, day: date, owner: Owner, sign_on: date) -> None:
    """Propose the réforme of all that is worn out; it is signed on `sign_on`."""
    lives = [life for life in world.of(owner, *_PROPOSABLE) if life.worn]
    for life in lives:
        propose(world, day, life)
    world.on(sign_on, _sign, owner, lives)


def propose(world: World, day: date, life: Life) -> None:
    """Estimate what a device is worth, then propose its réforme."""
    value(world, day, life)
    by = Role.COMMUNE_MANAGER if world.owner(life).key == LOOS else Role.FLEET_LEAD
    reason = world.chance.choice(DECOMMISSION_REASONS)
    world.act(life, Action.PROPOSE_DECOMMISSION, day, by, reason=reason)


def pronounce(world: World, day: date, life: Life) -> None:
    """Sign the réforme."""
    number = f"DEL-{day.year}-{100 + day.timetuple().tm_yday}"
    world.act(
        life,
        Action.DECOMMISSION,
        day,
        Role.SIGNATORY,
        act_number=number,
        act_on=day.isoformat(),
    )


def value(world: World, day: date, life: Life) -> None:
    """Write down what a device is worth now."""
    cents = worth_cents(life.product, life.years(day))
    world.act(life, Action.DESCRIBE, day, estimated_value_cents=cents)


def _sign(world: World, day: date, owner: Owner, lives: list[Life]) -> None:
    for life in lives:
        if world.happens(_WITHDRAWN):
            comment = "Encore utile : réaffectation prévue."
            by = Role.COMMUNE_MANAGER if owner.key == LOOS else Role.FLEET_LEAD
            world.act(life, Action.WITHDRAW_PROPOSAL, day, by, comment=comment)
            _back_to_use(world, day, life)
            continue
        pronounce(world, day, life)
        if world.happens(_REVERSED):
            world.on(world.soon(day, 8, 25), _reinstate, life)


def _reinstate(world: World, day: date, life: Life) -> None:
    if life.state is State.DECOMMISSIONED and not life.plan:
        reason = "Besoin nouveau dans un service."
        world.act(life, Action.REINSTATE, day, Role.FLEET_LEAD, reason=reason)
        _back_to_use(world, day, life)


def _back_to_use(world: World, day: date, life: Life) -> None:
    life.worn = False
    life.retires = day + timedelta(days=world.chance.randint(300, 600))
    world.on(world.soon(day, 3, 30), use.deploy, life)
