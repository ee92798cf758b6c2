"""What was registered by mistake or twice, put right on the last day."""

from datetime import date

from parc.domain.vocabulary import Action, Role, State
from parc.operations.demonstration.world import Life, Owner, World

_NEEDED = 6
_OUT = "out"


def schedule(world: World, owner: Owner) -> None:
    """Put it at the end of the agenda, after all that was to happen that day."""
    world.on(world.end, _at_last, owner)


def _at_last(world: World, day: date, owner: Owner) -> None:
    world.on(day, _put_right, owner)


def _put_right(world: World, day: date, owner: Owner) -> None:
    """Discard one and another that comes back; merge two, one of them in vain."""
    idle = world.of(owner, State.IN_STOCK)
    if len(idle) < _NEEDED:
        return
    mistake, found, *pairs = idle[:_NEEDED]
    _lead(world, day, mistake, Action.DISCARD, reason="Commande annulée, jamais livré.")
    _lead(world, day, found, Action.DISCARD, reason="Introuvable dans la livraison.")
    _lead(world, day, found, Action.RESTORE, reason="Livré avec le lot suivant.")
    _merge(world, day, pairs[0], pairs[1])
    _merge(world, day, pairs[2], pairs[3])
    _lead(world, day, pairs[2], Action.SPLIT, reason="C'étaient bien deux matériels.")
    mistake.plan = pairs[0].plan = _OUT


def _merge(world: World, day: date, duplicate: Life, kept: Life) -> None:
    reason = "Enregistré une seconde fois sous une autre étiquette."
    _lead(world, day, duplicate, Action.MERGE, into=kept.device.tag, reason=reason)


def _lead(
    world: World, day: date, life: Life, action: Action, **details: object
) -> None:
    by = Role.FLEET_LEAD
    world.act(life, action, day, by, late=0, **details)
