"""One's own stock, printers' profiles, the texts of labels: set through the browser."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.storage.database import reading
from parc.storage.label_tables import LabelPrinterRow, LabelRunRow
from tests.factories import LENS, LOOS
from tests.web.conftest import MakeDevice
from tests.web.test_labels import said

STOCK = {
    "name": "Les miennes",
    "form": "sheet",
    "material": "polyester",
    "codes": "both",
    "dpi": "600",
    "page_width": "210",
    "page_height": "297",
    "width": "60",
    "height": "30",
    "columns": "3",
    "rows": "8",
    "left": "10",
    "top": "20",
    "pitch_x": "62,5",
    "pitch_y": "31",
    "margin_x": "1",
    "margin_y": "1",
}


def test_one_s_own_stock_is_drawn_then_kept_then_used(
    alice: TestClient, charlie: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    drawn = alice.post("/labels/stocks", data=STOCK)
    assert drawn.status_code == 200
    assert drawn.text.count('class="label"') == 24

    kept = alice.post("/labels/stocks", data={**STOCK, "save": "1"})

    assert kept.headers["location"] == "/labels/stocks"
    assert "Les miennes" in alice.get("/labels").text
    assert "Les miennes" not in charlie.get("/labels").text
    form = {"codes": make_device(), "stock": "own-1", "start": "24"}
    assert alice.post("/labels/print", data=form).status_code == 303
    with reading(engine) as session:
        assert session.exec(select(LabelRunRow.layout)).one() == "own-1"
    assert charlie.post("/labels/stocks/1/remove").status_code == 404
    assert alice.post("/labels/stocks/1/remove").status_code == 303
    assert 'value="own-1"' not in alice.get("/labels").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": "4"}, "au-delà du bord droit"),
        ({"pitch_y": "20"}, "se chevauchent"),
        ({"width": "beaucoup"}, "un nombre est attendu"),
        ({"name": ""}, "est à renseigner"),
        ({"form": "scroll"}, "valeur inconnue"),
    ],
)
def test_an_impossible_stock_is_refused(
    alice: TestClient, changes: dict[str, str], words: str
) -> None:
    answer = alice.post("/labels/stocks", data={**STOCK, **changes, "save": "1"})

    assert answer.status_code == 422
    assert words in said(answer.text)
    assert "own-1" not in alice.get("/labels").text


def test_a_stock_can_begin_as_another(alice: TestClient) -> None:
    page = alice.get("/labels/stocks?like=L7160").text

    assert 'value="38,1"' in page
    assert page.count('class="label"') == 21


def test_a_printer_is_remembered_with_its_shift(
    alice: TestClient, charlie: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    form = {
        "name": "Accueil",
        "dpi": "300",
        "shift_x": "0,5",
        "shift_y": "-1",
        "measured": "99,5",
    }

    assert alice.post("/labels/printers", data=form).status_code == 303

    with reading(engine) as session:
        row = session.exec(select(LabelPrinterRow)).one()
        assert (row.dpi, row.shift_x, row.shift_y) == (300, 500, -1000)
        assert row.scale == 1_005_025
    assert "Accueil, 300 ppp" in alice.get("/labels").text
    assert "Accueil" not in charlie.get("/labels").text
    assert 'value="99,5"' in alice.get("/labels/setup?printer=1").text
    run = alice.post("/labels/print", data={"codes": make_device(), "printer": "1"})
    assert run.status_code == 303
    with reading(engine) as session:
        assert '"name":"Accueil"' in session.exec(select(LabelRunRow.printer)).one()
    assert alice.get("/labels/calibration.pdf?printer=1").content.startswith(b"%PDF")
    assert charlie.post("/labels/printers/1/remove").status_code == 404
    assert alice.post("/labels/printers/1/remove").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"shift_x": "11"},
        {"shift_x": "un peu"},
        {"shift_y": "nan"},
        {"measured": "0"},
        {"measured": "110"},
        {"dpi": "204"},
        {"name": ""},
    ],
)
def test_an_impossible_printer_is_refused(
    alice: TestClient, engine: Engine, changes: dict[str, str]
) -> None:
    form = {"name": "Accueil", "dpi": "300", **changes}

    assert alice.post("/labels/printers", data=form).status_code == 422
    with reading(engine) as session:
        assert session.exec(select(LabelPrinterRow)).all() == []


def test_an_owner_s_texts_are_printed(
    alice: TestClient, make_device: MakeDevice
) -> None:
    said_now = {"owner": LENS, "name": "CALL", "return_to": "Rapporter à : Accueil"}

    assert alice.post("/labels/texts", data=said_now).status_code == 303

    svg = alice.get("/labels/one.svg", params={"code": make_device()}).text
    assert ">CALL<" in svg
    assert ">Rapporter à : Accueil<" in svg


def test_texts_of_another_owner_stay_theirs(alice: TestClient) -> None:
    form = {"owner": LOOS, "name": "Loos", "return_to": ""}

    assert alice.post("/labels/texts", data=form).status_code == 422
