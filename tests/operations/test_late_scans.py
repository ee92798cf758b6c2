"""Scans that waited for the network: done in their order, or told why not."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Command
from parc.domain.vocabulary import Action, State
from parc.operations import scan_orders, scanning
from parc.operations.late_scans import Late
from parc.operations.rules import rules_for
from parc.storage import journal, scans
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Scanned
from parc.storage.tables import DeviceRow, EventRow, OwnerRow
from tests.factories import ALICE, LENS, TODAY, registration
from tests.operations.test_scanning import CARDS, RUN, Bench, bench_of


@pytest.fixture
def bench(parc: Engine, tmp_path: Path) -> Bench:
    """Seat Alice, with « Affecter » armed."""
    bench = bench_of(parc, ALICE, tmp_path)
    bench.arm(Action.ASSIGN)
    return bench


@pytest.fixture
def tag(parc: Engine) -> str:
    """Register a laptop in stock since 2020."""
    with writing(parc) as session:
        row = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        tag = str(next(iter(journal.next_tags(session, row, 1))))
        journal.open_histories(session, [[registration(tag=tag)]])
        return tag


def late(
    bench: Bench,
    code: str,
    minutes: float = 20,
    armed: str | None = "assign",
    key: str = "",
) -> Answer:
    """Send a scan that was made some minutes ago."""
    bench.desk = replace(bench.desk, now=bench.desk.now + timedelta(seconds=1))
    made = Late(bench.desk.now - timedelta(minutes=minutes), armed)
    key = key or f"late-{next(bench.keys)}"
    return scanning.scan(bench.engine, bench.desk, code, key, run_id=RUN, late=made)


def act(bench: Bench, tag: str, action: Action, minutes: float, **told: object) -> None:
    """Act on a device at a desk, some minutes ago."""
    recorded = bench.desk.now - timedelta(minutes=minutes)
    with writing(bench.engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        owner = session.get_one(OwnerRow, row.owner_id)
        command = Command(action, TODAY, recorded, ALICE, told)
        journal.record(session, row, command, rules_for(session, owner, TODAY))


def events(bench: Bench, tag: str) -> list[tuple[str, date]]:
    """List what was done to a device after it was registered, and from which day."""
    with reading(bench.engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        found = session.exec(
            select(EventRow).where(EventRow.device_id == row.id, EventRow.seq > 1)
        ).all()
        return [(e.action, e.effective_on) for e in sorted(found, key=lambda e: e.seq)]


def test_a_late_scan_is_done_from_the_day_on_which_it_was_made(
    bench: Bench, tag: str
) -> None:
    answer = late(bench, tag, minutes=24 * 60)

    assert answer.outcome is Scanned.APPLIED
    assert events(bench, tag) == [("assign", TODAY - timedelta(days=1))]


def test_a_device_that_somebody_changed_meanwhile_is_left_alone(
    bench: Bench, tag: str
) -> None:
    bench.arm(Action.RETURN, target="to_qualify")
    act(bench, tag, Action.ASSIGN, minutes=5)

    answer = late(bench, tag, armed="return")

    assert answer.outcome is Scanned.CONFLICT
    assert "« Affecter »" in answer.reasons[0]
    assert "Rien n'est fait" in answer.reasons[0]
    assert [action for action, _ in events(bench, tag)] == ["assign"]
    # Scanned again by somebody who has been told, it is done.
    again = bench.scan(tag)
    assert again.outcome is Scanned.APPLIED


def test_what_was_changed_before_the_scan_is_no_conflict(
    bench: Bench, tag: str
) -> None:
    bench.arm(Action.RETURN, target="to_qualify")
    act(bench, tag, Action.ASSIGN, minutes=25)

    assert late(bench, tag, armed="return").outcome is Scanned.APPLIED


def test_one_device_several_times_in_the_queue_does_not_conflict_with_itself(
    bench: Bench, tag: str
) -> None:
    sent = [late(bench, code) for code in (tag, CARDS["RETOUR-STOCK"], tag)]

    assert [answer.outcome for answer in sent] == [
        Scanned.APPLIED,
        Scanned.ORDER,
        Scanned.APPLIED,
    ]
    assert [action for action, _ in events(bench, tag)] == ["assign", "return"]


def test_the_same_scan_waiting_twice_is_done_once(bench: Bench, tag: str) -> None:
    outcomes = [late(bench, tag).outcome for _ in range(2)]

    assert outcomes == [Scanned.APPLIED, Scanned.ALREADY]
    assert len(events(bench, tag)) == 1


def test_another_action_armed_meanwhile_is_a_conflict(bench: Bench, tag: str) -> None:
    bench.arm(Action.RETURN, target="to_qualify")

    answer = late(bench, tag, armed="assign")

    assert answer.outcome is Scanned.CONFLICT
    assert "« Affecter »" in answer.reasons[0]
    assert "« Retourner »" in answer.reasons[0]
    assert events(bench, tag) == []


def test_paused_meanwhile_is_a_conflict_too(bench: Bench, tag: str) -> None:
    with writing(bench.engine) as session:
        run = session.get_one(ScanRunRow, RUN)
        scan_orders.pause(run)
        session.add(run)

    answer = late(bench, tag)

    assert answer.outcome is Scanned.CONFLICT
    assert "« En pause »" in answer.reasons[0]


def test_a_screen_that_knew_nothing_asks_for_what_is_armed(
    bench: Bench, tag: str
) -> None:
    assert late(bench, tag, armed=None).outcome is Scanned.APPLIED


def test_a_conflict_sent_twice_is_one_answer(bench: Bench, tag: str) -> None:
    act(bench, tag, Action.ASSIGN, minutes=5)
    first = late(bench, tag, key="conflict-1")
    second = late(bench, tag, key="conflict-1")

    assert first == second
    assert first.outcome is Scanned.CONFLICT


def test_a_conflict_is_counted(bench: Bench, tag: str) -> None:
    act(bench, tag, Action.ASSIGN, minutes=5)
    late(bench, tag)

    with reading(bench.engine) as session:
        assert scans.tallies(session, [RUN])[RUN][Scanned.CONFLICT] == 1
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        assert State(row.state) is State.IN_SERVICE
