"""Rows that an import sets aside go to a queue; those already settled do not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from parc import clock
from parc.domain.asset_tag import AssetTag
from parc.domain.intake import DeviceRecord
from parc.domain.intake_dispute import Dispute, Doubt, Settled
from parc.domain.intake_keys import keys_of
from parc.domain.intake_plan import Plan
from parc.domain.intake_written import digest, written
from parc.storage import import_conflicts, people
from parc.storage.conflict_tables import ConflictRow
from parc.storage.import_conflicts import Waiting, candidates_of

_DECIDED = {
    Settled.SAME: "rattachée à un matériel connu",
    Settled.OTHER: "enregistrée comme un autre matériel",
    Settled.IGNORED: "laissée de côté",
}


def leave_settled(session: Session, owner_id: int, planned: Plan) -> None:
    """Take out of a plan's conflicts the rows of which somebody has decided.

    The decision stands while the row says the same and may be no further device.
    """
    if not planned.disputes:
        return
    names = {d.record.holder_name for d in planned.disputes if d.record.holder_name}
    holders = import_conflicts.known_persons(session, owner_id, names)
    sums = [_digest(dispute.record, holders) for dispute in planned.disputes]
    known = import_conflicts.settled(session, owner_id, set(sums))
    decided: dict[int, str] = {}
    for place, (dispute, key) in enumerate(zip(planned.disputes, sums, strict=True)):
        row = next((r for r in known.get(key, ()) if _stands(r, dispute)), None)
        if row is not None:
            decided[place] = _told(row)
    planned.settled(decided)


def put(
    session: Session, owner_id: int, import_id: str, planned: Plan, at: datetime
) -> int:
    """Put a plan's conflicts in the queue; give how many it did not hold yet.

    Called once the file is applied: the devices that it makes may be what a row
    that it repeats is about.
    """
    disputes = planned.disputes
    if not disputes:
        return 0
    names = {d.record.holder_name for d in disputes if d.record.holder_name}
    holders = people.person_ids(session, owner_id, sorted(names)) if names else {}
    made = _made_meanwhile(session, owner_id, disputes)
    waiting = (_waiting(dispute, holders, made) for dispute in disputes)
    return import_conflicts.put(session, owner_id, import_id, waiting, at)


def tally(disputes: Iterable[Dispute]) -> dict[str, int]:
    """Count disputes by what makes them wait, in the order of `Doubt`."""
    doubts = [dispute.doubt for dispute in disputes]
    return {doubt.value: doubts.count(doubt) for doubt in Doubt if doubt in doubts}


def _stands(row: ConflictRow, dispute: Dispute) -> bool:
    known = {*candidates_of(row), row.device_id}
    return known.issuperset(dispute.candidates)


def _told(row: ConflictRow) -> str:
    day = f"{clock.local(row.settled_at):%d/%m/%Y}" if row.settled_at else ""
    return f"Ligne départagée le {day} : {_DECIDED[Settled(row.state)]}."


def _waiting(
    dispute: Dispute, holders: Mapping[str, str], made: Mapping[str, Sequence[int]]
) -> Waiting:
    record = dispute.record
    text = written(record)
    holder = holders.get(record.holder_name or "")
    others = (made.get(code, ()) for code in _codes(dispute))
    found = dict.fromkeys(
        [*dispute.candidates, *(n for those in others for n in those)]
    )
    return Waiting(
        line=record.line,
        sheet=record.sheet,
        doubt=dispute.doubt.value,
        message=dispute.message,
        record=text,
        holder=holder,
        digest=digest(text, holder),
        candidates=tuple(found),
    )


def _digest(record: DeviceRecord, holders: Mapping[str, str]) -> str:
    return digest(written(record), holders.get(record.holder_name or ""))


def _made_meanwhile(
    session: Session, owner_id: int, disputes: Iterable[Dispute]
) -> dict[str, list[int]]:
    """Find the devices that rows which contradict each other are about by now."""
    repeated = [dispute for dispute in disputes if dispute.before is not None]
    tags = {code for dispute in repeated for code in _tags(dispute)}
    serials = {code for dispute in repeated for code in _serials(dispute)}
    return import_conflicts.bearing(session, owner_id, tags, serials)


def _codes(dispute: Dispute) -> Iterator[str]:
    yield from _tags(dispute)
    yield from _serials(dispute)


def _tags(dispute: Dispute) -> Iterator[str]:
    for record in _rows(dispute):
        if record.tag:
            ours = AssetTag.parse(record.tag)
            yield str(ours) if ours else record.tag


def _serials(dispute: Dispute) -> Iterator[str]:
    for record in _rows(dispute):
        if serial := keys_of(record).serial:
            yield serial


def _rows(dispute: Dispute) -> Iterator[DeviceRecord]:
    if dispute.before is not None:
        yield dispute.before
        yield dispute.record
