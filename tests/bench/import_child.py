"""One measurement in a process of its own: its seconds, and its memory's peak.

`python -m tests.bench.import_child floor|import WORKBOOK DATABASE_URL`
"""

import io
import json
import resource
import sqlite3
import sys
import time
from datetime import date
from pathlib import Path

from sqlmodel import select

from parc.operations import importing
from parc.storage import accounts, schema
from parc.storage.database import connect, writing
from parc.storage.tables import OwnerRow
from tests.factories import LENS, TODAY, at


def floor(workbook: Path, database: Path) -> int:
    """Read the same cells and write the same rows, and nothing else."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as parc does

    content = io.BytesIO(workbook.read_bytes())
    read = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    connection = sqlite3.connect(database)
    width = len(read[0])
    columns = ", ".join(f"c{number}" for number in range(width))
    connection.execute(f"CREATE TABLE list ({columns})")
    places = ", ".join("?" * width)
    written = (
        [cell.isoformat() if isinstance(cell, date) else cell for cell in row]
        for row in read
    )
    with connection:
        connection.executemany(f"INSERT INTO list VALUES ({places})", written)  # noqa: S608
    connection.close()
    return len(read) - 1


def imported(workbook: Path, url: str) -> int:
    """Import the workbook, as `parc import` does once its database is open."""
    engine = connect(url)
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow)).one()
        asked = importing.Asked(
            content=workbook.read_bytes(),
            owner=owner,
            actor="command-line",
            at=at(TODAY),
            today=TODAY,
        )
        outcome = importing.run(session, asked)
    engine.dispose()
    return outcome.read


def prepare(url: str) -> None:
    """Make the schema and an owner, before the measurement."""
    engine = connect(url)
    schema.upgrade(engine)
    with writing(engine) as session:
        if session.exec(select(OwnerRow.id)).first() is None:
            accounts.add_owner(session, LENS, "CA de Lens-Liévin", "epci", "LL")
    engine.dispose()


def main(kind: str, workbook: str, database: str) -> None:
    """Measure, and print one JSON object."""
    if kind != "floor":
        prepare(database)
    start, worked = time.perf_counter(), time.process_time()
    if kind == "floor":
        count = floor(Path(workbook), Path(database))
    else:
        count = imported(Path(workbook), database)
    seconds = time.perf_counter() - start
    cpu = time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": seconds, "cpu": cpu, "rows": count, "peak_mib": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
