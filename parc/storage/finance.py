"""What the finance office sent, and the accounting numbers that it is compared with."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.storage.purchase_tables import FinanceFileRow, ReconciliationRow
from parc.storage.tables import DeviceRow


def finance_file(
    session: Session, viewer: Viewer, number: int
) -> FinanceFileRow | None:
    """Give a finance file that the viewer may know of."""
    row = session.get(FinanceFileRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def finance_file_of(
    session: Session, owner_id: int, sha256: str
) -> FinanceFileRow | None:
    """Give the row of the very same file, if an owner sent it before."""
    return session.exec(
        select(FinanceFileRow).where(
            FinanceFileRow.owner_id == owner_id, FinanceFileRow.sha256 == sha256
        )
    ).first()


def finance_files(session: Session, viewer: Viewer) -> list[FinanceFileRow]:
    """List the latest finance files."""
    wanted = select(FinanceFileRow).order_by(col(FinanceFileRow.id).desc()).limit(30)
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(FinanceFileRow.owner_id).in_(sorted(visible)))
    return list(session.exec(wanted))


def reconciliation(
    session: Session, viewer: Viewer, number: int
) -> ReconciliationRow | None:
    """Give a reconciliation that the viewer may know of."""
    row = session.get(ReconciliationRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def reconciliations(session: Session, viewer: Viewer) -> list[ReconciliationRow]:
    """List the latest reconciliations."""
    wanted = (
        select(ReconciliationRow).order_by(col(ReconciliationRow.id).desc()).limit(30)
    )
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(ReconciliationRow.owner_id).in_(sorted(visible)))
    return list(session.exec(wanted))


def accounted_devices(
    session: Session, owner_id: int
) -> Sequence[tuple[str, str, str, str, str | None]]:
    """Give, of each device with an accounting number: number, state, facts, label.

    The last says since when it is réformé (ISO day), None when it is not.
    """
    rows = session.execute(
        sql_select(
            col(DeviceRow.accounting_number),
            col(DeviceRow.state),
            col(DeviceRow.facts),
            col(DeviceRow.label),
            col(DeviceRow.decommissioned_on),
        )
        .where(
            col(DeviceRow.owner_id) == owner_id,
            col(DeviceRow.void).is_(None),
            col(DeviceRow.accounting_number).is_not(None),
        )
        .order_by(col(DeviceRow.accounting_number), col(DeviceRow.tag))
    )
    return [
        (number or "", state, facts, label, day.isoformat() if day else None)
        for number, state, facts, label, day in rows
    ]


def counts_without_number(
    session: Session, owner_id: int, states: Iterable[str]
) -> int:
    """Count the devices in some states that have no accounting number."""
    return session.exec(
        select(func.count()).where(
            DeviceRow.owner_id == owner_id,
            col(DeviceRow.void).is_(None),
            col(DeviceRow.accounting_number).is_(None),
            col(DeviceRow.decommissioned_on).is_(None),
            col(DeviceRow.state).in_(sorted(states)),
        )
    ).one()
