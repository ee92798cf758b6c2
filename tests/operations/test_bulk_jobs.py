"""A long list as work for the queue: progress, stop, interruption, a closed account."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.config import Settings
from parc.domain.job import JobState
from parc.domain.vocabulary import Action, State
from parc.operations import bulk, bulk_jobs
from parc.operations.jobs import perform
from parc.operations.kinds import KINDS
from parc.operations.selection import pick
from parc.storage import batches, documents, jobs
from parc.storage.batches import Result
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, GrantRow, JobRow
from tests.factories import ALICE, LENS
from tests.operations.test_bulk import (
    NOON,
    At,
    Make,
    alice,  # noqa: F401 - a fixture
    events,
    make,  # noqa: F401 - a fixture
    owner_id,
    states,
    wish_of,
)

Ask = Callable[..., str]


def now() -> datetime:
    """Give the instant at which all is done."""
    return NOON


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Keep files in a folder of the test."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
def ask(parc: Engine, alice: At) -> Ask:  # noqa: F811 - a fixture
    """Open Alice's account; give what puts her wish in the queue."""
    with writing(parc) as session:
        session.add(
            AccountRow(
                actor=ALICE.id,
                email="alice@lens.example",
                password_hash="-",
                created_at=alice.now,
            )
        )
        session.add_all(
            GrantRow(actor=ALICE.id, role=g.role.value, owner_id=g.owner_id)
            for g in alice.viewer.grants
        )

    def ask_one(codes: list[str], wish: bulk.Wish) -> str:
        with writing(parc) as session:
            picked = pick(session, alice.viewer, codes)
            return bulk_jobs.ask(session, alice.viewer, alice.now, picked, wish).id

    return ask_one


def job(engine: Engine, key: str) -> JobRow:
    """Read a job."""
    with reading(engine) as session:
        return session.get_one(JobRow, key)


def counts(engine: Engine, key: str) -> dict[Result, int]:
    """Count the results of a job."""
    with reading(engine) as session:
        return batches.counts(session, key)


def ticking() -> Callable[[], datetime]:
    """Give a clock that goes on by a second each time it is looked at."""
    instant = [now()]

    def look() -> datetime:
        instant[0] += timedelta(seconds=1)
        return instant[0]

    return look


def test_the_worker_does_the_list_and_its_results_stay(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    make: Make,  # noqa: F811 - a fixture
) -> None:
    tags = make(3)
    key = ask([*tags, "INCONNU-1"], wish_of(parc, Action.ASSIGN))

    perform(KINDS, parc, settings, key, now)

    assert job(parc, key).state == JobState.DONE
    assert counts(parc, key) == {Result.APPLIED: 3, Result.UNKNOWN: 1}
    with reading(parc) as session:
        told = batches.outcomes(session, key)
    assert [outcome.code for outcome in told] == [*tags, "INCONNU-1"]
    assert set(states(parc).values()) == {State.IN_SERVICE}


def test_a_job_that_begins_again_does_nothing_twice(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    make: Make,  # noqa: F811 - a fixture
) -> None:
    tags = make(3)
    wish = wish_of(parc, Action.MOVE, {"comment": "Inventaire"})
    key = ask(tags, wish)
    before = events(parc)
    calls = 0

    def dies_in_the_middle() -> datetime:
        nonlocal calls
        calls += 1
        if calls > 5:
            message = "the machine went down"
            raise KeyboardInterrupt(message)
        return now()

    with pytest.raises(KeyboardInterrupt):
        perform(KINDS, parc, settings, key, dies_in_the_middle)
    done = events(parc) - before
    assert 0 < done < 3

    with writing(parc) as session:
        jobs.recover(session, now() + timedelta(hours=1))
    perform(KINDS, parc, settings, key, now)

    assert events(parc) == before + 3
    assert counts(parc, key) == {Result.APPLIED: 3}


def test_a_stopped_job_keeps_what_it_did_and_can_be_undone(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    alice: At,  # noqa: F811 - a fixture
    make: Make,  # noqa: F811 - a fixture
) -> None:
    tags = make(4)
    key = ask(tags, wish_of(parc, Action.ASSIGN))
    clock = ticking()

    def stops_after_a_while() -> datetime:
        if len(counts(parc, key)) and counts(parc, key)[Result.APPLIED] == 2:
            with writing(parc) as session:
                jobs.cancel(session, key, now())
        return clock()

    perform(KINDS, parc, settings, key, stops_after_a_while)

    assert job(parc, key).state == JobState.CANCELLED
    done = counts(parc, key)[Result.APPLIED]
    assert 2 <= done < 4

    with writing(parc) as session:
        batch = session.get_one(JobRow, key)
        undo = bulk_jobs.ask_undo(session, alice.viewer, now(), batch, "Erreur")
    perform(KINDS, parc, settings, undo.id, now)

    assert counts(parc, undo.id) == {Result.APPLIED: done}
    assert set(states(parc).values()) == {State.IN_STOCK}


def test_roles_are_those_held_when_it_is_done(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    make: Make,  # noqa: F811 - a fixture
) -> None:
    key = ask(make(1), wish_of(parc, Action.ASSIGN))
    with writing(parc) as session:
        for grant in session.exec(
            select(GrantRow).where(GrantRow.role == "technician")
        ):
            session.delete(grant)

    perform(KINDS, parc, settings, key, now)

    assert counts(parc, key) == {Result.REFUSED: 1}


def test_nothing_is_done_for_a_closed_account(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    make: Make,  # noqa: F811 - a fixture
) -> None:
    key = ask(make(1), wish_of(parc, Action.ASSIGN))
    before = events(parc)
    with writing(parc) as session:
        session.exec(select(AccountRow)).one().disabled_at = now()

    perform(KINDS, parc, settings, key, now)

    assert job(parc, key).state == JobState.REFUSED
    reasons = json.loads(job(parc, key).result or "{}")["reasons"]
    assert reasons == ["Le compte qui a demandé cette action est fermé."]
    assert events(parc) == before


def test_the_paper_of_a_batch_waits_in_a_file_that_goes_away(
    parc: Engine,
    settings: Settings,
    ask: Ask,
    make: Make,  # noqa: F811 - a fixture
) -> None:
    upload = documents.examine(b"%PDF-1.7 fiche")
    given = {"kind": "tests", "dated_on": "2026-11-24", "document": upload.sha256}
    wish = bulk.Wish(
        Action.FILE_EVIDENCE,
        wish_of(parc, Action.ASSIGN).effective_on,
        {owner_id(parc, LENS): given},
        upload=upload,
    )
    kept, lost = ask(make(1), wish), ask(make(1, start=1), wish)
    waiting = bulk_jobs.file_of(settings, kept)
    waiting.parent.mkdir()
    waiting.write_bytes(upload.content)

    for key in (kept, lost):
        perform(KINDS, parc, settings, key, now)

    assert counts(parc, kept) == {Result.APPLIED: 1}
    assert not waiting.exists()
    assert job(parc, lost).state == JobState.REFUSED
    folder = documents.documents_dir(settings.data_dir)
    assert documents.read(folder, upload.sha256) == upload.content
