"""The purchase year, finance files and reconciliations on screen and as files."""

import csv
import io

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from tests.factories import LENS, LOOS
from tests.operations.buying import LINE, ORDER
from tests.web.conftest import MakeDevice

SPENDS = (
    "Date;Fournisseur;Catégorie;Montant HT;État;Mandat\n"
    "13/02/2026;UGAP;Informatique;599,95;Neuf;M-12\n"
    "17/03/2026;Konica;Mobilier;500,00;Neuf;M-13\n"
).encode()
LEDGER = (
    "N° d'inventaire;Désignation;Valeur;Quantité\n"
    "A-1;Portable;800,00;1\n"
    "Z-9;Vidéoprojecteur;900,00;1\n"
).encode()


@pytest.fixture
def bought(alice: TestClient) -> str:
    """Enter ten laptops, nine of them reconditioned for a tenth of the spend."""
    address = alice.post("/purchases", data={**ORDER, **LINE}).headers["location"]
    more = {
        **LINE,
        "condition": "reconditioned",
        "amount_cents": "1 000",
        "index_kind": "",
        "index_value": "",
        "quantity": "9",
    }
    assert alice.post(f"{address}/lines", data=more).status_code == 303
    return str(address)


def text_of(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_year_shows_each_figure_with_its_division(
    alice: TestClient, bought: str
) -> None:
    assert alice.get("/purchases/year").headers["location"] == "/purchases/year/2026"
    page = text_of(alice, "/purchases/year/2026")

    # 1,000 of 10,400.05 €; nine of nineteen units; ten of ten new ones with 8.5.
    assert "9,6 %" in page
    assert "1 000,00 € sur 10 400,05 €" in page
    assert "47,4 %" in page
    assert "8,50 /10" in page
    assert "20 %" in page


def test_a_figure_opens_its_lines(alice: TestClient, bought: str) -> None:
    page = text_of(alice, "/purchases/year/2026?figure=ACH-05")

    assert f'href="{bought}#ligne-1"' in page
    assert f'href="{bought}#ligne-2"' not in page
    for address in ("?figure=ACH-99", f"?owner={LOOS}"):
        assert alice.get(f"/purchases/year/2026{address}").status_code == 404
    assert alice.get("/purchases/year/abcd").status_code == 404
    assert alice.get("/purchases/year/1800").status_code == 404


def test_an_empty_year_says_so(alice: TestClient) -> None:
    page = text_of(alice, "/purchases/year/2019")

    assert "Aucune dépense de cette catégorie" in page


def test_the_lines_are_sent_as_files(alice: TestClient, bought: str) -> None:
    answer = alice.get("/purchases/year/2026.csv?figure=ACH-01")
    rows = list(csv.DictReader(io.StringIO(answer.text[1:]), delimiter=";"))
    assert [(r["Montant HT"], r["Compte au numérateur"]) for r in rows] == [
        ("9400,05", ""),
        ("1000,00", "oui"),
    ]
    book = load_workbook(io.BytesIO(alice.get("/purchases/year/2026.xlsx").content))
    amounts = [row[9] for row in [*book["Achats 2026"].values][1:]]
    assert amounts == [9400.05, 1000]
    for address in ("2026.pdf", "1800.csv", "2026.csv?figure=X"):
        assert alice.get(f"/purchases/year/{address}").status_code == 404


def test_a_finance_file_is_seen_applied_once_and_counted(
    alice: TestClient, bought: str
) -> None:
    files = {"file": ("mandats.csv", SPENDS)}
    address = alice.post("/purchases/finance", files=files).headers["location"]
    page = text_of(alice, address)
    assert "Montants à saisir : 1, sur 1 lignes lues" in page
    assert "Ligne 3" in page
    assert "Mobilier" in page

    assert alice.post(f"{address}/apply").status_code == 303
    assert "montants saisis, 1" in text_of(alice, address)
    again = alice.post(f"{address}/apply")
    assert again.status_code == 409
    assert "déjà appliqué" in again.text
    assert alice.post(f"{address}/abandon").status_code == 409
    assert alice.post("/purchases/finance", files=files).headers["location"] == address
    assert address in alice.get("/purchases/finance").text
    # 1,000 of 11,000 €.
    assert "9,1 %" in text_of(alice, "/purchases/year/2026")


def test_a_finance_file_is_abandoned_or_refused(alice: TestClient) -> None:
    answer = alice.post("/purchases/finance", files={"file": ("m.csv", SPENDS)})
    address = answer.headers["location"]
    assert alice.post(f"{address}/abandon").status_code == 303
    assert alice.get(address).status_code == 404
    refused = alice.post("/purchases/finance", files={"file": ("m.csv", b"a;b\n1;2")})
    assert refused.status_code == 422
    assert "en-têtes" in refused.text
    assert "Choisissez un fichier" in alice.post("/purchases/finance").text


def test_accounting_numbers_and_the_ledger_beside_them(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device(serial="S1", accounting_number="A-1", price_cents=80_000)
    make_device(serial="S2", accounting_number="A-2", price_cents=50_000)
    make_device(serial="S3")
    page = text_of(alice, "/purchases/accounting?on=2022-03-01")
    assert "2 numéros" in page
    assert "1 300,00 €" in page
    assert "Matériels présents sans numéro comptable : 1" in page

    answer = alice.post(
        "/purchases/accounting/reconciliations", files={"file": ("l.csv", LEDGER)}
    )
    address = answer.headers["location"]
    result = text_of(alice, address)
    assert "Z-9" in result
    assert "A-2" in result
    book = load_workbook(io.BytesIO(alice.get(f"{address}.xlsx").content))
    assert book.sheetnames == [
        "Finances seulement",
        "Parc seulement",
        "Valeurs différentes",
        "Quantités différentes",
    ]
    firsts = [[row[0] for row in sheet.values][1:] for sheet in book]
    assert firsts == [["Z-9"], ["A-2"], [], []]
    assert address in alice.get("/purchases/accounting").text


def test_a_ledger_that_cannot_be_read_is_refused(alice: TestClient) -> None:
    address = "/purchases/accounting/reconciliations"
    for files in ({}, {"file": ("l.csv", b"%PDF")}):
        assert alice.post(address, files=files or None).status_code == 422
    assert alice.get(f"{address}/99").status_code == 404
    assert alice.get(f"/purchases/accounting?owner={LENS}").status_code == 200
    assert alice.get(f"/purchases/accounting?owner={LOOS}").status_code == 404
