"""Commands run in this process, on a database of the test, or as programs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.cli import main
from parc.storage.database import connect
from tests.databases import empty_engine
from tests.factories import LENS, LOOS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code, what it printed, what it said."""

    code: int
    out: str
    err: str


Parc = Callable[..., Ran]


@pytest.fixture
def database_url(postgresql_server: str | None) -> Iterator[str | None]:
    """Give an empty database on PostgreSQL; None stands for the data folder's."""
    if postgresql_server is None:
        yield None
        return
    with empty_engine(postgresql_server) as engine:
        yield engine.url.render_as_string(hide_password=False)


@pytest.fixture
def command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Parc:
    """Give what runs a command in the test's folder, whatever the database."""
    for name in [name for name in os.environ if name.startswith("PARC_")]:
        if not name.startswith("PARC_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PARC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


@pytest.fixture
def parc(
    command: Parc, monkeypatch: pytest.MonkeyPatch, database_url: str | None
) -> Parc:
    """Give what runs a command on a database that has no schema yet."""
    if database_url is not None:
        monkeypatch.setenv("PARC_DATABASE_URL", database_url)
    return command


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give where the first data folder that `made` makes is kept, to be copied."""
    return tmp_path_factory.mktemp("furnished") / "data"


@pytest.fixture
def made(parc: Parc, tmp_path: Path, database_url: str | None, furnished: Path) -> Parc:
    """Give what runs a command on a database with Lens and Loos."""
    if database_url is None and furnished.exists():
        shutil.copytree(furnished, tmp_path / "data")
        return parc
    for arguments in (
        ("db", "upgrade"),
        ("owner", "add", LENS, "CA de Lens-Liévin", "--kind", "epci", "--prefix", "LL"),
        ("owner", "add", LOOS, "Loos-en-Gohelle", "--prefix", "LG"),
    ):
        assert parc(*arguments).code == 0
    if database_url is None:
        shutil.copytree(tmp_path / "data", furnished)
    return parc


@pytest.fixture
def engine(made: Parc, tmp_path: Path, database_url: str | None) -> Iterator[Engine]:
    """Give an engine on the database that the commands use."""
    engine = connect(database_url or f"sqlite:///{tmp_path}/data/parc.sqlite3")
    yield engine
    engine.dispose()


def line_of(*arguments: object) -> list[str]:
    """Write the command line of a program of its own."""
    return [sys.executable, "-P", "-m", "parc", *map(str, arguments)]


def surroundings(folder: Path) -> dict[str, str]:
    """Give a program the environment of a test's folder."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PARC_")}
    own = {"PYTHONPATH": str(ROOT), "PARC_DATA_DIR": str(folder / "data")}
    return inherited | own


def program(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a program of its own, as `python -m parc` does."""
    return subprocess.run(
        line_of(*arguments),
        cwd=folder,
        env=surroundings(folder),
        capture_output=True,
        text=True,
        check=False,
    )
