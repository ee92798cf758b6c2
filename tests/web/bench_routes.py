"""Who gets what at the addresses of repairs and slips (see test_access)."""

from sqlmodel import Session

from parc.domain.custody import SlipKind
from parc.storage import slips
from parc.storage.tables import PersonRow
from tests.factories import ALICE, TODAY
from tests.web.conftest import NOW
from tests.web.expected import Expected

REPAIRS: dict[tuple[str, str], Expected] = {
    ("GET", "/repairs"): Expected(303, 200, 200),
    ("GET", "/repairs/closed"): Expected(303, 200, 200),
    ("GET", "/repairs/year"): Expected(303, 200, 200),
    ("GET", "/repairs/year/{category}"): Expected(303, 200, 200),
    ("GET", "/repairs/files/{listing}.{kind}"): Expected(303, 200, 200),
    ("GET", "/repairs/sheet"): Expected(303, 404, 404),
    ("GET", "/repairs/new"): Expected(303, 200, 403),
    ("POST", "/repairs/new"): Expected(303, 422, 403),
    ("GET", "/repairs/{repair}"): Expected(303, 404, 200),
    ("POST", "/repairs/{repair}"): Expected(303, 404, 403),
    ("POST", "/repairs/{repair}/close"): Expected(303, 404, 403),
    ("POST", "/repairs/{repair}/cancel"): Expected(303, 404, 403),
    ("POST", "/repairs/{repair}/parts"): Expected(303, 404, 403),
    ("POST", "/repairs/{repair}/parts/return"): Expected(303, 404, 403),
    ("GET", "/repairs/parts"): Expected(303, 200, 200),
    ("POST", "/repairs/parts"): Expected(303, 422, 403),
    ("GET", "/repairs/parts/{part}"): Expected(303, 404, 200),
    ("POST", "/repairs/parts/{part}"): Expected(303, 404, 403),
    ("POST", "/repairs/parts/{part}/{movement}"): Expected(303, 404, 403),
    ("GET", "/repairs/contracts"): Expected(303, 200, 200),
    ("POST", "/repairs/contracts"): Expected(303, 422, 403),
    ("GET", "/repairs/contracts/{contract}"): Expected(303, 404, 200),
    ("POST", "/repairs/contracts/{contract}/cancel"): Expected(303, 404, 403),
}

SLIPS: dict[tuple[str, str], Expected] = {
    ("GET", "/slips"): Expected(303, 200, 200),
    ("POST", "/slips"): Expected(303, 422, 403),
    ("GET", "/slips/loans"): Expected(303, 200, 200),
    ("GET", "/slips/loans.{kind}"): Expected(303, 200, 200),
    ("GET", "/slips/new"): Expected(303, 200, 403),
    ("POST", "/slips/new"): Expected(303, 200, 403),
    ("GET", "/slips/{slip}.pdf"): Expected(303, 404, 200),
    ("GET", "/slips/{slip}"): Expected(303, 404, 200),
    ("POST", "/slips/{slip}"): Expected(303, 404, 403),
    ("POST", "/slips/{slip}/sign"): Expected(303, 404, 403),
    ("POST", "/slips/{slip}/cancel"): Expected(303, 404, 403),
    ("GET", "/people"): Expected(303, 200, 200),
    ("POST", "/people"): Expected(303, 422, 403),
    ("GET", "/people/{person}"): Expected(303, 404, 200),
    ("POST", "/people/{person}"): Expected(303, 404, 403),
    ("POST", "/people/{person}/arrival"): Expected(303, 404, 403),
    ("POST", "/people/{person}/departure"): Expected(303, 404, 403),
    ("POST", "/people/{person}/forget"): Expected(303, 404, 403),
}


def a_slip(session: Session, owner_id: int, person: str) -> str:
    """Draft a loan to Hélène, under an opaque id; give its key."""
    session.add(PersonRow(id=person, owner_id=owner_id, name="Hélène"))
    session.flush()
    draft = slips.new_row(owner_id, SlipKind.LOAN, person, TODAY, at=NOW, by=ALICE.id)
    return str(slips.add(session, draft).id)
