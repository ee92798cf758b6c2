"""What the parc knows that a file's rows are compared with. Pure."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from parc.domain.events import canonical_details
from parc.domain.fields import Json
from parc.domain.hardware_id import uuid_key
from parc.domain.intake import DeviceRecord
from parc.domain.intake_keys import Row, usable_serial
from parc.domain.maker import maker_key
from parc.domain.search import fold

MOST_BEARERS = 2
"""A serial number borne by more models or devices is a placeholder of its own."""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the owner, as far as matching needs it.

    `serial_key` is None for a placeholder, `maker` folded, `written` the canonical
    text of its facts: most are never asked for. `left`: it has since become another
    owner's, in this parc. `uuid_key` is only known when some row tells a UUID.
    `discarded`: out of the inventory, where a row that is about it brings it back;
    merged ones are known by their aliases alone.
    """

    id: int
    tag: str
    serial_key: str | None
    maker: str
    written: str
    foreign_tag: str | None = None
    decommissioned_on: date | None = None
    left: bool = False
    uuid_key: str | None = None
    discarded: bool = False

    @property
    def facts(self) -> Mapping[str, Json]:
        """Read the facts anew."""
        found: dict[str, Json] = json.loads(self.written)
        return found


Devices = Mapping[str, Sequence[KnownDevice]]
"""The devices that an identifier stands for; most often one."""


@dataclass(frozen=True, slots=True)
class Known:
    """The owner's devices by each of their identifiers, and whose is what else.

    `first_day` is the owner's (decision D11). A tag gives the device that bears it
    first, then those that have it as another tool's. Aliases are codes that lead to
    a device without being its own, left by a merge or by a person: those in the
    place of a tag, and those in the place of a serial. `other_prefixes` are those
    of the other owners' tags; `elsewhere` gives the makers of other owners' devices
    by serial.
    """

    siret: str
    prefix: str
    first_day: date
    by_tag: Devices = field(default_factory=dict)
    by_serial: Devices = field(default_factory=dict)
    by_uuid: Devices = field(default_factory=dict)
    by_medium: Devices = field(default_factory=dict)
    tag_aliases: Devices = field(default_factory=dict)
    serial_aliases: Devices = field(default_factory=dict)
    other_prefixes: frozenset[str] = frozenset()
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)


def by_tag(devices: Iterable[KnownDevice]) -> Devices:
    """Sort devices by tag: who bears one first, then who has it besides.

    A device that has left gives way to one that is there.
    """
    found: dict[str, tuple[KnownDevice, ...]] = {}
    besides: list[KnownDevice] = []
    for device in devices:
        found[device.tag.upper()] = (device,)
        if device.foreign_tag:
            besides.append(device)
    for device in besides:
        tag = str(device.foreign_tag).upper()
        others = found.get(tag, ())
        if not device.left:
            others = tuple(other for other in others if not other.left)
        elif not all(other.left for other in others):
            continue
        if device not in others:
            found[tag] = (*others, device)
    return found


def by_serial(devices: Iterable[KnownDevice]) -> Devices:
    """Sort devices by serial number."""
    found: defaultdict[str, list[KnownDevice]] = defaultdict(list)
    for device in devices:
        if device.serial_key:
            found[device.serial_key].append(device)
    return dict(found)


def by_uuid(devices: Iterable[KnownDevice]) -> Devices:
    """Sort devices by UUID."""
    found: defaultdict[str, list[KnownDevice]] = defaultdict(list)
    for device in devices:
        if device.uuid_key:
            found[device.uuid_key].append(device)
    return dict(found)


def updated(known: Known, changes: Mapping[int, Mapping[str, Json]]) -> Known:
    """Give what is known once some devices' facts have changed, by their ids."""
    present: dict[int, KnownDevice] = {}
    for devices in known.by_tag.values():
        for device in devices:
            if device.id not in present:
                present[device.id] = _changed(device, changes.get(device.id, {}))

    def anew(found: Devices) -> Devices:
        return {
            key: tuple(present.get(device.id, device) for device in devices)
            for key, devices in found.items()
        }

    return replace(
        known,
        by_tag=anew(known.by_tag),
        by_serial=by_serial(present.values()),
        by_uuid=by_uuid(present.values()),
        by_medium=anew(known.by_medium),
        tag_aliases=anew(known.tag_aliases),
        serial_aliases=anew(known.serial_aliases),
    )


def _changed(device: KnownDevice, changes: Mapping[str, Json]) -> KnownDevice:
    if not changes:
        return device
    facts = {**device.facts, **changes}
    return replace(
        device,
        written=canonical_details(facts),
        serial_key=usable_serial(str(facts.get("serial", ""))),
        maker=maker_key(str(facts.get("maker", ""))),
        uuid_key=uuid_key(str(facts.get("uuid", ""))),
    )


def shared_serials(rows: Sequence[Row], known: Known) -> frozenset[str]:
    """Find the serials of rows that more than two rows and devices bear together."""
    counts = Counter([keys.serial for _, keys in rows])
    devices = known.by_serial
    return frozenset(
        serial
        for serial, times in counts.items()
        if serial and times + len(devices.get(serial, ())) > MOST_BEARERS
    )


def placeholders(
    shared: Iterable[str],
    rows: Sequence[Row],
    known: Known,
    created: Iterable[DeviceRecord] = (),
) -> frozenset[str]:
    """Find, among `shared_serials`, those that tell no device apart.

    No maker gives one number to three models: some firmware or some clerk does.
    Such are those that the file gives to more than two models, and those that more
    than two devices bear, the `created` ones too.
    """
    models: dict[str, set[str]] = {serial: set() for serial in shared}
    if not models:
        return frozenset()
    for record, keys in rows:
        if keys.serial in models and record.model:
            models[str(keys.serial)].add(fold(record.model))
    bearers = Counter(usable_serial(r.serial) for r in created if r.serial)
    for serial in models:
        bearers[serial] += len(known.by_serial.get(serial, ()))
    return frozenset(
        serial
        for serial, found in models.items()
        if len(found) > MOST_BEARERS or bearers[serial] > MOST_BEARERS
    )
