"""Check all that can be checked: chains, seals, projections, documents, slips."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from parc.domain.device import Device
from parc.domain.events import GENESIS, Event, canonical_details
from parc.domain.lifecycle import replay
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import GONE, Action, Level, State
from parc.storage import aliases, decommissions, slips, spare_parts
from parc.storage.documents import stored_checksum
from parc.storage.journal import event_of, verified_digest
from parc.storage.projection import ownership_values, values_of
from parc.storage.seals import broken_seals
from parc.storage.tables import (
    DeviceRow,
    DocumentRow,
    EventRow,
    MediumRow,
    OwnerRow,
    OwnershipRow,
    ProductRow,
)

_BATCH = 2_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and where."""

    code: str
    where: str
    message: str


def check(
    session: Session, documents: Path, progress: Progress = lambda _: None
) -> Iterator[Finding]:
    """Yield every finding; nothing means that all is well.

    `progress` is told how many devices were checked so far.
    """
    for broken in broken_seals(session):
        yield Finding("seal", f"sceau {broken.seal_id}", broken.reason)
    yield from _devices(session, progress)
    for row in session.exec(select(DocumentRow)):
        if stored_checksum(documents, row.sha256) != row.sha256:
            message = "fichier absent ou différent de ce qui a été déposé"
            yield Finding("document", f"pièce {row.sha256[:12]}…", message)
    for where, message in slips.broken(session):
        yield Finding("slip", where, message)
    for where, message in decommissions.broken(session):
        yield Finding("decommission_list", where, message)
    for where, message in spare_parts.broken(session):
        yield Finding("part_level", where, message)


def _devices(session: Session, progress: Progress) -> Iterator[Finding]:
    names = _Names(session)
    events = session.exec(
        select(EventRow).order_by(col(EventRow.device_id), col(EventRow.seq)),
        execution_options={"yield_per": _BATCH},
    )
    checked: set[int] = set()
    for device_id, group in itertools.groupby(events, key=lambda row: row.device_id):
        rows = list(group)
        checked.add(device_id)
        where = f"matériel n° {device_id}"
        chain = list(_chain(where, rows))
        yield from chain
        if not chain:
            yield from _device(session, names, device_id, rows)
        for row in rows:
            session.expunge(row)
        progress(len(checked))
    for device_id in session.exec(select(DeviceRow.id)):
        if device_id not in checked:
            yield Finding("no_history", f"matériel n° {device_id}", "aucun événement")


def _chain(where: str, rows: list[EventRow]) -> Iterator[Finding]:
    previous = GENESIS
    for expected, row in enumerate(rows, start=1):
        spot = f"{where}, événement {row.seq}"
        if row.seq != expected:
            yield Finding("sequence", spot, f"événement {expected} attendu")
            return
        if row.previous != previous:
            yield Finding("chain", spot, "ne suit plus l'événement précédent")
            return
        if verified_digest(row) != row.hash:
            yield Finding("hash", spot, "son contenu a changé depuis son inscription")
            return
        previous = row.hash


def _device(
    session: Session, names: "_Names", device_id: int, rows: list[EventRow]
) -> Iterator[Finding]:
    events = [event_of(row) for row in rows]
    row = session.get(DeviceRow, device_id)
    try:
        device = replay(events)
    except (KeyError, ValueError, IndexError):
        device = None
    if device is None or row is None:
        where = f"matériel n° {device_id}"
        yield Finding("replay", where, "son histoire ne se rejoue pas")
        return
    where = f"matériel {device.tag}"
    for name in _differences(row, device, names):
        message = f"la fiche et l'histoire diffèrent : {name}"
        yield Finding("projection", where, message)
    yield from _companions(session, names, where, row, device)
    yield from _invariants(where, device, events)
    session.expunge(row)


def _differences(row: DeviceRow, device: Device, names: "_Names") -> Iterator[str]:
    expected = {
        **values_of(device, names.owners, names.products),
        "tag": device.tag,
        "foreign_tag": device.facts.get("foreign_tag"),
        "facts": canonical_details(device.facts),
    }
    for name, value in expected.items():
        if getattr(row, name) != value:
            yield name


def _companions(
    session: Session, names: "_Names", where: str, row: DeviceRow, device: Device
) -> Iterator[Finding]:
    media = session.exec(
        select(MediumRow.serial, MediumRow.settlement).where(
            MediumRow.device_id == row.id
        )
    ).all()
    expected = {
        (m.serial, m.settlement.value if m.settlement else None) for m in device.media
    }
    if {(serial, settled) for serial, settled in media} != expected:
        yield Finding("projection", where, "les supports de stockage diffèrent")
    intervals = session.exec(
        select(OwnershipRow).where(OwnershipRow.device_id == row.id)
    )
    found = {(i.starts_on, i.owner_id, i.ends_on) for i in intervals}
    owned = {
        (v["starts_on"], v["owner_id"], v["ends_on"])
        for v in ownership_values(row.id, device, names.owners)
    }
    if found != owned:
        yield Finding("projection", where, "les intervalles de propriété diffèrent")
    if names.aliases.get(row.id, set()) != aliases.left_by(device):
        message = "les codes qui mènent au matériel conservé diffèrent"
        yield Finding("projection", where, message)


def _invariants(where: str, device: Device, events: list[Event]) -> Iterator[Finding]:
    for event in events:
        targets = TRANSITIONS[event.action].targets
        imported = event.source is not None
        received = event.action is Action.HAND_OVER and event.state is State.IN_STOCK
        if targets and event.state not in targets and not imported and not received:
            message = f"« {event.action.label} » ne mène pas à cet état"
            yield Finding("lifecycle", f"{where}, événement {event.seq}", message)
    documented = all(event.level is Level.DOCUMENTED for event in events)
    if device.state in GONE and documented and device.unsettled_media:
        yield Finding("media", where, "parti avec un support non traité")


class _Names:
    """Row ids of owners and products, the aliases of merged devices, loaded once."""

    def __init__(self, session: Session) -> None:
        self.owners = dict(session.exec(select(OwnerRow.siret, OwnerRow.id)).all())
        self.products = {
            (row.maker, row.model): row.id for row in session.exec(select(ProductRow))
        }
        self.aliases = aliases.left(session)
