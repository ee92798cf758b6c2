"""Scans kept: each key once for each person, each run somebody's own."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from parc.storage import scans
from parc.storage.database import reading, writing
from parc.storage.scans import Answer, Scanned
from tests.factories import TODAY, at

RUN = "0123456789abcdef"
NOON = at(TODAY)
ANSWER = Answer(
    "key-0001", "LL-000001-Z", Scanned.REFUSED, ("Deux raisons.", "À dire.")
)


def test_a_run_is_whose_it_is(engine: Engine) -> None:
    with writing(engine) as session:
        scans.open_run(session, "U-ALICE", RUN, NOON)
    with reading(engine) as session:
        assert scans.run_of(session, "U-BOB", RUN) is None
        assert scans.run_of(session, "U-ALICE", RUN) is not None


def test_an_answer_comes_back_as_it_was_to_who_scanned(engine: Engine) -> None:
    with writing(engine) as session:
        scans.keep(session, "U-ALICE", None, NOON, ANSWER)
    with reading(engine) as session:
        assert scans.find(session, "U-ALICE", ANSWER.key) == ANSWER
        assert scans.find(session, "U-BOB", ANSWER.key) is None


def test_a_key_is_used_once(engine: Engine) -> None:
    with writing(engine) as session:
        scans.keep(session, "U-ALICE", None, NOON, ANSWER)
        scans.keep(session, "U-BOB", None, NOON, ANSWER)
    with pytest.raises(IntegrityError), writing(engine) as session:
        scans.keep(session, "U-ALICE", None, NOON, ANSWER)
