"""Maintenance on screen, without a script: orders, parts, contracts, the sheet."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.command import Command
from parc.domain.vocabulary import Action
from parc.storage.database import reading
from parc.storage.tables import DeviceRow
from tests.factories import BOB, LENS, LOOS, a_command
from tests.web.conftest import MakeDevice, Record

OPENING = {
    "fault": "Ne charge plus",
    "opened_on": "2026-11-02",
    "stay": "away",
    "place": "in_house",
}
WORK = {"fault": "Ne charge plus", "diagnosis": "battery", "place": "in_house"}
CLOSING = {"outcome": "repaired", "closed_on": "2026-11-20", "target": "in_service"}
CONTRACT = {
    "name": "Atelier du Bassin",
    "siret": LENS,
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}


def sent(client: TestClient, address: str, **form: str) -> str:
    """Send a form that is accepted; give the address that it leads to."""
    answer = client.post(address, data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def opened(client: TestClient, tag: str, **given: str) -> str:
    """Open an order; give its address."""
    return sent(client, "/repairs/new", code=tag, **{**OPENING, **given})


def stocked(client: TestClient, level: int, **given: str) -> str:
    """Follow a part, some of it in stock; give its address."""
    address = sent(client, "/repairs/parts", **{"name": "Batterie 5420", **given})
    sent(client, f"{address}/receive", quantity=str(level), reason="BL 12")
    return address


def state_of(engine: Engine, tag: str) -> str:
    """Give the state of a device."""
    with reading(engine) as session:
        found = session.exec(select(DeviceRow.state).where(DeviceRow.tag == tag))
        return found.one()


def test_the_whole_way_of_a_repair(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    part = stocked(alice, 2, unit_cost_cents="45,50", minimum="2")
    page = alice.get(f"/devices/{tag}").text
    assert f"/repairs/new?code={tag}" in page

    order = opened(alice, tag)
    assert state_of(engine, tag) == "in_repair"
    assert tag in alice.get("/repairs").text
    number = part.rpartition("/")[2]
    sent(alice, f"{order}/parts", part=number, quantity="1")
    sent(alice, order, **WORK, minutes="45", labour_cents="1 030,00")
    page = alice.get(order).text
    assert "1\u202f075,50\u00a0€" in page
    sent(alice, f"{order}/close", **CLOSING)

    assert state_of(engine, tag) == "in_service"
    page = alice.get(order).text
    assert "Clore l'ordre" not in page.replace("&#39;", "'")
    assert "Batterie" in page
    assert tag not in alice.get("/repairs").text
    closed = alice.get("/repairs/closed?year=2026").text
    assert tag in closed
    assert "1\u202f075,50\u00a0€" in closed
    assert "1\u202f075,50\u00a0€" in alice.get(f"/devices/{tag}").text
    assert "À commander" in alice.get("/repairs/parts").text


def test_the_open_list_says_how_old_and_who_has_it(
    alice: TestClient, make_device: MakeDevice
) -> None:
    contract = sent(alice, "/repairs/contracts", **CONTRACT).rpartition("/")[2]
    opened(
        alice,
        make_device(),
        opened_on="2026-10-02",
        place="partner",
        contract=contract,
    )

    page = alice.get("/repairs").text

    assert "53 jours" in page
    assert "Atelier du Bassin" in page
    assert "Réparations de plus de 30 jours" in alice.get("/").text


def test_a_running_warranty_is_told_first_and_the_claim_proposed(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(warranty_ends_on="2026-12-31")
    old = make_device(serial="S2", warranty_ends_on="2026-11-23")

    page = alice.get(f"/repairs/new?code={tag}").text
    assert page.index("La garantie court") < page.index('name="fault"')
    assert re.search(r'name="warranty_claim".*?value="oui" selected', page, re.DOTALL)
    page = alice.get(f"/repairs/new?code={old}").text
    assert "La garantie a pris fin le 23/11/2026" in page
    assert not re.search(r'value="oui" selected', page)


def test_what_is_refused_comes_back_as_it_was_typed(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    form = {**OPENING, "code": tag, "fault": "Chute dans l'eau", "opened_on": ""}
    answer = alice.post("/repairs/new", data=form)
    assert answer.status_code == 422
    assert "Chute dans l&#39;eau" in answer.text

    order = opened(alice, tag)
    answer = alice.post(f"{order}/close", data=CLOSING)
    assert answer.status_code == 409
    assert "« Diagnostic » est à renseigner" in answer.text
    assert re.search(r'value="repaired" selected', answer.text)
    answer = alice.post(order, data={**WORK, "invoice_cents": "cent"})
    assert answer.status_code == 422
    assert 'value="cent"' in answer.text
    answer = alice.post(f"{order}/parts", data={"part": "9", "quantity": "x"})
    assert answer.status_code == 422


def test_an_unknown_code_opens_nothing(
    alice: TestClient, make_device: MakeDevice
) -> None:
    theirs = make_device(owner=LOOS, serial="S3")

    for code in ("INCONNU-1", theirs):
        assert alice.get(f"/repairs/new?code={code}").status_code == 422
        answer = alice.post("/repairs/new", data={**OPENING, "code": code})
        assert answer.status_code == 422


def test_a_second_order_leads_to_the_first(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    order = opened(alice, tag)

    assert f'href="{order}"' in alice.get(f"/repairs/new?code={tag}").text
    form = {**OPENING, "code": tag}
    assert alice.post("/repairs/new", data=form).status_code == 409


def test_cancelling_says_why_and_by_whom(
    alice: TestClient, make_device: MakeDevice
) -> None:
    order = opened(alice, make_device())
    assert alice.post(f"{order}/cancel", data={}).status_code == 422
    sent(alice, f"{order}/cancel", reason="Mauvais matériel")

    page = alice.get(order).text

    assert "Mauvais matériel" in page
    assert "alice" in page
    assert alice.post(f"{order}/close", data=CLOSING).status_code == 409


def test_parts_are_followed_movement_by_movement(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    part = stocked(alice, 3)
    tag = make_device()
    steps: tuple[Command, ...] = (
        a_command(Action.PROPOSE_DECOMMISSION, reason="Cassé"),
        a_command(Action.DECOMMISSION, by=BOB, act_number="1", act_on="2026-11-24"),
        a_command(Action.DISMANTLE),
    )
    for step in steps:
        record(tag, step)
    sent(alice, f"{part}/harvest", source=tag, quantity="1")
    sent(alice, f"{part}/correct", counted="2", reason="Deux perdues")
    sent(alice, part, name="Batterie longue", minimum="5", unit_cost_cents="60")

    page = alice.get(part).text

    assert "Batterie longue" in page
    for said in ("BL 12", tag, "Deux perdues", "+3", "+1", "\u22122"):
        assert said in page, said
    assert "À commander : 3" in page
    wrong = alice.post(f"{part}/correct", data={"counted": "9"})
    assert wrong.status_code == 422
    assert alice.post(f"{part}/lose", data={}).status_code == 404


def test_a_contract_is_checked_kept_and_told_before_it_ends(
    alice: TestClient,
) -> None:
    wrong = {**CONTRACT, "siret": "24620036400016"}
    answer = alice.post("/repairs/contracts", data=wrong)
    assert answer.status_code == 422
    assert "SIRET attendu" in answer.text
    files = {"document": ("contrat.pdf", b"%PDF-1.4 contrat")}
    answer = alice.post("/repairs/contracts", data=CONTRACT, files=files)
    address = answer.headers["location"]

    assert "prend fin le 31/12/2026" in alice.get("/repairs/contracts").text
    page = alice.get(address).text
    (document,) = re.findall(r"/documents/[0-9a-f]{64}", page)
    assert alice.get(document).content == b"%PDF-1.4 contrat"
    sent(alice, f"{address}/cancel", reason="Résilié")
    assert "Résilié" in alice.get(address).text
    assert alice.post(f"{address}/cancel", data={"reason": "X"}).status_code == 409


def test_lists_leave_as_files(alice: TestClient, make_device: MakeDevice) -> None:
    tag = make_device()
    order = opened(alice, tag)
    sent(alice, order, **WORK, invoice_cents="120,50")
    stocked(alice, 1, minimum="4")

    text = alice.get("/repairs/files/open.csv").content.decode("utf-8-sig")
    heading, line = text.splitlines()
    cells = dict(zip(heading.split(";"), line.split(";"), strict=True))
    assert cells["Étiquette"] == tag
    assert cells["Diagnostic"] == "Batterie"
    assert cells["Coût total HT"] == "120,5"
    assert cells["Durée (jours)"] == "22"
    sent(alice, f"{order}/close", **CLOSING)
    content = alice.get("/repairs/files/closed.xlsx?year=2026").content
    rows = list(load_workbook(io.BytesIO(content)).active.values)  # type: ignore[union-attr]  # one sheet
    assert rows[1][1] == tag
    assert "Batterie 5420" in alice.get("/repairs/files/parts.csv").text
    assert alice.get("/repairs/files/nothing.csv").status_code == 404
    assert alice.get("/repairs/files/open.pdf").status_code == 404


def test_the_year_says_what_was_kept_instead_of_replaced(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    order = opened(alice, tag, stay="stays")
    sent(alice, order, **WORK)
    closing = {**CLOSING, "outcome": "upgraded", "avoids_replacement": "oui"}
    sent(alice, f"{order}/close", **closing)

    page = alice.get("/repairs/year?year=2026").text

    assert "100,0\u00a0%" in page
    assert "1 sur 1" in page
    (behind,) = re.findall(r'/repairs/year/laptop[^"]*', page)
    page = alice.get(behind.replace("&amp;", "&")).text
    assert tag in page
    assert "Réparés ou mis à niveau\u00a0: 1" in page
    assert alice.get("/repairs/year/nothing").status_code == 404
    assert "n.c." in alice.get("/repairs/year?year=2024").text


def test_the_sheet_shows_figures_formula_and_sources(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(commissioned_on="2019-11-24", price_cents=90_000)

    page = alice.get(
        f"/repairs/sheet?code={tag}&estimate=120&months=24&part=part_battery"
    ).text

    assert "Plutôt réparer" in page
    assert "182,3 kg CO2e" in page  # a new one
    assert "36,4 kg CO2e" in page  # a year more
    assert "8,2 kg CO2e" in page  # its battery
    assert "δ × E ÷ L" in page
    assert "ADEME" in page
    assert "Pas assez d&#39;éléments" in alice.get(f"/repairs/sheet?code={tag}").text


@pytest.mark.parametrize("category", ["other", "docking_station"])
def test_the_sheet_invents_no_figure(
    alice: TestClient, make_device: MakeDevice, category: str
) -> None:
    tag = make_device(category=category)
    page = alice.get(f"/repairs/sheet?code={tag}&estimate=abc").text

    assert ("n&#39;avance aucun chiffre" in page or "aucun chiffre" in page) == (
        category == "other"
    )
    assert "montant attendu en euros" in page


def test_the_auditor_reads_and_changes_nothing(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    order = opened(alice, make_device())
    other = make_device(serial="S2")
    address = f"/repairs/new?code={other}"

    page = auditor.get(order).text

    assert address in alice.get(f"/devices/{other}").text
    assert address not in auditor.get(f"/devices/{other}").text
    assert "Ne charge plus" in page
    assert "<form" not in page[page.index("<main") :]
    assert "Ajouter une pièce" not in auditor.get("/repairs/parts").text
