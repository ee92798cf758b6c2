"""Deliveries: units of a line received, as devices in stock that keep the link.

All of one delivery is recorded, or nothing. The order is held meanwhile: two who
receive at once never go beyond what was ordered.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from imports import UnreadableError, extract
from parc.domain.command import Command, Rules
from parc.domain.device import Medium
from parc.domain.fields import Json
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.purchase import MOST_UNITS, RECEIVERS, IndexKind, OrderKind, share_of
from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import understood
from parc.domain.scan_keyboard import Keyboard, decode
from parc.domain.search import is_junk_serial, serial_key
from parc.domain.vocabulary import GONE, Action, State
from parc.operations.mapping import Reading, options_for
from parc.operations.rules import rules_for
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import journal, people, purchases
from parc.storage.database import writing
from parc.storage.journal import ConflictError
from parc.storage.purchase_tables import DeliveredRow, DeliveryRow, LineRow, OrderRow
from parc.storage.tables import DeviceRow, OwnerRow

_TRIES = 3
_SHOWN = 10
"""Reasons about single devices: more is a wrong list."""

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_:+#-]{0,99}", re.ASCII)
"""What makers print: no accent, no sign that only a wrong keyboard gives."""

_OF_A_ROW = (
    *("serial", "uuid", "accounting_number", "maker", "model"),
    *("specifications", "manufactured_on", "notes"),
)
"""What a delivery list may say of each device, before what the line says."""


@dataclass(frozen=True, slots=True)
class Item:
    """One unit that came: what is known of it beyond its line."""

    serial: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery of one line: its units, the day, where they are put.

    `accounting_number` is shared by all of them; `note` names the delivery slip.
    """

    received_on: date
    items: Sequence[Item]
    site: int | None = None
    accounting_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """What recording one delivery needs."""

    session: Session
    desk: Desk
    owner: OwnerRow
    arrival: Arrival
    rules: Rules

    def command(self, action: Action, details: Mapping[str, object]) -> Command:
        """Make a command of the day of the delivery."""
        actor = self.desk.viewer.as_actor(self.owner.id)
        return Command(action, self.arrival.received_on, self.desk.now, actor, details)


