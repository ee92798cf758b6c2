"""What an import asks the database: whose devices are known, which tags are taken."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import select as select_columns
from sqlalchemy import text
from sqlmodel import Session, col, select

from parc.domain.intake_match import Known, KnownDevice
from parc.domain.search import is_junk_serial
from parc.storage.database import is_sqlite
from parc.storage.projection import DEVICES, OWNERSHIPS, PRODUCTS
from parc.storage.tables import DeviceRow, OwnerRow, ProductRow

_CHUNK = 500
_IMPORTS = 0x70617263
"""Key of PostgreSQL's advisory lock that imports take, "parc" in ASCII."""


def wait_for_turn(session: Session) -> None:
    """Let one import write at a time, until its transaction ends.

    Two of the same file would otherwise each find nothing known, and make every
    device twice. On SQLite a writing transaction is alone already.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORTS})


def known_devices(
    session: Session, owner: OwnerRow, first_day: date, serials: Iterable[str | None]
) -> Known:
    """Load what matching needs: an owner's devices, and whose is what else.

    `serials` are the folded ones of the file, looked for at the other owners'.
    """
    by_tag: dict[str, KnownDevice] = {}
    by_serial: dict[str, list[KnownDevice]] = defaultdict(list)
    for device in _devices(session, owner.id):
        if device.left:
            by_tag.setdefault(device.tag.upper(), device)
        else:
            by_tag[device.tag.upper()] = device
        if device.foreign_tag:
            by_tag.setdefault(device.foreign_tag.upper(), device)
        if device.serial_key:
            by_serial[device.serial_key].append(device)
    prefixes = select(OwnerRow.prefix).where(OwnerRow.id != owner.id)
    return Known(
        siret=owner.siret,
        prefix=owner.prefix,
        first_day=first_day,
        by_tag=by_tag,
        by_serial=dict(by_serial),
        other_prefixes=frozenset(session.exec(prefixes)),
        elsewhere=_elsewhere(session, owner.id, serials),
    )


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


def _devices(session: Session, owner_id: int) -> Iterator[KnownDevice]:
    """Read the owner's devices, then those that other owners have from it."""
    device, owned = DEVICES.c, OWNERSHIPS.c
    columns = select_columns(
        device.id,
        device.tag,
        device.foreign_tag,
        device.serial_key,
        PRODUCTS.c.maker,
        device.facts,
        device.decommissioned_on,
    ).join(PRODUCTS, PRODUCTS.c.id == device.product_id)
    once_owned = select_columns(owned.device_id).where(owned.owner_id == owner_id)
    own = columns.where(device.owner_id == owner_id)
    left = columns.where(device.owner_id != owner_id, device.id.in_(once_owned))
    for wanted, is_left in ((own, False), (left, True)):
        rows = session.execute(wanted, execution_options={"yield_per": 5_000})
        for number, tag, foreign_tag, serial, maker, facts, decommissioned_on in rows:
            yield KnownDevice(
                id=number,
                tag=tag,
                serial_key=serial if serial and not is_junk_serial(serial) else None,
                maker=maker.casefold(),
                written=facts,
                foreign_tag=foreign_tag,
                decommissioned_on=decommissioned_on,
                left=is_left,
            )


def _elsewhere(
    session: Session, owner_id: int, serials: Iterable[str | None]
) -> dict[str, frozenset[str]]:
    others = DeviceRow.owner_id != owner_id
    if session.exec(select(DeviceRow.id).where(others).limit(1)).first() is None:
        return {}
    wanted = sorted(set(filter(None, serials)))
    makers: dict[str, set[str]] = defaultdict(set)
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(DeviceRow.serial_key, ProductRow.maker)
            .join(ProductRow)
            .where(
                others, col(DeviceRow.serial_key).in_(wanted[start : start + _CHUNK])
            )
        )
        for serial, maker in found:
            makers[str(serial)].add(maker.casefold())
    return {serial: frozenset(named) for serial, named in makers.items()}
