"""A watched folder: whole files only, each once, none lost."""

from datetime import datetime, timedelta
from pathlib import Path

from parc.operations.folder_watch import DONE, PATIENCE, QUIET, Watch
from tests.factories import TODAY, at

NOON = at(TODAY)
SOON = NOON + timedelta(seconds=1)
QUIETED = NOON + QUIET


def names(watch: Watch, now: datetime) -> list[str]:
    """List the files that are whole."""
    return [path.name for path in watch.whole(now)]


def test_a_file_is_taken_once_it_has_been_quiet(tmp_path: Path) -> None:
    (tmp_path / "parc.csv").write_text("a;b\n")
    watch = Watch(tmp_path)

    assert names(watch, NOON) == []
    assert names(watch, SOON) == []
    assert names(watch, QUIETED) == ["parc.csv"]


def test_a_file_that_grows_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "parc.csv"
    path.write_text("a;b\n")
    watch = Watch(tmp_path)
    names(watch, NOON)
    path.write_text("a;b\n1;2\n")

    assert names(watch, QUIETED) == []
    assert names(watch, QUIETED + QUIET) == ["parc.csv"]


def test_an_empty_file_is_still_on_its_way(tmp_path: Path) -> None:
    (tmp_path / "parc.csv").touch()
    watch = Watch(tmp_path)
    names(watch, NOON)

    assert names(watch, QUIETED) == []


def test_hidden_and_unfinished_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".parc.csv", "~$parc.xlsx", "parc.csv.part", "parc.xlsx.tmp"):
        (tmp_path / name).write_text("x")
    (tmp_path / "dossier.csv").mkdir()
    watch = Watch(tmp_path)
    names(watch, NOON)

    assert names(watch, QUIETED) == []


def test_what_was_dealt_with_is_moved_and_nothing_is_overwritten(
    tmp_path: Path,
) -> None:
    watch = Watch(tmp_path)
    for content in ("un", "deux"):
        path = tmp_path / "parc.csv"
        path.write_text(content)
        watch.put_away(path, DONE, NOON)

    kept = sorted((tmp_path / DONE).iterdir())

    assert [path.read_text() for path in kept] == ["deux", "un"]
    assert names(watch, QUIETED) == []


def test_a_damaged_file_may_still_come_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "parc.xlsx"
    path.write_text("PK")
    watch = Watch(tmp_path)
    names(watch, NOON)

    assert watch.may_still_come(path, QUIETED)
    assert not watch.may_still_come(path, NOON + PATIENCE)
