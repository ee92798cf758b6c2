"""Record what somebody asks for a device: one way for pages and for the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.command import Command
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import Field, Json, Kind
from parc.domain.lifecycle import replay
from parc.domain.refusal import Refusal, Refused
from parc.domain.search import is_junk_serial, serial_key
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import GONE, Action
from parc.operations.rules import rules_for
from parc.storage import documents, labels, people
from parc.storage.devices import find
from parc.storage.journal import ConflictError, history, record, register_device
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web.errors import NotFoundError

_INTEGER = re.compile(r"[0-9]{1,9}", re.ASCII)
_UNKNOWN = {
    Kind.SITE: "ce site n'est pas connu de ce propriétaire.",
    Kind.PERSON: "cette personne n'est pas connue de ce propriétaire.",
    Kind.DOCUMENT: "cette pièce n'a pas été déposée pour ce propriétaire.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: raw details as typed; `version` is the one that was seen.

    `uploads` are files that the details name by checksum; `problems` is what
    could not be read.
    """

    effective_on: date
    details: Mapping[str, object]
    version: int | None = None
    uploads: tuple[documents.Upload, ...] = ()
    problems: tuple[Refusal, ...] = ()
    media: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, when, and where documents are kept."""

    viewer: Viewer
    now: datetime
    today: date
    documents: Path


def device_seen(session: Session, viewer: Viewer, tag: str) -> DeviceRow:
    """Return a device that the viewer may see.

    Raises:
        NotFoundError: there is none, or none that may be known of.
    """
    row = find(session, viewer, tag)
    if row is None:
        raise NotFoundError
    return row


def life_of(session: Session, row: DeviceRow) -> tuple[Device, list[Event]]:
    """Rebuild a device from its events, and give these.

    Raises:
        ConflictError: the row has no history; `parc db check` tells more.
    """
    events = history(session, row.id)
    device = replay(events)
    if device is None:
        raise ConflictError
    return device, events


def owner_of(session: Session, row: DeviceRow) -> OwnerRow:
    """Return the owner of a device."""
    owner = session.get(OwnerRow, row.owner_id)
    if owner is None:
        raise NotFoundError
    return owner


def act(
    session: Session, desk: Desk, row: DeviceRow, action: Action, wish: Wish
) -> None:
    """Record one action on a device.

    Raises:
        Refused: with every reason; nothing must then be committed.
        ConflictError: the device changed since it was seen.
    """
    details, foreign = _own(session, row.owner_id, action, wish)
    command = _command(desk, row.owner_id, action, wish, details)
    rules = rules_for(session, owner_of(session, row), desk.today)
    owner_id = row.owner_id
    try:
        record(session, row, command, rules, expected_version=wish.version)
    except Refused as refused:
        raise Refused(_merged(foreign, refused.reasons)) from None
    if foreign:
        raise Refused(foreign)
    _keep(session, desk, owner_id, wish)


def open_life(
    session: Session, desk: Desk, owner: OwnerRow, wish: Wish, label: str = ""
) -> DeviceRow:
    """Register one new device of an owner.

    `label` is the number printed in advance on the label that it bears already.

    Raises:
        Refused: with every reason; nothing must then be committed.
    """
    details, foreign = _own(session, owner.id, Action.REGISTER, wish)
    foreign += _serial_taken(session, owner, str(details.get("serial") or ""))
    command = _command(desk, owner.id, Action.REGISTER, wish, details)
    rules = rules_for(session, owner, desk.today)
    try:
        row = (
            labels.register_under(session, label, command, rules, media=wish.media)
            if label
            else register_device(session, owner, command, rules, media=wish.media)
        )
    except Refused as refused:
        raise Refused(_merged(foreign, refused.reasons)) from None
    if foreign:
        raise Refused(foreign)
    _keep(session, desk, owner.id, wish)
    return row


def _command(
    desk: Desk, owner_id: int, action: Action, wish: Wish, details: dict[str, object]
) -> Command:
    actor = desk.viewer.as_actor(owner_id)
    return Command(action, wish.effective_on, desk.now, actor, details)


def _keep(session: Session, desk: Desk, owner_id: int, wish: Wish) -> None:
    for upload in wish.uploads:
        documents.keep(
            session,
            desk.documents,
            upload,
            owner_id=owner_id,
            at=desk.now,
            by=desk.viewer.actor,
        )


def _serial_taken(
    session: Session, owner: OwnerRow, serial: str
) -> tuple[Refusal, ...]:
    if not serial_key(serial) or is_junk_serial(serial):
        return ()
    taken = session.exec(
        select(DeviceRow.tag).where(
            DeviceRow.serial_key == serial_key(serial),
            DeviceRow.owner_id == owner.id,
            col(DeviceRow.state).not_in(sorted(GONE)),
            col(DeviceRow.void).is_(None),
        )
    ).first()
    if taken is None:
        return ()
    message = f"« Numéro de série » : c'est déjà celui du matériel {taken}."
    return (Refusal("serial_taken", message, "serial"),)


def _merged(
    foreign: tuple[Refusal, ...], reasons: tuple[Refusal, ...]
) -> tuple[Refusal, ...]:
    """Say once what is wrong with a field."""
    told = {refusal.field for refusal in foreign}
    return (*foreign, *(r for r in reasons if r.field is None or r.field not in told))


def _own(
    session: Session, owner_id: int, action: Action, wish: Wish
) -> tuple[dict[str, object], tuple[Refusal, ...]]:
    """Set apart what refers to another owner's site, person or document."""
    brought = {upload.sha256 for upload in wish.uploads}
    foreign = [
        Refusal("unknown_reference", f"« {f.label} » : {_UNKNOWN[f.kind]}", f.name)
        for f in TRANSITIONS[action].fields
        if f.kind in _UNKNOWN
        and wish.details.get(f.name) not in {None, "", *brought}
        and not _is_own(session, owner_id, f, wish.details[f.name])
    ]
    wrong = (*wish.problems, *foreign)
    left_out = {refusal.field for refusal in wrong}
    return {k: v for k, v in wish.details.items() if k not in left_out}, wrong


def _is_own(session: Session, owner_id: int, field: Field, value: object) -> bool:
    text = str(value).strip()
    if field.kind is Kind.SITE:
        number = int(text) if _INTEGER.fullmatch(text) else 0
        return people.knows_site(session, owner_id, number)
    if field.kind is Kind.PERSON:
        return people.knows_person(session, owner_id, text)
    return documents.find(session, [owner_id], text) is not None
