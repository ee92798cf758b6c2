"""What readings of codes stand for, in a few statements for one or for thousands.

Every query starts from what the viewer may see. The decision is the domain's:
`scan_code.choose`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, CompoundSelect, Select
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.alias import AliasKind, key_of, leads
from parc.domain.device import NO_STORAGE
from parc.domain.maker_serials import gtin
from parc.domain.scan_code import Kind, Match, Part, Reading, Via
from parc.domain.scan_keyboard import Keyboard
from parc.domain.search import fold, is_junk_serial, serial_key
from parc.storage import aliases, labels
from parc.storage.alias_tables import AliasRow
from parc.storage.articles import models_of
from parc.storage.tables import DeviceRow, MediumRow, SiteRow

_CHUNK = 400
_MOST_ROWS = 4_000
"""Beyond, a code of the chunk is shared by a crowd: its halves are looked up apart."""

_AMBIGUOUS = 50
"""Devices told for one code: whoever asks must look closer anyway."""

_WORD = re.compile(r"[a-z0-9]+")
Keys = Callable[[Reading], Iterable[str]]


@dataclass(slots=True)
class Found:
    """Matches of each reading, and the devices among them by row id."""

    matches: dict[Reading, list[Match]]
    rows: dict[int, DeviceRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Way:
    """A column that holds codes, and what to look for along its index."""

    via: Via
    column: Any
    keys: Keys
    is_exact: Callable[[Reading, str, DeviceRow], bool]


def look_up(session: Session, viewer: Viewer, wanted: Iterable[Reading]) -> Found:
    """Find all that readings stand for, within what the viewer may see.

    A tag of ours read by another keyboard is also told, `hidden`, when its device
    is out of sight: the same signs may then not be taken for another device's.
    """
    readings = list(dict.fromkeys(wanted))
    found = Found({reading: [] for reading in readings})
    for start in range(0, len(readings), _CHUNK):
        chunk = readings[start : start + _CHUNK]
        if not _at_once(session, viewer, chunk, found):
            _by_tag(session, viewer, chunk, found)
            for way in _WAYS:
                _along(session, viewer, chunk, way, found)
            _by_alias(session, viewer, chunk, found)
        _labels(session, viewer, chunk, found)
        _places(session, viewer, chunk, found)
        _articles(session, chunk, found)
    _stand_in(session, viewer, found)
    return found


def _at_once(
    session: Session, viewer: Viewer, readings: Sequence[Reading], found: Found
) -> bool:
    """Look along every way in two statements, which is what most scans need.

    Nothing is found, and False told, when a crowd of devices shares some code.
    """
    keys = [_keyed(readings, keys) for keys in _KEYS]
    hits = session.execute(
        _EVERY_WAY, {f"keys_{n}": list(some) for n, some in enumerate(keys)}
    ).all()
    if len(hits) > _AMBIGUOUS + len(readings):
        return False
    devices = [hit for hit in hits if hit[0] < _ALIASES]
    wanted = sorted({device for _, _, device in devices})
    rows = {row.id: row for row in session.scalars(_BY_ID, {"ids": wanted})}
    told = [(number, key, rows[device]) for number, key, device in devices]
    for number, key, row in sorted(told, key=lambda hit: (hit[0], hit[2].tag)):
        if number == 0:
            _tagged(viewer, row, keys[0][key], found)
        elif viewer.sees(row.owner_id):
            _hit(_WAYS[number - 1], key, row, keys[number][key], found)
    if len(devices) < len(hits):
        _by_alias(session, viewer, readings, found)
    return True


def _by_tag(
    session: Session, viewer: Viewer, readings: Sequence[Reading], found: Found
) -> None:
    tags = _keyed(readings, _tag)
    rows = session.exec(
        select(DeviceRow).where(col(DeviceRow.tag).in_(sorted(tags)))
    ).all()
    for row in rows:
        _tagged(viewer, row, tags[row.tag], found)


def _tagged(
    viewer: Viewer, row: DeviceRow, readings: Iterable[Reading], found: Found
) -> None:
    seen = viewer.sees(row.owner_id)
    for reading in readings:
        if seen:
            _add(found, reading, row, Via.TAG)
        elif reading.own and reading.keyboard is not Keyboard.AS_TYPED:
            match = Match(Kind.DEVICE, row.id, Via.TAG, hidden=True)
            found.matches[reading].append(match)


def _along(
    session: Session,
    viewer: Viewer,
    readings: Sequence[Reading],
    way: _Way,
    found: Found,
) -> None:
    keys = _keyed(readings, way.keys)
    if not keys:
        return
    alone = len(readings) == 1
    statement = _selected(viewer, way, sorted(keys))
    if alone:
        # Plus nothing: along the code's own index, not the tags' for their order.
        statement = statement.order_by(col(DeviceRow.tag) + "").limit(_AMBIGUOUS)
    else:
        statement = statement.limit(_MOST_ROWS + 1)
    rows = session.execute(statement).all()
    if not alone and len(rows) > _MOST_ROWS:
        half = len(readings) // 2
        _along(session, viewer, readings[:half], way, found)
        _along(session, viewer, readings[half:], way, found)
        return
    # Sorted here: an ORDER BY would make SQLite walk the tags of the whole fleet.
    for key, row in sorted(rows, key=lambda pair: pair[1].tag):
        _hit(way, key, row, keys[key], found)


def _hit(
    way: _Way, key: str, row: DeviceRow, readings: Iterable[Reading], found: Found
) -> None:
    for reading in readings:
        if not reading.makers or _is_of(reading.makers, row):
            exact = way.is_exact(reading, key, row)
            _add(found, reading, row, way.via, exact=exact)


def _selected(viewer: Viewer, way: _Way, keys: Sequence[str]) -> Select[Any]:
    statement = sa.select(way.column, DeviceRow)
    if way.column.class_ is MediumRow:
        of_device = col(MediumRow.device_id) == col(DeviceRow.id)
        statement = statement.join(MediumRow, of_device)
    return statement.where(way.column.in_(keys), *_scope(viewer))


def _by_alias(
    session: Session, viewer: Viewer, readings: Sequence[Reading], found: Found
) -> None:
    keys = _keyed(readings, _alias_keys)
    rows = session.exec(
        select(AliasRow).where(col(AliasRow.key).in_(sorted(keys))).limit(_MOST_ROWS)
    ).all()
    ends = aliases.ends_of(session, {row.device_id for row in rows})
    for row in rows:
        end, kind = ends.get(row.device_id), AliasKind(row.kind)
        if end is None or not viewer.sees(end.owner_id):
            continue
        for reading in keys[row.key]:
            text = reading.own or reading.text
            if kind not in _alias_kinds(reading) or key_of(kind, text) != row.key:
                continue
            if reading.makers and not _is_of(reading.makers, end):
                continue
            if leads(kind, row.shown, text):
                _add(found, reading, end, Via.ALIAS, exact=row.shown == text)


def _stand_in(session: Session, viewer: Viewer, found: Found) -> None:
    """Put the device that was kept in place of a merged one; discarded ones last."""
    void = {row.id for row in found.rows.values() if row.void is not None}
    ends = aliases.ends_of(session, void)
    ends = {key: row for key, row in ends.items() if viewer.sees(row.owner_id)}
    found.rows.update({row.id: row for row in ends.values()})
    for reading, matches in found.matches.items():
        if not any(match.key in void for match in matches):
            continue
        best: dict[int | str, Match] = {}
        for match in matches:
            end = ends.get(int(match.key)) if match.kind is Kind.DEVICE else None
            stands = replace(match, key=end.id) if end is not None else match
            known = best.get(stands.key)
            if known is None or (stands.exact and not known.exact):
                best[stands.key] = stands
        living = [m for m in best.values() if not _is_void(m, found)]
        found.matches[reading] = living or list(best.values())


def _is_void(match: Match, found: Found) -> bool:
    row = found.rows.get(int(match.key)) if match.kind is Kind.DEVICE else None
    return row is not None and row.void is not None


def _places(
    session: Session, viewer: Viewer, readings: Sequence[Reading], found: Found
) -> None:
    numbered = {
        reading: place.number
        for reading in readings
        if (place := reading.place) is not None
    }
    if not numbered:
        return
    wanted = sorted(set(numbered.values()))
    rows = session.exec(select(SiteRow).where(col(SiteRow.id).in_(wanted)))
    seen = {row.id for row in rows if viewer.sees(row.owner_id)}
    for reading, number in numbered.items():
        if number in seen:
            found.matches[reading].append(Match(Kind.PLACE, number, Via.CODE))


def _labels(
    session: Session, viewer: Viewer, readings: Sequence[Reading], found: Found
) -> None:
    """Find the labels printed in advance that are on no device yet."""
    free = {r: r.own for r in readings if r.own and not found.matches[r]}
    reserved = labels.reserved(session, free.values()) if free else {}
    for reading, tag in free.items():
        label = reserved.get(tag)
        if label is None or label.is_bound:
            continue
        hidden = not viewer.sees(label.owner_id)
        if not hidden or reading.keyboard is not Keyboard.AS_TYPED:
            match = Match(Kind.LABEL, tag, Via.CODE, hidden=hidden)
            found.matches[reading].append(match)


def _articles(session: Session, readings: Sequence[Reading], found: Found) -> None:
    numbers = {
        reading: number
        for reading in readings
        if reading.part in {Part.WHOLE, Part.SYMBOLOGY}
        and (number := gtin(reading.text)) is not None
    }
    models = models_of(session, set(numbers.values())) if numbers else {}
    for reading, number in numbers.items():
        if number in models:
            match = Match(Kind.MODEL, models[number], Via.EAN)
            found.matches[reading].append(match)


def _add(
    found: Found, reading: Reading, row: DeviceRow, via: Via, *, exact: bool = True
) -> None:
    matches = found.matches[reading]
    if len(matches) >= _AMBIGUOUS:
        return
    found.rows[row.id] = row
    known = next((m for m in matches if m.key == row.id), None)
    if known is None:
        matches.append(Match(Kind.DEVICE, row.id, via, exact))
    elif exact and not known.exact:
        matches[matches.index(known)] = Match(Kind.DEVICE, row.id, via)


def _keyed(readings: Sequence[Reading], keys: Keys) -> dict[str, list[Reading]]:
    by_key: dict[str, list[Reading]] = {}
    for reading in readings:
        for key in keys(reading):
            by_key.setdefault(key, []).append(reading)
    return by_key


def _scope(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Keep what the viewer may see; `+ 0` leaves SQLite the index of the codes.

    It would rather walk all the devices of an owner.
    """
    visible = viewer.owner_ids
    if visible is None:
        return []
    return [(col(DeviceRow.owner_id) + 0).in_(sorted(visible))]


