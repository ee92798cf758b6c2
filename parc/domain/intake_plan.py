"""What a file would change: create, update, leave alone, set aside. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parc.domain.declared_checks import contradictions, remarks, too_recent
from parc.domain.fields import Json
from parc.domain.hardware_id import uuid_key
from parc.domain.intake import FACT_LABELS, DeviceRecord, facts_of
from parc.domain.intake_dispute import Dispute, Doubt
from parc.domain.intake_issue import Issue, IssueLog, RejectedRow, issue
from parc.domain.intake_keys import Keys, Row, usable_serial
from parc.domain.intake_known import (
    Known,
    KnownDevice,
    placeholders,
    shared_serials,
    updated,
)
from parc.domain.intake_match import compare, unidentified, unusable


@dataclass(frozen=True, slots=True)
class Update:
    """A known device and the facts that the row says differently.

    None differs: the device was discarded, and the row brings it back.
    """

    device: KnownDevice
    record: DeviceRecord
    changes: Mapping[str, Json]


@dataclass(slots=True)
class Plan:
    """The decision on every record; nothing is counted twice.

    Each of the `conflicts` has its dispute, at the same place.
    """

    create: list[DeviceRecord] = field(default_factory=list)
    update: list[Update] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[RejectedRow] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def reject(self, record: DeviceRecord, reasons: Sequence[Issue]) -> None:
        """Set a row aside for what it says."""
        row = RejectedRow(record.sheet, record.line, tuple(reasons))
        self.rejected.append(row)
        self.issues += row.issues

    def settled(self, decided: Mapping[int, str]) -> None:
        """Leave alone the disputes that somebody has settled: their places, and how."""
        for place, message in sorted(decided.items(), reverse=True):
            told = self.conflicts.pop(place)
            record = self.disputes.pop(place).record
            self.issues = [i for i in self.issues if i not in told.issues]
            value = record.tag or record.serial
            self.issues.append(
                issue(record.line, None, "already_settled", value, message)
            )
            self.unchanged += 1

    def conflict(self, dispute: Dispute) -> None:
        """Set a row aside for what other rows or devices say."""
        record, doubt = dispute.record, dispute.doubt
        code = "duplicate_identifier" if doubt is Doubt.REPEATED else "conflict"
        value = record.tag or record.serial
        reason = issue(record.line, None, code, value, dispute.message)
        self.conflicts.append(RejectedRow(record.sheet, record.line, (reason,)))
        self.disputes.append(dispute)
        self.issues.append(reason)


def plan(rows: Sequence[Row], known: Known, today: date) -> Plan:
    """Match each row by its identifiers (`intake_match`); decide what it does.

    An empty cell erases nothing. A row without a usable identifier is rejected:
    writing it twice would make two devices. State, place and holder of a known
    device are never changed by a file.
    """
    shared = shared_serials(rows, known)
    junk = placeholders(shared, rows, known)
    while True:
        planner = _Planner(known, today)
        for record, keys in rows:
            if keys.serial in junk:
                planner.take(record, keys._replace(serial=None))
            else:
                planner.take(record, keys)
        planner.settle()
        if not shared:
            return planner.made
        # Devices that the file makes or corrects may be the third to bear a serial:
        # reading the file again must not find that out.
        found = placeholders(shared, rows, planner.known(), planner.made.create)
        if found <= junk:
            return planner.made
        junk |= found


class _Planner:
    """Decides on rows one after the other; `settle` ends it."""

    def __init__(self, known: Known, today: date) -> None:
        self.made = Plan()
        self._known = known
        self._today = today
        self._seen = _Seen()
        self._noted = IssueLog()
        self._touched: set[int] = set()
        self._unsure: list[tuple[DeviceRecord, Keys, Dispute]] = []

    def known(self) -> Known:
        """Give what is known once devices are updated."""
        if not self.made.update:
            return self._known
        changes = {update.device.id: update.changes for update in self.made.update}
        return updated(self._known, changes)

    def take(self, record: DeviceRecord, keys: Keys) -> None:
        """Decide on a row, or keep it for `settle`."""
        reasons = [
            *unusable(record, keys, self._known),
            *contradictions(record, self._today),
        ]
        if reasons:
            self.made.reject(record, reasons)
            return
        before = self._seen.before(record, keys)
        if before is None:
            self._decide(record, keys)
        elif before == record:
            message = f"Ligne identique à la ligne {before.line} : comptée une fois."
            told = issue(record.line, None, "repeated_row", record.tag, message)
            self.made.issues.append(told)
            self.made.unchanged += 1
        else:
            found = compare(record, keys, self._known)
            ids = (found.device.id,) if found.device else found.candidates
            self.made.conflict(_repeated(record, before, ids))

    def settle(self) -> None:
        """Judge conflicts by what devices are once updated, and end.

        A row may complete the maker or the serial by which another one is told
        apart: reading the file again must not find that out.
        """
        updates = 0
        while self._unsure and updates != len(self.made.update):
            updates = len(self.made.update)
            self._known = self.known()
            self._touched.clear()
            unsure, self._unsure = self._unsure, []
            for record, keys, _ in unsure:
                self._decide(record, keys)
        for _, _, dispute in self._unsure:
            self.made.conflict(dispute)
        self.made.issues += self._noted.issues()

    def _decide(self, record: DeviceRecord, keys: Keys) -> None:
        found = compare(record, keys, self._known)
        if found.doubt is not None:
            dispute = Dispute(record, found.doubt, found.reason, found.candidates)
            self._unsure.append((record, keys, dispute))
        elif found.device is not None:
            self._compare(record, keys, found.device)
        elif not keys.identify:
            self.made.reject(record, [unidentified(record)])
        elif reasons := list(too_recent(record, self._today, self._known.first_day)):
            self.made.reject(record, reasons)
        else:
            self._note(remarks(record))
            self.made.create.append(record)

    def _compare(self, record: DeviceRecord, keys: Keys, device: KnownDevice) -> None:
        present = device.facts
        said = facts_of(record)
        changes: dict[str, Json] = {}
        if not said.items() <= present.items():
            changes = {k: v for k, v in said.items() if present.get(k) != v}
            self._note(_kept_identifiers(record, keys, present, changes))
        before = self._seen.again(device, record)
        differs = bool(changes) or device.discarded
        if before is not None and (differs or device.id in self._touched):
            dispute = _repeated(record, before, (device.id,))
            self._unsure.append((record, keys, dispute))
            return
        self._note(remarks(record))
        self._note(_past_of_known(record, device))
        if differs:
            self._touched.add(device.id)
            self.made.update.append(Update(device, record, changes))
        else:
            self.made.unchanged += 1

    def _note(self, found: Iterable[Issue]) -> None:
        for told in found:
            self._noted.add(told.line, told.column, told.code, told.value, told.message)


class _Seen:
    """What the file itself said before."""

    def __init__(self) -> None:
        self._tags: dict[str, DeviceRecord] = {}
        self._uuids: dict[str, DeviceRecord] = {}
        self._serials: dict[str, list[tuple[str, DeviceRecord]]] = {}
        self._devices: dict[int, DeviceRecord] = {}

    def before(self, record: DeviceRecord, keys: Keys) -> DeviceRecord | None:
        """Find the earlier row of the same tag, serial and maker, or UUID."""
        before = self._tags.get(keys.tag) if keys.tag else None
        if before is None and keys.serial:
            before = self._same_serial(keys.serial, keys.maker)
        if before is None and keys.uuid:
            before = self._uuids.get(keys.uuid)
        if before is None:
            if keys.tag:
                self._tags[keys.tag] = record
            if keys.serial:
                told = (keys.maker, record)
                self._serials.setdefault(keys.serial, []).append(told)
            if keys.uuid:
                self._uuids[keys.uuid] = record
        return before

    def again(self, device: KnownDevice, record: DeviceRecord) -> DeviceRecord | None:
        """Give the earlier row that spoke of the same known device."""
        before = self._devices.setdefault(device.id, record)
        return None if before is record else before

    def _same_serial(self, serial: str, maker: str) -> DeviceRecord | None:
        for other, before in self._serials.get(serial, ()):
            if not maker or other in {"", maker}:
                return before
        return None


def _repeated(
    record: DeviceRecord, before: DeviceRecord, candidates: tuple[int, ...]
) -> Dispute:
    message = (
        f"Même étiquette, même numéro de série ou même UUID qu'à la ligne "
        f"{before.line}, avec d'autres valeurs : corrigez l'une des deux lignes."
    )
    return Dispute(record, Doubt.REPEATED, message, candidates, before)


def _kept_identifiers(
    record: DeviceRecord,
    keys: Keys,
    present: Mapping[str, Json],
    changes: dict[str, Json],
) -> Iterator[Issue]:
    """Leave out of the changes what would hide by what the device is known.

    A placeholder replaces no real identifier, nor does a serial that leads to the
    device as an alias: its own would then lead nowhere.
    """
    for name, usable, key_of in (
        ("serial", keys.serial, usable_serial),
        ("uuid", keys.uuid, uuid_key),
    ):
        own = key_of(str(present.get(name, ""))) if name in changes else None
        if own is None:
            continue
        if not usable:
            message = (
                "Ce n'est pas un identifiant, ou plusieurs modèles le portent : celui "
                "de la fiche est gardé."
            )
            value = getattr(record, name)
            yield issue(record.line, FACT_LABELS[name], "junk_serial", value, message)
        if not usable or (name == "serial" and usable != own):
            del changes[name]


def _past_of_known(record: DeviceRecord, device: KnownDevice) -> Iterator[Issue]:
    told = record.decommissioned_on
    if told is not None and told != device.decommissioned_on:
        message = (
            "Ce matériel est déjà suivi : un import ne change pas son état. "
            "Enregistrez sa réforme dans sa fiche, avec ses pièces."
        )
        label = FACT_LABELS["decommissioned_on"]
        yield issue(record.line, label, "past_not_applied", told, message)
