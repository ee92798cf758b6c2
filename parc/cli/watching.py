"""Watch a folder and import what comes into it, until told to stop."""

import time
from pathlib import Path

from sqlalchemy import Engine

from parc.cli.context import say
from parc.clock import now, today
from parc.operations.folder_watch import Watch
from parc.operations.importing import Outcome
from parc.operations.watched_imports import Order, import_whole

_SECONDS = 5


def watch_folder(engine: Engine, folder: Path, order: Order) -> None:
    """Import each file of a folder once it is whole; Ctrl+C ends it."""
    say(f"parc surveille {folder} (Ctrl+C pour arrêter)")
    watch = Watch(folder)
    try:
        while True:
            for dealt in import_whole(engine, watch, order, now(), today()):
                done = dealt.outcome
                told = (
                    f"{done.created} créés, {done.updated} modifiés, "
                    f"{done.rejected + done.conflicts} à corriger{_again(done)}"
                    if done
                    else f"refusé : {' '.join(dealt.reasons)}"
                )
                say(f"{dealt.path.name} : {told}")
            time.sleep(_SECONDS)
    except KeyboardInterrupt:
        say("Surveillance arrêtée.")


def _again(done: Outcome) -> str:
    return " (ce même fichier avait déjà été appliqué)" if done.already_applied else ""
