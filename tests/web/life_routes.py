"""Who gets what at the addresses of views, profiles, forecasts (see test_access)."""

from sqlmodel import Session

from parc.storage.life_tables import ProfileRow
from tests.factories import ALICE
from tests.web.conftest import NOW
from tests.web.expected import Expected

LIFE: dict[tuple[str, str], Expected] = {
    ("POST", "/views"): Expected(303, 422, 422),
    ("POST", "/views/{view}/rename"): Expected(303, 404, 404),
    ("POST", "/views/{view}/delete"): Expected(303, 404, 404),
    ("POST", "/views/{view}/default"): Expected(303, 404, 404),
    ("GET", "/fleet"): Expected(303, 200, 200),
    ("GET", "/foresight"): Expected(303, 200, 200),
    ("GET", "/foresight/due"): Expected(303, 200, 200),
    ("GET", "/foresight/ends"): Expected(303, 200, 200),
    ("GET", "/foresight/systems"): Expected(303, 200, 200),
    ("GET", "/foresight/files/{forecast}.{kind}"): Expected(303, 200, 200),
    ("GET", "/foresight/indicators"): Expected(303, 200, 200),
    ("GET", "/foresight/indicators.{kind}"): Expected(303, 200, 200),
    ("POST", "/foresight/indicators"): Expected(303, 404, 404),
    ("GET", "/profiles"): Expected(303, 200, 200),
    ("POST", "/profiles"): Expected(303, 422, 403),
    ("GET", "/profiles/gaps"): Expected(303, 200, 200),
    ("GET", "/profiles/{profile}"): Expected(303, 404, 200),
    ("POST", "/profiles/{profile}"): Expected(303, 404, 403),
    ("POST", "/profiles/{profile}/attach"): Expected(303, 404, 403),
    ("POST", "/profiles/{profile}/detach"): Expected(303, 404, 403),
    ("POST", "/profiles/{profile}/retire"): Expected(303, 404, 403),
}


def a_profile(session: Session, owner_id: int) -> dict[str, str]:
    """Add an empty profile of an owner; give its number by parameter of a path."""
    row = ProfileRow(
        owner_id=owner_id,
        name="Agent",
        kind="post",
        created_at=NOW,
        created_by=ALICE.id,
    )
    session.add(row)
    session.flush()
    return {"profile": str(row.id), "forecast": "plan"}
