"""Scan for ten minutes at the pace of a busy day, with the network cut now and then.

Two hundred scans a minute, from eight telephones; one answer in twenty is lost on
the way, and that scan is sent again under its key, as the offline queue does. At
the end every scan has exactly one event and one answer.
"""

import asyncio
import json
import random
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from tests.bench.measuring import Verdict
from tests.bench.scans import CONNECTIONS, Served, answer, form_of, request, serving

A_MINUTE = 200
MINUTES = 10
_LOST = 0.05


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print how long answers took; none of the scans may be lost or doubled.

    `rows` is the least number of devices; `rounds` is not used: it is one long run.
    """
    del rounds
    scans = A_MINUTE * MINUTES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving("parc", folder, max(scans, min(rows, 10_000))) as served:
            waits, again = asyncio.run(_scanned(served, scans))
        lost, doubled = _reconciled(folder, scans)
    centiles = quantiles(waits, n=100)
    print(
        f"  {len(waits)} scans in {MINUTES} min, {again} sent again; answered in "
        f"{centiles[49] * 1e3:.0f} ms (median), {centiles[94] * 1e3:.0f} ms (p95), "
        f"{max(waits) * 1e3:.0f} ms (longest)"
    )
    return [
        Verdict("soak: scans lost", lost, 0, "scans"),
        Verdict("soak: scans counted twice", doubled, 0, "scans"),
    ]


async def _scanned(served: Served, scans: int) -> tuple[list[float], int]:
    chance = random.Random(1)  # noqa: S311 - the same faults every time
    waits: list[float] = []
    again = 0
    started = time.perf_counter()
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def telephone() -> None:
        nonlocal again
        while (number := await queue.get()) >= 0:
            body = form_of(number)
            asked = time.perf_counter()
            lost = chance.random() < _LOST
            for is_lost in [True, False] if lost else [False]:
                reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
                writer.write(request(served, "/scan", body))
                await writer.drain()
                if is_lost:
                    again += 1
                    await asyncio.sleep(0.2)
                else:
                    await answer(reader)
                writer.close()
            waits.append(time.perf_counter() - asked)

    async def trolley() -> None:
        for number in range(scans):
            due = started + number * 60 / A_MINUTE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            queue.put_nowait(number)
        for _ in range(CONNECTIONS):
            queue.put_nowait(-1)

    await asyncio.gather(trolley(), *(telephone() for _ in range(CONNECTIONS)))
    return waits, again


def _reconciled(folder: Path, scans: int) -> tuple[int, int]:
    """Count the scans without their event and answer, and those that have more."""
    with sqlite3.connect(folder / "parc.db") as database:
        events = [
            count
            for (count,) in database.execute(
                "SELECT count(*) FROM event WHERE action = 'return' GROUP BY device_id"
            )
        ]
        results = [
            json.loads(result)["outcome"]
            for (result,) in database.execute("SELECT result FROM scan")
        ]
    done = results.count("applied")
    doubled = sum(count - 1 for count in events) + max(0, len(results) - scans)
    return max(scans - len(events), scans - done), doubled
