"""Many actions at once leave what the same actions leave one by one."""

import threading
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from parc.domain.command import Command
from parc.domain.events import Event
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Level
from parc.storage import journal, journal_bulk
from parc.storage.database import is_sqlite, reading, writing
from parc.storage.journal_bulk import Batch, Wish, record_many
from parc.storage.tables import DeviceRow, EventRow
from tests.databases import fresh_engine
from tests.factories import (
    ALICE,
    BOB,
    DOCUMENT,
    LOOS,
    TODAY,
    a_command,
    some_rules,
)
from tests.storage.conftest import a_laptop, add_owners

SPRING = date(2026, 4, 1)
ERASED = {"serial": "DISK-1", "outcome": "erased_verified", "document": DOCUMENT}
ACT = {"act_number": "26-1", "act_on": "2026-04-01"}
TO_LOOS = {"route": "public_transfer", "taker_siret": LOOS}
COMMANDS = (
    a_command(Action.DESCRIBE, SPRING, model="Latitude 5430"),
    a_command(Action.DESCRIBE, SPRING, model="Latitude 5420", notes="Vu"),
    a_command(Action.DESCRIBE, SPRING, {"maker": "HP", "serial": "S9"}, by=ALICE),
    a_command(Action.DESCRIBE, SPRING, medium_serial="DISK-2", medium_kind="ssd"),
    a_command(Action.DESCRIBE, SPRING, model="Lati\x07tude"),
    Command(
        Action.DESCRIBE,
        SPRING,
        a_command(Action.DESCRIBE).at,
        ALICE,
        {"supplier": "UGAP"},
        Level.DECLARED,
        "import-1",
        7,
    ),
    a_command(Action.ASSIGN, SPRING, holder="P-A1B2C3D4"),
    a_command(Action.RETURN, SPRING, target="in_stock"),
    a_command(Action.SETTLE_MEDIUM, SPRING, ERASED),
    a_command(Action.PROPOSE_DECOMMISSION, SPRING, reason="Âge"),
    a_command(Action.DECOMMISSION, SPRING, ACT, by=BOB),
    a_command(
        Action.FILE_EVIDENCE,
        SPRING,
        kind="convention",
        dated_on="2026-04-01",
        document=DOCUMENT,
    ),
    a_command(Action.HAND_OVER, SPRING, TO_LOOS),
    a_command(Action.ANNUL, SPRING, reason="Erreur", by=BOB),
    a_command(Action.DISCARD, SPRING, reason="Doublon"),
    a_command(Action.RESTORE, SPRING),
)
WISHES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(COMMANDS),
        st.sampled_from([None, None, None, 1, 2]),
    ),
    max_size=14,
)
TABLES = (
    "SELECT * FROM event ORDER BY id",
    """SELECT device.*, maker, model FROM device
    JOIN product ON product.id = product_id ORDER BY device.id""",
    "SELECT * FROM medium ORDER BY device_id, serial",
    "SELECT * FROM ownership ORDER BY device_id, starts_on, owner_id",
)


def laptops(session: Session, count: int = 3) -> list[int]:
    """Register some laptops; give their ids."""
    return [a_laptop(session, serial=f"S{n}").id for n in range(count)]


def one_by_one(session: Session, wishes: Sequence[Wish]) -> list[str]:
    """Record each alone, as the pages do; tell what became of each."""
    told = []
    for wish in wishes:
        row = session.get_one(DeviceRow, wish.device_id)
        try:
            event = journal.record(
                session,
                row,
                wish.command,
                some_rules(),
                expected_version=wish.expected_version,
            )
        except Refused as refused:
            told.append(repr([(r.code, r.message) for r in refused.reasons]))
        except journal.ConflictError as error:
            told.append(repr([("conflict", str(error))]))
        else:
            told.append(repr(event))
    return told


def together(session: Session, wishes: Sequence[Wish]) -> list[str]:
    """Record all at once; tell what became of each."""
    return [
        repr(judged)
        if isinstance(judged, Event)
        else repr([(r.code, r.message) for r in judged])
        for judged in record_many(session, wishes, some_rules())
    ]


def held(engine: Engine) -> list[list[tuple[object, ...]]]:
    """Read what is stored, a product by its name: its number is of no account."""
    with engine.connect() as connection:
        found = [connection.execute(text(query)).mappings().all() for query in TABLES]
    return [
        [tuple(v for k, v in row.items() if k != "product_id") for row in rows]
        for rows in found
    ]


