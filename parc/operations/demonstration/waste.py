"""How réformé devices leave as waste: condemned, put in a lot, collected, treated."""

from datetime import date, timedelta

from parc.domain.vocabulary import Action, EvidenceKind, Role, Settlement
from parc.operations.demonstration.media import settle
from parc.operations.demonstration.names import COLLECTOR, CONDEMN_REASONS
from parc.operations.demonstration.world import Life, World

_DISMANTLED, _TAKEN_OUT = 0.08, 0.03
_PICKED_UP_AFTER = 8


def discard(world: World, day: date, life: Life, lot_on: date) -> None:
    """Plan the end of a device: condemned from `day` on, in a lot on `lot_on`."""
    life.plan = "waste"
    world.on(world.soon(day, 0, max((lot_on - day).days - 5, 0)), condemn, life)
    world.on(lot_on, _enter_lot, life)


def condemn(world: World, day: date, life: Life) -> None:
    """Send a device towards recycling."""
    reason = world.chance.choice(CONDEMN_REASONS)
    world.act(life, Action.CONDEMN, day, reason=reason)
    if world.happens(_DISMANTLED):
        world.act(life, Action.DISMANTLE, day, comment="Pièces gardées pour réparer.")


def put_in_lot(world: World, day: date, life: Life) -> None:
    """Settle the data, then put a condemned device on the pallet."""
    settle(world, day, life, Settlement.DESTROYED)
    world.act(life, Action.PUT_IN_WASTE_LOT, day, lot=_lot(world, day, life))


def collect(world: World, day: date, life: Life) -> None:
    """Let the collector take a device away."""
    slip = f"BSD-{day.year}-{day.month:02d}"
    world.file(life, EvidenceKind.COLLECTION, day, slip, Role.TECHNICIAN)
    world.act(life, Action.COLLECT_WASTE, day, Role.FLEET_LEAD, collector=COLLECTOR)


def _enter_lot(world: World, day: date, life: Life) -> None:
    put_in_lot(world, day, life)
    if world.happens(_TAKEN_OUT):
        reason = "Pièces à récupérer avant l'enlèvement."
        world.act(life, Action.TAKE_OUT, day, reason=reason)
        world.act(life, Action.PUT_IN_WASTE_LOT, day, lot=_lot(world, day, life))
    pick_up = day + timedelta(days=_PICKED_UP_AFTER)
    world.on(pick_up, collect, life)
    world.on(world.soon(pick_up, 30, 100), _treated, life)


def _treated(world: World, day: date, life: Life) -> None:
    life.plan = ""
    certificate = f"TRT-{day.year}-{day.month:02d}"
    world.file(life, EvidenceKind.TREATMENT, day, certificate, Role.TECHNICIAN)
    world.act(life, Action.PROVE_TREATMENT, day, Role.FLEET_LEAD)


def _lot(world: World, day: date, life: Life) -> str:
    return f"DEEE-{world.owner(life).key}-{day.year}-{day.month:02d}"
