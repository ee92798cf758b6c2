"""Imports for programs: the contract's answer, scope, and nothing half-written."""

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.factories import LENS, LOOS
from tests.web.test_imports import LIST, events

KEYS = {
    "file",
    "sha256",
    "format",
    "dry_run",
    "import_id",
    "read",
    "created",
    "updated",
    "unchanged",
    "conflicts",
    "rejected",
    "issues",
    "already_applied",
}


def sent(client: TestClient, content: bytes, **asked: str) -> dict[str, object]:
    """Send a file that is accepted; return the answer."""
    answer = client.post(
        "/api/v1/imports", params={"owner": LENS, **asked}, content=content
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_file_is_imported_and_told_as_the_contract_says(
    alice: TestClient, engine: Engine
) -> None:
    outcome = sent(alice, LIST.encode(), file="liste.csv")

    assert set(outcome) == KEYS
    assert (outcome["file"], outcome["read"], outcome["created"]) == ("liste.csv", 1, 1)
    assert events(engine) == 1


def test_the_same_file_again_changes_nothing(alice: TestClient, engine: Engine) -> None:
    sent(alice, LIST.encode())

    again = sent(alice, LIST.encode())

    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)
    assert events(engine) == 1


def test_a_dry_run_writes_nothing(alice: TestClient, engine: Engine) -> None:
    outcome = sent(alice, LIST.encode(), dry_run="true")

    assert (outcome["dry_run"], outcome["created"]) == (True, 1)
    assert events(engine) == 0


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04rubbish"])
def test_what_is_no_list_is_a_problem_document(
    alice: TestClient, engine: Engine, content: bytes
) -> None:
    answer = alice.post("/api/v1/imports", params={"owner": LENS}, content=content)

    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["message"]
    assert events(engine) == 0


def test_an_unknown_date_order_is_refused(alice: TestClient) -> None:
    answer = alice.post(
        "/api/v1/imports", params={"owner": LENS, "date_order": "dym"}, content=b"x"
    )

    assert answer.status_code == 422


def test_nobody_imports_for_an_owner_that_is_not_theirs(
    alice: TestClient, charlie: TestClient, auditor: TestClient, engine: Engine
) -> None:
    content = LIST.encode()

    def status(client: TestClient, owner: str) -> int:
        asked = {"owner": owner}
        return client.post("/api/v1/imports", params=asked, content=content).status_code

    assert (status(charlie, LENS), status(alice, LOOS)) == (404, 404)
    assert status(auditor, LENS) == 403
    assert events(engine) == 0
