"""On a device's page: for each medium its proof, or what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from parc.domain import phone_reset
from parc.domain.access import Viewer
from parc.domain.device import NO_STORAGE, Device
from parc.domain.erasure import SETTLERS
from parc.domain.vocabulary import HELD, State
from parc.storage import erasures
from parc.storage.tables import DeviceRow


@dataclass(frozen=True, slots=True)
class Proof:
    """One medium: what it comes to, the report that says so, the reason given."""

    serial: str
    told: str
    settled: bool
    report: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ErasureBox:
    """The media of a device and what may be done for those that lack their proof."""

    proofs: Sequence[Proof]
    unsettled: int
    may_settle: bool
    is_phone: bool


def erasure_box(
    session: Session, viewer: Viewer, row: DeviceRow, device: Device
) -> ErasureBox:
    """Gather what proves the fate of each medium of a device."""
    kept = {
        (match.serial, report.sha256): (match, report)
        for match, report in erasures.matches_of_devices(session, [row.id])
    }
    proofs = []
    for medium in device.media:
        found = kept.get((medium.serial, medium.document or ""))
        sees = found is not None and viewer.sees(found[1].owner_id)
        proofs.append(
            Proof(
                "Aucun support" if medium.serial == NO_STORAGE else medium.serial,
                medium.settlement.label if medium.settlement else "preuve à joindre",
                medium.settlement is not None,
                found[1].id if found and sees else None,
                found[0].reason if found else "",
            )
        )
    return ErasureBox(
        proofs,
        len(device.unsettled_media),
        may_settle=row.void is None
        and State(row.state) in HELD - {State.ORDERED}
        and not viewer.roles(row.owner_id).isdisjoint(SETTLERS),
        is_phone=device.category in phone_reset.CATEGORIES,
    )
