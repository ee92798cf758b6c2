"""What the page of one device shows, gathered from its events and its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.category import Storage
from parc.domain.command import Actor, Command, Rules
from parc.domain.completeness import missing_facts
from parc.domain.device import Device, Evidence, HandOver
from parc.domain.events import Event
from parc.domain.fields import Field, Json, Kind
from parc.domain.lifecycle import blockers
from parc.domain.refusal import Refusal
from parc.domain.transitions import FACT_FIELDS, TRANSITIONS
from parc.domain.vocabulary import Action, Condition, EvidenceKind, Security
from parc.operations.rules import rules_for
from parc.storage import people
from parc.storage.devices import find, ownerships_of
from parc.storage.sightings import Sighting, last_seen
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web.codes_box import CodesBox, codes_box
from parc.web.decommission_box import decommission_box
from parc.web.device_beside import (
    FilesBox,
    NotesBox,
    Origin,
    files_box,
    notes_box,
    origins,
)
from parc.web.device_forms import ActionForm, Try, action_form, present_facts
from parc.web.erasure_box import ErasureBox, erasure_box
from parc.web.event_view import Entry, Names, timeline, value_of
from parc.web.help_pages import roles_in_words, states_in_words
from parc.web.label_box import LabelBox, label_box
from parc.web.purchase_box import PurchaseBox, purchase_box
from parc.web.recording import life_of, owner_of
from parc.web.repair_box import RepairsBox, repairs_box
from parc.web.slip_box import SlipBox, slip_box

_WRONG_STATE = "wrong_state"
_WRONG_ROLE = "role"
_REMEDIES: Mapping[str, Action] = {
    "media_unknown": Action.SETTLE_MEDIUM,
    "medium_unsettled": Action.SETTLE_MEDIUM,
    "value_unknown": Action.DESCRIBE,
} | {f"{kind.value}_missing": Action.FILE_EVIDENCE for kind in EvidenceKind}
_SAYS_NOTHING = frozenset({Condition.UNKNOWN.value, Security.NONE.value})


@dataclass(frozen=True, slots=True)
class Owned:
    """An interval of ownership, its end excluded."""

    owner: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an action waits, and the open action that would help, if there is one."""

    message: str
    remedy: Action | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """An action that is not possible now, and why.

    `roles` names those it is reserved to, when the viewer has none of them;
    `sources` the states it starts from, when the device is in another.
    """

    action: Action
    reasons: Sequence[Reason] = ()
    roles: str = ""
    sources: str = ""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """Everything the page shows; templates only lay it out."""

    device: Device
    title: str
    category: str
    facts: Sequence[tuple[str, str]]
    missing: Sequence[str]
    holds_media: bool
    owner: OwnerRow
    manager: str
    site: str
    seen: Sighting | None
    holder: str
    ownerships: Sequence[Owned]
    evidence: Sequence[Evidence]
    hand_overs: Sequence[HandOver]
    entries: Sequence[Entry]
    origins: Sequence[Origin]
    notes: NotesBox
    files: FilesBox
    codes: CodesBox
    label: LabelBox
    erasures: ErasureBox
    repairs: RepairsBox
    slips: SlipBox
    decommissions: Sequence[tuple[str, str]]
    purchase: PurchaseBox | None
    may_merge: bool
    kept: str
    today: date
    forms: Sequence[ActionForm]
    waiting: Sequence[Blocked]
    reserved: Sequence[Blocked]
    elsewhere: Sequence[Blocked]
    refused: Try | None


def device_view(
    session: Session,
    viewer: Viewer,
    row: DeviceRow,
    *,
    now: datetime,
    today: date,
    tried: Try | None = None,
) -> DeviceView:
    """Gather the page of a device; `tried` is a submission that was refused.

    Raises:
        ConflictError: the row has no history; `parc db check` tells more.
    """
    device, events = life_of(session, row)
    owner = owner_of(session, row)
    rules = rules_for(session, owner, today)
    names = names_for(session, events, rules)
    category = rules.categories[row.category]
    actor = viewer.as_actor(row.owner_id)
    allowed, blocked = _actions(device, actor, now, rules)
    sites = people.sites(session, [row.owner_id])
    forms = [
        action_form(
            action,
            rules,
            sites,
            version=device.version,
            device=device,
            values=present_facts(device) if action is Action.DESCRIBE else None,
            tried=tried if tried and tried.action is action else None,
        )
        for action in allowed
        if action is not Action.MERGE  # it has a page of its own
    ]
    return DeviceView(
        device=device,
        title=row.label or names.categories.get(device.category, device.category),
        category=names.categories.get(device.category, device.category),
        facts=facts_shown(device, names),
        missing=[_within(f.label) for f in missing_facts(device, category)],
        holds_media=bool(device.media) or category.storage is not Storage.NONE,
        owner=owner,
        manager=names.owners.get(device.manager, device.manager),
        site=names.sites.get(device.site or 0, ""),
        seen=last_seen(session, viewer, row.id),
        holder=names.person(device.holder),
        ownerships=_ownerships(session, row.id),
        evidence=device.evidence,
        hand_overs=device.hand_overs,
        entries=timeline(events, names),
        origins=origins(session, viewer, device, events, names),
        notes=notes_box(session, viewer, row),
        files=files_box(session, viewer, row),
        codes=codes_box(session, viewer, row),
        label=label_box(session, viewer, row),
        erasures=erasure_box(session, viewer, row, device),
        repairs=repairs_box(session, viewer, row),
        slips=slip_box(session, viewer, row),
        decommissions=decommission_box(session, viewer, row),
        purchase=purchase_box(session, viewer, row),
        may_merge=device.void is None
        and not TRANSITIONS[Action.MERGE].roles.isdisjoint(actor.roles),
        kept=_kept(session, viewer, device),
        today=today,
        forms=forms,
        waiting=[
            b
            for b in blocked
            if not (b.roles or b.sources) and b.action is not Action.MERGE
        ],
        reserved=[b for b in blocked if b.roles and not b.sources],
        elsewhere=[b for b in blocked if b.sources],
        # Refused, and no form of that action is shown any more: say so on top.
        refused=tried if tried and tried.action not in allowed else None,
    )


