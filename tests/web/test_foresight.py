"""Forecasts, profiles and the year's indicators on screen and in files."""

from html import unescape

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage import people
from parc.storage.database import writing
from parc.storage.tables import OwnerRow
from tests.factories import LENS, LOOS, TODAY, a_command
from tests.operations.buying import LINE, ORDER
from tests.web.conftest import MakeDevice, Record

POST = {"name": "Agent mobile", "kind": "post"}
LAPTOP = {"category-0": "laptop", "quantity-0": "1"}


@pytest.fixture
def bob_id(engine: Engine) -> str:
    """Give the opaque id of Bob, an agent of Lens."""
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        return people.person_id(session, owner, "Bob")


def made(alice: TestClient, **form: str) -> str:
    """Define a profile; give its address."""
    answer = alice.post("/profiles", data={**POST, **LAPTOP, **form})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_the_plan_says_number_cost_carbon_and_what_one_more_year_spares(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device(price_cents=80_000)
    make_device(serial="B", acquired_on="2024-01-01")

    page = alice.get("/foresight").text

    assert "Plan de renouvellement" in page
    assert "dont 1 en retard" in page
    assert "Comment c'est calculé" in page
    assert 'href="/foresight/due?year=2026"' in page


def test_a_year_leads_to_its_devices(
    alice: TestClient, make_device: MakeDevice
) -> None:
    late = make_device()
    other = make_device(serial="B", acquired_on="2024-01-01")

    page = alice.get("/foresight/due?year=2026&category=laptop").text

    assert late in page
    assert other not in page
    assert alice.get("/foresight/due?year=2099").status_code == 404


def test_what_has_no_date_is_said_and_listed(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(acquired_on="")

    assert "1 matériels sans aucune date" in alice.get("/foresight").text
    assert tag in alice.get("/foresight/due?year=undated").text


def test_warranties_leases_and_systems_have_their_pages(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device(
        warranty_ends_on="2027-01-01",
        lease_ends_on="2027-02-01",
        operating_system="Windows 10 Pro",
    )

    assert tag in alice.get("/foresight/ends").text
    assert tag in alice.get("/foresight/ends?what=lease_ends_on").text
    page = alice.get("/foresight/systems?system=windows_10").text
    assert tag in page
    assert "Terminé" in page
    assert alice.get("/foresight/systems?system=beos").status_code == 404
    assert alice.get("/foresight/ends?what=price_cents").status_code == 404


def test_an_empty_fleet_is_told_what_to_do(alice: TestClient) -> None:
    assert "Importez un inventaire" in alice.get("/foresight").text
    assert "Aucun profil" in alice.get("/profiles").text
    assert "Aucun profil à comparer" in alice.get("/profiles/gaps").text
    assert "Rien ne finit dans l'année" in alice.get("/foresight/ends").text
    assert "Aucun ordinateur en usage" in alice.get("/foresight/systems").text


@pytest.mark.parametrize(
    "address",
    [
        "/foresight/files/plan",
        "/foresight/files/due",
        "/foresight/files/ends",
        "/foresight/files/systems",
        "/foresight/files/devices",
        "/foresight/files/gaps",
        "/foresight/indicators",
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_list_leaves_as_a_file(
    alice: TestClient, make_device: MakeDevice, address: str, kind: str
) -> None:
    make_device()

    answer = alice.get(f"{address}.{kind}?system=none")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    assert len(answer.content) > 20


def test_what_is_no_file_or_somebody_else_s_is_not_found(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()

    for address in (
        "/foresight/files/plan.pdf",
        "/foresight/files/secrets.csv",
        "/foresight/indicators.pdf",
        f"/foresight?owner={LOOS}",
        f"/foresight/files/plan.csv?owner={LOOS}",
        f"/foresight/indicators?owner={LOOS}",
        f"/profiles/gaps?owner={LOOS}",
    ):
        assert alice.get(address).status_code == 404, address


def test_a_profile_is_defined_given_and_its_gap_offers_the_stock(
    alice: TestClient, make_device: MakeDevice, bob_id: str
) -> None:
    make_device()
    address = made(alice)

    answer = alice.post(f"{address}/attach", data={"names": "bob"})

    assert answer.headers["location"] == address
    assert "manque 1 × ordinateur portable" in alice.get(address).text
    page = alice.get("/profiles/gaps").text
    assert f"/people/{bob_id}" in page
    assert "1 en stock" in page
    assert f"state=in_stock&amp;owner={LENS}&amp;category=laptop" in page


def test_who_has_what_the_profile_says_conforms(
    alice: TestClient, make_device: MakeDevice, record: Record, bob_id: str
) -> None:
    tag = make_device()
    record(tag, a_command(Action.ASSIGN, TODAY, holder=bob_id))
    address = made(alice)
    found = alice.get(f"{address}?q=bo").text
    assert f'name="pick-{bob_id}"' in found

    alice.post(f"{address}/attach", data={f"pick-{bob_id}": "1"})

    assert "conforme" in alice.get(address).text
    assert "Aucun écart" in alice.get("/profiles/gaps").text
    alice.post(f"{address}/detach", data={"key": bob_id})
    assert "Personne n'a ce profil" in unescape(alice.get(address).text)


def test_a_profile_that_is_refused_shows_why_with_what_was_typed(
    alice: TestClient,
) -> None:
    made(alice)

    again = alice.post("/profiles", data={**POST, **LAPTOP, "quantity-0": "mille"})
    unknown = alice.post(f"{made(alice, name='B')}/attach", data={"names": "Zoé"})

    assert again.status_code == 409
    assert "déjà un profil de ce nom" in again.text
    assert "nombre attendu" in again.text
    assert 'value="mille"' in again.text
    assert unknown.status_code == 422
    assert "« Zoé »" in unknown.text


def test_a_retired_profile_stays_readable(alice: TestClient) -> None:
    address = made(alice)

    alice.post(f"{address}/retire")

    page = alice.get(address).text
    assert "Retiré" in page
    assert "Donner ce profil" not in page
    assert alice.post(address, data=POST).status_code == 409


def test_arrival_is_filled_in_from_the_profile(
    alice: TestClient, make_device: MakeDevice, bob_id: str
) -> None:
    make_device()
    address = made(alice, **{"quantity-0": "2"})
    alice.post(f"{address}/attach", data={"names": "Bob"})

    page = alice.get(f"/people/{bob_id}").text

    start = page.index('id="want-laptop"')
    assert 'value="2"' in page[start : start + 400]


def test_an_order_shows_what_is_already_in_stock(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    order = alice.post("/purchases", data={**ORDER, **LINE, "category": "laptop"})

    page = alice.get(order.headers["location"]).text

    assert "à réemployer d'abord" in page
    assert "1 en stock" in page


def test_the_indicators_of_a_year_lead_to_their_devices(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    page = alice.get("/foresight/indicators?year=2025&figure=VIE-02").text

    assert "70,0\u00a0mois" in page  # 1 March 2020 to 31 December 2025
    assert tag in page
    assert "Aucun matériel daté n'a été réformé en 2025." in unescape(page)
    assert f"/purchases/year/2025?owner={LENS}" in page
    assert alice.get("/foresight/indicators?figure=VIE-99").status_code == 404


def test_the_head_count_is_entered_by_the_fleet_lead_and_told(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    make_device()
    form = {"owner": LENS, "year": "2026", "agents": "120"}

    answer = alice.post("/foresight/indicators", data=form)

    assert answer.status_code == 303
    assert "120 agents" in alice.get("/foresight/indicators").text
    assert (
        alice.post("/foresight/indicators", data={**form, "agents": "0"}).status_code
        == 422
    )
    assert auditor.post("/foresight/indicators", data=form).status_code == 403
