"""Erasures that a snapshot of eReuse Workbench tells, in its components (version 11).

`EraseBasic` overwrites without reading again; `EraseSectors` checks sector by sector.
The raw outputs of newer versions (`smartctl`, `inxi`) say nothing of erasures.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from imports.bounded_json import read_json
from imports.erasure.lines import bounded, said, serial_of
from imports.sheet import UnreadableError
from imports.values import gigabytes_of
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.vocabulary import MediumKind

_GIGABYTE = 1_000_000_000
_METHODS = {
    "EraseBasic": (Method.OVERWRITE, Checked.NO),
    "EraseSectors": (Method.OVERWRITE, Checked.YES),
    "EraseCrypto": (Method.CRYPTO_ERASE, Checked.UNKNOWN),
}
_KINDS = {"HardDrive": MediumKind.HDD, "SolidStateDrive": MediumKind.SSD}
_GOOD = "Info"


def read_snapshot(content: bytes) -> list[Erasure]:
    """Read every erasure of a snapshot, or of a list of them.

    Raises:
        UnreadableError: damaged, no snapshot, or one that cannot tell of erasures.
    """
    data = read_json(content)
    items = [item for item in _items(data) if item.get("type") == "Snapshot"]
    if not items:
        message = (
            "Ce fichier JSON n'est pas un relevé de Workbench : parc lit les journaux "
            "de nwipe, les rapports XML de Blancco et ces relevés."
        )
        raise UnreadableError("unknown_format", message)
    found = bounded(record for item in items for record in _of(item))
    if not found:
        message = (
            "Ce relevé de Workbench ne dit rien d'un effacement (les versions récentes "
            "n'en gardent pas trace) : joignez le journal de l'outil qui a effacé."
        )
        raise UnreadableError("no_erasure", message)
    return found


def _of(snapshot: Mapping[str, object]) -> Iterator[Erasure]:
    version = said(_text(snapshot, "version"))
    for component in _items(snapshot.get("components")):
        for action in _items(component.get("actions")):
            kind = _text(action, "type")
            if kind in _METHODS:
                yield _record(component, action, kind, version)


def _record(
    component: Mapping[str, object],
    action: Mapping[str, object],
    kind: str,
    version: str,
) -> Erasure:
    method, checked = _METHODS[kind]
    steps = [*_items(action.get("steps"))]
    judged = [_text(one, "severity") for one in (action, *steps)]
    # A step that was not reached has no end.
    whole = all(_moment(one, "endTime") for one in (action, *steps))
    status = Status.ERASED if whole and steps else Status.UNKNOWN
    if any(word != _GOOD for word in judged):
        status = Status.UNKNOWN if "" in judged else Status.FAILED
    size = _text(component, "size")
    capacity = gigabytes_of(f"{size} mb" if size.isdecimal() else size)
    kinds = _KINDS.get(_text(component, "type"), MediumKind.UNKNOWN)
    if "nvme" in (_text(component, "interface") + _text(component, "model")).lower():
        kinds = MediumKind.NVME
    return Erasure(
        serial=serial_of(_text(component, "serialNumber")),
        model=said(_text(component, "model")),
        size=capacity * _GIGABYTE if capacity else None,
        kind=kinds,
        method=method,
        method_words=kind,
        tool="Workbench",
        version=version,
        started=_moment(action, "startTime"),
        ended=_moment(action, "endTime"),
        rounds=len(steps) or None,
        checked=checked,
        status=status,
    )


def _moment(said_: Mapping[str, object], key: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_text(said_, key)).replace(tzinfo=None)
    except ValueError:
        return None


def _items(said_: object) -> Iterator[Mapping[str, object]]:
    listed = said_ if isinstance(said_, list) else [said_]
    return (item for item in listed if isinstance(item, dict))


def _text(said_: Mapping[str, object], key: str) -> str:
    value = said_.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:200]
