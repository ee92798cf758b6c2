"""Scans that arrive together are done together.

Each scan waits for its turn; whoever's turn it is does what all those waiting ask,
in one transaction. Eight telephones then cost little more than one.
"""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Engine

from parc.operations.scanning import Scan, scan_all
from parc.storage.scans import Answer

_MOST = 50
"""Scans in one transaction."""


@dataclass(slots=True)
class _Waiting:
    scan: Scan
    answer: Answer | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.answer is not None or self.error is not None


@dataclass(slots=True)
class Turns:
    """The scans of one process that wait for their turn."""

    engine: Engine
    _turn: Lock = field(default_factory=Lock)
    _waiting: deque[_Waiting] = field(default_factory=deque)

    def scan(self, one: Scan) -> Answer:
        """Do what a scan asks, with those that wait beside it.

        Raises:
            BusyError: another process writes, and goes on.
        """
        mine = _Waiting(one)
        self._waiting.append(mine)
        with self._turn:
            while not mine.is_done:
                _do(self.engine, self._longest_waiting())
        if mine.answer is None:
            raise mine.error or AssertionError
        return mine.answer

    def _longest_waiting(self) -> list[_Waiting]:
        return [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]


def _do(engine: Engine, waiting: list[_Waiting]) -> None:
    """Answer all; where one goes wrong, each is asked for alone, and hears its own."""
    try:
        answers = scan_all(engine, [one.scan for one in waiting])
    except Exception as error:  # noqa: BLE001 - it is raised where the scan was asked
        if len(waiting) > 1:
            for one in waiting:
                _do(engine, [one])
        else:
            waiting[0].error = error
        return
    for one, answer in zip(waiting, answers, strict=True):
        one.answer = answer
