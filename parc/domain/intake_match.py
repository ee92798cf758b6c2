"""Which known device a row is about, and whether it can be told at all. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from parc.domain.asset_tag import AssetTag, shaped_prefix
from parc.domain.events import canonical_details
from parc.domain.fields import Json
from parc.domain.intake import FACT_LABELS, DeviceRecord
from parc.domain.intake_issue import Issue, issue
from parc.domain.search import is_junk_serial, serial_key


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the owner, as far as matching needs it.

    `serial_key` is None for a placeholder, `maker` folded, `written` the canonical
    text of its facts: most are never asked for. `left`: it has since become another
    owner's, in this parc.
    """

    id: int
    tag: str
    serial_key: str | None
    maker: str
    written: str
    foreign_tag: str | None = None
    decommissioned_on: date | None = None
    left: bool = False

    @property
    def facts(self) -> Mapping[str, Json]:
        """Read the facts anew."""
        found: dict[str, Json] = json.loads(self.written)
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """The owner's devices by tag (both kinds) and by serial, and whose is what else.

    `first_day` is the owner's (decision D11). `other_prefixes` are those of the
    other owners' tags; `elsewhere` gives the makers of other owners' devices by
    serial.
    """

    siret: str
    prefix: str
    first_day: date
    by_tag: Mapping[str, KnownDevice] = field(default_factory=dict)
    by_serial: Mapping[str, Sequence[KnownDevice]] = field(default_factory=dict)
    other_prefixes: frozenset[str] = frozenset()
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)


def usable_serial(record: DeviceRecord) -> str | None:
    """Fold the serial; None when it is a placeholder."""
    return _usable(record.serial) if record.serial else None


@lru_cache(maxsize=256)
def _usable(serial: str) -> str | None:
    # A row's serial is asked for several times in a row.
    return None if is_junk_serial(serial) else serial_key(serial)


def tag_key(record: DeviceRecord) -> str:
    """Fold the tag as `Known.by_tag` has it; empty when the row gives none."""
    return record.tag.strip().upper() if record.tag else ""


def maker_key(record: DeviceRecord) -> str:
    """Fold the maker; empty when the row names none: it then fits any."""
    return (record.maker or "").casefold()


def unusable(record: DeviceRecord, known: Known) -> Iterable[Issue]:
    """Say why a row cannot become a device of this owner."""
    if record.owner_siret and record.owner_siret != known.siret:
        message = "Cette ligne est d'un autre propriétaire : importez-la à part."
        label = FACT_LABELS["owner_siret"]
        yield issue(record.line, label, "other_owner", record.owner_siret, message)
    if not record.tag and usable_serial(record) is None:
        message = (
            "Ni étiquette ni numéro de série utilisable : ce matériel ne pourrait pas "
            "être reconnu la prochaine fois. Ajoutez l'un des deux."
        )
        yield issue(record.line, None, "no_identifier", record.serial, message)
    if record.tag and (prefix := shaped_prefix(record.tag)):
        yield from _wrong_tag(record, prefix, known)


def match(record: DeviceRecord, known: Known) -> tuple[KnownDevice | None, str]:
    """Find the known device that a row is about, or why that cannot be told."""
    tagged = known.by_tag.get(tag_key(record))
    serial = usable_serial(record)
    maker = maker_key(record)
    same = [
        device
        for device in (known.by_serial.get(serial, ()) if serial else ())
        if not maker or device.maker in {"", maker}
    ]
    by_serial = same[0] if len(same) == 1 else None
    if tagged and serial and tagged.serial_key and tagged.serial_key != serial:
        return None, (
            f"L'étiquette est celle d'un matériel connu ({tagged.tag}) dont le numéro "
            "de série est différent."
        )
    if len(same) > 1 and tagged not in same:
        return None, "Plusieurs matériels connus portent ce numéro de série."
    if by_serial and record.tag and tagged is not by_serial:
        return None, (
            f"Ce numéro de série est celui d'un matériel connu ({by_serial.tag}) sous "
            "une autre étiquette."
        )
    device = tagged or by_serial
    if device is not None and device.left:
        return None, (
            f"Ce matériel ({device.tag}) a été cédé à un autre propriétaire de ce "
            "parc : retirez la ligne."
        )
    makers = known.elsewhere.get(serial, frozenset()) if serial else frozenset()
    if device is None and makers and (not maker or makers & {"", maker}):
        return None, (
            "Ce numéro de série est celui d'un matériel d'un autre propriétaire de ce "
            "parc : retirez la ligne, ou enregistrez d'abord la cession."
        )
    return device, ""


def updated(known: Known, changes: Mapping[int, Mapping[str, Json]]) -> Known:
    """Give what is known once some devices' facts have changed, by their ids."""
    by_tag = {
        tag: _changed(device, changes.get(device.id, {}))
        for tag, device in known.by_tag.items()
    }
    by_serial: dict[str, list[KnownDevice]] = {}
    for device in {device.id: device for device in by_tag.values()}.values():
        if device.serial_key:
            by_serial.setdefault(device.serial_key, []).append(device)
    return replace(known, by_tag=by_tag, by_serial=by_serial)


def _changed(device: KnownDevice, changes: Mapping[str, Json]) -> KnownDevice:
    if not changes:
        return device
    facts = {**device.facts, **changes}
    serial, maker = str(facts.get("serial", "")), str(facts.get("maker", ""))
    return replace(
        device,
        written=canonical_details(facts),
        serial_key=None if is_junk_serial(serial) else serial_key(serial),
        maker=maker.casefold(),
    )


def _wrong_tag(record: DeviceRecord, prefix: str, known: Known) -> Iterable[Issue]:
    """Refuse tags that this parc could not have printed for this owner.

    A prefix that no owner here has belongs to another tool: any tag of its own.
    """
    label = FACT_LABELS["tag"]
    is_other = prefix in known.other_prefixes
    if not (is_other or prefix == known.prefix):
        return
    if AssetTag.parse(str(record.tag)) is None:
        message = "Le caractère de contrôle de cette étiquette est faux : vérifiez-la."
        yield issue(record.line, label, "wrong_check", record.tag, message)
    elif is_other and tag_key(record) not in known.by_tag:
        message = (
            f"Le préfixe {prefix} est celui d'un autre propriétaire : importez ce "
            "matériel pour lui, ou enregistrez d'abord sa cession."
        )
        yield issue(record.line, label, "other_owner_tag", record.tag, message)
