"""The queue on a real database: a consumer that works, stops and forgets nothing."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.clock import now
from parc.config import Settings
from parc.domain.job import JobState
from parc.domain.refusal import Refusal, Refused
from parc.operations.jobs import Kind, Result, Work
from parc.operations.queue import Queue
from parc.storage import jobs, outbox
from parc.storage.database import reading, writing
from parc.storage.tables import JobRow, MailRow
from tests.databases import fresh_engine
from tests.factories import ALICE

SECONDS = 20
"""How long a test waits, at most, for what happens at once on a quiet machine."""


@pytest.fixture
def engine(postgresql_server: str | None) -> Iterator[Engine]:
    """Give a fresh database."""
    with fresh_engine(postgresql_server) as engine:
        yield engine


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    """Give settings that name that database."""
    url = engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path, database_url=url)


MakeQueue = Callable[..., Queue]


@pytest.fixture
def queue_of() -> Iterator[MakeQueue]:
    """Give what makes queues that know some kinds of work; they are closed after."""
    made: list[Queue] = []

    def make(engine: Engine, settings: Settings, **kinds: Kind) -> Queue:
        made.append(Queue(engine, settings, kinds, now))
        return made[-1]

    yield make
    for queue in made:
        queue.close()


def asked(engine: Engine, kind: str) -> str:
    """Ask for a job without an owner."""
    with writing(engine) as session:
        return jobs.ask(session, kind, {"n": 7}, None, ALICE.id, now()).id


def state_of(engine: Engine, key: str) -> JobRow:
    """Read a job."""
    with reading(engine) as session:
        return session.get_one(JobRow, key)


def eventually(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end, "nothing happened"
        threading.Event().wait(0.02)


@contextmanager
def working(queue: Queue) -> Iterator[None]:
    """Run a consumer's workers, without its hold on the process's signals."""
    consumer = queue.consumer()
    for _, worker in consumer.worker_threads:
        worker.start()
    try:
        yield
    finally:
        consumer.stop_flag.set()
        for _, worker in consumer.worker_threads:
            worker.join()


def test_a_job_is_done_in_the_background_and_its_result_stays(
    queue_of: MakeQueue, engine: Engine, settings: Settings
) -> None:
    def double(work: Work) -> Result:
        return {"twice": 2 * int(str(work.params["n"]))}

    queue = queue_of(engine, settings, double=double)
    key = asked(engine, "double")

    with working(queue):
        queue.wake(key)
        eventually(lambda: jobs.has_ended(state_of(engine, key)))

    ended = state_of(engine, key)
    assert (ended.state, ended.result) == ("done", '{"twice": 14}')


def refusing(_: Work) -> Result:
    """Refuse, as a file that is no list is refused."""
    raise Refused((Refusal("empty", "Le fichier est vide."),))


def crashing(_: Work) -> Result:
    """Fail as nobody expected."""
    message = "an accident with /a/secret/path"
    raise RuntimeError(message)


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        (refusing, JobState.REFUSED, "Le fichier est vide."),
        (crashing, JobState.FAILED, "rien n'a été écrit"),
    ],
)
def test_what_goes_wrong_ends_the_job_with_a_sentence(  # noqa: PLR0917 - fixtures
    queue_of: MakeQueue,
    engine: Engine,
    settings: Settings,
    kind: Kind,
    state: JobState,
    said: str,
) -> None:
    queue = queue_of(engine, settings, wrong=kind)
    key = asked(engine, "wrong")

    queue.perform(key)

    ended = state_of(engine, key)
    assert ended.state == state
    assert said in str(ended.result).encode().decode("unicode_escape")
    assert "secret" not in str(ended.result)


def test_a_cancelled_job_stops_at_its_next_word(
    queue_of: MakeQueue, engine: Engine, settings: Settings
) -> None:
    begun, told = threading.Event(), []

    def endless(work: Work) -> Result:
        for stage in range(10_000):
            work.tell(f"étape {stage}")
            told.append(stage)
            begun.set()
        return {}

    queue = queue_of(engine, settings, endless=endless)
    key = asked(engine, "endless")
    thread = threading.Thread(target=queue.perform, args=(key,))
    thread.start()
    assert begun.wait(SECONDS)

    with writing(engine) as session:
        jobs.cancel(session, key, now())
    thread.join(SECONDS)

    assert state_of(engine, key).state == JobState.CANCELLED
    assert len(told) < 10_000


def test_a_wake_up_that_comes_twice_does_the_job_once(
    queue_of: MakeQueue, engine: Engine, settings: Settings
) -> None:
    done: list[str] = []

    def count(work: Work) -> Result:
        done.append(work.job.id)
        return {}

    queue = queue_of(engine, settings, count=count)
    key = asked(engine, "count")

    with working(queue):
        queue.wake(key)
        queue.wake(key)
        eventually(lambda: queue.huey.storage.queue_size() == 0)

    assert done == [key]


def test_a_wake_up_that_was_lost_is_made_good_each_minute(
    queue_of: MakeQueue, engine: Engine, settings: Settings
) -> None:
    queue = queue_of(engine, settings, nothing=_nothing)
    key = asked(engine, "nothing")

    queue.each_minute()
    with working(queue):
        eventually(lambda: jobs.has_ended(state_of(engine, key)))

    assert state_of(engine, key).state == JobState.DONE


def test_a_message_that_somebody_else_put_in_the_queue_is_not_opened(
    queue_of: MakeQueue, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    other = Settings(
        data_dir=tmp_path / "other",
        database_url=settings.database_url,
        secret="une tout autre clé de signature, longue assez",
    )
    key = asked(engine, "nothing")
    queue_of(engine, other, nothing=_nothing).wake(key)
    queue = queue_of(engine, settings, nothing=_nothing)

    with working(queue):
        eventually(lambda: queue.huey.storage.queue_size() == 0)

    assert state_of(engine, key).state == JobState.QUEUED


def test_the_night_seals_the_journal_and_forgets_old_messages(
    queue_of: MakeQueue, engine: Engine, settings: Settings
) -> None:
    long_ago = now() - outbox.KEPT - timedelta(days=1)
    with writing(engine) as session:
        key = outbox.post(session, "a@b.fr", "Fait", "…", long_ago).id
        outbox.sent(session, key, long_ago)

    queue_of(engine, settings).each_night()

    with reading(engine) as session:
        assert session.get_one(MailRow, key).body == ""


def _nothing(_: Work) -> Mapping[str, object]:
    return {}
