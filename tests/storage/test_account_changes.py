"""What administrators change in accounts; somebody always remains to administer."""

import threading
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.access import Grant
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.storage import account_changes, accounts, administration, sessions
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, SessionRow
from tests.databases import fresh_engine
from tests.factories import LENS, LOOS
from tests.storage.administrators import (
    EVERYWHERE,
    GENERAL,
    NOW,
    admin,
    an_account,
    granted,
    owner_id,
)
from tests.storage.test_administration import codes

HOURS = 12


def held(session: Session, actor: str) -> set[Grant]:
    """Give the roles of an account."""
    return set(sessions.viewer_of(session, actor).grants)


def browsers(session: Session, actor: str) -> int:
    """Count the browsers in which somebody is signed in."""
    row = granted(session, actor).row
    wanted = select(SessionRow.key).where(SessionRow.account_id == row.id)
    return len(session.exec(wanted).all())


def signed_in(session: Session, actor: str) -> str:
    """Sign somebody in; return the secret of the cookie."""
    return sessions.open_session(session, granted(session, actor).row, NOW, HOURS)


def test_an_account_is_opened_with_roles_that_differ_by_owner(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        wanted = {Grant(Role.TECHNICIAN, lens), Grant(Role.SIGNATORY, loos)}
        row = account_changes.open_account(
            session, GENERAL, "Eve@Lens.example ", " Ève  Blanc", wanted, "hash", NOW
        )

        assert (row.email, row.name) == ("eve@lens.example", "Ève Blanc")
        assert held(session, row.actor) == wanted


def test_an_account_is_refused_with_every_reason(engine: Engine) -> None:
    with writing(engine) as session:
        loos = owner_id(session, LOOS)
        charlie = admin(session, an_account(session, "c", Grant(Role.ADMIN, loos)))
        wanted = {Grant(Role.AGENT, None)}
        with pytest.raises(Refused) as refused:
            account_changes.open_account(
                session, charlie, "eve", "", wanted, "hash", NOW
            )

        assert codes(refused) == {"invalid_email", "unknown_owner", "invalid_role"}
        with pytest.raises(Refused) as refused:
            account_changes.open_account(
                session, charlie, "c@parc.example", "", (), "hash", NOW
            )
        assert codes(refused) == {"email_taken", "no_role"}


def test_roles_take_the_place_of_those_before(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, lens))
        wanted = {Grant(Role.FLEET_LEAD, lens), Grant(Role.AUDITOR, loos)}
        account_changes.set_roles(session, GENERAL, granted(session, eve), wanted)

        assert held(session, eve) == wanted


def test_roles_elsewhere_stay_when_ones_own_change(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        charlie = admin(session, an_account(session, "c", Grant(Role.ADMIN, loos)))
        elsewhere = {Grant(Role.TECHNICIAN, lens), Grant(Role.AUDITOR, None)}
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, loos), *elsewhere)
        wanted = {Grant(Role.SIGNATORY, loos)}
        account_changes.set_roles(session, charlie, granted(session, eve), wanted)

        assert held(session, eve) == {*wanted, *elsewhere}

        account_changes.set_roles(session, charlie, granted(session, eve), set())
        assert held(session, eve) == elsewhere


def test_one_gives_no_role_for_what_one_does_not_administer(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        charlie = admin(session, an_account(session, "c", Grant(Role.ADMIN, loos)))
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, loos))
        for owner in (lens, None):
            wanted = {Grant(Role.TECHNICIAN, loos), Grant(Role.AUDITOR, owner)}
            with pytest.raises(Refused) as refused:
                account_changes.set_roles(
                    session, charlie, granted(session, eve), wanted
                )
            assert codes(refused) == {"unknown_owner"}
        assert held(session, eve) == {Grant(Role.TECHNICIAN, loos)}


def test_an_account_keeps_at_least_one_role(engine: Engine) -> None:
    with writing(engine) as session:
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, None))
        with pytest.raises(Refused) as refused:
            account_changes.set_roles(session, GENERAL, granted(session, eve), set())

        assert codes(refused) == {"no_role"}


