"""Scans that arrive together are done together, and shown together.

Each scan waits for its turn; whoever's turn it is does what all those waiting ask,
in one transaction. Eight telephones then cost little more than one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from parc.operations.scanning import Scan, scan_all
from parc.storage.database import reading
from parc.storage.scans import Answer

_MOST = 50
"""Scans in one transaction."""

Shown = TypeVar("Shown")


@dataclass(slots=True)
class _Waiting(Generic[Shown]):
    scan: Scan
    is_shown: bool
    is_done: bool = False
    shown: Shown | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Turns(Generic[Shown]):
    """The scans of one process that wait for their turn.

    `show` lays out what is to be seen after scans that were done together.
    """

    engine: Engine
    show: Callable[[Session, Sequence[tuple[Scan, Answer]]], Sequence[Shown]]
    _turn: Lock = field(default_factory=Lock)
    _waiting: deque[_Waiting[Shown]] = field(default_factory=deque)

    def scan(self, one: Scan, *, shown: bool = True) -> Shown | None:
        """Do what a scan asks, with those that wait beside it; show it if wanted.

        Raises:
            BusyError: another process writes, and goes on.
        """
        mine = _Waiting[Shown](one, shown)
        self._waiting.append(mine)
        with self._turn:
            while not mine.is_done:
                first = min(_MOST, len(self._waiting))
                self._do([self._waiting.popleft() for _ in range(first)])
        if mine.error is not None:
            raise mine.error
        return mine.shown

    def _do(self, waiting: Sequence[_Waiting[Shown]]) -> None:
        """Answer all; where one goes wrong, each is asked alone and hears its own."""
        try:
            answers = scan_all(self.engine, [one.scan for one in waiting])
            self._show(waiting, answers)
        except Exception as error:  # noqa: BLE001 - it is raised where the scan was asked
            if len(waiting) > 1:
                for one in waiting:
                    self._do([one])
                return
            waiting[0].error = error
        for one in waiting:
            one.is_done = True

    def _show(
        self, waiting: Sequence[_Waiting[Shown]], answers: Sequence[Answer]
    ) -> None:
        seen = [
            (one, answer)
            for one, answer in zip(waiting, answers, strict=True)
            if one.is_shown
        ]
        if not seen:
            return
        with reading(self.engine) as session:
            made = self.show(session, [(one.scan, answer) for one, answer in seen])
        for (one, _), shown in zip(seen, made, strict=True):
            one.shown = shown
