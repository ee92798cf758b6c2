"""A list of réforme decided by somebody else than its proposers, then frozen by value.

All its devices are réformés or refused in one transaction, or nothing happens.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    DECIDERS,
    Act,
    Content,
    Paper,
    Stage,
    Verdict,
    canonical,
    number_of,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, State
from parc.operations.bulk import Wish, act_all
from parc.operations.decommission_content import content_of, devices_of
from parc.operations.decommission_steps import (
    MEANWHILE,
    against_all,
    in_order,
    name_of,
    picked_of,
    refusal_of,
    wish_for,
)
from parc.operations.decommissions import (
    LONGEST_REASON,
    require_stage,
    require_unchanged,
)
from parc.operations.selection import Desk
from parc.operations.slips import readable
from parc.operations.stocktakes import require
from parc.storage import decommissions
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.decommission_tables import DecommissionListRow
from parc.storage.tables import DeviceRow

_SAME_PERSON = (
    "La liste est décidée par une autre personne que celle qui l'a proposée, ou qui a "
    "proposé l'un de ses matériels."
)
_NOTHING_LEFT = "Plus aucun matériel de cette liste n'est proposé : elle se retire."


@dataclass(frozen=True, slots=True)
class Decision:
    """The act, and why some devices (by tag) are refused; the others are réformés."""

    act_number: str
    act_on: date | None
    refused: Mapping[str, str] = field(default_factory=dict)


def decide(engine: Engine, desk: Desk, key: int, seen: str, decision: Decision) -> None:
    """Decide of a list: its devices are réformés or not, and it is frozen by value.

    Raises:
        Refused: no role; the proposer; not proposed; changed; the act or a reason
            missing; with every device that refuses and why. Nothing happened then.
    """
    with reading(engine) as session:
        row = session.get_one(DecommissionListRow, key)
        require(desk.viewer, row.owner_id, DECIDERS)
        require_stage(row, Stage.PROPOSED)
        lines = in_order(decommissions.lines(session, key))
        _require_other_person(session, desk, row, [device for _, device in lines])
        require_unchanged(session, desk, row, seen)
        refused = _reasons_of(decision, [device for _, device in lines])
        _require_act(desk, row, decision)
        act_on = decision.act_on or desk.today
        verdicts = {
            device.id: Verdict.LEFT
            if device.state != State.DECOMMISSION_PROPOSED.value
            else Verdict.REFUSED
            if device.tag in refused
            else Verdict.ACCEPTED
            for _, device in lines
        }
        if set(verdicts.values()) <= {Verdict.LEFT}:
            raise Refused((Refusal("nothing_left", _NOTHING_LEFT),))
        content = content_of(session, row, act_on)
        judged = [one for one in lines if verdicts[one[1].id] is not Verdict.LEFT]
        picked = picked_of(session, desk, judged)
        asked = [
            (picked[device.id], _decided(row, decision, act_on, device, refused))
            for _, device in judged
        ]

    def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
        now = decommissions.hold(session, key)
        require_stage(now, Stage.PROPOSED)
        reasons = list(against_all(asked, outcomes))
        reasons += [
            refusal_of(outcome.tag, MEANWHILE)
            for outcome in outcomes
            if outcome.result is Result.ALREADY
        ]
        if reasons:
            raise Refused(tuple(reasons))
        seqs = {one.device_id: one.version or 0 for one in outcomes}
        for line, device in decommissions.lines(session, key):
            verdict = verdicts[device.id]
            line.verdict, line.why = verdict.value, refused.get(device.tag, "")
            line.seq = seqs[device.id] if verdict is Verdict.ACCEPTED else 0
            line.pending = None
            session.add(line)
        _freeze(session, desk, now, content, decision, act_on)

    act_all(engine, [(desk, one, wish) for one, wish in asked], settle)


def may_decide(
    session: Session, desk: Desk, row: DecommissionListRow, rows: Sequence[DeviceRow]
) -> bool:
    """Tell whether somebody may decide of a list: a signatory who proposed nothing."""
    if desk.viewer.roles(row.owner_id).isdisjoint(DECIDERS):
        return False
    me = desk.viewer.actor
    return row.proposed_by != me and all(
        device.proposer != me for device in devices_of(session, rows).values()
    )


def is_intact(row: DecommissionListRow) -> bool:
    """Tell whether a decided list is still what was decided."""
    return row.frozen is not None and checksum(row.frozen) == row.sha256


def frozen_text(
    content: Content,
    act: Act,
    verdicts: Mapping[str, tuple[Verdict, str]],
    counted: Mapping[str, int],
) -> str:
    """Write a decided list. `verdicts` are by tag, with the reason of a refusal.

    `counted` is how many devices remain in the accounts after it, by number.
    """
    leaving = Counter(
        line.accounting_number
        for line in content.lines
        if verdicts[line.tag][0] is Verdict.ACCEPTED
    )
    lines = tuple(
        replace(
            line,
            verdict=verdicts[line.tag][0].value,
            why=verdicts[line.tag][1],
            of=counted.get(line.accounting_number, 0) + leaving[line.accounting_number]
            if line.accounting_number
            else 0,
        )
        for line in content.lines
    )
    return canonical(replace(content, lines=lines), act)


def _freeze(  # noqa: PLR0917 - whose list, what it says, how it is decided
    session: Session,
    desk: Desk,
    row: DecommissionListRow,
    content: Content,
    decision: Decision,
    act_on: date,
) -> None:
    session.flush()
    verdicts = {
        device.tag: (Verdict(line.verdict), line.why)
        for line, device in decommissions.lines(session, row.id)
    }
    row.paper_year = desk.today.year
    row.report = decommissions.next_number(
        session, row.owner_id, Paper.REPORT, row.paper_year
    )
    certificate = ""
    if any(verdict is Verdict.ACCEPTED for verdict, _ in verdicts.values()):
        row.certificate = decommissions.next_number(
            session, row.owner_id, Paper.CERTIFICATE, row.paper_year
        )
        certificate = number_of(Paper.CERTIFICATE, row.paper_year, row.certificate)
    roles = desk.viewer.roles(row.owner_id)
    act = Act(
        number=decision.act_number.strip(),
        on=act_on.isoformat(),
        at=desk.now.isoformat(timespec="seconds"),
        by=desk.viewer.actor,
        role=next(role.label for role in DECIDERS if role in roles),
        report=number_of(Paper.REPORT, row.paper_year, row.report),
        certificate=certificate,
    )
    numbers = {line.accounting_number for line in content.lines}
    counted = decommissions.in_accounts(session, row.owner_id, numbers)
    row.frozen = frozen_text(content, act, verdicts, counted)
    row.sha256 = checksum(row.frozen)
    row.stage, row.act_number, row.act_on = Stage.DECIDED.value, act.number, act_on
    row.decided_at, row.decided_by = desk.now, desk.viewer.actor
    session.add(row)


def _require_other_person(
    session: Session,
    desk: Desk,
    row: DecommissionListRow,
    rows: Sequence[DeviceRow],
) -> None:
    if not may_decide(session, desk, row, rows):
        raise Refused((Refusal("same_person", _SAME_PERSON),))


def _require_act(desk: Desk, row: DecommissionListRow, decision: Decision) -> None:
    reasons = []
    if not decision.act_number.strip():
        message = "« Numéro de l'acte » est à renseigner."
        reasons.append(Refusal("missing_field", message, "act_number"))
    if decision.act_on is None:
        message = "« Date de l'acte » est à renseigner."
        reasons.append(Refusal("missing_field", message, "act_on"))
    elif not (row.proposed_on or date.min) <= decision.act_on <= desk.today:
        message = "« Date de l'acte » : du jour de la proposition à aujourd'hui."
        reasons.append(Refusal("invalid_field", message, "act_on"))
    if reasons:
        raise Refused(tuple(reasons))


def _reasons_of(decision: Decision, rows: Sequence[DeviceRow]) -> dict[str, str]:
    tags = {row.tag for row in rows}
    told = {
        tag: " ".join(readable(why, LONGEST_REASON).split())
        for tag, why in decision.refused.items()
    }
    reasons = [
        refusal_of(tag, "son refus est à motiver.")
        if tag in tags
        else refusal_of(tag, "ce matériel n'est pas sur la liste.")
        for tag, why in told.items()
        if not why or tag not in tags
    ]
    if reasons:
        raise Refused(tuple(reasons))
    return told


def _decided(
    row: DecommissionListRow,
    decision: Decision,
    act_on: date,
    device: DeviceRow,
    refused: Mapping[str, str],
) -> Wish:
    if device.tag in refused:
        told = f"Refusé, liste {name_of(row)} : {refused[device.tag]}"
        return wish_for(row, Action.WITHDRAW_PROPOSAL, act_on, comment=told)
    return wish_for(
        row,
        Action.DECOMMISSION,
        act_on,
        act_number=decision.act_number.strip(),
        act_on=act_on.isoformat(),
    )
