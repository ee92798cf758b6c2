"""A row of a file kept for later: written down as text, and read again. Pure."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints

from parc.domain.device import Medium
from parc.domain.events import canonical_details
from parc.domain.fields import Json
from parc.domain.intake import Destination, DeviceRecord
from parc.domain.vocabulary import MediumKind

_ELSEWHERE = frozenset({"line", "sheet", "media"})
_PERSONAL = frozenset({"holder_name", "owner_name"})
"""Never written: a name stays in the one table that can be purged (decision D4)."""


def written(record: DeviceRecord) -> str:
    """Write down what a row says, without its place in the file and without names.

    Two rows that say the same are written the same. The beneficiary of a gift to a
    member of staff is a person: left out.
    """
    said: dict[str, Json] = {}
    for name in _readers():
        value = getattr(record, name)
        if value is not None and name not in _PERSONAL:
            said[name] = _plain(value)
    if record.destination is Destination.STAFF_GIFT:
        said.pop("beneficiary", None)
    if record.media:
        said["media"] = [
            [medium.serial, medium.kind.value, medium.capacity_gb]
            for medium in record.media
        ]
    return canonical_details(said)


def read(text: str, line: int, sheet: str = "") -> DeviceRecord:
    """Read a row again; what this version does not know of it is left out."""
    said: dict[str, Any] = json.loads(text)
    values: dict[str, Any] = {
        name: reader(said[name]) for name, reader in _readers().items() if name in said
    }
    media = tuple(
        Medium(serial, MediumKind(kind), capacity)
        for serial, kind, capacity in said.get("media", ())
    )
    return DeviceRecord(line, sheet, media=media, **values)


def digest(text: str, holder: str | None) -> str:
    """Sum up what a row says, and whom it names by an opaque id."""
    return hashlib.sha256(f"{holder or ''}\n{text}".encode()).hexdigest()


def _plain(value: object) -> Json:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


@cache
def _readers() -> dict[str, Callable[[Any], object]]:
    """Give, for each field of a row, what makes its value of the text's."""
    hints = get_type_hints(DeviceRecord)
    readers: dict[str, Callable[[Any], object]] = {}
    for field in fields(DeviceRecord):
        if field.name in _ELSEWHERE:
            continue
        (kind,) = (k for k in get_args(hints[field.name]) if k is not type(None))
        readers[field.name] = date.fromisoformat if kind is date else kind
    return readers
