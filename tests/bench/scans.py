"""Scan a fleet through the server, against a bare handler that does the least.

The bare handler is Starlette and sqlite3: it finds a device by its tag, adds an
event and updates the device in one immediate transaction. Each server runs in a
process of its own: `python -m tests.bench.scan_server parc|bare FOLDER`.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from tests.bench.measuring import Verdict

CONNECTIONS = 8
IN_A_BATCH = 50
LEAST_SHARE_ALONE = 15
LEAST_SHARE_TOGETHER = 40
MOST_TIMES_P95 = 5
MOST_ROWS = 10_000
_SHARE_OF_ROWS = 5
"""Of the fleet, one device in five is scanned alone, the others in batches."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where, and with what secrets it is asked."""

    port: int
    cookie: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Felt:
    """What the client saw: scans per second, seconds of each request."""

    scans: int
    seconds: float
    waits: Sequence[float]

    @property
    def rate(self) -> float:
        """Scans per second."""
        return self.scans / self.seconds

    @property
    def p95(self) -> float:
        """Seconds that 95 % of the requests stay under."""
        return quantiles(self.waits, n=20)[-1]


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print rates and waits of each round; the medians of the ratios are judged."""
    rows = min(rows, MOST_ROWS)
    alone = max(rows // _SHARE_OF_ROWS, CONNECTIONS)
    shares: dict[str, list[float]] = {"alone": [], "together": [], "p95": []}
    lost = 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with serving("bare", folder, rows) as served:
                floor = scanned(served, "/scan", [_bare(n) for n in range(alone)])
            with serving("parc", folder, rows) as served:
                one = scanned(served, "/scan", [form_of(n) for n in range(alone)])
                batches = [
                    _batch(range(start, min(start + IN_A_BATCH, rows)))
                    for start in range(alone, rows, IN_A_BATCH)
                ]
                many = scanned(served, "/api/v1/scans", batches, rows - alone)
            lost += rows - recorded(folder)
        for name, felt in (("bare", floor), ("alone", one), ("in batches", many)):
            print(
                f"  {name:<12} {felt.rate:8.0f} scans/s  p95 {felt.p95 * 1e3:7.1f} ms"
            )
        shares["alone"].append(100 * one.rate / floor.rate)
        shares["together"].append(100 * many.rate / floor.rate)
        shares["p95"].append(one.p95 / floor.p95)
    return [
        _share("alone", shares["alone"], LEAST_SHARE_ALONE),
        _share("in batches", shares["together"], LEAST_SHARE_TOGETHER),
        Verdict("scans: p95 alone over bare", median(shares["p95"]), MOST_TIMES_P95),
        Verdict("scans: without their event", lost, 0, "scans"),
    ]


def _share(name: str, shares: list[float], least: float) -> Verdict:
    told = f"scans: {name}, of the bare rate"
    return Verdict(told, median(shares), least, "%", at_least=True)


def tag_of(number: int) -> str:
    """Give the tag of a device of the fleet."""
    return f"P{number:07d}"


@contextmanager
def serving(kind: str, folder: Path, rows: int) -> Iterator[Served]:
    """Run a server in a process of its own, with its fleet."""
    command = [sys.executable, "-m", "tests.bench.scan_server", kind, str(folder)]
    with subprocess.Popen(
        [*command, str(rows)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def scanned(
    served: Served, path: str, bodies: Sequence[tuple[str, bytes]], scans: int = 0
) -> Felt:
    """Send everything over the connections, one request after the other on each."""
    start = time.perf_counter()
    waits = asyncio.run(_all(served, path, bodies))
    return Felt(scans or len(bodies), time.perf_counter() - start, waits)


async def _all(
    served: Served, path: str, bodies: Sequence[tuple[str, bytes]]
) -> list[float]:
    waiting = iter(bodies)
    waits: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        for body in waiting:
            start = time.perf_counter()
            writer.write(request(served, path, body))
            await answer(reader)
            waits.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return waits


def request(served: Served, path: str, sent: tuple[str, bytes]) -> bytes:
    """Write a request with both secrets: each address looks at its own."""
    kind, body = sent
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"Cookie: parc-session={served.cookie}\r\n"
        f"Authorization: Bearer {served.token}\r\nHX-Request: true\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer whole.

    Raises:
        RuntimeError: it is not the page that was asked for.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    lengths = [
        line.partition(":")[2]
        for line in head.split("\r\n")
        if line.lower().startswith("content-length:")
    ]
    body = await reader.readexactly(int(lengths[0]))
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{status}: {body[:500]!r}")
    return body


def _bare(number: int) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", f"code={tag_of(number)}".encode()


def form_of(number: int) -> tuple[str, bytes]:
    """One scan at the bench: the run has « déplacer » armed (see scan_server)."""
    run = f"{number % CONNECTIONS:016x}"
    said = {"run": run, "code": tag_of(number), "key": f"alone-{number:08d}"}
    return "application/x-www-form-urlencoded", urlencode(said).encode()


def _batch(numbers: range) -> tuple[str, bytes]:
    scans = [
        {
            "key": f"batch-{number:08d}",
            "code": tag_of(number),
            "action": "return",
            "details": {"target": "in_stock"},
        }
        for number in numbers
    ]
    return "application/json", json.dumps({"scans": scans}).encode()


def recorded(folder: Path) -> int:
    """Count the devices that have exactly one event of the scans, with its answer."""
    with sqlite3.connect(folder / "parc.db") as database:
        (count,) = database.execute(
            """SELECT count(*) FROM device WHERE state = 'in_stock' AND 1 = (
                 SELECT count(*) FROM event WHERE device_id = device.id
                 AND action = 'return') AND 1 = (
                 SELECT count(*) FROM scan WHERE device_id = device.id
                 AND outcome = 'applied')"""
        ).fetchone()
    return int(count)
