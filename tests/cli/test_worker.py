"""The worker beside a server: works by itself, and never outlives its server."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.clock import now
from parc.config import Settings
from parc.operations.import_jobs import PREVIEW, file_of
from parc.operations.kinds import KINDS
from parc.operations.queue import Queue
from parc.storage import jobs
from parc.storage.database import connect, reading, writing
from parc.storage.tables import ImportRow, JobRow, OwnerRow
from tests.cli.test_programs import LIST, SECONDS, answer_of, free_port, serving
from tests.cli.test_programs import folder as folder  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.slow


def eventually(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def asked(engine: Engine, folder: Path) -> str:
    """Ask for the reading of a list; return the job's id."""
    settings = Settings(data_dir=folder / "data")
    path = file_of(settings, "a" * 16)
    path.parent.mkdir(parents=True)
    path.write_text(LIST, encoding="utf-8")
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow.id)).one()
        session.add(
            ImportRow(
                id="a" * 16,
                owner_id=owner,
                sha256="0" * 64,
                format="",
                options='{"date_order": null}',
                created_at=now(),
                created_by="U-1",
            )
        )
        params = {"import_id": "a" * 16}
        return jobs.ask(session, PREVIEW, params, owner, "U-1", now()).id


def children(process: int) -> list[int]:
    """List the processes that a process started."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    if not listed.exists():
        pytest.skip("ce système ne dit pas les processus d'un processus")
    return [int(text) for text in listed.read_text("ascii").split()]


def is_alive(process: int) -> bool:
    """Tell whether a process runs."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


def test_a_job_is_found_and_done_beside_a_server(folder: Path) -> None:
    engine = connect(f"sqlite:///{folder / 'data' / 'parc.sqlite3'}")
    key = asked(engine, folder)
    port = free_port()

    def is_done() -> bool:
        with reading(engine) as session:
            return session.get_one(JobRow, key).state == "done"

    queue = Queue(engine, Settings(data_dir=folder / "data"), KINDS, now)
    with serving("serve", "--port", port, folder=folder):
        assert answer_of(port) == 200
        queue.wake(key)
        eventually(is_done)
    queue.close()
    engine.dispose()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_worker_ends_with_its_server(folder: Path, how: signal.Signals) -> None:
    port = free_port()
    with serving("serve", "--port", port, folder=folder) as process:
        assert answer_of(port) == 200
        (worker,) = children(process.pid)
        os.kill(process.pid, how)
        process.wait(SECONDS)

        eventually(lambda: not is_alive(worker))
