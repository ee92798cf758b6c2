"""Aliases: which device a code leads to that no device of the inventory bears.

Those that a merging leaves are a projection of the merged device's history; the
others somebody stuck on. A device merged after others were merged into it leads
further, so that every code ends at the device that was kept last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, insert
from sqlmodel import Session, col, select

from parc.domain.alias import AliasKind, codes_left_by, key_of, leads
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.lifecycle import replay
from parc.domain.vocabulary import VoidKind
from parc.storage.alias_tables import AliasRow
from parc.storage.tables import DeviceRow

ALIASES: Table = AliasRow.__table__  # type: ignore[attr-defined]
_CHUNK = 400
_LONGEST_CHAIN = 100


def aliases_of(session: Session, device_id: int) -> list[AliasRow]:
    """List the aliases that lead to a device, through merged ones too."""
    found: list[AliasRow] = []
    seen: set[int] = set()
    ends = {device_id}
    while ends:
        seen |= ends
        rows = session.exec(
            select(AliasRow)
            .where(col(AliasRow.device_id).in_(sorted(ends)))
            .order_by(col(AliasRow.kind), col(AliasRow.shown), col(AliasRow.id))
        ).all()
        found += rows
        ends = {row.merged_id for row in rows if row.merged_id is not None} - seen
    return found


def resolve_alias(
    session: Session, owner_ids: Collection[int] | None, code: str
) -> list[int]:
    """Find the devices of the owners (None: of all) that a code is an alias of.

    Devices of the inventory, by id; a discarded one only when there is no other.
    """
    return resolve_aliases(session, owner_ids, [code])[code]


def resolve_aliases(
    session: Session, owner_ids: Collection[int] | None, codes: Sequence[str]
) -> dict[str, list[int]]:
    """Find the devices that each of many codes is an alias of."""
    found: dict[str, set[int]] = {code: set() for code in codes}
    wanted = list(found)
    for start in range(0, len(wanted), _CHUNK):
        _resolve_chunk(session, wanted[start : start + _CHUNK], found)
    ends = ends_of(session, set().union(*found.values()))
    present: dict[str, list[int]] = {}
    for code, ids in found.items():
        rows = [ends[key] for key in ids if key in ends]
        seen = [r for r in rows if owner_ids is None or r.owner_id in owner_ids]
        living = [row for row in seen if row.void is None]
        present[code] = sorted({row.id for row in living or seen})
    return present


def ends_of(session: Session, device_ids: Iterable[int]) -> dict[int, DeviceRow]:
    """Follow merged devices to the one kept last; others stand for themselves."""
    ends = {key: key for key in device_ids}
    rows: dict[int, DeviceRow] = {}
    for _ in range(_LONGEST_CHAIN):
        rows = _rows(session, set(ends.values()))
        merged = {key for key, row in rows.items() if row.void == VoidKind.MERGED}
        further = _kept_by(session, merged)
        if not further:
            break
        ends = {key: further.get(end, end) for key, end in ends.items()}
    return {key: rows[end] for key, end in ends.items() if end in rows}


def leave(session: Session, device_id: int, device: Device, event: Event) -> None:
    """Write the aliases of a device that `event` merged, in place of any before.

    Nothing is left when the device is not merged: a split takes them back.
    """
    session.execute(delete(ALIASES).where(ALIASES.c.merged_id == device_id))
    into = _merged_into(device)
    if into is None:
        return
    kept, owner_id = session.exec(
        select(DeviceRow.id, DeviceRow.owner_id).where(DeviceRow.tag == into)
    ).one()
    values = [
        {
            "owner_id": owner_id,
            "key": key_of(kind, shown),
            "shown": shown,
            "kind": kind.value,
            "device_id": kept,
            "merged_id": device_id,
            "created_at": event.recorded_at,
            "created_by": event.actor,
        }
        for kind, shown in codes_left_by(device)
    ]
    session.execute(insert(ALIASES), values)


def left(session: Session) -> dict[int, set[tuple[str, str, str]]]:
    """Give what every merged device leaves: kind, code, tag of the kept device."""
    found = session.exec(
        select(AliasRow.merged_id, AliasRow.kind, AliasRow.shown, DeviceRow.tag)
        .join(DeviceRow, col(DeviceRow.id) == AliasRow.device_id)
        .where(col(AliasRow.merged_id).is_not(None))
    )
    told: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for merged_id, kind, shown, tag in found:
        if merged_id is not None:
            told[merged_id].add((kind, shown, tag))
    return told


def left_by(device: Device) -> set[tuple[str, str, str]]:
    """Give what a device should leave, as `left` does: nothing unless merged."""
    into = _merged_into(device)
    if into is None:
        return set()
    return {(kind.value, shown, into) for kind, shown in codes_left_by(device)}


def leave_all(session: Session, histories: Mapping[int, Sequence[Event]]) -> None:
    """Write the aliases of devices that came with their whole histories, by id."""
    for device_id, events in histories.items():
        device = replay(events)
        if device is not None:
            leave(session, device_id, device, events[-1])


def stick(
    session: Session, row: DeviceRow, code: str, at: datetime, actor: str
) -> AliasRow:
    """Add a code that is stuck on a device; whether it is free is already known.

    Raises:
        IntegrityError: somebody stuck it meanwhile on a device of the owner.
    """
    alias = AliasRow(
        owner_id=row.owner_id,
        key=key_of(AliasKind.MANUAL, code),
        shown=code,
        kind=AliasKind.MANUAL,
        device_id=row.id,
        created_at=at,
        created_by=actor,
    )
    session.add(alias)
    session.flush()
    return alias


def withdraw(session: Session, device_id: int, alias_id: int) -> AliasRow | None:
    """Take a code back that somebody stuck on a device; None: there is none."""
    alias = session.get(AliasRow, alias_id)
    if alias is None or alias.device_id != device_id or alias.kind != AliasKind.MANUAL:
        return None
    session.delete(alias)
    session.flush()
    return alias


def _merged_into(device: Device) -> str | None:
    void = device.void
    return void.into if void and void.kind is VoidKind.MERGED else None


def _resolve_chunk(
    session: Session, codes: Sequence[str], found: Mapping[str, set[int]]
) -> None:
    by_key: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        for key in {key_of(kind, code) for kind in AliasKind} - {""}:
            by_key[key].append(code)
    rows = session.exec(select(AliasRow).where(col(AliasRow.key).in_(sorted(by_key))))
    for row in rows:
        kind = AliasKind(row.kind)
        for code in by_key[row.key]:
            if key_of(kind, code) == row.key and leads(kind, row.shown, code):
                found[code].add(row.device_id)


def _rows(session: Session, ids: Collection[int]) -> dict[int, DeviceRow]:
    wanted = sorted(ids)
    rows: dict[int, DeviceRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        found = session.exec(select(DeviceRow).where(col(DeviceRow.id).in_(chunk)))
        rows.update({row.id: row for row in found})
    return rows


def _kept_by(session: Session, merged: Collection[int]) -> dict[int, int]:
    if not merged:
        return {}
    found = session.exec(
        select(AliasRow.merged_id, AliasRow.device_id).where(
            col(AliasRow.merged_id).in_(sorted(merged)),
            AliasRow.kind == AliasKind.TAG,
        )
    )
    return {merged_id: kept for merged_id, kept in found if merged_id is not None}
