"""What an import asks the database: whose devices are known, which tags are taken."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select as select_columns
from sqlalchemy import text
from sqlmodel import Session, col, select

from parc.domain.alias import AliasKind
from parc.domain.hardware_id import uuid_key
from parc.domain.intake_keys import Row, usable_serial
from parc.domain.intake_known import (
    Devices,
    Known,
    KnownDevice,
    by_serial,
    by_tag,
    by_uuid,
)
from parc.domain.intake_match import surely
from parc.domain.maker import maker_key
from parc.domain.vocabulary import VoidKind
from parc.storage.alias_tables import AliasRow
from parc.storage.aliases import ends_of
from parc.storage.database import is_sqlite
from parc.storage.projection import DEVICES, MEDIA, OWNERSHIPS, PRODUCTS
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
    session: Session, owner: OwnerRow, first_day: date, rows: Sequence[Row]
) -> Known:
    """Load what matching these rows needs: an owner's devices, whose is what else.

    Only what the rows name is looked for: media, UUIDs, other owners' serials.
    """
    told_uuid = any(keys.uuid for _, keys in rows)
    devices = list(_devices(session, owner.id, with_uuid=told_uuid))
    tag_aliases, serial_aliases = _aliases(session, owner.id, devices)
    prefixes = select(OwnerRow.prefix).where(OwnerRow.id != owner.id)
    known = Known(
        siret=owner.siret,
        prefix=owner.prefix,
        first_day=first_day,
        by_tag=by_tag(devices),
        by_serial=by_serial(devices),
        by_uuid=by_uuid(devices) if told_uuid else {},
        tag_aliases=tag_aliases,
        serial_aliases=serial_aliases,
        other_prefixes=frozenset(session.exec(prefixes)),
        elsewhere=_elsewhere(session, owner.id, rows),
    )
    return _with_media(session, known, rows) if devices else known


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


def _devices(
    session: Session, owner_id: int, *, with_uuid: bool
) -> Iterator[KnownDevice]:
    """Read the owner's devices, those that others have from it, those discarded.

    Merged ones are left out: their codes lead to the device that was kept.
    """
    device, owned = DEVICES.c, OWNERSHIPS.c
    columns = select_columns(
        device.id,
        device.tag,
        device.foreign_tag,
        device.serial_key,
        PRODUCTS.c.maker,
        device.facts,
        device.decommissioned_on,
        device.void,
    ).join(PRODUCTS, PRODUCTS.c.id == device.product_id)
    once_owned = select_columns(owned.device_id).where(owned.owner_id == owner_id)
    not_merged = device.void.is_distinct_from(VoidKind.MERGED.value)
    own = columns.where(device.owner_id == owner_id, not_merged)
    left = columns.where(
        device.owner_id != owner_id, device.id.in_(once_owned), device.void.is_(None)
    )
    for wanted, is_left in ((own, False), (left, True)):
        rows = session.execute(wanted, execution_options={"yield_per": 5_000})
        for number, tag, foreign_tag, serial, maker, facts, reformed, void in rows:
            yield KnownDevice(
                number,
                tag,
                usable_serial(serial) if serial else None,
                maker_key(maker),
                facts,
                foreign_tag,
                reformed,
                is_left,
                _uuid_in(facts) if with_uuid else None,
                void is not None,
            )


def _uuid_in(written: str) -> str | None:
    """Find the UUID in the text of some facts without reading them all."""
    # Canonical: within a value, a quotation mark would follow a backslash.
    _, named, rest = written.partition('"uuid":"')
    return uuid_key(rest.partition('"')[0]) if named else None


def _with_media(session: Session, known: Known, rows: Iterable[Row]) -> Known:
    """Add whose are the media of the rows that tag and serial leave in doubt."""
    named: dict[str, str] = {}
    for record, keys in rows:
        if record.media and surely(keys, known) is None:
            for medium in record.media:
                if key := usable_serial(medium.serial):
                    # The table has them as they were written.
                    said = medium.serial
                    for written in (said, said.upper(), said.lower(), key, key.lower()):
                        named[written] = key
    if not named:
        return known
    devices = {d.id: d for found in known.by_tag.values() for d in found}
    found: dict[str, tuple[KnownDevice, ...]] = {}
    wanted = sorted(named)
    row = MEDIA.c
    for start in range(0, len(wanted), _CHUNK):
        chunk = row.serial.in_(wanted[start : start + _CHUNK])
        for serial, number in session.execute(
            select_columns(row.serial, row.device_id).where(chunk)
        ):
            if number in devices:
                key = named[serial]
                found[key] = _with(found.get(key, ()), devices[number])
    return replace(known, by_medium=found)


def _aliases(
    session: Session, owner_id: int, devices: Sequence[KnownDevice]
) -> tuple[Devices, Devices]:
    """Give the codes that lead to a device without being its own: tags, serials."""
    rows = session.exec(select(AliasRow).where(AliasRow.owner_id == owner_id)).all()
    tags: dict[str, tuple[KnownDevice, ...]] = {}
    serials: dict[str, tuple[KnownDevice, ...]] = {}
    if not rows:
        return tags, serials
    known = {device.id: device for device in devices}
    ends = ends_of(session, {row.device_id for row in rows})
    for row in rows:
        end = ends.get(row.device_id)
        device = known.get(end.id) if end else None
        if device is None:
            continue
        if row.kind != AliasKind.SERIAL:
            tags[row.key] = _with(tags.get(row.key, ()), device)
        if row.kind in {AliasKind.SERIAL, AliasKind.MANUAL} and (
            key := usable_serial(row.shown)
        ):
            serials[key] = _with(serials.get(key, ()), device)
    return tags, serials


def _with(
    devices: tuple[KnownDevice, ...], device: KnownDevice
) -> tuple[KnownDevice, ...]:
    return devices if device in devices else (*devices, device)


def _elsewhere(
    session: Session, owner_id: int, rows: Iterable[Row]
) -> dict[str, frozenset[str]]:
    others = DeviceRow.owner_id != owner_id
    if session.exec(select(DeviceRow.id).where(others).limit(1)).first() is None:
        return {}
    wanted = sorted({keys.serial for _, keys in rows if keys.serial})
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
            makers[str(serial)].add(maker_key(maker))
    return {serial: frozenset(named) for serial, named in makers.items()}
