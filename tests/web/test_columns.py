"""Columns chosen: shown, carried by every link, and those of the files."""

import html
import io
import json
import re

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.operations.device_export import FIELDS
from parc.web.device_filters import COLUMNS, ListQuery, read
from tests.factories import LENS, TODAY, a_command
from tests.htmx import HEADERS, assert_same, swapped
from tests.web.conftest import MakeDevice, Record
from tests.web.test_device_list import tags

CHOSEN = "cols=serial&cols=price_cents&cols=state"


def table(page: str) -> tuple[list[str], list[list[str]]]:
    """Read the headings and the cells of the list."""

    def texts(row: str) -> list[str]:
        cells = re.findall(r"<t[hd](?! [^>]*tick)[^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        plain = (re.sub(r"<[^>]+>", " ", cell) for cell in cells)
        return [html.unescape(" ".join(text.split())) for text in plain]

    heading, *rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return texts(heading), [texts(row) for row in rows]


def test_the_tag_comes_first_then_the_columns_chosen_in_their_usual_order(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(serial="SN1", price_cents=123_456)

    headings, rows = table(
        alice.get("/devices?cols=state,price_cents&cols=serial").text
    )

    assert headings == ["Étiquette", "Numéro de série", "Prix d'achat", "Statut"]
    assert rows == [[tag, "SN1", "1 234,56 €", "En stock"]]


def test_every_column_can_be_shown(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device(
        serial="SN1",
        price_cents=1,
        repairability_tenths=72,
        condition="new",
        notes="<b>",
        warranty_ends_on="2027-01-01",
    )
    record(tag, a_command(Action.MOVE, TODAY, comment="x"))
    query = "&".join(f"cols={key}" for key in COLUMNS)

    headings, (row,) = table(alice.get(f"/devices?{query}").text)

    assert headings == [field.title for field in FIELDS]
    shown = dict(zip((f.key for f in FIELDS), row, strict=True))
    assert shown["notes"] == "<b>"
    assert shown["condition"] == "Neuf"
    assert shown["repairability_tenths"] == "7,2"
    assert shown["warranty_ends_on"] == "01/01/2027"
    assert (
        shown["owner_siret"]
        .replace("\u202f", "")
        .replace("\u00a0", "")
        .replace(" ", "")
        == LENS
    )
    assert shown["holder"] == shown["decommissioned_on"] == "—"


def test_without_a_choice_the_list_is_the_usual_one(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()

    headings, _ = table(alice.get("/devices").text)

    assert headings[:3] == ["Étiquette", "Modèle", "N° de série"]


def test_an_unknown_column_is_left_out_and_told(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    page = alice.get("/devices?cols=serial&cols=password_hash").text

    assert table(page)[0] == ["Étiquette", "Numéro de série"]
    assert "password_hash" in page


@pytest.mark.parametrize(
    "link", ["sort=-tag", "sort=serial", "page=2", "gone=1", "/devices.csv"]
)
def test_links_carry_the_columns(
    alice: TestClient, make_device: MakeDevice, link: str
) -> None:
    for n in range(51):
        make_device(serial=f"SN{n:03d}")
    addresses = [f"/devices?{CHOSEN}", f"/devices?{CHOSEN}&q=nothing"]
    links = [
        html.unescape(address)
        for page in addresses
        for address in re.findall(r'href="([^"]+)"', alice.get(page).text)
    ]

    (found,) = {address for address in links if link in address}
    assert CHOSEN in found


def test_the_filters_and_the_columns_form_keep_each_others_choices(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    page = alice.get(f"/devices?{CHOSEN}&category=laptop&sort=serial").text

    for name, value in (("category", "laptop"), ("sort", "serial"), ("cols", "state")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert re.search(r'value="serial"\s+checked', page)
    assert not re.search(r'value="notes"\s+checked', page)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_a_file_holds_the_columns_chosen_and_no_other(
    alice: TestClient, make_device: MakeDevice, kind: str
) -> None:
    tag = make_device(serial="SN1", price_cents=123_456)

    content = alice.get(f"/devices.{kind}?{CHOSEN}").content

    if kind == "jsonl":
        said = {"tag": tag, "serial": "SN1", "price_cents": "1234.56"}
        assert json.loads(content) == {**said, "state": "En stock"}
        return
    if kind == "csv":
        rows = [line.split(";") for line in content.decode("utf-8-sig").splitlines()]
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        rows = [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["Étiquette", "Numéro de série", "Prix d'achat", "Statut"]
    assert rows[1][:2] == [tag, "SN1"]
    assert len(rows) == 2


def test_the_list_page_offers_its_files(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(serial="SN1")
    make_device(serial="SN2", category="monitor")
    page = alice.get("/devices?category=laptop").text

    for kind in ("csv", "xlsx", "jsonl"):
        assert f'href="/devices.{kind}?category=laptop"' in page
    assert tag.encode() in alice.get("/devices.csv?category=laptop").content


def test_what_htmx_puts_in_the_page_is_what_a_reload_shows(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    address = f"/devices?{CHOSEN}"
    page = alice.get(address).text

    after = swapped(page, alice.get(address, headers=HEADERS).text, target="results")

    assert_same(after, page)
    assert tags(page)


@pytest.mark.parametrize(
    "query",
    [
        ListQuery(q="a&b=c é", state=("in_stock", "ready"), cols=("serial", "notes")),
        ListQuery(owner=LENS, category="laptop", site="3", need="late", gone="1"),
        ListQuery(sort="-state"),
        ListQuery(),
    ],
)
def test_a_list_written_as_text_is_read_back(query: ListQuery) -> None:
    assert read(query.text) == query


@pytest.mark.parametrize(
    "text", ["&".join(["a=1"] * 200), "%ff%00;", "q=" + "x" * 9999]
)
def test_text_that_is_no_list_asks_for_nothing_harmful(text: str) -> None:
    assert len(read(text).q) <= 2_000
