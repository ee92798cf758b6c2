"""The last weeks: work left under way, so that every screen has something to show."""

from datetime import date, timedelta

from parc.domain.vocabulary import Action, Settlement, State
from parc.operations.demonstration import decommissioning, use, waste
from parc.operations.demonstration.departures import prepare
from parc.operations.demonstration.media import settle
from parc.operations.demonstration.names import REPAIR_REASONS
from parc.operations.demonstration.world import Life, Owner, World

_PLAN = "closing"
_OLD = (State.TO_QUALIFY, State.IN_SERVICE)


def schedule(world: World, owner: Owner, count: int) -> None:
    """Plan the owner's last weeks; `count` devices for each situation."""
    for days, what in (
        (40, _decommission),
        (14, _leave_on_the_way),
        (12, _lend),
        (10, _leave_as_waste),
        (9, _propose),
        (8, _lose),
        (6, _repair),
        (4, _return),
    ):
        world.on(world.end - timedelta(days=days), what, owner, count)


def _decommission(world: World, day: date, owner: Owner, count: int) -> None:
    chosen = _oldest(world, owner, 10 * count)
    for life in chosen:
        decommissioning.propose(world, day, life)
    world.on(day + timedelta(days=18), _sign, chosen)


def _sign(world: World, day: date, lives: list[Life]) -> None:
    for life in lives:
        decommissioning.pronounce(world, day, life)
        life.plan = ""


def _leave_on_the_way(world: World, day: date, owner: Owner, count: int) -> None:
    for state in (State.RECONDITIONING, State.READY, State.OFFERED, State.RESERVED):
        for life in _some(world, owner, count, State.DECOMMISSIONED, gift=True):
            prepare(world, day, life, state)


def _leave_as_waste(world: World, day: date, owner: Owner, count: int) -> None:
    for state in (
        State.TO_RECYCLE,
        State.DISMANTLED,
        State.IN_WASTE_LOT,
        State.WASTE_COLLECTED,
    ):
        for life in _some(world, owner, count, State.DECOMMISSIONED):
            _waste(world, day, life, state)


def _waste(world: World, day: date, life: Life, until: State) -> None:
    reason = "Trop ancien pour être remis en état."
    world.act(life, Action.CONDEMN, day, reason=reason)
    if until is State.DISMANTLED:
        world.act(life, Action.DISMANTLE, day)
    if until in {State.IN_WASTE_LOT, State.WASTE_COLLECTED}:
        settle(world, day, life, Settlement.DESTROYED)
        waste.put_in_lot(world, day, life)
    if until is State.WASTE_COLLECTED:
        waste.collect(world, day, life)


def _lend(world: World, day: date, owner: Owner, count: int) -> None:
    for index, life in enumerate(_some(world, owner, count + 1, State.IN_STOCK)):
        # The first loan is due before the last day: it is late.
        due = day + timedelta(days=7 if index == 0 else 45)
        holder, _ = use.somebody(world, owner)
        world.act(life, Action.LEND, day, holder=holder, due_on=due.isoformat())


def _propose(world: World, day: date, owner: Owner, count: int) -> None:
    for life in _oldest(world, owner, 3 * count):
        decommissioning.propose(world, day, life)


def _lose(world: World, day: date, owner: Owner, count: int) -> None:
    for stolen in (False, True):
        for life in _some(world, owner, 1 + count // 4, State.IN_SERVICE):
            use.lose(world, day, life, stolen=stolen)


def _repair(world: World, day: date, owner: Owner, count: int) -> None:
    for life in _some(world, owner, count, State.IN_SERVICE):
        reason = world.chance.choice(REPAIR_REASONS)
        world.act(life, Action.SEND_TO_REPAIR, day, reason=reason)


def _return(world: World, day: date, owner: Owner, count: int) -> None:
    for life in _some(world, owner, count, State.IN_SERVICE):
        target = State.TO_QUALIFY.value
        world.act(life, Action.RETURN, day, target=target, site=owner.stock)


def _oldest(world: World, owner: Owner, count: int) -> list[Life]:
    found = sorted(world.of(owner, *_OLD), key=lambda life: life.retires)
    return _taken(found[:count])


def _some(
    world: World, owner: Owner, count: int, state: State, *, gift: bool = False
) -> list[Life]:
    found = world.of(owner, state)
    if gift:
        found = [life for life in found if not life.flagged]
    return _taken(world.chance.sample(found, min(count, len(found))))


def _taken(lives: list[Life]) -> list[Life]:
    for life in lives:
        life.plan = _PLAN
    return lives
