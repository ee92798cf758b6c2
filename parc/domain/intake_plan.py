"""What a file would change: create, update, leave alone, set aside. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parc.domain.declared_checks import contradictions, remarks, too_recent
from parc.domain.fields import Json
from parc.domain.intake import FACT_LABELS, DeviceRecord, facts_of
from parc.domain.intake_issue import Issue, IssueLog, RejectedRow, issue
from parc.domain.intake_match import (
    Known,
    KnownDevice,
    maker_key,
    match,
    tag_key,
    unusable,
    updated,
    usable_serial,
)


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

    def reject(self, record: DeviceRecord, reasons: Sequence[Issue]) -> None:
        """Set a row aside for what it says."""
        row = RejectedRow(record.sheet, record.line, tuple(reasons))
        self.rejected.append(row)
        self.issues += row.issues

    def conflict(self, record: DeviceRecord, reason: Issue) -> None:
        """Set a row aside for what other rows or devices say."""
        self.conflicts.append(RejectedRow(record.sheet, record.line, (reason,)))
        self.issues.append(reason)


def plan(records: Iterable[DeviceRecord], known: Known, today: date) -> Plan:
    """Match each record by tag, then by serial and maker; decide what it does.

    An empty cell erases nothing. A row without a usable identifier is rejected:
    writing it twice would make two devices. State, place and holder of a known
    device are never changed by a file.
    """
    planner = _Planner(known, today)
    for record in records:
        planner.take(record)
    planner.settle()
    return planner.made


class _Planner:
    """Decides on rows one after the other; `settle` ends it."""

    def __init__(self, known: Known, today: date) -> None:
        self.made = Plan()
        self._known = known
        self._today = today
        self._seen = _Seen()
        self._noted = IssueLog()
        self._touched: set[int] = set()
        self._unsure: list[tuple[DeviceRecord, Issue]] = []

    def take(self, record: DeviceRecord) -> None:
        """Decide on a row, or keep it for `settle`."""
        reasons = list(unusable(record, self._known))
        reasons += contradictions(record, self._today)
        if reasons:
            self.made.reject(record, reasons)
            return
        clash = self._seen.clash(record)
        if clash is not None and clash.code == "repeated_row":
            self.made.issues.append(clash)
            self.made.unchanged += 1
        elif clash is not None:
            self.made.conflict(record, clash)
        else:
            self._decide(record)

    def settle(self) -> None:
        """Judge conflicts by what devices are once updated, and end.

        A row may complete the maker or the serial by which another one is told
        apart: reading the file again must not find that out.
        """
        updates = 0
        while self._unsure and updates != len(self.made.update):
            updates = len(self.made.update)
            self._known = updated(
                self._known, {u.device.id: u.changes for u in self.made.update}
            )
            self._touched.clear()
            unsure, self._unsure = self._unsure, []
            for record, _ in unsure:
                self._decide(record)
        for record, found in self._unsure:
            self.made.conflict(record, found)
        self.made.issues += self._noted.issues()

    def _decide(self, record: DeviceRecord) -> None:
        device, reason = match(record, self._known)
        if reason:
            value = record.tag or record.serial
            found = issue(record.line, None, "conflict", value, reason)
            self._unsure.append((record, found))
        elif device is not None:
            self._compare(record, device)
        elif reasons := list(too_recent(record, self._today, self._known.first_day)):
            self.made.reject(record, reasons)
        else:
            self._note(remarks(record))
            self.made.create.append(record)

    def _compare(self, record: DeviceRecord, device: KnownDevice) -> None:
        present = device.facts
        changes = {k: v for k, v in facts_of(record).items() if present.get(k) != v}
        before = self._seen.again(device, record)
        if before is not None and (changes or device.id in self._touched):
            self._unsure.append((record, _duplicate(record, before)))
            return
        self._note(remarks(record))
        self._note(_past_of_known(record, device))
        if changes:
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
        self._serials: dict[str, list[DeviceRecord]] = {}
        self._devices: dict[int, DeviceRecord] = {}

    def clash(self, record: DeviceRecord) -> Issue | None:
        """Compare with earlier rows of the same tag, or serial and maker."""
        tag = tag_key(record)
        serial = usable_serial(record)
        before = self._tags.get(tag) if tag else None
        if before is None and serial:
            before = self._same_serial(serial, record)
        if before is None:
            if tag:
                self._tags[tag] = record
            if serial:
                self._serials.setdefault(serial, []).append(record)
            return None
        if before == record:
            message = f"Ligne identique à la ligne {before.line} : comptée une fois."
            return issue(record.line, None, "repeated_row", record.tag, message)
        return _duplicate(record, before)

    def again(self, device: KnownDevice, record: DeviceRecord) -> DeviceRecord | None:
        """Give the earlier row that spoke of the same known device."""
        before = self._devices.setdefault(device.id, record)
        return None if before is record else before

    def _same_serial(self, serial: str, record: DeviceRecord) -> DeviceRecord | None:
        maker = maker_key(record)
        for before in self._serials.get(serial, ()):
            if not maker or maker_key(before) in {"", maker}:
                return before
        return None


def _duplicate(record: DeviceRecord, before: DeviceRecord) -> Issue:
    message = (
        f"Même étiquette ou même numéro de série qu'à la ligne {before.line}, avec "
        "d'autres valeurs : corrigez l'une des deux lignes."
    )
    value = record.tag or record.serial
    return issue(record.line, None, "duplicate_identifier", value, message)


def _past_of_known(record: DeviceRecord, device: KnownDevice) -> Iterator[Issue]:
    told = record.decommissioned_on
    if told is not None and told != device.decommissioned_on:
        message = (
            "Ce matériel est déjà suivi : un import ne change pas son état. "
            "Enregistrez sa réforme dans sa fiche, avec ses pièces."
        )
        label = FACT_LABELS["decommissioned_on"]
        yield issue(record.line, label, "past_not_applied", told, message)
