"""Write the journal of another parc here, if all of it is legal; nothing otherwise.

The file is read twice: to judge every line, then to write. So memory stays flat, and
nothing is written before everything is known to be right.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Table
from sqlmodel import Session, col, select

from imports import UnreadableError
from imports.journal import COLUMNS, BadLine, Entry, entries
from imports.journal_entry import MOST_EVENTS
from parc import resources
from parc.domain.command import Rules
from parc.domain.events import Event
from parc.domain.intake_issue import Issue, issue
from parc.domain.legal_history import Judge
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action
from parc.operations.import_outcome import Outcome
from parc.operations.importing import new_id
from parc.operations.journal_export import histories
from parc.operations.journal_owners import Owners
from parc.storage import aliases, intake, journal
from parc.storage.bulk import insert_rows
from parc.storage.people import site_id
from parc.storage.tables import DeviceRow, ImportRow, PersonRow

FORMAT = "journal"
MOST_TOLD = 200
"""Remarks on a file; the rest is counted."""

_PEOPLE: Table = PersonRow.__table__  # type: ignore[attr-defined]
_BATCH = 500
_BATCH_EVENTS = 5_000


@dataclass(frozen=True, slots=True)
class AskedJournal:
    """Who imports which journal, and when."""

    content: bytes
    actor: str
    at: datetime
    today: date
    dry_run: bool = False


@dataclass(slots=True)
class _Told:
    """The lines of one device that follow each other."""

    tag: str
    entries: list[Entry] = field(default_factory=list)
    bad: Issue | None = None

    @property
    def line(self) -> int | None:
        """Where they begin."""
        if self.entries:
            return self.entries[0].line
        return self.bad.line if self.bad else None


def run(session: Session, asked: AskedJournal) -> Outcome:
    """Judge a journal and, unless it is a dry run, write it.

    It is written in the caller's transaction. The counts are of devices. One
    wrong line, and all of them are rejected. A device known here is unchanged if its
    history is the same to the letter; otherwise it is a conflict: it stays as it is
    and the others are written.

    Raises:
        Refused: the file as a whole cannot be read; nothing was written.
    """
    if not asked.dry_run:
        intake.wait_for_turn(session)
    journal_ = _Journal(session, asked)
    try:
        journal_.judge()
        if not asked.dry_run:
            journal_.write()
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error)),)) from None
    return journal_.outcome


class _Journal:
    def __init__(self, session: Session, asked: AskedJournal) -> None:
        self._session = session
        self._asked = asked
        self._owners = Owners(session, asked.today)
        rules = Rules(
            resources.law(), resources.categories(), {}, asked.today, asked.today
        )
        self._judge = Judge(rules, asked.at)
        self._known: set[str] = set()
        self._seen: set[str] = set()
        self._merged: dict[str, _Told] = {}
        self._untold = 0
        self.outcome = Outcome(
            sha256=hashlib.sha256(asked.content).hexdigest(),
            format=FORMAT,
            dry_run=asked.dry_run,
            import_id=new_id(),
        )

    def judge(self) -> None:
        """Look at every line; say what is wrong, and what would be created."""
        outcome = self.outcome
        wrong = 0
        for batch in _batches(self._asked.content):
            stored = self._stored(batch)
            for told in batch:
                outcome.read += 1
                found = self._wrong(told, stored)
                if found is not None:
                    wrong += 1
                    self._tell(found)
        # An owner whose line is wrong is not known of either: one cause, one remark.
        missing = () if wrong else (*self._owners.missing(), *self._merged_nowhere())
        for found in missing:
            wrong += 1
            self._tell(found)
        outcome.created = outcome.read - outcome.unchanged - outcome.conflicts
        if wrong:
            message = "Rien n'est importé : un journal se prend en entier ou pas."
            outcome.issues.insert(0, issue(None, None, "not_whole", None, message))
            outcome.created = outcome.unchanged = outcome.conflicts = 0
            outcome.rejected = outcome.read
        if self._untold:
            message = f"Et {self._untold} autres remarques, qui ne sont pas détaillées."
            outcome.issues.append(issue(None, None, "more", None, message))

    def write(self) -> None:
        """Write what `judge` found new: owners, then batches of whole histories."""
        if not self.outcome.created:
            return
        owner_ids = self._owners.add()
        sites: dict[tuple[str, str], int] = {}
        first = ""
        merged: dict[int, list[Event]] = {}
        for batch in _batches(self._asked.content):
            new = [told.entries for told in batch if told.tag not in self._known]
            if not new:
                continue
            lines = list(itertools.chain.from_iterable(new))
            first = first or lines[0].event.owner
            self._keep_people(lines, owner_ids)
            for siret, name in sorted(_places(lines) - sites.keys()):
                sites[siret, name] = site_id(self._session, owner_ids[siret], name)
            lives = [[_placed(entry, sites) for entry in life] for life in new]
            ids = journal.open_histories(self._session, lives)
            told = zip(ids, lives, strict=True)
            merged.update((k, life) for k, life in told if _merged_into(life))
        aliases.leave_all(self._session, merged)
        self._remember(owner_ids[first])

    def _stored(self, batch: Sequence[_Told]) -> dict[str, list[Entry]]:
        """Load the histories of the devices of a batch that are known here."""
        wanted = [told.tag for told in batch]
        found = self._session.exec(
            select(DeviceRow.id, DeviceRow.tag).where(col(DeviceRow.tag).in_(wanted))
        ).all()
        if not found:
            return {}
        lives = histories(self._session, dict(found))
        return {life[0].tag: life for life in lives}

    def _wrong(self, told: _Told, stored: Mapping[str, list[Entry]]) -> Issue | None:
        """Say what is wrong with a device's lines; count it if it is known."""
        if told.tag in self._seen:
            message = "Les lignes d'un matériel se suivent : il est déjà plus haut."
            return _about(told.line, "tag", "scattered", told.tag, message)
        self._seen.add(told.tag)
        if told.bad is not None:
            return told.bad
        if told.tag in stored:
            self._compare(told, stored[told.tag])
            return None
        for entry in told.entries:
            if message := self._owners.learn(entry):
                siret = entry.event.owner
                return _about(entry.line, "owner", "invalid_owner", siret, message)
        events = [entry.event for entry in told.entries]
        fault = self._judge.fault(told.tag, events)
        if fault is None:
            if _merged_into(events):
                self._merged[told.tag] = replace(told, entries=told.entries[-1:])
            return None
        line = told.entries[fault.index].line
        return issue(line, None, "illegal_event", told.tag, fault.message)

    def _merged_nowhere(self) -> Iterator[Issue]:
        """Tell of devices merged into one that is neither here nor in the file."""
        into = {
            tag: _merged_into([t.entries[-1].event]) for tag, t in self._merged.items()
        }
        known = self._seen | intake.taken_tags(
            self._session, set(into.values()) - self._seen
        )
        for tag, told in self._merged.items():
            end, hops = tag, 0
            while end in into and hops <= len(into):
                end, hops = into[end], hops + 1
            if end in known and end not in into:
                continue
            message = (
                f"Le matériel conservé d'une fusion est introuvable : {into[tag]}."
            )
            yield issue(told.line, None, "illegal_event", tag, message)

    def _compare(self, told: _Told, stored: list[Entry]) -> None:
        self._known.add(told.tag)
        if told.entries == stored:
            self.outcome.unchanged += 1
            return
        self.outcome.conflicts += 1
        message = (
            "Ce matériel est déjà dans ce parc avec une autre histoire : il reste "
            "comme il est."
        )
        self._tell(_about(told.line, "tag", "other_history", told.tag, message))

    def _tell(self, found: Issue) -> None:
        if len(self.outcome.issues) < MOST_TOLD:
            self.outcome.issues.append(found)
        else:
            self._untold += 1

    def _keep_people(self, told: Sequence[Entry], owner_ids: Mapping[str, int]) -> None:
        """Keep the ids of people: their names stayed where they came from (D4)."""
        people = {
            str(holder): owner_ids[entry.event.owner]
            for entry in told
            if (holder := entry.event.details.get("holder"))
        }
        known = set(
            self._session.exec(
                select(PersonRow.id).where(col(PersonRow.id).in_(list(people)))
            )
        )
        rows: list[dict[str, object]] = [
            {"id": person, "owner_id": owner_id, "purged_at": self._asked.at}
            for person, owner_id in people.items()
            if person not in known
        ]
        insert_rows(self._session, _PEOPLE, rows)

    def _remember(self, owner_id: int) -> None:
        """Leave a trace of who brought these histories: their authors are others."""
        counts = self.outcome.as_json("")
        del counts["issues"]
        self._session.add(
            ImportRow(
                id=self.outcome.import_id,
                owner_id=owner_id,
                sha256=self.outcome.sha256,
                format=FORMAT,
                options=json.dumps({"date_order": None}),
                created_at=self._asked.at,
                created_by=self._asked.actor,
                applied_at=self._asked.at,
                outcome=json.dumps(counts),
            )
        )


