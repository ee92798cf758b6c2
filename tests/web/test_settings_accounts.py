"""Accounts through the settings: added, changed, closed, each within one's owners."""

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.domain.access import Grant
from parc.domain.vocabulary import Role
from parc.storage.database import reading
from tests.factories import ALICE, BOB, LENS, LOOS
from tests.web.administration import (
    DORA,
    account,
    actor_of,
    another_browser,
    browser_of,
    dora_of,
    owner_id,
    roles_of,
    secret_of,
    text_of,
)

ALICES = "alice@lens.example"
EVE = "eve@loos.example"


@pytest.fixture
def dora(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of who administers every owner."""
    return dora_of(app, engine)


@pytest.fixture
def eve(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of a technician of Loos."""
    return browser_of(app, engine, EVE, Grant(Role.TECHNICIAN, owner_id(engine, LOOS)))


def address(engine: Engine, email: str, *more: str) -> str:
    """Give the address of an account, or of what is done to it."""
    return "/".join(("/settings/accounts", actor_of(engine, email), *more))


def test_each_sees_the_accounts_of_their_owners(
    dora: TestClient, charlie: TestClient, eve: TestClient
) -> None:
    everybody = text_of(dora.get("/settings/accounts").text.replace("<wbr>", ""))
    loos = text_of(charlie.get("/settings/accounts").text.replace("<wbr>", ""))

    for email in (ALICES, "bob@lens.example", "audit@chambre.example", EVE, DORA):
        assert email in everybody
    assert "Tous les propriétaires : Auditeur (lecture seule)" in everybody
    assert EVE in loos
    assert "Loos-en-Gohelle : Technicien" in loos
    for email in (ALICES, "audit@chambre.example", DORA):
        assert email not in loos


def test_an_account_is_added_and_its_password_shown_once(
    dora: TestClient, anonymous: TestClient, engine: Engine
) -> None:
    form = {
        "email": "Zoe@lens.example",
        "name": "Zoé Petit",
        "role": [f"{LENS}.technician", f"{LENS}.signatory", "all.auditor"],
    }
    answer = dora.post("/settings/accounts/new", data=form)
    password = secret_of(answer.text)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "ne sera plus montré" in text_of(answer.text)
    assert roles_of(engine, "zoe@lens.example") == {
        (Role.TECHNICIAN, LENS),
        (Role.SIGNATORY, LENS),
        (Role.AUDITOR, ""),
    }
    page = dora.get(address(engine, "zoe@lens.example")).text
    assert "Zoé Petit" in page
    assert password not in page
    with reading(engine) as session:
        assert password not in str(account(session, "zoe@lens.example"))
    signed = anonymous.post(
        "/sign-in", data={"email": "zoe@lens.example", "password": password}
    )
    assert signed.status_code == 303


def test_a_wrong_account_is_shown_again_as_it_was_typed(
    dora: TestClient,
) -> None:
    answer = dora.post("/settings/accounts/new", data={"email": "zoe", "name": "Zoé"})
    page = text_of(answer.text)

    assert answer.status_code == 422
    assert "Adresse électronique attendue" in page
    assert "Donnez au moins un rôle" in page
    assert 'value="Zoé"' in answer.text
    assert 'id="secret"' not in answer.text


def test_what_was_ticked_stays_ticked_when_refused(dora: TestClient) -> None:
    form = {"email": ALICES, "role": [f"{LENS}.auditor"]}
    page = dora.post("/settings/accounts/new", data=form).text

    assert f"Un compte existe déjà pour {ALICES}" in text_of(page)
    assert f'value="{LENS}.auditor" checked' in " ".join(page.split())


def test_one_gives_roles_for_ones_own_owners_alone(
    charlie: TestClient, engine: Engine
) -> None:
    page = charlie.get("/settings/accounts/new").text
    assert f'value="{LOOS}.technician"' in page
    assert 'value="all.' not in page
    assert LENS not in page

    for value in (f"{LENS}.technician", "all.technician", "x.y", f"{LOOS}.agent"):
        form = {"email": "zoe@loos.example", "role": [f"{LOOS}.auditor", value]}
        answer = charlie.post("/settings/accounts/new", data=form)
        assert answer.status_code == 422, value
    assert "zoe@loos.example" not in charlie.get("/settings/accounts").text


def test_roles_are_changed(dora: TestClient, eve: TestClient, engine: Engine) -> None:
    page = dora.get(address(engine, EVE)).text
    assert f'value="{LOOS}.technician" checked' in " ".join(page.split())
    form = {"role": [f"{LOOS}.fleet_lead", f"{LENS}.technician"]}

    answer = dora.post(address(engine, EVE, "roles"), data=form)

    assert answer.headers["location"] == address(engine, EVE)
    assert "Rôles modifiés." in dora.get(address(engine, EVE)).text
    assert roles_of(engine, EVE) == {(Role.FLEET_LEAD, LOOS), (Role.TECHNICIAN, LENS)}
    # At once, in the browser that is open.
    assert LENS in eve.get("/devices").text


def test_an_account_without_any_role_is_refused(
    dora: TestClient, eve: TestClient, engine: Engine
) -> None:
    answer = dora.post(address(engine, EVE, "roles"))

    assert answer.status_code == 422
    assert "garde au moins un rôle" in text_of(answer.text)
    assert roles_of(engine, EVE) == {(Role.TECHNICIAN, LOOS)}


def test_one_does_not_take_ones_own_administration_away(
    dora: TestClient, engine: Engine
) -> None:
    form = {"role": ["all.auditor"]}
    answer = dora.post(address(engine, DORA, "roles"), data=form)
    page = text_of(answer.text)

    assert answer.status_code == 422
    assert "retirer vous-même l'administration" in page
    assert "au moins un compte qui administre" in page
    assert roles_of(engine, DORA) == {(Role.ADMIN, "")}


@pytest.mark.parametrize("what", ["disable", "password"])
def test_ones_own_account_is_not_closed_nor_reset_here(
    dora: TestClient, engine: Engine, what: str
) -> None:
    page = dora.get(address(engine, DORA)).text
    answer = dora.post(address(engine, DORA, what))

    assert f"/{what}" not in page
    assert 'href="/account"' in page
    assert answer.status_code == 409
    assert dora.get("/settings").status_code == 200


def test_a_closed_account_is_out_at_once_and_may_come_back(
    dora: TestClient, eve: TestClient, app: FastAPI, engine: Engine
) -> None:
    answer = dora.post(address(engine, EVE, "disable"))

    assert answer.status_code == 303
    assert eve.get("/").status_code == 303
    page = dora.get(address(engine, EVE)).text
    assert "Vous pouvez le réactiver" in page
    assert "Désactivé" in page
    assert "Désactivé" in dora.get("/settings/accounts").text

    dora.post(address(engine, EVE, "enable"))
    assert eve.get("/").status_code == 303, "the old cookie must stay dead"
    assert another_browser(app, engine, EVE).get("/").status_code == 200
    assert roles_of(engine, EVE) == {(Role.TECHNICIAN, LOOS)}


def test_a_new_password_ends_the_sessions(
    dora: TestClient, eve: TestClient, anonymous: TestClient, engine: Engine
) -> None:
    answer = dora.post(address(engine, EVE, "password"))
    password = secret_of(answer.text)

    assert answer.status_code == 200
    assert eve.get("/").status_code == 303
    signed = anonymous.post("/sign-in", data={"email": EVE, "password": password})
    assert signed.status_code == 303


def test_the_name_is_changed(dora: TestClient, eve: TestClient, engine: Engine) -> None:
    dora.post(address(engine, EVE, "name"), data={"name": " Ève  Blanc"})

    assert "Ève Blanc" in eve.get("/aide").text


def test_who_serves_elsewhere_keeps_password_and_life(
    charlie: TestClient, app: FastAPI, engine: Engine
) -> None:
    email = "fay@parc.example"
    lens, loos = owner_id(engine, LENS), owner_id(engine, LOOS)
    grants = (Grant(Role.TECHNICIAN, loos), Grant(Role.ADMIN, lens))
    fay = browser_of(app, engine, email, *grants)

    page = charlie.get(address(engine, email)).text
    assert "a aussi des rôles pour d'autres propriétaires" in text_of(page)
    assert "Lens" not in page
    for what in ("disable", "password", "enable", "name"):
        assert f"/{what}" not in page
        answer = charlie.post(address(engine, email, what), data={"name": "X"})
        assert answer.status_code == 409
        assert "dépassent les propriétaires" in text_of(answer.text)
        assert 'id="secret"' not in answer.text
    assert fay.get("/").status_code == 200

    form = {"role": [f"{LOOS}.auditor"]}
    charlie.post(address(engine, email, "roles"), data=form)
    assert roles_of(engine, email) == {(Role.AUDITOR, LOOS), (Role.ADMIN, LENS)}


@pytest.mark.parametrize("what", ["", "roles", "name", "disable", "enable", "password"])
def test_another_owner_s_account_does_not_exist(
    charlie: TestClient, engine: Engine, what: str
) -> None:
    method = "POST" if what else "GET"
    for actor in (ALICE.id, BOB.id, "U-NOBODY00"):
        here = f"/settings/accounts/{actor}/{what}".rstrip("/")
        answer = charlie.request(method, here, data={} if what else None)
        assert answer.status_code == 404
    assert (Role.TECHNICIAN, LENS) in roles_of(engine, ALICES)
