"""A program's list of scans: done together, answered as if each had come alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from parc.domain.access import Grant, Viewer
from parc.domain.mode_card import cards
from parc.domain.vocabulary import Action, Role
from parc.operations import scanning
from parc.operations.scan_orders import Order
from parc.operations.scan_turns import Turns
from parc.operations.scanning import Scan
from parc.storage import journal, scans
from parc.storage.database import reading, writing
from parc.storage.integrity import check
from parc.storage.scans import Answer, Scanned
from parc.storage.tables import EventRow, OwnerRow
from tests.databases import fresh_engine
from tests.factories import ALICE, LENS, LOOS, registration
from tests.operations.conftest import populate
from tests.operations.test_scanning import NOON, RUN, At, owner_id

TAGS = [f"PC-{number}" for number in range(5)]
ELSEWHERE = "LOOS-1"
RETURN = Order(Action.RETURN, {"target": "in_stock"})
LEND = Order(Action.LEND, {"due_on": "2030-01-31"})
ASSIGN = Order(Action.ASSIGN, {})
ORDERS: Sequence[Order | None] = (None, RETURN, ASSIGN, LEND)
Twins = tuple[Engine, Engine]
Asked = tuple[str, str, Order | None, str | None]


def fill(engine: Engine) -> None:
    """Register laptops in stock, one of them at Loos."""
    populate(engine)
    lives = [[registration(tag=tag, serial=f"SN{tag}")] for tag in TAGS]
    lives.append([registration(tag=ELSEWHERE, owner=LOOS, serial="SNLOOS")])
    with writing(engine) as session:
        journal.open_histories(session, lives)


@pytest.fixture
def twins(postgresql_server: str | None) -> Iterator[Twins]:
    """Give two databases that hold the same."""
    with ExitStack() as stack:
        both = [stack.enter_context(fresh_engine(postgresql_server)) for _ in range(2)]
        for engine in both:
            fill(engine)
            with writing(engine) as session:
                scans.open_run(session, ALICE.id, RUN, NOON)
        yield both[0], both[1]


def desk(engine: Engine, folder: Path) -> At:
    """Seat Alice, technician of Lens."""
    grants = frozenset({Grant(Role.TECHNICIAN, owner_id(engine, LENS))})
    return At(Viewer(ALICE.id, grants), folder)


def answers_alone(
    session: Session, done: Sequence[tuple[Scan, Answer]]
) -> list[Answer]:
    """Show nothing but the answers."""
    del session
    return [answer for _, answer in done]


def journal_of(engine: Engine) -> list[tuple[object, ...]]:
    """Give all that the events say."""
    with reading(engine) as session:
        rows = session.exec(
            select(EventRow).order_by(col(EventRow.device_id), col(EventRow.seq))
        )
        return [
            (r.device_id, r.seq, r.action, r.state, r.details, r.hash) for r in rows
        ]


CODES = [*TAGS, ELSEWHERE, "SNPC-1", "inconnu", "", *cards()]
SCANS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from([f"clé-{number}" for number in range(30)]),
        st.sampled_from(ORDERS),
        st.sampled_from([None, RUN]),
    ),
    min_size=1,
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=SCANS)
def test_together_or_one_by_one_answers_and_events_are_the_same(
    twins: Twins, tmp_path: Path, asked: list[Asked]
) -> None:
    one, other = twins
    at_one, at_other = desk(one, tmp_path), desk(other, tmp_path)
    together = scanning.scan_all(
        one, [Scan(at_one, code, key, run, order) for code, key, order, run in asked]
    )
    apart = [
        scanning.scan(other, at_other, code, key, run_id=run, order=order)
        for code, key, order, run in asked
    ]

    assert together == apart
    assert journal_of(one) == journal_of(other)


def test_two_devices_are_done_in_one_list_and_what_is_unknown_stops_nobody(
    twins: Twins, tmp_path: Path
) -> None:
    engine, _ = twins
    alice = desk(engine, tmp_path)
    asked = [
        Scan(alice, TAGS[0], "a-000000", order=ASSIGN),
        Scan(alice, TAGS[1], "b-000000", order=RETURN),
        Scan(alice, ELSEWHERE, "c-000000", order=ASSIGN),
        Scan(alice, TAGS[2], "d-000000", order=ASSIGN),
    ]

    answers = scanning.scan_all(engine, asked)

    told = [answer.outcome for answer in answers]
    assert told[0] == told[3] == Scanned.APPLIED
    assert told[1] is Scanned.ALREADY
    assert told[2] is Scanned.UNKNOWN
    with reading(engine) as session:
        assert not list(check(session, tmp_path))


def test_the_same_list_sent_twice_at_once_counts_once(
    twins: Twins, tmp_path: Path
) -> None:
    engine, _ = twins
    before = len(journal_of(engine))
    alice = desk(engine, tmp_path)
    asked = [Scan(alice, tag, f"key-{tag}", order=ASSIGN) for tag in TAGS]

    def send() -> list[Answer]:
        return scanning.scan_all(engine, asked)

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(send) for _ in range(2))
        answers = [first.result(), second.result()]

    assert answers[0] == answers[1]
    assert len(journal_of(engine)) == before + len(TAGS)


def test_all_the_owners_are_known_to_one_list(twins: Twins, tmp_path: Path) -> None:
    engine, _ = twins
    with reading(engine) as session:
        owners = session.exec(select(OwnerRow.id)).all()
    everywhere = At(
        Viewer(ALICE.id, frozenset(Grant(Role.TECHNICIAN, key) for key in owners)),
        tmp_path,
    )

    answers = scanning.scan_all(
        engine,
        [
            Scan(everywhere, TAGS[0], "a-000000", order=ASSIGN),
            Scan(everywhere, ELSEWHERE, "b-000000", order=ASSIGN),
        ],
    )

    assert [answer.outcome for answer in answers] == [Scanned.APPLIED] * 2


def test_telephones_that_scan_at_once_each_get_their_own_answer(
    twins: Twins, tmp_path: Path
) -> None:
    engine, _ = twins
    alice, turns = desk(engine, tmp_path), Turns(engine, answers_alone)
    asked = [
        Scan(alice, code, f"key-{number:05d}", order=ASSIGN)
        for number, code in enumerate([*TAGS, "inconnu", ELSEWHERE, "SNPC-9"])
    ]

    with ThreadPoolExecutor(len(asked)) as pool:
        told = list(pool.map(turns.scan, asked))
    answers = [one.result() for one in told]

    assert [answer.key for answer in answers if answer] == [one.key for one in asked]
    done = [answer.outcome for answer in answers if answer]
    assert done == [Scanned.APPLIED] * len(TAGS) + [Scanned.UNKNOWN] * 3


def test_what_goes_wrong_with_one_scan_is_no_other_s(
    twins: Twins, tmp_path: Path
) -> None:
    engine, _ = twins
    alice, turns = desk(engine, tmp_path), Turns(engine, answers_alone)
    nowhere = Order(Action.MERGE, {"into": TAGS[0]})  # no bench does that
    asked = [
        Scan(alice, TAGS[0], "key-00000", order=ASSIGN),
        Scan(alice, TAGS[1], "key-00001", order=nowhere),
        Scan(alice, TAGS[2], "key-00002", order=ASSIGN),
    ]

    def send(one: Scan) -> str:
        try:
            told = turns.scan(one).result()
        except ValueError:
            return "error"
        return told.outcome.value if told else "nothing"

    with ThreadPoolExecutor(len(asked)) as pool:
        told = list(pool.map(send, asked))

    assert told == ["applied", "error", "applied"]
