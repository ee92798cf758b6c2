"""What is in stock, by kind and by owner: reuse comes before any purchase."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.vocabulary import State
from parc.storage.devices import scope
from parc.storage.tables import DeviceRow


def in_stock(
    session: Session, viewer: Viewer, categories: Collection[str] | None = None
) -> dict[str, dict[int, int]]:
    """Count what is in stock among the owners seen: category, then owner (row id).

    `categories` None asks for all of them.
    """
    conditions = [
        col(DeviceRow.state) == State.IN_STOCK.value,
        col(DeviceRow.void).is_(None),
        *scope(viewer),
    ]
    if categories is not None:
        conditions.append(col(DeviceRow.category).in_(sorted(categories)))
    found = session.exec(
        select(DeviceRow.category, DeviceRow.owner_id, func.count())
        .where(*conditions)
        .group_by(col(DeviceRow.category), col(DeviceRow.owner_id))
    )
    counts: dict[str, dict[int, int]] = {}
    for category, owner_id, number in found:
        counts.setdefault(category, {})[owner_id] = number
    return counts
