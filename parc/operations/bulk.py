"""One action on a list of devices: each judged apart, each in its own transaction.

A refusal never holds the others back, and nothing is half done on a device. One
device is a list of one: this is the only way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.command import Command, Rules
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import parse
from parc.domain.lifecycle import decide, fields_of
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, VoidKind
from parc.domain.voiding import UNDONE_BY
from parc.operations.rules import rules_for, rules_of_all
from parc.operations.selection import Desk, Picked, pick
from parc.storage import documents
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading, writing
from parc.storage.journal import ConflictError, record
from parc.storage.journal_bulk import Batch
from parc.storage.journal_bulk import Wish as Recorded
from parc.storage.tables import DeviceRow, OwnerRow

_TRIES = 3
_UNKNOWN = "Aucun matériel que vous pouvez voir ne porte ce code."
_MOVED_AWAY = "Ce matériel a changé de propriétaire entre-temps."
_CHANGED_SINCE = (
    "Ce matériel a changé depuis cette action : annulez d'abord, sur sa fiche, ce qui "
    "a suivi."
)
_PLACES = ("holder", "site", "manager")

Note = Callable[[Session, Outcome], None]
"""Keeps a result in the transaction of the event that it tells of."""

NoteAll = Callable[[Session, Sequence[Outcome]], None]
"""Keeps the results of several, in the order in which they were asked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of every device.

    `details` are raw, by owner (row id): a site or a person is one owner's;
    `problems` is what an owner does not have. They name `upload` by checksum.
    """

    action: Action
    effective_on: date
    details: Mapping[int, Mapping[str, object]]
    problems: Mapping[int, tuple[Refusal, ...]] = field(default_factory=dict)
    upload: documents.Upload | None = None


def act_on(
    engine: Engine, desk: Desk, codes: Iterable[str], wish: Wish
) -> list[Outcome]:
    """Do an action on every device of a list; give what became of each code.

    Raises:
        Refused: no code, or too many: nothing was recorded.
    """
    with reading(engine) as session:
        selection = pick(session, desk.viewer, codes)
    return [act_once(engine, desk, picked, wish) for picked in selection.picked]


def act_once(
    engine: Engine, desk: Desk, picked: Picked, wish: Wish, note: Note | None = None
) -> Outcome:
    """Do an action on what one code stands for."""

    def noted(session: Session, outcomes: Sequence[Outcome]) -> None:
        if note is not None:
            note(session, outcomes[0])

    return act_all(engine, [(desk, picked, wish)], noted)[0]


def act_all(
    engine: Engine,
    asked: Sequence[tuple[Desk, Picked, Wish]],
    note: NoteAll | None = None,
) -> list[Outcome]:
    """Do what is asked of devices in one transaction; judge each apart.

    `note` keeps what became of all of them in the same transaction. While somebody
    else changes one of the devices, it begins again; in the end each is refused.

    Raises:
        ValueError: a merging, or what undoes it: it concerns two devices.
    """

    def judged(session: Session) -> list[Outcome]:
        found = [(desk, picked.code, picked.row, wish) for desk, picked, wish in asked]
        outcomes = _done(session, found)
        return [
            outcome if picked.row is not None else _not_one(picked)
            for (_, picked, _), outcome in zip(asked, outcomes, strict=True)
        ]

    refused = [_refused(picked.code, picked.row) for _, picked, _ in asked]
    return _settled(engine, refused, judged, note)


def undo_once(
    engine: Engine, desk: Desk, done: Outcome, reason: str, note: Note | None = None
) -> Outcome:
    """Annul what a batch did to one device, if nothing has happened to it since."""

    def judged(session: Session) -> list[Outcome]:
        row = _seen(session, desk, session.get(DeviceRow, done.device_id))
        if row is None:
            return [Outcome(done.code, Result.UNKNOWN, (_UNKNOWN,))]
        if row.version != done.version:
            return [_refused(done.code, row, _CHANGED_SINCE)]
        rules = rules_for(session, _owner(session, row), desk.today)
        undo = UNDONE_BY[VoidKind(row.void)] if row.void else Action.ANNUL
        command = _command(desk, row.owner_id, undo, desk.today, {"reason": reason})
        return [_annulled(session, done.code, row, command, rules)]

    def noted(session: Session, outcomes: Sequence[Outcome]) -> None:
        if note is not None:
            note(session, outcomes[0])

    return _settled(engine, [_refused(done.code, None)], judged, noted)[0]


def _settled(
    engine: Engine,
    conflict: list[Outcome],
    judged: Callable[[Session], list[Outcome]],
    note: NoteAll | None,
) -> list[Outcome]:
    """Judge and note in one transaction; begin again when somebody wrote meanwhile."""
    keep = note or _nowhere
    for _ in range(_TRIES):
        try:
            with writing(engine) as session:
                outcomes = judged(session)
                keep(session, outcomes)
        except ConflictError:
            continue
        return outcomes
    with writing(engine) as session:
        keep(session, conflict)
    return conflict


def _done(
    session: Session, asked: Sequence[tuple[Desk, str, DeviceRow | None, Wish]]
) -> list[Outcome]:
    """Judge in the order given; write by device, so that two lists never deadlock."""
    batch = Batch(session, [row.id for _, _, row, _ in asked if row is not None])
    days = {desk.today for desk, *_ in asked}
    rules = {day: rules_of_all(session, day) for day in days}
    outcomes: list[Outcome] = []
    for desk, code, row, wish in asked:
        unknown = Outcome(code, Result.UNKNOWN, (_UNKNOWN,))
        if row is None:
            outcomes.append(unknown)
            continue
        owner_id, own = rules[desk.today][batch[row.id].device.owner]
        if not desk.viewer.sees(owner_id):
            outcomes.append(unknown)
            continue
        done = _acted(session, desk, code, batch, row.id, owner_id, own, wish)
        outcomes.append(done)
    batch.write()
    return outcomes


def _acted(  # noqa: PLR0917 - what, where, who, by what rules
    session: Session,
    desk: Desk,
    code: str,
    batch: Batch,
    key: int,
    owner_id: int,
    rules: Rules,
    wish: Wish,
) -> Outcome:
    device = batch[key].device
    if owner_id not in wish.details:
        return Outcome(code, Result.REFUSED, (_MOVED_AWAY,), device.tag, key)
    details = wish.details[owner_id]
    if is_already(device, wish.action, details, rules):
        return Outcome(code, Result.ALREADY, (), device.tag, key)
    command = _command(desk, owner_id, wish.action, wish.effective_on, details)
    problems = wish.problems.get(owner_id, ())
    if problems:
        decided = decide(device, command, rules)
        problems += () if isinstance(decided, Event) else decided
    else:
        judged = batch.record(Recorded(key, command), rules)
        if not isinstance(judged, Event):
            problems = judged
    if problems:
        told = tuple(reason.message for reason in problems)
        return Outcome(code, Result.REFUSED, told, device.tag, key)
    if wish.upload is not None:
        documents.keep(
            session,
            desk.documents,
            wish.upload,
            owner_id=owner_id,
            at=desk.now,
            by=desk.viewer.actor,
        )
    version = batch[key].device.version
    return Outcome(code, Result.APPLIED, (), device.tag, key, version)


def is_already(
    device: Device, action: Action, raw: Mapping[str, object], rules: Rules
) -> bool:
    """Tell whether a device is already what an action would make of it.

    Somebody else has it, or it is elsewhere: it is not.
    """
    transition = TRANSITIONS[action]
    details, _ = parse(fields_of(transition, rules), raw)
    now = {"holder": device.holder, "site": device.site, "manager": device.manager}
    if any(name in details and details[name] != now[name] for name in _PLACES):
        return False
    if transition.changes_state:
        wanted = {details["target"]} if "target" in details else transition.targets
        return device.state in wanted and device.state not in transition.sources
    if action is Action.MOVE:
        return any(name in details for name in _PLACES)
    if action is Action.DESCRIBE:
        known = {**device.facts, "category": device.category}
        return all(name in known and known[name] == v for name, v in details.items())
    return False


def _annulled(
    session: Session, code: str, row: DeviceRow, command: Command, rules: Rules
) -> Outcome:
    try:
        event = record(session, row, command, rules)
    except Refused as refused:
        # The domain refuses before anything is written.
        return _refused(code, row, *(reason.message for reason in refused.reasons))
    return Outcome(code, Result.APPLIED, (), row.tag, row.id, event.seq)


def _command(
    desk: Desk,
    owner_id: int,
    action: Action,
    effective_on: date,
    details: Mapping[str, object],
) -> Command:
    actor = desk.viewer.as_actor(owner_id)
    return Command(action, effective_on, desk.now, actor, details)


def _seen(session: Session, desk: Desk, row: DeviceRow | None) -> DeviceRow | None:
    """Read a device again inside the transaction; None when it is out of sight."""
    now = session.get(DeviceRow, row.id, populate_existing=True) if row else None
    return now if now is not None and desk.viewer.sees(now.owner_id) else None


def _owner(session: Session, row: DeviceRow) -> OwnerRow:
    return session.get_one(OwnerRow, row.owner_id)


def _not_one(picked: Picked) -> Outcome:
    result = Result.AMBIGUOUS if picked.row is None and picked.devices else None
    reason = picked.reason or _UNKNOWN
    return Outcome(picked.code, result or Result.UNKNOWN, (reason,))


def _refused(code: str, row: DeviceRow | None, *reasons: str) -> Outcome:
    told = reasons or (str(ConflictError()),)
    tag, key = (row.tag, row.id) if row is not None else ("", None)
    return Outcome(code, Result.REFUSED, told, tag, key)


def _nowhere(_session: Session, _outcomes: Sequence[Outcome]) -> None:
    """Keep nothing: whoever asked has the outcome itself."""