def _is_of(makers: Sequence[str], row: DeviceRow) -> bool:
    first = _WORD.search(fold(row.label))
    return first is not None and first[0] in makers


def _tag(reading: Reading) -> list[str]:
    if reading.part is Part.MAKER:
        return []
    return [reading.own or reading.text]


def _itself(reading: Reading) -> list[str]:
    if reading.part in {Part.MAKER, Part.ADDRESS}:
        return []
    return [reading.text]


def _serial(reading: Reading) -> list[str]:
    # What has the shape of our tags is a tag, well read or not: never a serial.
    if reading.part is Part.ADDRESS or reading.ours or reading.is_close:
        return []
    key = serial_key(reading.text)
    return [key] if key and not is_junk_serial(reading.text) else []


def _alias_kinds(reading: Reading) -> frozenset[AliasKind]:
    if reading.part is Part.MAKER:
        return frozenset({AliasKind.SERIAL})
    if reading.part is Part.ADDRESS:
        return frozenset({AliasKind.TAG})
    every = frozenset(AliasKind)
    return every if _serial(reading) else every - {AliasKind.SERIAL}


def _alias_keys(reading: Reading) -> set[str]:
    text = reading.own or reading.text
    return {key_of(kind, text) for kind in _alias_kinds(reading)} - {""}


