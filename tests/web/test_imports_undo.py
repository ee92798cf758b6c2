"""An import is undone from its page: looked at first, with a reason, by who may."""

import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.vocabulary import Action, Role
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, GrantRow
from tests.factories import BOB, TODAY, a_command
from tests.htmx import HEADERS
from tests.web.conftest import Record, signed_in
from tests.web.test_imports import LIST, events, sent, worked
from tests.web.test_imports_differences import said

TWO = LIST + "A-2;S2;Écran;HP;E24\n"


def applied(client: TestClient, text: str = TWO) -> str:
    """Import a file; give the address of its page."""
    address = sent(client, text.encode())
    client.post(f"{address}/apply")
    return address


def looked_at(client: TestClient, address: str) -> str:
    """Look at what undoing would do; give the address of that page."""
    answer = client.post(f"{address}/undo")
    assert answer.status_code == 303, said(answer.text)
    return answer.headers["location"]


def agreed(client: TestClient, look: str, reason: str = "Mauvais fichier") -> str:
    """Agree; give the address of what was done."""
    answer = client.post(look, data={"reason": reason})
    assert answer.status_code == 303, said(answer.text)
    return answer.headers["location"]


def present(engine: Engine) -> list[str]:
    """List the devices of the inventory."""
    with reading(engine) as session:
        rows = select(DeviceRow.tag).where(col(DeviceRow.void).is_(None))
        return sorted(session.exec(rows))


def with_role(app: FastAPI, engine: Engine, role: Role) -> TestClient:
    """Give the browser of Bob, who has only one role for Lens."""
    with writing(engine) as session:
        held = session.exec(select(GrantRow).where(GrantRow.actor == BOB.id)).all()
        for grant in held[1:]:
            session.delete(grant)
        session.flush()  # the role left may be one that is taken away here
        held[0].role = role.value
    return signed_in(app, engine, BOB.id)


def test_an_import_is_looked_at_then_undone(
    alice: TestClient, engine: Engine, record: Record
) -> None:
    address = applied(alice)
    record("A-2", a_command(Action.ASSIGN, TODAY, holder="P-A1B2C3D4"))
    assert "Annuler cet import…" in said(alice.get(address).text)

    look = looked_at(alice, address)

    page = said(alice.get(look).text)
    assert "Rien n'est encore annulé" in page.replace("&#39;", "'")
    assert "Matériels touchés par l'import 2 À écarter 1" in page.replace("&#39;", "'")
    assert "« Affecter »" in page
    assert present(engine) == ["A-1", "A-2"]

    done = agreed(alice, look)

    page = said(alice.get(done).text)
    assert "Import annulé" in page
    assert "Écarté 1 Remis comme avant 0 Déjà défait 0 Laissé 1" in page
    assert present(engine) == ["A-2"]
    assert done in alice.get(address).text


def test_the_devices_that_are_left_come_as_a_file(
    alice: TestClient, record: Record
) -> None:
    address = applied(alice)
    record("A-2", a_command(Action.ASSIGN, TODAY, holder="P-A1B2C3D4"))
    look = looked_at(alice, address)

    text = alice.get(f"{look}/left.csv").content.decode("utf-8-sig")

    heading, row, end = text.split("\r\n")
    assert (heading, end) == ("Étiquette;Résultat;Motifs", "")
    assert row.startswith("A-2;Laissé;Quelque chose lui est arrivé depuis")


def test_one_result_can_be_looked_at_alone(alice: TestClient, record: Record) -> None:
    address = applied(alice)
    record("A-2", a_command(Action.ASSIGN, TODAY, holder="P-A1B2C3D4"))
    look = looked_at(alice, address)

    for fate, tag in (("discarded", "A-1"), ("left", "A-2")):
        page = alice.get(f"{look}?result={fate}").text
        assert re.findall(r'href="/devices/(A-\d)"', page) == [tag]
    assert alice.get(f"{look}?result=nonsense").status_code == 200


def test_without_a_reason_nothing_is_undone(alice: TestClient, engine: Engine) -> None:
    look = looked_at(alice, applied(alice))

    answer = alice.post(look, data={"reason": " "})

    assert answer.status_code == 422
    assert "« Motif » est à renseigner" in said(answer.text)
    assert present(engine) == ["A-1", "A-2"]


