"""A list of réforme proposed or withdrawn: all its devices, or none.

The actions go through `bulk`, the one way in which lists of devices are acted on.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain.decommissioning import (
    WRITERS,
    Content,
    Stage,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, State
from parc.operations.bulk import Wish, act_all
from parc.operations.decommission_content import content_of
from parc.operations.decommissions import (
    LONGEST_REASON,
    require_stage,
    require_unchanged,
)
from parc.operations.selection import Desk, Picked, pick
from parc.operations.slips import readable
from parc.operations.stocktakes import require
from parc.storage import decommissions
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.decommission_tables import DecommissionLineRow, DecommissionListRow
from parc.storage.tables import DeviceRow

Asked = list[tuple[Picked, Wish]]
_MERGED = "cette fiche a été fusionnée avec une autre : retirez-la de la liste."
MEANWHILE = "ce matériel vient d'être modifié par quelqu'un d'autre : recommencez."


def propose(engine: Engine, desk: Desk, key: int, seen: str) -> None:
    """Propose a list: every device is proposed with its value, or nothing happens.

    Devices that are proposed already join. `seen` is the checksum of the list as it
    was shown.

    Raises:
        Refused: no role; not in preparation; changed; a reason missing; with every
            device that refuses and why.
    """
    with reading(engine) as session:
        row = session.get_one(DecommissionListRow, key)
        require(desk.viewer, row.owner_id, WRITERS)
        require_stage(row, Stage.DRAFT)
        require_unchanged(session, desk, row, seen)
        content = content_of(session, row, desk.today)
        _require_complete(content)
        lines = in_order(decommissions.lines(session, key))
        picked = picked_of(session, desk, lines)
        reasons = {line.tag: line.reason for line in content.lines}
        asked: Asked = []
        for line, device in lines:
            if line.value_cents is not None:
                value = {"estimated_value_cents": line.value_cents}
                wish = wish_for(row, Action.DESCRIBE, desk.today, **value)
                asked.append((picked[device.id], wish))
            reason = reasons[device.tag]
            proposed = Action.PROPOSE_DECOMMISSION
            wish = wish_for(row, proposed, desk.today, reason=reason)
            asked.append((picked[device.id], wish))

    def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
        now = decommissions.hold(session, key)
        require_stage(now, Stage.DRAFT)
        reasons = list(against_all(asked, outcomes))
        waiting = decommissions.waiting_elsewhere(session, key, picked)
        reasons += [
            refusal_of(device.tag, f"déjà sur la liste {name_of(waiting[device.id])}.")
            for _, device in lines
            if device.id in waiting
        ]
        if {line.device_id for line, _ in decommissions.lines(session, key)} != set(
            picked
        ):
            reasons.append(Refusal("changed_meanwhile", MEANWHILE))
        if reasons:
            raise Refused(tuple(reasons))
        try:
            decommissions.wait(session, key)
        except IntegrityError:
            raise Refused((Refusal("device_refuses", MEANWHILE),)) from None
        now.stage, now.proposed_on = Stage.PROPOSED.value, desk.today
        now.proposed_at, now.proposed_by = desk.now, desk.viewer.actor
        session.add(now)

    # A refusal in `settle` gives the whole transaction up: no device has changed.
    act_all(engine, [(desk, one, wish) for one, wish in asked], settle)


def withdraw(engine: Engine, desk: Desk, key: int, reason: str) -> None:
    """Give up a list that is not decided: its number stays, with the reason.

    What it proposed is proposed no more.

    Raises:
        Refused: no role; no reason; decided or given up already; a device refuses.
    """
    told = readable(reason, LONGEST_REASON)
    with reading(engine) as session:
        row = session.get_one(DecommissionListRow, key)
        require(desk.viewer, row.owner_id, WRITERS)
        require_stage(row, Stage.DRAFT, Stage.PROPOSED)
        if not told:
            message = "« Motif » est à renseigner."
            raise Refused((Refusal("missing_field", message, "reason"),))
        stage = Stage(row.stage)
        lines = in_order(decommissions.lines(session, key))
        lines = [
            one
            for one in lines
            if stage is Stage.PROPOSED
            and one[1].state == State.DECOMMISSION_PROPOSED.value
        ]
        picked = picked_of(session, desk, lines) if lines else {}
        comment = f"Liste {name_of(row)} retirée : {told}"
        withdrawn = Action.WITHDRAW_PROPOSAL
        wish = wish_for(row, withdrawn, desk.today, comment=comment)
        asked = [(picked[device.id], wish) for _, device in lines]

    def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
        now = decommissions.hold(session, key)
        require_stage(now, stage)
        if reasons := tuple(against_all(asked, outcomes)):
            raise Refused(reasons)
        decommissions.wait_no_more(session, key)
        now.stage, now.cancel_reason = Stage.CANCELLED.value, told
        now.cancelled_at, now.cancelled_by = desk.now, desk.viewer.actor
        session.add(now)

    act_all(engine, [(desk, one, wish) for one, wish in asked], settle)


def _require_complete(content: Content) -> None:
    reasons = [
        refusal_of(line.tag, "son motif de réforme manque (ou un motif pour tous).")
        for line in content.lines
        if not line.reason
    ]
    reasons += [
        refusal_of(line.tag, "la méthode de son estimation manque.")
        for line in content.lines
        if line.value_cents is not None and not line.method
    ]
    if not content.lines:
        message = "Une liste proposée porte au moins un matériel."
        reasons.append(Refusal("no_device", message, "codes"))
    if reasons:
        raise Refused(tuple(reasons))


def wish_for(
    row: DecommissionListRow, action: Action, on: date, **details: object
) -> Wish:
    """Ask something of the devices of a list's owner."""
    return Wish(action, on, {row.owner_id: details})


def picked_of(
    session: Session,
    desk: Desk,
    lines: Sequence[tuple[DecommissionLineRow, DeviceRow]],
) -> dict[int, Picked]:
    """Find the devices of a list, by row id.

    Raises:
        Refused: with those that are no device of their own any more.
    """
    selection = pick(session, desk.viewer, [device.tag for _, device in lines])
    found = {one.row.id: one for one in selection.picked if one.row is not None}
    gone = [device for _, device in lines if device.id not in found]
    if gone:
        raise Refused(tuple(refusal_of(device.tag, _MERGED) for device in gone))
    return found


def in_order(
    lines: Sequence[tuple[DecommissionLineRow, DeviceRow]],
) -> list[tuple[DecommissionLineRow, DeviceRow]]:
    """Order lines by device: two lists never wait for each other."""
    return sorted(lines, key=lambda one: one[1].id)


def against_all(asked: Asked, outcomes: Sequence[Outcome]) -> Iterator[Refusal]:
    """Give every device that refuses, or that somebody changed since it was read."""
    applied: Counter[int] = Counter()
    for (picked, _), outcome in zip(asked, outcomes, strict=True):
        before = picked.row.version if picked.row is not None else 0
        if outcome.result is Result.APPLIED and outcome.device_id is not None:
            applied[outcome.device_id] += 1
            if outcome.version != before + applied[outcome.device_id]:
                yield refusal_of(picked.code, MEANWHILE)
        elif outcome.result is not Result.ALREADY:
            for reason in outcome.reasons:
                yield refusal_of(outcome.tag or outcome.code, reason)


def refusal_of(tag: str, reason: str) -> Refusal:
    """Say why one device holds a list back."""
    return Refusal("device_refuses", f"{tag} : {reason}")


def name_of(row: DecommissionListRow) -> str:
    """Give the number of a list."""
    return decommissions.shown_number(row)
