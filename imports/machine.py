"""What a machine says of itself, in the words of its tools: dmidecode, inxi, smartctl.

Nothing here raises: what is not as expected says nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from imports.bounded_json import read_json
from imports.sheet import UnreadableError
from imports.values import gigabytes_of
from parc.domain.vocabulary import MediumKind

Disk = tuple[str, MediumKind, int | None]
"""Serial number, technology, capacity in gigabytes."""

_INXI_KEY = re.compile(r"\d+#\d+#\d+#(.*)", re.DOTALL)
_DMI_LINE = re.compile(r"\t([^\t:]+):(?: (.*))?")
_GIGABYTE = 1_000_000_000


@dataclass(slots=True)
class Told:
    """A machine in its own words; empty where it says nothing."""

    serial: str = ""
    uuid: str = ""
    chassis: str = ""
    maker: str = ""
    model: str = ""
    processor: str = ""
    media: list[Disk] = field(default_factory=list)


def from_components(snapshot: Mapping[str, object], media: Collection[str]) -> Told:
    """Read a snapshot of version 11: the device, then its components."""
    device = _mapping(snapshot.get("device"))
    told = Told(
        serial=_text(device, "serialNumber"),
        uuid=_text(device, "system_uuid") or _text(snapshot, "system_uuid"),
        chassis=_text(device, "chassis") or _text(device, "type"),
        maker=_text(device, "manufacturer"),
        model=_text(device, "model"),
    )
    for component in _items(snapshot.get("components")):
        kind = _text(component, "type")
        if kind in media:
            told.media.append(_component(component, kind))
        elif kind == "Processor" and not told.processor:
            told.processor = _text(component, "model")
    return told


def _component(component: Mapping[str, object], kind: str) -> Disk:
    technology = MediumKind.HDD if kind == "HardDrive" else MediumKind.UNKNOWN
    if "nvme" in (_text(component, "interface") + _text(component, "model")).lower():
        technology = MediumKind.NVME
    elif kind == "SolidStateDrive":
        technology = MediumKind.SSD
    size = _text(component, "size")
    # A bare number counts megabytes.
    capacity = gigabytes_of(f"{size} mb" if size.isdecimal() else size)
    return _text(component, "serialNumber"), technology, capacity


def from_raw(data: Mapping[str, object]) -> Told:
    """Read a newer snapshot: what dmidecode says first, then inxi, then lshw."""
    told = Told()
    _add_dmi(_text(data, "dmidecode"), told)
    inxi = _json(data.get("inxi"))
    machine = _inxi(inxi, "Machine")
    _complete(
        told,
        serial=machine.get("serial", ""),
        chassis=machine.get("Type", ""),
        maker=machine.get("System", ""),
        model=machine.get("product", ""),
        processor=_inxi(inxi, "CPU").get("model", ""),
    )
    tree = _mapping(_json(data.get("lshw")))
    about = _mapping(tree.get("configuration"))
    _complete(
        told,
        serial=_text(tree, "serial"),
        uuid=_text(about, "uuid"),
        chassis=_text(about, "chassis"),
        maker=_text(tree, "vendor"),
        model=_text(tree, "product"),
    )
    disks = _json(data.get("smartctl")) or _json(data.get("smart"))
    told.media = [*map(_disk, _items(disks))]
    if not any(serial for serial, _, _ in told.media):
        told.media = [*_inxi_disks(inxi)]
    return told


def _complete(told: Told, **said: str) -> None:
    """Fill what is still empty."""
    for name, value in said.items():
        if not getattr(told, name):
            setattr(told, name, value)


def _add_dmi(text: str, told: Told) -> None:
    """Read the sections of dmidecode that describe the whole machine."""
    names = {
        ("System Information", "Manufacturer"): "maker",
        ("System Information", "Product Name"): "model",
        ("System Information", "Serial Number"): "serial",
        ("System Information", "UUID"): "uuid",
        ("Chassis Information", "Type"): "chassis",
        ("Processor Information", "Version"): "processor",
    }
    section = ""
    for line in text.splitlines():
        if line[:1] not in {"", "\t"}:
            section = line.strip()
        elif found := _DMI_LINE.fullmatch(line):
            name = names.get((section, found[1]))
            if name and not getattr(told, name):
                setattr(told, name, (found[2] or "").strip())


def _disk(said: Mapping[str, object]) -> Disk:
    """Read one disk of smartctl."""
    device = _mapping(said.get("device"))
    rotation = said.get("rotation_rate")
    kind = MediumKind.UNKNOWN
    if "nvme" in _text(device, "protocol").lower():
        kind = MediumKind.NVME
    elif isinstance(rotation, int):
        kind = MediumKind.HDD if rotation else MediumKind.SSD
    size = _mapping(said.get("user_capacity")).get("bytes")
    known = isinstance(size, int) and 0 < size < 10**18
    capacity = round(size / _GIGABYTE) if known and isinstance(size, int) else None
    return _text(said, "serial_number"), kind, capacity


def _inxi_disks(inxi: object) -> Iterator[Disk]:
    for said in _inxi_groups(inxi, "Drives"):
        kinds = {"HDD": MediumKind.HDD, "SSD": MediumKind.SSD}
        kind = kinds.get(said.get("type", ""), MediumKind.UNKNOWN)
        if "nvme" in said.get("ID", ""):
            kind = MediumKind.NVME
        capacity = gigabytes_of(said.get("size", "").replace("iB", "B"))
        yield said.get("serial", ""), kind, capacity


def _inxi(inxi: object, section: str) -> Mapping[str, str]:
    """Give the first group of a section of inxi, its keys without their order."""
    return next(_inxi_groups(inxi, section), {})


def _inxi_groups(inxi: object, section: str) -> Iterator[Mapping[str, str]]:
    for part in _items(inxi):
        for key, groups in part.items():
            if _plain_key(key) == section:
                for group in _items(groups):
                    plain = {_plain_key(name): name for name in sorted(group)[::-1]}
                    yield {name: _text(group, key) for name, key in plain.items()}


def _plain_key(key: str) -> str:
    found = _INXI_KEY.fullmatch(key)
    return found[1] if found else key


def _json(said: object) -> object:
    """Read an output that is JSON, or a text of JSON."""
    if not isinstance(said, str):
        return said
    try:
        return read_json(said.encode("utf-8", "replace"))
    except UnreadableError:
        return None


def _mapping(said: object) -> Mapping[str, object]:
    return said if isinstance(said, dict) else {}


def _items(said: object) -> Iterator[Mapping[str, object]]:
    listed = said if isinstance(said, list) else [said]
    return (item for item in listed if isinstance(item, dict))


def _text(said: Mapping[str, object], key: str) -> str:
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:1_000_000] if isinstance(value, str) else str(value)[:64]
