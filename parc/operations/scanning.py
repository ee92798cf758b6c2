"""The bench: each scan does what was armed, and is answered at once.

A scan goes the way of any list of devices (`bulk.act_all`), a list of one. Its
answer is kept with the event, so that a scan sent twice counts once.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain import mode_card
from parc.domain.access import Viewer
from parc.domain.mode_card import ModeCard
from parc.domain.scan_code import Kind as Thing
from parc.domain.scan_code import Resolution, Verdict
from parc.domain.scan_keyboard import Keyboard
from parc.operations import scan_cards
from parc.operations.bulk import Wish, act_all
from parc.operations.late_scans import (
    Late,
    conflict_of_device,
    conflict_of_order,
)
from parc.operations.resolving import Resolved, resolve_many
from parc.operations.scan_cards import answered
from parc.operations.scan_orders import (
    Order,
    order_of,
    wish_for,
)
from parc.operations.selection import Desk, Picked
from parc.storage import scans
from parc.storage.batches import Outcome
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Done, Scanned
from parc.storage.tables import DeviceRow

MOST = 200
"""Scans in one batch of the API."""

_NOT_ARMED = "Aucune action n'est armée : choisissez-en une, ou scannez sa carte."


class ForeignRunError(LookupError):
    """A run is somebody else's: it is as unknown as no run."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: by whom, of what, under which key.

    In a run, what is armed is done and cards are obeyed; else `order`, or nothing
    but telling what the code stands for. `late`: it waited for the network.
    """

    desk: Desk
    code: str
    key: str
    run_id: str | None = None
    order: Order | None = None
    late: Late | None = None

    @property
    def once(self) -> tuple[str, str]:
        """What makes it count once: who scans, and the key."""
        return self.desk.viewer.actor, self.key


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is to be done to a device, and the answer that the outcome completes."""

    base: Answer
    picked: Picked
    wish: Wish


def scan(
    engine: Engine,
    desk: Desk,
    code: str,
    key: str,
    *,
    run_id: str | None = None,
    order: Order | None = None,
    late: Late | None = None,
) -> Answer:
    """Do what one scan asks, once for each key of whoever sends it."""
    return scan_all(engine, [Scan(desk, code, key, run_id, order, late)])[0]


def scan_all(engine: Engine, asked: Sequence[Scan]) -> list[Answer]:
    """Do what scans ask, in their order, as if each had been sent alone.

    Those that concern devices apart are done in one transaction.
    """
    answers: list[Answer] = []
    waiting = list(asked)
    while waiting:
        told = _at_once(engine, waiting)
        answers += told
        del waiting[: len(told)]
    return answers


def undo(engine: Engine, desk: Desk, run_id: str, key: str) -> Answer:
    """Take a run's latest scan back by a compensating event."""
    actor = desk.viewer.actor
    with reading(engine) as session:
        if (known := scans.find(session, actor, key)) is not None:
            return known
    return scan_cards.undone(
        engine, desk, run_id, Answer(key, "ANNULER", Scanned.UNDONE)
    )


def _at_once(engine: Engine, asked: Sequence[Scan]) -> list[Answer]:
    """Do the first scans of a list: up to a card, or a device that comes again.

    Raises:
        ForeignRunError: one is for somebody else's run; nothing was done.
    """
    with reading(engine) as session:
        known = scans.find_all(session, [one.once for one in asked])
        runs = scans.runs_numbered(session, {one.run_id for one in asked if one.run_id})
        new = _new_runs(asked, runs)
        resolved = _resolved(session, asked)
        found = [one.found for one in resolved]
        ids = {row.id for row in found if row is not None}
        lately = scans.done_lately(session, ids, runs, min(s.desk.now for s in asked))
        taken: set[object] = set()
        todo: list[_Pending | Answer] = []
        for one, seen, row in zip(asked, resolved, found, strict=True):
            once = {one.once, row.id if row else one.once}
            run = runs.get(one.run_id or "")
            is_order = run is not None and _orders(seen.resolution)
            if todo and (is_order or not taken.isdisjoint(once)):
                break
            taken |= once
            if one.once in known:
                todo.append(known[one.once])
            elif is_order:
                break
            else:
                todo.append(_todo(session, one, run, seen, lately))
    if new:
        _open(engine, new)
        return _at_once(engine, asked)
    try:
        if not todo:
            return [_obey(engine, asked[0], resolved[0])]
        return _settle(engine, asked, todo, known)
    except IntegrityError:
        # One was sent twice at once, and the other was first: each finds out alone.
        if len(todo) > 1:
            return [_at_once(engine, [one])[0] for one in asked[: len(todo)]]
        with reading(engine) as session:
            again = scans.find(session, *asked[0].once)
        if again is None:
            raise
        return [again]


def _new_runs(asked: Sequence[Scan], runs: Mapping[str, ScanRunRow]) -> list[Scan]:
    """Give a scan for each run that begins with it."""
    new: dict[str, Scan] = {}
    for one in asked:
        if one.run_id is None:
            continue
        run = runs.get(one.run_id)
        whose = run.actor if run else new.setdefault(one.run_id, one).once[0]
        if whose != one.desk.viewer.actor:
            raise ForeignRunError
    return list(new.values())