def test_what_was_not_looked_at_is_not_undone(
    alice: TestClient, engine: Engine
) -> None:
    address = applied(alice)
    done = agreed(alice, looked_at(alice, address))

    assert alice.post(done, data={"reason": "Encore"}).status_code == 409
    assert alice.post(f"{address}/undo/{'0' * 16}").status_code == 404
    assert present(engine) == []


def test_the_same_file_can_be_imported_again(alice: TestClient, engine: Engine) -> None:
    agreed(alice, looked_at(alice, applied(alice)))

    address = sent(alice, TWO.encode())
    page = said(alice.get(address).text)
    assert "a déjà été appliqué" not in page
    assert "Inventaire Écarté Rétabli" in page
    alice.post(f"{address}/apply")

    assert present(engine) == ["A-1", "A-2"]


@pytest.mark.parametrize("role", [Role.COMMUNE_MANAGER, Role.FLEET_LEAD])
def test_who_may_discard_may_undo(
    alice: TestClient, app: FastAPI, engine: Engine, role: Role
) -> None:
    address = applied(alice)
    bob = with_role(app, engine, role)

    assert "Annuler cet import…" in said(bob.get(address).text)
    agreed(bob, looked_at(bob, address))

    assert present(engine) == []


def test_a_technician_imports_and_does_not_undo(
    alice: TestClient, app: FastAPI, engine: Engine
) -> None:
    address = applied(alice)
    look = looked_at(alice, address)
    bob = with_role(app, engine, Role.TECHNICIAN)

    assert "Annuler cet import" not in bob.get(address).text
    assert bob.post(f"{address}/undo").status_code == 404
    assert bob.get(look).status_code == 404
    assert bob.post(look, data={"reason": "Erreur"}).status_code == 404
    assert present(engine) == ["A-1", "A-2"]


def test_another_owner_s_import_is_not_there_to_undo(
    alice: TestClient, charlie: TestClient, engine: Engine
) -> None:
    address = applied(alice)
    look = looked_at(alice, address)

    for answer in (
        charlie.get(look),
        charlie.get(f"{look}/left.csv"),
        charlie.post(f"{address}/undo"),
        charlie.post(look, data={"reason": "Erreur"}),
        charlie.post(f"{look}/cancel"),
    ):
        assert answer.status_code == 404
    assert present(engine) == ["A-1", "A-2"]


def test_the_undoing_of_one_import_is_not_that_of_another(alice: TestClient) -> None:
    first, second = applied(alice), applied(alice, LIST.replace("A-1", "A-3"))
    look = looked_at(alice, first)

    assert alice.get(look).status_code == 200
    assert alice.get(look.replace(first, second)).status_code == 404


def test_what_is_not_applied_is_not_undone(alice: TestClient) -> None:
    assert alice.post(f"{sent(alice, TWO.encode())}/undo").status_code == 404


def test_a_long_undoing_is_done_by_a_worker_while_the_page_tells(
    alice: TestClient,
    app: FastAPI,
    settings: Settings,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = applied(alice)
    monkeypatch.setattr("parc.web.import_undo.AT_ONCE", 1)

    look = looked_at(alice, address)
    assert "Vous pouvez quitter cette page" in alice.get(look).text
    asked = alice.get(look, headers=HEADERS)
    assert f'hx-get="{look}"' in asked.text
    assert "hx-refresh" not in asked.headers
    assert alice.post(look, data={"reason": "Trop tôt"}).status_code == 409
    worked(app, settings)
    assert alice.get(look, headers=HEADERS).headers["hx-refresh"] == "true"

    done = agreed(alice, look)
    assert alice.post(look, data={"reason": "Deux fois"}).status_code == 409
    worked(app, settings)

    assert "Import annulé" in alice.get(done).text
    assert present(engine) == []
    assert events(engine) == 4


def test_a_long_undoing_can_be_stopped(
    alice: TestClient,
    app: FastAPI,
    settings: Settings,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = looked_at(alice, applied(alice))
    monkeypatch.setattr("parc.web.import_undo.AT_ONCE", 1)
    done = agreed(alice, look)

    assert alice.post(f"{done}/cancel").status_code == 303
    worked(app, settings)

    assert "s'est arrêté avant la fin" in said(alice.get(done).text).replace(
        "&#39;", "'"
    )
    assert present(engine) == ["A-1", "A-2"]
