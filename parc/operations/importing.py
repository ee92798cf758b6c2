"""Import a file: the same steps for the command line, the page and the API."""

import gc
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from imports import Extract, Options, UnreadableError, extract
from imports.rejects import rejects_csv
from parc import resources
from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.command import Actor, Command, Rules
from parc.domain.declared import declared_past, opening
from parc.domain.events import Event
from parc.domain.fields import Field
from parc.domain.intake import DeviceRecord, facts_of
from parc.domain.intake_issue import Issue, RejectedRow, issue
from parc.domain.intake_plan import Plan, Update, plan
from parc.domain.lifecycle import decide, opening_fields, register, replay
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, Level, Role
from parc.operations.rules import rules_for
from parc.storage import intake, journal
from parc.storage.people import person_ids, site_id
from parc.storage.tables import DeviceRow, ImportRow, OwnerRow

FALLBACK = "other"
IMPORTERS = (Role.TECHNICIAN, Role.FLEET_LEAD, Role.ADMIN)
"""Who may import for an owner (decision D1: registering is the technician's)."""

_BATCH = 2_000
_PLAIN_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}", re.ASCII)


@dataclass(slots=True)
class Outcome:
    """What an import did or would do; the counts always add up to `read`."""

    import_id: str
    sha256: str
    format: str
    dry_run: bool
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    rejected: int = 0
    issues: list[Issue] = field(default_factory=list)
    rejects: bytes = b""

    @property
    def applied(self) -> bool:
        """Tell whether something was applied, or nothing was to do."""
        return bool(self.created or self.updated or self.unchanged)

    def as_json(self, file: str) -> dict[str, object]:
        """Give the contract's object."""
        values = asdict(self)
        del values["rejects"]
        return {"file": file, **values}


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


def new_id() -> str:
    """Make an import's id, not to be guessed."""
    return secrets.token_hex(8)


