"""Export a large fleet to a workbook, against openpyxl writing the same cells alone.

Each measurement runs in a process of its own:
`python -m tests.bench.export fill|floor|devices|events DATABASE CELLS`
"""

import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlmodel import select

from imports.journal import SHEET
from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role
from parc.operations import importing
from parc.operations.device_export import FIELDS, device_rows
from parc.operations.journal_export import FIELDS as EVENT_FIELDS
from parc.operations.journal_export import event_rows
from parc.storage.database import connect, reading, writing
from parc.storage.device_list import Filters
from parc.storage.tables import OwnerRow
from reports.render.table_files import Row, json_lines, write_xlsx
from tests.bench import workbook
from tests.bench.import_child import prepare
from tests.bench.measuring import Verdict, in_turn, ratio, told
from tests.factories import TODAY, at

MOST_TIMES_THE_FLOOR = 1.5
MOST_MEMORY = 300
EVERYTHING = Viewer("bench", frozenset({Grant(Role.AUDITOR, None)}))


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print times and memory of devices and of events; devices are judged."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database, cells = folder / "parc.db", folder / "cells"
        # Elsewhere too: a process inherits the peak of the one that starts it.
        _child("fill", database, cells, str(rows))
        peaks: dict[str, list[float]] = {}

        def measured(kind: str) -> Callable[[], float]:
            def measure() -> float:
                seconds, peak = _child(kind, database, cells)
                peaks.setdefault(kind, []).append(peak)
                return seconds

            return measure

        kinds = ("floor", "devices", "events", "events as lines")
        times = in_turn({kind: measured(kind) for kind in kinds}, rounds)
    for kind in kinds:
        print(told(kind, times[kind]), f"  peak {max(peaks[kind]):.0f} MiB")
    over = ratio(times, "devices", "floor")
    peak = max(*peaks["devices"], *peaks["events"])
    return [
        Verdict("export: devices over openpyxl alone", over, MOST_TIMES_THE_FLOOR),
        Verdict("export: peak memory", peak, MOST_MEMORY, "MiB"),
    ]


def _fill(database: Path, rows: int) -> None:
    url = f"sqlite:///{database}"
    book = database.with_suffix(".xlsx")
    prepare(url)
    workbook.write(book, rows)
    engine = connect(url)
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow)).one()
        asked = importing.Asked(book.read_bytes(), owner, "bench", at(TODAY), TODAY)
        outcome = importing.run(session, asked)
    engine.dispose()
    assert outcome.created == rows, outcome.issues[:3]


def _keep_cells(database: Path, cells: Path) -> None:
    """Keep the cells of the export, for who writes them and does nothing else."""
    with cells.open("wb") as file:
        for row in _devices(database):
            pickle.dump(row, file)


def _devices(database: Path) -> Iterator[Row]:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        yield from device_rows(session, EVERYTHING, Filters(gone=True), TODAY)
    engine.dispose()


def _events(database: Path) -> Iterator[Row]:
    engine = connect(f"sqlite:///{database}")
    with reading(engine) as session:
        yield from event_rows(session, None)
    engine.dispose()


def _child(kind: str, database: Path, cells: Path, *more: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.export", kind]
    done = subprocess.run(
        [*command, str(database), str(cells), *more], stdout=subprocess.PIPE, check=True
    )
    found = json.loads(done.stdout)
    return found["seconds"], found["peak_mib"]


def _floor(rows: list[Row]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - as parc does

    book = Workbook(write_only=True)
    page = book.create_sheet("Matériels")
    page.append([field.title for field in FIELDS])
    for row in rows:
        page.append(row)
    book.save(os.devnull)


def _cells(path: Path) -> list[Row]:
    kept: list[Row] = []
    with path.open("rb") as file:
        while True:
            try:
                kept.append(pickle.load(file))  # noqa: S301 - our own, of a moment ago
            except EOFError:
                return kept


def _prepared(database: Path, cells: Path, rows: int) -> None:
    _fill(database, rows)
    _keep_cells(database, cells)


def main(kind: str, database: str, cells: str, rows: str = "0") -> None:
    """Measure, and print one JSON object."""
    path = Path(database)
    work: Callable[[], object]
    with Path(os.devnull).open("wb") as out:
        if kind == "fill":
            work = lambda: _prepared(path, Path(cells), int(rows))  # noqa: E731
        elif kind == "floor":
            kept = _cells(Path(cells))
            work = lambda: _floor(kept)  # noqa: E731 - what is timed
        elif kind == "devices":
            work = lambda: write_xlsx("Matériels", FIELDS, _devices(path), out)  # noqa: E731
        elif kind == "events":
            work = lambda: write_xlsx(SHEET, EVENT_FIELDS, _events(path), out)  # noqa: E731
        else:
            work = lambda: out.writelines(json_lines(EVENT_FIELDS, _events(path)))  # noqa: E731
        # The processor's time: all is done by one, and others may be at work too.
        start = time.process_time()
        work()
        seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
