"""Imports through the page: nothing before the agreement, all or nothing after."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select
from starlette.testclient import TestClient

from parc.storage.database import reading
from parc.storage.tables import EventRow

LIST = "Étiquette;N° de série;Type;Marque;Modèle\nA-1;S1;PC portable;Dell;L5420\n"


def events(engine: Engine) -> int:
    """Count all events."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def sent(client: TestClient, content: bytes) -> str:
    """Send a file; return where the preview is."""
    answer = client.post("/imports", files={"file": ("liste.csv", content)})
    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)
    return answer.headers["location"]


def test_a_file_is_shown_then_applied(alice: TestClient, engine: Engine) -> None:
    address = sent(alice, LIST.encode())

    assert "Rien n'est encore écrit" in alice.get(address).text
    assert events(engine) == 0
    assert alice.post(f"{address}/apply").status_code == 303
    assert events(engine) == 1
    assert "Import appliqué" in alice.get(address).text
    assert alice.get("/devices/A-1").status_code == 200


def test_the_same_file_again_has_nothing_to_apply(
    alice: TestClient, engine: Engine
) -> None:
    alice.post(f"{sent(alice, LIST.encode())}/apply")

    assert "Rien à appliquer" in alice.get(sent(alice, LIST.encode())).text
    assert events(engine) == 1


def test_applying_twice_is_refused(alice: TestClient, engine: Engine) -> None:
    address = sent(alice, LIST.encode())
    alice.post(f"{address}/apply")

    assert alice.post(f"{address}/apply").status_code == 409
    assert events(engine) == 1


def test_the_rows_to_correct_come_back(alice: TestClient) -> None:
    address = sent(alice, (LIST + ";;PC portable;Dell;=1+1\n").encode())
    answer = alice.get(f"{address}/rejects.csv")

    assert "'=1+1" in answer.text
    assert "Ni étiquette ni numéro de série" in answer.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04rubbish", b"\x00\x01", b"bonjour"]
)
def test_what_is_no_list_is_said_and_nothing_is_kept(
    alice: TestClient, engine: Engine, content: bytes
) -> None:
    answer = alice.post("/imports", files={"file": ("liste.xlsx", content)})

    assert answer.status_code == 422
    assert "Rien n&#39;a été importé" in answer.text
    assert "Traceback" not in answer.text
    assert events(engine) == 0


def test_another_owner_s_import_does_not_exist(
    alice: TestClient, charlie: TestClient, engine: Engine
) -> None:
    address = sent(alice, LIST.encode())

    assert charlie.get(address).status_code == 404
    assert charlie.post(f"{address}/apply").status_code == 404
    assert events(engine) == 0
