"""Devices that somebody may see: one by its tag or any printed code, companions.

Every query starts from what the viewer may see: `scope`.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag, looks_like_ours
from parc.domain.device import NO_STORAGE
from parc.domain.search import is_junk_serial, serial_key
from parc.domain.vocabulary import State
from parc.storage.tables import DeviceRow, MediumRow, OwnerRow, OwnershipRow

LONGEST_CODE = 300
_AMBIGUOUS = 50


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a scanned or typed code stands for.

    `code` is what was understood. One device: found. Several: a person decides.
    None: unknown; `misread` tells a tag of ours with a wrong check character.
    """

    code: str
    devices: tuple[DeviceRow, ...]
    misread: bool = False

    @property
    def found(self) -> DeviceRow | None:
        """The device, when there is exactly one."""
        return self.devices[0] if len(self.devices) == 1 else None


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


def resolve(session: Session, viewer: Viewer, text: str) -> Resolved:
    """Find what a code stands for: tag, tag of another tool, serial, and so on.

    Understood: our tags in any case, an address that ends in a tag, foreign
    tags exactly, serial numbers of devices and of their media whatever their
    spacing, accounting numbers.
    """
    code = understood(text)
    if not code:
        return Resolved(code, ())
    by_tag = find(session, viewer, code)
    if by_tag is not None:
        return Resolved(code, (by_tag,))
    seen = viewer.owner_ids
    # Plus zero, plus nothing: SQLite must look along the code's own index, and walk
    # neither all the devices of an owner nor the tags for the sake of their order.
    visible = [] if seen is None else [(col(DeviceRow.owner_id) + 0).in_(sorted(seen))]
    conditions: list[ColumnElement[bool]] = [
        col(DeviceRow.foreign_tag) == code,
        col(DeviceRow.accounting_number) == code,
    ]
    key = serial_key(code)
    if key and not is_junk_serial(code):
        conditions.append(col(DeviceRow.serial_key) == key)
    if code != NO_STORAGE:
        # One statement per index: an OR across tables would scan the fleet.
        media = select(MediumRow.device_id).where(
            col(MediumRow.serial).in_({code, code.upper()})
        )
        conditions.append(col(DeviceRow.id).in_(media))
    found: dict[int, DeviceRow] = {}
    for condition in conditions:
        rows = session.exec(
            select(DeviceRow)
            .where(condition, *visible)
            .order_by(col(DeviceRow.tag) + "")
            .limit(_AMBIGUOUS)
        )
        found.update({row.id: row for row in rows})
    misread = not found and looks_like_ours(code) and AssetTag.parse(code) is None
    return Resolved(code, tuple(found.values()), misread)


def understood(text: str) -> str:
    """Keep what matters of a scan: no control signs, no address before the tag."""
    printable = "".join(c for c in text[:LONGEST_CODE] if c.isprintable()).strip()
    if "://" in printable:
        path = printable.partition("://")[2].partition("?")[0].partition("#")[0]
        printable = path.rstrip("/").rpartition("/")[2]
    return printable.removeprefix("]C1").strip()


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
        .where(*scope(viewer))
        .group_by(col(DeviceRow.state))
    )
    counts = dict(found.all())
    return {state: counts[state] for state in State if state in counts}
