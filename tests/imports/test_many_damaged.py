"""Ten thousand damaged files for each reader: each is read, or refused in French.

More of them: `python -m tests.bench fuzz`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from imports import apart
from tests.imports.damaging import damaged_files
from tests.imports.files import HEADINGS, LAPTOP, workbook
from tests.imports.old_workbooks import cells, ods, ods_row, xls
from tests.imports.test_any_bytes import check
from tests.imports.test_presets import LISTS

OTHER = ("INV-2", 12.5, "écran", "", "=A1", "2021-03-04")
ROWS = (HEADINGS, LAPTOP, OTHER, ("Total", 2))
WHOLE = {
    "csv": [path.read_bytes() for path in LISTS if path.suffix == ".csv"],
    "json": [path.read_bytes() for path in LISTS if path.suffix == ".json"],
    "lines": [path.read_bytes() for path in LISTS if path.suffix == ".jsonl"],
    "xlsx": [workbook(*ROWS), workbook(*ROWS, Autre=[("a", 1)] * 30)],
    "xls": [xls(cells(*ROWS))],
    "ods": [ods("".join(ods_row(*map(str, row)) for row in ROWS))],
}
SHARES = 4
EACH = 10_000 // SHARES


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", ["csv", "json", "lines", "xlsx"])
def test_damaged_files(kind: str, share: int) -> None:
    for name, content in damaged_files(WHOLE[kind], EACH, share):
        try:
            check(content)
        except Exception as error:
            raise AssertionError(name) from error


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.usefixtures("opened_by_forks")
def test_damaged_workbooks_opened_apart(kind: str, share: int) -> None:
    for name, content in damaged_files(WHOLE[kind], EACH, share):
        try:
            check(content)
        except Exception as error:
            raise AssertionError(name) from error


@pytest.fixture
def opened_by_forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the program that reads apart fork, rather than start anew each time."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.imports.many_apart", *apart.limits(b"")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        book = tmp_path / "book"

        def run(content: bytes, out: IO[bytes]) -> None:
            book.write_bytes(content)
            assert server.stdin
            assert server.stdout
            here = f"/proc/{os.getpid()}/fd/{out.fileno()}"
            server.stdin.write(f"{book}\t{here}\n")
            server.stdin.flush()
            server.stdout.readline()

        monkeypatch.setattr(apart, "_run", run)
        yield
        assert server.stdin
        server.stdin.close()
