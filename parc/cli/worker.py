"""The worker: long work, messages and the nightly seal, apart from the pages."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

import parc
from parc.cli.context import open_engine, say
from parc.clock import now
from parc.config import Settings

_STOP_SECONDS = 10


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(worker)


def worker() -> None:
    """Faire le travail long, envoyer les messages, sceller chaque nuit."""
    from parc.operations.kinds import KINDS
    from parc.operations.queue import Queue

    settings = Settings()
    logging.basicConfig(level=logging.WARNING)
    queue = Queue(open_engine(settings), settings, KINDS, now)
    if parent := os.environ.get("PARC_WORKER_OF"):
        _end_with(int(parent))
    else:
        say("parc travaille en arrière-plan (Ctrl+C pour arrêter)")
    queue.consumer().run()


@contextmanager
def beside() -> Iterator[None]:
    """Run a worker beside a server, for as long as the server runs."""
    # Found wherever this parc was, even in a tree that only the folder told of.
    here = str(Path(parc.__file__).resolve().parents[1])
    paths = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    own = {"PARC_WORKER_OF": str(os.getpid()), "PYTHONPATH": paths}
    environment = os.environ | own
    command = [sys.executable, "-P", "-m", "parc", "worker"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - ourselves
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _end_with(parent: int) -> None:
    """End this process when the server that started it is gone, even killed."""

    def watch() -> None:
        alone = threading.Event()
        while os.getppid() == parent:
            alone.wait(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
