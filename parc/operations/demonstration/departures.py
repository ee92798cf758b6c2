"""How réformé devices leave for reuse, step by step, and what comes after."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from parc.domain.vocabulary import (
    GIFTS,
    Action,
    EvidenceKind,
    Role,
    Route,
    Settlement,
    State,
)
from parc.operations.demonstration import use
from parc.operations.demonstration.media import settle
from parc.operations.demonstration.world import Life, World

_WITHDRAWN, _RELEASED, _MISTYPED, _OFFERED = 0.03, 0.05, 0.02, 0.75
_SECOND_LIFE = 700


@dataclass(frozen=True, slots=True)
class Leaving:
    """One departure: to whom, by which route, and how it is vouched for.

    `late` is the number of days after which the hand-over is typed. `after`
    tells what the taker does in the end.
    """

    route: Route
    taker: str
    siret: str | None = None
    committed: bool = False
    proved: bool = False
    late: int | None = None
    after: State | None = None

    @property
    def from_shelf(self) -> bool:
        """Tell whether the device must first be made ready for reuse."""
        return self.route in GIFTS


Step = Callable[[World, date, Life, Leaving], None]


def depart(world: World, day: date, life: Life, leaving: Leaving, on: date) -> None:
    """Plan a departure: steps spread from `day` on, the hand-over on `on`."""
    life.plan = "departure"
    steps: list[Step] = [_settle]
    if leaving.from_shelf:
        steps = [_recondition, _settle, _test]
        if world.happens(_OFFERED):
            steps += [_offer, _reserve]
    for index, step in enumerate(steps, start=1):
        when = day + timedelta(days=(on - day).days * index // (len(steps) + 1))
        world.on(when, step, life, leaving)
    world.on(on, _remit, life, leaving)


def prepare(world: World, day: date, life: Life, until: State) -> None:
    """Bring a réformé device, in one go, to a step of its way to reuse."""
    leaving = Leaving(Route.ORGANISATION_GIFT, "Association en cours de choix")
    _recondition(world, day, life, leaving)
    if until is State.RECONDITIONING:
        return
    _settle(world, day, life, leaving)
    _test(world, day, life, leaving)
    if until is State.READY:
        return
    _offer(world, day, life, leaving)
    if until is State.RESERVED:
        world.act(life, Action.RESERVE, day, Role.REUSE_OFFICER, taker=leaving.taker)


def _recondition(world: World, day: date, life: Life, _: Leaving) -> None:
    world.act(life, Action.RECONDITION, day)


def _settle(world: World, day: date, life: Life, _: Leaving) -> None:
    settle(world, day, life, Settlement.ERASED)


def _test(world: World, day: date, life: Life, _: Leaving) -> None:
    world.file(life, EvidenceKind.TESTS, day, "Tests complets", Role.TECHNICIAN)
    world.act(life, Action.DECLARE_READY, day)


def _offer(world: World, day: date, life: Life, _: Leaving) -> None:
    lot = f"LOT-{day.year}-{day.month:02d}"
    world.file(life, EvidenceKind.LOT, day, lot)
    world.act(life, Action.OFFER, day, Role.REUSE_OFFICER)
    if world.happens(_WITHDRAWN):
        for action in (Action.WITHDRAW_OFFER, Action.OFFER):
            world.act(life, action, day, Role.REUSE_OFFICER)


def _reserve(world: World, day: date, life: Life, leaving: Leaving) -> None:
    by = Role.REUSE_OFFICER
    if world.happens(_RELEASED):
        world.act(life, Action.RESERVE, day, by, taker="Association désistée")
        world.act(life, Action.RELEASE, day, by, reason="Le preneur s'est désisté.")
    world.act(life, Action.RESERVE, day, by, taker=leaving.taker)


def _remit(world: World, day: date, life: Life, leaving: Leaving) -> None:
    number = f"CONV-{day.year}-{day.month:02d}"
    world.file(life, EvidenceKind.CONVENTION, day, number)
    if leaving.committed:
        world.file(life, EvidenceKind.COMMITMENT, day, f"ENG-{day.year}")
    redone = day + timedelta(days=5)
    if world.happens(_MISTYPED) and redone <= min(world.end, date(day.year, 12, 20)):
        wrong = (
            Route.STAFF_GIFT
            if leaving.route is Route.ORGANISATION_GIFT
            else Route.SUPPLIER_TAKEBACK
        )
        world.act(
            life, Action.HAND_OVER, day, Role.REUSE_OFFICER, late=0, route=wrong.value
        )
        world.on(world.soon(day, 1, 2), _redo, life, leaving, day)
        return
    _hand_over(world, day, life, leaving, leaving.late)


def _redo(world: World, day: date, life: Life, leaving: Leaving, on: date) -> None:
    """Annul a hand-over typed with the wrong route, and type the right one."""
    reason = "Voie de remise mal saisie."
    world.act(life, Action.ANNUL, day, Role.FLEET_LEAD, late=0, reason=reason)
    _hand_over(world, on, life, leaving, (day - on).days)


def _hand_over(
    world: World, day: date, life: Life, leaving: Leaving, late: int | None
) -> None:
    details: dict[str, object] = {"route": leaving.route.value, "taker": leaving.taker}
    if leaving.siret:
        details["taker_siret"] = leaving.siret
    if leaving.route is Route.SALE:
        worth = life.device.amount_fact("estimated_value_cents") or 0
        details["price_cents"] = max(worth, 1_000)
    world.act(life, Action.HAND_OVER, day, Role.REUSE_OFFICER, late=late, **details)
    life.plan = ""
    if life.state is State.IN_STOCK:
        life.worn = False
        life.retires = day + timedelta(days=_SECOND_LIFE)
        world.on(world.soon(day, 5, 30), use.deploy, life)
    elif leaving.after is State.DECOMMISSIONED:
        world.on(world.soon(day, 10, 40), _take_back, life)
    elif leaving.proved:
        # What counts only once it is proved is proved before the end.
        certain = leaving.committed
        when = world.soon(day, 10, 40) if certain else world.soon(day, 30, 150)
        when = min(when, world.end) if certain else when
        world.on(when, _prove, life, leaving.after)


def _take_back(world: World, day: date, life: Life) -> None:
    reason = "Rendu : ne convient pas au preneur."
    site = world.owner(life).stock
    world.act(
        life,
        Action.RETURN_FROM_TAKER,
        day,
        Role.REUSE_OFFICER,
        reason=reason,
        site=site,
    )


def _prove(world: World, day: date, life: Life, after: State | None) -> None:
    by = Role.REUSE_OFFICER
    if after is State.RECYCLED:
        comment = "Irréparable : le preneur l'a confié au recyclage."
        world.act(life, Action.REPORT_RECYCLED_BY_TAKER, day, by, comment=comment)
        return
    world.file(life, EvidenceKind.PROOF, day, f"ATT-{day.year}-{day.month:02d}")
    world.act(life, Action.PROVE_REUSE, day, by)
