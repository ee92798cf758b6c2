"""What an import would change, device by device: kept in a file until it is decided.

One line of JSON for each device, read page by page. It stands beside the file that
it tells of, and is thrown away with it: it may hold names (decision D4).
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import Json
from parc.domain.intake import DeviceRecord
from parc.domain.provenance import LINE
from parc.domain.transitions import FACT_NAMES

FIRST_CREATED = 20
"""New devices shown as they would be: the file itself holds the others."""

VOID = "void"
"""The field of a device that was discarded, and comes back to the inventory."""

_CHANGED, _CREATED = "changed", "created"


@dataclass(frozen=True, slots=True)
class Changed:
    """A known device: per field, the present value (None: nothing) and the new one."""

    line: int
    tag: str
    name: str
    fields: Mapping[str, tuple[Json, Json]]


@dataclass(frozen=True, slots=True)
class Created:
    """A new device as it would be; `tag` is empty when one will be given."""

    line: int
    tag: str
    state: str
    site: str
    holder: str
    facts: Mapping[str, Json]


class Told(Protocol):
    """Hears what an import would do."""

    def changed(self, device: Device, events: Sequence[Event]) -> None:
        """Hear of a known device, as it is, and of what would happen to it."""

    def created(self, record: DeviceRecord, tag: str, events: Sequence[Event]) -> None:
        """Hear of a new device; `tag` is the row's own, empty when it has none."""


class Preview:
    """Writes what it hears of; use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._created = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def changed(self, device: Device, events: Sequence[Event]) -> None:
        """Write the fields that differ, `VOID` for one that comes back."""
        fields = {
            name: [device.facts.get(name), value]
            for event in events
            for name, value in event.details.items()
            if name in FACT_NAMES
        }
        if device.void is not None:
            fields = {VOID: [device.void.kind.value, None], **fields}
        name = f"{device.text_fact('maker')} {device.text_fact('model')}".strip()
        line = events[0].details.get(LINE)
        self._write(_CHANGED, line, device.tag, name, fields)

    def created(self, record: DeviceRecord, tag: str, events: Sequence[Event]) -> None:
        """Write the first few."""
        if self._created == FIRST_CREATED:
            return
        self._created += 1
        self._write(
            _CREATED,
            record.line,
            tag,
            events[-1].state.value,
            record.site or "",
            record.holder_name or "",
            dict(events[0].details),
        )

    def _write(self, *values: object) -> None:
        json.dump(values, self._file, ensure_ascii=False, separators=(",", ":"))
        self._file.write("\n")


def changes(path: Path, start: int = 0, count: int | None = None) -> Iterator[Changed]:
    """Read what would change, from the device at `start` on; nothing once gone."""
    found = (values for kind, *values in _lines(path) if kind == _CHANGED)
    stop = None if count is None else start + count
    for line, tag, name, fields in itertools.islice(found, start, stop):
        told = {key: (before, after) for key, (before, after) in fields.items()}
        yield Changed(line, tag, name, told)


def creations(path: Path) -> list[Created]:
    """Read the first new devices: they are written before what changes."""
    found = itertools.takewhile(lambda values: values[0] == _CREATED, _lines(path))
    return [Created(*values) for _, *values in found]


def _lines(path: Path) -> Iterator[list[Any]]:
    try:
        file = path.open(encoding="utf-8")
    except OSError:
        return
    with file:
        for line in file:
            yield json.loads(line)
