"""The list of devices: scoped, filtered by its address, sorted, paged."""

import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action
from parc.storage.database import writing
from parc.storage.device_list import PAGE_SIZE, D
from tests.factories import LENS, LOOS, TODAY, a_command
from tests.htmx import HEADERS, assert_same, swapped
from tests.web.conftest import MakeDevice, Record

TAG = re.compile(r'<a class="tag" href="/devices/([^"]+)"')


def tags(html: str) -> list[str]:
    """Give the tags that a list shows, in order."""
    return TAG.findall(html)


def test_each_sees_the_devices_of_their_own_owners(
    alice: TestClient, charlie: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    ours, theirs = make_device(LENS), make_device(LOOS)

    assert tags(alice.get("/devices").text) == [ours]
    assert tags(charlie.get("/devices").text) == [theirs]
    assert sorted(tags(auditor.get("/devices").text)) == sorted([ours, theirs])


def test_another_owner_cannot_be_asked_for(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device(LOOS)
    answer = alice.get("/devices", params={"owner": LOOS, "q": "latitude"})

    assert answer.status_code == 200
    assert tags(answer.text) == []
    assert "valeur inconnue" in answer.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/devices?q=latitude", {"A", "C"}),
        ("/devices?q=zbook", {"B"}),
        ("/devices?q=SERIAL-B", {"B"}),
        ("/devices?state=in_service", {"A"}),
        ("/devices?state=in_stock", {"B", "C"}),
        ("/devices?category=monitor", {"C"}),
        ("/devices?need=late", set()),
        ("/devices?gone=1", {"A", "B", "C"}),
    ],
)
def test_the_address_filters(
    alice: TestClient,
    make_device: MakeDevice,
    record: Record,
    address: str,
    expected: set[str],
) -> None:
    made = {
        make_device(serial="SERIAL-A"): "A",
        make_device(serial="SERIAL-B", maker="HP", model="ZBook"): "B",
        make_device(serial="SERIAL-C", category="monitor"): "C",
    }
    record(next(iter(made)), a_command(Action.ASSIGN))

    assert {made[tag] for tag in tags(alice.get(address).text)} == expected


def test_a_heading_sorts_and_says_which_way(
    alice: TestClient, make_device: MakeDevice
) -> None:
    old = make_device(serial="S1", acquired_on="2019-01-01")
    new = make_device(serial="S2", acquired_on="2021-01-01")
    unknown = make_device(serial="S3", acquired_on="")

    up = alice.get("/devices?sort=acquired_on").text
    down = alice.get("/devices?sort=-acquired_on").text

    assert tags(up) == [old, new, unknown]
    assert tags(down) == [new, old, unknown]
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down
    assert "sort=-acquired_on" in up


def test_pages_follow_one_another(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    made = [make_device(serial=f"S{n}") for n in range(3)]
    with writing(engine) as session:
        row = session.execute(D.select()).mappings().first()
        assert row is not None
        copies = [
            {**row, "id": n, "tag": f"ZZ-{n:06d}-0", "serial_key": None}
            for n in range(100, 100 + PAGE_SIZE)
        ]
        session.execute(D.insert(), copies)

    first = alice.get("/devices?state=in_stock").text
    second = alice.get("/devices?state=in_stock&page=2").text

    assert tags(first)[:3] == made
    assert len(tags(first)) == PAGE_SIZE
    assert len(tags(second)) == 3
    assert 'href="/devices?state=in_stock&amp;page=2"' in first
    assert "53\u00a0matériels" in first


@pytest.mark.parametrize(
    "address",
    [
        "/devices?state=nonsense",
        "/devices?sort=price",
        "/devices?page=0",
        "/devices?page=-1",
        "/devices?page=99999999999999999999",
        "/devices?site=x",
        "/devices?category=spaceship",
        "/devices?need=sleep",
        "/devices?q=%ff%25_",
        "/devices?q=" + "9" * 2000,
    ],
)
def test_a_wrong_address_is_a_page_all_the_same(
    alice: TestClient, make_device: MakeDevice, address: str
) -> None:
    make_device()

    assert alice.get(address).status_code == 200


def test_an_empty_parc_says_what_to_do(alice: TestClient) -> None:
    page = alice.get("/devices").text

    assert "Le parc est vide" in page
    assert 'href="/imports"' in page


def test_no_result_says_what_to_try(alice: TestClient, make_device: MakeDevice) -> None:
    make_device()
    page = alice.get("/devices?q=nothing").text

    assert "Aucun matériel" in page
    assert "Effacer tous les filtres" in page


def test_what_htmx_puts_in_the_page_is_what_a_reload_shows(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device(serial="S1")
    make_device(serial="S2", maker="HP")
    # Unfiltered: the form outside the results does not change with them.
    page = alice.get("/devices").text
    fragment = alice.get("/devices", headers=HEADERS).text

    assert "<html" not in fragment
    assert_same(swapped(page, fragment, target="results"), page)
    filtered = alice.get("/devices?state=in_stock").text
    part = alice.get("/devices?state=in_stock", headers=HEADERS).text
    after = swapped(page, part, target="results")
    assert_same(after, filtered, inside="results")


def test_the_dashboard_counts_and_links(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice, record: Record
) -> None:
    tag = make_device()
    record(tag, a_command(Action.PROPOSE_DECOMMISSION, TODAY, reason="Obsolète"))

    page = alice.get("/").text

    assert "Réformes à signer" in page
    assert 'href="/devices?state=decommission_proposed"' in page
    assert tags(alice.get("/devices?state=decommission_proposed").text) == [tag]
    assert "Le parc est vide" in charlie.get("/").text


def test_only_who_registers_sees_the_button(
    alice: TestClient, auditor: TestClient, make_device: MakeDevice
) -> None:
    make_device()

    assert 'href="/devices/new"' in alice.get("/devices").text
    assert 'href="/devices/new"' not in auditor.get("/devices").text


def test_the_owner_is_said_only_when_it_could_be_another(
    auditor: TestClient, make_device: MakeDevice
) -> None:
    make_device(LENS)

    assert '<td class="owner">' in auditor.get("/devices").text
    assert '<td class="owner">' not in auditor.get(f"/devices?owner={LENS}").text


@pytest.mark.parametrize("narrowed", ["state=in_stock", "category=laptop", "gone=1"])
def test_filters_in_use_are_unfolded(
    alice: TestClient, make_device: MakeDevice, narrowed: str
) -> None:
    make_device()

    assert '<details class="filters">' in alice.get("/devices?q=dell").text
    unfolded = alice.get(f"/devices?{narrowed}").text
    assert '<details class="filters" open>' in unfolded


def test_imports_are_in_the_menu_of_who_imports(
    alice: TestClient, auditor: TestClient
) -> None:
    assert '<a href="/imports">' in alice.get("/devices").text
    assert '<a href="/imports">' not in auditor.get("/devices").text
