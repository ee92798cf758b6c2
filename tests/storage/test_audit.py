"""The audit: what happened to an owner's devices, latest typed first, page by page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.vocabulary import Action, Role
from parc.storage import audit
from parc.storage.audit import Asked, Audited
from parc.storage.database import reading, writing
from parc.storage.devices import find
from parc.storage.tables import OwnerRow
from tests.databases import fresh_engine
from tests.factories import ALICE, BOB, DOCUMENT, LENS, LOOS, a_command, at
from tests.storage.conftest import a_laptop, do, owner_row
from tests.storage.test_notes import viewer_of

SPRING = date(2026, 4, 1)
DAYS = [SPRING + timedelta(days=n) for n in range(6)]
BOTH = Asked(frozenset({LENS, LOOS}))
OF_LENS, OF_LOOS = Asked(frozenset({LENS})), Asked(frozenset({LOOS}))


def told(session: Session, asked: Asked) -> list[tuple[str, int]]:
    """Give the device's serial place and the event's number of all that is found."""
    return [(one.tag, one.event.seq) for one in audit.every(session, asked)]


def by_pages(session: Session, asked: Asked, size: int) -> Iterator[list[Audited]]:
    """Turn the pages to the last."""
    before: int | None = None
    more = True
    while more:
        found, more = audit.page(session, asked, before=before, size=size)
        yield found
        before = found[-1].id if found else None


def test_the_latest_typed_comes_first_whatever_its_day(engine: Engine) -> None:
    with writing(engine) as session:
        one, two = a_laptop(session, serial="S1"), a_laptop(session, serial="S2")
        do(session, two, a_command(Action.ASSIGN, DAYS[0], recorded=DAYS[5]))
        do(session, one, a_command(Action.ASSIGN, DAYS[1], recorded=DAYS[2]))

    with reading(engine) as session:
        assert told(session, OF_LENS)[:2] == [(two.tag, 2), (one.tag, 2)]


@pytest.fixture(scope="module")
def busy(postgresql_server: str | None) -> Iterator[Engine]:
    """Give the life of some devices of two owners, many typed at one instant."""
    with fresh_engine(postgresql_server) as engine:
        with writing(engine) as session:
            _add_owners(session)
            for n in range(12):
                owner = LOOS if n % 3 == 0 else LENS
                laptop = a_laptop(session, owner=owner, serial=f"S{n}")
                day = DAYS[n % 4]
                do(session, laptop, a_command(Action.ASSIGN, day, recorded=day))
                if n % 2:
                    moved = a_command(Action.RETURN, day, target="in_stock", by=ALICE)
                    do(session, laptop, moved)
        yield engine


@given(size=st.integers(1, 12))
def test_pages_hold_everything_once_in_one_order(busy: Engine, size: int) -> None:
    with reading(busy) as session:
        pages = list(by_pages(session, BOTH, size))
        whole = [one.id for one in audit.every(session, BOTH)]

    assert [one.id for found in pages for one in found] == whole
    assert len(set(whole)) == len(whole) == 30
    assert all(len(found) == size for found in pages[:-1])


@given(
    owners=st.sets(st.sampled_from([LENS, LOOS]), min_size=1),
    actor=st.sampled_from(["", ALICE.id, BOB.id]),
    action=st.sampled_from([None, Action.REGISTER, Action.ASSIGN, Action.HAND_OVER]),
    since=st.none() | st.sampled_from(DAYS),
    until=st.none() | st.sampled_from(DAYS),
)
def test_filters_keep_what_a_plain_loop_keeps(  # noqa: PLR0917 - drawn
    busy: Engine,
    owners: set[str],
    actor: str,
    action: Action | None,
    since: date | None,
    until: date | None,
) -> None:
    first, end = _noon(since), _noon(until)
    asked = Asked(frozenset(owners), actor, action, first, end)
    with reading(busy) as session:
        everything = list(audit.every(session, BOTH))
        found = [one.id for one in audit.every(session, asked)]

    assert found == [
        one.id
        for one in sorted(everything, key=lambda o: o.place, reverse=True)
        if one.event.owner in owners
        and actor in {"", one.event.actor}
        and action in {None, one.event.action}
        and (first is None or one.event.recorded_at >= first)
        and (end is None or one.event.recorded_at < end)
    ]


def test_a_transfer_is_the_givers_act_and_the_receivers_too(engine: Engine) -> None:
    with writing(engine) as session:
        laptop = a_laptop(session)
        given_away(session, laptop.tag)

    with reading(engine) as session:
        mine, theirs = told(session, OF_LENS), told(session, OF_LOOS)
        hand_overs = Asked(OF_LENS.owners, action=Action.HAND_OVER)
        assert len(told(session, hand_overs)) == 1
    last = max(seq for _, seq in mine)
    assert [seq for _, seq in mine] == list(range(last, 0, -1))
    assert theirs == [(laptop.tag, last)]


def test_what_the_receiver_does_afterwards_is_its_own(engine: Engine) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        given_away(session, row.tag)
        before = told(session, OF_LENS)
        do(session, row, a_command(Action.ASSIGN, DAYS[2], recorded=DAYS[2]))

    with reading(engine) as session:
        assert told(session, OF_LENS) == before
        assert len(told(session, OF_LOOS)) == 2


def test_what_another_owner_sells_is_no_act_of_ours(engine: Engine) -> None:
    with writing(engine) as session:
        tag = a_laptop(session, owner=LOOS).tag
        given_away(session, tag, route="sale", taker="Les Ateliers")

    with reading(engine) as session:
        assert told(session, OF_LENS) == []
        assert len(told(session, OF_LOOS)) == 6


def test_an_event_that_is_not_there_starts_from_the_latest(engine: Engine) -> None:
    with writing(engine) as session:
        a_laptop(session)
        found, more = audit.page(session, OF_LENS, before=10**12, size=5)

    assert (len(found), more) == (1, False)


def test_the_audit_of_an_owner_is_read_by_those_who_lead_or_check_it(
    engine: Engine,
) -> None:
    with reading(engine) as session:
        lens = owner_row(session, LENS).id

        def read(owner_id: int | None, *roles: Role) -> list[str]:
            viewer = viewer_of(owner_id, *roles)
            return sorted(o.siret for o in audit.owners_audited(session, viewer))

        assert read(lens, Role.FLEET_LEAD) == [LENS]
        assert read(None, Role.AUDITOR) == sorted([LENS, LOOS])
        assert read(lens, *(set(Role) - set(audit.AUDITORS))) == []


def given_away(session: Session, tag: str, **taker: str) -> None:
    """Bring a laptop to its hand-over, to Loos unless said otherwise."""
    row = find(session, viewer_of(None, Role.AUDITOR), tag)
    assert row is not None
    do(session, row, a_command(Action.PROPOSE_DECOMMISSION, SPRING, reason="Don"))
    act = {"act_number": "2026-1", "act_on": SPRING.isoformat()}
    do(session, row, a_command(Action.DECOMMISSION, SPRING, act, by=BOB))
    settled = {"serial": "DISK-1", "outcome": "erased_verified", "document": DOCUMENT}
    do(session, row, a_command(Action.SETTLE_MEDIUM, SPRING, settled))
    filed = {"kind": "convention", "dated_on": SPRING.isoformat(), "document": DOCUMENT}
    do(session, row, a_command(Action.FILE_EVIDENCE, SPRING, filed))
    transfer = {"route": "public_transfer", "taker_siret": LOOS, "taker": "Loos"}
    do(session, row, a_command(Action.HAND_OVER, SPRING, taker or transfer))


def _noon(day: date | None) -> datetime | None:
    return at(day) if day else None


def _add_owners(session: Session) -> None:
    for siret, prefix in ((LENS, "LENS"), (LOOS, "LOOS")):
        session.add(OwnerRow(siret=siret, name=prefix, kind="commune", prefix=prefix))
    session.flush()
