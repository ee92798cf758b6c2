"""Scans that arrive together are done together, and shown together.

One thread does what all those waiting ask, in one transaction. Eight telephones then
cost little more than one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from parc.operations.scanning import Scan, scan_all
from parc.storage.database import reading
from parc.storage.scans import Answer

_MOST = 50
"""Scans in one transaction."""

Shown = TypeVar("Shown")


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "scans")


@dataclass(slots=True)
class _Waiting(Generic[Shown]):
    scan: Scan
    is_shown: bool
    told: Future[Shown | None] = field(default_factory=Future)


@dataclass(slots=True)
class Turns(Generic[Shown]):
    """The scans of one process that wait for their turn.

    `show` lays out what is to be seen after scans that were done together.
    """

    engine: Engine
    show: Callable[[Session, Sequence[tuple[Scan, Answer]]], Sequence[Shown]]
    _thread: ThreadPoolExecutor = field(default_factory=_one_thread)
    _waiting: deque[_Waiting[Shown]] = field(default_factory=deque)

    def scan(self, one: Scan, *, shown: bool = True) -> Future[Shown | None]:
        """Do what a scan asks, with those that wait beside it; show it if wanted.

        What goes wrong with it is raised by the result: BusyError when another
        process writes, and goes on.
        """
        mine = _Waiting[Shown](one, shown)
        self._waiting.append(mine)
        self._thread.submit(self._do_waiting)
        return mine.told

    def close(self) -> None:
        """Do what still waits; nothing more is taken."""
        self._thread.shutdown()

    def _do_waiting(self) -> None:
        """Do the longest waiting ones; none is left when those before did them all."""
        first = min(_MOST, len(self._waiting))
        if first:
            self._do([self._waiting.popleft() for _ in range(first)])

    def _do(self, waiting: Sequence[_Waiting[Shown]]) -> None:
        """Answer all; where one goes wrong, each is asked alone and hears its own."""
        try:
            answers = scan_all(self.engine, [one.scan for one in waiting])
            shown = self._shown(waiting, answers)
        except Exception as error:  # noqa: BLE001 - raised where the scan was asked
            if len(waiting) > 1:
                for one in waiting:
                    self._do([one])
            else:
                waiting[0].told.set_exception(error)
            return
        for one in waiting:
            one.told.set_result(shown.get(id(one)))

    def _shown(
        self, waiting: Sequence[_Waiting[Shown]], answers: Sequence[Answer]
    ) -> dict[int, Shown]:
        seen = [
            (one, answer)
            for one, answer in zip(waiting, answers, strict=True)
            if one.is_shown
        ]
        if not seen:
            return {}
        with reading(self.engine) as session:
            made = self.show(session, [(one.scan, answer) for one, answer in seen])
        return {id(one): shown for (one, _), shown in zip(seen, made, strict=True)}
