"""What many codes stand for, in a few statements: as `devices.resolve`, for lists."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag, looks_like_ours
from parc.domain.device import NO_STORAGE
from parc.domain.search import is_junk_serial, serial_key
from parc.storage.devices import Resolved, resolve, scope
from parc.storage.tables import DeviceRow, MediumRow

_CHUNK = 400
_MOST_ROWS = 4_000
"""Beyond, a code of the chunk is shared by a crowd: each is looked up apart."""

Keys = Callable[[str], Iterable[str]]


def resolve_many(
    session: Session, viewer: Viewer, codes: Sequence[str]
) -> dict[str, Resolved]:
    """Find what each code stands for; codes as `devices.understood` gives them."""
    found: dict[str, Resolved] = {}
    for start in range(0, len(codes), _CHUNK):
        chunk = codes[start : start + _CHUNK]
        found.update(_tagged(session, viewer, chunk))
        rest = [code for code in chunk if code not in found]
        found.update(_otherwise(session, viewer, rest))
    return found


def tag_of(code: str) -> str:
    """Write a code as a tag would be stored: ours in capitals, others as they are."""
    ours = AssetTag.parse(code)
    return str(ours) if ours else code


def _tagged(
    session: Session, viewer: Viewer, codes: Sequence[str]
) -> dict[str, Resolved]:
    tags = {code: tag_of(code) for code in codes}
    rows = session.exec(
        select(DeviceRow).where(
            col(DeviceRow.tag).in_(sorted(set(tags.values()))), *scope(viewer)
        )
    )
    by_tag = {row.tag: row for row in rows}
    return {
        code: Resolved(code, (by_tag[tag],))
        for code, tag in tags.items()
        if tag in by_tag
    }


def _otherwise(
    session: Session, viewer: Viewer, codes: Sequence[str]
) -> dict[str, Resolved]:
    devices: dict[str, dict[int, DeviceRow]] = {code: {} for code in codes}
    for column, keys in _WAYS:
        by_key: dict[str, list[str]] = {}
        for code in codes:
            for key in keys(code):
                by_key.setdefault(key, []).append(code)
        wanted = (
            select(column, DeviceRow)
            .where(column.in_(sorted(by_key)), *_scope(viewer))
            .limit(_MOST_ROWS + 1)
        )
        if column.class_ is MediumRow:
            wanted = wanted.join(
                MediumRow, col(MediumRow.device_id) == col(DeviceRow.id)
            )
        rows = session.exec(wanted).all() if by_key else ()
        if len(rows) > _MOST_ROWS:
            return {code: resolve(session, viewer, code) for code in codes}
        # Sorted here: an ORDER BY would make SQLite walk the tags of the whole fleet.
        for key, row in sorted(rows, key=lambda found: found[1].tag):
            for code in by_key[key]:
                devices[code].setdefault(row.id, row)
    return {
        code: Resolved(code, tuple(rows.values()), not rows and _is_misread(code))
        for code, rows in devices.items()
    }


def _scope(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Keep what the viewer may see; `+ 0` leaves SQLite the index of the codes.

    It would rather walk all the devices of an owner.
    """
    visible = viewer.owner_ids
    if visible is None:
        return []
    return [(col(DeviceRow.owner_id) + 0).in_(sorted(visible))]


def _itself(code: str) -> list[str]:
    return [code]


def _serial(code: str) -> list[str]:
    key = serial_key(code)
    return [key] if key and not is_junk_serial(code) else []


def _medium(code: str) -> list[str]:
    return [] if code == NO_STORAGE else list({code, code.upper()})


def _is_misread(code: str) -> bool:
    return looks_like_ours(code) and AssetTag.parse(code) is None


_WAYS: Sequence[tuple[Any, Keys]] = (
    (col(DeviceRow.foreign_tag), _itself),
    (col(DeviceRow.accounting_number), _itself),
    (col(DeviceRow.serial_key), _serial),
    (col(MediumRow.serial), _medium),
)
"""Each runs along one index, in the order in which `resolve` looks."""
