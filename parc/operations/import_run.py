"""Judge the rows of a plan one by one; write them unless it is a dry run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from imports.mapping_file import SharedMapping
from parc.domain.asset_tag import AssetTag
from parc.domain.command import Actor, Command, Rules
from parc.domain.declared import declared_past, opening
from parc.domain.device import Medium
from parc.domain.events import Event
from parc.domain.fields import Json, form_of
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.intake_match import tag_key
from parc.domain.intake_plan import Plan, Update
from parc.domain.lifecycle import decide, opening_fields, register, replay
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import Action, Level, Role
from parc.operations.import_outcome import Outcome, reject
from parc.operations.import_preview import Told
from parc.storage import intake, journal
from parc.storage.journal_bulk import CHUNK, Batch, Judged, Wish, record_many
from parc.storage.people import person_ids, site_id
from parc.storage.tables import OwnerRow

FALLBACK = "other"
_BATCH = 2_000
_PLAIN_TAG = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z][0-9A-Za-z._-]{0,39}", re.ASCII)
"""A tag that can be an address; with a digit, for no page's name has one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who imports what for whom, and when.

    `roles` are those held for the owner: an import is allowed as a whole, but for
    bringing back a device réformé that was discarded.
    """

    content: bytes
    owner: OwnerRow
    actor: str
    at: datetime
    today: date
    date_order: str | None = None
    format: str | None = None
    dry_run: bool = False
    import_id: str = ""
    roles: frozenset[Role] = frozenset()
    mapping: SharedMapping | None = None


class ImportRun:
    """The part of an import that judges, and writes unless it is a dry run."""

    def __init__(
        self,
        session: Session,
        asked: Asked,
        outcome: Outcome,
        rules: Rules,
        told: Told | None = None,
    ) -> None:
        self._told = told
        self._session = session
        self._asked = asked
        self._outcome = outcome
        self._rules = rules
        self._form = form_of(opening_fields(rules, imported=True))
        self._actor = Actor(asked.actor, asked.roles)
        self._manager = journal.manager_of(session, asked.owner).siret
        self._taken: set[str] = set()
        self._named: frozenset[str] = frozenset()
        self._spare: list[str] = []
        self._holders: dict[str, str] = {}
        self._sites: dict[str, int] = {}

    def create(self, planned: Plan) -> None:
        """Register the new devices with their declared past, in batches."""
        self._named = frozenset(map(tag_key, planned.create))
        for start in range(0, len(planned.create), _BATCH):
            batch = planned.create[start : start + _BATCH]
            wanted = [self._address(record) for record in batch]
            self._taken |= intake.taken_tags(self._session, filter(None, wanted))
            kept = ["" if tag in self._taken else tag for tag in wanted]
            histories = list(self._histories(batch, kept, planned))
            if not self._asked.dry_run:
                journal.open_histories(self._session, histories)
            self._outcome.created += len(histories)

    def update(self, planned: Plan) -> None:
        """Record what the file says differently of known devices, in batches."""
        for start in range(0, len(planned.update), CHUNK):
            batch = planned.update[start : start + CHUNK]
            wishes = {change.device.id: self._wishes(change) for change in batch}
            refused = self._refused(wishes, batch)
            every = [
                w for key, own in wishes.items() if key not in refused for w in own
            ]
            for wish, judged in zip(every, self._judged(every), strict=True):
                if not isinstance(judged, Event):
                    refused.setdefault(wish.device_id, judged)
            for change in batch:
                if reasons := refused.get(change.device.id):
                    reject(planned, change.record, reasons)
                else:
                    self._outcome.updated += 1

    def _wishes(self, change: Update) -> list[Wish]:
        """Say what is to be done: bring back what was discarded, then describe."""
        told: list[tuple[Action, Mapping[str, object]]] = []
        if change.device.discarded:
            told.append((Action.RESTORE, {}))
        if change.changes:
            told.append((Action.DESCRIBE, change.changes))
        today, line = self._asked.today, change.record.line
        return [
            Wish(change.device.id, self._command(action, today, given, line))
            for action, given in told
        ]

    def _refused(
        self, wishes: Mapping[int, Sequence[Wish]], batch: Sequence[Update]
    ) -> dict[int, tuple[Refusal, ...]]:
        """Judge beforehand what takes two steps: none is done if one is refused."""
        back = [change.device.id for change in batch if change.device.discarded]
        refused: dict[int, tuple[Refusal, ...]] = {}
        known = Batch(self._session, back)
        for key in back:
            for wish in wishes[key]:
                judged = known.record(wish, self._rules)
                if not isinstance(judged, Event):
                    refused.setdefault(key, judged)
        return refused

    def _judged(self, wishes: Sequence[Wish]) -> list[Judged]:
        if not self._asked.dry_run:
            return list(record_many(self._session, wishes, self._rules))
        known = Batch(self._session, [wish.device_id for wish in wishes])
        judged = [known.record(wish, self._rules) for wish in wishes]
        if self._told:
            for key in dict.fromkeys(wish.device_id for wish in wishes):
                added = known[key].events[len(known[key].events) - known[key].added :]
                if added:
                    self._told.changed(known[key].before, added)
        return judged

    def _histories(
        self, batch: Sequence[DeviceRecord], kept: Sequence[str], planned: Plan
    ) -> Iterator[list[Event]]:
        """Judge a batch; `kept` holds the rows' own tags, empty to be given one."""
        self._provide_tags(kept.count(""))
        self._name_holders(batch)
        for record, own in zip(batch, kept, strict=True):
            tag = own or self._spare[-1]
            judged = self._history(record, tag)
            if isinstance(judged, list):
                self._taken.add(tag)
                if not own:
                    self._spare.pop()
                if self._told:
                    self._told.created(record, own, judged)
                yield judged
            else:
                reject(planned, record, judged)

    def _history(
        self, record: DeviceRecord, tag: str
    ) -> list[Event] | tuple[Refusal, ...]:
        state, day = opening(record, self._asked.today)
        details: dict[str, object] = {
            "category": FALLBACK,
            **facts_of(record),
            "target": state.value,
        }
        if record.tag and tag not in {record.tag, tag_key(record)}:
            details["foreign_tag"] = record.tag
        elif record.foreign_tag:
            details["foreign_tag"] = record.foreign_tag
        if record.site and not self._asked.dry_run:
            details["site"] = self._site(record.site)
        if record.holder_name in self._holders:
            details["holder"] = self._holders[record.holder_name]
        owner = self._asked.owner.siret
        first = register(
            tag,
            owner,
            self._manager,
            self._command(Action.REGISTER, day, details, record.line),
            self._rules,
            media=[_described_medium(medium) for medium in record.media],
            fields=self._form,
        )
        if not isinstance(first, Event):
            return first
        events = [first]
        for step in declared_past(record, self._asked.today):
            device = replay(events)
            if device is None:
                break
            command = self._command(step.action, step.on, step.details, record.line)
            decided = decide(device, command, self._rules)
            if not isinstance(decided, Event):
                return tuple(replace(reason, field=step.field) for reason in decided)
            events.append(decided)
        return events

    def _command(
        self, action: Action, on: date, given: Mapping[str, object], line: int
    ) -> Command:
        return Command(
            action,
            on,
            self._asked.at,
            self._actor,
            given,
            Level.DECLARED,
            self._outcome.import_id,
            line,
        )

    def _address(self, record: DeviceRecord) -> str:
        """Write a tag as an address: ours in capitals, others as they are.

        Empty when the file's tag cannot be one.
        """
        if not record.tag or not _PLAIN_TAG.fullmatch(record.tag):
            return ""
        ours = AssetTag.parse(record.tag)
        is_ours = ours is not None and ours.prefix == self._asked.owner.prefix
        return str(ours) if is_ours else record.tag

    def _provide_tags(self, count: int) -> None:
        """Reserve tags until `count` are at hand, none of which the file names."""
        while (missing := count - len(self._spare)) > 0:
            if self._asked.dry_run:
                made = [f"étiquette {number}" for number in range(missing)]
            else:
                reserved = journal.next_tags(self._session, self._asked.owner, missing)
                made = [str(tag) for tag in reversed(reserved)]
            self._spare = [t for t in made if t not in self._named] + self._spare

    def _site(self, name: str) -> int:
        if name not in self._sites:
            self._sites[name] = site_id(self._session, self._asked.owner.id, name)
        return self._sites[name]

    def _name_holders(self, batch: Sequence[DeviceRecord]) -> None:
        """Find the opaque ids of those whom rows name (decision D4)."""
        if self._asked.dry_run:
            return
        named = {record.holder_name for record in batch if record.holder_name}
        unknown = sorted(named - self._holders.keys())
        self._holders |= person_ids(self._session, self._asked.owner.id, unknown)


def _described_medium(medium: Medium) -> dict[str, Json]:
    described: dict[str, Json] = {"serial": medium.serial, "kind": medium.kind.value}
    if medium.capacity_gb is not None:
        described["capacity_gb"] = medium.capacity_gb
    return described
