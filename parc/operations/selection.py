"""Which devices a list of codes stands for, and what may be done with them now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.command import Command, Rules
from parc.domain.device import Device
from parc.domain.lifecycle import blockers, replay
from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import understood
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Role, State
from parc.operations.resolving import Resolved, resolve_many
from parc.operations.rules import rules_for
from parc.storage.journal import event_of
from parc.storage.tables import DeviceRow, EventRow, OwnerRow

MOST = 5_000
"""Codes in one list."""

_CHUNK = 500

ONE_BY_ONE = frozenset({Action.REGISTER, Action.ANNUL, Action.MERGE, Action.SPLIT})
"""Never done to a list: an annulment undoes a whole batch, from its page."""

FOR_MANY = tuple(action for action in Action if action not in ONE_BY_ONE)
"""What is offered for a list."""

DOERS: tuple[Role, ...] = tuple(
    role for role in Role if any(role in TRANSITIONS[a].roles for a in FOR_MANY)
)
"""Roles that may do something with a device."""


class Desk(Protocol):
    """Who asks, when, and where documents are kept."""

    @property
    def viewer(self) -> Viewer:
        """Who asks, with what was granted."""

    @property
    def now(self) -> datetime:
        """The instant of recording, in UTC."""

    @property
    def today(self) -> date:
        """The day in France."""

    @property
    def documents(self) -> Path:
        """The folder of documents."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A code of the list: one device, several that it may be, or none.

    Devices of owners that the viewer may not see are as unknown as no device.
    """

    code: str
    resolved: Resolved

    @property
    def devices(self) -> tuple[DeviceRow, ...]:
        """The device, or those among which a person must decide."""
        return self.resolved.devices

    @property
    def row(self) -> DeviceRow | None:
        """The device, when there is exactly one and no doubt."""
        return self.resolved.found

    @property
    def reason(self) -> str:
        """Say why the code is not one device; empty when it is."""
        return self.resolved.reason


@dataclass(frozen=True, slots=True)
class Selection:
    """A list of codes once read; `repeated` of them were left out as repeats."""

    picked: tuple[Picked, ...]
    repeated: int = 0

    @property
    def rows(self) -> list[DeviceRow]:
        """The devices that were found."""
        return [picked.row for picked in self.picked if picked.row is not None]

    @property
    def codes(self) -> list[str]:
        """The codes, each once."""
        return [picked.code for picked in self.picked]


@dataclass(frozen=True, slots=True)
class Survey:
    """What an action would find: who can, who is there already, who cannot."""

    possible: Sequence[DeviceRow]
    already: Sequence[DeviceRow]
    refused: Sequence[tuple[DeviceRow, tuple[Refusal, ...]]]

    @property
    def reasons(self) -> list[tuple[str, list[DeviceRow]]]:
        """Each reason with the devices that it holds back, the most frequent first."""
        found: dict[str, list[DeviceRow]] = {}
        for row, refusals in self.refused:
            for refusal in refusals:
                found.setdefault(refusal.message, []).append(row)
        return sorted(found.items(), key=lambda item: -len(item[1]))


def pick(session: Session, viewer: Viewer, codes: Iterable[str]) -> Selection:
    """Find the devices that codes stand for, in their order, each once.

    Raises:
        Refused: no code at all, or more than `MOST`.
    """
    given = [code for code in map(understood, codes) if code]
    wanted = list(dict.fromkeys(given))
    if not wanted:
        message = "Donnez au moins un code : étiquette ou numéro de série."
        raise Refused((Refusal("missing_field", message, "codes"),))
    if len(wanted) > MOST:
        message = (
            f"La liste compte {len(wanted)} codes, {MOST} au plus : faites-la en "
            "plusieurs fois."
        )
        raise Refused((Refusal("too_many", message, "codes"),))
    resolved = resolve_many(session, viewer, wanted)
    picked: list[Picked] = []
    seen: set[int] = set()
    for code in wanted:
        found = Picked(code, resolved[code])
        if found.row is not None and found.row.id in seen:
            continue
        seen.update([found.row.id] if found.row is not None else [])
        picked.append(found)
    return Selection(tuple(picked), repeated=len(given) - len(picked))


def open_to(viewer: Viewer, rows: Sequence[DeviceRow]) -> dict[Action, int]:
    """Count, for each action, the devices whose state and the roles held allow it.

    What papers and rules say besides is for `survey`, once an action is chosen.
    """
    kinds: dict[tuple[int, State, str | None], int] = {}
    for row in rows:
        kind = (row.owner_id, State(row.state), row.void)
        kinds[kind] = kinds.get(kind, 0) + 1
    counts: dict[Action, int] = {}
    for action in FOR_MANY:
        transition = TRANSITIONS[action]
        counts[action] = sum(
            number
            for (owner, state, void), number in kinds.items()
            if state in transition.sources
            and transition.from_void == void
            and transition.roles & viewer.roles(owner)
        )
    return {action: count for action, count in counts.items() if count}


def survey(
    session: Session, desk: Desk, rows: Sequence[DeviceRow], action: Action
) -> Survey:
    """Tell which devices could do an action now, and why the others cannot."""
    possible: list[DeviceRow] = []
    already: list[DeviceRow] = []
    refused: list[tuple[DeviceRow, tuple[Refusal, ...]]] = []
    rules = rules_by_owner(session, {row.owner_id for row in rows}, desk.today)
    transition = TRANSITIONS[action]
    for row, device in _lives(session, rows):
        actor = desk.viewer.as_actor(row.owner_id)
        command = Command(action, desk.today, desk.now, actor)
        reasons = blockers(device, action, actor, command, rules[row.owner_id])
        if not reasons:
            possible.append(row)
        elif device.state in transition.targets:
            already.append(row)
        else:
            refused.append((row, reasons))
    return Survey(possible, already, refused)


def rules_by_owner(
    session: Session, owner_ids: Iterable[int], today: date
) -> Mapping[int, Rules]:
    """Gather the rules for each of some owners."""
    return {
        owner_id: rules_for(session, session.get_one(OwnerRow, owner_id), today)
        for owner_id in owner_ids
    }


def _lives(
    session: Session, rows: Sequence[DeviceRow]
) -> Iterator[tuple[DeviceRow, Device]]:
    """Rebuild devices from their events, many at a time."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        events = session.exec(
            select(EventRow)
            .where(col(EventRow.device_id).in_([row.id for row in chunk]))
            .order_by(col(EventRow.device_id), col(EventRow.seq))
        )
        lives = {
            device_id: replay(map(event_of, group))
            for device_id, group in groupby(events, key=attrgetter("device_id"))
        }
        for row in chunk:
            if (device := lives.get(row.id)) is not None:
                yield row, device
