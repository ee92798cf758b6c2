"""The pages that technicians open all day, in a large fleet against a small one."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.operations import importing
from parc.storage import schema
from parc.storage.database import connect, writing
from parc.storage.tables import OwnerRow
from parc.web.app import create_app
from tests.bench import workbook
from tests.bench.measuring import Verdict, in_turn, ratio, timed, told
from tests.factories import ALICE, LENS
from tests.web.conftest import NOW, populate, signed_in

SMALL = 1_000
MOST_TIMES_SLOWER = 1.5
_PER_ROUND = 8
_MIDDLE = 500
_PAGES = {
    "list": "/devices",
    "list, page 3, by model": "/devices?sort=label&page=3",
    "list, by state": "/devices?state=in_service&sort=-acquired_on",
    "list, three filters": "/devices?state=in_service&category=laptop&q=dell",
    "search, words": "/devices?q=latitude+5420",
    "search, start of a serial": f"/devices?q=SN{_MIDDLE:08d}",
    "find, a tag scanned": f"/devices/find?code=P{_MIDDLE:07d}",
    "device": f"/devices/P{_MIDDLE:07d}",
    "API, a serial": f"/api/v1/devices?serial=SN{_MIDDLE:08d}",
}


def run(rows: int, rounds: int) -> list[Verdict]:
    """Print the times of each page at both sizes; judge their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        small = _client(Path(folder) / "small", SMALL)
        large = _client(Path(folder) / "large", rows)
        measured: dict[str, Callable[[], float]] = {}
        for name, address in _PAGES.items():
            for size, client in ((SMALL, small), (rows, large)):
                _opened(client, address)
                measured[f"{name}, {size:,}"] = _measure(client, address)
        times = in_turn(measured, rounds * _PER_ROUND)
    for name, seconds in times.items():
        print(told(name, seconds, 1_000, "ms"))
    return [
        Verdict(
            f"pages: {name}",
            ratio(times, f"{name}, {rows:,}", f"{name}, {SMALL:,}"),
            MOST_TIMES_SLOWER,
        )
        for name in _PAGES
    ]


def _measure(client: TestClient, address: str) -> Callable[[], float]:
    return lambda: timed(lambda: _opened(client, address))


def _opened(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {200, 303}, (address, answer.status_code)


def _client(folder: Path, rows: int) -> TestClient:
    """Open the application on a fleet of so many devices, signed in as Alice."""
    folder.mkdir()
    engine = connect(f"sqlite:///{folder / 'parc.sqlite3'}")
    schema.upgrade(engine)
    populate(engine)
    _fill(engine, rows)
    settings = Settings(data_dir=folder, secret="une clé de signature pour mesurer")
    app = create_app(settings, engine, clock=lambda: NOW)
    return signed_in(app, engine, ALICE.id)


def _fill(engine: Engine, rows: int) -> None:
    lines = [workbook.HEADINGS, *workbook.rows(rows)]
    content = "\n".join(";".join(map(_cell, line)) for line in lines).encode()
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        asked = importing.Asked(content, owner, "bench", NOW, NOW.date())
        outcome = importing.run(session, asked)
    assert outcome.created == rows, outcome.issues[:3]


def _cell(value: object) -> str:
    text = str(value)
    return f"{value:.2f}" if isinstance(value, float) else text
