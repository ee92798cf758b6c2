"""A stocktake on screen, without a script: opened, scanned, closed, decided, signed."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.place_tag import PlaceTag
from parc.storage import people
from parc.storage.database import reading, writing
from parc.storage.stocktake_tables import StocktakeRow
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import LENS, LOOS
from tests.htmx import HEADERS
from tests.web.conftest import MakeDevice

Place = Callable[[str], int]


@pytest.fixture
def place(engine: Engine) -> Place:
    """Give what makes a site of Lens."""

    def make(name: str) -> int:
        with writing(engine) as session:
            lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS))
            return people.site_id(session, lens.one(), name)

    return make


def opened(client: TestClient, **scope: str) -> str:
    """Open a stocktake; give its address."""
    answer = client.post("/stocktakes", data=scope)
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def scan(client: TestClient, address: str, code: str, **more: str) -> str:
    """Scan and follow to the page."""
    answer = client.post(f"{address}/scans", data={"code": code, **more})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def count(page: str, label: str) -> int:
    """Give a number of the counters."""
    found = re.search(rf"<dt>{label}</dt>\s*<dd>\s*(\d+)\s*</dd>", page)
    assert found, label
    return int(found[1])


def told(page: str) -> str:
    """Give the big word of the answer."""
    found = re.search(r'id="answer".*?<h2>([^<]*)</h2>', page, re.DOTALL)
    return found[1] if found else ""


def device(engine: Engine, tag: str) -> DeviceRow:
    """Give a device."""
    with reading(engine) as session:
        return session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()


def test_it_opens_on_what_a_site_holds(
    alice: TestClient, make_device: MakeDevice, place: Place
) -> None:
    hall = place("Hall")
    here = make_device(serial="S1", site=hall)
    elsewhere = make_device(serial="S2")
    page = alice.get(opened(alice, site=str(hall))).text

    assert count(page, "Pas encore vus") == 1
    assert here in page
    assert elsewhere not in page
    assert "Hall" in alice.get("/stocktakes").text


def test_a_scan_is_answered_and_counted(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    address = opened(alice)

    page = scan(alice, address, tag)
    assert told(page) == "Trouvé"
    assert count(page, "Trouvés") == 1
    again = scan(alice, address, tag)
    assert told(again) == "Déjà vu"
    assert (count(again, "Trouvés"), count(again, "Déjà vus")) == (1, 1)
    assert told(scan(alice, address, "RIEN-1")) == "Inconnu"


def test_the_same_form_sent_twice_counts_once(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, address = make_device(), opened(alice)
    for _ in range(2):
        page = scan(alice, address, tag, key="0123456789")

    assert told(page) == "Trouvé"
    assert count(page, "Scans reçus") == 1


def test_a_place_chosen_on_the_page_says_where_one_is(
    alice: TestClient, make_device: MakeDevice, place: Place
) -> None:
    hall, loft = place("Hall"), place("Grenier")
    tag = make_device(site=hall)
    address = opened(alice)
    page = scan(alice, address, str(PlaceTag(loft)))
    assert re.search(r'<option value="S-[^"]*" selected>Grenier<', page)

    page = scan(alice, address, tag)

    assert told(page) == "Autre lieu"
    assert re.search(r"Attendu\s:\sHall", page)


def test_htmx_gets_the_answer_and_the_counters_alone(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, address = make_device(), opened(alice)
    answer = alice.post(f"{address}/scans", data={"code": tag}, headers=HEADERS)
    board = alice.get(f"{address}/board", headers=HEADERS)

    assert answer.status_code == board.status_code == 200
    assert "<html" not in answer.text + board.text
    assert told(answer.text) == "Trouvé"
    assert count(board.text, "Trouvés") == 1
    assert "every 3s" in board.text


def test_scans_of_another_person_show_on_one_s_own_page(
    alice: TestClient, bob: TestClient, make_device: MakeDevice
) -> None:
    tag, address = make_device(), opened(alice)
    scan(bob, address, tag)

    board = alice.get(f"{address}/board").text

    assert count(board, "Trouvés") == 1
    assert "bob" in board


def test_a_phone_that_holds_scans_keeps_them_open(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, address = make_device(), opened(alice)
    page = scan(alice, address, tag, phone="phone-1", waiting="2")
    assert "2 en attente d" in page

    refused = alice.post(f"{address}/close")
    assert refused.status_code == 422
    assert "2 scans attendent" in refused.text
    done = alice.post(f"{address}/close", data={"explanation": "Téléphone cassé."})
    assert done.status_code == 303
    assert "Téléphone cassé." in alice.get(address).text


def test_anomalies_are_decided_and_the_report_is_signed(
    alice: TestClient, engine: Engine, make_device: MakeDevice, place: Place
) -> None:
    hall, loft = place("Hall"), place("Grenier")
    lost = make_device(serial="S1", site=hall)
    moved = make_device(serial="S2", site=hall)
    address = opened(alice)
    scan(alice, address, str(PlaceTag(loft)))
    scan(alice, address, moved)
    alice.post(f"{address}/close")
    assert alice.post(f"{address}/sign").status_code == 422

    for tag, shown, data in (
        (lost, "missing", {"settlement": "lost", "reason": "Introuvable"}),
        (moved, "misplaced", {"settlement": "moved"}),
    ):
        page = alice.get(f"{address}?list={shown}").text
        subject = f"d{device(engine, tag).id}"
        assert f"{address}/anomalies/{subject}" in page
        done = alice.post(
            f"{address}/anomalies/{subject}", data={**data, "list": shown}
        )
        assert done.headers["location"] == f"{address}?list={shown}&page=1"

    assert device(engine, moved).site_id == loft
    assert "Introuvable" in alice.get(f"{address}?list=missing").text
    assert alice.post(f"{address}/sign").status_code == 303
    page = alice.get(address).text
    documents = re.findall(r'href="(/documents/[0-9a-f]{64})"', page)
    files = [alice.get(one) for one in documents]
    assert files[0].content.startswith(b"%PDF-")
    assert files[1].content.startswith(b"PK")
    make_device(serial="S9")
    scan(alice, address, moved)
    assert [alice.get(one).content for one in documents] == [f.content for f in files]


def test_a_decision_without_its_reason_is_shown_again(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag, address = make_device(), opened(alice)
    alice.post(f"{address}/close", data={"explanation": "Essai"})
    anomaly = f"{address}/anomalies/d{device(engine, tag).id}"

    for data, words in (
        ({"settlement": "left"}, "Motif"),
        ({}, "Décision"),
        ({"settlement": "nothing"}, "Décision"),
    ):
        answer = alice.post(anomaly, data=data)
        assert answer.status_code == 422
        assert words in answer.text


def test_who_reads_sees_and_may_do_nothing(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    address = opened(alice)
    page = auditor.get(address).text

    assert "Clore les scans" not in page
    assert 'id="scan-form"' not in page
    assert "Ouvrir un récolement" not in auditor.get("/stocktakes").text


def test_a_device_of_another_owner_is_not_told_to_who_may_not_see_it(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(LENS, model="Modèle secret")
    address = opened(charlie, owner=LOOS)

    page = scan(charlie, address, tag)

    assert told(page) == "Inconnu"
    assert "Modèle secret" not in page


@pytest.mark.parametrize("number", ["x", "0", "-1", "9" * 12, "1e3"])
def test_a_made_up_number_is_not_found(alice: TestClient, number: str) -> None:
    assert alice.get(f"/stocktakes/{number}").status_code == 404
    assert alice.post(f"/stocktakes/{number}/close").status_code == 404


@pytest.mark.parametrize(
    "scope", [{"site": "x"}, {"site": "999"}, {"category": "rien"}, {"owner": "1"}]
)
def test_a_scope_that_does_not_exist_opens_nothing(
    alice: TestClient, engine: Engine, scope: dict[str, str]
) -> None:
    answer = alice.post("/stocktakes", data=scope)

    assert answer.status_code == 422
    with reading(engine) as session:
        assert session.exec(select(StocktakeRow)).all() == []


def test_the_device_page_says_where_it_was_last_seen(
    alice: TestClient, make_device: MakeDevice, place: Place
) -> None:
    tag = make_device()
    assert "Vu la dernière fois" not in alice.get(f"/devices/{tag}").text
    address = opened(alice)
    scan(alice, address, str(PlaceTag(place("Grenier"))))
    scan(alice, address, tag)

    page = alice.get(f"/devices/{tag}").text

    assert "Vu la dernière fois" in page
    assert "Grenier" in page
    assert f'href="{address}"' in page


def test_programs_send_scans_in_batches_each_counted_once(
    alice: TestClient, make_device: MakeDevice
) -> None:
    one, two = make_device(serial="S1"), make_device(serial="S2")
    address = f"/api/v1{opened(alice)}/scans"
    scans = [
        {"key": f"cle-{n:04d}", "code": code} for n, code in enumerate([one, two, one])
    ]
    body = {"phone": "phone-1", "waiting": 4, "scans": scans}
    answer = alice.post(address, json=body)

    assert answer.status_code == 200, answer.text
    told_ = answer.json()
    assert [r["outcome"] for r in told_["results"]] == ["found", "found", "again"]
    assert (told_["expected"], told_["found"], told_["missing"]) == (2, 2, 0)
    assert alice.post(address, json=body).json() == told_
    silent = alice.post(address, json={"phone": "phone-1"})
    assert silent.json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"scans": []},
        {"phone": "x y"},
        {"phone": "phone-1", "waiting": -1},
        {"phone": "phone-1", "scans": [{"key": "court", "code": "X"}]},
        {"phone": "phone-1", "more": 1},
    ],
)
def test_a_batch_to_correct_is_told_field_by_field(
    alice: TestClient, body: dict[str, object]
) -> None:
    answer = alice.post(f"/api/v1{opened(alice)}/scans", json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
