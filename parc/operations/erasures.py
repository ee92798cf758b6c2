"""What reports of erasure settle: applied to devices, or accepted by a person.

Only what settled a medium is kept, in the transaction of the event that the journal
records through `bulk`, with the report as its document.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain.device import Device, Medium
from parc.domain.erasure import (
    LONGEST_REASON,
    SETTLERS,
    Erasure,
    day_of,
    find_medium,
    is_identified,
    kind_of,
    method_told,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, MediumKind, Settlement
from parc.operations import bulk
from parc.operations.erasure_proposals import (
    Proposal,
    Standing,
    device_of,
    judged,
    proposals,
)
from parc.operations.selection import Desk, pick
from parc.operations.stocktakes import require
from parc.storage import erasures
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.erasure_tables import ErasureMatchRow, ErasureReportRow

_UNKNOWN_REPORT = "Ce rapport n'est pas connu."


class _DoneAlreadyError(Exception):
    """Somebody else settled the medium by the same record a moment ago."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a person says of a record: why, and which medium when it is not found."""

    reason: str
    code: str = ""
    serial: str = ""


def apply(engine: Engine, desk: Desk, number: int) -> list[Outcome]:
    """Settle every medium for which the report is proof enough.

    Done twice, or by two at once, each medium is settled once.

    Raises:
        Refused: no role for the owner, or no such report.
    """
    with reading(engine) as session:
        row = _report(session, desk, number)
        ready = [
            one
            for one in proposals(session, desk, row)
            if one.standing is Standing.READY
        ]
    return [_settle(engine, desk, row, one, "") for one in ready]


def accept(
    engine: Engine, desk: Desk, number: int, record: int, said: Accepted
) -> Outcome:
    """Settle a medium on a person's word, for what waits or was not found.

    `said.code` and `said.serial` name the device and its medium when the report does
    not. What failed, or was not verified, is not for anybody to accept.

    Raises:
        Refused: no role, no reason, nothing to accept, or a medium not named.
    """
    reason = " ".join(said.reason.split())[:LONGEST_REASON]
    with reading(engine) as session:
        row = _report(session, desk, number)
        shown = proposals(session, desk, row)
        if not 0 <= record < len(shown):
            raise Refused((Refusal("unknown_record", "Cette ligne n'existe pas."),))
        proposal = shown[record]
        if proposal.standing in {Standing.UNKNOWN, Standing.SEVERAL}:
            proposal = _designated(session, desk, row, proposal, said)
    refusals = [*_not_acceptable(proposal, reason)]
    if refusals:
        raise Refused(tuple(refusals))
    return _settle(engine, desk, row, proposal, reason)


def _not_acceptable(proposal: Proposal, reason: str) -> Iterable[Refusal]:
    if proposal.standing in {Standing.SETTLED, Standing.ELSEWHERE}:
        yield Refusal("settled", "Ce support est déjà soldé.")
    elif proposal.standing is Standing.REFUSED:
        for told in proposal.reasons:
            yield Refusal("no_proof", told)
    if not reason:
        yield Refusal("missing_field", "« Motif » est à renseigner.", "reason")


def _designated(
    session: Session,
    desk: Desk,
    row: ErasureReportRow,
    proposal: Proposal,
    said: Accepted,
) -> Proposal:
    """Judge a record for the medium that a person names."""
    if not said.code.strip():
        message = "« Matériel » est à renseigner : le rapport ne le désigne pas."
        raise Refused((Refusal("missing_field", message, "code"),))
    (picked,) = pick(session, desk.viewer, [said.code]).picked
    if picked.row is None or picked.row.owner_id != row.owner_id:
        message = picked.reason or "Ce matériel est celui d'un autre propriétaire."
        raise Refused((Refusal("unknown_device", message, "code"),))
    device = device_of(session, picked.row)
    one = proposal.erasure
    medium = _named(device, said.serial.strip(), one)
    return judged(desk, row, proposal.index, one, picked.row, device, medium)


def _named(device: Device, serial: str, one: Erasure) -> Medium:
    """Find the medium that a person names, or the only one that it may be."""
    if serial:
        for medium in device.media:
            if medium.serial == serial:
                return medium
        found = find_medium(serial, device.media)
        if found is not None:
            return found
    elif is_identified(one.serial) and not device.media:
        # The device had no medium described: the report is the description.
        return Medium(one.serial, one.kind)
    elif len(device.unsettled_media) == 1:
        return device.unsettled_media[0]
    told = ", ".join(medium.serial for medium in device.media) or "aucun"
    message = (
        f"« Support » : indiquez un support de ce matériel (décrits : {told}), ou "
        "décrivez-le d'abord sur sa fiche."
    )
    raise Refused((Refusal("unknown_medium", message, "serial"),))


def _settle(
    engine: Engine, desk: Desk, row: ErasureReportRow, one: Proposal, reason: str
) -> Outcome:
    if one.device is None or one.medium is None or one.judgement is None:
        raise ValueError(one)
    medium, device = one.medium, one.device
    kind = kind_of(one.erasure, medium)
    told = method_told(one.erasure, one.judgement)
    details: dict[str, object] = {
        "serial": medium.serial,
        "outcome": Settlement.ERASED.value,
        "kind": None if kind is MediumKind.UNKNOWN else kind.value,
        "method": f"{told}, accepté avec motif" if reason else told,
        "document": row.sha256,
    }
    details["method"] = str(details["method"])[:200]
    day = day_of(one.erasure, row.told_on) or desk.today
    wish = bulk.Wish(
        Action.SETTLE_MEDIUM, min(day, desk.today), {row.owner_id: details}
    )

    seen = one.match.event_seq if one.match else None

    def keep(session: Session, outcome: Outcome) -> None:
        if outcome.result is not Result.APPLIED or outcome.version is None:
            return
        key = (row.id, one.index)
        kept = session.get(ErasureMatchRow, key, populate_existing=True)
        if kept is not None and (one.match is None or kept.event_seq != seen):
            raise _DoneAlreadyError
        settled = ErasureMatchRow(
            report_id=row.id,
            record=one.index,
            device_id=device.id,
            serial=medium.serial,
            reason=reason,
            event_seq=outcome.version,
            at=desk.now,
            by=desk.viewer.actor,
        )
        if kept is None:
            session.add(settled)
        else:
            session.merge(settled)
        session.flush()

    with reading(engine) as session:
        (picked,) = pick(session, desk.viewer, [device.tag]).picked
    try:
        return bulk.act_once(engine, desk, picked, wish, keep)
    except (IntegrityError, _DoneAlreadyError):
        # Somebody applied the same record a moment ago: the medium is settled once.
        return Outcome(device.tag, Result.ALREADY, (), device.tag, device.id)


def _report(session: Session, desk: Desk, number: int) -> ErasureReportRow:
    row = erasures.report(session, desk.viewer, number)
    if row is None:
        raise Refused((Refusal("unknown_report", _UNKNOWN_REPORT),))
    require(desk.viewer, row.owner_id, SETTLERS)
    return row
