"""`parc db check` finds what somebody changed behind the journal's back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from parc.domain.vocabulary import Action
from parc.storage import integrity
from parc.storage.database import is_sqlite, reading, writing
from parc.storage.seals import broken_seals, seal
from parc.storage.tables import DeviceRow
from tests.factories import a_command, at
from tests.storage.conftest import a_laptop, do

SPRING = date(2026, 4, 1)


def _populate(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(3):
            row = a_laptop(session, serial=f"S{number}")
            do(session, row, a_command(Action.ASSIGN, SPRING))
        seal(session, at(SPRING), "test")
        a_laptop(session, serial="LATER")


def _codes(engine: Engine, documents: Path) -> set[str]:
    with reading(engine) as session:
        return {finding.code for finding in integrity.check(session, documents)}


def _tamper(engine: Engine, *statements: str) -> None:
    with writing(engine) as session:
        if is_sqlite(session):
            for verb in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER event_no_{verb}"))
        else:
            session.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        for statement in statements:
            session.execute(text(statement))


def test_an_untouched_journal_has_no_finding(engine: Engine, tmp_path: Path) -> None:
    _populate(engine)

    assert _codes(engine, tmp_path) == set()


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE event SET actor = 'U-EV1L' WHERE id = 2", {"hash"}),
        ("UPDATE event SET effective_on = '2026-03-31' WHERE id = 2", {"hash"}),
        ("UPDATE event SET previous = hash WHERE id = 2", {"chain"}),
        ("UPDATE event SET seq = 3 WHERE id = 2", {"sequence"}),
        ("DELETE FROM event WHERE id = 2", {"seal", "projection"}),
        ("UPDATE device SET state = 'in_stock' WHERE id = 1", {"projection"}),
        ("UPDATE medium SET settlement = 'destroyed'", {"projection"}),
        ("UPDATE ownership SET ends_on = '2026-01-01'", {"projection"}),
    ],
)
def test_one_changed_value_is_found(
    engine: Engine, tmp_path: Path, statement: str, codes: set[str]
) -> None:
    _populate(engine)
    _tamper(engine, statement)

    assert _codes(engine, tmp_path) == codes


def test_a_device_wiped_out_with_its_whole_history_is_found_by_the_seal(
    engine: Engine, tmp_path: Path
) -> None:
    _populate(engine)
    tables = ("event", "medium", "ownership")
    # The names are written here, not given by anyone.
    wipe = [f"DELETE FROM {table} WHERE device_id = 1" for table in tables]  # noqa: S608
    _tamper(engine, *wipe, "DELETE FROM device WHERE id = 1")

    assert _codes(engine, tmp_path) == {"seal"}


def test_a_missing_document_is_found(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        session.execute(
            text(
                "INSERT INTO document (sha256, owner_id, size, media_type, "
                "received_at, received_by) VALUES (:sha, 1, 3, 'text/plain', "
                "'2026-04-01 00:00:00', 'U-1')"
            ),
            {"sha": "a" * 64},
        )

    assert _codes(engine, tmp_path) == {"document"}


def test_a_device_without_history_is_found(engine: Engine, tmp_path: Path) -> None:
    _populate(engine)

    def copy(session: Session) -> None:
        row = session.get_one(DeviceRow, 1)
        values = row.model_dump() | {"id": 99, "tag": "ZZ-000001-X"}
        session.add(DeviceRow(**values))

    _with(engine, copy)

    assert _codes(engine, tmp_path) == {"no_history"}


def test_nothing_new_makes_no_seal(engine: Engine) -> None:
    with writing(engine) as session:
        assert seal(session, at(SPRING), "test") is None
        a_laptop(session)
        assert seal(session, at(SPRING), "test") is not None
        assert seal(session, at(SPRING), "test") is None
        assert list(broken_seals(session)) == []


def _with(engine: Engine, change: Callable[[Session], None]) -> None:
    with writing(engine) as session:
        change(session)
