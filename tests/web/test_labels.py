"""Labels through the browser: chosen, seen, printed, and scanned by a phone."""

import io
import re
from html import unescape

import pytest
import zxingcpp
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.asset_tag import AssetTag
from parc.domain.place_tag import PlaceTag
from parc.storage import people
from parc.storage.database import reading, writing
from parc.storage.label_tables import (
    LabelPrintRow,
    ReservedLabelRow,
)
from parc.web.app import create_app
from tests import htmx
from tests.factories import ALICE, LENS, LOOS, TODAY
from tests.web.administration import owner_id
from tests.web.conftest import NOW, MakeDevice, signed_in


def printed(engine: Engine) -> list[str]:
    """List the codes of every label printed, in order."""
    with reading(engine) as session:
        return list(
            session.exec(
                select(LabelPrintRow.code).order_by(
                    col(LabelPrintRow.run_id), col(LabelPrintRow.position)
                )
            )
        )


def said(page: str) -> str:
    """Give the words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_selection_of_the_list_comes_with_its_labels(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tags = [make_device(serial=f"SN-{n}") for n in range(3)]

    listed = alice.get("/devices").text
    form = {"labels": "1", "filter": "category=laptop"}
    ticked = alice.post("/labels", data={**form, "tag": tags[:2]})
    filtered = alice.post("/labels", data=form)

    assert 'formaction="/labels"' in listed
    assert "2 reconnus" in said(ticked.text)
    assert tags[2] not in ticked.text
    assert all(tag in filtered.text for tag in tags)


def test_pasted_codes_are_found_and_the_others_told(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(serial="SN-7")

    page = said(alice.post("/labels", data={"codes": f"{tag}\nRIEN-1"}).text)

    assert "1 reconnu." in page
    assert "Code inconnu : RIEN-1" in page


def test_printing_leads_to_files_that_can_be_made_again(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()

    answer = alice.post(
        "/labels/print", data={"codes": tag, "stock": "L7160", "start": "4"}
    )

    address = answer.headers["location"]
    page = said(alice.get(address).text)
    assert "1 étiquette du" in page
    assert "sans ajustement" in page
    assert "à partir de la place 4" in page
    assert "reprendra à la place 5" in page
    pdf = alice.get(f"{address}/labels.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content == alice.get(f"{address}/labels.pdf").content
    assert alice.get(f"{address}/labels.zpl").text.startswith("^XA")
    assert tag in alice.get(f"{address}/labels.csv").text
    assert alice.get(f"{address}/labels.exe").status_code == 404
    assert printed(engine) == [tag]


def test_a_device_s_page_says_when_its_label_was_printed(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    before = said(alice.get(f"/devices/{tag}").text)

    for _ in range(2):
        alice.post("/labels/print", data={"codes": tag})

    after = said(alice.get(f"/devices/{tag}").text)
    assert "jamais imprimée · Imprimer" in before
    assert "imprimée le 24/11/2026 à 13:00 par alice, 2 fois en tout" in after
    assert "Réimprimer" not in auditor.get(f"/devices/{tag}").text


def test_an_unknown_code_prints_nothing(alice: TestClient, engine: Engine) -> None:
    answer = alice.post("/labels/print", data={"codes": "RIEN-1"})

    assert answer.status_code == 422
    assert "Codes inconnus : RIEN-1." in said(answer.text)
    assert printed(engine) == []


def test_what_would_be_clipped_is_refused_with_the_sizes_that_fit(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    form = {"codes": tag, "stock": "L4730", "kind": "both"}

    seen = alice.post("/labels", data=form)
    answer = alice.post("/labels/print", data=form)

    for page in (seen, answer):
        assert "il serait coupé" in said(page.text)
        assert "Formats qui conviennent" in said(page.text)
    assert (seen.status_code, answer.status_code) == (200, 422)
    assert printed(engine) == []


def test_numbers_are_reserved_for_the_owner_chosen(
    alice: TestClient, engine: Engine
) -> None:
    answer = alice.post("/labels/print", data={"reserve": "3", "stock": "TZe-24"})

    assert answer.status_code == 303
    codes = [str(AssetTag("LL", number)) for number in (1, 2, 3)]
    assert printed(engine) == codes
    page = said(alice.get("/labels/reserved").text)
    assert codes[0] in page
    assert "0 / 3" in page
    again = alice.post("/labels", data={"range": "1"})
    assert all(code in again.text for code in codes)


@pytest.mark.parametrize("reserve", ["beaucoup", "-2", "99999"])
def test_a_senseless_number_is_refused(
    alice: TestClient, engine: Engine, reserve: str
) -> None:
    assert alice.post("/labels/print", data={"reserve": reserve}).status_code == 422
    with reading(engine) as session:
        assert session.exec(select(ReservedLabelRow)).all() == []


def test_the_form_follows_the_stock(alice: TestClient) -> None:
    sheet = alice.post("/labels", data={"stock": "L4730"}, headers=htmx.HEADERS)
    roll = alice.post("/labels", data={"stock": "QL-62"}, headers=htmx.HEADERS)

    assert sheet.text.count('type="radio"') == 270
    assert "<html" not in sheet.text
    assert 'aria-label="Place 12, rangée 2, colonne 2"' in sheet.text
    assert "pâlit en un an" in said(roll.text)
    assert 'type="radio"' not in roll.text


def test_unmeasured_stock_asks_for_the_calibration_page(alice: TestClient) -> None:
    page = alice.post("/labels", data={"stock": "L4778"}, headers=htmx.HEADERS).text

    assert "Mesures non vérifiées" in page
    assert "/labels/calibration.pdf?stock=L4778" in page


@pytest.mark.parametrize("form", [{}, {"stock": "L7160", "printer": "dpi-300"}])
def test_one_label_is_drawn_to_be_seen_and_read(
    alice: TestClient, make_device: MakeDevice, form: dict[str, str]
) -> None:
    tag = make_device()

    svg = alice.get("/labels/one.svg", params={**form, "code": tag})
    png = alice.get("/labels/one.png", params={**form, "code": tag})

    assert svg.headers["content-type"] == "image/svg+xml"
    assert f">{tag}<" in svg.text
    picture = Image.open(io.BytesIO(png.content)).convert("L")
    assert tag in {found.text for found in zxingcpp.read_barcodes(picture)}
    assert alice.get("/labels/one.svg").status_code == 200
    assert alice.get("/labels/one.svg?code=RIEN").status_code == 404
    assert alice.get("/labels/one.gif").status_code == 404


def test_a_label_of_another_owner_is_not_drawn(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(serial="SN-1")

    assert charlie.get(f"/labels/one.svg?code={tag}").status_code == 404
    assert charlie.post("/labels/print", data={"codes": tag}).status_code == 422
    run = alice.post("/labels/print", data={"codes": tag}).headers["location"]
    assert charlie.get(run).status_code == 404
    assert charlie.get(f"{run}/labels.pdf").status_code == 404


@pytest.mark.parametrize("letter", ["d", "D"])
def test_the_address_in_the_code_leads_to_the_device(
    alice: TestClient, make_device: MakeDevice, letter: str
) -> None:
    tag = make_device()

    assert alice.get(f"/{letter}/{tag}").headers["location"] == f"/devices/{tag}"
    assert (
        alice.get(f"/{letter}/{tag.lower()}").headers["location"] == f"/devices/{tag}"
    )


def test_a_stranger_signs_in_first_and_comes_back(
    anonymous: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    answer = anonymous.get(f"/D/{tag}")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert tag in answer.headers["location"]


def test_a_code_of_nothing_says_so(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    hidden = make_device()

    for client, code in ((alice, "LL-000099-X"), (charlie, hidden), (alice, "a b&c")):
        answer = client.get(f"/d/{code}")
        assert answer.headers["location"].startswith("/devices/find?code=")
        assert client.get(answer.headers["location"]).status_code == 404


def test_the_qr_code_of_a_public_service_holds_its_address(
    settings: Settings, engine: Engine, make_device: MakeDevice
) -> None:
    public = settings.model_copy(update={"public_url": "http://parc.exemple.fr"})
    app = create_app(public, engine, clock=lambda: NOW)
    alice, tag = signed_in(app, engine, ALICE.id), make_device()

    picture = alice.get("/labels/one.png", params={"code": tag}).content

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert {one.text for one in found} == {
        tag,
        f"HTTP://PARC.EXEMPLE.FR/D/{tag}",
    }


def test_a_place_has_a_label_and_an_address(alice: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        site = people.site_id(session, owner_id(engine, LENS), "Mairie")
        elsewhere = people.site_id(session, owner_id(engine, LOOS), "École")

    answer = alice.post("/labels/print", data={"place": [str(site), str(elsewhere)]})

    code = str(PlaceTag(site))
    assert answer.status_code == 303
    assert printed(engine) == [code]
    assert alice.get(f"/d/{code}").headers["location"] == f"/devices?site={site}"
    hidden = alice.get(f"/d/{PlaceTag(elsewhere)}")
    assert hidden.headers["location"].startswith("/devices/find")
    again = alice.post("/labels/print", data={"codes": code})
    assert again.status_code == 303


def test_a_free_label_asks_on_which_device_it_is(
    alice: TestClient, charlie: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    alice.post("/labels/print", data={"reserve": "1", "stock": "L7160"})
    (code,) = printed(engine)
    tag = make_device(serial="SN-42")

    page = alice.get(f"/d/{code}").headers["location"]
    assert page == f"/labels/reserved/{code}"
    assert alice.get(page).status_code == 200
    assert charlie.get(page).status_code == 404
    wrong = alice.post(f"{page}/bind", data={"device": "RIEN-1"})
    assert wrong.status_code == 422
    done = alice.post(f"{page}/bind", data={"device": "SN-42"})
    assert done.headers["location"] == f"/devices/{tag}"
    assert alice.get(f"/devices/find?code={code}").headers["location"] == (
        f"/devices/{tag}"
    )
    assert alice.post(f"{page}/bind", data={"device": tag}).status_code == 422


def test_a_new_device_is_registered_under_the_label_that_it_bears(
    alice: TestClient, charlie: TestClient, engine: Engine
) -> None:
    alice.post("/labels/print", data={"reserve": "1", "stock": "L7160"})
    (code,) = printed(engine)
    asked = {
        "label": code,
        "category": "laptop",
        "target": "in_stock",
        "effective_on": TODAY.isoformat(),
    }

    scanned = alice.get(f"/devices/find?code={code}").headers["location"]
    assert f"/devices/new?label={code}" in alice.get(scanned).text
    form = alice.get(f"/devices/new?label={code}").text
    assert f'name="label" value="{code}"' in form
    assert charlie.get(f"/devices/new?label={code}").status_code == 404
    assert charlie.post("/devices/new", data=asked).status_code == 404
    wrong = alice.post("/devices/new", data=asked | {"category": ""})
    assert wrong.status_code == 422
    assert f'name="label" value="{code}"' in wrong.text

    done = alice.post("/devices/new", data=asked)

    assert done.headers["location"] == f"/devices/{code}"
    assert alice.get(f"/devices/find?code={code}").headers["location"] == (
        f"/devices/{code}"
    )
    assert alice.post("/devices/new", data=asked).status_code == 404


def test_the_form_is_bounded(app: FastAPI, alice: TestClient) -> None:
    answer = alice.post(
        "/labels/print", data={"codes": "\n".join(map(str, range(6000)))}
    )

    assert answer.status_code == 422
    assert "5000 au plus" in said(answer.text).replace("\u202f", "")
