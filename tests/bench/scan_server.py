"""A server to be scanned at, parc's or the barest one, in a process of its own.

`python -m tests.bench.scan_server parc|bare FOLDER ROWS`: says where it listens
and with what secrets, as one JSON object on a line, and serves until it is ended.
"""

import json
import sqlite3
import sys
import threading
import time
from pathlib import Path

import uvicorn
from sqlmodel import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from parc import clock
from parc.config import Settings
from parc.domain.access import Grant
from parc.domain.vocabulary import Action, Role
from parc.operations import importing, scan_orders
from parc.storage import accounts, scans, sessions
from parc.storage.database import connect, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.tables import OwnerRow
from parc.web.app import from_environment
from tests.bench import workbook
from tests.bench.import_child import prepare
from tests.bench.scans import CONNECTIONS, tag_of


def bare(folder: Path, rows: int) -> ASGIApp:
    """Find a device by its tag, add an event, update the device: nothing else."""
    path = folder / "bare.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute(
            "CREATE TABLE device (id INTEGER PRIMARY KEY, tag TEXT UNIQUE,"
            " state TEXT, version INTEGER)"
        )
        made.execute(
            "CREATE TABLE event (id INTEGER PRIMARY KEY, device_id INTEGER,"
            " seq INTEGER, action TEXT, recorded_at TEXT,"
            " UNIQUE (device_id, seq))"
        )
        made.executemany(
            "INSERT INTO device (tag, state, version) VALUES (?, 'in_service', 1)",
            ((tag_of(number),) for number in range(rows)),
        )
    made.close()
    kept = threading.local()

    def one(code: str) -> str:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            kept.connection.execute("PRAGMA synchronous = NORMAL")
        run = kept.connection.execute
        run("BEGIN IMMEDIATE")
        device, version = run(
            "SELECT id, version FROM device WHERE tag = ?", (code,)
        ).fetchone()
        run(
            "INSERT INTO event (device_id, seq, action, recorded_at)"
            " VALUES (?, ?, ?, ?)",
            (device, version + 1, "return", clock.now().isoformat()),
        )
        run(
            "UPDATE device SET state = 'in_stock', version = ? WHERE id = ?",
            (version + 1, device),
        )
        run("COMMIT")
        return "ok"

    async def scan(request: Request) -> PlainTextResponse:
        form = await request.form()
        return PlainTextResponse(await run_in_threadpool(one, str(form["code"])))

    return Starlette(routes=[Route("/scan", scan, methods=["POST"])])


def parc(folder: Path, rows: int) -> tuple[ASGIApp, str, str]:
    """Give the whole application, a fleet in service, who scans and a program."""
    url = f"sqlite:///{folder / 'parc.db'}"
    prepare(url)
    book = folder / "inventaire.xlsx"
    workbook.write(book, rows)
    engine = connect(url)
    now = clock.now()
    today = clock.local(now).date()
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow)).one()
        asked = importing.Asked(book.read_bytes(), owner, "bench", now, today)
        importing.run(session, asked)
        grants = {Grant(Role.TECHNICIAN, owner.id)}
        account = accounts.insert_account(
            session, "technicien@bench.example", grants, "", now
        )
        session.flush()
        token = accounts.insert_token(session, "poste", grants, now)
        cookie = sessions.open_session(session, account, now, 24)
        for number in range(CONNECTIONS):
            run = f"{number:016x}"
            scans.open_run(session, account.actor, run, now)
            session.flush()
            row = session.get_one(ScanRunRow, run)
            scan_orders.arm(
                row, scan_orders.Order(Action.RETURN, {"target": "in_stock"})
            )
            session.add(row)
    engine.dispose()
    Settings(data_dir=folder, database_url=url).export()
    return from_environment(), cookie, token


def main(kind: str, name: str, rows: str) -> None:
    """Serve until ended."""
    folder = Path(name)
    cookie = token = ""
    if kind == "bare":
        app = bare(folder, int(rows))
    else:
        app, cookie, token = parc(folder, int(rows))
    config = uvicorn.Config(
        app, port=0, log_level="error", access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)

    def tell() -> None:
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        print(json.dumps({"port": port, "cookie": cookie, "token": token}), flush=True)

    threading.Thread(target=tell, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
