"""Sites: read by all who see an owner, kept by those who run its fleet."""

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.access import Grant
from parc.domain.vocabulary import Action, Role
from parc.storage import people
from parc.storage.database import reading, writing
from parc.storage.tables import SiteRow
from tests.factories import LENS, LOOS, a_command
from tests.web.administration import browser_of, dora_of, owner_id, text_of
from tests.web.conftest import MakeDevice, Record


def a_site(engine: Engine, name: str, owner: str = LENS) -> int:
    """Add a site; return its id."""
    with writing(engine) as session:
        return people.site_id(session, owner_id(engine, owner), name)


def names(engine: Engine) -> list[str]:
    """List the names of all sites."""
    with reading(engine) as session:
        return sorted(session.exec(select(SiteRow.name)))


def test_each_sees_the_sites_of_their_own_owners(
    alice: TestClient, charlie: TestClient, auditor: TestClient, engine: Engine
) -> None:
    a_site(engine, "Médiathèque")
    a_site(engine, "Salle des fêtes", LOOS)

    ours, theirs = alice.get("/sites").text, charlie.get("/sites").text
    both = auditor.get("/sites").text

    assert "Médiathèque" in ours
    assert "Salle des fêtes" not in ours
    assert "Médiathèque" not in theirs
    assert "Salle des fêtes" in theirs
    assert "Médiathèque" in both
    assert "Salle des fêtes" in both


def test_a_site_leads_to_its_devices(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    hall = a_site(engine, "Mairie")
    tag = make_device()
    record(tag, a_command(Action.MOVE, site=hall))
    page = alice.get("/sites").text

    assert re.search(rf'<a href="/devices\?site={hall}"\s[^>]*>1</a>', page)
    assert tag in alice.get(f"/devices?site={hall}").text


def test_a_site_is_added_with_a_notice(alice: TestClient, engine: Engine) -> None:
    answer = alice.post("/sites", data={"name": "  École du  Centre "})

    assert answer.headers["location"] == "/sites"
    assert names(engine) == ["École du Centre"]
    page = text_of(alice.get("/sites").text).replace("\u00a0", " ")
    assert "Site ajouté : École du Centre." in page


@pytest.mark.parametrize("name", ["", "mairie", "a\x07b"])
def test_a_wrong_name_is_shown_again_and_why(
    alice: TestClient, engine: Engine, name: str
) -> None:
    a_site(engine, "Mairie")
    answer = alice.post("/sites", data={"name": name})

    assert answer.status_code == 422
    assert "Rien n'a été ajouté" in text_of(answer.text)
    assert names(engine) == ["Mairie"]


def test_with_several_owners_one_says_whose_it_is(app: FastAPI, engine: Engine) -> None:
    dora = dora_of(app, engine)
    missing = dora.post("/sites", data={"name": "Mairie"})
    dora.post("/sites", data={"name": "Mairie", "owner": LOOS})

    assert missing.status_code == 422
    assert 'value="Mairie"' in missing.text
    with reading(engine) as session:
        (row,) = session.exec(select(SiteRow)).all()
    assert row.owner_id == owner_id(engine, LOOS)


def test_renaming_a_site_renames_it_on_its_devices(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    hall = a_site(engine, "Mairie")
    tag = make_device()
    record(tag, a_command(Action.MOVE, site=hall))

    answer = alice.post(f"/sites/{hall}", data={"name": "Hôtel de ville"})

    assert answer.headers["location"] == "/sites"
    page = alice.get(f"/devices/{tag}").text
    assert "Hôtel de ville" in page
    assert "Mairie" not in page


def test_a_site_that_never_served_is_removed(alice: TestClient, engine: Engine) -> None:
    site = a_site(engine, "Mairie")
    assert "Supprimer ce site" in alice.get(f"/sites/{site}").text

    answer = alice.post(f"/sites/{site}/remove")

    assert answer.headers["location"] == "/sites"
    assert names(engine) == []
    assert alice.get(f"/sites/{site}").status_code == 404


def test_a_site_where_a_device_is_or_was_is_not_removed(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    hall, school = a_site(engine, "Mairie"), a_site(engine, "École")
    tag = make_device()
    record(tag, a_command(Action.MOVE, site=hall))
    assert "Supprimer ce site" not in alice.get(f"/sites/{hall}").text
    assert alice.post(f"/sites/{hall}/remove").status_code == 409

    record(tag, a_command(Action.MOVE, site=school))
    answer = alice.post(f"/sites/{hall}/remove")

    assert answer.status_code == 409
    assert "leur historique le nomme" in text_of(answer.text)
    assert names(engine) == ["Mairie", "École"]


@pytest.mark.parametrize("role", Role)
def test_only_those_who_run_the_fleet_keep_its_sites(
    app: FastAPI, engine: Engine, role: Role
) -> None:
    site = a_site(engine, "Mairie")
    grant = Grant(role, owner_id(engine, LENS))
    client = browser_of(app, engine, "zoe@lens.example", grant)
    keeps = role in {Role.ADMIN, Role.FLEET_LEAD, Role.COMMUNE_MANAGER}

    shown = client.get("/sites").text
    asked = [
        client.get(f"/sites/{site}"),
        client.post("/sites", data={"name": "École"}),
        client.post(f"/sites/{site}", data={"name": "Hôtel de ville"}),
        client.post(f"/sites/{site}/remove"),
    ]

    assert ("Ajouter le site" in shown) == keeps
    assert (f'href="/sites/{site}"' in shown) == keeps
    assert all((answer.status_code in {200, 303}) == keeps for answer in asked)
    assert names(engine) == (["École"] if keeps else ["Mairie"])


@pytest.mark.parametrize("site", ["0", "x", "9" * 30, "-1", "٣"])
def test_what_is_no_site_is_not_found(alice: TestClient, site: str) -> None:
    assert alice.get(f"/sites/{site}").status_code == 404
    assert alice.post(f"/sites/{site}/remove").status_code == 404


def test_another_owner_s_site_does_not_exist(
    charlie: TestClient, engine: Engine
) -> None:
    site = a_site(engine, "Mairie")
    for answer in (
        charlie.get(f"/sites/{site}"),
        charlie.post(f"/sites/{site}", data={"name": "À moi"}),
        charlie.post(f"/sites/{site}/remove"),
    ):
        assert answer.status_code == 404
    assert names(engine) == ["Mairie"]
