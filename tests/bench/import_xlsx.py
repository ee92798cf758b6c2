"""Import a large workbook, against the least that reading and writing it takes."""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests import postgres
from tests.bench import workbook
from tests.bench.measuring import Verdict, in_turn, ratio, told

MOST_TIMES_THE_FLOOR = 6
MOST_TIMES_NEW = 2
MOST_MEMORY = 700
_CHANGED = "every device changed, SQLite"
_numbers = itertools.count(1)


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print times and memory; SQLite is judged, PostgreSQL is told."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        book = folder / "inventaire.xlsx"
        workbook.write(book, rows)
        peaks: list[float] = []
        measured: dict[str, Callable[[], float]] = {
            "floor": lambda: _floor(book, folder),
            "import, SQLite": lambda: _import(book, _sqlite(folder), rows, peaks),
        }
        if postgres.is_available():
            server = stack.enter_context(postgres.server())
            measured["import, PostgreSQL"] = lambda: _on_postgresql(book, server, rows)
        times = in_turn(measured, rounds)
        again = _sqlite(folder)
        _import(book, again, rows, [])
        times["the same file again, SQLite"] = [_import(book, again, rows, peaks)]
        corrected = folder / "corrigé.xlsx"
        workbook.write(corrected, rows, "revu")
        times[_CHANGED] = [_import(corrected, again, rows, peaks)]
    for name, seconds in times.items():
        print(told(name, seconds))
    if "import, PostgreSQL" in times:
        informative = ratio(times, "import, PostgreSQL", "floor")
        print(f"  PostgreSQL over the floor (informative): {informative:.2f} ×")
    over = ratio(times, "import, SQLite", "floor")
    changed = min(times[_CHANGED]) / min(times["import, SQLite"])
    return [
        Verdict("import_xlsx: SQLite over the floor", over, MOST_TIMES_THE_FLOOR),
        Verdict("import_xlsx: all changed over all new", changed, MOST_TIMES_NEW),
        Verdict("import_xlsx: peak memory", max(peaks), MOST_MEMORY, "MiB"),
    ]


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / f'parc-{next(_numbers)}.db'}"


def _floor(book: Path, folder: Path) -> float:
    return _child("floor", book, str(folder / f"floor-{next(_numbers)}.db"))[0]


def _import(book: Path, url: str, rows: int, peaks: list[float]) -> float:
    seconds, peak, count = _child("import", book, url)
    assert count == rows
    peaks.append(peak)
    return seconds


def _on_postgresql(book: Path, server: str, rows: int) -> float:
    with postgres.own_database(server, f"bench_{next(_numbers)}") as url:
        return _import(book, url, rows, [])


def _child(kind: str, book: Path, database: str) -> tuple[float, float, int]:
    command = [sys.executable, "-m", "tests.bench.import_child"]
    done = subprocess.run(
        [*command, kind, str(book), database], stdout=subprocess.PIPE, check=True
    )
    found = json.loads(done.stdout)
    return found["seconds"], found["peak_mib"], found["rows"]
