"""Guessing passwords is slowed down, for an account and for an address."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.storage.attempts import PER_ACCOUNT, PER_ADDRESS, WINDOW, keys_of
from parc.storage.database import reading
from parc.storage.tables import AttemptRow
from parc.web.app import create_app
from tests.web.conftest import NOW, PASSWORD

EMAIL = "alice@lens.example"
RIGHT = {"email": EMAIL, "password": PASSWORD}


def fail(client: TestClient, times: int, email: str = EMAIL) -> int:
    """Fail to sign in some times; return the last status."""
    status = 0
    for _ in range(times):
        form = {"email": email, "password": "x" * 257}
        status = client.post("/sign-in", data=form).status_code
    return status


def later(settings: Settings, engine: Engine, delay: timedelta) -> TestClient:
    """Give a stranger's browser some time later."""
    app = create_app(settings, engine, clock=lambda: NOW + delay)
    return TestClient(app, follow_redirects=False)


def test_after_too_many_failures_even_the_right_password_waits(
    anonymous: TestClient,
) -> None:
    assert fail(anonymous, PER_ACCOUNT) == 422

    answer = anonymous.post("/sign-in", data=RIGHT)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == WINDOW.total_seconds()
    assert "Trop d&#39;essais" in answer.text


def test_an_unknown_account_is_slowed_down_alike(anonymous: TestClient) -> None:
    assert fail(anonymous, PER_ACCOUNT, "zoe@lens.example") == 422
    assert fail(anonymous, 1, "zoe@lens.example") == 429


def test_other_accounts_still_sign_in(anonymous: TestClient) -> None:
    fail(anonymous, PER_ACCOUNT)

    form = {"email": "bob@lens.example", "password": PASSWORD}

    assert anonymous.post("/sign-in", data=form).status_code == 303


def test_one_address_cannot_try_account_after_account(anonymous: TestClient) -> None:
    for number in range(PER_ADDRESS):
        assert fail(anonymous, 1, f"user{number}@lens.example") == 422

    assert fail(anonymous, 1, "one-more@lens.example") == 429


def test_the_wait_ends(
    anonymous: TestClient, settings: Settings, engine: Engine
) -> None:
    fail(anonymous, PER_ACCOUNT + 1)

    assert (
        later(settings, engine, WINDOW).post("/sign-in", data=RIGHT).status_code == 303
    )


def test_success_forgets_the_failures_of_the_account(anonymous: TestClient) -> None:
    for _ in range(3):
        assert fail(anonymous, PER_ACCOUNT - 1) == 422
        assert anonymous.post("/sign-in", data=RIGHT).status_code == 303


def test_the_count_is_shared_by_every_process(
    anonymous: TestClient, settings: Settings, engine: Engine
) -> None:
    fail(anonymous, PER_ACCOUNT)
    other = later(settings, engine, timedelta(seconds=1))

    assert other.post("/sign-in", data=RIGHT).status_code == 429


def test_neither_name_nor_address_can_be_read_from_the_table(
    anonymous: TestClient, engine: Engine
) -> None:
    fail(anonymous, 1)

    with reading(engine) as session:
        rows = session.exec(select(AttemptRow)).all()
    assert len(rows) == 2
    assert all("alice" not in row.key and "testclient" not in row.key for row in rows)


def test_an_invented_forwarded_address_changes_nothing(anonymous: TestClient) -> None:
    for number in range(PER_ADDRESS):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        form = {"email": f"user{number}@lens.example", "password": ""}
        anonymous.post("/sign-in", data=form, headers=headers)

    answer = anonymous.post(
        "/sign-in", data=RIGHT, headers={"X-Forwarded-For": "198.51.100.7"}
    )

    assert answer.status_code == 429


def test_behind_a_trusted_proxy_each_client_counts_for_itself(
    settings: Settings, engine: Engine
) -> None:
    trusting = Settings(
        data_dir=settings.data_dir, secret=settings.secret, trusted_proxies="10.0.0.0/8"
    )
    app = create_app(trusting, engine, clock=lambda: NOW)
    client = TestClient(app, follow_redirects=False, client=("10.0.0.2", 5000))

    def try_from(forwarded: str, email: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        form = {"email": email, "password": "x" * 257}
        return client.post("/sign-in", data=form, headers=headers).status_code

    for number in range(PER_ADDRESS):
        try_from("192.0.2.1, 203.0.113.5, 10.0.0.3", f"user{number}@lens.example")

    # What the client itself claims, on the left, does not count.
    assert try_from("192.0.2.9, 203.0.113.5, 10.0.0.3", "a@lens.example") == 429
    assert try_from("192.0.2.1, 203.0.113.6, 10.0.0.3", "a@lens.example") == 422


def test_an_ipv6_client_is_its_whole_network() -> None:
    first = keys_of(b"key", EMAIL, "2001:db8:1:2::1")
    second = keys_of(b"key", EMAIL, "2001:db8:1:2:ffff::9")
    elsewhere = keys_of(b"key", EMAIL, "2001:db8:1:3::1")

    assert first.address == second.address
    assert first.address != elsewhere.address
