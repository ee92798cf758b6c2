"""The bench: each scan does what was armed, and is answered at once.

A scan goes the way of any list of devices (`bulk.act_all`), a list of one. Its
answer is kept with the event, so that a scan sent twice counts once.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain import mode_card
from parc.domain.fields import Kind
from parc.domain.mode_card import ModeCard
from parc.domain.refusal import Refused
from parc.domain.scan_code import Kind as Thing
from parc.domain.scan_code import Resolution, Verdict
from parc.domain.scan_keyboard import Keyboard
from parc.domain.vocabulary import Action
from parc.operations.bulk import Wish, act_all, undo_once
from parc.operations.late_scans import (
    Late,
    conflict_of_device,
    conflict_of_order,
)
from parc.operations.resolving import Resolved, resolve, resolve_many
from parc.operations.scan_orders import (
    Order,
    arm,
    fields_for,
    order_from,
    order_of,
    pause,
    require_role,
    wish_for,
)
from parc.operations.selection import Desk, Picked
from parc.storage import people, scans
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Scanned
from parc.storage.tables import DeviceRow

MOST = 200
"""Scans in one batch of the API."""

_UNDO_REASON = "Annulé au poste de scan."
_NOTHING_TO_UNDO = "Rien à annuler dans cette série."
_NOT_ARMED = "Aucune action n'est armée : choisissez-en une, ou scannez sa carte."
_RIGHT_KEYBOARD = "La douchette et l'ordinateur ont le même clavier."
_WRONG_KEYBOARD = "Les codes sont compris, mais réglez la douchette sur ce clavier."
_NO_PLACE = "L'action armée ne demande pas de lieu."


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a program's list; `order`: what to do, None to be told of it."""

    code: str
    key: str
    order: Order | None = None


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
    """Do what one scan asks, once for each key of whoever sends it.

    In a run, what is armed is done and cards are obeyed; else `order`, or nothing
    but telling what the code stands for. `late`: it waited for the network.
    """
    actor = desk.viewer.actor
    with reading(engine) as session:
        if (known := scans.find(session, actor, key)) is not None:
            return known
        resolved = resolve(session, desk.viewer, code)
        run = scans.run_of(session, actor, run_id) if run_id else None
        wanted = order or order_of(run)
        base = _base(key, resolved)
        todo = _todo(session, desk, run, base, resolved, wanted, late)
    try:
        match = resolved.resolution.match
        card = _card(resolved.resolution)
        if run is not None and card is not None:
            return _obey(engine, desk, run.id, base, card)
        if run is not None and match is not None and match.kind is Thing.PLACE:
            return _place(engine, desk, run.id, base, int(match.key))
        return _settle(engine, desk, run.id if run else None, [todo])[0]
    except IntegrityError:
        # The same scan was sent twice at once, and the other one was first.
        with reading(engine) as session:
            known = scans.find(session, actor, key)
        if known is None:
            raise
        return known


def scan_all(engine: Engine, desk: Desk, asked: Sequence[Scan]) -> list[Answer]:
    """Do what scans ask, in their order, as if each had been sent alone.

    Those that concern devices apart are done in one transaction.
    """
    answers: list[Answer] = []
    waiting = list(asked)
    while waiting:
        told = _at_once(engine, desk, waiting)
        answers += told
        del waiting[: len(told)]
    return answers


def undo(engine: Engine, desk: Desk, run_id: str, key: str) -> Answer:
    """Take a run's latest scan back by a compensating event."""
    actor = desk.viewer.actor
    with reading(engine) as session:
        if (known := scans.find(session, actor, key)) is not None:
            return known
    return _undone(engine, desk, run_id, Answer(key, "ANNULER", Scanned.UNDONE))


def _at_once(engine: Engine, desk: Desk, asked: Sequence[Scan]) -> list[Answer]:
    """Do the first scans of a list, as far as no device comes twice; at least one."""
    with reading(engine) as session:
        keys = [one.key for one in asked]
        known = scans.find_all(session, desk.viewer.actor, keys)
        resolved = resolve_many(session, desk.viewer, [one.code for one in asked])
        found = [resolved[one.code].found for one in asked]
        ids = {row.id for row in found if row is not None}
        just = scans.just_done(session, ids, desk.now)
        done: set[int | str] = set()
        todo: list[_Pending | Answer] = []
        for one, row in zip(asked, found, strict=True):
            once: set[int | str] = {one.key}
            if row is not None:
                once.add(row.id)
            if not done.isdisjoint(once):
                break
            done |= once
            base = _base(one.key, resolved[one.code])
            given = (session, desk, None, base, resolved[one.code], one.order)
            todo.append(known.get(one.key) or _todo(*given, just=just))
    try:
        return _settle(engine, desk, None, todo, known)
    except IntegrityError:
        # One of them was sent twice at once: each finds out for itself.
        return [
            scan(engine, desk, one.code, one.key, order=one.order)
            for one in asked[: len(todo)]
        ]


def _todo(  # noqa: PLR0917 - where, who, in what run, what was scanned, to do what
    session: Session,
    desk: Desk,
    run: ScanRunRow | None,
    base: Answer,
    resolved: Resolved,
    order: Order | None,
    late: Late | None = None,
    *,
    just: AbstractSet[tuple[int, str]] | None = None,
) -> _Pending | Answer:
    """Say what is to be done to a device, or answer that nothing is.

    `just`: what was done a moment ago, if it was looked up for many.
    """
    row = resolved.found
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
    if late is None:
        # Late scans all come at once: how close they come says nothing.
        known = scans.just_done(session, [row.id], desk.now) if just is None else just
        if (row.id, base.action) in known:
            return replace(base, outcome=Scanned.DUPLICATE)
    if run is not None:
        left = scans.version_left(session, run.id, row.id, base.action)
        # Something may have happened to it since: then it is asked for again.
        if left == row.version:
            return replace(base, outcome=Scanned.ALREADY)
    on = late.day if late else desk.today
    wish = wish_for(session, order, row.owner_id, on)
    return _Pending(base, Picked(resolved.code, resolved), wish)


