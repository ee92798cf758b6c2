"""What becomes of the data: every storage medium erased, destroyed or absent."""

from datetime import date

from parc.domain.device import NO_STORAGE
from parc.domain.vocabulary import Action, MediumKind, Settlement
from parc.operations.demonstration.papers import Paper
from parc.operations.demonstration.world import Life, World

_METHODS = {
    Settlement.ERASED: "Effacement logiciel vérifié",
    Settlement.DESTROYED: "Broyage",
    Settlement.ABSENT: "Constat visuel",
}
_PAPERS = {
    Settlement.ERASED: Paper.ERASURE,
    Settlement.DESTROYED: Paper.DESTRUCTION,
    Settlement.ABSENT: Paper.ABSENCE,
}


def settle(world: World, day: date, life: Life, outcome: Settlement) -> None:
    """Settle all that a device may hold, described beforehand or not."""
    device = life.device
    for medium in device.unsettled_media:
        _record(world, day, life, medium.serial, kind=medium.kind, outcome=outcome)
    if device.media:
        return
    for kind, _ in life.product.media:
        serial = f"S{world.chance.getrandbits(44):011X}"
        _record(world, day, life, serial, kind=kind, outcome=outcome)
    if (
        not life.product.media
        and world.rules.categories[device.category].storage != "none"
    ):
        unknown, absent = MediumKind.UNKNOWN, Settlement.ABSENT
        _record(world, day, life, NO_STORAGE, kind=unknown, outcome=absent)


def _record(
    world: World,
    day: date,
    life: Life,
    serial: str,
    *,
    kind: MediumKind,
    outcome: Settlement,
) -> None:
    world.act(
        life,
        Action.SETTLE_MEDIUM,
        day,
        serial=serial,
        kind=kind.value,
        outcome=outcome.value,
        method=_METHODS[outcome],
        document=world.owner(life).papers[_PAPERS[outcome]],
    )
