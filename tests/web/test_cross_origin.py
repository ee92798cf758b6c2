"""Another site cannot act in the name of somebody who is signed in here."""

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from parc.config import Settings
from parc.web.app import create_app
from tests.web.conftest import NOW

HERE = "http://testserver"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8001"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(
    alice: TestClient, headers: dict[str, str]
) -> None:
    answer = alice.post("/sign-out", headers=headers)

    assert answer.status_code == 403
    assert "vient d&#39;un autre site" in answer.text
    assert "Se déconnecter" in alice.get("/aide").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HERE},
        {"Origin": "HTTP://TestServer"},
        {},
    ],
)
def test_our_own_form_and_programs_are_let_in(
    alice: TestClient, headers: dict[str, str]
) -> None:
    assert alice.post("/sign-out", headers=headers).status_code == 303


def test_a_link_from_another_site_opens_a_page(alice: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert alice.get("/aide", headers=headers).status_code == 200


def test_the_api_looks_at_no_cookie(alice: TestClient) -> None:
    headers = {"Authorization": ""}

    answer = alice.get("/api/v1/devices", headers=headers)

    assert answer.status_code in {401, 404}
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_public_address_decides_whatever_the_host_header_says(
    settings: Settings, engine: Engine
) -> None:
    public = settings.model_copy(update={"public_url": "https://parc.example"})
    client = TestClient(
        create_app(public, engine, clock=lambda: NOW), follow_redirects=False
    )

    def status(origin: str) -> int:
        headers = {"Origin": origin, "Host": "evil.example"}
        return client.post("/sign-out", headers=headers).status_code

    assert status("https://evil.example") == 403
    assert status("https://parc.example") == 303
