"""Watch a folder and import what comes into it, until told to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from sqlalchemy import Engine

from parc.cli.context import say
from parc.clock import now, today
from parc.operations.folder_watch import Watch
from parc.operations.importing import Outcome
from parc.operations.watched_imports import Order, import_whole

_SECONDS = 5


def watch_folder(engine: Engine, folder: Path, order: Order) -> None:
    """Import each file of a folder once it is whole; Ctrl+C ends it, after the file."""
    watch = Watch(folder)
    with _until_told() as told_to_stop:
        say(f"parc surveille {folder} (Ctrl+C pour arrêter)")
        while not told_to_stop.is_set():
            for dealt in import_whole(engine, watch, order, now(), today()):
                done = dealt.outcome
                told = (
                    f"{done.created} créés, {done.updated} modifiés, "
                    f"{done.rejected + done.conflicts} à corriger{_again(done)}"
                    if done
                    else f"refusé : {' '.join(dealt.reasons)}"
                )
                say(f"{dealt.path.name} : {told}")
            told_to_stop.wait(_SECONDS)
    say("Surveillance arrêtée.")


@contextmanager
def _until_told() -> Iterator[Event]:
    """Give what is set by Ctrl+C or the end of the service.

    An exception in the middle of an import could be lost in a clean-up, and the
    program would go on.
    """
    told = Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, lambda *_: told.set()) for one in signals]
    try:
        yield told
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _again(done: Outcome) -> str:
    return " (ce même fichier avait déjà été appliqué)" if done.already_applied else ""
