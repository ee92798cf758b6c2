"""Scans for programs: each under its key, counted once, refused apart."""

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select
from starlette.testclient import TestClient

from parc.storage.database import reading
from parc.storage.tables import EventRow
from tests.factories import LOOS
from tests.web.conftest import MakeDevice

ADDRESS = "/api/v1/scans"


def one(
    number: int, code: str, action: str | None = "assign", **details: str
) -> object:
    """Give a scan."""
    return {
        "key": f"key-{number:04d}",
        "code": code,
        "action": action,
        "details": details,
    }


def events(engine: Engine) -> int:
    """Count the events of the journal."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def test_each_scan_is_answered_apart_and_in_order(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag, foreign = make_device(), make_device(LOOS)
    scans = [
        one(1, tag),
        one(2, foreign),
        one(3, tag, None),
        one(4, tag, "return_from_repair", target="in_stock"),
    ]
    answer = alice.post(ADDRESS, json={"scans": scans})

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [r["outcome"] for r in results] == [
        "applied",
        "unknown",
        "shown",
        "refused",
    ]
    assert [r["key"] for r in results] == [f"key-{n:04d}" for n in range(1, 5)]
    assert [r["tag"] for r in results] == [tag, None, tag, tag]
    assert results[0]["version"] == 2
    assert results[3]["reasons"]


def test_a_batch_sent_again_changes_nothing_and_answers_the_same(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    body = {"scans": [one(n, make_device(serial=f"S{n}")) for n in range(3)]}
    first = alice.post(ADDRESS, json=body).json()
    before = events(engine)

    assert alice.post(ADDRESS, json=body).json() == first
    assert events(engine) == before


def test_a_key_is_whose_it_is(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    alice.post(ADDRESS, json={"scans": [one(1, make_device())]})
    other = charlie.post(ADDRESS, json={"scans": [one(1, "JAMAIS")]}).json()

    assert other["results"][0]["outcome"] == "unknown"


@pytest.mark.parametrize(
    "scan",
    [
        {"key": "court", "code": "X"},
        {"key": "12345678"},
        {"key": "12345678", "code": "X", "action": "vanish"},
        {"key": "12345678", "code": "X", "action": "describe"},
        {"key": "12345678", "code": "X", "action": "lend"},
        {"key": "12345678", "code": "X", "action": "assign", "details": {"x": "y"}},
        {"key": "12345678", "code": "X", "more": "Y"},
    ],
)
def test_a_batch_with_a_scan_to_correct_does_nothing(
    alice: TestClient, engine: Engine, make_device: MakeDevice, scan: object
) -> None:
    before_scan = one(1, make_device())
    before = events(engine)
    answer = alice.post(ADDRESS, json={"scans": [before_scan, scan]})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(r["field"].startswith("scans.1") for r in answer.json()["reasons"])
    assert events(engine) == before


@pytest.mark.parametrize("scans", [[], [one(n, "X") for n in range(201)]])
def test_a_batch_is_bounded(alice: TestClient, scans: list[object]) -> None:
    assert alice.post(ADDRESS, json={"scans": scans}).status_code == 422
