"""A repair order and its device: both change, or neither; once closed, nothing does."""

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from parc.domain.command import Actor
from parc.domain.maintenance import Stage, Turnover, upgrades_of_a_year
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.operations import repair_contracts, repair_orders
from parc.storage import journal
from parc.storage import repair_orders as kept
from parc.storage.database import reading, writing
from parc.storage.maintenance_tables import RepairOrderRow
from parc.storage.tables import DeviceRow
from parc.storage.turnover import moves_in
from tests.factories import (
    ALICE,
    BOB,
    LENS,
    LOOS,
    Story,
    a_command,
    registration,
    some_rules,
)
from tests.operations.counting import At, device, laptops, owner_id, viewer_of
from tests.operations.repairing import Bench

TECHNICIAN = Actor("U-TECHN1C0", frozenset({Role.TECHNICIAN}))
AUDITOR = Actor("U-AUD1T0R0", frozenset({Role.AUDITOR}))


@pytest.fixture
def bench(parc: Engine, tmp_path: Path) -> Bench:
    """Seat Alice."""
    return Bench(parc, At(viewer_of(parc, ALICE, LENS), tmp_path))


def record(engine: Engine, tag: str, action: Action, **details: object) -> None:
    """Record an action on a device."""
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        journal.record(session, row, a_command(action, given=details), some_rules())


def turnover_in(session: Session, sirets: list[str], year: int) -> dict[str, Turnover]:
    """Count what began and ended its use."""
    return {
        key: moves.turnover for key, moves in moves_in(session, sirets, year).items()
    }


def orders(engine: Engine) -> list[RepairOrderRow]:
    """List every order."""
    with reading(engine) as session:
        return list(session.exec(select(RepairOrderRow)))


