"""API tokens through the settings: shown once, revoked for good."""

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Role
from parc.storage import accounts
from parc.storage.database import reading, writing
from parc.storage.tables import TokenRow
from tests.factories import LENS, LOOS
from tests.web.administration import dora_of, secret_of, text_of
from tests.web.conftest import NOW


@pytest.fixture
def dora(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of who administers every owner."""
    return dora_of(app, engine)


def add_token(engine: Engine, name: str, *owners: str) -> str:
    """Add a token as the command line does."""
    with writing(engine) as session:
        return accounts.add_token(session, name, [Role.AUDITOR], owners, NOW)


def actor_of(engine: Engine, name: str) -> str:
    """Find the id that stands for a token."""
    with reading(engine) as session:
        wanted = select(TokenRow.actor).where(TokenRow.name == name)
        return session.exec(wanted).one()


def opens(anonymous: TestClient, secret: str) -> bool:
    """Tell whether a token opens the API."""
    headers = {"Authorization": f"Bearer {secret}"}
    return anonymous.get("/api/v1/devices", headers=headers).status_code == 200


def test_a_token_is_shown_once_and_opens_the_api(
    dora: TestClient, anonymous: TestClient, engine: Engine
) -> None:
    form = {"name": "GLPI des écoles", "role": [f"{LENS}.auditor"]}
    answer = dora.post("/settings/tokens/new", data=form)
    secret = secret_of(answer.text)

    assert answer.status_code == 200
    assert secret.startswith("parc_")
    assert opens(anonymous, secret)
    page = dora.get("/settings/tokens").text
    assert "GLPI des écoles" in page
    assert "Lens-Liévin : Auditeur (lecture seule)" in text_of(page)
    assert secret not in page
    with reading(engine) as session:
        assert secret not in str(session.exec(select(TokenRow)).all())


def test_a_wrong_token_is_shown_again(dora: TestClient) -> None:
    answer = dora.post("/settings/tokens/new", data={"name": ""})
    page = text_of(answer.text)

    assert answer.status_code == 422
    assert "Nom du jeton attendu" in page
    assert "Donnez au moins un rôle" in page


def test_a_program_neither_signs_nor_administers(dora: TestClient) -> None:
    page = dora.get("/settings/tokens/new").text
    for role in ("admin", "signatory", "partner"):
        assert f'"all.{role}"' not in page
        form = {"name": "x", "role": [f"all.{role}"]}
        assert dora.post("/settings/tokens/new", data=form).status_code == 422


def test_a_revoked_token_opens_nothing_more(
    dora: TestClient, anonymous: TestClient, engine: Engine
) -> None:
    secret = add_token(engine, "GLPI", LENS)
    assert opens(anonymous, secret)

    answer = dora.post(f"/settings/tokens/{actor_of(engine, 'GLPI')}/revoke")

    assert answer.headers["location"] == "/settings/tokens"
    assert not opens(anonymous, secret)
    page = text_of(dora.get("/settings/tokens").text)
    assert "« GLPI » n'ouvre plus rien" in page.replace("\u00a0", " ")
    assert "Révoqué" in page


def test_one_sees_and_revokes_the_tokens_of_ones_owners(
    charlie: TestClient, anonymous: TestClient, engine: Engine
) -> None:
    lens = add_token(engine, "jeton de Lens", LENS)
    both = add_token(engine, "jeton des deux", LENS, LOOS)
    page = charlie.get("/settings/tokens").text

    assert "jeton de Lens" not in page
    assert "jeton des deux" in page
    revocable = re.findall(r"/settings/tokens/([^/]+)/revoke", page)
    assert actor_of(engine, "jeton des deux") not in revocable
    for name, status in (("jeton de Lens", 404), ("jeton des deux", 409)):
        answer = charlie.post(f"/settings/tokens/{actor_of(engine, name)}/revoke")
        assert answer.status_code == status
    assert opens(anonymous, lens)
    assert opens(anonymous, both)
    assert charlie.post("/settings/tokens/T-NOBODY00/revoke").status_code == 404


def test_one_gives_tokens_for_ones_own_owners_alone(charlie: TestClient) -> None:
    for value in (f"{LENS}.agent", "all.agent"):
        form = {"name": "x", "role": [value]}
        assert charlie.post("/settings/tokens/new", data=form).status_code == 422
