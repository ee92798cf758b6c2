"""The orders of the last two years, as the devices that came by them tell.

Written after the histories: nothing in the journal depends on it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from parc import resources
from parc.domain.category import AgecCategory
from parc.domain.purchase import Clause, IndexKind, OrderKind
from parc.domain.vocabulary import Action, Condition, Role, State
from parc.operations.demonstration.office_hours import instant, on_or_after
from parc.operations.demonstration.people import CALL
from parc.operations.demonstration.world import Owner, World
from parc.storage.bulk import insert_rows
from parc.storage.purchase_tables import DeliveredRow, DeliveryRow, LineRow, OrderRow
from parc.storage.tables import DeviceRow, EventRow

_YEARS = 2
_MORNING, _AFTERNOON = 40, 320
"""Minutes after the opening."""


@dataclass
class _Line:
    """The devices of one model and condition in an order."""

    devices: list[DeviceRow] = field(default_factory=list)
    facts: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Desk:
    """Who enters and receives the orders of one owner, and when devices came."""

    session: Session
    owner_id: int
    lead: str
    technician: str
    came: Mapping[int, date]


def add(session: Session, world: World) -> None:
    """Write the orders of each owner; a lump sum, a gift and a rest cancelled."""
    came = _came(session)
    for owner in world.owners.values():
        lead = world.actor(Role.FLEET_LEAD, owner).id
        technician = world.actor(Role.TECHNICIAN, owner).id
        desk = _Desk(session, owner.id, lead, technician, came)
        for number, lines in _orders(session, world, owner).items():
            _order(desk, number, lines)
    call = world.owners[CALL]
    _without_devices(session, world, call, world.actor(Role.FLEET_LEAD, call).id)


def _orders(
    session: Session, world: World, owner: Owner
) -> dict[str, dict[tuple[str, ...], _Line]]:
    """Put together what was ordered under one number, line by line."""
    first = date(world.end.year - _YEARS + 1, 1, 1).isoformat()
    rows = session.exec(
        select(DeviceRow)
        .where(
            DeviceRow.owner_id == owner.id,
            col(DeviceRow.acquired_on) >= date.fromisoformat(first),
            col(DeviceRow.void).is_(None),
        )
        .order_by(col(DeviceRow.id))
    )
    found: dict[str, dict[tuple[str, ...], _Line]] = {}
    for row in rows:
        facts = json.loads(row.facts)
        number, price = facts.get("order_number"), facts.get("price_cents")
        if not number or price is None or facts.get("acquired_on", "") < first:
            continue
        what = (row.category, facts["maker"], facts["model"], facts["condition"])
        line = found.setdefault(number, {}).setdefault(what, _Line())
        line.devices.append(row)
        line.facts.append(facts)
    return found


def _came(session: Session) -> dict[int, date]:
    """Tell on which day each device came: its reception, else its registration."""
    rows = session.exec(
        select(col(EventRow.device_id), col(EventRow.effective_on))
        .where(col(EventRow.action).in_([Action.REGISTER.value, Action.RECEIVE.value]))
        .order_by(col(EventRow.device_id), col(EventRow.seq))
    )
    return dict(rows.all())


def _order(desk: _Desk, number: str, lines: Mapping[tuple[str, ...], _Line]) -> None:
    told = next(iter(lines.values())).facts[0]
    day = min(date.fromisoformat(f["acquired_on"]) for f in _facts(lines.values()))
    row = OrderRow(
        owner_id=desk.owner_id,
        number=number,
        kind=OrderKind.ORDER.value,
        supplier=told["supplier"],
        ordered_on=day,
        spent_on=day,
        created_at=instant(on_or_after(day), _MORNING),
        created_by=desk.lead,
    )
    desk.session.add(row)
    desk.session.flush()
    # Every other contract of the shared service has a clause.
    clause = (Clause.NONE, Clause.ENVIRONMENTAL, Clause.BOTH)[int(number[-1]) % 3]
    for position, line in enumerate(lines.values(), 1):
        made = _line_row(row, position, line, clause)
        desk.session.add(made)
        desk.session.flush()
        _deliver(desk, made, line)


def _line_row(row: OrderRow, position: int, line: _Line, clause: Clause) -> LineRow:
    told = line.facts[0]
    category = resources.categories()[line.devices[0].category]
    tenths = told.get("repairability_tenths")
    new = told["condition"] != Condition.RECONDITIONED.value
    kind = IndexKind.NONE
    if tenths is not None and new:
        out_of_ten = category.id == "laptop"
        kind = IndexKind.REPAIRABILITY if out_of_ten else IndexKind.EU_CLASS
    return LineRow(
        order_id=row.id,
        position=position,
        agec_category=category.agec_category.value,
        category=category.id,
        maker=told["maker"],
        model=told["model"],
        quantity=len(line.devices),
        amount_cents=sum(facts["price_cents"] for facts in line.facts),
        condition=told["condition"],
        clause=clause.value,
        index_kind=kind.value,
        index_tenths=tenths if kind is IndexKind.REPAIRABILITY else None,
        index_class="B" if kind is IndexKind.EU_CLASS else "",
        index_source="" if kind is IndexKind.NONE else "Fiche du fabricant",
        index_on=None if kind is IndexKind.NONE else row.ordered_on,
        ecolabel="TCO Certified" if new and category.id == "monitor" else "",
        warranty_ends_on=date.fromisoformat(told["warranty_ends_on"]),
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _deliver(desk: _Desk, made: LineRow, line: _Line) -> None:
    """Write a delivery for each day on which devices of a line came."""
    days: dict[date, list[int]] = {}
    for device in line.devices:
        if device.state != State.ORDERED.value:
            days.setdefault(desk.came[device.id], []).append(device.id)
    for day, ids in sorted(days.items()):
        delivery = DeliveryRow(
            line_id=made.id,
            quantity=len(ids),
            received_on=day,
            note=f"BL {day:%y%m%d}-{made.id}",
            recorded_at=instant(on_or_after(day), _AFTERNOON),
            recorded_by=desk.technician,
        )
        desk.session.add(delivery)
        desk.session.flush()
        insert_rows(
            desk.session,
            DeliveredRow.__table__,  # type: ignore[attr-defined]
            [
                {"device_id": key, "line_id": made.id, "delivery_id": delivery.id}
                for key in ids
            ],
        )


def _without_devices(session: Session, world: World, owner: Owner, by: str) -> None:
    """Enter a lump sum, a gift that awaits its devices, and an order that was cut."""
    day = on_or_after(world.end - timedelta(days=120))
    at = instant(day, _MORNING)
    made: tuple[tuple[str, OrderKind, str, dict[str, Any]], ...] = (
        (
            f"MANDAT-{day.year}-4711",
            OrderKind.LUMP_SUM,
            "Orange Business",
            {
                "model": "Terminaux de téléphonie, 1er semestre",
                "quantity": 1,
                "amount_cents": 412_000,
                "condition": Condition.NEW.value,
            },
        ),
        (
            f"DON-{day.year}-01",
            OrderKind.GIFT,
            "Chambre de métiers et de l'artisanat",
            {
                "category": "laptop",
                "maker": "Lenovo",
                "model": "ThinkPad L14",
                "quantity": 4,
                "amount_cents": 80_000,
                "condition": Condition.REUSED.value,
                "reference": "Grille : portable de moins de cinq ans, 200 €",
            },
        ),
        (
            f"BC-{day.year}-{owner.key}-099",
            OrderKind.ORDER,
            "Écodair",
            {
                "category": "monitor",
                "maker": "Philips",
                "model": "243B9",
                "quantity": 20,
                "amount_cents": 190_000,
                "condition": Condition.RECONDITIONED.value,
                "cancelled_quantity": 20,
                "cancelled_at": at + timedelta(days=21),
                "cancelled_by": by,
                "cancel_reason": "Stock du fournisseur épuisé",
            },
        ),
    )
    for number, kind, supplier, said in made:
        row = OrderRow(
            owner_id=owner.id,
            number=number,
            kind=kind.value,
            supplier=supplier,
            ordered_on=day,
            spent_on=day,
            created_at=at,
            created_by=by,
        )
        session.add(row)
        session.flush()
        session.add(
            LineRow(
                order_id=row.id,
                position=1,
                agec_category=AgecCategory.IT_AND_TELEPHONY.value,
                clause=Clause.NONE.value,
                index_kind=IndexKind.NONE.value,
                created_at=at,
                created_by=by,
                **said,
            )
        )
    session.flush()


def _facts(lines: Iterable[_Line]) -> Iterable[Mapping[str, Any]]:
    return (facts for line in lines for facts in line.facts)
