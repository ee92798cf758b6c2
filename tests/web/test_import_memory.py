"""Words said once, and what is remembered: seen, changed, passed on, forgotten."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from imports.mapping_file import read as read_mapping
from parc.operations import mapping
from parc.storage import mappings
from parc.storage.database import reading
from parc.storage.mapping_tables import MappingRow, WordRow
from parc.storage.tables import DeviceRow
from parc.web.import_meanings import PAGE
from tests.factories import LENS
from tests.web.test_import_mapping import FORM, LIST, plainly, selected, waiting
from tests.web.test_imports import sent


def said_words(client: TestClient, address: str) -> str:
    client.post(f"{address}/mapping", data={**FORM, "next": "words"})
    return client.get(f"{address}/words").text


def test_unknown_words_are_listed_with_their_count_then_said_once(
    alice: TestClient, engine: Engine
) -> None:
    more = "PC-18;S2;PC portable;;Zorglub\nPC-19;S3;PC portable;;En service\n"
    address = waiting(alice, LIST + more)

    page = said_words(alice, address)

    assert "Statuts (1 inconnu)" in plainly(page)
    first, second = re.findall(r'name="word-\d" value="([^"]+)"', page)
    assert (first, second) == ("zorglub", "en service")
    assert "Comme parc le lit : En service" in plainly(page)
    form = {"kind": "state", "word-0": "zorglub", "meaning-0": "in_repair"}
    answer = alice.post(
        f"{address}/words", data={**form, "word-1": "en service", "meaning-1": ""}
    )
    assert answer.headers["location"] == address
    alice.post(f"{address}/apply")
    with reading(engine) as session:
        states = session.exec(select(DeviceRow.state).order_by(DeviceRow.tag)).all()
        kept = [(w.word, w.meaning) for w in session.exec(select(WordRow))]
    assert states == ["in_repair", "in_repair", "in_service"]
    assert kept == [("zorglub", "in_repair")]


def test_the_preview_leads_to_the_words_that_are_not_understood(
    alice: TestClient,
) -> None:
    address = sent(alice, "Étiquette;Statut\nA-1;Zorglub\n".encode())
    assert f'href="{address}/words"' in alice.get(address).text

    form = {"kind": "state", "word-0": "zorglub", "meaning-0": "-"}
    alice.post(f"{address}/words", data=form)

    page = alice.get(address).text
    assert "Zorglub" not in page
    known = alice.get(f"{address}/words?kind=state").text
    assert selected(known, "meaning-0") == "-"


def test_words_go_by_pages_and_none_is_passed_over(alice: TestClient) -> None:
    rows = [f"A-{n};{'b' * (n % 7 + 1)}{n:03}" for n in range(PAGE + 5)]
    address = sent(alice, "\n".join(["Étiquette;Statut", *rows, ""]).encode())

    def words(page: int) -> list[str]:
        text = alice.get(f"{address}/words?kind=state&page={page}").text
        return re.findall(r'name="word-\d+" value="([^"]+)"', text)

    before = [*words(1), *words(2)]
    form = {f"word-{n}": word for n, word in enumerate(words(1))}
    form |= {f"meaning-{n}": "in_stock" for n in range(PAGE)}
    answer = alice.post(f"{address}/words", data={**form, "kind": "state", "next": "2"})

    assert answer.headers["location"] == f"{address}/words?kind=state&page=2"
    assert len(set(before)) == PAGE + 5
    assert [*words(1), *words(2)] == before


def test_near_meanings_are_proposed_and_not_chosen(alice: TestClient) -> None:
    address = sent(alice, "Étiquette;Statut\nA-1;En servise\n".encode())

    page = alice.get(f"{address}/words").text

    assert "proche de : En service" in plainly(page)
    assert selected(page, "meaning-0") == ""


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "zorglub"},
        {"kind": "state", "word-0": "zorglub", "meaning-0": "broken"},
        {"kind": "category", "word-0": "zorglub", "meaning-0": "in_stock"},
        {"kind": "state", "word-0": "Pas Plat", "meaning-0": "in_stock"},
    ],
)
@pytest.mark.parametrize("place", ["file", "memory"])
def test_a_crafted_word_is_refused_in_french(
    alice: TestClient, engine: Engine, form: dict[str, str], place: str
) -> None:
    address = sent(alice, "Étiquette;Statut\nA-1;Zorglub\n".encode())
    data = {**form, "owner": LENS, "origin": "spreadsheet"}

    target = f"{address}/words" if place == "file" else "/imports/mappings/words"
    answer = alice.post(target, data=data)

    assert answer.status_code == 422
    with reading(engine) as session:
        assert session.exec(select(WordRow)).all() == []


def remembered(client: TestClient, engine: Engine) -> str:
    """Remember how `LIST` is read, and a word; give the address of the mapping."""
    address = waiting(client)
    client.post(f"{address}/mapping", data=FORM)
    form = {"kind": "state", "word-0": "zorglub", "meaning-0": "in_repair"}
    client.post(f"{address}/words", data=form)
    with reading(engine) as session:
        return f"/imports/mappings/{session.exec(select(MappingRow.id)).one()}"


def test_what_is_remembered_is_listed_without_any_cell_of_the_file(
    alice: TestClient, engine: Engine
) -> None:
    address = remembered(alice, engine)

    pages = [alice.get(a).text for a in ("/imports/mappings", address)]

    assert f'href="{address}"' in pages[0]
    assert "Statuts" in pages[0]
    for page in pages:
        assert "numero pc" in page
        assert "Dupont" not in page
        assert "640HP72" not in page


def test_nothing_remembered_is_said(alice: TestClient) -> None:
    page = alice.get("/imports/mappings").text

    assert "parc lit les colonnes par lui-même" in page


def test_a_mapping_is_changed_without_its_file(
    alice: TestClient, engine: Engine
) -> None:
    address = remembered(alice, engine)

    answer = alice.post(address, data={"field-2": "model"})

    assert answer.status_code == 303
    with reading(engine) as session:
        row = session.exec(select(MappingRow)).one()
        assert mapping.mapping_of(row).columns["quoi"].field == "model"
    refused = alice.post(address, data={"field-0": "", "field-1": ""})
    assert refused.status_code == 422
    assert "Désignez au moins" in refused.text


def test_a_mapping_is_forgotten(alice: TestClient, engine: Engine) -> None:
    address = remembered(alice, engine)

    assert alice.post(f"{address}/forget").status_code == 303

    assert alice.get(address).status_code == 404
    assert sent(alice, LIST.encode()).endswith("/mapping")


def test_a_mapping_is_passed_on_as_a_file(alice: TestClient, engine: Engine) -> None:
    answer = alice.get(f"{remembered(alice, engine)}.toml")

    assert "attachment" in answer.headers["content-disposition"]
    shared = read_mapping(answer.content, mapping.categories())
    assert shared.mapping.columns["numero pc"].field == "tag"
    assert shared.words == {"state": {"zorglub": "in_repair"}}


def test_words_are_changed_and_forgotten_without_a_file(
    alice: TestClient, engine: Engine
) -> None:
    remembered(alice, engine)
    about = {"owner": LENS, "origin": "spreadsheet", "kind": "state"}
    place = "/imports/mappings/words"
    page = alice.get(place, params=about).text
    assert selected(page, "meaning-0") == "in_repair"

    alice.post(place, data={**about, "word-0": "zorglub", "meaning-0": "on_loan"})
    page = alice.get(place, params=about).text
    assert selected(page, "meaning-0") == "on_loan"
    alice.post(place, data={**about, "forget": "1"})

    assert alice.get(place, params=about).status_code == 404
    with reading(engine) as session:
        assert mappings.words_of(session, [1, 2]) == []


def test_another_owner_s_memory_does_not_exist(
    alice: TestClient, charlie: TestClient, engine: Engine
) -> None:
    address = remembered(alice, engine)
    about = {"owner": LENS, "origin": "spreadsheet", "kind": "state"}

    for path in (address, f"{address}.toml"):
        assert charlie.get(path).status_code == 404
    assert charlie.post(address, data=FORM).status_code == 404
    assert charlie.post(f"{address}/forget").status_code == 404
    assert charlie.get("/imports/mappings/words", params=about).status_code == 404
    data = {**about, "forget": "1"}
    assert charlie.post("/imports/mappings/words", data=data).status_code == 404
    assert "numero pc" not in charlie.get("/imports/mappings").text
    with reading(engine) as session:
        assert len(session.exec(select(MappingRow)).all()) == 1
        assert len(session.exec(select(WordRow)).all()) == 1


@pytest.mark.parametrize("key", ["0", "x", "²", "9" * 12, "-1"])
def test_a_mapping_that_is_none_is_not_found(alice: TestClient, key: str) -> None:
    assert alice.get(f"/imports/mappings/{key}").status_code == 404
