"""The bench: each scan does what was armed, and is answered at once.

A scan goes the way of any list of devices (`bulk.act_once`), a list of one. Its
answer is kept with the event, so that a scan sent twice counts once.
"""

from dataclasses import replace

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
from parc.operations.bulk import act_once, undo_once
from parc.operations.late_scans import (
    Late,
    conflict_of_device,
    conflict_of_order,
)
from parc.operations.resolving import Resolved, resolve
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
    try:
        match = resolved.resolution.match
        card = _card(resolved.resolution)
        if run is not None and card is not None:
            return _obey(engine, desk, run.id, base, card)
        if run is not None and match is not None and match.kind is Thing.PLACE:
            return _place(engine, desk, run.id, base, int(match.key))
        return _on_device(engine, desk, run, base, resolved, wanted, late)
    except IntegrityError:
        # The same scan was sent twice at once, and the other one was first.
        with reading(engine) as session:
            known = scans.find(session, actor, key)
        if known is None:
            raise
        return known


def undo(engine: Engine, desk: Desk, run_id: str, key: str) -> Answer:
    """Take a run's latest scan back by a compensating event."""
    actor = desk.viewer.actor
    with reading(engine) as session:
        if (known := scans.find(session, actor, key)) is not None:
            return known
    return _undone(engine, desk, run_id, Answer(key, "ANNULER", Scanned.UNDONE))


def _on_device(  # noqa: PLR0917 - where, who, in what run, what was scanned, to do what
    engine: Engine,
    desk: Desk,
    run: ScanRunRow | None,
    base: Answer,
    resolved: Resolved,
    order: Order | None,
    late: Late | None,
) -> Answer:
    run_id = run.id if run else None
    row = resolved.found
    if row is None:
        several = Scanned.AMBIGUOUS if resolved.devices else Scanned.UNKNOWN
        answer = replace(base, outcome=several, reasons=(resolved.reason,))
        return _kept(engine, desk, run_id, answer)
    base = replace(base, tag=row.tag, device_id=row.id)
    if conflict := _conflict(engine, run, row, order, late):
        told_so = replace(base, outcome=Scanned.CONFLICT, reasons=(conflict,))
        return _kept(engine, desk, run_id, told_so)
    if order is None:
        reasons = (_NOT_ARMED,) if run is not None else ()
        shown = replace(base, outcome=Scanned.SHOWN, reasons=reasons)
        return _kept(engine, desk, run_id, shown)
    base = replace(base, action=order.action.value)
    with reading(engine) as session:
        again = _again(session, desk, run_id, row, order, late)
        on = late.day if late else desk.today
        wish = wish_for(session, order, row.owner_id, on)
    if again is not None:
        return _kept(engine, desk, run_id, replace(base, outcome=again))
    told: list[Answer] = []

    def note(session: Session, outcome: Outcome) -> None:
        answer = _answer(base, outcome)
        told[:] = [answer]
        scans.keep(session, desk.viewer.actor, run_id, desk.now, answer)

    act_once(engine, desk, Picked(resolved.code, resolved), wish, note)
    return told[0]


def _conflict(
    engine: Engine,
    run: ScanRunRow | None,
    row: DeviceRow,
    order: Order | None,
    late: Late | None,
) -> str:
    """Say what has changed since a late scan; empty when nothing has."""
    if run is None or late is None:
        return ""
    with reading(engine) as session:
        if conflict := conflict_of_order(session, run, late):
            return conflict
        return conflict_of_device(session, run.id, row.id, late) if order else ""


def _again(  # noqa: PLR0917 - where, who, in what run, on what, to do what, since when
    session: Session,
    desk: Desk,
    run_id: str | None,
    row: DeviceRow,
    order: Order,
    late: Late | None,
) -> Scanned | None:
    """Tell a scan that says nothing new: read twice at once, or done in this run.

    Late scans all come at once: how close they come says nothing.
    """
    action = order.action.value
    if late is None and scans.just_scanned(session, row.id, action, desk.now):
        return Scanned.DUPLICATE
    if run_id is None:
        return None
    done = scans.last_applied(session, run_id, row.id, action)
    # Something has happened to it since: it is asked for again.
    return Scanned.ALREADY if done is not None and done.version == row.version else None


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
