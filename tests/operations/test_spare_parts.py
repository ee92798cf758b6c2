"""The stock of spare parts: levels are sums, never below zero, each change told."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from parc.domain.access import Grant, Viewer
from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.operations import spare_parts
from parc.storage import integrity, journal
from parc.storage import spare_parts as kept
from parc.storage.database import reading, writing
from parc.storage.maintenance_tables import PartMovementRow
from parc.storage.tables import DeviceRow
from tests.factories import ALICE, BOB, LENS, LOOS, a_command, some_rules
from tests.operations.counting import At, laptops, viewer_of
from tests.operations.repairing import Bench

TECHNICIAN = Actor("U-TECHN1C0", frozenset({Role.TECHNICIAN}))


@pytest.fixture
def bench(parc: Engine, tmp_path: Path) -> Bench:
    """Seat Alice."""
    return Bench(parc, At(viewer_of(parc, ALICE, LENS), tmp_path))


def dismantled(engine: Engine) -> str:
    """Give the tag of a laptop of Lens taken apart."""
    (tag,) = laptops(engine, 1)
    steps = (
        a_command(Action.PROPOSE_DECOMMISSION, reason="Cassé"),
        a_command(Action.DECOMMISSION, by=BOB, act_number="1", act_on="2026-11-24"),
        a_command(Action.DISMANTLE),
    )
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        for step in steps:
            journal.record(session, row, step, some_rules())
    return tag


def total(engine: Engine, part: int) -> int:
    """Add the movements of a part up."""
    with reading(engine) as session:
        quantity = func.sum(PartMovementRow.quantity)
        found = session.exec(select(quantity).where(PartMovementRow.part_id == part))
        return int(found.one() or 0)


def test_the_level_is_the_sum_of_what_came_and_went(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(5)
    number = bench.start(tag)
    bench.use(number, part, 3)
    bench.give_back(number, part)
    given = {"source": dismantled(parc), "quantity": "2"}
    spare_parts.harvest(parc, bench.desk, part, given)
    spare_parts.correct(
        parc, bench.desk, part, {"counted": "4", "reason": "Une cassée"}
    )

    with reading(parc) as session:
        moves = kept.movements_of(session, part)
    assert [(m.kind, m.quantity) for m in reversed(moves)] == [
        ("received", 5),
        ("used", -3),
        ("given_back", 1),
        ("harvested", 2),
        ("corrected", -1),
    ]
    assert bench.level(part) == total(parc, part) == 4


def test_the_stock_gives_no_more_than_it_holds(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(1)
    number = bench.start(tag)

    with pytest.raises(Refused, match="il en reste 1"):
        bench.use(number, part, 2)
    bench.use(number, part)
    with pytest.raises(Refused, match="n'a que 1"):
        bench.give_back(number, part, 2)

    assert bench.level(part) == 0


def test_the_database_itself_refuses_a_level_below_zero(
    parc: Engine, bench: Bench
) -> None:
    bench.part(1)

    with pytest.raises(IntegrityError), writing(parc) as session:
        session.execute(text("UPDATE spare_part SET level = level - 2"))


def test_two_who_take_the_last_one_at_once_do_not_both_have_it(
    parc: Engine, bench: Bench
) -> None:
    part = bench.part(1)
    numbers = [bench.start(tag) for tag in laptops(parc, 2)]
    together, told = threading.Barrier(2), []

    def take(number: int) -> None:
        together.wait()
        try:
            bench.use(number, part)
        except Refused:
            told.append("refused")
        else:
            told.append("taken")

    threads = [threading.Thread(target=take, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["refused", "taken"]
    assert bench.level(part) == total(parc, part) == 0


def test_parts_are_taken_from_what_was_dismantled_and_is_ours(
    parc: Engine, bench: Bench
) -> None:
    part = bench.part()
    (whole,) = laptops(parc, 1)
    (theirs,) = laptops(parc, 1, owner=LOOS)

    for tag in (whole, theirs, "INCONNU-1"):
        given = {"source": tag, "quantity": "1"}
        with pytest.raises(Refused, match="Étiquette du matériel démonté"):
            spare_parts.harvest(parc, bench.desk, part, given)
    both = Viewer(ALICE.id, frozenset(Grant(role, None) for role in ALICE.roles))
    tag = dismantled(parc)
    given = {"source": tag, "quantity": "1"}
    elsewhere = bench.by(ALICE, LOOS).part(0, LOOS)
    with pytest.raises(Refused, match="pas à ce propriétaire"):
        spare_parts.harvest(parc, replace(bench.desk, viewer=both), elsewhere, given)
    spare_parts.harvest(parc, bench.desk, part, given)

    with reading(parc) as session:
        (move,) = kept.movements_of(session, part)
        assert session.get_one(DeviceRow, move.device_id).tag == tag


def test_a_correction_says_why_and_is_the_fleet_lead_s(
    parc: Engine, bench: Bench
) -> None:
    part = bench.part(3)

    with pytest.raises(Refused, match="Motif"):
        spare_parts.correct(parc, bench.desk, part, {"counted": "2"})
    same = {"counted": "3", "reason": "Compté"}
    with pytest.raises(Refused, match="rien à corriger"):
        spare_parts.correct(parc, bench.desk, part, same)
    less = {"counted": "2", "reason": "Compté"}
    with pytest.raises(Refused, match="Responsable du parc"):
        spare_parts.correct(parc, bench.by(TECHNICIAN).desk, part, less)
    assert bench.level(part) == 3


def test_a_technician_receives_parts_and_does_not_set_their_cost(
    parc: Engine, bench: Bench
) -> None:
    part = bench.part()
    technician = bench.by(TECHNICIAN).desk

    spare_parts.receive(parc, technician, part, {"quantity": "4"})
    with pytest.raises(Refused, match="Responsable du parc"):
        spare_parts.change(parc, technician, part, {"name": "Autre"})

    assert bench.level(part) == 4


def test_a_part_of_another_owner_is_no_part_of_the_order(
    parc: Engine, bench: Bench
) -> None:
    loos = bench.by(ALICE, LOOS)
    theirs = loos.part(1, LOOS)
    (tag,) = laptops(parc, 1)
    number = bench.start(tag)

    with pytest.raises(Refused, match="est à choisir"):
        bench.use(number, theirs)


def test_past_movements_keep_their_cost(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(2)
    number = bench.start(tag)
    bench.use(number, part)
    spare_parts.change(
        parc, bench.desk, part, {"name": "Batterie", "unit_cost_cents": "99"}
    )
    bench.use(number, part)
    bench.give_back(number, part, 2)
    bench.write(number)
    bench.close(number)

    assert bench.order(number).parts_cents == 0


def test_a_level_changed_behind_the_movements_is_found(
    parc: Engine, bench: Bench
) -> None:
    bench.part(3)
    bench.part()
    with reading(parc) as session:
        assert list(kept.broken(session)) == []
    with writing(parc) as session:
        session.execute(text("UPDATE spare_part SET level = 5 WHERE level = 3"))

    with reading(parc) as session:
        found = list(integrity.check(session, bench.desk.documents))

    assert [(f.code, f.message) for f in found] == [
        ("part_level", "niveau 5, alors que ses mouvements font 3")
    ]
