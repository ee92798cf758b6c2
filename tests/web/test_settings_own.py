"""One's own account: what one may do, and another password."""

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.domain.access import Grant
from parc.domain.vocabulary import Role
from parc.storage import attempts
from parc.storage.database import reading
from tests.factories import LENS
from tests.web.administration import another_browser, browser_of, text_of
from tests.web.conftest import PASSWORD

EMAIL = "alice@lens.example"
NEW = "une autre phrase de passe"
RIGHT = {"current": PASSWORD, "password": NEW, "again": NEW}


def signs_in(anonymous: TestClient, password: str) -> bool:
    """Tell whether a password is Alice's."""
    form = {"email": EMAIL, "password": password}
    return anonymous.post("/sign-in", data=form).status_code == 303


def test_one_reads_ones_own_roles(alice: TestClient, auditor: TestClient) -> None:
    page = text_of(alice.get("/account").text)

    assert EMAIL in page
    assert "Lens-Liévin : Responsable du parc, Technicien" in page
    assert "Tous les propriétaires : Auditeur" in text_of(auditor.get("/account").text)


def test_one_without_any_role_that_reads_has_an_account_too(
    app: FastAPI, engine: Engine
) -> None:
    client = browser_of(app, engine, "p@x.example", Grant(Role.PARTNER, None))

    assert "Partenaire" in client.get("/account").text


def test_the_new_password_takes_the_place_of_the_old_one(
    alice: TestClient, anonymous: TestClient
) -> None:
    answer = alice.post("/account", data=RIGHT)

    assert answer.headers["location"] == "/account"
    assert "Mot de passe changé" in alice.get("/account").text
    assert not signs_in(anonymous, PASSWORD)
    assert signs_in(anonymous, NEW)


def test_other_browsers_are_signed_out_and_this_one_stays(
    alice: TestClient, bob: TestClient, app: FastAPI, engine: Engine
) -> None:
    thief = another_browser(app, engine, EMAIL)
    assert thief.get("/").status_code == 200

    alice.post("/account", data=RIGHT)

    assert alice.get("/").status_code == 200
    assert thief.get("/").status_code == 303
    assert bob.get("/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"current": "x" * 12}, "mot de passe actuel n'est pas le bon"),
        ({"current": ""}, "mot de passe actuel n'est pas le bon"),
        ({"again": NEW + "x"}, "deux saisies du nouveau mot de passe diffèrent"),
        ({"password": "court", "again": "court"}, "de 12 à 256 caractères"),
        ({"password": "x" * 257, "again": "x" * 257}, "de 12 à 256 caractères"),
        ({"password": PASSWORD, "again": PASSWORD}, "le même que l'ancien"),
    ],
)
def test_a_wrong_change_changes_nothing_and_says_why(
    alice: TestClient, anonymous: TestClient, changes: dict[str, str], reason: str
) -> None:
    answer = alice.post("/account", data={**RIGHT, **changes})

    assert answer.status_code == 422
    assert reason in text_of(answer.text)
    assert signs_in(anonymous, PASSWORD)


def test_what_was_typed_is_never_shown_again(alice: TestClient) -> None:
    form = {**RIGHT, "again": "une phrase toute différente"}
    page = alice.post("/account", data=form).text

    for secret in form.values():
        assert secret not in page


def test_who_finds_a_session_open_does_not_guess_for_ever(alice: TestClient) -> None:
    wrong = {**RIGHT, "current": "x" * 12}
    answers = [
        alice.post("/account", data=wrong).status_code
        for _ in range(attempts.PER_ACCOUNT)
    ]

    assert set(answers) == {422}
    assert alice.post("/account", data=RIGHT).status_code == 429


def test_a_slip_in_the_new_password_is_no_guess(alice: TestClient) -> None:
    slip = {**RIGHT, "again": "autre chose"}
    for _ in range(attempts.PER_ACCOUNT):
        assert alice.post("/account", data=slip).status_code == 422

    assert alice.post("/account", data=RIGHT).status_code == 303


def test_a_stranger_is_sent_to_sign_in(anonymous: TestClient, engine: Engine) -> None:
    answer = anonymous.post("/account", data=RIGHT)

    assert answer.headers["location"].startswith("/sign-in")
    with reading(engine):
        assert signs_in(anonymous, PASSWORD)


def test_roles_of_lens_are_named_to_alice_alone(charlie: TestClient) -> None:
    assert LENS not in charlie.get("/account").text
    assert "Lens" not in charlie.get("/account").text
