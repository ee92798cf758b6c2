"""Devices that somebody may see: one by its tag, its companions, counts.

Any other printed code goes through `operations.resolving`. Every query starts from
what the viewer may see: `scope`.
"""

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.vocabulary import State
from parc.storage.tables import DeviceRow, MediumRow, OwnerRow, OwnershipRow


def scope(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Give the condition that keeps devices of owners the viewer may see."""
    visible = viewer.owner_ids
    if visible is None:
        return []
    return [col(DeviceRow.owner_id).in_(sorted(visible))]


def find(session: Session, viewer: Viewer, tag: str) -> DeviceRow | None:
    """Look a device up by its tag: ours in any letter case, others exactly."""
    ours = AssetTag.parse(tag)
    return session.exec(
        select(DeviceRow).where(
            DeviceRow.tag == (str(ours) if ours else tag), *scope(viewer)
        )
    ).first()


def media_of(session: Session, device_id: int) -> list[MediumRow]:
    """List a device's storage media, by serial."""
    return list(
        session.exec(
            select(MediumRow)
            .where(MediumRow.device_id == device_id)
            .order_by(col(MediumRow.serial))
        )
    )


def ownerships_of(session: Session, device_id: int) -> list[OwnershipRow]:
    """List who owned a device when, oldest first."""
    return list(
        session.exec(
            select(OwnershipRow)
            .where(OwnershipRow.device_id == device_id)
            .order_by(col(OwnershipRow.starts_on), col(OwnershipRow.ends_on))
        )
    )


def owners_seen(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners whose devices the viewer may see, by name."""
    wanted = select(OwnerRow).order_by(col(OwnerRow.name))
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(OwnerRow.id).in_(sorted(visible)))
    return list(session.exec(wanted))


def counts_by_state(session: Session, viewer: Viewer) -> dict[State, int]:
    """Count the visible devices of each state; absent states are left out."""
    found = session.exec(
        select(DeviceRow.state, func.count())
        .where(col(DeviceRow.void).is_(None), *scope(viewer))
        .group_by(col(DeviceRow.state))
    )
    counts = dict(found.all())
    return {state: counts[state] for state in State if state in counts}
