"""The journal: one writer, nothing changed afterwards, nothing half-written."""

import threading
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.tables import (
    DeviceRow,
    EventRow,
    MediumRow,
    OwnerRow,
    OwnershipRow,
    ProductRow,
)
from tests.factories import (
    BOB,
    DOCUMENT,
    LENS,
    LOOS,
    a_command,
    some_rules,
)
from tests.storage.conftest import a_laptop, do, owner_row

SPRING = date(2026, 4, 1)


def test_a_registration_writes_event_device_medium_and_ownership(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session, serial="640HP72")

    assert AssetTag.parse(row.tag) == AssetTag("LENS", 1)
    with reading(engine) as session:
        event = session.exec(select(EventRow)).one()
        assert (event.action, event.seq, event.owner) == ("register", 1, LENS)
        assert session.exec(select(MediumRow.serial)).one() == "DISK-1"
        interval = session.exec(select(OwnershipRow)).one()
        assert (interval.starts_on, interval.ends_on) == (date(2020, 3, 2), None)
        assert session.exec(select(ProductRow.search)).one() == "dell latitude 5420"


def test_tags_follow_one_another_per_owner(engine: Engine) -> None:
    with writing(engine) as session:
        tags = [a_laptop(session, serial=f"S{n}").tag for n in range(3)]
        other = a_laptop(session, owner=LOOS, serial="T1").tag

    assert [AssetTag.parse(tag) for tag in tags] == [
        AssetTag("LENS", number) for number in (1, 2, 3)
    ]
    assert AssetTag.parse(other) == AssetTag("LOOS", 1)


def test_numbers_run_out_with_a_sentence(engine: Engine) -> None:
    with writing(engine) as session:
        owner_row(session, LENS).last_number = 999_999

    with writing(engine) as session, pytest.raises(Refused, match="épuisés"):
        a_laptop(session)


def test_an_action_moves_the_row_and_chains_the_event(engine: Engine) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        do(session, row, a_command(Action.ASSIGN, SPRING, holder="P-A1B2C3D4"))

    with reading(engine) as session:
        row = session.exec(select(DeviceRow)).one()
        assert (row.state, row.version, row.holder) == ("in_service", 2, "P-A1B2C3D4")
        first, second = session.exec(select(EventRow).order_by(col(EventRow.seq))).all()
        assert second.previous == first.hash
        assert journal.verified_digest(second) == second.hash


def test_a_refusal_writes_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        row = a_laptop(session)

    with pytest.raises(Refused), writing(engine) as session:
        do(session, session.get_one(DeviceRow, row.id), a_command(Action.OFFER))

    with reading(engine) as session:
        assert len(session.exec(select(EventRow)).all()) == 1


def test_a_stale_version_is_a_conflict(engine: Engine) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        do(session, row, a_command(Action.ASSIGN, SPRING))

    with writing(engine) as session, pytest.raises(journal.ConflictError):
        journal.record(
            session,
            session.get_one(DeviceRow, row.id),
            a_command(Action.MOVE, SPRING),
            some_rules(),
            expected_version=1,
        )


def test_of_two_writers_on_one_device_exactly_one_wins(engine: Engine) -> None:
    with writing(engine) as session:
        device_id = a_laptop(session).id
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def assign() -> None:
        # Both have seen version 1 before either writes.
        gate.wait()
        try:
            with writing(engine) as session:
                row = session.get_one(DeviceRow, device_id)
                do(session, row, a_command(Action.ASSIGN, SPRING), expected_version=1)
            outcomes.append("won")
        except journal.ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=assign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["conflict", "won"]
    with reading(engine) as session:
        assert len(session.exec(select(EventRow)).all()) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "UPDATE seal SET hash = 'x'",
        "DELETE FROM seal",
    ],
)
def test_history_cannot_be_changed_even_by_sql(engine: Engine, statement: str) -> None:
    from parc.storage.seals import seal  # noqa: PLC0415
    from tests.factories import at  # noqa: PLC0415

    with writing(engine) as session:
        a_laptop(session)
        seal(session, at(SPRING), "test")

    with pytest.raises(DatabaseError, match="append-only"), writing(engine) as session:
        session.execute(text(statement))


def test_a_transfer_inside_the_parc_closes_and_opens_ownership(engine: Engine) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        _ready(session, row)
        do(
            session,
            row,
            a_command(
                Action.HAND_OVER, SPRING, route="public_transfer", taker_siret=LOOS
            ),
        )

    with reading(engine) as session:
        row = session.exec(select(DeviceRow)).one()
        assert (row.state, row.owner_id) == ("in_stock", owner_row(session, LOOS).id)
        intervals = session.exec(
            select(OwnershipRow).order_by(col(OwnershipRow.starts_on))
        ).all()
        assert [i.ends_on for i in intervals] == [SPRING, None]

    with writing(engine) as session:
        row = session.exec(select(DeviceRow)).one()
        do(session, row, a_command(Action.ANNUL, SPRING, reason="Erreur", by=BOB))
        assert row.owner_id == owner_row(session, LENS).id
        assert [row.ends_on for row in session.exec(select(OwnershipRow))] == [None]


def _ready(session: Session, row: DeviceRow) -> None:
    do(session, row, a_command(Action.PROPOSE_DECOMMISSION, SPRING, reason="Âge"))
    act = {"act_number": "26-1", "act_on": "2026-04-01"}
    do(session, row, a_command(Action.DECOMMISSION, SPRING, act, by=BOB))
    do(session, row, a_command(Action.RECONDITION, SPRING))
    erased = {"serial": "DISK-1", "outcome": "erased_verified", "document": DOCUMENT}
    do(session, row, a_command(Action.SETTLE_MEDIUM, SPRING, erased))
    for kind in ("tests", "convention"):
        paper = {"kind": kind, "dated_on": "2026-04-01", "document": DOCUMENT}
        do(session, row, a_command(Action.FILE_EVIDENCE, SPRING, paper))
    do(session, row, a_command(Action.DECLARE_READY, SPRING))


def test_owners_are_in_the_test_database(engine: Engine) -> None:
    with reading(engine) as session:
        assert {o.siret for o in session.exec(select(OwnerRow))} == {LENS, LOOS}