def may_import(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may import for an owner."""
    return not viewer.roles(owner_id).isdisjoint(IMPORTERS)


def run(session: Session, asked: Asked) -> Outcome:
    """Read, plan and, unless it is a dry run, apply in the caller's transaction.

    Raises:
        Refused: the file as a whole cannot be read; nothing was written.
    """
    with _collector_paused():
        return _run(session, asked)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the search for cycles among records that have none.

    It would look at every row read so far again and again: a fifth of the time
    of a long import.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run(session: Session, asked: Asked) -> Outcome:
    try:
        found = extract(
            asked.content, Options(_category_of, asked.date_order, asked.format)
        )
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error)),)) from None
    owner = asked.owner
    known = intake.known_devices(session, owner.id)
    planned = plan(found.records, known, asked.today, owner.siret)
    outcome = Outcome(
        import_id=asked.import_id or new_id(),
        sha256=hashlib.sha256(asked.content).hexdigest(),
        format=found.format,
        dry_run=asked.dry_run,
    )
    run_ = _Run(session, asked, outcome, rules_for(session, owner, asked.today))
    run_.create(planned)
    run_.update(planned)
    _count(outcome, found, planned)
    if not asked.dry_run:
        if owner.first_day is None and outcome.created:
            owner.first_day = asked.today
            session.add(owner)
        _remember(session, asked, outcome)
    return outcome


class _Run:
    """The part of an import that judges, and writes unless it is a dry run."""

    def __init__(
        self, session: Session, asked: Asked, outcome: Outcome, rules: Rules
    ) -> None:
        self._session = session
        self._asked = asked
        self._outcome = outcome
        self._rules = rules
        self._fields: tuple[Field, ...] = opening_fields(rules, imported=True)
        self._actor = Actor(asked.actor)
        self._manager = journal.manager_of(session, asked.owner).siret
        self._taken: set[str] = set()
        self._holders: dict[str, str] = {}
        self._sites: dict[str, int] = {}

    def create(self, planned: Plan) -> None:
        """Register the new devices with their declared past, in batches."""
        for start in range(0, len(planned.create), _BATCH):
            batch = planned.create[start : start + _BATCH]
            wanted = [record.tag for record in batch if record.tag]
            self._taken |= intake.taken_tags(self._session, wanted)
            histories = list(self._histories(batch, planned))
            if not self._asked.dry_run:
                journal.open_histories(self._session, histories)
            self._outcome.created += len(histories)

    def update(self, planned: Plan) -> None:
        """Record what the file says differently of known devices."""
        for change in planned.update:
            reasons = self._described(change)
            if reasons:
                _reject(planned, change.record, reasons)
            else:
                self._outcome.updated += 1

    def _described(self, change: Update) -> Sequence[Refusal]:
        if self._asked.dry_run:
            return ()
        row = self._session.get_one(DeviceRow, change.device.id)
        command = self._command(Action.DESCRIBE, self._asked.today, change.changes)
        try:
            journal.record(self._session, row, command, self._rules)
        except Refused as refused:
            return refused.reasons
        return ()

    def _histories(
        self, batch: Sequence[DeviceRecord], planned: Plan
    ) -> Iterator[list[Event]]:
        kept = [self._keeps_tag(record) for record in batch]
        made = iter(self._new_tags(kept.count(False)))
        self._name_holders(batch)
        for record, keeps in zip(batch, kept, strict=True):
            tag = str(record.tag) if keeps else next(made)
            judged = self._history(record, tag, keeps=keeps)
            if isinstance(judged, list):
                self._taken.add(tag)
                yield judged
            else:
                _reject(planned, record, judged)

    def _history(
        self, record: DeviceRecord, tag: str, *, keeps: bool
    ) -> list[Event] | Sequence[Refusal]:
        state, day = opening(record, self._asked.today)
        details: dict[str, object] = {
            "category": FALLBACK,
            **facts_of(record),
            "target": state.value,
        }
        if record.tag and not keeps:
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
            media=[
                {"serial": medium.serial, "kind": medium.kind.value}
                for medium in record.media
            ],
            fields=self._fields,
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
                return decided
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

    def _keeps_tag(self, record: DeviceRecord) -> bool:
        """Tell whether the file's tag can be the device's address here."""
        tag = record.tag
        if not tag or tag in self._taken or not _PLAIN_TAG.fullmatch(tag):
            return False
        ours = AssetTag.parse(tag)
        return ours is None or ours.prefix != self._asked.owner.prefix

    def _new_tags(self, count: int) -> list[str]:
        if count == 0:
            return []
        if self._asked.dry_run:
            return [f"?{number}" for number in range(count)]
        made = journal.next_tags(self._session, self._asked.owner, count)
        return [str(tag) for tag in made]

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


def _category_of(text: str) -> str | None:
    found = resources.categories().match(text)
    return found.id if found else None


def _reject(planned: Plan, record: DeviceRecord, reasons: Sequence[Refusal]) -> None:
    issues = tuple(
        issue(record.line, r.field, r.code, record.tag or record.serial, r.message)
        for r in reasons
    )
    planned.rejected.append(RejectedRow(record.sheet, record.line, issues))
    planned.issues += issues


def _count(outcome: Outcome, found: Extract, planned: Plan) -> None:
    rejected = [*found.rejected, *planned.rejected]
    outcome.read = found.read
    outcome.unchanged = planned.unchanged
    outcome.conflicts = len(planned.conflicts)
    outcome.rejected = len(rejected)
    outcome.issues = sorted(
        (replace(i, sheet=found.sheet) for i in [*found.issues, *planned.issues]),
        key=lambda i: (i.line or 0, i.code),
    )
    bad = sorted([*rejected, *planned.conflicts], key=lambda row: row.line)
    outcome.rejects = rejects_csv(found, bad)


def _remember(session: Session, asked: Asked, outcome: Outcome) -> None:
    counts = outcome.as_json("")
    del counts["issues"]
    session.merge(
        ImportRow(
            id=outcome.import_id,
            owner_id=asked.owner.id,
            sha256=outcome.sha256,
            format=outcome.format,
            options=json.dumps({"date_order": asked.date_order}),
            created_at=asked.at,
            created_by=asked.actor,
            applied_at=asked.at,
            outcome=json.dumps(counts),
        )
    )


def recent(session: Session, owner_ids: Sequence[int]) -> list[ImportRow]:
    """List the latest imports of some owners."""
    return list(
        session.exec(
            select(ImportRow)
            .where(col(ImportRow.owner_id).in_(owner_ids))
            .order_by(col(ImportRow.created_at).desc())
            .limit(50)
        )
    )
