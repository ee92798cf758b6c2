"""What a device's page says of its slips: the latest ones, and a way to a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.custody import HOLDABLE, SlipKind, Stage
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action
from parc.storage import slips
from parc.storage.slip_tables import SlipRow
from parc.storage.tables import DeviceRow
from parc.web import rendering
from parc.web.slip_view import may_write

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SlipBox:
    """The latest slips (address, sentence); where to make one, for who may.

    `holder` is the address of who has the device, for the link on their name.
    """

    latest: Sequence[tuple[str, str]]
    label: str
    address: str
    holder: str


def slip_box(session: Session, viewer: Viewer, row: DeviceRow) -> SlipBox:
    """Gather it for one device."""
    found, _ = slips.seen(session, viewer, slips.Wanted(device_id=row.id))
    latest = [(f"/slips/{one.id}", _told(one)) for one in found[:_SHOWN]]
    kind = None
    if may_write(viewer, row.owner_id) and row.void is None:
        if row.state in TRANSITIONS[Action.ASSIGN].sources:
            kind = SlipKind.ASSIGNMENT
        elif row.state in HOLDABLE:
            kind = SlipKind.RETURN
    address = f"/slips/new?kind={kind.value}&code={quote(row.tag)}" if kind else ""
    holder = f"/people/{row.holder}" if row.holder else ""
    return SlipBox(latest, kind.label if kind else "", address, holder)


def _told(row: SlipRow) -> str:
    day, stage = rendering.day(row.effective_on), Stage(row.stage).label.lower()
    return f"{slips.shown_number(row)} du {day}, {stage}"
