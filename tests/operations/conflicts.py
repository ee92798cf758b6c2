"""A row whose tag and UUID disagree, waiting; who may settle it."""

from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.access import Grant, Viewer
from parc.domain.intake_dispute import Doubt
from parc.domain.vocabulary import Role
from parc.operations.import_conflicts import Who
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading
from parc.storage.tables import OwnerRow
from tests.factories import ALICE, LENS, TODAY, at
from tests.operations.imported import (
    counts,
    device,
    imported,
    sheet,
)

HEADING = "Étiquette;N° de série;UUID;Type;Marque;Modèle;Utilisateur"
UUID = "4c4c4544-0036-3410-8048-b6c04f485032"
ONE = f"PC-17;640HP72;{UUID};PC portable;Dell;Latitude 5420;"
TWO = "PC-18;77AB12;;PC portable;Dell;Latitude 5420;"
DISPUTED = f"PC-18;;{UUID};PC portable;Dell;Latitude 7400;Hélène Dupont"


def disputed(*rows: str) -> bytes:
    """Write a file of those rows."""
    return sheet(*(rows or (DISPUTED,)), heading=HEADING)


def who(engine: Engine, *roles: Role, owner: str = LENS, actor: str = ALICE.id) -> Who:
    """Give somebody with those roles at an owner: a technician and fleet lead."""
    with reading(engine) as session:
        key = session.exec(select(OwnerRow.id).where(OwnerRow.siret == owner)).one()
    held = roles or (Role.TECHNICIAN, Role.FLEET_LEAD)
    grants = frozenset(Grant(role, key) for role in held)
    return Who(Viewer(actor, grants), at(TODAY, 15), TODAY)


def queue(engine: Engine) -> list[ConflictRow]:
    """List the whole queue."""
    with reading(engine) as session:
        return list(session.exec(select(ConflictRow).order_by(col(ConflictRow.id))))


def ids(engine: Engine, *wanted: str) -> tuple[int, ...]:
    """Give the ids of devices by their tags."""
    with reading(engine) as session:
        return tuple(device(session, tag).id for tag in wanted)


def a_waiting_row(parc: Engine) -> ConflictRow:
    """Import two devices, then a row whose tag and UUID disagree."""
    imported(parc, disputed(ONE, TWO))
    outcome = imported(parc, disputed())
    assert counts(outcome) == (0, 0, 0, 1, 0)
    assert outcome.doubts == {Doubt.DISAGREE: 1}
    (row,) = queue(parc)
    return row
