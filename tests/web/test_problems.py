"""Each refusal gets its status, as a page, a fragment or a problem document."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from parc.domain.refusal import Refusal, Refused
from parc.storage.database import BusyError
from parc.storage.journal import ConflictError
from parc.web.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    SignInRequiredError,
    TooManyAttemptsError,
)

STATE = Refusal("wrong_state", "L'état ne convient pas.")
ROLE = Refusal("role", "Réservé au signataire.")
FIELD = Refusal("missing_field", "« Motif » est à renseigner.", "reason")

CASES: list[tuple[Exception, int, str]] = [
    (Refused((STATE, FIELD)), 409, "conflict"),
    (Refused((STATE, ROLE, FIELD)), 403, "not_allowed"),
    (Refused((FIELD,)), 422, "invalid"),
    (InvalidInputError(FIELD), 422, "invalid"),
    (ConflictError(), 409, "conflict"),
    (BusyError(), 503, "unavailable"),
    (NotFoundError(), 404, "not_found"),
    (ForbiddenError(), 403, "not_allowed"),
    (SignInRequiredError(), 401, "not_identified"),
    (TooManyAttemptsError(60), 429, "too_many"),
]


def raising(app: FastAPI, error: Exception) -> TestClient:
    """Give a browser on an application where two addresses raise."""

    def fail() -> None:
        raise error

    app.add_api_route("/raise", fail)
    app.add_api_route("/api/raise", fail)
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize(("error", "status", "code"), CASES)
def test_programs_get_a_problem_document(
    app: FastAPI, error: Exception, status: int, code: str
) -> None:
    answer = raising(app, error).get("/api/raise")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    if isinstance(error, Refused | InvalidInputError):
        assert [r["message"] for r in body["reasons"]] == [
            r.message for r in error.reasons
        ]


@pytest.mark.parametrize(("error", "status"), [(e, s) for e, s, _ in CASES if s != 401])
def test_people_get_a_page_with_every_reason(
    app: FastAPI, error: Exception, status: int
) -> None:
    answer = raising(app, error).get("/raise")

    assert answer.status_code == status
    assert "<html" in answer.text
    for reason in getattr(error, "reasons", ()):
        assert reason.message.replace("'", "&#39;") in answer.text


def test_htmx_gets_a_fragment(app: FastAPI) -> None:
    headers = {"HX-Request": "true"}

    answer = raising(app, Refused((STATE,))).get("/raise", headers=headers)

    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_who_must_sign_in_is_sent_there_and_brought_back(app: FastAPI) -> None:
    client = raising(app, SignInRequiredError())

    page = client.get("/raise?q=%C3%A9t%C3%A9&page=2")
    fragment = client.get("/raise", headers={"HX-Request": "true"})

    assert page.status_code == 303
    assert (
        page.headers["location"] == "/sign-in?next=/raise%3Fq%3D%25C3%25A9t%25C3%25A9"
        "%26page%3D2"
    )
    assert fragment.status_code == 401
    assert fragment.headers["hx-redirect"] == "/sign-in"


def test_a_token_is_asked_for_as_the_standard_says(app: FastAPI) -> None:
    answer = raising(app, SignInRequiredError()).get("/api/raise")

    assert answer.headers["www-authenticate"] == "Bearer"


def test_what_cannot_be_read_names_each_field(app: FastAPI) -> None:
    def read(number: int, day: int) -> int:
        return number + day

    app.add_api_route("/api/read", read)

    answer = TestClient(app).get("/api/read?number=trois")

    assert answer.status_code == 422
    assert [(r["field"], r["message"]) for r in answer.json()["reasons"]] == [
        ("number", "« number » : valeur non valide."),
        ("day", "« day » : valeur manquante."),
    ]
