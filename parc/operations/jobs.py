"""Do long work: one job at a time, told as it goes, its result kept."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from parc.config import Settings
from parc.domain.job import JobState
from parc.domain.refusal import Refused
from parc.storage import jobs
from parc.storage.database import writing
from parc.storage.tables import JobRow

Clock = Callable[[], datetime]
Result = Mapping[str, object]

_BETWEEN_BEATS = timedelta(seconds=0.5)
_SORRY = "Le travail s'est arrêté sur une erreur : rien n'a été écrit."
log = logging.getLogger("parc.jobs")


class StoppedError(Exception):
    """A person asked for the job to stop; nothing must then be written."""


@dataclass(slots=True)
class Work:
    """What a kind of work gets: the job, where things are, and how to tell."""

    engine: Engine
    settings: Settings
    clock: Clock
    job: JobRow
    _told_at: datetime | None = None
    _stage: str = ""

    @property
    def params(self) -> dict[str, object]:
        """What the work was asked with."""
        read: dict[str, object] = json.loads(self.job.params)
        return read

    def tell(self, stage: str, done: int = 0, total: int | None = None) -> None:
        """Tell how far the work is, twice a second at most.

        Never call it inside a writing transaction: it writes by itself.

        Raises:
            StoppedError: a person asked for the job to stop.
        """
        now = self.clock()
        recent = self._told_at is not None and now - self._told_at < _BETWEEN_BEATS
        if recent and stage == self._stage:
            return
        self._told_at, self._stage = now, stage
        with writing(self.engine) as session:
            stop = jobs.beat(session, self.job.id, now, stage, done, total)
        if stop:
            raise StoppedError


Kind = Callable[[Work], Result]


def perform(
    kinds: Mapping[str, Kind],
    engine: Engine,
    settings: Settings,
    key: str,
    clock: Clock,
) -> None:
    """Do one job, unless it has been taken; whatever happens, it ends."""
    with writing(engine) as session:
        job = jobs.take(session, key, clock())
    if job is None:
        return
    state, result = JobState.DONE, _NOTHING
    try:
        result = kinds[job.kind](Work(engine, settings, clock, job))
    except StoppedError:
        state = JobState.CANCELLED
    except Refused as refused:
        state = JobState.REFUSED
        result = {"reasons": [reason.message for reason in refused.reasons]}
    except Exception:
        # The page shows a sentence; the log of the worker holds the rest.
        log.exception("job %s (%s) failed", key, job.kind)
        state, result = JobState.FAILED, {"message": _SORRY}
    with writing(engine) as session:
        jobs.end(session, key, clock(), state, result)


_NOTHING: Result = {}
