"""Long work as the pages ask for it: small things at once, the rest by a worker."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from parc.config import Settings
from parc.operations.jobs import perform
from parc.operations.kinds import KINDS
from parc.operations.queue import Queue


class Background:
    """Starts jobs; the queue is opened when a first one needs it."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock

    def begin(self, key: str, *, at_once: bool) -> None:
        """Do a job before the answer leaves, or hand it to a worker."""
        if at_once:
            perform(KINDS, self._engine, self._settings, key, self._clock)
        else:
            self._queue.wake(key)

    def close(self) -> None:
        """Let go of the queue, if it was opened."""
        if "_queue" in self.__dict__:
            self._queue.close()

    @cached_property
    def _queue(self) -> Queue:
        return Queue(self._engine, self._settings, KINDS, self._clock)


def get_background(request: Request) -> Background:
    """Give what starts jobs."""
    background: Background = request.app.state.background
    return background


BackgroundDep = Annotated[Background, Depends(get_background)]
