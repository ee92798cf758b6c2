"""Deliveries: devices in stock that keep their line, never more than was ordered."""

import json
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.scan_keyboard import Keyboard, encode
from parc.domain.vocabulary import Action, Role, State
from parc.operations import deliveries, purchases
from parc.operations.deliveries import Item, quantity_of
from parc.storage import journal
from parc.storage import purchases as kept
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, EventRow
from tests.factories import (
    BOB,
    LENS,
    LOOS,
    TODAY,
    a_command,
    registration,
    some_rules,
)
from tests.operations.buying import LINE, Buying, buying_of
from tests.operations.counting import laptops, owner_id, site_id, viewer_of

BUYER = Actor("U-BUYER000", frozenset({Role.FLEET_LEAD}))


@pytest.fixture
def buying(parc: Engine, tmp_path: Path) -> Buying:
    """Seat Alice before an order of ten laptops."""
    buying = buying_of(parc, tmp_path)
    buying.enter()
    return buying


def facts(row: DeviceRow) -> dict[str, object]:
    read: dict[str, object] = json.loads(row.facts)
    return read


def reasons(caught: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {reason.code: reason.message for reason in caught.value.reasons}


def ordered(engine: Engine, number: str, serial: str = "") -> str:
    """Register a laptop that is ordered under a number; give its tag."""
    facts_ = {"serial": serial} if serial else {"serial": None}
    with writing(engine) as session:
        tag = f"ATTENDU-{serial or number}"
        event = registration(
            date(2026, 10, 6),
            tag=tag,
            state=State.ORDERED,
            media=(),
            order_number=number,
            **facts_,
        )
        journal.open_histories(session, [[event]])
    return tag


def test_scanned_serials_become_devices_in_stock_with_the_facts_of_the_line(
    buying: Buying,
) -> None:
    hall = site_id(buying.engine, "Réserve")

    tags = buying.receive("5CG001\n5CG002\n\n5CG001\n", site=hall)

    rows = buying.devices()
    assert [row.tag for row in rows] == tags
    assert len(tags) == 2
    first = facts(rows[0])
    assert {
        name: first[name]
        for name in (
            *("serial", "maker", "model", "order_number", "order_line"),
            *("acquired_on", "warranty_ends_on", "condition", "supplier"),
            *("price_cents", "repairability_tenths", "accounting_number"),
        )
    } == {
        "serial": "5CG001",
        "maker": "Dell",
        "model": "Latitude 5440",
        "order_number": "BC-2026-014",
        "order_line": "BC-2026-014/1",
        "acquired_on": "2026-10-20",
        "warranty_ends_on": "2029-10-20",
        "condition": "new",
        "supplier": "UGAP",
        "price_cents": 94_001,
        "repairability_tenths": 85,
        "accounting_number": "2026-0041",
    }
    assert {(row.state, row.site_id) for row in rows} == {("in_stock", hall)}
    assert buying.came() == [2]


def test_the_link_is_found_from_the_device_and_from_the_order(buying: Buying) -> None:
    (tag,) = buying.receive("5CG001")
    (row,) = buying.devices()
    viewer = buying.desk.viewer
    with reading(buying.engine) as session:
        found = kept.order_of_device(session, viewer, row.id)
        assert found is not None
        order, line = found
        assert (order.number, line.position) == ("BC-2026-014", 1)
        listed = kept.devices_of(session, [line.id])
        elsewhere = viewer_of(buying.engine, BOB, LOOS)
        assert kept.order_of_device(session, elsewhere, row.id) is None
    assert [device.tag for _, device in listed] == [tag]


@pytest.mark.parametrize("keyboard", Keyboard)
def test_azerty_scanners_are_understood(keyboard: Keyboard) -> None:
    typed = "\r\n".join(encode(one, keyboard) for one in ("5CG001", "PF-2W/A", "M7"))

    read = [item.serial.upper() for item in deliveries.scanned(f"{typed}\r\n \n")]

    assert read == ["5CG001", "PF-2W/A", "M7"]


def test_what_no_keyboard_makes_a_serial_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        deliveries.scanned("5CG001\n日本語")
    assert set(reasons(caught)) == {"unreadable_serial"}
    assert deliveries.scanned(" \n") == []


def test_a_quantity_alone_is_received_and_shares_add_up(buying: Buying) -> None:
    buying.receive(items=quantity_of(4))
    buying.receive(items=quantity_of(6))

    prices = [facts(row)["price_cents"] for row in buying.devices()]
    assert sum(map(int, map(str, prices))) == 940_005
    assert buying.came() == [10]


def test_more_than_was_ordered_is_refused_and_nothing_is_recorded(
    buying: Buying,
) -> None:
    buying.receive(items=quantity_of(8))

    with pytest.raises(Refused) as caught:
        buying.receive("A1\nA2\nA3")
    assert "il en reste 2 à recevoir sur 10" in reasons(caught)["over_delivery"]
    assert len(buying.devices()) == 8


def test_a_serial_that_another_device_bears_is_refused_by_name(
    buying: Buying,
) -> None:
    (tag,) = laptops(buying.engine, 1)
    laptops(buying.engine, 1, owner=LOOS)

    with pytest.raises(Refused) as caught:
        buying.receive(f"5CG001\nser {tag}")
    assert tag in reasons(caught)["serial_taken"]
    assert len(buying.devices()) == 2
    assert buying.came() == [0]


def test_devices_that_are_ordered_under_the_number_are_received(
    buying: Buying,
) -> None:
    with_serial = ordered(buying.engine, "BC-2026-014", "5CG777")
    without = ordered(buying.engine, "BC-2026-014")
    other = ordered(buying.engine, "BC-OTHER", "5CG888")

    tags = buying.receive("5CG777\n5CG999\n5CG111")

    assert tags[:2] == [with_serial, without]
    by_tag = {row.tag: row for row in buying.devices()}
    assert {by_tag[tag].state for tag in tags} == {"in_stock"}
    assert by_tag[other].state == "ordered"
    assert facts(by_tag[without])["serial"] == "5CG999"
    assert facts(by_tag[with_serial])["order_line"] == "BC-2026-014/1"
    with reading(buying.engine) as session:
        actions = session.exec(
            select(EventRow.action)
            .where(EventRow.device_id == by_tag[with_serial].id)
            .order_by(col(EventRow.seq))
        ).all()
    assert actions == ["register", "receive", "describe"]
    with pytest.raises(Refused) as caught:
        buying.receive("5CG888")
    assert other in reasons(caught)["serial_taken"]


def test_a_device_registered_by_mistake_makes_room_again(buying: Buying) -> None:
    (tag,) = buying.receive("MAUVAIS")
    with writing(buying.engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        command = a_command(Action.DISCARD, TODAY, reason="Mauvais numéro")
        journal.record(session, row, command, some_rules())

    assert buying.came() == [0]
    buying.receive(items=quantity_of(10))
    assert buying.came() == [10]


def test_a_delivery_has_a_sane_day_and_a_site_of_the_owner(buying: Buying) -> None:
    for on, site, code in (
        (date(2026, 10, 4), None, "before_order"),
        (date(2026, 11, 25), None, "future_date"),
        (date(2026, 10, 20), site_id(buying.engine, "Ailleurs", LOOS), ""),
    ):
        with pytest.raises(Refused) as caught:
            buying.receive("5CG001", on=on, site=site)
        assert set(reasons(caught)) == {code or "unknown_reference"}
    assert buying.devices() == []


def test_only_technicians_receive(buying: Buying) -> None:
    with pytest.raises(Refused) as caught:
        buying.by(BUYER).receive("5CG001")
    assert set(reasons(caught)) == {"role"}


def test_a_line_without_devices_has_nothing_to_receive(buying: Buying) -> None:
    typed = {
        **LINE,
        "category": "",
        "agec_category": "consumables",
        "index_kind": "",
        "index_value": "",
    }
    line = purchases.add_line(buying.engine, buying.desk, buying.number, typed)

    with pytest.raises(Refused) as caught:
        buying.receive(items=quantity_of(1), line=line)
    assert set(reasons(caught)) == {"no_device"}
    with pytest.raises(Refused) as caught:
        buying.receive()
    assert set(reasons(caught)) == {"missing_field"}


def test_gifts_and_rented_devices_have_no_price(buying: Buying) -> None:
    buying.enter(number="LOC-1", lease_ends_on="2029-10-05")
    buying.receive("LOUE-1")
    buying.enter(number="DON-1", kind="gift", reference="Grille")
    buying.receive("DON-1")

    rented, given = map(facts, buying.devices())
    assert rented["lease_ends_on"] == "2029-10-05"
    assert "price_cents" not in rented
    assert "price_cents" not in given


def test_a_delivery_list_is_read_as_inventories_are(buying: Buying) -> None:
    content = (
        "Numéro de série;Type;Modèle;N° de série du disque\n"
        "5CG001;Portable;Latitude 5440 XCTO;DISK-1\n"
        "5CG002;Portable;;\n"
    ).encode()
    with reading(buying.engine) as session:
        items = deliveries.listed(session, owner_id(buying.engine, LENS), content)

    buying.receive(items=items)

    rows = buying.devices()
    assert [row.serial for row in rows] == ["5CG001", "5CG002"]
    assert [facts(row)["model"] for row in rows] == [
        "Latitude 5440 XCTO",
        "Latitude 5440",
    ]
    with reading(buying.engine) as session, pytest.raises(Refused):
        deliveries.listed(session, owner_id(buying.engine, LENS), b"%PDF-1.7")


def test_a_serial_twice_in_a_list_is_refused(buying: Buying) -> None:
    with pytest.raises(Refused) as caught:
        buying.receive(items=[Item("5CG001"), Item("5cg-001")])
    assert set(reasons(caught)) == {"serial_twice"}


def test_two_who_receive_at_once_never_go_beyond_the_order(buying: Buying) -> None:
    refused: list[str] = []

    def take(start: int) -> None:
        serials = "\n".join(f"5CG{start + n:03}" for n in range(6))
        try:
            buying.receive(serials)
        except Refused as caught:
            refused.extend(reason.code for reason in caught.reasons)

    threads = [threading.Thread(target=take, args=(at,)) for at in (100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["over_delivery"]
    assert buying.came() == [6]
    assert len(buying.devices()) == 6
