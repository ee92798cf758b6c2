"""Who gets what at the addresses of lists of réforme (see test_access)."""

from sqlmodel import Session

from parc.storage import decommissions
from parc.storage.decommission_tables import DecommissionListRow
from tests.factories import ALICE
from tests.web.conftest import NOW
from tests.web.expected import Expected

DECOMMISSIONS: dict[tuple[str, str], Expected] = {
    ("GET", "/decommissions"): Expected(303, 200, 200),
    ("POST", "/decommissions"): Expected(303, 303, 403),
    ("GET", "/decommissions/new"): Expected(303, 200, 403),
    ("POST", "/decommissions/new"): Expected(303, 200, 403),
    ("GET", "/decommissions/{decommission}"): Expected(303, 404, 200),
    ("POST", "/decommissions/{decommission}"): Expected(303, 404, 403),
    ("POST", "/decommissions/{decommission}/propose"): Expected(303, 404, 403),
    ("POST", "/decommissions/{decommission}/decide"): Expected(303, 404, 403),
    ("POST", "/decommissions/{decommission}/cancel"): Expected(303, 404, 403),
    ("GET", "/decommissions/{decommission}/{paper}.pdf"): Expected(303, 404, 404),
    ("GET", "/decommissions/{decommission}/finance.{kind}"): Expected(303, 404, 404),
}


def a_decommission(session: Session, owner_id: int) -> str:
    """Prepare a list of réforme; give its key."""
    row = DecommissionListRow(
        owner_id=owner_id,
        year=NOW.year,
        number=0,
        stage="draft",
        account="21838",
        created_at=NOW,
        created_by=ALICE.id,
    )
    return str(decommissions.add(session, row).id)
