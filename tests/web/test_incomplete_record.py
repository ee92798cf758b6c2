"""The page of a device says what its record still misses."""

from starlette.testclient import TestClient

from tests.web.conftest import MakeDevice


def test_a_missing_fact_is_named(alice: TestClient, make_device: MakeDevice) -> None:
    tag = make_device(maker=None)

    page = alice.get(f"/devices/{tag}").text

    assert "Fiche incomplète" in page
    assert "il manque marque" in page


def test_a_full_record_says_nothing(alice: TestClient, make_device: MakeDevice) -> None:
    page = alice.get(f"/devices/{make_device()}").text

    assert "Fiche incomplète" not in page
