"""Columns and words of a file, said by hand: nothing is guessed, all is remembered."""

import html
import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.operations import import_jobs
from parc.storage.database import reading
from parc.storage.mapping_tables import MappingRow
from parc.storage.tables import DeviceRow, ImportRow
from parc.web.imports import AT_ONCE
from tests.factories import LENS
from tests.htmx import HEADERS, assert_same, swapped
from tests.web.test_imports import sent, worked

HEADING = "N° PC;SN machine;Quoi;Chef;Statut"
LIST = f"{HEADING}\nPC-17;640HP72;PC portable;Charlie Dupont;Zorglub\n"
FORM = {
    "field-0": "tag",
    "field-1": "serial",
    "field-2": "category",
    "field-3": "holder",
    "field-4": "state",
}


def plainly(text: str) -> str:
    """Leave out tags, and the spaces of typography."""
    said = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(said.replace("\u00a0", " ").replace("\u202f", " ").split())


def selected(page: str, name: str) -> str:
    """Give the value chosen in a select."""
    found = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert found, name
    chosen = re.search(r'value="([^"]*)" selected', found[0])
    return chosen[1] if chosen else ""


def waiting(client: TestClient, content: str = LIST) -> str:
    """Send a file of unknown headings; give the address of its import."""
    address = sent(client, content.encode())
    return address.removesuffix("/mapping")


def test_a_file_of_unknown_headings_opens_the_editor_with_what_was_seen(
    alice: TestClient,
) -> None:
    address = sent(alice, LIST.encode())
    page = alice.get(address)

    assert address.endswith("/mapping")
    assert "Les colonnes ne sont pas reconnues" in plainly(page.text)
    assert "640HP72" in page.text
    assert [selected(page.text, f"field-{n}") for n in range(5)] == [
        *("", "", "", ""),
        "state",
    ]


def test_columns_are_said_the_file_is_read_again_and_imported(
    alice: TestClient, engine: Engine
) -> None:
    address = waiting(alice)

    answer = alice.post(f"{address}/mapping", data=FORM)

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    page = plainly(alice.get(address).text)
    assert "Correspondance mémorisée du 24/11/2026 à 13:00 par alice" in page
    assert "Les colonnes sont lues selon la correspondance mémorisée" in page
    assert alice.post(f"{address}/apply").status_code == 303
    with reading(engine) as session:
        assert session.exec(select(DeviceRow.tag)).all() == ["PC-17"]


def test_the_next_file_of_these_headings_needs_nothing(alice: TestClient) -> None:
    alice.post(f"{waiting(alice)}/mapping", data=FORM)
    order = "SN machine;Statut;N° PC;Quoi;Chef"
    second = f"Parc;;;;\n{order}\nS2;Zorglub;PC-18;PC portable;Bob\n"

    address = sent(alice, second.encode())

    assert not address.endswith("/mapping")
    assert "Correspondance mémorisée" in alice.get(address).text


def test_the_api_reads_as_people_said_on_the_page(alice: TestClient) -> None:
    alice.post(f"{waiting(alice)}/mapping", data=FORM)

    answer = alice.post(f"/api/v1/imports?owner={LENS}", content=LIST.encode())

    assert answer.status_code == 200, answer.text
    assert answer.json()["created"] == 1
    assert answer.json()["issues"][0]["code"] == "mapping_used"
    assert "mapping" not in answer.json()


def test_a_list_that_parc_reads_can_be_corrected_too(
    alice: TestClient, engine: Engine
) -> None:
    address = sent(alice, "Étiquette;Marque\nA-1;Latitude\n".encode())
    page = alice.get(f"{address}/mapping").text
    assert f'href="{address}/mapping"' in alice.get(address).text
    assert selected(page, "field-1") == "maker"
    assert "intitulé courant" in page

    alice.post(f"{address}/mapping", data={"field-1": "model"})
    alice.post(f"{address}/apply")

    with reading(engine) as session:
        assert session.exec(select(DeviceRow.label)).all() == ["Latitude"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"field-0": "zorglub"}, "« zorglub » n'est pas un champ de parc"),
        ({"field-0": "<script>"}, "« <script> » n'est pas un champ de parc"),
        ({"unit-0": "zorglub"}, "n'est pas une unité de parc"),
        ({"rank-0": "-1"}, "nombre à partir de 1"),
        ({"field-0": "", "field-1": ""}, "Désignez au moins la colonne"),
    ],
)
@pytest.mark.parametrize("end", ["mapping", "mapping/check"])
def test_a_form_that_names_what_is_not_there_is_refused_and_remembers_nothing(
    alice: TestClient, engine: Engine, form: dict[str, str], said: str, end: str
) -> None:
    answer = alice.post(f"{waiting(alice)}/{end}", data={**FORM, **form})

    assert answer.status_code == 422
    assert said in plainly(answer.text)
    assert "<script>" not in answer.text
    with reading(engine) as session:
        assert session.exec(select(MappingRow)).all() == []


def test_a_form_about_other_headings_is_refused(alice: TestClient) -> None:
    data = {**FORM, "digest": "0" * 64}

    assert alice.post(f"{waiting(alice)}/mapping", data=data).status_code == 409


def test_what_a_file_says_is_shown_and_never_run(alice: TestClient) -> None:
    content = "N° PC;<b>Quoi</b>\n<img src=x>;<script>alert(1)</script>\n"

    page = alice.get(f"{waiting(alice, content)}/mapping").text

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;b&gt;Quoi" in page


