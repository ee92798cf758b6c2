"""By what a row may be recognised: its identifiers folded, placeholders left out."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parc.domain.hardware_id import uuid_key
from parc.domain.intake import DeviceRecord
from parc.domain.maker import maker_key
from parc.domain.search import JUNK_SERIALS, serial_key


class Keys(NamedTuple):
    """The identifiers of a row, folded; empty or None where it gives none usable.

    `foreign` is a second tag, another tool's. An empty `maker` fits any maker.
    """

    tag: str = ""
    serial: str | None = None
    maker: str = ""
    uuid: str | None = None
    foreign: str = ""

    @property
    def identify(self) -> bool:
        """Tell whether the device could be recognised the next time by these alone.

        Not by its media: they go from one machine to another.
        """
        return bool(self.tag or self.serial or self.uuid or self.foreign)


Row = tuple[DeviceRecord, Keys]
"""A row and its identifiers, folded once."""


def keyed(records: Iterable[DeviceRecord]) -> list[Row]:
    """Fold the identifiers of rows."""
    return [(record, keys_of(record)) for record in records]


def keys_of(record: DeviceRecord) -> Keys:
    """Fold the identifiers of a row."""
    tag, serial, uuid = record.tag, record.serial, record.uuid
    return Keys(
        tag.strip().upper() if tag else "",
        usable_serial(serial) if serial else None,
        maker_key(record.maker) if record.maker else "",
        uuid_key(uuid) if uuid else None,
        record.foreign_tag.strip().upper() if record.foreign_tag else "",
    )


def tag_key(record: DeviceRecord) -> str:
    """Fold the tag of a row; empty when it gives none."""
    return record.tag.strip().upper() if record.tag else ""


def usable_serial(serial: str) -> str | None:
    """Fold a serial number; None when it is a placeholder (as `is_junk_serial`)."""
    key = serial_key(serial)
    return None if len(set(key)) <= 1 or key in JUNK_SERIALS else key


def media_keys(record: DeviceRecord) -> Iterator[str]:
    """Fold the serials of the row's storage media, those that say nothing left out."""
    for medium in record.media:
        if key := usable_serial(medium.serial):
            yield key
