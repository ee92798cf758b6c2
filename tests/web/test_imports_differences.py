"""Before one agrees, a page says what would change: field by field, in French."""

import io
import re
from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.config import Settings
from parc.operations import import_jobs
from parc.storage.database import writing
from parc.web.import_differences import PER_PAGE
from parc.web.imports import SHOWN
from tests.web.conftest import NOW
from tests.web.test_imports import events, long_list, sent

HEADING = "Étiquette;N° de série;Type;Marque;Modèle;Date d'achat;Prix HT\n"
KNOWN = HEADING + "A-1;S1;PC portable;Dell;L5420;2023-03-01;899,90\n"
CHANGED = HEADING + "A-1;S1;Écran;Dell;=1+1;2023-03-02;1200\n;S2;Écran;HP;E24;;\n"


def applied(client: TestClient, text: str) -> None:
    """Send a file and agree."""
    client.post(f"{sent(client, text.encode())}/apply")


def said(html: str) -> str:
    """Give a page's text on one line, its spaces plain."""
    bare = re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", bare)


def many(first: str, count: int) -> str:
    """Write a list of screens whose model is `first`."""
    rows = (f"A-{n};S{n};Écran;Dell;{first};;\n" for n in range(count))
    return HEADING + "".join(rows)


def test_each_difference_is_shown_in_french(alice: TestClient) -> None:
    applied(alice, KNOWN)

    page = said(alice.get(sent(alice, CHANGED.encode())).text)

    assert "Catégorie Ordinateur portable Écran" in page
    assert "Date d'acquisition 01/03/2023 02/03/2023" in page.replace("&#39;", "'")
    assert "Prix d'achat HT 899,90 € 1 200,00 €" in page.replace("&#39;", "'")


def test_a_device_that_would_change_can_be_opened(alice: TestClient) -> None:
    applied(alice, KNOWN)

    assert 'href="/devices/A-1"' in alice.get(sent(alice, CHANGED.encode())).text


def test_a_new_device_is_shown_as_it_would_be(alice: TestClient) -> None:
    page = said(alice.get(sent(alice, CHANGED.encode())).text)

    assert "À créer : les matériels, tels qu'ils seraient" in page.replace("&#39;", "'")
    assert "à attribuer Écran HP E24 S2" in page


def test_the_totals_are_balanced_before_and_after(alice: TestClient) -> None:
    address = sent(alice, (CHANGED + ";;Écran;HP;;;\n").encode())
    balance = "3 lignes lues = 2 {} + 0 {} + 0 inchangés + 0 en conflit + 1 rejetées."

    assert balance.format("à créer", "à modifier") in said(alice.get(address).text)
    alice.post(f"{address}/apply")
    assert balance.format("créés", "modifiés") in said(alice.get(address).text)


def test_many_differences_are_paged_and_none_is_lost(alice: TestClient) -> None:
    count = PER_PAGE + 3
    applied(alice, many("Avant", count))
    address = sent(alice, many("Après", count).encode())

    first = alice.get(address).text
    assert first.count('class="tag"') == SHOWN
    assert f"{address}/differences" in first
    tags = []
    for number in (1, 2):
        page = alice.get(f"{address}/differences?page={number}").text
        tags += re.findall(r'href="/devices/(A-\d+)"', page)
    assert tags == [f"A-{n}" for n in range(count)]
    assert alice.get(f"{address}/differences?page=3").status_code == 404
    assert alice.get(f"{address}/differences?page=0").status_code == 422


def test_all_of_them_come_as_a_table_that_runs_nothing(alice: TestClient) -> None:
    applied(alice, KNOWN)
    address = sent(alice, CHANGED.encode())

    text = alice.get(f"{address}/differences.csv").content.decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0] == "Ligne;Étiquette;Matériel;Champ;Valeur présente;Nouvelle valeur"
    assert "2;A-1;Dell L5420;Modèle;L5420;'=1+1" in lines
    assert "2;A-1;Dell L5420;Prix d'achat HT;899,90;1200,00" in lines

    content = alice.get(f"{address}/differences.xlsx").content
    page = load_workbook(io.BytesIO(content)).active
    assert page is not None
    cells = {row[3]: row for row in page.iter_rows(values_only=True)}
    assert cells["Modèle"][5] == "=1+1"
    assert cells["Prix d'achat HT"][4:] == (899.9, 1200)
    assert alice.get(f"{address}/differences.pdf").status_code == 404


def test_what_was_shown_is_thrown_away_once_applied(
    alice: TestClient, tmp_path: Path
) -> None:
    applied(alice, KNOWN)
    address = sent(alice, CHANGED.encode())

    alice.post(f"{address}/apply")

    assert list((tmp_path / "imports").iterdir()) == []
    assert alice.get(f"{address}/differences").status_code == 404
    assert alice.get(f"{address}/differences.csv").status_code == 404


def test_who_gives_up_leaves_nothing(
    alice: TestClient, engine: Engine, tmp_path: Path
) -> None:
    address = sent(alice, KNOWN.encode())

    assert alice.post(f"{address}/abandon").status_code == 303

    assert list((tmp_path / "imports").iterdir()) == []
    assert alice.get(address).status_code == 404
    assert events(engine) == 0


def test_what_is_applied_is_not_abandoned(alice: TestClient) -> None:
    address = sent(alice, KNOWN.encode())
    alice.post(f"{address}/apply")

    assert alice.post(f"{address}/abandon").status_code == 409
    assert "Import appliqué" in alice.get(address).text


def test_nobody_sees_the_differences_of_another_owner(
    alice: TestClient, charlie: TestClient
) -> None:
    applied(alice, KNOWN)
    address = sent(alice, CHANGED.encode())

    for end in ("/differences", "/differences.csv"):
        assert alice.get(f"{address}{end}").status_code == 200
        assert charlie.get(f"{address}{end}").status_code == 404
    assert charlie.post(f"{address}/abandon").status_code == 404


def test_a_file_that_nobody_agrees_to_is_thrown_away_after_a_month(
    alice: TestClient, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    applied(alice, KNOWN)
    address = sent(alice, CHANGED.encode())

    def purged(days: int) -> int:
        with writing(engine) as session:
            return import_jobs.purge(session, settings, NOW + timedelta(days=days))

    assert purged(29) == 0
    assert alice.get(address).status_code == 200
    assert purged(31) == 1
    assert alice.get(address).status_code == 404
    assert list((tmp_path / "imports").iterdir()) == []
    assert purged(31) == 0


def test_a_file_that_is_being_read_is_not_thrown_away(
    alice: TestClient, engine: Engine, settings: Settings
) -> None:
    address = sent(alice, long_list())

    with writing(engine) as session:
        assert import_jobs.purge(session, settings, NOW + timedelta(days=99)) == 0

    assert "Import en cours" in alice.get(address).text
