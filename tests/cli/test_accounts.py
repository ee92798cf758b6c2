"""Owners, accounts and tokens from the command line."""

import json
import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.storage.database import reading
from parc.storage.tables import AccountRow, GrantRow, OwnerRow
from tests.cli.conftest import Parc
from tests.factories import LENS, LOOS


def test_owners_are_listed_for_people_and_for_programs(made: Parc) -> None:
    listed = made("owner", "list")
    told = made("owner", "list", "--json")

    assert listed.out.splitlines() == [
        f"{LENS}  LL     CA de Lens-Liévin",
        f"{LOOS}  LG     Loos-en-Gohelle",
    ]
    assert json.loads(told.out) == {
        "owners": [
            {
                "siret": LENS,
                "name": "CA de Lens-Liévin",
                "kind": "epci",
                "prefix": "LL",
            },
            {
                "siret": LOOS,
                "name": "Loos-en-Gohelle",
                "kind": "commune",
                "prefix": "LG",
            },
        ]
    }
    assert (told.code, told.err) == (0, "")


def test_without_an_owner_the_list_says_how_to_add_one(parc: Parc) -> None:
    parc("db", "upgrade")

    assert "parc owner add" in parc("owner", "list").err
    assert json.loads(parc("owner", "list", "--json").out) == {"owners": []}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("24620036400016", "X"), "SIRET attendu"),
        (("12", "X"), "SIRET attendu"),
        ((LENS, "Encore Lens"), "existe déjà"),
        (("216206730 00018", "X", "--prefix", "LL"), "préfixe LL est déjà"),
        (("216206730 00018", "X", "--prefix", "L"), "2 à 5 lettres"),
        (("216206730 00018", "X", "--kind", "kingdom"), "Nature attendue"),
        (("216206730 00018", " "), "Raison sociale"),
    ],
)
def test_an_owner_that_cannot_be_is_refused_in_words(
    made: Parc, engine: Engine, arguments: tuple[str, ...], said: str
) -> None:
    ran = made("owner", "add", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    with reading(engine) as session:
        assert len(session.exec(select(OwnerRow)).all()) == 2


def test_all_reasons_are_given_at_once(made: Parc) -> None:
    ran = made("owner", "add", "12", "X", "--prefix", "ÉÉ", "--kind", "kingdom")

    assert ran.err.count("Refusé : ") == 3


def test_an_account_s_password_is_printed_once(made: Parc, engine: Engine) -> None:
    ran = made(
        "user",
        "add",
        "Alice@Lens.example",
        *("--role", "technician", "--role", "fleet_lead", "--owner", LENS),
    )

    assert ran.code == 0
    assert re.fullmatch(r"\S{12,}\n", ran.out)
    assert ran.out.strip() not in ran.err
    with reading(engine) as session:
        account = session.exec(select(AccountRow)).one()
        assert account.email == "alice@lens.example"
        grants = session.exec(select(GrantRow)).all()
        assert {grant.role for grant in grants} == {"technician", "fleet_lead"}
        assert None not in {grant.owner_id for grant in grants}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("alice", "--role", "technician"), "Adresse électronique"),
        (("a@b.example", "--role", "technician", "--owner", "1"), "inconnu"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(
    made: Parc, arguments: tuple[str, ...], said: str
) -> None:
    ran = made("user", "add", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_one_address_has_one_account(made: Parc) -> None:
    line = ("user", "add", "alice@lens.example", "--role", "auditor")
    assert made(*line).code == 0

    again = made(*line)

    assert (again.code, again.out) == (1, "")
    assert "existe déjà" in again.err


def test_a_token_is_printed_once(made: Parc) -> None:
    ran = made("token", "add", "GLPI", "--role", "agent", "--owner", LENS)

    assert ran.code == 0
    assert re.fullmatch(r"\S{20,}\n", ran.out)
    assert "ne sera plus affiché" in ran.err


def test_a_token_of_an_unknown_owner_is_refused_in_words(made: Parc) -> None:
    ran = made("token", "add", "GLPI", "--role", "agent", "--owner", "1")

    assert (ran.code, ran.out) == (1, "")
    assert "Propriétaire inconnu" in ran.err
