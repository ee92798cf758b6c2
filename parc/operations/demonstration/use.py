"""Years of use: assignments, moves, failures, loans, losses, and their mistakes."""

from collections.abc import Callable
from datetime import date, timedelta

from parc.domain.vocabulary import Action, Role, State
from parc.operations.demonstration.catalogue import FAILURES
from parc.operations.demonstration.names import REPAIR_REASONS
from parc.operations.demonstration.world import Life, Owner, World

_YEAR = 365.25
_LOOK_AGAIN = 180
_MOVES, _LEAVES, _MISHAPS, _MISTAKES = 0.12, 0.09, 0.006, 0.012
_YOUNG, _OLD = 0.25, 4.0
_SPARE_SHARE = 0.04
_LENT_SHARE = 0.05
_LENT = frozenset({"laptop", "tablet", "projector"})
_NEAR_THE_END = 250


def somebody(world: World, owner: Owner) -> tuple[str, int]:
    """Draw a person or service of an owner, and the site where they work."""
    index = world.chance.randrange(len(owner.holders))
    return owner.holders[index], owner.sites[index % len(owner.sites)]


def deploy(world: World, day: date, life: Life) -> None:
    """Give a device from the stock to somebody, or keep it as a spare or for loans."""
    if life.state not in {State.IN_STOCK, State.TO_QUALIFY} or life.worn or life.plan:
        return
    if life.state is State.IN_STOCK:
        if life.product.category in _LENT and world.happens(_LENT_SHARE):
            lend(world, day, life)
            return
        if world.happens(_SPARE_SHARE):
            world.on(world.soon(day, 100, 500), deploy, life)
            return
    holder, site = somebody(world, world.owner(life))
    world.act(life, Action.ASSIGN, day, holder=holder, site=site)
    watch(world, day, life)


def watch(world: World, day: date, life: Life) -> None:
    """Draw what happens next to a device in service, and when."""
    life.watch += 1
    rates = {
        _move: _MOVES,
        _leave: _LEAVES,
        _fail: _failures(life, day),
        _vanish: _MISHAPS,
        _mistake: _MISTAKES,
    }
    delay = int(world.chance.expovariate(sum(rates.values())) * _YEAR) + 1
    kinds: list[Callable[[World, date, Life], None]] = list(rates)
    what = world.chance.choices(kinds, list(rates.values()))[0]
    when = day + timedelta(days=min(delay, _LOOK_AGAIN))
    if life.retires <= when:
        when, what = max(life.retires, day + timedelta(days=1)), _retire
    elif delay > _LOOK_AGAIN:
        what = watch
    world.on(when, _unless_changed, life, life.watch, what)


def lend(world: World, day: date, life: Life) -> None:
    """Lend a device for some weeks; one loan in five comes back late."""
    if life.state is not State.IN_STOCK or life.plan:
        return
    if life.retires <= day:
        life.worn = True
        return
    due = world.soon(day, 10, 60)
    holder, _ = somebody(world, world.owner(life))
    world.act(life, Action.LEND, day, holder=holder, due_on=due.isoformat())
    back = world.soon(due, 3, 40) if world.happens(0.2) else due
    world.on(back, _bring_back, life)


def _bring_back(world: World, day: date, life: Life) -> None:
    if life.state is State.ON_LOAN:
        _return(world, day, life, State.IN_STOCK)
        world.on(world.soon(day, 5, 90), lend, life)


def _unless_changed(
    world: World,
    day: date,
    life: Life,
    number: int,
    what: Callable[[World, date, Life], None],
) -> None:
    if life.watch == number and life.state is State.IN_SERVICE and not life.plan:
        what(world, day, life)


def _failures(life: Life, day: date) -> float:
    """Return failures a year: many when new, few, then more and more (bathtub)."""
    rate, age = FAILURES.get(life.product.category, 0.0), life.years(day)
    if age < _YOUNG:
        return rate * 2.5
    return rate * (1 + max(age - _OLD, 0) * 0.6)


def _move(world: World, day: date, life: Life) -> None:
    holder, site = somebody(world, world.owner(life))
    world.act(life, Action.MOVE, day, holder=holder, site=site)
    watch(world, day, life)


def _leave(world: World, day: date, life: Life) -> None:
    """The holder leaves: the device comes back, sometimes typed weeks later."""
    near = (life.retires - day).days < _NEAR_THE_END
    target = State.TO_QUALIFY if near or world.happens(0.3) else State.IN_STOCK
    late = world.chance.randint(15, 60) if world.happens(0.05) else None
    _return(world, day, life, target, late)
    life.worn = near
    if not near:
        world.on(world.soon(day, 65, 140), deploy, life)


def _retire(world: World, day: date, life: Life) -> None:
    life.worn = True
    if world.happens(0.85):
        _return(world, day, life, State.TO_QUALIFY)


def _fail(world: World, day: date, life: Life) -> None:
    reason = world.chance.choice(REPAIR_REASONS)
    world.act(life, Action.SEND_TO_REPAIR, day, reason=reason)
    hopeless = 0.08 * max(life.years(day) - 1, 0)
    world.on(world.soon(day, 5, 35), _repaired, life, world.happens(hopeless))


def _repaired(world: World, day: date, life: Life, hopeless: bool) -> None:
    if life.state is not State.IN_REPAIR:
        return
    if hopeless:
        life.worn = True
        return
    target = State.IN_SERVICE if world.happens(0.8) else State.IN_STOCK
    world.act(life, Action.RETURN_FROM_REPAIR, day, target=target.value)
    if target is State.IN_SERVICE:
        watch(world, day, life)
    else:
        world.on(world.soon(day, 5, 60), deploy, life)


def _vanish(world: World, day: date, life: Life) -> None:
    stolen = world.happens(0.35)
    lose(world, day, life, stolen=stolen)
    if not stolen and world.happens(0.4):
        world.on(world.soon(day, 20, 150), _find, life)


def lose(world: World, day: date, life: Life, *, stolen: bool) -> None:
    """Report a device lost or stolen."""
    if stolen:
        complaint = f"PV-{day.year}-{world.chance.randint(1000, 9999)}"
        world.act(
            life,
            Action.REPORT_STOLEN,
            day,
            Role.COMMUNE_MANAGER,
            complaint=complaint,
            encrypted="oui",
        )
    else:
        reason = "Introuvable au récolement."
        world.act(life, Action.REPORT_MISSING, day, Role.COMMUNE_MANAGER, reason=reason)


def _find(world: World, day: date, life: Life) -> None:
    if life.state is State.MISSING:
        world.act(
            life, Action.FIND, day, Role.COMMUNE_MANAGER, comment="Dans un placard."
        )
        world.on(world.soon(day, 5, 60), deploy, life)


def _mistake(world: World, day: date, life: Life) -> None:
    """A return typed on the wrong device, annulled within days."""
    _return(world, day, life, State.IN_STOCK)
    life.plan = "mistake"
    world.on(world.soon(day, 1, 4), _correct, life)


def _correct(world: World, day: date, life: Life) -> None:
    life.plan = ""
    reason = "Saisi sur le mauvais matériel."
    world.act(life, Action.ANNUL, day, Role.FLEET_LEAD, reason=reason)
    watch(world, day, life)


def _return(
    world: World, day: date, life: Life, target: State, late: int | None = None
) -> None:
    stock = world.owner(life).stock
    world.act(life, Action.RETURN, day, target=target.value, site=stock, late=late)