def scanned(text: str) -> list[Item]:
    """Read serials, one a line, as a scanner types them; the same one counts once.

    When the scanner and the computer disagree about the keyboard, all lines are read
    as the first keyboard on which each of them is a serial.

    Raises:
        Refused: a line that no keyboard makes a serial.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: dict[str, Item] = {}
    for line in _as_printed(lines):
        serial = understood(line)
        found.setdefault(serial_key(serial) or serial, Item(serial))
    return list(found.values())


def _as_printed(lines: list[str]) -> list[str]:
    for keyboard in Keyboard:
        read = [decode(line, keyboard) for line in lines]
        if all(map(_SERIAL.fullmatch, read)):
            return read
    wrong = next(line for line in lines if not _SERIAL.fullmatch(line))
    message = (
        f"« {wrong[:40]} » n'est pas un numéro de série : réglez la douchette sur le "
        "clavier français, ou corrigez la ligne."
    )
    raise Refused((Refusal("unreadable_serial", message, "serials"),))


def listed(session: Session, owner_id: int, content: bytes) -> list[Item]:
    """Read a delivery list as the import of inventories reads it.

    Raises:
        Refused: it is no list of devices, or with the rows that cannot be read.
    """
    try:
        found = extract(content, options_for(session, owner_id, Reading()))
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error), "file"),)) from None
    if found.rejected:
        raise Refused(
            tuple(
                Refusal("rejected_row", f"Ligne {row.line} : {issue.message}", "file")
                for row in found.rejected[:_SHOWN]
                for issue in row.issues
            )
        )
    return [_item(record) for record in found.records]


def receive(
    engine: Engine, desk: Desk, number: int, line_id: int, arrival: Arrival
) -> list[str]:
    """Receive units of a line; give the tags of the devices now in stock.

    Devices that are ordered under the order's number are received; the others are
    registered with the facts of the line.

    Raises:
        Refused: no role, more than was ordered, a serial that another device bears,
            or what the journal refuses. Nothing was recorded.
    """
    for attempt in range(_TRIES):
        try:
            with writing(engine) as session:
                return _receive(session, desk, number, line_id, arrival)
        except ConflictError:
            if attempt == _TRIES - 1:
                raise
    raise ConflictError


def _receive(
    session: Session, desk: Desk, number: int, line_id: int, arrival: Arrival
) -> list[str]:
    order = purchases.hold(session, number)
    require(desk.viewer, order.owner_id, RECEIVERS)
    line = purchases.line_of(session, order.id, line_id)
    if line is None:
        raise _refused("unknown_line", "Cette ligne n'est plus dans la commande.")
    came = purchases.received(session, [line.id])
    units = came[line.id].units if line.id in came else 0
    refusals = [*_wrong(session, order, line, arrival, units)]
    if refusals:
        raise Refused(tuple(refusals))
    owner = session.get_one(OwnerRow, order.owner_id)
    rules = rules_for(session, owner, desk.today)
    work = _Work(session, desk, owner, arrival, rules)
    known, pool = _expected(session, order, line, arrival.items)
    delivery = DeliveryRow(
        line_id=line.id,
        quantity=len(arrival.items),
        received_on=arrival.received_on,
        note=arrival.note,
        recorded_at=desk.now,
        recorded_by=desk.viewer.actor,
    )
    session.add(delivery)
    session.flush()
    tags: list[str] = []
    for rank, item in enumerate(arrival.items, units):
        told = _facts(order, line, arrival, item, rank)
        row = known.get(serial_key(item.serial)) if item.serial else None
        if row is None and pool:
            row = pool.pop(0)
        if row is not None:
            _take(work, row, told)
        else:
            row = _register(work, item, told)
        session.add(
            DeliveredRow(device_id=row.id, line_id=line.id, delivery_id=delivery.id)
        )
        tags.append(row.tag)
    session.flush()
    return tags


def _wrong(
    session: Session, order: OrderRow, line: LineRow, arrival: Arrival, units: int
) -> Iterator[Refusal]:
    count = len(arrival.items)
    rest = line.quantity - line.cancelled_quantity - units
    if order.kind == OrderKind.LUMP_SUM.value or line.category is None:
        message = "Cette ligne ne suit pas de matériel : il n'y a rien à réceptionner."
        yield Refusal("no_device", message)
        return
    if not count:
        message = "Donnez des numéros de série, une liste, ou une quantité."
        yield Refusal("missing_field", message, "serials")
    elif count > rest:
        message = (
            f"Cette livraison compte {count} unités et il en reste {rest} à recevoir "
            f"sur {line.quantity}."
        )
        yield Refusal("over_delivery", message, "serials")
    if arrival.received_on < order.ordered_on:
        message = (
            "« Reçu le » : la livraison précède la commande "
            f"({order.ordered_on:%d/%m/%Y})."
        )
        yield Refusal("before_order", message, "received_on")
    if arrival.site is not None and not people.knows_site(
        session, order.owner_id, arrival.site
    ):
        message = "« Site » : ce site n'est pas connu de ce propriétaire."
        yield Refusal("unknown_reference", message, "site")
    yield from _serials_taken(session, order, arrival.items)


def _serials_taken(
    session: Session, order: OrderRow, items: Sequence[Item]
) -> Iterator[Refusal]:
    keys = _keys(items)
    known = purchases.known_serials(session, order.owner_id, keys, GONE)
    expected = {row.id for row in awaited(session, order)}
    taken = [row for row in known.values() if row.id not in expected]
    for row in taken[:_SHOWN]:
        message = (
            f"Numéro de série {row.serial} : c'est déjà celui du matériel {row.tag} "
            f"({State(row.state).label.lower()})."
        )
        yield Refusal("serial_taken", message, "serials")
    if len(taken) > _SHOWN:
        message = f"Et {len(taken) - _SHOWN} autres numéros de série déjà connus."
        yield Refusal("serial_taken", message, "serials")
    seen: set[str] = set()
    for key in (serial_key(item.serial) for item in items if item.serial):
        if key and key in seen and not is_junk_serial(key):
            message = f"Le numéro de série {key} est deux fois dans la liste."
            yield Refusal("serial_twice", message, "serials")
        seen.add(key)


def awaited(session: Session, order: OrderRow) -> list[DeviceRow]:
    """List the devices that are ordered under the order's number."""
    return [
        row
        for row in purchases.ordered_devices(session, order.owner_id)
        if json.loads(row.facts).get("order_number") == order.number
    ]


