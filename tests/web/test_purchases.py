"""Purchases on screen, without a script: entered, received, corrected, cancelled."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import LENS, LOOS
from tests.operations.buying import LINE, ORDER
from tests.web.conftest import MakeDevice

Data = dict[str, str]
TYPED: Data = {**ORDER, **LINE}


@pytest.fixture
def order(alice: TestClient) -> str:
    """Enter an order of ten laptops; give its address."""
    return entered(alice)


def entered(client: TestClient, **said: str) -> str:
    answer = client.post("/purchases", data={**TYPED, **said})
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def followed(client: TestClient, address: str, **data: str) -> str:
    """Send a form that must be taken; give the page that follows."""
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def devices(engine: Engine) -> list[DeviceRow]:
    with reading(engine) as session:
        return list(session.exec(select(DeviceRow)))


def test_an_order_is_entered_and_listed(alice: TestClient, order: str) -> None:
    page = alice.get(order).text
    assert "BC-2026-014" in page
    assert "9\u202f400,05\u00a0€" in page
    assert "0 sur 10 reçus" in page
    listing = alice.get("/purchases").text
    assert f'href="{order}"' in listing
    assert "0 sur 10" in listing


def test_the_list_is_searched(alice: TestClient, order: str) -> None:
    other = entered(alice, number="BC-2026-015", supplier="Écodair", kind="order")
    found = alice.get("/purchases?q=odair").text
    assert other in found
    assert f'href="{order}"' not in found
    assert "ne répond" in alice.get("/purchases?year=2019").text
    assert other in alice.get(f"/purchases?owner={LENS}&year=2026&kind=order").text
    assert alice.get("/purchases?page=9&year=x&kind=y").status_code == 200


def test_what_is_wrong_is_shown_with_what_was_typed(alice: TestClient) -> None:
    answer = alice.post("/purchases", data={**TYPED, "amount_cents": "cher"})

    assert answer.status_code == 422
    assert "montant attendu en euros" in answer.text
    assert 'value="cher"' in answer.text
    assert 'value="BC-2026-014"' in answer.text


def test_serials_are_received_and_the_device_keeps_the_link(
    alice: TestClient, order: str, engine: Engine
) -> None:
    page = followed(
        alice,
        f"{order}/lines/1/receive",
        received_on="2026-10-20",
        serials="5CG001\r\n5CG002\r\n5CG003\r\n",
        note="BL 77",
        accounting_number="2026-0041",
    )

    assert "3 sur 10 reçus" in page
    assert "BL 77" in page
    rows = devices(engine)
    assert len(rows) == 3
    device = alice.get(f"/devices/{rows[0].tag}").text
    assert f'href="{order}#ligne-1"' in device
    assert "BC-2026-014, ligne 1" in device
    assert "BC-2026-014/1" in device


def test_a_quantity_and_a_list_are_received(
    alice: TestClient, order: str, engine: Engine
) -> None:
    address = f"{order}/lines/1/receive"
    followed(alice, address, received_on="2026-10-20", quantity="2")
    content = "Numéro de série;Type\n5CG001;Portable\n5CG002;Portable\n".encode()
    answer = alice.post(
        address,
        data={"received_on": "2026-10-21"},
        files={"file": ("livraison.csv", content)},
    )

    assert answer.status_code == 303
    assert {row.serial for row in devices(engine)} == {None, "5CG001", "5CG002"}
    assert "4 sur 10 reçus" in alice.get(order).text


def test_a_refused_delivery_keeps_what_was_scanned_and_says_every_reason(
    alice: TestClient, order: str, make_device: MakeDevice
) -> None:
    tag = make_device(serial="5CG001")

    answer = alice.post(
        f"{order}/lines/1/receive",
        data={"received_on": "2026-10-01", "serials": "5CG001\n5CG002"},
    )

    assert answer.status_code == 422
    assert f"déjà celui du matériel {tag}" in answer.text
    assert "précède la commande" in answer.text
    assert re.search(r"<textarea[^>]*>5CG001\n5CG002</textarea>", answer.text)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"received_on": "hier", "quantity": "1"}, "Reçu le"),
        ({"received_on": "2026-10-20"}, "Donnez des numéros"),
        ({"received_on": "2026-10-20", "quantity": "beaucoup"}, "nombre entier"),
        ({"received_on": "2026-10-20", "quantity": "11"}, "il en reste 10"),
        ({"received_on": "2026-10-20", "quantity": "1", "serials": "A"}, "Donnez ou"),
        ({"received_on": "2026-10-20", "quantity": "1", "site": "9"}, "Site"),
    ],
)
def test_a_delivery_that_says_nothing_sane_is_refused(
    alice: TestClient, order: str, data: Data, said: str
) -> None:
    answer = alice.post(f"{order}/lines/1/receive", data=data)

    assert answer.status_code in {409, 422}
    assert said in answer.text.replace("\u00a0", " ")


def test_it_is_corrected_until_something_came(alice: TestClient, order: str) -> None:
    page = followed(alice, order, **{**ORDER, "supplier": "Écodair"})
    assert "Écodair" in page
    assert "corrigé le" in page
    page = followed(alice, f"{order}/lines/1", **{**LINE, "quantity": "5"})
    assert "0 sur 5 reçus" in page
    page = followed(
        alice,
        f"{order}/lines",
        **{**LINE, "category": "monitor"} | {"index_kind": "", "index_value": ""},
    )
    assert "Ligne 2" in page
    assert "Retirer la ligne 2" in page
    page = followed(alice, f"{order}/lines/2/remove")
    assert "Ligne 2" not in page

    received = {"received_on": "2026-10-20", "quantity": "1"}
    page = followed(alice, f"{order}/lines/1/receive", **received)
    assert "lignes sont figées" in page
    assert "Corriger" not in page
    refused = alice.post(f"{order}/lines/1", data=LINE)
    assert refused.status_code == 409
    assert "lignes sont figées" in refused.text


def test_a_wrong_line_is_shown_again_where_it_was_typed(
    alice: TestClient, order: str
) -> None:
    answer = alice.post(f"{order}/lines", data={**LINE, "index_value": "12"})

    assert answer.status_code == 422
    assert "entre 0 et 10" in answer.text
    assert 'value="12"' in answer.text


def test_the_rest_is_cancelled_with_a_reason(alice: TestClient, order: str) -> None:
    received = {"received_on": "2026-10-20", "quantity": "3"}
    followed(alice, f"{order}/lines/1/receive", **received)
    assert alice.post(f"{order}/lines/1/cancel").status_code == 422

    page = followed(alice, f"{order}/lines/1/cancel", reason="Rupture de stock")
    assert "7 annulés sur 10" in page.replace("\u00a0", " ")
    assert "Rupture de stock" in page
    assert "Tout reçu" in page

    other = entered(alice, number="BC-2")
    page = followed(alice, f"{other}/cancel", reason="Marché infructueux")
    assert "Marché infructueux" in page
    assert "Ajouter une ligne" not in page
    assert "Annulée" in alice.get("/purchases").text


def test_who_reads_only_has_no_form(
    auditor: TestClient, bob: TestClient, order: str
) -> None:
    page = auditor.get(order).text
    assert "BC-2026-014" in page
    for words in ("Réceptionner", "Corriger", "Ajouter une ligne"):
        assert words not in page
    # Bob leads the fleet, and is no technician.
    assert "Réceptionner" not in bob.get(order).text
    assert "Ajouter une ligne" in bob.get(order).text
    received = {"received_on": "2026-10-20", "quantity": "1"}
    assert bob.post(f"{order}/lines/1/receive", data=received).status_code == 403


def test_an_order_of_another_owner_is_not_known(
    charlie: TestClient, order: str
) -> None:
    assert charlie.get(order).status_code == 404
    assert "BC-2026-014" not in charlie.get("/purchases").text
    assert charlie.post(f"{order}/lines/1/receive").status_code == 404


def test_a_line_of_another_order_is_not_known(alice: TestClient, order: str) -> None:
    other = entered(alice, number="BC-2")

    assert alice.post(f"{other}/lines/1/cancel").status_code == 404
    assert alice.get("/purchases/999999").status_code == 404
    assert alice.get("/purchases/abc").status_code == 404


def test_what_is_awaited_is_a_list_and_a_task(
    alice: TestClient, order: str, make_device: MakeDevice
) -> None:
    make_device()
    lump = {"category": "", "agec_category": "consumables", "kind": "lump_sum"}
    nothing = {"index_kind": "", "index_value": ""}
    other = entered(alice, number="FIN-1", **lump, **nothing)
    page = alice.get("/purchases?awaited=1").text
    assert f'href="{order}"' in page
    assert f'href="{other}"' not in page
    assert "Commandes à recevoir : 1" in alice.get("/").text.replace("\u00a0", " ")

    received = {"received_on": "2026-10-20", "quantity": "10"}
    followed(alice, f"{order}/lines/1/receive", **received)
    assert "Commandes à recevoir" not in alice.get("/").text
    assert f'href="{order}"' not in alice.get("/purchases?awaited=1").text


def test_a_device_that_went_to_another_owner_says_no_more_than_that(
    alice: TestClient, order: str, engine: Engine
) -> None:
    received = {"received_on": "2026-10-20", "serials": "5CG001"}
    followed(alice, f"{order}/lines/1/receive", **received)
    (row,) = devices(engine)
    with writing(engine) as session:
        loos = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LOOS)).one()
        moved = session.get_one(DeviceRow, row.id)
        moved.owner_id, moved.state = loos, "in_repair"
        session.add(moved)

    page = alice.get(order).text
    assert "Chez un autre propriétaire" in page
    assert "En réparation" not in page
    assert f'href="/devices/{row.tag}"' not in page
    assert "1 sur 10 reçus" in page


def test_devices_ordered_under_the_number_are_told_of(
    alice: TestClient, order: str, make_device: MakeDevice, engine: Engine
) -> None:
    tag = make_device(target="ordered", serial="5CG001", order_number="BC-2026-014")
    assert "1 déjà enregistrés comme commandés" in alice.get(order).text

    received = {"received_on": "2026-11-20", "serials": "5CG001"}
    followed(alice, f"{order}/lines/1/receive", **received)
    (row,) = devices(engine)
    assert (row.tag, row.state) == (tag, "in_stock")
