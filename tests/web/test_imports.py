"""Imports through the page: nothing before the agreement, all or nothing after."""

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import func, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.vocabulary import Role
from parc.operations.import_jobs import APPLY
from parc.operations.jobs import perform
from parc.operations.kinds import KINDS
from parc.storage import jobs
from parc.storage.database import reading, writing
from parc.storage.tables import EventRow, GrantRow, ImportRow, JobRow
from parc.web.imports import AT_ONCE
from tests.factories import ALICE, LOOS
from tests.htmx import HEADERS
from tests.web.conftest import NOW, signed_in

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


@pytest.mark.parametrize("field", ["owner", "date_order"])
def test_what_was_chosen_is_kept_after_a_refusal(
    app: FastAPI, engine: Engine, field: str
) -> None:
    admin = importer_of_all(app, engine)
    chosen = {"owner": LOOS, "date_order": "mdy"}
    files = {"file": ("liste.pdf", b"%PDF-1.7")}
    answer = admin.post("/imports", data=chosen, files=files)

    assert answer.status_code == 422
    assert f'<option value="{chosen[field]}" selected>' in answer.text


def test_who_imports_for_several_owners_says_for_which(
    app: FastAPI, engine: Engine
) -> None:
    admin = importer_of_all(app, engine)
    page = admin.get("/imports").text

    assert '<option value="">Choisir…</option>' in page
    assert " selected" not in page.partition("date_order")[0]
    answer = admin.post("/imports", files={"file": ("liste.csv", LIST.encode())})
    assert answer.status_code == 422
    assert "Choisissez le propriétaire" in answer.text


def importer_of_all(app: FastAPI, engine: Engine) -> TestClient:
    """Give the browser of a technician of every owner: Alice, promoted."""
    with writing(engine) as session:
        role = Role.TECHNICIAN.value
        session.add(GrantRow(actor=ALICE.id, role=role, owner_id=None))
    return signed_in(app, engine, ALICE.id)


def long_list(rows: int = 200) -> bytes:
    """Write a list that is too long to be read before the answer leaves."""
    remark = "x" * (AT_ONCE // rows)
    lines = [f"T-{n};SERIE{n:06d};PC portable;Dell;L5420;{remark}" for n in range(rows)]
    return "\n".join([LIST.splitlines()[0], *lines]).encode()


def worked(app: FastAPI, settings: Settings) -> None:
    """Do, as a worker does, every job that waits."""
    engine = app.state.engine
    with writing(engine) as session:
        waiting = jobs.recover(session, NOW)
    for key in waiting:
        perform(KINDS, engine, settings, key, lambda: NOW)


def test_a_long_list_is_read_by_a_worker_while_the_page_tells(
    alice: TestClient, app: FastAPI, settings: Settings, engine: Engine
) -> None:
    address = sent(alice, long_list())

    assert "Import en cours" in alice.get(address).text
    assert alice.post(f"{address}/apply").status_code == 409
    asked = alice.get(address, headers=HEADERS)
    assert "pris en charge" in asked.text
    assert "hx-refresh" not in asked.headers

    worked(app, settings)

    assert alice.get(address, headers=HEADERS).headers["hx-refresh"] == "true"
    assert "Rien n'est encore écrit" in alice.get(address).text
    assert events(engine) == 0

    alice.post(f"{address}/apply")
    worked(app, settings)

    assert "Import appliqué" in alice.get(address).text
    assert events(engine) == 200


def test_a_long_list_can_be_stopped_and_writes_nothing(
    alice: TestClient, app: FastAPI, settings: Settings, engine: Engine
) -> None:
    address = sent(alice, long_list())

    assert alice.post(f"{address}/cancel").status_code == 303
    worked(app, settings)

    assert "Import arrêté" in alice.get(address).text
    assert events(engine) == 0


def test_a_long_file_that_is_no_list_says_so_when_it_has_been_read(
    alice: TestClient, app: FastAPI, settings: Settings
) -> None:
    address = sent(alice, b"%PDF-1.7" + b"x" * AT_ONCE)

    worked(app, settings)

    page = alice.get(address).text
    assert "Import arrêté" in page
    assert "un document PDF" in page


def test_two_agreements_at_once_import_once(
    alice: TestClient, app: FastAPI, settings: Settings, engine: Engine
) -> None:
    address = sent(alice, long_list())
    worked(app, settings)
    key = address.rpartition("/")[2]
    with writing(engine) as session:
        row = session.get_one(ImportRow, key)
        for _ in range(2):
            jobs.ask(session, APPLY, {"import_id": key}, row.owner_id, ALICE.id, NOW)

    worked(app, settings)

    with reading(engine) as session:
        states = session.exec(select(JobRow.state).where(JobRow.kind == APPLY)).all()
    assert sorted(states) == ["done", "refused"]
    assert events(engine) == 200


def test_the_very_same_file_is_recognised(alice: TestClient) -> None:
    alice.post(f"{sent(alice, LIST.encode())}/apply")

    page = alice.get(sent(alice, LIST.encode())).text

    assert "Ce même fichier a déjà été appliqué" in page
