"""What is entered of an owner's year, and the histories its indicators need."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from parc.domain.events import Event
from parc.storage import facts
from parc.storage.life_tables import OwnerYearRow
from parc.storage.tables import OwnershipRow


def find(session: Session, owner_id: int, year: int) -> OwnerYearRow | None:
    """Give what was entered of an owner's year."""
    return session.get(OwnerYearRow, (owner_id, year))


def keep(  # noqa: PLR0917 - what is entered, when and by whom
    session: Session,
    owner_id: int,
    year: int,
    agents: int | None,
    target: int | None,
    at: datetime,
    by: str,
) -> None:
    """Enter a year, in the place of what was entered before."""
    row = find(session, owner_id, year) or OwnerYearRow(
        owner_id=owner_id, year=year, entered_at=at, entered_by=by
    )
    row.agents, row.use_target_months = agents, target
    row.entered_at, row.entered_by = at, by
    session.add(row)
    session.flush()


def histories(session: Session, owner_id: int, day: date) -> Iterator[list[Event]]:
    """Give the whole history of each device that an owner had by the end of a day."""
    ids = session.execute(
        sql_select(col(OwnershipRow.device_id))
        .where(
            col(OwnershipRow.owner_id) == owner_id, col(OwnershipRow.starts_on) <= day
        )
        .distinct()
        .order_by(col(OwnershipRow.device_id))
    )
    yield from facts.histories(session, list(ids.scalars()))