def _medium(reading: Reading) -> list[str]:
    if reading.text == NO_STORAGE or reading.makers or not _serial(reading):
        return []
    return list({reading.text, reading.text.upper()})


def _always(_reading: Reading, _key: str, _row: DeviceRow) -> bool:
    return True


def _same_serial(reading: Reading, _key: str, row: DeviceRow) -> bool:
    return reading.part is Part.MAKER or row.serial == reading.text


def _same_text(reading: Reading, key: str, _row: DeviceRow) -> bool:
    return key == reading.text


_WAYS = (
    _Way(Via.FOREIGN_TAG, col(DeviceRow.foreign_tag), _itself, _always),
    _Way(Via.ACCOUNTING, col(DeviceRow.accounting_number), _itself, _always),
    _Way(Via.SERIAL, col(DeviceRow.serial_key), _serial, _same_serial),
    _Way(Via.MEDIUM, col(MediumRow.serial), _medium, _same_text),
)
"""Each runs along one index: an OR across them would scan the fleet."""

_KEYS: tuple[Keys, ...] = (_tag, *(way.keys for way in _WAYS), _alias_keys)
_ALIASES = len(_KEYS) - 1


def _every_way() -> CompoundSelect[Any]:
    """Write the search along all indexes at once, compiled once for all scans."""
    ends = (
        (col(DeviceRow.tag), col(DeviceRow.id)),
        *(
            (way.column, col(getattr(way.column.class_, owner)))
            for way in _WAYS
            for owner in ["device_id" if way.column.class_ is MediumRow else "id"]
        ),
        (col(AliasRow.key), col(AliasRow.id)),
    )
    return sa.union_all(
        *(
            sa.select(sa.literal_column(str(number)).label("way"), column, key).where(
                column.in_(sa.bindparam(f"keys_{number}", expanding=True))
            )
            for number, (column, key) in enumerate(ends)
        )
    ).limit(_MOST_ROWS)


_EVERY_WAY = _every_way()
_BY_ID = select(DeviceRow).where(
    col(DeviceRow.id).in_(sa.bindparam("ids", expanding=True))
)