def _settle(
    engine: Engine,
    desk: Desk,
    run_id: str | None,
    todo: Sequence[_Pending | Answer],
    known: Collection[str] = (),
) -> list[Answer]:
    """Do what is to be done, and keep every answer that was not `known` yet."""
    pending = [one for one in todo if isinstance(one, _Pending)]
    answers: list[Answer] = []

    def note(session: Session, outcomes: Sequence[Outcome]) -> None:
        results = iter(outcomes)
        answers[:] = [
            one if isinstance(one, Answer) else _answer(one.base, next(results))
            for one in todo
        ]
        fresh = [answer for answer in answers if answer.key not in known]
        scans.keep_all(session, desk.viewer.actor, run_id, desk.now, fresh)

    if pending:
        act_all(engine, desk, [(one.picked, one.wish) for one in pending], note)
    else:
        with writing(engine) as session:
            note(session, [])
    return answers


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


def _obey(
    engine: Engine, desk: Desk, run_id: str, base: Answer, card: ModeCard
) -> Answer:
    if card.undoes:
        return _undone(engine, desk, run_id, base)
    if card.tries:
        said = _WRONG_KEYBOARD if base.keyboard else _RIGHT_KEYBOARD
        answer = replace(base, outcome=Scanned.ORDER, reasons=(said,))
        return _kept(engine, desk, run_id, answer)
    if card.action is None:
        return _ordered(engine, desk, run_id, base, None, card.label)
    with reading(engine) as session:
        run = session.get_one(ScanRunRow, run_id)
        try:
            require_role(desk, card.action)
            order = order_from(session, desk, card.action, card.details)
        except Refused as refused:
            reasons = tuple(reason.message for reason in refused.reasons)
            answer = replace(base, outcome=Scanned.REFUSED, reasons=reasons)
            return _kept(engine, desk, run_id, answer)
    placed = replace(order, site=run.site_id)
    return _ordered(engine, desk, run_id, base, placed, card.label)


def _ordered(  # noqa: PLR0917 - where, who, in what run, what to arm, how it is said
    engine: Engine,
    desk: Desk,
    run_id: str,
    base: Answer,
    order: Order | None,
    label: str,
) -> Answer:
    answer = replace(base, outcome=Scanned.ORDER, reasons=(label,))
    with writing(engine) as session:
        run = session.get_one(ScanRunRow, run_id)
        if order is None:
            pause(run)
        else:
            arm(run, order)
        session.add(run)
        scans.keep(session, desk.viewer.actor, run_id, desk.now, answer)
    return answer


def _place(
    engine: Engine, desk: Desk, run_id: str, base: Answer, site_id: int
) -> Answer:
    with writing(engine) as session:
        run = session.get_one(ScanRunRow, run_id)
        order = order_of(run)
        run.site_id = site_id
        session.add(run)
        name = people.site_names(session, [site_id]).get(site_id, "")
        reasons = [f"Lieu : {name}"]
        if order and all(f.kind is not Kind.SITE for f in fields_for(order.action)):
            reasons.append(_NO_PLACE)
        answer = replace(base, outcome=Scanned.ORDER, reasons=tuple(reasons))
        scans.keep(session, desk.viewer.actor, run_id, desk.now, answer)
    return answer


def _undone(engine: Engine, desk: Desk, run_id: str, base: Answer) -> Answer:
    with reading(engine) as session:
        row = scans.last_applied(session, run_id)
        done = scans.answer_of(row) if row is not None else None
    if row is None or done is None:
        answer = replace(base, outcome=Scanned.REFUSED, reasons=(_NOTHING_TO_UNDO,))
        return _kept(engine, desk, run_id, answer)
    base = replace(base, tag=done.tag, device_id=done.device_id)
    told: list[Answer] = []

    def note(session: Session, outcome: Outcome) -> None:
        answer = _answer(base, outcome)
        if outcome.result is Result.APPLIED:
            answer = replace(
                answer,
                outcome=Scanned.UNDONE,
                version=None,
                reasons=(Action(done.action).label,),
            )
            kept = session.merge(row)
            kept.undone_at = desk.now
        told[:] = [answer]
        scans.keep(session, desk.viewer.actor, run_id, desk.now, answer)

    applied = Outcome(
        done.code, Result.APPLIED, (), done.tag, done.device_id, done.version
    )
    undo_once(engine, desk, applied, _UNDO_REASON, note)
    return told[0]


def _kept(engine: Engine, desk: Desk, run_id: str | None, answer: Answer) -> Answer:
    with writing(engine) as session:
        scans.keep(session, desk.viewer.actor, run_id, desk.now, answer)
    return answer


def _base(key: str, resolved: Resolved) -> Answer:
    reading_ = resolved.resolution.reading
    typed = reading_ is None or reading_.keyboard is Keyboard.AS_TYPED
    keyboard = "" if reading_ is None or typed else reading_.keyboard.label
    return Answer(key, resolved.code, Scanned.UNKNOWN, keyboard=keyboard)


def _answer(base: Answer, outcome: Outcome) -> Answer:
    return replace(
        base,
        outcome=Scanned(outcome.result.value),
        reasons=outcome.reasons,
        version=outcome.version,
    )


def _card(resolution: Resolution) -> ModeCard | None:
    match = resolution.match
    if match is None or match.kind is not Thing.CARD:
        return None
    known = resolution.verdict is Verdict.ONE
    return mode_card.read(str(match.key)) if known else None