TRANSFER = [(0, COMMANDS[n], None) for n in (9, 10, 8, 11, 12)]
"""The life of a device up to another owner of this parc."""


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(asked=TRANSFER, chunk=1_000)
@example(asked=[*TRANSFER, (0, COMMANDS[13], None)], chunk=5)
@example(asked=[*TRANSFER, (0, COMMANDS[13], None)], chunk=1_000)
@given(asked=WISHES, chunk=st.sampled_from([1, 2, 1_000]))
def test_all_at_once_is_one_by_one(
    postgresql_server: str | None,
    asked: list[tuple[int, Command, int | None]],
    chunk: int,
) -> None:
    outcomes = []
    for record in (one_by_one, together):
        with fresh_engine(postgresql_server) as engine:
            with writing(engine) as session:
                add_owners(session)
                ids = laptops(session)
            wishes = [Wish(ids[n], command, seen) for n, command, seen in asked]
            with pytest.MonkeyPatch.context() as patch, writing(engine) as session:
                patch.setattr(journal_bulk, "CHUNK", chunk)
                told = record(session, wishes)
            outcomes.append((told, held(engine)))

    assert outcomes[0] == outcomes[1]


def test_a_refusal_holds_nobody_back(engine: Engine) -> None:
    with writing(engine) as session:
        first, second = laptops(session, 2)
        wishes = [
            Wish(first, a_command(Action.OFFER, SPRING)),
            Wish(second, a_command(Action.DESCRIBE, SPRING, notes="Vu")),
        ]
        refused, done = record_many(session, wishes, some_rules())

    assert not isinstance(refused, Event)
    assert refused[0].code == "wrong_state"
    assert isinstance(done, Event)
    assert done.seq == 2


@pytest.mark.parametrize("action", [Action.MERGE, Action.SPLIT])
def test_what_concerns_two_devices_is_not_for_here(
    engine: Engine, action: Action
) -> None:
    with writing(engine) as session:
        (key,) = laptops(session, 1)
        with pytest.raises(ValueError, match=action.value):
            list(record_many(session, [Wish(key, a_command(action))], some_rules()))


def test_nothing_is_written_before_it_is_asked(engine: Engine) -> None:
    with writing(engine) as session:
        (key,) = laptops(session, 1)
    with writing(engine) as session:
        batch = Batch(session, [key])
        wish = Wish(key, a_command(Action.DESCRIBE, SPRING, notes="Vu"))
        assert isinstance(batch.record(wish, some_rules()), Event)
        assert batch[key].device.version == 2

    with reading(engine) as session:
        assert session.get_one(DeviceRow, key).version == 1
        assert len(session.exec(select(EventRow)).all()) == 1


def test_a_batch_goes_on_after_it_was_written(engine: Engine) -> None:
    with writing(engine) as session:
        (key,) = laptops(session, 1)
        batch = Batch(session, [key])
        for notes in ("Vu", "Revu"):
            command = a_command(Action.DESCRIBE, SPRING, notes=notes)
            batch.record(Wish(key, command), some_rules())
            batch.write()
            assert batch[key].before == batch[key].device
        batch.write()

    with reading(engine) as session:
        assert session.get_one(DeviceRow, key).version == 3
        assert len(session.exec(select(EventRow)).all()) == 3


def test_who_holds_a_row_of_the_session_reads_it_as_it_has_become(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        wish = Wish(row.id, a_command(Action.DESCRIBE, SPRING, model="XPS"))
        list(record_many(session, [wish], some_rules()))

        assert (row.version, row.label) == (2, "Dell XPS")


def test_a_row_that_does_not_follow_from_its_events_is_not_written_upon(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        row.version = 5

    wish = Wish(row.id, a_command(Action.DESCRIBE, SPRING, model="XPS"))
    with writing(engine) as session, pytest.raises(journal.ConflictError):
        list(record_many(session, [wish], some_rules()))


def test_somebody_who_writes_meanwhile_is_seen_and_nothing_is_lost(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        ids = laptops(session, 3)
        if is_sqlite(session):
            pytest.skip("a writer of SQLite is alone")
    begun, went_on = threading.Event(), threading.Event()

    def by_hand() -> None:
        with writing(engine) as session:
            row = session.get_one(DeviceRow, ids[1])
            command = a_command(Action.DESCRIBE, SPRING, notes="À la main")
            journal.record(session, row, command, some_rules())
            begun.set()
            went_on.wait(timeout=10)

    thread = threading.Thread(target=by_hand)
    thread.start()
    assert begun.wait(timeout=10)
    threading.Timer(0.3, went_on.set).start()
    with writing(engine) as session:
        wishes = [Wish(n, a_command(Action.DESCRIBE, TODAY, model="XPS")) for n in ids]
        judged = list(record_many(session, wishes, some_rules()))
    thread.join()

    assert [e.seq for e in judged if isinstance(e, Event)] == [2, 3, 2]
    with reading(engine) as session:
        assert session.get_one(DeviceRow, ids[1]).version == 3