def test_opening_sends_the_device_to_repair_and_closing_brings_it_back(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    number = bench.start(tag)
    away = device(parc, tag)
    bench.write(number, minutes="45", labour_cents="30")
    bench.close(number)

    assert (away.state, str(away.since)) == ("in_repair", "2026-11-02")
    assert device(parc, tag).state == "in_service"
    order = bench.order(number)
    assert (order.stage, order.outcome) == (Stage.CLOSED, "repaired")
    assert (order.minutes, order.labour_cents) == (45, 3_000)
    assert (order.opened_by, order.closed_by) == (ALICE.id, ALICE.id)
    with reading(parc) as session:
        told = journal.history(session, away.id)
    assert told[-2].details["reason"] == "Ne charge plus"
    assert f"n° {number}" in str(told[-1].details["comment"])


def test_an_order_on_the_spot_changes_nothing_of_the_device(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    before = device(parc, tag).version
    number = bench.start(tag, stay="stays")
    bench.write(number, diagnosis="memory")
    bench.close(number, outcome="upgraded", avoids_replacement="oui", target="")

    assert device(parc, tag).version == before
    assert bench.order(number).avoids_replacement


def test_a_device_that_is_in_repair_already_comes_back_with_the_order(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    record(parc, tag, Action.SEND_TO_REPAIR, reason="Écran")
    before = device(parc, tag).version
    number = bench.start(tag, stay="stays")
    assert device(parc, tag).version == before
    bench.write(number)
    bench.close(number, target="in_stock", closed_on="2026-11-24")

    assert device(parc, tag).state == "in_stock"


def test_what_the_lifecycle_refuses_opens_no_order(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    record(parc, tag, Action.PROPOSE_DECOMMISSION, reason="Vieux")

    with pytest.raises(Refused, match="Envoyer en réparation"):
        bench.start(tag, opened_on="2026-11-24")

    assert orders(parc) == []


def test_what_keeps_an_order_open_keeps_the_device_in_repair(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    number = bench.start(tag, warranty_claim="oui")
    bench.write(number, warranty_claim="oui", warranty_answer="pending")

    with pytest.raises(Refused, match="demande de garantie"):
        bench.close(number)
    bench.write(number)
    with pytest.raises(Refused, match="Le matériel revient"):
        bench.close(number, target="")

    assert device(parc, tag).state == "in_repair"
    assert bench.order(number).stage == Stage.OPEN


def test_a_return_that_the_lifecycle_refuses_leaves_the_order_open(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    record(parc, tag, Action.SEND_TO_REPAIR, reason="Écran")
    number = bench.start(tag)
    bench.write(number)

    with pytest.raises(Refused):
        bench.close(number, closed_on="2026-11-10")  # before it was sent: refused

    assert bench.order(number).stage == Stage.OPEN
    assert device(parc, tag).state == "in_repair"


def test_one_order_is_open_at_a_time(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    number = bench.start(tag)
    with pytest.raises(Refused, match="déjà ouvert"):
        bench.start(tag)
    bench.write(number)
    bench.close(number)

    assert bench.start(tag, opened_on="2026-11-24") > number


def test_the_database_itself_refuses_a_second_open_order(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    first = bench.order(bench.start(tag))
    twin = first.model_dump(exclude={"id"})

    with pytest.raises(IntegrityError), writing(parc) as session:
        session.add(RepairOrderRow(**twin))


def test_two_who_open_at_once_open_one(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    together, told = threading.Barrier(2), []

    def open_one() -> None:
        together.wait()
        try:
            told.append(bench.start(tag, stay="stays") and "opened")
        except Refused:
            told.append("refused")

    threads = [threading.Thread(target=open_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, told)) == ["opened", "refused"]
    assert len(orders(parc)) == 1


def test_a_closed_order_never_changes(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(2)
    number = bench.done(tag)
    before = bench.order(number).model_dump()

    with pytest.raises(Refused, match="ne change plus"):
        bench.write(number, minutes="5")
    with pytest.raises(Refused, match="ne change plus"):
        bench.close(number)
    with pytest.raises(Refused, match="ne change plus"):
        bench.use(number, part)
    with pytest.raises(Refused, match="ne change plus"):
        repair_orders.cancel(parc, bench.desk, number, "Erreur")

    assert bench.order(number).model_dump() == before


def test_cancelling_gives_the_parts_back_and_leaves_the_device(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(3)
    number = bench.start(tag)
    bench.use(number, part, 2)
    bench.write(number, labour_cents="50")
    with pytest.raises(Refused, match="Motif"):
        repair_orders.cancel(parc, bench.desk, number, " ")
    repair_orders.cancel(parc, bench.desk, number, "Ouvert sur le mauvais matériel")

    assert bench.level(part) == 3
    assert bench.order(number).stage == Stage.CANCELLED
    assert device(parc, tag).state == "in_repair"
    with reading(parc) as session:
        spent = kept.spent_on(session, bench.desk.viewer, device(parc, tag).id)
    assert spent == 0


def test_costs_add_up_and_stay_when_a_part_s_price_changes(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1)
    part = bench.part(5)
    number = bench.start(tag)
    bench.use(number, part, 2)
    bench.give_back(number, part)
    bench.write(number, labour_cents="20", invoice_cents="10,25")
    bench.close(number)

    with reading(parc) as session:
        spent = kept.spent_on(session, bench.desk.viewer, device(parc, tag).id)
    assert bench.order(number).parts_cents == 4_550
    assert spent == 4_550 + 2_000 + 1_025


def test_an_order_follows_a_contract_that_runs(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    contract = bench.contract()
    ended = bench.contract(ends_on="2026-10-31")

    with pytest.raises(Refused, match="Contrat de réparation"):
        bench.start(tag, place="partner", contract=str(ended))
    with pytest.raises(Refused, match="en interne"):
        bench.start(tag, contract=str(contract))
    number = bench.start(tag, place="partner", contract=str(contract))
    with pytest.raises(Refused, match="en interne"):
        bench.write(number, contract=str(contract))
    repair_contracts.cancel(parc, bench.desk, contract, "Résilié")

    assert bench.order(number).contract_id == contract
    with pytest.raises(Refused, match="déjà annulé"):
        repair_contracts.cancel(parc, bench.desk, contract, "Résilié")


def test_a_contract_s_siret_and_days_are_checked(bench: Bench) -> None:
    with pytest.raises(Refused, match="SIRET"):
        bench.contract(siret="24620036400016")
    with pytest.raises(Refused, match="avant le début"):
        bench.contract(ends_on="2025-12-31")


def test_who_repairs_and_who_does_not(parc: Engine, bench: Bench) -> None:
    (tag,) = laptops(parc, 1)
    number = bench.by(TECHNICIAN).start(tag)

    for nobody in (bench.by(AUDITOR), bench.by(BOB, LOOS)):
        with pytest.raises(Refused):
            nobody.write(number)
    with pytest.raises(Refused, match="Responsable du parc"):
        bench.by(TECHNICIAN).contract()
    with pytest.raises(Refused):
        bench.by(BOB, LOOS).start(tag)


def test_the_year_s_indicator_recounted_from_the_rows(
    parc: Engine, bench: Bench
) -> None:
    kept_one, old, new = laptops(parc, 3)
    laptops(parc, 1, owner=LOOS)
    bench.done(
        kept_one, {"diagnosis": "memory"}, outcome="upgraded", avoids_replacement="oui"
    )
    record(parc, new, Action.ASSIGN)
    record(parc, old, Action.PROPOSE_DECOMMISSION, reason="Vieux")
    with writing(parc) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == old)).one()
        command = a_command(
            Action.DECOMMISSION, act_number="1", act_on="2026-11-24", by=BOB
        )
        journal.record(session, row, command, some_rules())

    with reading(parc) as session:
        done = kept.done_in(session, [owner_id(parc, LENS)], 2026)
        moved = turnover_in(session, [LENS], 2026)
        before = turnover_in(session, [LENS], 2025)
        elsewhere = turnover_in(session, [LOOS], 2026)
    whole, _ = upgrades_of_a_year(done, moved)

    # Came into use in 2026: the one put in service, and the upgraded one on return.
    assert (moved["laptop"].commissioned, moved["laptop"].decommissioned) == (2, 1)
    assert (whole.kept, whole.replaced) == (1, 1)
    assert str(whole.share) == "1/2"
    assert before == elsewhere == {}


def test_a_commissioning_that_is_known_tells_the_year(
    parc: Engine, bench: Bench
) -> None:
    (tag,) = laptops(parc, 1, commissioned_on="2024-05-02")
    record(parc, tag, Action.ASSIGN)

    with reading(parc) as session:
        assert turnover_in(session, [LENS], 2026) == {}
        assert turnover_in(session, [LENS], 2024)["laptop"].commissioned == 1
        years = kept.years_closed(session, bench.desk.viewer)
    assert years == []


def test_movements_are_for_ever(parc: Engine, bench: Bench) -> None:
    bench.part(2)

    for verb in ("UPDATE part_movement SET quantity = 9", "DELETE FROM part_movement"):
        with pytest.raises(Exception, match="append-only"), writing(parc) as session:
            session.execute(text(verb))


def test_what_is_out_of_the_inventory_replaces_nothing(parc: Engine) -> None:
    kept_one, mistake = laptops(parc, 2)
    for tag in (kept_one, mistake):
        record(parc, tag, Action.ASSIGN)
    record(parc, mistake, Action.DISCARD, reason="Enregistré deux fois")

    with reading(parc) as session:
        moved = turnover_in(session, [LENS], 2026)

    assert moved["laptop"].commissioned == 1


def test_what_another_owner_used_first_is_not_commissioned_here(parc: Engine) -> None:
    given = Story(registration(day=date(2026, 2, 2)))
    given.then(a_command(Action.ASSIGN, date(2026, 2, 3)))
    given.then(a_command(Action.RETURN, date(2026, 3, 3), target="in_stock"))
    given.decommissioned(date(2026, 4, 1)).ready(date(2026, 5, 1))
    given.handed_over(date(2026, 6, 1), "public_transfer", taker_siret=LOOS)
    given.then(a_command(Action.ASSIGN, date(2026, 7, 1)))
    with writing(parc) as session:
        journal.open_histories(session, [given.events])

    with reading(parc) as session:
        here = turnover_in(session, [LOOS], 2026)
        there = turnover_in(session, [LENS], 2026)

    assert here == {}
    assert (there["laptop"].commissioned, there["laptop"].decommissioned) == (1, 1)


def test_the_repairs_of_a_duplicate_are_those_of_the_one_that_is_kept(
    parc: Engine, bench: Bench
) -> None:
    duplicate, kept_one = laptops(parc, 2)
    bench.done(duplicate, {"labour_cents": "30"})
    record(parc, duplicate, Action.RETURN, target="in_stock")
    record(parc, duplicate, Action.MERGE, into=kept_one, reason="Le même")

    with reading(parc) as session:
        spent = kept.spent_on(session, bench.desk.viewer, device(parc, kept_one).id)

    assert spent == 3_000
