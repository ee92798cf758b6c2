"""Scans that waited for the network: done as if in time, unless things have changed.

What the telephone showed when it scanned is compared with what is true now. Anything
else than the same is told to whoever scanned, and nothing is done.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from parc import clock
from parc.domain.vocabulary import Action
from parc.storage import scans
from parc.storage.scan_tables import ScanRunRow


@dataclass(frozen=True, slots=True)
class Late:
    """When a scan was made, and the action then shown as armed.

    `armed` is empty for none, None where the screen did not know.
    """

    at: datetime
    armed: str | None = None

    @property
    def day(self) -> date:
        """The day of the scan, in France."""
        return clock.local(self.at).date()


def conflict_of_order(session: Session, run: ScanRunRow, late: Late) -> str:
    """Say that another action is armed than the one shown; empty when it is not.

    A card scanned since, in the same run, is what the person wanted.
    """
    armed = run.action or ""
    if late.armed is None or late.armed == armed:
        return ""
    if scans.ordered_since(session, run.id, late.at):
        return ""
    shown = _named(late.armed)
    return (
        f"Au moment du scan ({_told(late.at)}), le poste affichait {shown} ; c'est "
        f"maintenant {_named(armed)}. Rien n'est fait : vérifiez, puis scannez de "
        "nouveau."
    )


def conflict_of_device(
    session: Session, run_id: str, device_id: int, late: Late
) -> str:
    """Say what happened to a device since it was scanned; empty when nothing did."""
    event = scans.change_since(session, run_id, device_id, late.at)
    if event is None:
        return ""
    done = Action(event.action).label
    return (
        f"Ce matériel a changé depuis votre scan ({_told(late.at)}) : « {done} », "
        f"inscrit le {_told(event.recorded_at)}. Rien n'est fait : vérifiez, puis "
        "scannez-le de nouveau."
    )


def _named(action: str) -> str:
    known = next((a for a in Action if a.value == action), None)
    return f"« {known.label} »" if known else "« En pause »"


def _told(at: datetime) -> str:
    return f"{clock.local(at):%d/%m/%Y à %H:%M}"
