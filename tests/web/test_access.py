"""Who gets what at every address; an address that this table forgets fails here.

Add a line to `ROUTES` with each new route. The walk fills the path with what
belongs to Lens (`OF_LENS`), then asks as a stranger, as Charlie (every role, but
in Loos) and as the auditor (reads everything, writes nothing).
"""

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.storage import people
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import writing
from parc.storage.mapping_tables import MappingRow
from parc.storage.tables import OwnerRow, TokenRow
from tests.factories import ALICE, LENS
from tests.web.bench_routes import REPAIRS, SLIPS, a_slip
from tests.web.conftest import NOW, MakeDevice
from tests.web.decommission_routes import DECOMMISSIONS, a_decommission
from tests.web.erasure_routes import ERASURES, a_report
from tests.web.expected import Expected
from tests.web.life_routes import LIFE, a_profile
from tests.web.maintained import maintained
from tests.web.purchase_routes import PURCHASES, bought_for_lens

TO_SIGN_IN = 303
"""A stranger is sent to the sign-in page."""


OPEN = Expected(200, 200, 200)
"""Open to all: says nothing of anybody's devices."""

ROUTES: dict[tuple[str, str], Expected] = {
    **PURCHASES,
    **ERASURES,
    **LIFE,
    **DECOMMISSIONS,
    **REPAIRS,
    **SLIPS,
    ("GET", "/health/live"): OPEN,
    ("GET", "/health/ready"): OPEN,
    ("GET", "/aide"): OPEN,
    ("GET", "/aide/telephone"): OPEN,
    ("GET", "/accessibilite"): OPEN,
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/static/{name}"): Expected(404, 404, 404),
    ("GET", "/sign-in"): Expected(200, 303, 303),
    ("POST", "/sign-in"): Expected(422, 422, 422),
    ("POST", "/sign-out"): Expected(303, 303, 303),
    ("GET", "/"): Expected(303, 200, 200),
    ("GET", "/devices"): Expected(303, 200, 200),
    ("GET", "/devices.{kind}"): Expected(303, 200, 200),
    ("GET", "/devices/find"): Expected(303, 200, 200),
    ("GET", "/devices/new"): Expected(303, 200, 403),
    ("POST", "/devices/new"): Expected(303, 422, 403),
    ("GET", "/devices/{tag:path}"): Expected(303, 404, 200),
    ("POST", "/devices/{tag:path}/{action}"): Expected(
        303, 404, 403, {"effective_on": "2026-11-24"}
    ),
    ("POST", "/devices/{tag:path}/notes"): Expected(303, 404, 403),
    ("POST", "/devices/{tag:path}/attachments"): Expected(303, 404, 403),
    ("POST", "/notes/{note}/withdraw"): Expected(303, 404, 404),
    ("GET", "/devices/{tag:path}/merge"): Expected(303, 404, 403),
    ("POST", "/devices/{tag:path}/merge"): Expected(303, 404, 403),
    ("POST", "/devices/{tag:path}/codes"): Expected(303, 404, 403),
    ("POST", "/devices/{tag:path}/article"): Expected(303, 404, 403),
    ("POST", "/codes/{code}/withdraw"): Expected(303, 404, 404),
    ("GET", "/attachments/{attachment}"): Expected(303, 404, 404),
    ("GET", "/attachments/{attachment}/thumbnail"): Expected(303, 404, 404),
    ("POST", "/attachments/{attachment}/remove"): Expected(303, 404, 404),
    ("GET", "/bulk"): Expected(303, 200, 403),
    ("POST", "/bulk"): Expected(303, 422, 403),
    ("POST", "/bulk/act"): Expected(
        303, 303, 403, {"action": "move", "comment": "Rien", "list": "LL-000009-Z"}
    ),
    ("GET", "/bulk/{key}"): Expected(303, 404, 404),
    ("POST", "/bulk/{key}/cancel"): Expected(303, 404, 404),
    ("POST", "/bulk/{key}/undo"): Expected(303, 404, 404),
    ("GET", "/bulk/{key}/refused.csv"): Expected(303, 404, 404),
    ("GET", "/audit"): Expected(303, 200, 200),
    ("GET", "/audit.csv"): Expected(303, 200, 200),
    ("GET", "/scan"): Expected(303, 200, 403),
    ("POST", "/scan"): Expected(303, 303, 403, {"code": "LL-000009-Z"}),
    ("POST", "/scan/arm"): Expected(303, 303, 403, {"action": "assign"}),
    ("POST", "/scan/pause"): Expected(303, 303, 403),
    ("POST", "/scan/undo"): Expected(303, 303, 403),
    ("GET", "/scan/cards"): Expected(303, 200, 403),
    ("GET", "/scan/offline"): OPEN,
    ("GET", "/sw.js"): OPEN,
    ("GET", "/manifest.webmanifest"): OPEN,
    ("GET", "/icons/{size}.png"): OPEN,
    ("POST", "/scan/photo"): Expected(303, 422, 403),
    ("POST", "/devices/find"): Expected(303, 422, 422),
    ("GET", "/stocktakes"): Expected(303, 200, 200),
    ("POST", "/stocktakes"): Expected(303, 303, 403),
    ("GET", "/stocktakes/{stocktake}"): Expected(303, 404, 200),
    ("GET", "/stocktakes/{stocktake}/board"): Expected(303, 404, 200),
    ("POST", "/stocktakes/{stocktake}/scans"): Expected(303, 404, 403),
    ("POST", "/stocktakes/{stocktake}/photo"): Expected(303, 404, 403),
    ("POST", "/stocktakes/{stocktake}/close"): Expected(303, 404, 403),
    ("POST", "/stocktakes/{stocktake}/anomalies/{subject}"): Expected(303, 404, 403),
    ("POST", "/stocktakes/{stocktake}/sign"): Expected(303, 404, 403),
    ("POST", "/api/v1/stocktakes/{stocktake}/scans"): Expected(
        401, 404, 403, json={"phone": "phone-1", "scans": []}
    ),
    ("POST", "/api/v1/scans"): Expected(
        401, 200, 403, json={"scans": [{"key": "12345678", "code": "LL-000009-Z"}]}
    ),
    ("GET", "/documents/{sha256}"): Expected(303, 404, 404),
    ("GET", "/imports"): Expected(303, 200, 403),
    ("POST", "/imports"): Expected(303, 422, 403),
    ("GET", "/imports/mappings"): Expected(303, 200, 403),
    ("GET", "/imports/mappings/words"): Expected(303, 404, 403),
    ("POST", "/imports/mappings/words"): Expected(303, 404, 403),
    ("GET", "/imports/mappings/{mapping_id}.toml"): Expected(303, 404, 404),
    ("GET", "/imports/mappings/{mapping_id}"): Expected(303, 404, 404),
    ("POST", "/imports/mappings/{mapping_id}"): Expected(303, 404, 404),
    ("POST", "/imports/mappings/{mapping_id}/forget"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/mapping"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/mapping"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/mapping/check"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/words"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/words"): Expected(303, 404, 404, {"kind": "state"}),
    ("GET", "/imports/conflicts"): Expected(303, 200, 403),
    ("GET", "/imports/conflicts/{conflict}"): Expected(303, 404, 404),
    ("POST", "/imports/conflicts/{conflict}"): Expected(303, 404, 404),
    ("POST", "/imports/conflicts/{conflict}/reopen"): Expected(303, 404, 404),
    ("GET", "/imports/{key}"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/apply"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/cancel"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/abandon"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/rejects.csv"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/differences"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/differences.{kind}"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/undo"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/undo/{job}"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/undo/{job}"): Expected(303, 404, 404),
    ("POST", "/imports/{key}/undo/{job}/cancel"): Expected(303, 404, 404),
    ("GET", "/imports/{key}/undo/{job}/left.csv"): Expected(303, 404, 404),
    ("GET", "/reports"): Expected(303, 200, 200),
    ("GET", "/reports/reen"): Expected(303, 422, 422),
    ("GET", "/reports/reen/{year}"): Expected(303, 200, 200),
    ("GET", "/reports/reen/{year}.xlsx"): Expected(303, 200, 200),
    ("GET", "/reports/reen/{year}/{indicator}"): Expected(303, 200, 200),
    ("GET", "/settings"): Expected(303, 200, 403),
    ("GET", "/settings/owners/new"): Expected(303, 403, 403),
    ("POST", "/settings/owners/new"): Expected(303, 403, 403),
    ("GET", "/settings/owners/{siret}"): Expected(303, 404, 403),
    ("POST", "/settings/owners/{siret}"): Expected(303, 404, 403),
    ("POST", "/settings/owners/{siret}/first-day"): Expected(303, 404, 403),
    ("GET", "/settings/accounts"): Expected(303, 200, 403),
    ("GET", "/settings/accounts/new"): Expected(303, 200, 403),
    ("POST", "/settings/accounts/new"): Expected(303, 422, 403),
    ("GET", "/settings/accounts/{actor}"): Expected(303, 404, 403),
    ("POST", "/settings/accounts/{actor}/roles"): Expected(303, 404, 403),
    ("POST", "/settings/accounts/{actor}/name"): Expected(303, 404, 403),
    ("POST", "/settings/accounts/{actor}/disable"): Expected(303, 404, 403),
    ("POST", "/settings/accounts/{actor}/enable"): Expected(303, 404, 403),
    ("POST", "/settings/accounts/{actor}/password"): Expected(303, 404, 403),
    ("GET", "/settings/tokens"): Expected(303, 200, 403),
    ("GET", "/settings/tokens/new"): Expected(303, 200, 403),
    ("POST", "/settings/tokens/new"): Expected(303, 422, 403),
    ("POST", "/settings/tokens/{token}/revoke"): Expected(303, 404, 403),
    ("GET", "/labels"): Expected(303, 200, 403),
    ("POST", "/labels"): Expected(303, 200, 403),
    ("POST", "/labels/print"): Expected(303, 422, 403),
    ("GET", "/labels/one.{kind}"): Expected(303, 404, 403),
    ("GET", "/labels/runs/{key}"): Expected(303, 404, 404),
    ("GET", "/labels/runs/{key}/labels.{kind}"): Expected(303, 404, 404),
    ("GET", "/labels/reserved"): Expected(303, 200, 403),
    ("GET", "/labels/reserved/{code}"): Expected(303, 404, 404),
    ("POST", "/labels/reserved/{code}/bind"): Expected(303, 404, 404),
    ("GET", "/labels/stocks"): Expected(303, 200, 403),
    ("POST", "/labels/stocks"): Expected(303, 422, 403),
    ("POST", "/labels/stocks/{stock}/remove"): Expected(303, 404, 404),
    ("GET", "/labels/setup"): Expected(303, 200, 403),
    ("POST", "/labels/printers"): Expected(303, 422, 403),
    ("POST", "/labels/printers/{printer}/remove"): Expected(303, 404, 404),
    ("POST", "/labels/texts"): Expected(303, 422, 403),
    ("GET", "/labels/calibration.pdf"): Expected(303, 200, 403),
    ("GET", "/d/{code}"): Expected(303, 303, 303),
    ("GET", "/D/{code}"): Expected(303, 303, 303),
    ("GET", "/sites"): Expected(303, 200, 200),
    ("POST", "/sites"): Expected(303, 422, 403),
    ("GET", "/sites/{site}"): Expected(303, 404, 403),
    ("POST", "/sites/{site}"): Expected(303, 404, 403),
    ("POST", "/sites/{site}/remove"): Expected(303, 404, 403),
    ("GET", "/account"): Expected(303, 200, 200),
    ("POST", "/account"): Expected(303, 422, 422),
    ("GET", "/api/v1/reports/reen/{year}"): Expected(401, 200, 200),
    ("GET", "/api/v1/devices"): Expected(401, 200, 200),
    ("GET", "/api/v1/devices/{tag:path}"): Expected(401, 404, 200),
    ("GET", "/api/v1/devices/{tag:path}/history"): Expected(401, 404, 200),
    ("POST", "/api/v1/devices/{tag:path}/{action}"): Expected(
        401, 404, 403, json={"effective_on": "2026-11-24"}
    ),
    ("POST", "/api/v1/documents"): Expected(401, 422, 422),
    ("POST", "/api/v1/imports"): Expected(401, 422, 422),
}

OF_LENS: dict[str, str] = {
    "name": "nothing.css",
    "action": "move",
    "kind": "csv",
    "view": "1",
    "year": "2026",
    "indicator": "REEN-01",
    "sha256": "d" * 64,
    "siret": LENS,
    "actor": ALICE.id,
    "note": "1",
    "code": "1",
    "stock": "1",
    "printer": "1",
    "attachment": "1",
    "job": "0" * 16,
    "size": "192",
    "subject": "d1",
    "person": "P-AL1CE000",
    "listing": "open",
    "paper": "report",
    "category": "laptop",
    "movement": "receive",
}
"""What stands for each parameter of a path; `tag` is a device of Lens."""


UNKNOWN_TAG = "LL-000009-Z"


@pytest.fixture
def made_for_lens(
    request: pytest.FixtureRequest, alice: TestClient, engine: Engine
) -> dict[str, str]:
    """Give an import that Alice has not applied, a site and a token of Lens."""
    content = b"Tag;Serial;Type\nA-1;S1;Laptop\n"
    answer = alice.post("/imports", files={"file": ("liste.csv", content)})
    alice.post("/views", data={"name": "Portables", "query": "category=laptop"})
    alice.post(f"{answer.headers['location']}/mapping")
    counted = alice.post("/stocktakes").headers["location"]
    purchases = bought_for_lens(alice) if "/purchases" in request.node.name else {}
    with writing(engine) as session:
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        conflict = a_conflict(answer.headers["location"].rpartition("/")[2], lens)
        session.add(conflict)
        session.flush()
        return {
            **purchases,
            "conflict": str(conflict.id),
            "key": answer.headers["location"].rpartition("/")[2],
            "mapping_id": str(session.exec(select(MappingRow.id)).one()),
            "stocktake": counted.rpartition("/")[2],
            **maintained(session, lens),
            "erasure": a_report(session, lens),
            "record": "0",
            **a_profile(session, lens),
            "slip": a_slip(session, lens, OF_LENS["person"]),
            "decommission": a_decommission(session, lens),
            "site": str(people.site_id(session, lens, "Mairie")),
            "token": session.exec(select(TokenRow.actor)).first() or "",
        }


def a_conflict(import_id: str, owner_id: int) -> ConflictRow:
    """Give a row of an import that waits for a person."""
    return ConflictRow(
        import_id=import_id,
        owner_id=owner_id,
        line=2,
        doubt="several",
        message="Plusieurs matériels.",
        record="{}",
        digest="0" * 64,
        candidates="[1]",
        created_at=NOW,
        state="open",
    )


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """List every method and path that the application answers.

    What is not a plain route (a mounted application) shows with the method "?".
    """
    return {
        (method, context.path or "?")
        for context in iter_route_contexts(app.routes)
        for method in context.methods or {"?"}
        if method != "HEAD"
    }


def test_every_route_is_in_the_table(app: FastAPI) -> None:
    assert sorted(routes(app) - set(ROUTES)) == []


def test_the_table_holds_no_route_that_is_gone(app: FastAPI) -> None:
    assert sorted(set(ROUTES) - routes(app)) == []


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
def test_each_person_gets_what_the_table_says(
    request: pytest.FixtureRequest,
    method: str,
    path: str,
    make_device: MakeDevice,
    made_for_lens: dict[str, str],
) -> None:
    expected = ROUTES[method, path]
    names = {**OF_LENS, **made_for_lens, "tag": make_device()}
    address = path.replace(":path}", "}").format_map(names)
    for person in ("anonymous", "charlie", "auditor"):
        client: TestClient = request.getfixturevalue(person)

        answer = client.request(
            method,
            address,
            data=expected.form if method == "POST" and expected.json is None else None,
            json=expected.json,
        )

        status = getattr(expected, person)
        assert answer.status_code == status, (person, answer.text[:2000])


@pytest.mark.parametrize(
    ("method", "path"), sorted(key for key in ROUTES if key[0] == "GET")
)
def test_nothing_read_elsewhere_holds_a_tag_of_lens(
    request: pytest.FixtureRequest,
    method: str,
    path: str,
    make_device: MakeDevice,
    made_for_lens: dict[str, str],
) -> None:
    tag = make_device()
    names = {**OF_LENS, **made_for_lens, "tag": UNKNOWN_TAG}
    address = path.replace(":path}", "}").format_map(names)
    for person in ("anonymous", "charlie"):
        client: TestClient = request.getfixturevalue(person)

        answer = client.request(method, address)

        assert tag not in answer.text, person


@pytest.mark.parametrize(
    ("method", "path"), sorted(k for k in ROUTES if "{tag" in k[1])
)
def test_what_belongs_to_lens_and_what_does_not_exist_read_the_same(
    charlie: TestClient, method: str, path: str, make_device: MakeDevice
) -> None:
    expected = ROUTES[method, path]
    tag = make_device()

    def read(wanted: str) -> tuple[int, str]:
        names = {**OF_LENS, "tag": wanted}
        answer = charlie.request(
            method,
            path.replace(":path}", "}").format_map(names),
            data=expected.form if method == "POST" and expected.json is None else None,
            json=expected.json,
        )
        return answer.status_code, answer.text.replace(wanted, "")

    assert read(tag) == read(UNKNOWN_TAG)


def test_an_address_of_nowhere_is_a_page_in_french(alice: TestClient) -> None:
    answer = alice.get("/nowhere")

    assert answer.status_code == 404
    assert "Page introuvable" in answer.text
    assert "alice@lens.example" in answer.text


def test_an_address_of_nowhere_under_the_api_is_a_problem_document(
    alice: TestClient,
) -> None:
    answer = alice.get("/api/v1/nowhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_a_wrong_method_is_405(alice: TestClient) -> None:
    assert alice.post("/aide").status_code == 405
