"""Notes on the page of a device: written, refused, withdrawn, never leaked."""

import html

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action, State
from parc.storage.database import reading
from parc.storage.tables import NoteRow
from tests.factories import ALICE, LOOS, a_command
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import DAY, reach
from tests.web.test_device_page import in_section, text_of, words

SAID = "Charnière fendue, <b>à surveiller</b>"


def noted(client: TestClient, tag: str, text: str = SAID) -> None:
    """Write a note that must be accepted."""
    answer = client.post(f"/devices/{tag}/notes", data={"text": text})
    assert answer.status_code == 303, words(answer.text)
    assert answer.headers["location"] == f"/devices/{tag}#notes"


def rows(engine: Engine) -> list[NoteRow]:
    """Read all notes."""
    with reading(engine) as session:
        return list(session.exec(select(NoteRow)))


def notes_shown(client: TestClient, tag: str) -> str:
    """Read the notes of a device's page."""
    return text_of(in_section(client.get(f"/devices/{tag}").text, "notes-title"))


def transferred(record: Record, tag: str) -> None:
    """Let a réformé laptop of Lens go to Loos, which uses parc too."""
    transfer = {"route": "public_transfer", "taker_siret": LOOS, "taker": "Loos"}
    record(tag, a_command(Action.HAND_OVER, DAY, transfer))


def test_a_note_shows_who_wrote_it_when_and_what_as_typed(
    alice: TestClient, bob: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    noted(alice, tag)

    shown = notes_shown(bob, tag)
    assert SAID in shown
    assert "24/11/2026 à 13:00, alice" in shown
    assert "<b>" not in bob.get(f"/devices/{tag}").text
    assert [row.author for row in rows(engine)] == [ALICE.id]


def test_the_form_says_that_no_name_is_to_be_written(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    assert "ni nom ni coordonnées de personnes" in notes_shown(alice, tag)
    assert "Ajouter la note" not in notes_shown(auditor, tag)


def test_a_refused_note_is_kept_in_its_box_with_the_reason(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    long = "é" * 2_001

    answer = alice.post(f"/devices/{tag}/notes", data={"text": long})

    assert answer.status_code == 422
    assert "2000 caractères au plus" in words(answer.text)
    assert long in html.unescape(answer.text)
    assert rows(engine) == []


def test_a_withdrawn_note_stays_marked(
    alice: TestClient, bob: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    noted(alice, tag)
    (note,) = rows(engine)

    answer = bob.post(f"/notes/{note.id}/withdraw")

    assert answer.status_code == 303
    shown = notes_shown(alice, tag)
    assert "Retirée le 24/11/2026 à 13:00 par bob" in shown
    assert SAID in shown
    assert alice.post(f"/notes/{note.id}/withdraw").status_code == 409


@pytest.mark.parametrize(
    ("person", "status"), [("anonymous", 303), ("charlie", 404), ("auditor", 403)]
)
def test_nobody_else_withdraws_a_note(  # noqa: PLR0917 - fixtures
    request: pytest.FixtureRequest,
    alice: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    person: str,
    status: int,
) -> None:
    noted(alice, make_device())
    (note,) = rows(engine)
    client: TestClient = request.getfixturevalue(person)

    assert client.post(f"/notes/{note.id}/withdraw").status_code == status
    assert rows(engine)[0].withdrawn_at is None


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 15, "9" * 40, "²"])
def test_what_is_no_note_is_not_found(alice: TestClient, number: str) -> None:
    assert alice.post(f"/notes/{number}/withdraw").status_code == 404


def test_the_next_owner_reads_the_history_and_not_the_notes(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = reach(make_device, record, State.DECOMMISSIONED)
    noted(alice, tag)
    transferred(record, tag)

    page = charlie.get(f"/devices/{tag}")
    assert page.status_code == 200
    assert "Charnière" not in page.text
    noted(charlie, tag, "Reçu en bon état")
    assert "Reçu en bon état" in notes_shown(charlie, tag)