def _kept(session: Session, viewer: Viewer, device: Device) -> str:
    """Give the tag of the device kept in a merged one's place, if it may be seen."""
    into = device.void.into if device.void else None
    row = find(session, viewer, into) if into else None
    return row.tag if row else ""


def names_for(session: Session, events: Sequence[Event], rules: Rules) -> Names:
    """Load every name that a device's events refer to."""
    categories = {key: kind.label for key, kind in rules.categories.items()}
    return names_in(session, events, rules.owners, categories)


def names_in(
    session: Session,
    events: Sequence[Event],
    owners: Mapping[str, str],
    categories: Mapping[str, str],
) -> Names:
    """Load the names that events refer to; owners' and categories' are known."""
    persons = {
        str(event.details["holder"]) for event in events if event.details.get("holder")
    }
    places = {
        int(str(event.details["site"])) for event in events if event.details.get("site")
    }
    return Names(
        actors=people.actor_names(session, {event.actor for event in events}),
        persons=people.person_names(session, persons),
        sites=people.site_names(session, places),
        owners=owners,
        categories=categories,
    )


def facts_shown(device: Device, names: Names) -> list[tuple[str, str]]:
    """List the facts that are known, with their labels and French formats."""
    known: Mapping[str, Json] = device.facts
    shown = [
        (field.label, value_of(field, known[field.name], names))
        for field in FACT_FIELDS
        if field.name != "category" and _says_something(field, known.get(field.name))
    ]
    if tag := device.text_fact("foreign_tag"):
        shown.insert(0, ("Étiquette d'un autre outil", tag))
    return shown


def _says_something(field: Field, value: Json) -> bool:
    empty = value is None or value == ""
    return not empty and not (field.kind is Kind.CHOICE and value in _SAYS_NOTHING)


def _actions(
    device: Device, actor: Actor, now: datetime, rules: Rules
) -> tuple[list[Action], list[Blocked]]:
    allowed: list[Action] = []
    refused: dict[Action, tuple[Refusal, ...]] = {}
    for action in TRANSITIONS:
        if action is Action.REGISTER:
            continue
        if TRANSITIONS[action].from_void is not device.void_kind:
            continue  # of no use to what is in the inventory, or out of it
        command = Command(action, rules.today, now, actor)
        if reasons := blockers(device, action, actor, command, rules):
            refused[action] = reasons
        else:
            allowed.append(action)
    moving = [a for a in allowed if TRANSITIONS[a].changes_state]
    rest = [a for a in allowed if a not in moving]
    return [*moving, *rest], [_blocked(a, r, allowed) for a, r in refused.items()]


def _blocked(
    action: Action, refusals: Sequence[Refusal], allowed: Sequence[Action]
) -> Blocked:
    codes = {refusal.code for refusal in refusals}
    row = TRANSITIONS[action]
    return Blocked(
        action,
        reasons=[
            Reason(refusal.message, _remedy(refusal.code, allowed))
            for refusal in refusals
            if refusal.code not in {_WRONG_STATE, _WRONG_ROLE}
        ],
        roles=roles_in_words(row.roles) if _WRONG_ROLE in codes else "",
        sources=states_in_words(row.sources) if _WRONG_STATE in codes else "",
    )


def _remedy(code: str, allowed: Sequence[Action]) -> Action | None:
    """Name the action that lifts a reason, if it is open now."""
    remedy = _REMEDIES.get(code)
    return remedy if remedy in allowed else None


def _within(label: str) -> str:
    """Write a label inside a sentence; « UUID » stays as it is."""
    return label if label.isupper() else label[:1].lower() + label[1:]


def _ownerships(session: Session, device_id: int) -> list[Owned]:
    rows = ownerships_of(session, device_id)
    wanted = {row.owner_id for row in rows}
    found = session.exec(
        select(OwnerRow.id, OwnerRow.name).where(col(OwnerRow.id).in_(wanted))
    )
    names = dict(found.all())
    return [Owned(names[r.owner_id], r.starts_on, r.ends_on) for r in rows]
