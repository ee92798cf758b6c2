"""The present picture of devices in rows, always derivable from their events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from parc.domain.device import Device, Medium
from parc.domain.events import canonical_details
from parc.domain.frozen import frozen
from parc.domain.search import fold, serial_key
from parc.storage.bulk import insert_rows
from parc.storage.database import is_sqlite
from parc.storage.tables import (
    DeviceRow,
    MediumRow,
    OwnerRow,
    OwnershipRow,
    ProductRow,
)

DEVICES: Table = DeviceRow.__table__  # type: ignore[attr-defined]
MEDIA: Table = MediumRow.__table__  # type: ignore[attr-defined]
OWNERSHIPS: Table = OwnershipRow.__table__  # type: ignore[attr-defined]
PRODUCTS: Table = ProductRow.__table__  # type: ignore[attr-defined]
_CHUNK = 500


@frozen
class NewDevice:
    """A device to insert under an id allocated beforehand."""

    id: int
    device: Device


def values_of(
    device: Device,
    owners: Mapping[str, int],
    products: Mapping[tuple[str, str], int],
) -> dict[str, object]:
    """Compute a device row's columns, except id and tags, from the device."""
    maker, model = product_of(device)
    serial = device.text_fact("serial")
    return {
        "owner_id": owners[device.owner],
        "manager_id": owners[device.manager],
        "category": device.category,
        "state": device.state.value,
        "version": device.version,
        "since": device.since,
        "serial": serial or None,
        "serial_key": serial_key(serial) or None,
        "accounting_number": device.text_fact("accounting_number") or None,
        "label": f"{maker} {model}".strip(),
        "product_id": products[maker, model],
        "site_id": device.site,
        "holder": device.holder,
        "acquired_on": device.day_fact("acquired_on"),
        "decommissioned_on": device.decommissioned_on,
        "facts": canonical_details(device.facts),
        "void": device.void.kind.value if device.void else None,
    }


def product_of(device: Device) -> tuple[str, str]:
    """Give maker and model, empty when unknown."""
    return device.text_fact("maker"), device.text_fact("model")


def project(session: Session, row: DeviceRow, before: Device, after: Device) -> None:
    """Rewrite the rows of one device after an event."""
    owners = owner_ids(session, {after.owner, after.manager})
    products = product_ids(session, [after])
    values = values_of(after, owners, products)
    session.execute(update(DEVICES).where(DEVICES.c.id == row.id).values(values))
    if after.media != before.media:
        session.execute(delete(MEDIA).where(MEDIA.c.device_id == row.id))
        if after.media:
            session.execute(insert(MEDIA), _media_values(row.id, after.media))
    if changes_ownership(before, after):
        session.execute(delete(OWNERSHIPS).where(OWNERSHIPS.c.device_id == row.id))
        owners |= owner_ids(session, {step.owner for step in after.steps})
        session.execute(insert(OWNERSHIPS), ownership_values(row.id, after, owners))
    session.refresh(row)


def changes_ownership(before: Device, after: Device) -> bool:
    """Tell whether the intervals of ownership are no more what they were."""
    # Fewer steps: the one taken back may have been a change of hands.
    return after.owner != before.owner or len(after.steps) < len(before.steps)


def project_new(session: Session, devices: Sequence[NewDevice]) -> None:
    """Insert the rows of new devices."""
    sirets = {d.device.manager for d in devices}
    sirets |= {step.owner for d in devices for step in d.device.steps}
    owners = owner_ids(session, sirets)
    products = product_ids(session, [new.device for new in devices])
    rows = [
        {
            "id": new.id,
            "tag": new.device.tag,
            "foreign_tag": new.device.facts.get("foreign_tag"),
            **values_of(new.device, owners, products),
        }
        for new in devices
    ]
    media = [
        values for new in devices for values in _media_values(new.id, new.device.media)
    ]
    ownerships = [
        values
        for new in devices
        for values in ownership_values(new.id, new.device, owners)
    ]
    for table, values in ((DEVICES, rows), (MEDIA, media), (OWNERSHIPS, ownerships)):
        insert_rows(session, table, values)


def ownership_values(
    device_id: int, device: Device, owners: Mapping[str, int]
) -> list[dict[str, object]]:
    """List the ownership intervals [starts_on, ends_on) that the steps show."""
    changes: list[tuple[str, date]] = []
    for step in device.steps:
        if not changes or changes[-1][0] != step.owner:
            changes.append((step.owner, step.on))
    ends: list[date | None] = [day for _, day in changes[1:]]
    return [
        {
            "device_id": device_id,
            "starts_on": day,
            "owner_id": owners[owner],
            "ends_on": end,
        }
        for (owner, day), end in zip(changes, [*ends, None], strict=True)
    ]


def owner_ids(session: Session, sirets: Iterable[str]) -> dict[str, int]:
    """Map SIRETs to row ids."""
    wanted = list(sirets)
    found = session.exec(
        select(OwnerRow.siret, OwnerRow.id).where(col(OwnerRow.siret).in_(wanted))
    )
    return dict(found.all())


def product_ids(
    session: Session, devices: Iterable[Device]
) -> dict[tuple[str, str], int]:
    """Map (maker, model) pairs to product rows, adding those that are new."""
    wanted = {product_of(device) for device in devices}
    known = _known_products(session, wanted)
    missing = sorted(wanted - known.keys())
    if not missing:
        return known
    values = [
        {"maker": maker, "model": model, "search": fold(f"{maker} {model}")}
        for maker, model in missing
    ]
    # Another transaction may be adding the same product: both are right.
    dialect = sqlite if is_sqlite(session) else postgresql
    session.execute(dialect.insert(PRODUCTS).on_conflict_do_nothing(), values)
    return known | _known_products(session, set(missing))


def _known_products(
    session: Session, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    models = sorted({model for _, model in wanted})
    known: dict[tuple[str, str], int] = {}
    for start in range(0, len(models), _CHUNK):
        found = session.exec(
            select(ProductRow.maker, ProductRow.model, ProductRow.id).where(
                col(ProductRow.model).in_(models[start : start + _CHUNK])
            )
        )
        known.update({(maker, model): key for maker, model, key in found})
    return known


def _media_values(device_id: int, media: Iterable[Medium]) -> list[dict[str, object]]:
    return [
        {
            "device_id": device_id,
            "serial": medium.serial,
            "kind": medium.kind.value,
            "capacity_gb": medium.capacity_gb,
            "settlement": medium.settlement.value if medium.settlement else None,
            "document": medium.document,
        }
        for medium in media
    ]