def _expected(
    session: Session, order: OrderRow, line: LineRow, items: Sequence[Item]
) -> tuple[dict[str, DeviceRow], list[DeviceRow]]:
    """Give the awaited devices by serial, and those of the line's kind without one.

    Who counts without serials takes those that have one as well.
    """
    expected = awaited(session, order)
    wanted = set(_keys(items))
    by_serial = {row.serial_key: row for row in expected if row.serial_key in wanted}
    counted_only = not wanted
    pool = [
        row
        for row in expected
        if row.category == line.category
        and (not row.serial_key or counted_only)
        and row.serial_key not in wanted
    ]
    return {key: row for key, row in by_serial.items() if key}, pool


def _keys(items: Sequence[Item]) -> list[str]:
    keys = (serial_key(item.serial) for item in items if item.serial)
    return sorted({key for key in keys if key and not is_junk_serial(key)})


def _facts(
    order: OrderRow, line: LineRow, arrival: Arrival, item: Item, rank: int
) -> dict[str, object]:
    """Give what the line says of one of its units, and what is known of it alone."""
    told: dict[str, object] = {
        "category": line.category,
        "maker": line.maker,
        "model": line.model,
        "acquired_on": arrival.received_on.isoformat(),
        "condition": line.condition,
        "supplier": order.supplier,
        "order_number": order.number,
        "order_line": f"{order.number}/{line.position}",
        "accounting_number": arrival.accounting_number,
        "warranty_ends_on": _iso(line.warranty_ends_on),
        "lease_ends_on": _iso(line.lease_ends_on),
    }
    if order.kind == OrderKind.ORDER.value and line.lease_ends_on is None:
        # What is given or rented has no price of its own in the accounts.
        told["price_cents"] = share_of(line.amount_cents, line.quantity, rank)
    if line.index_kind == IndexKind.REPAIRABILITY.value:
        told["repairability_tenths"] = line.index_tenths
    told |= dict(item.facts)
    if item.serial:
        told["serial"] = item.serial
    return {name: value for name, value in told.items() if value not in {None, ""}}


def _register(work: _Work, item: Item, told: Mapping[str, object]) -> DeviceRow:
    arrival, owner = work.arrival, work.owner
    details = {**told, "target": State.IN_STOCK.value, **_place(arrival)}
    media: list[Mapping[str, Json]] = [
        {
            "serial": one.serial,
            "kind": one.kind.value,
            **({"capacity_gb": one.capacity_gb} if one.capacity_gb else {}),
        }
        for one in item.media
    ]
    command = work.command(Action.REGISTER, details)
    return journal.register_device(
        work.session, owner, command, work.rules, media=media
    )


def _take(work: _Work, row: DeviceRow, told: Mapping[str, object]) -> None:
    """Receive a device that is ordered, and tell of it what was not known."""
    came = work.command(Action.RECEIVE, _place(work.arrival))
    journal.record(work.session, row, came, work.rules)
    known = {**json.loads(row.facts), "category": row.category}
    fresh = {
        name: value
        for name, value in told.items()
        if name == "order_line" or known.get(name) in {None, ""}
    }
    more = work.command(Action.DESCRIBE, fresh)
    journal.record(work.session, row, more, work.rules)


def _place(arrival: Arrival) -> dict[str, object]:
    return {} if arrival.site is None else {"site": arrival.site}


def _item(record: DeviceRecord) -> Item:
    facts = facts_of(record)
    kept = {name: facts[name] for name in _OF_A_ROW if name in facts}
    return Item(record.serial or "", kept, record.media)


def quantity_of(count: int) -> list[Item]:
    """Give so many units of which nothing is known but their line."""
    return [Item()] * min(max(count, 0), MOST_UNITS + 1)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _refused(code: str, message: str) -> Refused:
    return Refused((Refusal(code, message),))
