"""The fleet in figures: each bar has its row, each figure opens its devices."""

from starlette.testclient import TestClient

from tests.factories import LOOS
from tests.web.conftest import MakeDevice


def test_an_empty_fleet_says_what_to_do(alice: TestClient) -> None:
    page = alice.get("/fleet").text

    assert "Importer un inventaire" in page
    assert "<svg width" not in page


def test_a_figure_opens_the_list_that_it_counts(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device(serial="A1")
    make_device(serial="A2")

    page = alice.get("/fleet").text
    listed = alice.get("/devices?category=laptop").text

    assert 'href="/devices?category=laptop">2</a>' in page
    assert "2 matériels" in listed.replace("\u00a0", " ")


def test_each_bar_is_hidden_from_those_who_hear_its_row(
    alice: TestClient, make_device: MakeDevice
) -> None:
    make_device()

    page = alice.get("/fleet").text

    bars = page.count('height="12" rx="2"')
    assert bars == page.count('class="bar" aria-hidden="true"')
    assert "6 ans" in page


def test_an_owner_that_one_may_not_see_is_not_found(alice: TestClient) -> None:
    assert alice.get(f"/fleet?owner={LOOS}").status_code == 404
