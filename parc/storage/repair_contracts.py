"""Repair contracts in rows: found, listed with their use."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.maintenance import Stage
from parc.domain.repair_contract import Term
from parc.storage.maintenance_tables import RepairContractRow, RepairOrderRow


@dataclass(frozen=True, slots=True)
class Used:
    """A contract, and how many orders that were not cancelled name it."""

    row: RepairContractRow
    orders: int


def term_of(row: RepairContractRow) -> Term:
    """Give the days on which a contract holds."""
    return Term(row.starts_on, row.ends_on, cancelled=row.cancelled_at is not None)


def find(session: Session, viewer: Viewer, number: int) -> RepairContractRow | None:
    """Give a contract that the viewer may know of."""
    row = session.get(RepairContractRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, number: int) -> RepairContractRow:
    """Give a contract and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(RepairContractRow)
        .where(RepairContractRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def running(session: Session, owner_id: int, day: date) -> list[RepairContractRow]:
    """List the contracts of an owner that hold on a day, by name."""
    rows = session.exec(
        select(RepairContractRow)
        .where(RepairContractRow.owner_id == owner_id)
        .order_by(col(RepairContractRow.name), col(RepairContractRow.id))
    )
    return [row for row in rows if term_of(row).covers(day)]


def seen(session: Session, viewer: Viewer) -> list[Used]:
    """List the contracts of owners that the viewer sees, latest to begin first."""
    wanted = select(RepairContractRow).order_by(
        col(RepairContractRow.starts_on).desc(), col(RepairContractRow.id).desc()
    )
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(RepairContractRow.owner_id).in_(sorted(visible)))
    counts = dict(
        session.exec(
            select(RepairOrderRow.contract_id, func.count())
            .where(RepairOrderRow.stage != Stage.CANCELLED.value)
            .group_by(col(RepairOrderRow.contract_id))
        ).all()
    )
    return [Used(row, counts.get(row.id, 0)) for row in session.exec(wanted)]
