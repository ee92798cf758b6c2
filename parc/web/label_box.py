"""What a device's page says of its label: when it was printed, and again."""

from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.storage import label_settings, labels, people
from parc.storage.tables import DeviceRow
from parc.web import rendering


@dataclass(frozen=True, slots=True)
class LabelBox:
    """When the label was printed, for whom may see; how to print it, for who may."""

    printed: str
    address: str


def label_box(session: Session, viewer: Viewer, row: DeviceRow) -> LabelBox:
    """Gather it for one device."""
    found = labels.printed(session, [row.id]).get(row.id)
    printed = "jamais imprimée"
    if found is not None:
        by = people.actor_names(session, [found.by]).get(found.by, found.by)
        printed = f"imprimée le {rendering.instant(found.at)} par {by}"
        if found.times > 1:
            printed += f", {found.times} fois en tout"
    may = label_settings.may_keep(viewer, row.owner_id) and row.void is None
    return LabelBox(printed, f"/labels?codes={quote(row.tag)}" if may else "")
