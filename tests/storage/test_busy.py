"""While another process writes for long, one waits, then is told so."""

import sqlite3
from pathlib import Path

import pytest
from sqlmodel import select

from parc.domain.refusal import Refused
from parc.storage import database, schema
from parc.storage.database import BusyError, connect, reading, writing
from parc.storage.tables import OwnerRow


def test_a_writer_that_waits_in_vain_is_told_and_readers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_MS", 20)
    path = tmp_path / "parc.sqlite3"
    engine = connect(f"sqlite:///{path}")
    schema.upgrade(engine)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(BusyError) as busy, writing(engine) as session:
        session.exec(select(OwnerRow)).all()
    with reading(engine) as session:
        assert session.exec(select(OwnerRow)).all() == []
    other.execute("ROLLBACK")
    with writing(engine) as session:
        assert session.exec(select(OwnerRow)).all() == []

    other.close()
    engine.dispose()
    assert isinstance(busy.value, Refused)
    assert "Recommencez dans un instant" in busy.value.reasons[0].message
