"""What an import asks the database: the owner's known devices, tags already taken."""

import json
from collections.abc import Iterable

from sqlmodel import Session, col, select

from parc.domain.intake_plan import Known, KnownDevice
from parc.storage.tables import DeviceRow

_CHUNK = 500


def known_devices(session: Session, owner_id: int) -> Known:
    """Load what matching needs of an owner's devices."""
    by_tag: dict[str, KnownDevice] = {}
    by_serial: dict[str, tuple[KnownDevice, ...]] = {}
    rows = session.exec(
        select(
            DeviceRow.id, DeviceRow.tag, DeviceRow.serial_key, DeviceRow.facts
        ).where(DeviceRow.owner_id == owner_id),
        execution_options={"yield_per": 5_000},
    )
    for device_id, tag, serial, text in rows:
        facts = json.loads(text)
        maker = str(facts.get("maker", "")).casefold()
        device = KnownDevice(device_id, tag, serial, maker, facts)
        by_tag[tag.upper()] = device
        if foreign := facts.get("foreign_tag"):
            by_tag.setdefault(foreign.upper(), device)
        if serial:
            by_serial[serial] = (*by_serial.get(serial, ()), device)
    return Known(by_tag, by_serial)


def taken_tags(session: Session, tags: Iterable[str]) -> set[str]:
    """Tell which tags are some device's already, whoever owns it."""
    wanted = list(tags)
    taken: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        taken |= set(
            session.exec(select(DeviceRow.tag).where(col(DeviceRow.tag).in_(chunk)))
        )
    return taken
