"""Owners, accounts and tokens: what is added, what is refused and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.access import Grant
from parc.domain.asset_tag import is_prefix, one_letter_apart
from parc.domain.refusal import Refused
from parc.domain.siret import formatted, with_key
from parc.domain.vocabulary import Role
from parc.storage import accounts, sessions
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, OwnerRow, TokenRow
from tests.factories import LENS, TODAY, at

NOW = at(TODAY)
MEURCHIN = with_key("216205732", "0001")
GOOD = "correct cheval pile"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    """List the codes of every reason."""
    return [reason.code for reason in refused.value.reasons]


def test_an_owner_gets_a_prefix_from_its_name(engine: Engine) -> None:
    with writing(engine) as session:
        number = formatted(MEURCHIN)
        row = accounts.add_owner(session, number, " Commune de  Meurchin ", "commune")

        assert row.siret == MEURCHIN
        assert row.name == "Commune de Meurchin"
        assert row.prefix == "ME"
        assert row.first_day is None


def test_an_owner_keeps_the_prefix_it_asks_for(engine: Engine) -> None:
    with writing(engine) as session:
        row = accounts.add_owner(session, MEURCHIN, "Meurchin", "commune", "mrc")

        assert row.prefix == "MRC"


def test_an_owner_is_refused_with_every_reason(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        accounts.add_owner(session, "21620573300011", "\x00", "club", "LENS")

    assert codes(refused) == [
        "invalid_siret",
        "invalid_name",
        "invalid_kind",
        "prefix_taken",
    ]


def test_an_owner_is_added_once(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        accounts.add_owner(session, LENS, "Lens", "epci", "X1")

    assert codes(refused) == ["siret_taken", "invalid_prefix"]


@pytest.mark.parametrize(
    ("name", "taken", "prefix"),
    [
        ("Communauté d'agglomération de Lens-Liévin", [], "CALL"),
        ("Loos-en-Gohelle", [], "LG"),
        ("Loos-en-Gohelle", ["LG"], "LO"),
        ("Ville de Lens", [], "LE"),
        ("Lens", ["LE"], "LENS"),  # LEN would be one lost letter away
        ("Lens", ["LE", "LENS"], "AA"),
        ("Œuvres sociales", [], "OS"),
        ("12", [], "AA"),
    ],
)
def test_a_prefix_is_drawn_from_the_name(
    name: str, taken: list[str], prefix: str
) -> None:
    assert accounts.free_prefix(name, taken) == prefix


@given(st.text(max_size=60), st.sets(st.text("AB", min_size=2, max_size=3)))
def test_a_drawn_prefix_is_valid_and_free(name: str, taken: set[str]) -> None:
    prefix = accounts.free_prefix(name, taken)

    assert is_prefix(prefix)
    assert prefix not in taken
    assert not any(one_letter_apart(prefix, other) for other in taken)


def test_a_prefix_one_letter_away_from_another_is_refused(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        accounts.add_owner(session, MEURCHIN, "Meurchin", "commune", "LEN")

    assert codes(refused) == ["prefix_too_near"]
    assert "LENS" in refused.value.reasons[0].message


def test_owners_are_listed_by_name(engine: Engine) -> None:
    with reading(engine) as session:
        names = [owner.name for owner in accounts.owners(session)]

    assert names == ["Communauté d'agglomération de Lens-Liévin", "Loos-en-Gohelle"]


def an_account(session: Session, **changes: object) -> AccountRow:
    """Add Dora, with changes."""
    asked: dict[str, object] = {
        "email": "dora@lens.example",
        "roles": [Role.TECHNICIAN],
        "owner_sirets": [LENS],
        "password": GOOD,
        **changes,
    }
    return accounts.add_account(session, at=NOW, **asked)  # type: ignore[arg-type]  # wrong on purpose in some tests


def test_an_account_holds_its_roles_for_its_owners(engine: Engine) -> None:
    with writing(engine) as session:
        row = an_account(session, roles=[Role.TECHNICIAN, Role.AUDITOR])
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()

        assert sessions.viewer_of(session, row.actor).grants == {
            Grant(Role.TECHNICIAN, lens),
            Grant(Role.AUDITOR, lens),
        }
        assert row.actor.startswith("U-")
        assert GOOD not in row.password_hash
        assert row.password_hash.startswith("$argon2id$")


def test_no_owner_named_means_all_of_them(engine: Engine) -> None:
    with writing(engine) as session:
        row = an_account(session, owner_sirets=[])

        viewer = sessions.viewer_of(session, row.actor)
        assert viewer.grants == {Grant(Role.TECHNICIAN, None)}
        assert viewer.owner_ids is None


def test_an_account_is_refused_with_every_reason(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        an_account(
            session, email="dora", password="short", roles=[], owner_sirets=["1"]
        )

    assert codes(refused) == [
        "invalid_email",
        "invalid_password",
        "no_role",
        "unknown_owner",
    ]


def test_an_address_has_one_account(engine: Engine) -> None:
    with writing(engine) as session:
        an_account(session)
        with pytest.raises(Refused) as refused:
            an_account(session, email="DORA@lens.example")

    assert codes(refused) == ["email_taken"]


def test_only_the_right_password_opens_an_account(engine: Engine) -> None:
    with writing(engine) as session:
        row = an_account(session)

    assert accounts.is_password(row, GOOD)
    assert not accounts.is_password(row, GOOD + " ")
    assert not accounts.is_password(row, "x" * 300)
    assert not accounts.is_password(None, GOOD)


def test_a_token_opens_its_roles_and_is_stored_as_a_hash(engine: Engine) -> None:
    with writing(engine) as session:
        secret = accounts.add_token(session, "GLPI", [Role.AGENT], [LENS], NOW)
    with reading(engine) as session:
        row = session.exec(select(TokenRow)).one()
        identity = sessions.by_token(session, secret)

        assert identity is not None
        assert identity.name == "GLPI"
        assert identity.viewer.actor == row.actor
        assert row.actor.startswith("T-")
        assert secret.startswith("parc_")
        assert secret not in str(row)
        assert sessions.by_token(session, secret + "x") is None


def test_a_revoked_token_opens_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        secret = accounts.add_token(session, "GLPI", [Role.AGENT], [], NOW)
        session.exec(select(TokenRow)).one().revoked_at = NOW
    with reading(engine) as session:
        assert sessions.by_token(session, secret) is None


def test_a_token_without_name_or_role_is_refused(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(Refused) as refused:
        accounts.add_token(session, " ", [], [], NOW)

    assert codes(refused) == ["no_role", "invalid_name"]
