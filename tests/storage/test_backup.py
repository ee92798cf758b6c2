"""A backup is one file, checked before it is trusted."""

import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.storage import backup, documents, integrity
from parc.storage.database import reading, writing
from parc.storage.seals import seal
from parc.storage.tables import DeviceRow, EventRow, SealRow
from tests.databases import fresh_engine
from tests.factories import a_command, at
from tests.storage.conftest import a_laptop, do

SPRING = date(2026, 4, 1)


@pytest.fixture
def saved(engine: Engine, tmp_path: Path) -> Path:
    """Give a backup of three devices and one document."""
    folder = tmp_path / "documents"
    with writing(engine) as session:
        for number in range(3):
            row = a_laptop(session, serial=f"S{number}")
            do(session, row, a_command(Action.ASSIGN, SPRING))
        documents.keep(
            session,
            folder,
            documents.examine(b"Fiche de tests\n"),
            owner_id=1,
            at=at(SPRING),
            by="U-1",
        )
        seal(session, at(SPRING), "backup")
    target = tmp_path / "sauvegarde.parc"
    backup.save(engine, folder, target, at(SPRING))
    return target


def test_a_backup_verifies_and_leaves_no_partial_file(
    saved: Path, tmp_path: Path
) -> None:
    verified = backup.verify(saved)

    assert (verified.rows["device"], verified.documents) == (3, 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["documents", saved.name]


def test_a_restored_database_is_the_same_to_the_hash(
    saved: Path, engine: Engine, tmp_path: Path, postgresql_server: str | None
) -> None:
    with fresh_engine(postgresql_server) as other:
        folder = tmp_path / "elsewhere"
        backup.restore(other, folder, saved)

        for table in (DeviceRow, EventRow, SealRow):
            assert _rows(other, table) == _rows(engine, table)
        with reading(other) as session:
            assert list(integrity.check(session, folder)) == []
        with writing(other) as session:
            assert a_laptop(session, serial="NEW").tag.startswith("LENS-000004")


def test_a_database_in_use_is_not_overwritten_without_asking(
    saved: Path, engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        a_laptop(session, serial="AFTER")

    with pytest.raises(Refused, match="n'est pas vide"):
        backup.restore(engine, tmp_path / "documents", saved)
    with reading(engine) as session:
        assert len(session.exec(select(DeviceRow)).all()) == 4

    backup.restore(engine, tmp_path / "documents", saved, replace=True)
    with reading(engine) as session:
        assert len(session.exec(select(DeviceRow)).all()) == 3


def test_a_damaged_backup_is_refused_and_changes_nothing(
    saved: Path, tmp_path: Path, postgresql_server: str | None
) -> None:
    content = bytearray(saved.read_bytes())
    content[_inside(saved, "tables/device.jsonl")] ^= 0xFF
    damaged = tmp_path / "abime.parc"
    damaged.write_bytes(content)

    with fresh_engine(postgresql_server) as other:
        with pytest.raises(Refused, match="abîmé"):
            backup.restore(other, tmp_path / "x", damaged)
        assert _rows(other, DeviceRow) == []


def test_a_row_slipped_in_is_found_by_its_checksum(saved: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forge.parc"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "tables/device.jsonl":
                content = content.replace(b"in_service", b"in_stock")
            new.writestr(name, content)

    with pytest.raises(Refused, match="abîmé"):
        backup.verify(forged)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"bonjour"])
def test_what_is_not_a_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    wrong = tmp_path / "autre.parc"
    wrong.write_bytes(content)

    with pytest.raises(Refused, match="n'est pas une sauvegarde"):
        backup.verify(wrong)


def test_a_missing_document_stops_the_backup(
    saved: Path, engine: Engine, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "documents")
    target = tmp_path / "autre.parc"

    with pytest.raises(Refused, match="manque"):
        backup.save(engine, tmp_path / "documents", target, at(SPRING))
    assert not target.exists()


def _rows(engine: Engine, table: type[SQLModel]) -> list[dict[str, object]]:
    with Session(engine) as session:
        key = next(iter(table.__table__.primary_key.columns))  # type: ignore[attr-defined]
        return [
            row.model_dump() for row in session.exec(select(table).order_by(col(key)))
        ]


def _inside(archive: Path, name: str) -> int:
    """Tell where the middle of a file's content lies in an archive.

    A byte of the headers may be changed without any harm: nobody reads it.
    """
    with zipfile.ZipFile(archive) as opened:
        entry = opened.getinfo(name)
        opened.fp.seek(entry.header_offset + 26)  # type: ignore[union-attr]  # it is open
        lengths = opened.fp.read(4)  # type: ignore[union-attr]  # same
    before = 30 + int.from_bytes(lengths[:2], "little")
    before += int.from_bytes(lengths[2:], "little")
    return entry.header_offset + before + entry.compress_size // 2
