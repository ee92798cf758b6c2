"""What a bench does that concerns no device: cards, places, taking back."""

from dataclasses import replace

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.fields import Kind
from parc.domain.mode_card import ModeCard
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations.bulk import undo_once
from parc.operations.scan_orders import (
    Order,
    arm,
    fields_for,
    order_from,
    order_of,
    pause,
    require_role,
)
from parc.operations.selection import Desk
from parc.storage import people, scans
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer, Scanned

_UNDO_REASON = "Annulé au poste de scan."
_NOTHING_TO_UNDO = "Rien à annuler dans cette série."
_RIGHT_KEYBOARD = "La douchette et l'ordinateur ont le même clavier."
_WRONG_KEYBOARD = "Les codes sont compris, mais réglez la douchette sur ce clavier."
_NO_PLACE = "L'action armée ne demande pas de lieu."


def obey(
    engine: Engine, desk: Desk, run_id: str, base: Answer, card: ModeCard
) -> Answer:
    """Do what a mode card says."""
    if card.undoes:
        return undone(engine, desk, run_id, base)
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


def place(
    engine: Engine, desk: Desk, run_id: str, base: Answer, site_id: int
) -> Answer:
    """Take the place of a run: what is armed then goes there."""
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


def undone(engine: Engine, desk: Desk, run_id: str, base: Answer) -> Answer:
    """Take a run's latest scan back; `base` is the answer to complete."""
    with reading(engine) as session:
        row = scans.last_applied(session, run_id)
        done = scans.answer_of(row) if row is not None else None
    if row is None or done is None:
        answer = replace(base, outcome=Scanned.REFUSED, reasons=(_NOTHING_TO_UNDO,))
        return _kept(engine, desk, run_id, answer)
    base = replace(base, tag=done.tag, device_id=done.device_id)
    told: list[Answer] = []

    def note(session: Session, outcome: Outcome) -> None:
        answer = answered(base, outcome)
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


def answered(base: Answer, outcome: Outcome) -> Answer:
    """Complete an answer by what became of the device."""
    return replace(
        base,
        outcome=Scanned(outcome.result.value),
        reasons=outcome.reasons,
        version=outcome.version,
    )
