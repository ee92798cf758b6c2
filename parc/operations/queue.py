"""The queue of long work, in the database that parc already has.

Huey carries no more than a job's id: what is asked, how far it is and what came
of it are rows (`parc.storage.jobs`). A wake-up that is lost or comes twice
changes nothing: jobs are taken once, and those forgotten are found again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy import Engine, make_url

from parc.clock import local
from parc.config import Settings
from parc.operations import import_jobs, loan_reminders, mailing
from parc.operations.jobs import Kind, perform
from parc.storage import documents, jobs, outbox
from parc.storage.database import writing
from parc.storage.seals import seal

_PATIENCE = 60
"""Seconds that a wake-up waits for another's long transaction on SQLite."""


class Queue:
    """Wakes workers up, and is what a worker runs."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        kinds: Mapping[str, Kind],
        clock: Callable[[], datetime],
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.clock = clock
        self.kinds = kinds
        self.huey = _huey(settings)
        self._perform = self.huey.task(name="perform")(self.perform)
        every = self.huey.periodic_task
        every(crontab(), name="minute")(self.each_minute)
        every(crontab(minute="0", hour="1"), name="night")(self.each_night)

    def wake(self, key: str) -> None:
        """Tell a worker that a job waits; call it after the commit."""
        self._perform(key)

    def perform(self, key: str) -> None:
        """Do one job now, in this process."""
        perform(self.kinds, self.engine, self.settings, key, self.clock)

    def each_minute(self) -> None:
        """Send what is due; wake up for jobs that were forgotten."""
        mailing.deliver(self.engine, self.settings, self.clock())
        with writing(self.engine) as session:
            forgotten = jobs.recover(session, self.clock())
        for key in forgotten:
            self.wake(key)

    def each_night(self) -> None:
        """Seal the journal (decision D2); remind of loans; purge what is old (D4)."""
        now = self.clock()
        with writing(self.engine) as session:
            seal(session, now, "nightly")
            outbox.purge(session, now)
            import_jobs.purge(session, self.settings, now)
            gone = documents.forget_due(session, local(now).date())
        documents.drop(self.settings.documents_dir, gone)
        with writing(self.engine) as session:
            loan_reminders.remind(session, now, self.settings.loan_reminder_days)

    def consumer(self) -> Consumer:
        """Give what works until told to stop (SIGINT, SIGTERM)."""
        return Consumer(
            self.huey, worker_type="thread", initial_delay=0.05, max_delay=1
        )

    def close(self) -> None:
        """Let go of the queue's own connection."""
        self.huey.storage.close()


def _huey(settings: Settings) -> Huey:
    url = make_url(settings.database_url)
    # Huey pickles its messages: those that we did not sign are not opened.
    signed = SignedSerializer(settings.signing_key().decode(), salt="parc.queue")
    options: dict[str, Any] = {"name": "parc", "results": False, "serializer": signed}
    if url.drivername == "sqlite":
        return SqliteHuey(filename=url.database, timeout=_PATIENCE, **options)
    plain = url.set(drivername="postgresql")
    dsn = plain.render_as_string(hide_password=False)
    # Workers look by themselves each second, as on SQLite: no connection more.
    return PostgresHuey(dsn=dsn, blocking=False, **options)
