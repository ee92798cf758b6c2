"""Progress on a terminal, silence elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())


@contextmanager
def stages(title: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done now, by name."""
    with _progress() as progress:
        task = progress.add_task(title, total=None)
        yield lambda name: progress.update(task, description=f"{title} : {name}")


@contextmanager
def counted(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much is done of how much."""
    with _progress() as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        *_COLUMNS, console=console, transient=True, disable=not sys.stderr.isatty()
    )