def _open(engine: Engine, new: Sequence[Scan]) -> None:
    try:
        with writing(engine) as session:
            for one in new:
                scans.open_run(session, one.once[0], one.run_id or "", one.desk.now)
    except IntegrityError:
        return  # another process was first; whose it is then is read again


def _resolved(session: Session, asked: Sequence[Scan]) -> list[Resolved]:
    """Find what the codes stand for, each as its viewer may see it."""
    codes: dict[Viewer, list[str]] = {}
    for one in asked:
        codes.setdefault(one.desk.viewer, []).append(one.code)
    found = {who: resolve_many(session, who, some) for who, some in codes.items()}
    return [found[one.desk.viewer][one.code] for one in asked]


def _todo(
    session: Session,
    one: Scan,
    run: ScanRunRow | None,
    resolved: Resolved,
    lately: Sequence[Done],
) -> _Pending | Answer:
    """Say what is to be done to a device, or answer that nothing is."""
    base, row, late = _base(one.key, resolved), resolved.found, one.late
    order = one.order or order_of(run)
    if row is None:
        several = Scanned.AMBIGUOUS if resolved.devices else Scanned.UNKNOWN
        return replace(base, outcome=several, reasons=(resolved.reason,))
    base = replace(base, tag=row.tag, device_id=row.id)
    if conflict := _conflict(session, run, row, order, late):
        return replace(base, outcome=Scanned.CONFLICT, reasons=(conflict,))
    if order is None:
        reasons = (_NOT_ARMED,) if run is not None else ()
        return replace(base, outcome=Scanned.SHOWN, reasons=reasons)
    base = replace(base, action=order.action.value)
    done = [d for d in lately if (d.device_id, d.action) == (row.id, base.action)]
    # Late scans all come at once: how close they come says nothing.
    if late is None and any(d.is_just_before(one.desk.now) for d in done):
        return replace(base, outcome=Scanned.DUPLICATE)
    in_run = [d.version for d in done if run is not None and d.run_id == run.id]
    # Something may have happened to it since: then it is asked for again.
    if row.version in in_run:
        return replace(base, outcome=Scanned.ALREADY)
    on = late.day if late else one.desk.today
    wish = wish_for(session, order, row.owner_id, on)
    return _Pending(base, Picked(resolved.code, resolved), wish)


def _settle(
    engine: Engine,
    asked: Sequence[Scan],
    todo: Sequence[_Pending | Answer],
    known: Container[tuple[str, str]],
) -> list[Answer]:
    """Do what is to be done, and keep every answer that was not `known` yet."""
    done = asked[: len(todo)]
    pending = [
        (one.desk, thing.picked, thing.wish)
        for one, thing in zip(done, todo, strict=True)
        if isinstance(thing, _Pending)
    ]
    answers: list[Answer] = []

    def note(session: Session, outcomes: Sequence[Outcome]) -> None:
        results = iter(outcomes)
        answers[:] = [
            one if isinstance(one, Answer) else answered(one.base, next(results))
            for one in todo
        ]
        fresh = [
            (one.desk.viewer.actor, one.run_id, one.desk.now, answer)
            for one, answer in zip(done, answers, strict=True)
            if one.once not in known
        ]
        scans.keep_all(session, fresh)

    if pending:
        act_all(engine, pending, note)
    elif all(one.once in known for one in done):
        return [one for one in todo if isinstance(one, Answer)]
    else:
        with writing(engine) as session:
            note(session, [])
    return answers


def _orders(resolution: Resolution) -> bool:
    """Tell whether a code of a run is a card or a place: an order, not a device."""
    match = resolution.match
    if _card(resolution) is not None:
        return True
    return match is not None and match.kind is Thing.PLACE


def _obey(engine: Engine, one: Scan, resolved: Resolved) -> Answer:
    desk, run_id = one.desk, one.run_id or ""
    base = _base(one.key, resolved)
    card = _card(resolved.resolution)
    if card is not None:
        return scan_cards.obey(engine, desk, run_id, base, card)
    match = resolved.resolution.match
    return scan_cards.place(engine, desk, run_id, base, int(match.key) if match else 0)


def _conflict(
    session: Session,
    run: ScanRunRow | None,
    row: DeviceRow,
    order: Order | None,
    late: Late | None,
) -> str:
    """Say what has changed since a late scan; empty when nothing has."""
    if run is None or late is None:
        return ""
    if conflict := conflict_of_order(session, run, late):
        return conflict
    return conflict_of_device(session, run.id, row.id, late) if order else ""


def _base(key: str, resolved: Resolved) -> Answer:
    reading_ = resolved.resolution.reading
    typed = reading_ is None or reading_.keyboard is Keyboard.AS_TYPED
    keyboard = "" if reading_ is None or typed else reading_.keyboard.label
    return Answer(key, resolved.code, Scanned.UNKNOWN, keyboard=keyboard)


def _card(resolution: Resolution) -> ModeCard | None:
    match = resolution.match
    if match is None or match.kind is not Thing.CARD:
        return None
    known = resolution.verdict is Verdict.ONE
    return mode_card.read(str(match.key)) if known else None
