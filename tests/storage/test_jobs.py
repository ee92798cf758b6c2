"""Jobs: taken by one alone, told as they go, found again when a worker dies."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from parc.domain.job import JobState
from parc.storage import jobs
from parc.storage.database import reading, writing
from parc.storage.tables import JobRow
from tests.factories import ALICE, BOB, LENS, LOOS, TODAY, at
from tests.storage.conftest import owner_row

NOON = at(TODAY)
SOON = NOON + timedelta(seconds=1)
LATER = NOON + jobs.SILENCE + timedelta(seconds=1)


def asked(engine: Engine, by: str = ALICE.id, owner: str = LENS) -> str:
    """Ask for a job; return its id."""
    with writing(engine) as session:
        owner_id = owner_row(session, owner).id
        return jobs.ask(session, "import", {"rows": 3}, owner_id, by, NOON).id


def taken(engine: Engine, key: str, when: datetime = NOON) -> bool:
    """Try to take a job."""
    with writing(engine) as session:
        return jobs.take(session, key, when) is not None


def found(engine: Engine, key: str) -> JobRow:
    """Read a job."""
    with reading(engine) as session:
        return session.get_one(JobRow, key)


def test_a_job_waits_then_runs_then_keeps_its_result(engine: Engine) -> None:
    key = asked(engine)
    assert found(engine, key).state == JobState.QUEUED

    assert taken(engine, key)
    with writing(engine) as session:
        assert not jobs.beat(session, key, SOON, "Lecture", 2, 3)
    running = found(engine, key)
    assert (running.state, running.stage, running.done, running.total) == (
        "running",
        "Lecture",
        2,
        3,
    )

    with writing(engine) as session:
        jobs.end(session, key, SOON, JobState.DONE, {"created": 3})
    ended = found(engine, key)
    assert (ended.state, ended.result, ended.ended_at) == (
        "done",
        '{"created": 3}',
        SOON,
    )
    assert jobs.has_ended(ended)


def test_of_ten_workers_one_takes_the_job(engine: Engine) -> None:
    key = asked(engine)
    won: list[bool] = []
    gate = threading.Barrier(10)

    def work() -> None:
        gate.wait()
        won.append(taken(engine, key))

    workers = [threading.Thread(target=work) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(won) == [False] * 9 + [True]
    assert found(engine, key).attempts == 1


def test_a_job_that_waits_is_cancelled_at_once(engine: Engine) -> None:
    key = asked(engine)

    with writing(engine) as session:
        assert jobs.cancel(session, key, SOON)

    assert found(engine, key).state == JobState.CANCELLED
    assert not taken(engine, key)


def test_a_running_job_hears_that_it_should_stop(engine: Engine) -> None:
    key = asked(engine)
    taken(engine, key)

    with writing(engine) as session:
        assert jobs.cancel(session, key, SOON)
        assert jobs.beat(session, key, SOON, "Lecture", 1, None)

    assert found(engine, key).state == JobState.RUNNING


def test_what_has_ended_is_not_cancelled_nor_ended_again(engine: Engine) -> None:
    key = asked(engine)
    taken(engine, key)
    with writing(engine) as session:
        jobs.end(session, key, SOON, JobState.DONE, {})

    with writing(engine) as session:
        assert not jobs.cancel(session, key, SOON)
        jobs.end(session, key, LATER, JobState.FAILED, {})

    assert found(engine, key).state == JobState.DONE


def test_a_job_whose_worker_died_is_put_back(engine: Engine) -> None:
    key = asked(engine)
    taken(engine, key)

    with writing(engine) as session:
        assert jobs.recover(session, SOON) == []
        assert jobs.recover(session, LATER) == [key]

    assert taken(engine, key, LATER)


def test_a_job_that_kills_its_worker_is_left_in_the_end(engine: Engine) -> None:
    key, now = asked(engine), NOON
    for _ in range(jobs.MOST_ATTEMPTS):
        assert taken(engine, key, now)
        now += jobs.SILENCE + timedelta(seconds=1)
        with writing(engine) as session:
            jobs.recover(session, now)

    ended = found(engine, key)
    assert ended.state == JobState.FAILED
    assert "interrompu" in str(ended.result)


@pytest.mark.parametrize(
    ("owners", "expected"),
    [([LENS], {"mine", "lens"}), ([], {"mine"}), (None, {"mine", "lens", "loos"})],
)
def test_one_sees_one_s_own_jobs_and_those_of_one_s_owners(
    engine: Engine, owners: list[str] | None, expected: set[str]
) -> None:
    keys = {
        asked(engine, ALICE.id, LOOS): "mine",
        asked(engine, BOB.id, LENS): "lens",
        asked(engine, BOB.id, LOOS): "loos",
    }

    with reading(engine) as session:
        ids = None
        if owners is not None:
            ids = [owner_row(session, siret).id for siret in owners]
        shown = jobs.recent(session, ALICE.id, ids)

    assert {keys[row.id] for row in shown} == expected
