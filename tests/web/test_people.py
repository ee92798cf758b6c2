"""People through the browser: arrival, what they have, departure, forgetting."""

import re

from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.storage.database import reading
from parc.storage.tables import PersonRow
from tests.web.conftest import MakeDevice
from tests.web.test_bulk import words
from tests.web.test_slips import device, drafted, person, signed


def arrived(client: TestClient, name: str = "Hélène Dupont", email: str = "") -> str:
    """Say that somebody arrives; give their page."""
    answer = client.post("/people", data={"name": name, "email": email})
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].partition("#")[0]


def test_somebody_arrives_and_gets_what_is_in_stock(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    page = arrived(alice, email="helene@lens.example")

    answer = alice.post(
        f"{page}/arrival", data={"want-laptop": "1", "want-monitor": "2"}
    )

    assert answer.status_code == 303
    slip = answer.headers["location"]
    told = words(alice.get(slip))
    assert tag in told
    assert "Il manque au stock : 2 écrans" in told
    signed(alice, slip)
    assert tag in words(alice.get(page))
    assert "helene@lens.example" in words(alice.get(page))
    assert device(engine, tag).holder == page.rpartition("/")[2]


def test_nothing_wanted_or_nothing_in_stock_is_said(alice: TestClient) -> None:
    page = arrived(alice)

    assert "au moins un matériel" in words(alice.post(f"{page}/arrival"))
    empty = alice.post(f"{page}/arrival", data={"want-laptop": "1"})
    assert empty.status_code == 409
    assert "1 ordinateur portable" in words(empty)


def test_somebody_leaves_and_all_they_have_is_on_one_slip(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    signed(alice, drafted(alice, "assignment", one, two, name="Hélène"))
    page = f"/people/{person(engine, 'Hélène')}"
    assert "24/11/2026" in words(alice.get(page))

    answer = alice.post(f"{page}/departure", data={"target": "in_stock"})
    slip = answer.headers["location"]
    assert one in words(alice.get(slip))
    signed(alice, slip)

    assert {device(engine, tag).state for tag in (one, two)} == {"in_stock"}
    again = alice.post(f"{page}/departure")
    assert "Rien à reprendre" in words(again)


def test_a_name_and_an_address_are_corrected_and_others_are_not_taken(
    alice: TestClient,
) -> None:
    arrived(alice, "Bob")
    page = arrived(alice)
    alice.post(page, data={"name": "Hélène Durand", "email": "h@lens.example"})
    assert "Hélène Durand" in words(alice.get(page))

    taken = alice.post(page, data={"name": "BOB", "email": "non"})

    assert taken.status_code == 422
    assert "quelqu'un de ce nom" in words(taken)
    assert "elle ne se lit pas" in words(taken)


def test_a_name_is_forgotten_for_good(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    slip = drafted(alice, "assignment", make_device(), name="Hélène")
    page = f"/people/{person(engine, 'Hélène')}"
    assert alice.post(f"{page}/forget").status_code == 409
    alice.post(f"{slip}/cancel", data={"reason": "Erreur"})

    assert alice.post(f"{page}/forget").status_code == 303

    key = page.rpartition("/")[2]
    for address in (page, slip, "/people"):
        assert "Hélène" not in alice.get(address).text
    assert f"{key} (nom effacé)" in words(alice.get(page))
    assert alice.post(page, data={"name": "Hélène"}).status_code == 409
    with reading(engine) as session:
        assert session.get_one(PersonRow, key).name is None


def test_people_are_searched_by_name(alice: TestClient, charlie: TestClient) -> None:
    arrived(alice)
    arrived(alice, "Bob")

    found = words(alice.get("/people?q=dupont"))

    assert "Hélène Dupont" in found
    assert not re.search(r">\s*Bob\s*<", found)
    assert "Personne de ce nom" in words(alice.get("/people?q=zzz"))
    assert "Hélène" not in words(charlie.get("/people"))
