"""Judge the rows of a plan one by one; write them unless it is a dry run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

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
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, Level
from parc.operations.import_outcome import Outcome, reject
from parc.storage import intake, journal
from parc.storage.people import person_ids, site_id
from parc.storage.tables import DeviceRow, OwnerRow

FALLBACK = "other"
_BATCH = 2_000
_PLAIN_TAG = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z][0-9A-Za-z._-]{0,39}", re.ASCII)
"""A tag that can be an address; with a digit, for no page's name has one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who imports what for whom, and when."""

    content: bytes
    owner: OwnerRow
    actor: str
    at: datetime
    today: date
    date_order: str | None = None
    format: str | None = None
    dry_run: bool = False
    import_id: str = ""


class ImportRun:
    """The part of an import that judges, and writes unless it is a dry run."""

    def __init__(
        self, session: Session, asked: Asked, outcome: Outcome, rules: Rules
    ) -> None:
        self._session = session
        self._asked = asked
        self._outcome = outcome
        self._rules = rules
        self._form = form_of(opening_fields(rules, imported=True))
        self._actor = Actor(asked.actor)
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
        """Record what the file says differently of known devices."""
        for change in planned.update:
            reasons = self._described(change)
            if reasons:
                reject(planned, change.record, reasons)
            else:
                self._outcome.updated += 1

    def _described(self, change: Update) -> Sequence[Refusal]:
        row = self._session.get_one(DeviceRow, change.device.id)
        command = self._command(Action.DESCRIBE, self._asked.today, change.changes)
        if self._asked.dry_run:
            return journal.reasons_against(self._session, row, command, self._rules)
        try:
            journal.record(self._session, row, command, self._rules)
        except Refused as refused:
            return refused.reasons
        return ()

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
        if record.site and not self._asked.dry_run:
            details["site"] = self._site(record.site)
        if record.holder_name in self._holders:
            details["holder"] = self._holders[record.holder_name]
        owner = self._asked.owner.siret
        first = register(
            tag,
            owner,
            self._manager,
            self._command(Action.REGISTER, day, details),
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
            command = self._command(step.action, step.on, step.details)
            decided = decide(device, command, self._rules)
            if not isinstance(decided, Event):
                return tuple(replace(reason, field=step.field) for reason in decided)
            events.append(decided)
        return events

    def _command(
        self, action: Action, on: date, given: Mapping[str, object]
    ) -> Command:
        return Command(
            action,
            on,
            self._asked.at,
            self._actor,
            given,
            Level.DECLARED,
            self._outcome.import_id,
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
