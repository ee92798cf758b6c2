"""The summary of erasures for a list of devices: what proves each medium's fate."""

from collections.abc import Iterable, Iterator

from sqlmodel import Session

from parc import resources
from parc.domain.category import Storage
from parc.domain.device import NO_STORAGE, Device, Medium
from parc.domain.events import Event, live
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, MediumKind
from parc.operations.erasure_proposals import device_of
from parc.operations.selection import Desk, pick
from parc.storage import erasures
from parc.storage.journal import history
from parc.storage.tables import DeviceRow, OwnerRow
from reports.erasure_summary import Line, Summary

MOST = 500
"""Devices in one summary."""


def summary(session: Session, desk: Desk, codes: Iterable[str]) -> Summary:
    """Sum up the media of devices of one owner, in the order of the list.

    Raises:
        Refused: no code, one that is unknown, devices of several owners, too many.
    """
    selection = pick(session, desk.viewer, codes)
    refusals = [
        Refusal("unknown_device", f"{one.code} : {one.reason}", "codes")
        for one in selection.picked
        if one.row is None
    ]
    rows = selection.rows
    if len({row.owner_id for row in rows}) > 1:
        message = (
            "Ces matériels sont de plusieurs propriétaires : faites un récapitulatif "
            "pour chacun."
        )
        refusals.append(Refusal("several_owners", message, "codes"))
    if len(rows) > MOST:
        message = f"Un récapitulatif compte {MOST} matériels au plus."
        refusals.append(Refusal("too_many", message, "codes"))
    if refusals:
        raise Refused(tuple(refusals))
    reasons = {
        (match.device_id, match.serial, match.event_seq): match.reason
        for match, _ in erasures.matches_of_devices(session, [row.id for row in rows])
    }
    lines = [line for row in rows for line in lines_of(session, row, reasons)]
    owner = session.get_one(OwnerRow, rows[0].owner_id)
    return Summary(owner.name, desk.today, len(rows), lines)


def lines_of(
    session: Session, row: DeviceRow, reasons: dict[tuple[int, str, int], str]
) -> Iterator[Line]:
    """Give a line for each medium of a device, or one that says there is none."""
    device = device_of(session, row)
    events = live(history(session, row.id))
    if not device.media:
        category = resources.categories().get(device.category)
        none = category is not None and category.storage is Storage.NONE
        told = "Sans support de stockage" if none else "Aucun support décrit"
        yield _line(row, "", "", told, settled=none)
    for medium in sorted(device.media, key=lambda m: m.serial):
        event = _settling(events, device, medium)
        if event is None:
            told = "Sans preuve d'effacement"
            yield _line(row, medium.serial, medium.kind.label, told, settled=False)
            continue
        yield Line(
            row.tag,
            row.label,
            row.serial or "",
            _name(medium),
            "" if medium.kind is MediumKind.UNKNOWN else medium.kind.label,
            medium.settlement.label if medium.settlement else "",
            settled=True,
            method=str(event.details.get("method") or ""),
            done_on=event.effective_on,
            reason=reasons.get((row.id, medium.serial, event.seq), ""),
            sha256=medium.document or "",
        )


def _settling(events: list[Event], device: Device, medium: Medium) -> Event | None:
    """Find the event that settled a medium, if it still is."""
    if medium not in device.media or medium.settlement is None:
        return None
    found = (
        event
        for event in reversed(events)
        if event.action is Action.SETTLE_MEDIUM
        and event.details.get("serial") == medium.serial
    )
    return next(found, None)


def _line(row: DeviceRow, medium: str, kind: str, told: str, *, settled: bool) -> Line:
    return Line(
        row.tag, row.label, row.serial or "", medium, kind, told, settled=settled
    )


def _name(medium: Medium) -> str:
    return "Aucun support" if medium.serial == NO_STORAGE else medium.serial
