"""What a device's page says of its lists of réforme: the latest ones."""

from collections.abc import Sequence

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.decommissioning import Stage
from parc.storage import decommissions
from parc.storage.tables import DeviceRow

_SHOWN = 3


def decommission_box(
    session: Session, viewer: Viewer, row: DeviceRow
) -> Sequence[tuple[str, str]]:
    """Give the address of each list that the device is or was on, and a sentence."""
    wanted = decommissions.Wanted(device_id=row.id)
    found, _ = decommissions.seen(session, viewer, wanted)
    return [
        (
            f"/decommissions/{one.id}",
            f"{decommissions.shown_number(one)}, {Stage(one.stage).label.lower()}",
        )
        for one in found[:_SHOWN]
    ]
