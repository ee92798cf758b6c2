"""A device registered by mistake: discarded from its page or in a list, restored."""

from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from tests.factories import a_command
from tests.htmx import HEADERS
from tests.web.conftest import MakeDevice, Record
from tests.web.test_device_page import words
from tests.web.test_merge import TODAY_S, actions, merged, row_of


def test_a_mistake_is_discarded_and_restored_from_its_page(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    data = {**TODAY_S, "reason": "Jamais arrivé"}
    assert alice.post(f"/devices/{tag}/discard", data=data).status_code == 303

    page = words(alice.get(f"/devices/{tag}").text)
    assert "Écarté de l'inventaire le 24/11/2026" in page
    assert tag not in alice.get("/devices").text
    listed = alice.get("/devices?gone=void").text
    assert tag in listed
    assert "Écarté" in words(listed)
    refused = alice.post(f"/devices/{tag}/assign", data=TODAY_S, headers=HEADERS)
    assert refused.status_code == 409
    assert "« Rétablir » le reprend" in words(refused.text)

    assert alice.post(f"/devices/{tag}/restore", data=TODAY_S).status_code == 303
    assert row_of(engine, tag).void is None
    assert tag in alice.get("/devices").text


def test_a_past_day_says_what_is_known_now_of_what_was_believed_then(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.DISCARD, reason="Jamais arrivé"))

    page = words(alice.get(f"/devices/{tag}?on=2025-01-01").text)

    assert "Hors de l'inventaire Différent Écarté —" in page


def test_many_mistakes_are_discarded_at_once_and_brought_back(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tags = [make_device(serial=f"S{n}") for n in range(3)]
    data = {
        **TODAY_S,
        "action": "discard",
        "reason": "Doublons",
        "list": "\n".join(tags),
    }
    done = alice.post("/bulk/act", data=data)
    assert done.status_code == 303, words(done.text)
    assert {row_of(engine, tag).void for tag in tags} == {"discarded"}

    undone = alice.post(
        f"{done.headers['location']}/undo", data={"reason": "C'étaient les bons"}
    )

    assert undone.status_code == 303, words(undone.text)
    assert {row_of(engine, tag).void for tag in tags} == {None}
    assert actions(engine, tags[0]) == ["register", "discard", "restore"]


def test_the_list_of_what_is_out_is_acted_on_without_what_was_merged(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    kept, duplicate, mistake = (make_device(serial=f"S{n}") for n in range(3))
    merged(alice, kept, duplicate)
    record(mistake, a_command(Action.DISCARD, reason="Jamais arrivé"))

    page = alice.get("/devices?gone=void").text
    gathered = alice.post("/bulk", data={"all": "1", "filter": "gone=void"})

    assert duplicate in page
    assert f"Choisir {mistake}" in page
    assert f"Choisir {duplicate}" not in page
    assert "1 matériel reconnu." in words(gathered.text)
    assert "Rétablir (1)" in words(gathered.text)
    assert "Affecter" not in words(gathered.text)


def test_no_serial_of_what_is_out_stands_in_a_new_device_s_way(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    record(make_device(), a_command(Action.DISCARD, reason="Jamais arrivé"))

    answer = alice.post(
        "/devices/new",
        data={
            "category": "laptop",
            "serial": "640HP72",
            "target": "in_stock",
            **TODAY_S,
        },
    )

    assert answer.status_code == 303, words(answer.text)
