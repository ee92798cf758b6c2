"""The list as a file: what the page shows, all of it, and only what one may see."""

import io
import json

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.factories import LENS, LOOS
from tests.web.conftest import MakeDevice
from tests.web.test_imports import events

KINDS = ("csv", "jsonl", "xlsx")


def tags_in(content: bytes, kind: str) -> list[str]:
    """Read the tags of a file."""
    if kind == "jsonl":
        return [json.loads(line)["tag"] for line in content.splitlines()]
    if kind == "csv":
        lines = content.decode("utf-8-sig").splitlines()[1:]
        return [line.partition(";")[0] for line in lines]
    page = load_workbook(io.BytesIO(content))["Matériels"]
    return [str(row[0]) for row in page.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_holds_every_device_that_the_filters_let_through(
    alice: TestClient, make_device: MakeDevice, kind: str
) -> None:
    laptops = sorted(make_device(serial=f"SN{n:03d}") for n in range(55))
    make_device(serial="ECRAN1", category="monitor")

    answer = alice.get(f"/devices.{kind}?category=laptop")

    assert tags_in(answer.content, kind) == laptops
    assert f".{kind}" in answer.headers["content-disposition"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_owner_has_is_in_no_file(
    alice: TestClient, make_device: MakeDevice, kind: str
) -> None:
    mine = make_device(owner=LENS)
    make_device(owner=LOOS, serial="AUTRE1")

    asked = [f"/devices.{kind}", f"/devices.{kind}?owner={LOOS}"]

    for address in asked:
        assert tags_in(alice.get(address).content, kind) in ([mine], [])


def test_an_unknown_kind_of_file_is_not_found(alice: TestClient) -> None:
    assert alice.get("/devices.exe").status_code == 404


def test_a_file_sent_back_changes_nothing(
    alice: TestClient, make_device: MakeDevice, engine: Engine
) -> None:
    make_device(serial="SN1", notes="=1+1", price_cents=123_456)
    make_device(serial="SN2", repairability_tenths=72)
    before = events(engine)

    for kind in ("csv", "xlsx"):
        content = alice.get(f"/devices.{kind}").content
        outcome = alice.post(
            "/api/v1/imports", params={"owner": LENS}, content=content
        ).json()
        counts = {k: outcome[k] for k in ("read", "unchanged", "created", "updated")}
        assert counts == {"read": 2, "unchanged": 2, "created": 0, "updated": 0}, (
            outcome["issues"]
        )

    assert events(engine) == before
