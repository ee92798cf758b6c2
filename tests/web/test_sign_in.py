"""Signing in and out."""

from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.vocabulary import Role
from parc.storage import accounts
from parc.storage.database import reading, writing
from parc.storage.tables import AccountRow, SessionRow
from parc.web.app import create_app
from parc.web.deps import COOKIE
from tests.factories import LENS
from tests.web.conftest import NOW, PASSWORD

EMAIL = "alice@lens.example"
RIGHT = {"email": EMAIL, "password": PASSWORD}


def count_of_sessions(engine: Engine) -> int:
    """Count the sessions that are open."""
    with reading(engine) as session:
        return len(session.exec(select(SessionRow)).all())


def at_hour(settings: Settings, engine: Engine, hours: float) -> FastAPI:
    """Give the same application some hours later."""
    return create_app(settings, engine, clock=lambda: NOW + timedelta(hours=hours))


def with_cookie_of(client: TestClient, app: FastAPI) -> TestClient:
    """Give a browser that holds the same session."""
    cookies = {COOKIE: client.cookies[COOKIE]}
    return TestClient(app, follow_redirects=False, cookies=cookies)


def test_the_right_password_opens_a_session(anonymous: TestClient) -> None:
    answer = anonymous.post("/sign-in", data=RIGHT)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert EMAIL in anonymous.get("/aide").text


def test_letter_case_of_the_address_does_not_matter(anonymous: TestClient) -> None:
    form = {"email": "  Alice@Lens.example ", "password": PASSWORD}

    assert anonymous.post("/sign-in", data=form).status_code == 303


def test_a_wrong_password_and_an_unknown_account_read_the_same(
    anonymous: TestClient,
) -> None:
    wrong = anonymous.post("/sign-in", data={"email": EMAIL, "password": "x" * 12})
    unknown = anonymous.post(
        "/sign-in", data={"email": "zoe@lens.example", "password": "x" * 12}
    )

    assert wrong.status_code == unknown.status_code == 422
    assert "Adresse ou mot de passe incorrect." in wrong.text
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("zoe@lens.example", "")
    assert not anonymous.cookies


def test_what_cannot_be_an_account_is_refused_like_any_other(
    anonymous: TestClient,
) -> None:
    for email in ("", "alice", "a\x00b@lens.example", "é" * 300):
        answer = anonymous.post("/sign-in", data={"email": email, "password": "x"})
        assert answer.status_code == 422


def test_a_disabled_account_does_not_sign_in(
    anonymous: TestClient, alice: TestClient, engine: Engine
) -> None:
    with writing(engine) as session:
        row = session.exec(select(AccountRow).where(AccountRow.email == EMAIL)).one()
        row.disabled_at = NOW

    assert anonymous.post("/sign-in", data=RIGHT).status_code == 422
    assert EMAIL not in alice.get("/aide").text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anonymous: TestClient,
) -> None:
    cookie = anonymous.post("/sign-in", data=RIGHT).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_over_https_the_cookie_belongs_to_this_host_alone(
    settings: Settings, engine: Engine
) -> None:
    public = settings.model_copy(update={"public_url": "https://parc.example"})
    app = create_app(public, engine, clock=lambda: NOW)
    client = TestClient(app, base_url="https://parc.example", follow_redirects=False)

    cookie = client.post("/sign-in", data=RIGHT).headers["set-cookie"]

    assert cookie.startswith("__Host-parc-session=")
    assert "; secure" in cookie.lower()
    assert EMAIL in client.get("/aide").text


def test_only_a_hash_of_the_secret_is_stored(
    anonymous: TestClient, engine: Engine
) -> None:
    anonymous.post("/sign-in", data=RIGHT)

    with reading(engine) as session:
        row = session.exec(select(SessionRow)).one()
    assert anonymous.cookies[COOKIE] not in str(row)


def test_signing_in_again_ends_the_session_before(
    anonymous: TestClient, engine: Engine
) -> None:
    anonymous.post("/sign-in", data=RIGHT)
    before = anonymous.cookies[COOKIE]
    anonymous.post("/sign-in", data=RIGHT)

    assert anonymous.cookies[COOKIE] != before
    assert count_of_sessions(engine) == 1


def test_signing_out_revokes_the_session(
    alice: TestClient, app: FastAPI, engine: Engine
) -> None:
    thief = with_cookie_of(alice, app)
    assert EMAIL in thief.get("/aide").text

    answer = alice.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    assert "Vous êtes déconnecté." in alice.get("/sign-in").text
    assert EMAIL not in thief.get("/aide").text
    assert count_of_sessions(engine) == 0


def test_a_session_left_idle_is_closed(
    alice: TestClient, settings: Settings, engine: Engine
) -> None:
    later = with_cookie_of(alice, at_hour(settings, engine, 2.1))

    assert EMAIL not in later.get("/aide").text


def test_a_session_in_use_lasts_but_not_for_ever(
    alice: TestClient, settings: Settings, engine: Engine
) -> None:
    for hours in (1.5, 3, 4.5, 6, 7.5, 9, 10.5, 11.9):
        client = with_cookie_of(alice, at_hour(settings, engine, hours))
        assert EMAIL in client.get("/aide").text

    client = with_cookie_of(alice, at_hour(settings, engine, 12))
    assert EMAIL not in client.get("/aide").text


def test_a_made_up_cookie_is_nobody(app: FastAPI) -> None:
    for secret in ("x", "0" * 43, "é"):
        headers = {b"Cookie": f"{COOKIE}={secret}".encode()}
        answer = TestClient(app).get("/aide", headers=headers)
        assert "Se déconnecter" not in answer.text


def test_one_goes_on_to_the_page_that_was_asked(anonymous: TestClient) -> None:
    form = {**RIGHT, "next": "/devices?state=in_stock"}

    answer = anonymous.post("/sign-in", data=form)

    assert answer.headers["location"] == "/devices?state=in_stock"


def test_one_never_goes_on_to_another_site(anonymous: TestClient) -> None:
    for target in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
    ):
        answer = anonymous.post("/sign-in", data={**RIGHT, "next": target})
        assert answer.headers["location"] == "/", target


def test_the_form_keeps_the_address_and_never_the_password(
    anonymous: TestClient,
) -> None:
    answer = anonymous.post(
        "/sign-in", data={"email": '"><script>', "password": "un secret à taire"}
    )

    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert "un secret à taire" not in answer.text


def test_a_notice_that_we_did_not_sign_is_not_shown(anonymous: TestClient) -> None:
    headers = {"Cookie": "parc-notice=WyJvayIsICJwb3VycmllbCJd.0000"}

    answer = anonymous.get("/sign-in", headers=headers)

    assert "pourriel" not in answer.text


def test_an_account_added_by_the_administration_signs_in(
    anonymous: TestClient, engine: Engine
) -> None:
    with writing(engine) as session:
        add_dora(session)

    form = {"email": "dora@lens.example", "password": "correct cheval pile"}

    assert anonymous.post("/sign-in", data=form).status_code == 303
    assert "Dora Petit" in anonymous.get("/aide").text


def add_dora(session: Session) -> None:
    """Add an account as the command line does."""
    accounts.add_account(
        session,
        "Dora@lens.example",
        [Role.TECHNICIAN],
        [LENS],
        "correct cheval pile",
        NOW,
        name="Dora Petit",
    )
