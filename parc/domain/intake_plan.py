"""What a file would change: create, update, leave alone, set aside. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from parc.domain.asset_tag import AssetTag, looks_like_ours
from parc.domain.declared import contradictions, remarks
from parc.domain.fields import Json
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.intake_issue import Issue, RejectedRow, issue
from parc.domain.search import is_junk_serial, serial_key


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the owner, as far as matching needs it."""

    id: int
    tag: str
    serial_key: str | None
    maker: str
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Known:
    """The owner's devices by tag (both kinds) and by serial."""

    by_tag: Mapping[str, KnownDevice]
    by_serial: Mapping[str, tuple[KnownDevice, ...]]


@dataclass(frozen=True, slots=True)
class Update:
    """A known device and the facts that the row says differently."""

    device: KnownDevice
    record: DeviceRecord
    changes: Mapping[str, Json]


@dataclass(slots=True)
class Plan:
    """The decision on every record; nothing is counted twice."""

    create: list[DeviceRecord] = field(default_factory=list)
    update: list[Update] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[RejectedRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def plan(
    records: Iterable[DeviceRecord], known: Known, today: date, owner_siret: str
) -> Plan:
    """Match each record by tag, then by serial and maker; decide what it does.

    An empty cell erases nothing. A row without a usable identifier is rejected:
    writing it twice would make two devices. State, place and holder of a known
    device are never changed by a file.
    """
    made = Plan()
    seen = _Seen()
    for record in records:
        reasons = list(_unusable(record, owner_siret))
        reasons += contradictions(record, today)
        if reasons:
            made.rejected.append(RejectedRow(record.sheet, record.line, tuple(reasons)))
            continue
        clash = seen.clash(record)
        if clash is not None:
            made.issues.append(clash)
            if clash.code == "repeated_row":
                made.unchanged += 1
            else:
                row = RejectedRow(record.sheet, record.line, (clash,))
                made.conflicts.append(row)
            continue
        made.issues += remarks(record)
        _decide(made, record, known)
    made.issues += [i for row in made.rejected for i in row.issues]
    return made


class _Seen:
    """What the file itself said before."""

    def __init__(self) -> None:
        self._tags: dict[str, DeviceRecord] = {}
        self._serials: dict[tuple[str, str], DeviceRecord] = {}

    def clash(self, record: DeviceRecord) -> Issue | None:
        tag = (record.tag or "").upper()
        serial = usable_serial(record)
        key = (serial or "", (record.maker or "").casefold())
        before = self._tags.get(tag) if tag else None
        if before is None and serial:
            before = self._serials.get(key)
        if before is None:
            if tag:
                self._tags[tag] = record
            if serial:
                self._serials[key] = record
            return None
        if before == record:
            message = f"Ligne identique à la ligne {before.line} : comptée une fois."
            return issue(record.line, None, "repeated_row", record.tag, message)
        message = (
            f"Même étiquette ou même numéro de série qu'à la ligne {before.line}, avec "
            "d'autres valeurs : corrigez l'une des deux lignes."
        )
        return issue(
            record.line, None, "duplicate_identifier", record.tag or serial, message
        )


def usable_serial(record: DeviceRecord) -> str | None:
    """Fold the serial; None when it is a placeholder."""
    if not record.serial or is_junk_serial(record.serial):
        return None
    return serial_key(record.serial)


def _unusable(record: DeviceRecord, owner_siret: str) -> Iterable[Issue]:
    if record.owner_siret and record.owner_siret != owner_siret:
        message = "Cette ligne est d'un autre propriétaire : importez-la à part."
        yield issue(record.line, "SIRET", "other_owner", record.owner_siret, message)
    if not record.tag and usable_serial(record) is None:
        message = (
            "Ni étiquette ni numéro de série utilisable : ce matériel ne pourrait pas "
            "être reconnu la prochaine fois. Ajoutez l'un des deux."
        )
        yield issue(record.line, None, "no_identifier", record.serial, message)
    if record.tag and looks_like_ours(record.tag) and not AssetTag.parse(record.tag):
        message = "Le caractère de contrôle de cette étiquette est faux : vérifiez-la."
        yield issue(record.line, None, "wrong_check", record.tag, message)


def _decide(made: Plan, record: DeviceRecord, known: Known) -> None:
    tagged = known.by_tag.get((record.tag or "").upper()) if record.tag else None
    serial = usable_serial(record)
    candidates = known.by_serial.get(serial, ()) if serial else ()
    maker = (record.maker or "").casefold()
    same = [d for d in candidates if not maker or not d.maker or d.maker == maker]
    by_serial = same[0] if len(same) == 1 else None
    reason = ""
    if tagged and serial and tagged.serial_key and tagged.serial_key != serial:
        reason = (
            f"L'étiquette est celle d'un matériel connu ({tagged.tag}) dont le numéro "
            "de série est différent."
        )
    elif len(same) > 1:
        reason = "Plusieurs matériels connus portent ce numéro de série."
    elif by_serial and record.tag and tagged is not by_serial:
        reason = (
            f"Ce numéro de série est celui d'un matériel connu ({by_serial.tag}) sous "
            "une autre étiquette."
        )
    if reason:
        found = issue(record.line, None, "conflict", record.tag or serial, reason)
        made.conflicts.append(RejectedRow(record.sheet, record.line, (found,)))
        made.issues.append(found)
        return
    device = tagged or by_serial
    if device is None:
        made.create.append(record)
        return
    changes = {k: v for k, v in facts_of(record).items() if device.facts.get(k) != v}
    if changes:
        made.update.append(Update(device, record, changes))
    else:
        made.unchanged += 1
