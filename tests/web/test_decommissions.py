"""Lists of réforme through the browser: Alice prepares and proposes, Bob decides."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from tests.factories import LOOS, a_command
from tests.web.conftest import MakeDevice, Record
from tests.web.test_bulk import words
from tests.web.test_slips import device


def prepared(client: TestClient, *tags: str, **said: str) -> str:
    """Prepare a list; give its address."""
    form = {"codes": "\n".join(tags), "reason": "Trop lent", **said}
    answer = client.post("/decommissions", data=form)
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def seen(client: TestClient, address: str) -> str:
    """Give the checksum of the list that a page shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(address).text)
    assert found
    return found[1]


def proposed(client: TestClient, address: str, **said: str) -> None:
    """Propose a list."""
    form = {"seen": seen(client, address), "reason": "Trop lent", **said}
    answer = client.post(f"{address}/propose", data=form)
    assert answer.status_code == 303, words(answer)


def decided(client: TestClient, address: str, **said: str) -> None:
    """Decide of a list."""
    act = {"act_number": "DEL-2026-41", "act_on": "2026-11-24"}
    form = {"seen": seen(client, address), **act, **said}
    answer = client.post(f"{address}/decide", data=form)
    assert answer.status_code == 303, words(answer)


def test_a_list_is_prepared_valued_proposed_and_decided_by_somebody_else(
    alice: TestClient, bob: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    one = make_device(serial="S1", accounting_number="2020-7", price_cents=92_400)
    two = make_device(serial="S2")
    address = prepared(alice, one, "S2")
    first, second = device(engine, one).id, device(engine, two).id
    page = words(alice.get(address))
    for told in ("RF-2026-0001", "6 ans 8 mois", "Date d'acquisition : 01/03/2020"):
        assert told in page
    assert "Support de stockage à effacer" in page

    proposed(
        alice,
        address,
        **{f"value-{first}": "1 045,50", f"method-{first}": "market"},
        **{f"reason-{second}": "Écran fendu", "comment": "Vu en réunion"},
    )

    assert '"estimated_value_cents":104550' in device(engine, one).facts
    assert device(engine, two).state == "decommission_proposed"
    assert "attend la décision" in words(alice.get(address))
    assert "Réformes à décider" in words(bob.get("/"))
    assert "Réformes à décider" not in words(alice.get("/"))
    decided(bob, address, **{f"why-{second}": "Encore utile"})

    page = words(alice.get(address))
    for told in ("Décidée", "DEL-2026-41", "PV-2026-0001", "Encore utile", "Refusé"):
        assert told in page
    assert device(engine, one).state == "decommissioned"
    assert device(engine, two).state == "to_qualify"
    assert "RF-2026-0001, décidée" in words(alice.get(f"/devices/{one}"))
    assert "Réformes à décider" not in words(bob.get("/"))


def test_its_papers_are_kept_and_sent_again_byte_for_byte(
    alice: TestClient, bob: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(accounting_number="2020-7", price_cents=92_400)
    address = prepared(alice, tag)
    assert alice.get(f"{address}/report.pdf").status_code == 404
    proposed(alice, address)
    decided(bob, address)

    for paper, name in (("report", "PV"), ("certificate", "CA")):
        sent = alice.get(f"{address}/{paper}.pdf")
        assert sent.content.startswith(b"%PDF-")
        assert f"{name}-2026-0001.pdf" in sent.headers["content-disposition"]
        assert bob.get(f"{address}/{paper}.pdf").content == sent.content
    assert alice.get(f"{address}/other.pdf").status_code == 404


def test_the_finance_list_says_what_became_of_each_device(
    alice: TestClient,
    bob: TestClient,
    record: Record,
    make_device: MakeDevice,
) -> None:
    one = make_device(serial="S1", accounting_number="=2020", price_cents=92_400)
    two = make_device(serial="S2")
    address = prepared(alice, one, two)
    proposed(alice, address)
    decided(bob, address)
    record(two, a_command(Action.REINSTATE, reason="Besoin"))

    text = alice.get(f"{address}/finance.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Étiquette"] for row in rows] == [one, two]
    assert rows[0]["Valeur d'acquisition HT"] == "924,00"
    assert rows[0]["N° de l'acte"] == "DEL-2026-41"
    assert rows[0]["Date de réforme"] == "2026-11-24"
    assert rows[0]["N° d'inventaire comptable"] == "'=2020"
    assert rows[1]["Destination"] == "Réforme annulée (remis en stock)"
    book = load_workbook(io.BytesIO(alice.get(f"{address}/finance.xlsx").content))
    assert book.active is not None
    assert book.active.max_row == 3
    assert "Remis en stock le 24/11/2026 : Besoin" in words(alice.get(address))


def test_a_list_begins_from_rows_ticked_in_the_list_of_devices(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, other = make_device(serial="S1"), make_device(serial="S2")
    assert 'formaction="/decommissions/new"' in alice.get("/devices").text

    page = alice.post("/decommissions/new", data={"filter": "", "tag": [tag, other]})

    assert "2 matériels choisis" in words(page)
    carried = re.search(r'<textarea name="list" hidden>([^<]*)<', page.text)
    assert carried
    address = prepared(alice, list=carried[1])
    assert tag in alice.get(address).text
    assert other in alice.get(address).text


def test_devices_are_added_by_age_and_taken_off(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    old = make_device(serial="S1", acquired_on="2012-05-01")
    recent = make_device(serial="S2", acquired_on="2025-05-01")
    address = prepared(alice, recent)
    form = {"seen": seen(alice, address), "over_years": "10"}
    assert alice.post(address, data=form).status_code == 303
    page = words(alice.get(address))
    assert old in page
    assert "Hors taux : Plus de dix ans à la réforme" in page

    drop = {f"drop-{device(engine, recent).id}": "1"}
    alice.post(address, data={"seen": seen(alice, address), **drop})

    assert recent not in alice.get(address).text
    form = {"seen": seen(alice, address), "over_years": "ten"}
    answer = alice.post(address, data=form)
    assert answer.status_code == 422
    assert "un nombre de 0 à 60" in words(answer)


def test_what_is_typed_stays_when_it_is_refused(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    address, key = prepared(alice, tag), device(engine, tag).id
    form = {"seen": seen(alice, address), f"value-{key}": "beaucoup"}

    answer = alice.post(address, data={**form, f"reason-{key}": "Usé <b>"})

    assert answer.status_code == 422
    assert "montant attendu" in words(answer)
    assert 'value="beaucoup"' in answer.text
    assert 'value="Usé &lt;b&gt;"' in answer.text


def test_what_was_not_seen_on_the_list_is_not_proposed(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    address = prepared(alice, one)
    form = {"seen": seen(alice, address), "codes": two, "reason": "Usé"}

    answer = alice.post(f"{address}/propose", data=form)

    assert answer.status_code == 422
    assert "Enregistrez d'abord" in words(answer)
    assert device(engine, one).state == "in_stock"


def test_a_device_that_refuses_is_named_before_and_after(
    alice: TestClient, engine: Engine, make_device: MakeDevice, record: Record
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    address = prepared(alice, one, two)
    record(two, a_command(Action.LEND, due_on="2026-12-01"))
    assert "Ce qui empêche de proposer" in words(alice.get(address))

    form = {"seen": seen(alice, address), "reason": "Usé"}
    answer = alice.post(f"{address}/propose", data=form)

    assert answer.status_code == 409
    assert f"{two} : " in words(answer)
    assert device(engine, one).state == "in_stock"


def test_who_proposed_is_told_that_somebody_else_decides(
    bob: TestClient, make_device: MakeDevice
) -> None:
    address = prepared(bob, make_device())
    checksum = seen(bob, address)
    bob.post(f"{address}/propose", data={"seen": checksum, "reason": "Usé"})

    page = words(bob.get(address))
    assert "un autre signataire en décide" in page
    form = {"seen": "0" * 64, "act_number": "D", "act_on": "2026-11-24"}
    answer = bob.post(f"{address}/decide", data=form)
    assert answer.status_code == 409
    assert "une autre personne" in words(answer)
    assert "Réformes à décider" not in words(bob.get("/"))


def test_a_list_is_given_up_with_a_reason(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    address = prepared(alice, tag)
    proposed(alice, address)
    assert alice.post(f"{address}/cancel").status_code == 422

    answer = alice.post(f"{address}/cancel", data={"reason": "Doublon"})

    assert answer.status_code == 303
    assert "Abandonnée" in words(alice.get(address))
    assert device(engine, tag).state == "to_qualify"


def test_lists_are_found_by_number_and_by_stage(
    alice: TestClient, make_device: MakeDevice
) -> None:
    link = f'href="{prepared(alice, make_device())}"'

    assert link in alice.get("/decommissions").text
    assert link in alice.get("/decommissions?q=2026-1").text
    assert link not in alice.get("/decommissions?stage=decided").text
    assert "Aucune liste ne répond" in words(alice.get("/decommissions?q=rien"))


@pytest.mark.parametrize("address", ["/decommissions/999", "/decommissions/0x1"])
def test_what_is_no_list_is_not_found(alice: TestClient, address: str) -> None:
    assert alice.get(address).status_code == 404


def test_devices_of_two_owners_are_never_on_one_list(
    alice: TestClient, make_device: MakeDevice
) -> None:
    one, other = make_device(serial="S1"), make_device(serial="S2", owner=LOOS)

    answer = alice.post("/decommissions", data={"codes": f"{one}\n{other}"})

    assert answer.status_code == 422
    assert f"{other} : Aucun matériel" in words(answer)
