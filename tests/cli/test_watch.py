"""A folder watched by a real program, until a person stops it."""

import time
from pathlib import Path

import pytest

from tests.cli.conftest import program
from tests.cli.test_programs import LIST, SECONDS, serving
from tests.cli.test_programs import folder as folder  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.slow


def test_what_comes_into_the_folder_is_imported(folder: Path) -> None:
    inbox = folder / "arrivées"
    inbox.mkdir()
    (inbox / "parc.csv").write_text(LIST, encoding="utf-8")
    done = inbox / "importés" / "parc.csv"

    with serving("import", "arrivées", "--watch", folder=folder) as process:
        end = time.monotonic() + SECONDS
        while not done.exists():
            assert time.monotonic() < end, "nothing happened"
            assert process.poll() is None
            time.sleep(0.1)

    again = program("import", "parc.csv", "--json", folder=folder)
    assert '"unchanged": 300' in again.stdout


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    ran = program("import", "ailleurs", "--watch", folder=folder)

    assert ran.returncode == 1
    assert "Dossier introuvable" in ran.stderr
