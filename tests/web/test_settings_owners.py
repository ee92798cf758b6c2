"""Owners through the settings: seen, added, changed, by who administers them."""

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.siret import formatted
from parc.storage.database import reading
from parc.storage.tables import OwnerRow
from tests.factories import FIRST_DAY, LENS, LOOS
from tests.storage.test_accounts import MEURCHIN
from tests.web.administration import dora_of, text_of
from tests.web.conftest import MakeDevice

NEW = {"siret": formatted(MEURCHIN), "name": "Commune de Meurchin", "kind": "commune"}


@pytest.fixture
def dora(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of who administers every owner."""
    return dora_of(app, engine)


def owner(engine: Engine, siret: str) -> OwnerRow | None:
    """Find an owner."""
    with reading(engine) as session:
        return session.exec(select(OwnerRow).where(OwnerRow.siret == siret)).first()


def test_each_sees_the_owners_that_they_administer(
    dora: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    make_device(LENS)
    both, loos = dora.get("/settings").text, charlie.get("/settings").text

    assert "Lens-Liévin" in both
    assert "Loos-en-Gohelle" in both
    assert formatted(LENS) in both
    assert "15/01/2026" in both
    assert f'<a href="/devices?owner={LENS}">1</a>' in both
    assert 'href="/settings/owners/new"' in both
    assert "Lens-Liévin" not in loos
    assert "Loos-en-Gohelle" in loos
    assert 'href="/settings/owners/new"' not in loos


def test_who_administers_nothing_is_told_so(
    alice: TestClient, auditor: TestClient
) -> None:
    for client in (alice, auditor):
        answer = client.get("/settings")
        assert answer.status_code == 403
        assert "réservés à l'administration" in text_of(answer.text)


def test_an_owner_is_added_with_a_prefix_from_its_name(
    dora: TestClient, engine: Engine
) -> None:
    answer = dora.post("/settings/owners/new", data=NEW)

    assert answer.headers["location"] == f"/settings/owners/{MEURCHIN}"
    row = owner(engine, MEURCHIN)
    assert row is not None
    assert (row.name, row.kind, row.prefix) == ("Commune de Meurchin", "commune", "ME")
    assert row.first_day is None
    page = text_of(dora.get(answer.headers["location"]).text)
    assert "ses étiquettes commencent par ME" in page
    assert "celui du premier import" in page


def test_a_prefix_is_proposed_from_the_name_typed(dora: TestClient) -> None:
    asked = {"name": "Commune de Meurchin", "prefix": ""}
    page = dora.get("/settings/owners/new", params=asked).text
    kept = dora.get("/settings/owners/new", params={**asked, "prefix": "MRC"}).text

    assert 'value="ME"' in page
    assert 'value="MRC"' in kept


def test_a_wrong_owner_is_shown_again_with_every_reason(
    dora: TestClient, engine: Engine
) -> None:
    form = {"siret": "21620573300011", "name": " ", "kind": "commune", "prefix": "LL"}
    answer = dora.post("/settings/owners/new", data=form)
    page = text_of(answer.text)

    assert answer.status_code == 422
    assert "14 chiffres dont les deux clés sont justes" in page
    assert "Raison sociale attendue" in page
    assert "LL est déjà celui d'un autre" in page
    assert 'value="21620573300011"' in answer.text
    assert owner(engine, "21620573300011") is None


def test_only_who_administers_all_adds_an_owner(
    charlie: TestClient, engine: Engine
) -> None:
    assert charlie.get("/settings/owners/new").status_code == 403
    assert charlie.post("/settings/owners/new", data=NEW).status_code == 403
    assert owner(engine, MEURCHIN) is None


def test_an_owner_is_renamed_and_given_a_manager(
    charlie: TestClient, engine: Engine
) -> None:
    form = {"name": "Ville de Loos", "kind": "public_body", "manager": LENS}
    answer = charlie.post(f"/settings/owners/{LOOS}", data=form)

    assert answer.status_code == 303
    loos, lens = owner(engine, LOOS), owner(engine, LENS)
    assert loos is not None
    assert lens is not None
    assert (loos.name, loos.kind) == ("Ville de Loos", "public_body")
    assert loos.manager_id == lens.id
    assert loos.first_day == FIRST_DAY
    page = charlie.get(f"/settings/owners/{LOOS}").text
    assert f'<option value="{LENS}" selected>' in page


def test_another_owner_is_not_even_known_of(
    charlie: TestClient, engine: Engine
) -> None:
    form = {"name": "À moi", "kind": "commune", "first_day": "2026-11-24"}
    for answer in (
        charlie.get(f"/settings/owners/{LENS}"),
        charlie.post(f"/settings/owners/{LENS}", data=form),
        charlie.post(f"/settings/owners/{LENS}/first-day", data=form),
        charlie.get(f"/settings/owners/{MEURCHIN}"),
    ):
        assert answer.status_code == 404
    row = owner(engine, LENS)
    assert row is not None
    assert (row.name[:10], row.first_day) == ("Communauté", FIRST_DAY)


def test_the_first_day_is_changed_and_explained(
    charlie: TestClient, engine: Engine
) -> None:
    address = f"/settings/owners/{LOOS}"
    page = text_of(charlie.get(address).text)
    answer = charlie.post(f"{address}/first-day", data={"first_day": "2025-09-01"})

    assert "peut être déclaré par un import, sans pièce" in page
    assert answer.headers["location"] == address
    row = owner(engine, LOOS)
    assert row is not None
    assert row.first_day is not None
    assert row.first_day.isoformat() == "2025-09-01"
    assert row.name == "Loos-en-Gohelle"
    assert "01/09/2025" in charlie.get(address).text


def test_a_first_day_to_come_is_refused_and_shown_again(charlie: TestClient) -> None:
    answer = charlie.post(
        f"/settings/owners/{LOOS}/first-day", data={"first_day": "2026-11-25"}
    )

    assert answer.status_code == 422
    assert "du 01/01/2000 à aujourd'hui" in text_of(answer.text)
    assert 'value="2026-11-25"' in answer.text
    assert 'value="Loos-en-Gohelle"' in answer.text