def test_checking_shows_what_it_would_give_and_remembers_nothing(
    alice: TestClient, engine: Engine
) -> None:
    address = waiting(alice)

    page = alice.post(f"{address}/mapping/check", data=FORM).text

    said = plainly(page)
    assert "Lu ainsi : 1 ligne, dont 0 rejetées" in said
    assert "« Zorglub » n'est pas reconnu" in said
    assert selected(page, "field-0") == "tag"
    with reading(engine) as session:
        assert session.exec(select(MappingRow)).all() == []


def test_the_unit_is_asked_once_the_field_has_one(alice: TestClient) -> None:
    address = waiting(alice)
    before = alice.get(f"{address}/mapping").text
    form = {**FORM, "field-3": "price", "unit-3": "cents"}

    after = alice.post(f"{address}/mapping/check", data=form).text

    assert 'id="unit-3"' not in before
    assert selected(after, "unit-3") == "cents"


def test_two_columns_for_one_field_show_which_is_read_first(alice: TestClient) -> None:
    content = "Étiquette;Site;Salle\nA-1;Mairie;B12\n"
    address = waiting(alice, content)

    page = alice.get(f"{address}/mapping").text

    ranks = re.findall(r'name="rank-(\d)"[^>]*value="(\d+)"', page, re.DOTALL)
    assert ranks == [("1", "1"), ("2", "2")]
    alice.post(f"{address}/mapping", data={"rank-1": "2", "rank-2": "1"})
    page = alice.get(f"{address}/mapping").text
    ranks = re.findall(r'name="rank-(\d)"[^>]*value="(\d+)"', page, re.DOTALL)
    assert ranks == [("1", "2"), ("2", "1")]


def test_a_change_swaps_the_form_for_what_a_reload_of_it_shows(
    alice: TestClient,
) -> None:
    address = f"{waiting(alice)}/mapping"
    page = alice.get(address).text

    swap = alice.post(f"{address}/check", data=FORM, headers=HEADERS)
    whole = alice.post(f"{address}/check", data=FORM)

    assert "<html" not in swap.text
    assert_same(swapped(page, swap.text, target="mapping-form"), whole.text)


def test_the_line_of_the_headings_can_be_chosen(alice: TestClient) -> None:
    content = f"Étiquette;Marque;;;\n{LIST}"
    address = waiting(alice, content)
    assert selected(alice.get(f"{address}/mapping").text, "line") == "1"

    page = alice.get(f"{address}/mapping?line=2").text
    assert "SN machine" in page
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    data = {**FORM, "line": "2", "digest": digest[1]}
    assert alice.post(f"{address}/mapping", data=data).status_code == 303

    assert selected(alice.get(f"{address}/mapping").text, "line") == "2"


@pytest.mark.parametrize("query", ["line=x", "line=99", "line=-1", "line=²", ""])
def test_a_line_that_is_none_is_the_one_that_parc_found(
    alice: TestClient, query: str
) -> None:
    page = alice.get(f"{waiting(alice)}/mapping?{query}")

    assert page.status_code == 200
    assert selected(page.text, "line") == "1"


def test_a_sheet_that_is_none_is_refused(alice: TestClient) -> None:
    page = alice.get(f"{waiting(alice)}/mapping?sheet=Absente")

    assert page.status_code == 409


@pytest.mark.parametrize("end", ["mapping", "words"])
def test_another_owner_s_file_does_not_exist(
    alice: TestClient, charlie: TestClient, end: str
) -> None:
    address = f"{waiting(alice)}/{end}"

    assert charlie.get(address).status_code == 404
    assert charlie.post(address, data=FORM).status_code == 404


@pytest.mark.parametrize("end", ["mapping", "words"])
def test_a_file_that_is_applied_is_not_read_again(alice: TestClient, end: str) -> None:
    address = waiting(alice)
    alice.post(f"{address}/mapping", data=FORM)
    alice.post(f"{address}/apply")

    assert alice.get(f"{address}/{end}").status_code == 409
    answer = alice.post(f"{address}/{end}", data={**FORM, "kind": "state"})
    assert answer.status_code == 409


def test_a_file_that_is_gone_is_asked_for_again(
    alice: TestClient, settings: Settings
) -> None:
    address = waiting(alice)
    import_jobs.file_of(settings, address.rpartition("/")[2]).unlink()

    answer = alice.get(f"{address}/mapping")

    assert answer.status_code == 409
    assert "envoyez-le de nouveau" in answer.text


def test_what_cannot_be_mapped_is_refused_as_before_and_thrown_away(
    alice: TestClient, engine: Engine
) -> None:
    people = b"Nom;Courriel;T\xc3\xa9l\xc3\xa9phone\nAlice;a@b.fr;1\n"

    answer = alice.post("/imports", files={"file": ("agents.csv", people)})

    assert answer.status_code == 422
    with reading(engine) as session:
        assert session.exec(select(ImportRow)).all() == []


def test_a_long_file_is_said_then_read_by_a_worker(
    alice: TestClient, app: FastAPI, settings: Settings
) -> None:
    filler = "x" * (AT_ONCE // 100)
    rows = [f"PC-{n};SN{n:05};PC portable;{filler};Zorglub" for n in range(110)]
    address = sent(alice, "\n".join([HEADING, *rows, ""]).encode())
    worked(app, settings)
    assert f"{address}/mapping" in alice.get(address).text

    checked = alice.post(f"{address}/mapping/check", data=FORM)
    alice.post(f"{address}/mapping", data={**FORM, "field-3": ""})

    assert "Ce fichier est long" in checked.text
    assert "Import en cours" in alice.get(address).text
    assert alice.get(f"{address}/mapping").status_code == 409
    worked(app, settings)
    assert "Correspondance mémorisée" in alice.get(address).text
