"""The page of a device says where each fact comes from, to whom may know it."""

import re

from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from tests.factories import BOB, LENS, a_command
from tests.htmx import Element, parsed
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import DAY
from tests.web.test_device_page import text_of, words

CSV = "Étiquette;N° de série;Type;Marque\nPC-1;S1;Laptop;Dell\n".encode()


def origin(page: str, label: str) -> Element:
    """Give the line of the table that tells where a fact comes from."""
    region = next(
        e
        for e in parsed(page).walk()
        if e.attributes.get("aria-label") == "D'où viennent ces renseignements"
    )
    lines = [e for e in region.walk() if e.name == "tr"]
    return next(line for line in lines if text_of(line).startswith(label))


def imported(client: TestClient, engine: Engine) -> tuple[str, str]:
    """Import a file of one laptop; return its tag and the import's id."""
    answer = client.post("/api/v1/imports", params={"owner": LENS}, content=CSV)
    key: str = answer.json()["import_id"]
    with reading(engine) as session:
        tags = select(DeviceRow.tag).where(col(DeviceRow.serial) == "S1")
        return session.exec(tags).one(), key


def test_what_was_typed_says_who_when_and_by_which_action(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.DESCRIBE, DAY, model="X1", by=BOB, recorded=DAY))
    page = alice.get(f"/devices/{tag}").text

    assert text_of(origin(page, "Modèle")) == (
        "Modèle X1 bob 02/03/2026 à 13:00 Corriger la fiche"
    )
    assert "alice 02/03/2020 à 13:00 Enregistrer" in text_of(origin(page, "Marque"))


def test_what_a_file_said_leads_to_its_import(
    alice: TestClient, engine: Engine
) -> None:
    tag, key = imported(alice, engine)

    line = origin(alice.get(f"/devices/{tag}").text, "Numéro de série")
    (link,) = [e for e in line.walk() if e.name == "a"]
    assert link.attributes["href"] == f"/imports/{key}"
    assert text_of(link).startswith("import")
    assert alice.get(link.attributes["href"]).status_code == 200


def test_who_may_not_open_the_import_gets_no_link(
    alice: TestClient, auditor: TestClient, engine: Engine
) -> None:
    tag, _ = imported(alice, engine)
    page = auditor.get(f"/devices/{tag}").text

    assert "import" in text_of(origin(page, "Numéro de série"))
    assert not re.search(r'href="/imports/', page)


def test_the_holder_and_the_site_have_their_line_too(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    data = {"effective_on": "2026-11-24", "holder": "Accueil", "site_new": "Mairie"}
    alice.post(f"/devices/{tag}/move", data=data)
    page = alice.get(f"/devices/{tag}").text

    for label, value in (("Détenteur", "Accueil"), ("Site", "Mairie")):
        assert f"{label} {value} alice" in text_of(origin(page, label))


def test_the_history_shows_no_reserved_name(
    alice: TestClient, make_device: MakeDevice
) -> None:
    assert "source_line" not in words(alice.get(f"/devices/{make_device()}").text)
