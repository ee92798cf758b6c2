"""Two lists of réforme over what the simulation made: one decided, one that waits.

They are the papers of events that are in the journal already: nothing is recorded.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from parc import resources
from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    DECIDERS,
    Act,
    Paper,
    Stage,
    Verdict,
    number_of,
)
from parc.domain.events import Event, live
from parc.domain.vocabulary import Action, State
from parc.operations.decommission_content import content_of
from parc.operations.decommission_deciding import frozen_text
from parc.operations.demonstration.world import Life, World
from parc.storage import decommissions as kept
from parc.storage.decommission_tables import DecommissionListRow
from parc.storage.decommissions import Item
from parc.storage.tables import DeviceRow

_MOST = 24
_COMMENT = "Matériels vus et triés à l'atelier."
_METHOD = "market"


@dataclass(frozen=True, slots=True)
class _Reformed:
    """A device with the events by which it was proposed, then réformé."""

    life: Life
    proposed: Event
    decided: Event | None


def add(session: Session, world: World) -> None:
    """Add them: the latest réforme of a list's size, then what is proposed."""
    groups: dict[tuple[int, date, str], list[_Reformed]] = defaultdict(list)
    waiting: dict[tuple[int, str], list[_Reformed]] = defaultdict(list)
    for life in world.lives:
        found = _reformed(life)
        if found is None:
            continue
        owner = world.owner(life).id
        if found.decided is None:
            waiting[owner, found.proposed.actor].append(found)
        elif life.state is State.DECOMMISSIONED:
            key = (owner, found.decided.effective_on, found.decided.actor)
            groups[key].append(found)
    if groups:
        key = max(groups, key=lambda one: (min(len(groups[one]), 5), one[1], one[0]))
        _decided(session, key[0], groups[key][:_MOST])
    if waiting:
        owner, actor = max(waiting, key=lambda one: (len(waiting[one]), one))
        _proposed(session, owner, waiting[owner, actor][:_MOST])


def _reformed(life: Life) -> _Reformed | None:
    """Find the réforme that a device is in, or waits for."""
    if life.device.void is not None:
        return None
    proposed = decided = None
    for event in live(life.events):
        if event.action is Action.PROPOSE_DECOMMISSION:
            proposed, decided = event, None
        elif event.action is Action.DECOMMISSION:
            decided = event
        elif event.action in {Action.WITHDRAW_PROPOSAL, Action.REINSTATE}:
            proposed = decided = None
    if proposed is None:
        return None
    if decided is None and life.state is not State.DECOMMISSION_PROPOSED:
        return None
    return _Reformed(life, proposed, decided)


def _proposed(
    session: Session, owner_id: int, found: list[_Reformed]
) -> DecommissionListRow:
    first = min(one.proposed.recorded_at for one in found)
    last = max(found, key=lambda one: one.proposed.recorded_at).proposed
    row = kept.add(
        session,
        DecommissionListRow(
            owner_id=owner_id,
            year=first.year,
            number=0,
            stage=Stage.PROPOSED.value,
            account=resources.decommissioning().account,
            comment=_COMMENT,
            created_at=first,
            created_by=last.actor,
            proposed_at=last.recorded_at,
            proposed_by=last.actor,
            proposed_on=last.effective_on,
        ),
    )
    ids = _ids(session, [one.life.device.tag for one in found])
    kept.fill(session, row.id, [_item(one, ids) for one in found])
    kept.wait(session, row.id)
    return row


def _item(one: _Reformed, ids: dict[str, int]) -> Item:
    device, proposed = one.life.device, one.proposed
    value = device.amount_fact("estimated_value_cents")
    return Item(
        ids[device.tag],
        str(proposed.details["reason"]),
        value,
        _METHOD if value is not None else "",
        proposed.effective_on if value is not None else None,
        proposed.actor if value is not None else "",
    )


def _decided(session: Session, owner_id: int, found: list[_Reformed]) -> None:
    row = _proposed(session, owner_id, found)
    kept.wait_no_more(session, row.id)
    last = max(
        (one.decided for one in found if one.decided is not None),
        key=lambda event: event.recorded_at,
    )
    seqs = {one.life.device.tag: one.decided.seq for one in found if one.decided}
    for line, device in kept.lines(session, row.id):
        line.verdict, line.seq = Verdict.ACCEPTED.value, seqs[device.tag]
        line.pending = None
        session.add(line)
    session.flush()
    year = row.paper_year = last.recorded_at.year
    row.report = kept.next_number(session, owner_id, Paper.REPORT, year)
    row.certificate = kept.next_number(session, owner_id, Paper.CERTIFICATE, year)
    row.act_number = str(last.details["act_number"])
    row.act_on = date.fromisoformat(str(last.details["act_on"]))
    row.decided_at, row.decided_by = last.recorded_at, last.actor
    act = Act(
        number=row.act_number,
        on=row.act_on.isoformat(),
        at=last.recorded_at.isoformat(timespec="seconds"),
        by=last.actor,
        role=DECIDERS[0].label,
        report=number_of(Paper.REPORT, year, row.report),
        certificate=number_of(Paper.CERTIFICATE, year, row.certificate),
    )
    content = content_of(session, row, row.act_on)
    proposed = State.DECOMMISSION_PROPOSED.label
    lines = tuple(replace(line, state=proposed) for line in content.lines)
    numbers = {line.accounting_number for line in lines}
    row.frozen = frozen_text(
        replace(content, lines=lines),
        act,
        {line.tag: (Verdict.ACCEPTED, "") for line in lines},
        kept.in_accounts(session, owner_id, numbers),
    )
    row.sha256, row.stage = checksum(row.frozen), Stage.DECIDED.value
    session.add(row)
    session.flush()


def _ids(session: Session, tags: list[str]) -> dict[str, int]:
    found = session.exec(
        select(DeviceRow.tag, DeviceRow.id).where(col(DeviceRow.tag).in_(tags))
    )
    return dict(found.all())
