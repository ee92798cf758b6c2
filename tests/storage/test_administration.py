"""Who administers whom, and the tokens that administrators give and take back."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.access import Grant, Viewer
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.storage import accounts, administration, sessions
from parc.storage.administration import Administrator
from parc.storage.database import reading, writing
from parc.storage.tables import TokenRow
from tests.factories import LENS, LOOS
from tests.storage.administrators import (
    EVERYWHERE,
    GENERAL,
    NOW,
    admin,
    an_account,
    emails,
    owner_id,
)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    """Give the codes of every reason."""
    return {reason.code for reason in refused.value.reasons}


def people(session: Session) -> dict[str, str]:
    """Add five people: Dora administers all, Charlie Loos, Eve works for both."""
    lens, loos = owner_id(session, LENS), owner_id(session, LOOS)
    return {
        "dora": an_account(session, "dora", EVERYWHERE),
        "charlie": an_account(session, "charlie", Grant(Role.ADMIN, loos)),
        "alice": an_account(session, "alice", Grant(Role.TECHNICIAN, lens)),
        "bob": an_account(session, "bob", Grant(Role.AUDITOR, None)),
        "eve": an_account(
            session, "eve", Grant(Role.TECHNICIAN, lens), Grant(Role.TECHNICIAN, loos)
        ),
    }


def token(session: Session, name: str) -> administration.Granted[TokenRow]:
    """Find a token by its name."""
    found = administration.tokens_seen(session, GENERAL)
    return next(held for held in found if held.row.name == name)


def test_only_the_role_of_administration_administers() -> None:
    others = frozenset(Grant(role, None) for role in Role if role is not Role.ADMIN)

    assert Administrator.of(Viewer("U-1", others)) is None


def test_a_role_for_all_owners_covers_each_and_the_rest() -> None:
    both = Viewer("U-1", frozenset({EVERYWHERE, Grant(Role.ADMIN, 1)}))
    one = Viewer("U-2", frozenset({Grant(Role.ADMIN, 1), Grant(Role.AUDITOR, 2)}))

    general, local = Administrator.of(both), Administrator.of(one)

    assert general is not None
    assert local is not None
    assert [general.covers(owner) for owner in (None, 1, 2)] == [True, True, True]
    assert [local.covers(owner) for owner in (None, 1, 2)] == [False, True, False]


def test_the_general_administration_sees_every_account(engine: Engine) -> None:
    with writing(engine) as session:
        people(session)
        seen = administration.accounts_seen(session, GENERAL)

    assert emails(seen) == ["alice", "bob", "charlie", "dora", "eve"]


def test_one_who_administers_loos_sees_only_who_serves_loos(engine: Engine) -> None:
    with writing(engine) as session:
        added = people(session)
        charlie = admin(session, added["charlie"])

        assert emails(administration.accounts_seen(session, charlie)) == [
            "charlie",
            "eve",
        ]
        for name, actor in added.items():
            found = administration.account_seen(session, charlie, actor)
            assert (found is not None) == (name in {"charlie", "eve"}), name


def test_who_also_serves_elsewhere_is_not_wholly_theirs(engine: Engine) -> None:
    with writing(engine) as session:
        added = people(session)
        charlie = admin(session, added["charlie"])
        seen = administration.accounts_seen(session, charlie)

        assert [account.is_within(charlie) for account in seen] == [True, False]


def test_closed_accounts_come_last(engine: Engine) -> None:
    with writing(engine) as session:
        people(session)
        first = administration.accounts_seen(session, GENERAL)[0]
        first.row.disabled_at = NOW
        session.flush()

        seen = administration.accounts_seen(session, GENERAL)

    assert emails(seen) == ["bob", "charlie", "dora", "eve", "alice"]


def test_an_unknown_actor_is_nobody(engine: Engine) -> None:
    with reading(engine) as session:
        assert administration.account_seen(session, GENERAL, "U-99999999") is None


def test_a_token_is_given_for_the_owners_one_administers(engine: Engine) -> None:
    with writing(engine) as session:
        charlie = admin(session, people(session)["charlie"])
        loos = owner_id(session, LOOS)
        grants = {Grant(Role.AGENT, loos)}
        secret = administration.open_token(session, charlie, " GLPI  A ", grants, NOW)

        identity = sessions.by_token(session, secret)
        assert identity is not None
        assert identity.name == "GLPI A"
        assert identity.viewer.grants == grants


def test_a_token_is_refused_with_every_reason(engine: Engine) -> None:
    with writing(engine) as session:
        charlie = admin(session, people(session)["charlie"])
        grants = {Grant(Role.SIGNATORY, owner_id(session, LENS))}
        with pytest.raises(Refused) as refused:
            administration.open_token(session, charlie, "\x00", grants, NOW)

    assert codes(refused) == {"invalid_name", "unknown_owner", "invalid_role"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SIGNATORY, Role.PARTNER])
def test_a_program_neither_signs_nor_administers(engine: Engine, role: Role) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        administration.open_token(session, GENERAL, "x", {Grant(role, None)}, NOW)

    assert codes(refused) == {"invalid_role"}


def test_a_revoked_token_opens_nothing_and_keeps_its_first_end(engine: Engine) -> None:
    with writing(engine) as session:
        secret = accounts.add_token(session, "GLPI", [Role.AGENT], [LOOS], NOW)
        charlie = admin(session, people(session)["charlie"])
        administration.revoke(session, charlie, token(session, "GLPI"), NOW)
        later = NOW + timedelta(days=1)
        administration.revoke(session, charlie, token(session, "GLPI"), later)

        assert sessions.by_token(session, secret) is None
        assert session.exec(select(TokenRow.revoked_at)).one() == NOW


def test_a_token_that_serves_elsewhere_is_not_revoked_from_here(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        secret = accounts.add_token(session, "GLPI", [Role.AGENT], [LENS, LOOS], NOW)
        charlie = admin(session, people(session)["charlie"])
        with pytest.raises(Refused) as refused:
            administration.revoke(session, charlie, token(session, "GLPI"), NOW)

        assert codes(refused) == {"serves_others"}
        assert sessions.by_token(session, secret) is not None


def test_one_sees_the_tokens_of_ones_owners_alone(engine: Engine) -> None:
    with writing(engine) as session:
        for name, owners in (("a", [LENS]), ("b", [LOOS]), ("c", [])):
            accounts.add_token(session, name, [Role.AGENT], owners, NOW)
        charlie = admin(session, people(session)["charlie"])

        def names(who: Administrator) -> list[str]:
            seen = administration.tokens_seen(session, who)
            return [held.row.name for held in seen]

        assert names(charlie) == ["b"]
        assert names(GENERAL) == ["a", "b", "c"]