def test_nobody_takes_their_own_administration_away(engine: Engine) -> None:
    with writing(engine) as session:
        dora = an_account(session, "dora", EVERYWHERE)
        an_account(session, "fanny", EVERYWHERE)
        with pytest.raises(Refused) as refused:
            account_changes.set_roles(
                session,
                admin(session, dora),
                granted(session, dora),
                {Grant(Role.AUDITOR, None)},
            )

        assert codes(refused) == {"own_account"}
        # Other roles of one's own are free to change.
        account_changes.set_roles(
            session,
            admin(session, dora),
            granted(session, dora),
            {EVERYWHERE, Grant(Role.AUDITOR, None)},
        )
        assert Grant(Role.AUDITOR, None) in held(session, dora)


def test_the_last_who_administers_all_stays(engine: Engine) -> None:
    with writing(engine) as session:
        loos = owner_id(session, LOOS)
        dora = an_account(session, "dora", EVERYWHERE)
        an_account(session, "charlie", Grant(Role.ADMIN, loos))
        closed = an_account(session, "fanny", EVERYWHERE)
        granted(session, closed).row.disabled_at = NOW
        session.flush()
        account = granted(session, dora)
        with pytest.raises(Refused) as refused:
            account_changes.set_roles(
                session, GENERAL, account, {Grant(Role.ADMIN, loos)}
            )
        assert codes(refused) == {"last_admin"}
        with pytest.raises(Refused) as refused:
            account_changes.disable(session, GENERAL, account, NOW)
        assert codes(refused) == {"last_admin"}
        assert held(session, dora) == {EVERYWHERE}


def test_the_last_who_administers_an_owner_stays_unless_one_administers_all(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        charlie = an_account(session, "charlie", Grant(Role.ADMIN, loos))
        an_account(session, "alice", Grant(Role.ADMIN, lens))
        wanted = {Grant(Role.TECHNICIAN, loos)}
        with pytest.raises(Refused) as refused:
            account_changes.set_roles(
                session, GENERAL, granted(session, charlie), wanted
            )
        assert codes(refused) == {"last_admin"}

        an_account(session, "dora", EVERYWHERE)
        account_changes.set_roles(session, GENERAL, granted(session, charlie), wanted)
        assert held(session, charlie) == wanted


def test_a_closed_account_signs_in_no_more_and_its_sessions_end(engine: Engine) -> None:
    with writing(engine) as session:
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, None))
        alice = an_account(session, "alice", Grant(Role.TECHNICIAN, None))
        secret = signed_in(session, eve)
        signed_in(session, alice)
        account_changes.disable(session, GENERAL, granted(session, eve), NOW)

        assert accounts.account_named(session, "eve@parc.example") is None
        assert browsers(session, eve) == 0
        assert browsers(session, alice) == 1

        account_changes.enable(session, GENERAL, granted(session, eve))
        assert accounts.account_named(session, "eve@parc.example") is not None
        # What was closed stays closed: an old cookie must not come back to life.
        assert sessions.by_cookie(session, secret, NOW, 60) is None


def test_nobody_closes_their_own_account(engine: Engine) -> None:
    with writing(engine) as session:
        dora = an_account(session, "dora", EVERYWHERE)
        an_account(session, "fanny", EVERYWHERE)
        with pytest.raises(Refused) as refused:
            account_changes.disable(
                session, admin(session, dora), granted(session, dora), NOW
            )

        assert codes(refused) == {"own_account"}


def test_a_new_password_takes_the_place_of_the_old_one_everywhere(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, None))
        signed_in(session, eve)
        account_changes.reset_password(session, GENERAL, granted(session, eve), "new")

        assert granted(session, eve).row.password_hash == "new"
        assert browsers(session, eve) == 0