def _batches(content: bytes) -> Iterator[list[_Told]]:
    """Gather devices until there are enough lines to be worth a query."""
    batch: list[_Told] = []
    lines = 0
    for told in _devices(content):
        batch.append(told)
        lines += len(told.entries)
        if len(batch) >= _BATCH or lines >= _BATCH_EVENTS:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _devices(content: bytes) -> Iterator[_Told]:
    for tag, lines in itertools.groupby(entries(content), key=lambda line: line.tag):
        told = _Told(tag)
        for line in lines:
            if isinstance(line, BadLine):
                told.bad = told.bad or line.issue
            elif len(told.entries) < MOST_EVENTS:
                told.entries.append(line)
            elif told.bad is None:
                message = f"Plus de {MOST_EVENTS} événements pour un seul matériel."
                told.bad = _about(line.line, "tag", "too_many_events", tag, message)
        yield told


def _about(line: int | None, column: str, code: str, value: str, message: str) -> Issue:
    return issue(line, COLUMNS[column], code, value, message)


def _merged_into(life: Sequence[Event]) -> str:
    """Give the tag that a history ends merged into; empty when it does not."""
    last = life[-1]
    return str(last.details["into"]) if last.action is Action.MERGE else ""


def _places(told: Sequence[Entry]) -> set[tuple[str, str]]:
    return {(entry.event.owner, entry.site) for entry in told if entry.site}


def _placed(entry: Entry, sites: Mapping[tuple[str, str], int]) -> Event:
    """Give the event with the site's number here."""
    event = entry.event
    if entry.site is None:
        return event
    number = sites[event.owner, entry.site]
    return replace(event, details={**event.details, "site": number})
