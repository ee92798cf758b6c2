"""Who gets what at the addresses of erasure evidence (see test_access)."""

from sqlmodel import Session

from parc.storage import erasures
from tests.factories import ALICE
from tests.web.conftest import NOW
from tests.web.expected import Expected

ERASURES: dict[tuple[str, str], Expected] = {
    ("GET", "/erasures"): Expected(303, 200, 200),
    ("POST", "/erasures"): Expected(303, 422, 403),
    ("GET", "/erasures/phones"): Expected(303, 200, 403),
    ("POST", "/erasures/phones"): Expected(303, 422, 403),
    ("GET", "/erasures/summary"): Expected(303, 200, 200),
    ("POST", "/erasures/summary"): Expected(303, 200, 200),
    ("GET", "/erasures/{erasure}"): Expected(303, 404, 200),
    ("POST", "/erasures/{erasure}/apply"): Expected(303, 404, 403),
    ("POST", "/erasures/{erasure}/{record}/accept"): Expected(303, 404, 403),
}


def a_report(session: Session, owner_id: int) -> str:
    """Keep a report of Lens's; give its number."""
    row = erasures.add_report(
        session, owner_id, "e" * 64, "Journal de nwipe", (), None, NOW, ALICE.id
    )
    return str(row.id)
