"""When and where a device was last seen: scanned, at a stocktake or at a bench."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.storage.scan_tables import ScanRow, ScanRunRow
from parc.storage.stocktake_tables import StocktakeRow, StocktakeScanRow
from parc.storage.tables import SiteRow


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device in somebody's hand; `place` is empty when nobody said where.

    `stocktake` is the number of the stocktake, None for a bench.
    """

    at: datetime
    place: str = ""
    stocktake: int | None = None


def last_seen(session: Session, viewer: Viewer, device_id: int) -> Sighting | None:
    """Give the latest scan of a device that the viewer may know of."""
    visible = viewer.owner_ids
    counted = (
        select(
            StocktakeScanRow.at, StocktakeScanRow.place, StocktakeScanRow.stocktake_id
        )
        .join(StocktakeRow, col(StocktakeRow.id) == StocktakeScanRow.stocktake_id)
        .where(StocktakeScanRow.device_id == device_id)
        .order_by(col(StocktakeScanRow.at).desc())
        .limit(1)
    )
    if visible is not None:
        counted = counted.where(col(StocktakeRow.owner_id).in_(sorted(visible)))
    benched = (
        select(ScanRow.at, SiteRow)
        .join(ScanRunRow, col(ScanRunRow.id) == ScanRow.run_id, isouter=True)
        .join(SiteRow, col(SiteRow.id) == ScanRunRow.site_id, isouter=True)
        .where(ScanRow.device_id == device_id)
        .order_by(col(ScanRow.at).desc())
        .limit(1)
    )
    found = [Sighting(at, place, number) for at, place, number in session.exec(counted)]
    for at, site in session.exec(benched):
        shown = site is not None and viewer.sees(site.owner_id)
        found.append(Sighting(at, site.name if shown else ""))
    return max(found, key=lambda one: one.at, default=None)
