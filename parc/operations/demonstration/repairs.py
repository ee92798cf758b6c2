"""Maintenance of the demonstration: a few repairs, the parts and a contract of them.

Written after the histories: orders go along with repairs that devices really had.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from parc.clock import local
from parc.domain.events import Event
from parc.domain.maintenance import Outcome, Place, Stage, WarrantyAnswer
from parc.domain.siret import with_key
from parc.domain.spare_parts import Movement
from parc.domain.vocabulary import Action, Role, State
from parc.operations.demonstration.people import CALL, first_holding
from parc.operations.demonstration.world import Life, Owner, World
from parc.storage import spare_parts
from parc.storage.maintenance_tables import (
    RepairContractRow,
    RepairOrderRow,
    SparePartRow,
)
from parc.storage.tables import DeviceRow

_SEED = 20_26
_CLOSED, _APART, _OPEN, _SPOT = 16, 4, 6, 3
_DIAGNOSES = {
    "Batterie": "battery",
    "Clavier": "keyboard",
    "Écran": "screen",
    "Connecteur": "connectors",
    "Disque": "storage",
    "Arrêts": "motherboard",
}
_ANYWHERE = ("Ne démarre", "Arrêts")
_PARTS = (
    # Name, what it fits, minimum, cents, received, diagnosis that takes one.
    ("Batterie 4 cellules", "Portables Dell Latitude", 4, 6_490, 9, "battery"),
    ("SSD 512 Go", "Portables et fixes", 3, 5_250, 12, "storage"),
    ("Clavier AZERTY", "Portables Dell Latitude", 2, 3_980, 7, "keyboard"),
    ("Barrette mémoire 16 Go", "Fixes et portables DDR4", 4, 4_120, 3, "memory"),
    ("Connecteur d'alimentation", "Portables HP ProBook", 1, 1_450, 6, "connectors"),
)


@dataclass(frozen=True, slots=True)
class _Repair:
    """A stay in repair, from its history; `ended` is None while it lasts."""

    life: Life
    began: Event
    ended: Event | None


def keep_repairs(session: Session, world: World) -> None:
    """Add the orders, parts and contracts of the largest owner."""
    owner = world.owners[CALL]
    bench = _Bench(session, world, owner)
    stays = sorted(_stays(world, owner), key=lambda stay: stay.began.recorded_at)
    closed = [stay for stay in stays if stay.ended][-_CLOSED * _APART :: _APART]
    lasting = [stay for stay in stays if stay.ended is None]
    waiting = (
        lasting if len(lasting) <= _OPEN else [*lasting[:2], *lasting[2 - _OPEN :]]
    )
    idle = [life for life in world.of(owner, State.IN_SERVICE) if _is_computer(life)]
    bench.know([stay.life for stay in (*closed, *waiting)] + idle[:_SPOT])
    for stay in closed:
        bench.close(stay)
    for place, life in enumerate(idle[:_SPOT]):
        bench.upgrade(life, world.end - timedelta(days=20 * (_SPOT - place)))
    for stay in waiting:
        bench.open(stay)


class _Bench:
    """Where the rows are made, one after the other."""

    def __init__(self, session: Session, world: World, owner: Owner) -> None:
        self._session = session
        self._world = world
        self._owner = owner
        self._chance = random.Random(_SEED)
        self._technician = first_holding(world.viewers, Role.TECHNICIAN, owner.id).actor
        self._lead = first_holding(world.viewers, Role.FLEET_LEAD, owner.id).actor
        self._devices: Mapping[str, int] = {}
        start = world.typed(world.end - timedelta(days=900), 0)
        self._contracts = self._sign(start)
        self._parts = self._stock(start)

    def know(self, lives: list[Life]) -> None:
        """Find the rows of devices."""
        found = self._session.exec(
            select(DeviceRow.tag, DeviceRow.id).where(
                col(DeviceRow.tag).in_([life.device.tag for life in lives])
            )
        )
        self._devices = dict(found.all())

    def close(self, stay: _Repair) -> None:
        """Write the order of a repair that is over."""
        order = self._order(stay)
        ended = stay.ended
        if ended is None:
            return
        better = (Outcome.UPGRADED, 3) if order.diagnosis == "storage" else None
        wanted = [
            (Outcome.REPAIRED, 8),
            (Outcome.RETURNED_UNREPAIRED, 1),
            *([better] if better else []),
        ]
        outcomes, weights = zip(*wanted, strict=True)
        outcome = self._chance.choices(outcomes, weights)[0]
        order.minutes = self._chance.randrange(20, 150, 5)
        if order.place == Place.PARTNER.value:
            order.invoice_cents = self._chance.randrange(4_500, 22_000, 50)
        else:
            order.labour_cents = order.minutes * 55
        self._finish(order, ended.effective_on, ended.recorded_at, outcome)

    def upgrade(self, life: Life, day: date) -> None:
        """Write an upgrade on the spot that avoids a replacement."""
        at = self._world.typed(day, 0)
        order = self._add(
            life,
            day=local(at).date(),
            at=at,
            fault="Lent : mémoire insuffisante pour le nouveau système.",
            diagnosis="memory",
            away=False,
        )
        order.minutes = 30
        order.avoids_replacement = True
        self._finish(order, order.opened_on, at, Outcome.UPGRADED)

    def open(self, stay: _Repair) -> None:
        """Write the order of a repair that lasts."""
        order = self._order(stay)
        order.estimate_cents = self._chance.choice((None, 8_900, 14_500))
        order.warranty_claim = self._chance.random() < 0.4  # noqa: PLR2004 - some of them
        if order.warranty_claim:
            order.warranty_answer = WarrantyAnswer.PENDING.value
            order.warranty_reference = f"SAV-{self._chance.randint(10_000, 99_999)}"
        self._session.add(order)
        self._session.flush()

    def _order(self, stay: _Repair) -> RepairOrderRow:
        fault = str(stay.began.details.get("reason", ""))
        found = (d for word, d in _DIAGNOSES.items() if fault.startswith(word))
        return self._add(
            stay.life,
            day=stay.began.effective_on,
            at=stay.began.recorded_at,
            fault=fault,
            diagnosis=next(found, "power"),
            away=True,
        )

    def _add(
        self,
        life: Life,
        *,
        day: date,
        at: datetime,
        fault: str,
        diagnosis: str,
        away: bool,
    ) -> RepairOrderRow:
        partner = away and diagnosis in {"screen", "motherboard"}
        row = RepairOrderRow(
            owner_id=self._owner.id,
            device_id=self._devices[life.device.tag],
            stage=Stage.OPEN.value,
            away=away,
            opened_on=day,
            opened_at=at,
            opened_by=self._technician,
            fault=fault,
            diagnosis=diagnosis,
            place=(Place.PARTNER if partner else Place.IN_HOUSE).value,
            contract_id=self._contract(day) if partner else None,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _finish(
        self, order: RepairOrderRow, day: date, at: datetime, outcome: Outcome
    ) -> None:
        part = self._parts.get(order.diagnosis or "")
        if (
            part is not None
            and part.level
            and outcome is not Outcome.RETURNED_UNREPAIRED
        ):
            self._move(part, Movement.USED, -1, at, order_id=order.id)
            order.parts_cents = part.unit_cost_cents
        else:
            order.parts_cents = 0
        order.stage, order.outcome = Stage.CLOSED.value, outcome.value
        order.closed_on, order.closed_at = day, at
        order.closed_by = self._technician
        self._session.add(order)
        self._session.flush()

    def _contract(self, day: date) -> int | None:
        return next(
            (
                row.id
                for row in self._contracts
                if row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
            ),
            None,
        )

    def _sign(self, at: datetime) -> list[RepairContractRow]:
        first = local(at).date()
        soon = self._world.end + timedelta(days=45)
        rows = [
            RepairContractRow(
                owner_id=self._owner.id,
                name=name,
                siret=with_key(siren, "0001"),
                starts_on=first,
                ends_on=ends_on,
                scope=scope,
                contact=contact,
                created_at=at,
                created_by=self._lead,
            )
            for name, siren, ends_on, scope, contact in (
                (
                    "Atelier solidaire du Bassin",
                    "999001001",
                    soon,
                    "Portables et écrans, sur site ou à l'atelier, sous dix jours.",
                    "atelier@bassin.example",
                ),
                (
                    "Réparation Artois",
                    "999001019",
                    None,
                    "Imprimantes et serveurs.",
                    "03 21 00 00 00",
                ),
            )
        ]
        self._session.add_all(rows)
        self._session.flush()
        return rows

    def _stock(self, at: datetime) -> dict[str, SparePartRow]:
        parts = {}
        for name, fits, minimum, cents, received, diagnosis in _PARTS:
            row = SparePartRow(
                owner_id=self._owner.id,
                name=name,
                fits=fits,
                minimum=minimum,
                unit_cost_cents=cents,
                created_at=at,
                created_by=self._lead,
            )
            self._session.add(row)
            self._session.flush()
            self._move(row, Movement.RECEIVED, received, at)
            parts[diagnosis] = row
        return parts

    def _move(
        self,
        part: SparePartRow,
        kind: Movement,
        quantity: int,
        at: datetime,
        order_id: int | None = None,
    ) -> None:
        spare_parts.move(
            self._session,
            part,
            kind,
            quantity,
            unit_cost_cents=part.unit_cost_cents,
            at=at,
            by=self._technician,
            order_id=order_id,
        )


def _stays(world: World, owner: Owner) -> Iterator[_Repair]:
    """Find the latest stay in repair of each device, unless it was annulled."""
    for life in world.lives:
        if life.device.owner != owner.siret or life.device.void is not None:
            continue
        actions = {event.action for event in life.events}
        if Action.ANNUL in actions or Action.SEND_TO_REPAIR not in actions:
            continue
        sent = [e for e in life.events if e.action is Action.SEND_TO_REPAIR][-1]
        later = (e for e in life.events if e.seq > sent.seq)
        back = next((e for e in later if e.action is Action.RETURN_FROM_REPAIR), None)
        # A battery is a laptop's; what does not start may be anything.
        fault = str(sent.details.get("reason", ""))
        likely = life.device.category == "laptop" or fault.startswith(_ANYWHERE)
        if likely and (back is not None or life.state is State.IN_REPAIR):
            yield _Repair(life, sent, back)


def _is_computer(life: Life) -> bool:
    return life.product.category in {"laptop", "desktop"}
