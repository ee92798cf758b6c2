"""What every answer carries, and how much a request may bring."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.config import Settings
from parc.web import static_files
from parc.web.app import create_app
from tests.web.conftest import NOW

ADDRESSES = ("/aide", "/nowhere", "/api/v1/nowhere", "/health/live", "/sign-in")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_limits_what_a_page_may_load(
    anonymous: TestClient, address: str
) -> None:
    headers = anonymous.get(address).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_an_accident_shows_nothing_internal(app: FastAPI) -> None:
    def fail() -> None:
        message = "the password is swordfish"
        raise RuntimeError(message)

    app.add_api_route("/fail", fail)
    app.add_api_route("/api/fail", fail)
    client = TestClient(app, raise_server_exceptions=False)

    for address in ("/fail", "/api/fail"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert "swordfish" not in answer.text
        assert "Erreur du service" in answer.text
        assert "content-security-policy" in answer.headers


def test_transport_security_is_asked_for_over_https_only(
    anonymous: TestClient, settings: Settings, engine: Engine
) -> None:
    public = settings.model_copy(update={"public_url": "https://parc.example"})
    secure = TestClient(create_app(public, engine, clock=lambda: NOW))

    assert "strict-transport-security" not in anonymous.get("/aide").headers
    assert "max-age=" in secure.get("/aide").headers["strict-transport-security"]


def test_a_page_holds_no_inline_script_or_style(alice: TestClient) -> None:
    text = alice.get("/aide").text

    assert " style=" not in text
    assert "<style" not in text
    assert " onclick" not in text
    assert text.count("<script") == text.count("<script src=")


def test_a_declared_body_that_is_too_large_is_refused_unread(
    anonymous: TestClient,
) -> None:
    answer = anonymous.post("/sign-in", data={"email": "x" * 3_000_000})

    assert answer.status_code == 413
    assert "trop volumineux" in answer.text


def test_a_body_that_grows_too_large_is_stopped(
    settings: Settings, engine: Engine
) -> None:
    small = settings.model_copy(update={"upload_mb": 1})
    client = TestClient(create_app(small, engine, clock=lambda: NOW))

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    answer = client.post(
        "/sign-in",
        content=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    assert answer.status_code == 413


def test_a_nul_in_an_address_is_a_bad_request(anonymous: TestClient) -> None:
    assert anonymous.get("/aide?q=%00").status_code == 400
    assert anonymous.get("/devices/%00").status_code == 400


def test_a_static_file_is_kept_for_ever_under_its_hashed_name(
    anonymous: TestClient,
) -> None:
    for name in ("base.css", "htmx.js", "favicon.svg"):
        answer = anonymous.get(static_files.address(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == static_files.assets()[name].content


def test_a_static_file_under_another_hash_is_not_found(anonymous: TestClient) -> None:
    assert anonymous.get("/static/base.css").status_code == 404
    assert anonymous.get("/static/base-000000000000.css").status_code == 404


def test_htmx_is_the_one_that_was_reviewed() -> None:
    assert b'version:"2.0.3"' in static_files.assets()["htmx.js"].content