def test_who_serves_elsewhere_is_not_taken_over_from_here(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
        charlie = admin(session, an_account(session, "c", Grant(Role.ADMIN, loos)))
        an_account(session, "dora", EVERYWHERE)
        own = Grant(Role.TECHNICIAN, loos)
        for name, more in (("eve", Grant(Role.ADMIN, lens)), ("fay", EVERYWHERE)):
            actor = an_account(session, name, own, more)
            account = granted(session, actor)
            for change in (
                partial(account_changes.reset_password, password_hash="new"),
                partial(account_changes.disable, at=NOW),
                account_changes.enable,
                partial(account_changes.rename, name="Autre"),
            ):
                with pytest.raises(Refused) as refused:
                    change(session, charlie, account)
                assert codes(refused) == {"serves_others"}
            assert account.row.password_hash != "new"
            assert account.row.name is None


def test_ones_own_password_is_not_reset_as_an_administrator(engine: Engine) -> None:
    with writing(engine) as session:
        dora = an_account(session, "dora", EVERYWHERE)
        with pytest.raises(Refused) as refused:
            account_changes.reset_password(
                session, admin(session, dora), granted(session, dora), "new"
            )

        assert codes(refused) == {"own_account"}


def test_changing_ones_own_password_keeps_the_browser_in_use(engine: Engine) -> None:
    with writing(engine) as session:
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, None))
        here, there = signed_in(session, eve), signed_in(session, eve)
        account_changes.change_password(session, eve, "new", here)

        assert sessions.by_cookie(session, here, NOW, 60) is not None
        assert sessions.by_cookie(session, there, NOW, 60) is None
        assert granted(session, eve).row.password_hash == "new"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(" Ève \t Blanc ", "Ève Blanc"), ("", None), ("\x00\x1b", None), ("x" * 300, 200)],
)
def test_a_name_keeps_what_can_be_read(
    engine: Engine, typed: str, shown: str | int | None
) -> None:
    with writing(engine) as session:
        eve = an_account(session, "eve", Grant(Role.TECHNICIAN, None))
        account_changes.rename(session, GENERAL, granted(session, eve), typed)

        name = granted(session, eve).row.name
    assert (len(name or "") if isinstance(shown, int) else name) == shown


def test_two_who_take_each_others_role_away_do_not_both_succeed(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        dora = an_account(session, "dora", EVERYWHERE)
        fanny = an_account(session, "fanny", EVERYWHERE)
        # Both were identified before either asked for anything.
        identified = {who: admin(session, who) for who in (dora, fanny)}
    refusals: list[Refused] = []

    def demote(session: Session, who: str, whom: str) -> None:
        account = granted(session, whom)
        wanted = {Grant(Role.AUDITOR, None)}
        account_changes.set_roles(session, identified[who], account, wanted)

    def fanny_demotes_dora() -> None:
        try:
            with writing(engine) as session:
                demote(session, fanny, dora)
        except Refused as refused:
            refusals.append(refused)

    other = threading.Thread(target=fanny_demotes_dora)
    with writing(engine) as session:
        demote(session, dora, fanny)
        other.start()
        # Time for the other to reach what it must wait for.
        other.join(0.3)
        assert other.is_alive()
    other.join()

    assert len(refusals) == 1
    with reading(engine) as session:
        assert EVERYWHERE in held(session, dora)


WISHES = [
    set(),
    {EVERYWHERE},
    {Grant(Role.ADMIN, 1)},
    {Grant(Role.ADMIN, 2), Grant(Role.TECHNICIAN, 1)},
    {Grant(Role.AUDITOR, None)},
]
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-2, len(WISHES) - 1)),
    max_size=12,
)


@settings(max_examples=30)
@given(STEPS)
def test_whatever_they_do_somebody_administers_all(
    postgresql_server: str | None, steps: list[tuple[int, int, int]]
) -> None:
    with fresh_engine(postgresql_server) as engine, writing(engine) as session:
        for siret, prefix in ((LENS, "LL"), (LOOS, "LG")):
            accounts.add_owner(session, siret, "Une collectivité", "commune", prefix)
        starts = (EVERYWHERE, EVERYWHERE, Grant(Role.ADMIN, 1), Grant(Role.ADMIN, 2))
        actors = [an_account(session, f"p{n}", g) for n, g in enumerate(starts)]
        for by, to, wish in steps:
            _try(session, actors[by], actors[to], wish)
            assert _administers_all(session)


def _try(session: Session, by: str, to: str, wish: int) -> None:
    who = administration.Administrator.of(sessions.viewer_of(session, by))
    account = granted(session, to)
    if who is None or granted(session, by).row.disabled_at is not None:
        return
    if not account.is_seen_by(who):
        return
    try:
        if wish == -1:
            account_changes.disable(session, who, account, NOW)
        elif wish == -2:
            account_changes.enable(session, who, account)
        else:
            account_changes.set_roles(session, who, account, WISHES[wish])
    except Refused:
        return


def _administers_all(session: Session) -> bool:
    rows = session.exec(select(AccountRow)).all()
    return any(
        row.disabled_at is None and EVERYWHERE in held(session, row.actor)
        for row in rows
    )
