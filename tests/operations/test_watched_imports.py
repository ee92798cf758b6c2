"""Files that come into a folder are imported once, and lie where one expects them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.operations.folder_watch import PATIENCE, QUIET, Watch
from parc.operations.watched_imports import Dealt, Order, import_whole
from parc.storage.accounts import add_owner
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow
from tests.databases import fresh_engine
from tests.factories import LENS, TODAY, at

NOON = at(TODAY)
LIST = "Étiquette;N° de série;Type;Marque\nA-1;S1;PC portable;Dell\n"


@pytest.fixture
def engine(postgresql_server: str | None) -> Iterator[Engine]:
    """Give a database with Lens."""
    with fresh_engine(postgresql_server) as engine:
        with writing(engine) as session:
            add_owner(session, LENS, "Lens", "epci", "LL")
        yield engine


def looked(engine: Engine, folder: Path, times: int = 2) -> list[Dealt]:
    """Look at a folder several times, a quiet while apart."""
    watch, order = Watch(folder), Order(LENS)
    return [
        dealt
        for look in range(times)
        for dealt in import_whole(engine, watch, order, NOON + look * QUIET, TODAY)
    ]


def devices(engine: Engine) -> int:
    """Count the devices."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(DeviceRow)).one()


def files(folder: Path) -> set[str]:
    """List the files of a folder and of those in it."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_list_is_imported_once_and_moved(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "parc.csv").write_text(LIST, "utf-8")

    (dealt,) = looked(engine, tmp_path, times=5)

    assert dealt.outcome is not None
    assert dealt.outcome.created == 1
    assert devices(engine) == 1
    assert files(tmp_path) == {"importés/parc.csv"}


def test_the_very_same_list_is_recognised(engine: Engine, tmp_path: Path) -> None:
    told = []
    for name in ("parc.csv", "copie.csv"):
        (tmp_path / name).write_text(LIST, "utf-8")
        (dealt,) = looked(engine, tmp_path)
        assert dealt.outcome is not None
        told.append(dealt.outcome.already_applied)

    assert told[0] is None
    assert told[1] is not None
    assert devices(engine) == 1


def test_rows_to_correct_lie_apart(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "parc.csv").write_text(f"{LIST};;PC portable;Dell\n", "utf-8")

    looked(engine, tmp_path)

    assert files(tmp_path) == {"importés/parc.csv", "à corriger/parc.csv"}
    told = (tmp_path / "à corriger" / "parc.csv").read_text("utf-8-sig")
    assert "Ni étiquette ni numéro de série" in told.replace("\u00a0", " ")


def test_what_is_no_list_is_refused_with_its_reason(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "notice.pdf").write_bytes(b"%PDF-1.7 notice")

    (dealt,) = looked(engine, tmp_path)

    assert dealt.outcome is None
    assert files(tmp_path) == {"refusés/notice.pdf", "refusés/notice.pdf.txt"}
    assert "PDF" in (tmp_path / "refusés" / "notice.pdf.txt").read_text("utf-8")


def test_a_workbook_half_copied_is_waited_for(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "parc.xlsx").write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    watch, order = Watch(tmp_path), Order(LENS)

    def look(after: timedelta) -> list[Dealt]:
        return list(import_whole(engine, watch, order, NOON + after, TODAY))

    assert look(0 * QUIET) == []
    assert look(1 * QUIET) == []
    assert files(tmp_path) == {"parc.xlsx"}
    (dealt,) = look(PATIENCE)

    assert dealt.outcome is None
    assert devices(engine) == 0
