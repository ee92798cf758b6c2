"""What the pages of lists of réforme show: many, one in preparation, one decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    DECIDERS,
    WRITERS,
    Line,
    Stage,
    Verdict,
    canonical,
    read_back,
)
from parc.domain.vocabulary import Action, State
from parc.operations import selection
from parc.operations.decommission_content import content_of
from parc.operations.decommission_deciding import is_intact, may_decide
from parc.operations.decommission_export import reason_of
from parc.storage import decommissions as kept
from parc.storage import people
from parc.storage.decommission_tables import DecommissionLineRow, DecommissionListRow
from parc.storage.devices import owners_seen
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web.recording import Desk
from reports.french import age

TONES = {
    "draft": "neutral",
    "proposed": "warn",
    "decided": "ok",
    "cancelled": "neutral",
}
VERDICT_TONES = {"accepted": "ok", "refused": "bad", "left": "neutral"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list among others."""

    row: DecommissionListRow
    number: str
    stage: Stage
    devices: int
    owner: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A device of a list: what is said of it, how it is now, what took it back."""

    line: Line
    kept: DecommissionLineRow
    device: DeviceRow
    age: str
    since: str
    pending: bool


def listed(
    session: Session, viewer: Viewer, rows: Sequence[DecommissionListRow]
) -> list[Listed]:
    """Name what a list of lists shows."""
    counts = kept.counts(session, [row.id for row in rows])
    owners = {owner.id: owner.name for owner in owners_seen(session, viewer)}
    return [
        Listed(
            row=row,
            number=kept.shown_number(row),
            stage=Stage(row.stage),
            devices=counts.get(row.id, 0),
            owner=owners.get(row.owner_id, ""),
        )
        for row in rows
    ]


def writers(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer prepares lists."""
    return [
        owner
        for owner in owners_seen(session, viewer)
        if not viewer.roles(owner.id).isdisjoint(WRITERS)
    ]


def shown(session: Session, desk: Desk, row: DecommissionListRow) -> dict[str, Any]:
    """Gather the page of one list."""
    stage = Stage(row.stage)
    content = content_of(session, row, desk.today)
    pairs = kept.lines(session, row.id)
    act = read_back(row.frozen)[1] if row.frozen else None
    lines = _lines(session, row, content.lines, pairs)
    roles = desk.viewer.roles(row.owner_id)
    devices = [device for _, device in pairs]
    actors = {
        row.created_by,
        row.changed_by or "",
        row.proposed_by or "",
        row.decided_by or "",
        row.cancelled_by or "",
        *(line.valued_by for line in content.lines),
    }
    told = content.those(Verdict.ACCEPTED) if row.frozen else content.lines
    context: dict[str, Any] = {
        "row": row,
        "number": content.number,
        "stage": stage,
        "tone": TONES[stage.value],
        "owner": session.get_one(OwnerRow, row.owner_id),
        "content": content,
        "act": act,
        "lines": lines,
        "by": people.actor_names(session, actors),
        "verdicts": Verdict,
        "verdict_tones": VERDICT_TONES,
        "counts": [(one, len(content.those(one))) for one in Verdict],
        "worth": sum(line.value_cents or 0 for line in told),
        "unvalued": sum(line.value_cents is None for line in told),
        "excluded": sum(bool(line.exclusion) for line in told),
        "may_write": not roles.isdisjoint(WRITERS),
        "signs": not roles.isdisjoint(DECIDERS),
        "may_decide": False,
        "intact": row.frozen is None or is_intact(row),
        "against": [],
        "seen": "",
    }
    if stage is Stage.DRAFT:
        context["methods"] = list(resources.decommissioning().valuations.items())
        context["categories"] = categories()
        if context["may_write"]:
            context["against"] = _against(session, desk, devices)
    if stage is Stage.PROPOSED:
        context["may_decide"] = may_decide(session, desk, row, devices)
    if stage in {Stage.DRAFT, Stage.PROPOSED}:
        context["seen"] = checksum(canonical(content))
    return context


def _lines(
    session: Session,
    row: DecommissionListRow,
    lines: Sequence[Line],
    pairs: Sequence[tuple[DecommissionLineRow, DeviceRow]],
) -> list[Shown]:
    since: dict[int, tuple[Action, date, str]] = {}
    if row.frozen is not None:
        since = kept.corrections(session, kept.accepted(session, row.id))
    return [
        Shown(
            line=line,
            kept=own,
            device=device,
            age=age(line.age_months),
            since=_told(since[device.id]) if device.id in since else "",
            pending=device.state == State.DECOMMISSION_PROPOSED.value,
        )
        for line, (own, device) in zip(lines, pairs, strict=True)
    ]


def _told(correction: tuple[Action, date, str]) -> str:
    action, on, details = correction
    what = "Réforme annulée" if action is Action.ANNUL else "Remis en stock"
    return f"{what} le {on:%d/%m/%Y} : {reason_of(details)}"


def _against(
    session: Session, desk: Desk, devices: Sequence[DeviceRow]
) -> list[tuple[str, str]]:
    """Tell, before anybody proposes, which devices would refuse and why."""
    action = Action.PROPOSE_DECOMMISSION
    found = selection.survey(session, desk, devices, action)
    return [
        (device.tag, reason.message)
        for device, reasons in found.refused
        for reason in reasons
    ]


def categories() -> list[tuple[str, str]]:
    """List the categories to choose from."""
    return [(key, one.label) for key, one in resources.categories().items()]
