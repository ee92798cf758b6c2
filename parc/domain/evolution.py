"""What each event makes of a device: the fold that rebuilds the present."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from parc.domain.device import Device, Evidence, HandOver, Medium, Step, Void
from parc.domain.events import Event
from parc.domain.fields import Json
from parc.domain.transitions import FACT_NAMES, TRANSITIONS
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    Action,
    EvidenceKind,
    HandOverOutcome,
    MediumKind,
    Route,
    Settlement,
    State,
    VoidKind,
)

_BACK_IN_USE = frozenset({Action.ASSIGN, Action.LEND, Action.RETURN_FROM_TAKER})
"""After these, somebody has used the device: erased media hold data again."""

_VOIDING: Mapping[Action, VoidKind] = {
    Action.DISCARD: VoidKind.DISCARDED,
    Action.MERGE: VoidKind.MERGED,
}

_FACTS_ONLY = frozenset({Action.DESCRIBE, Action.SETTLE_MEDIUM, Action.FILE_EVIDENCE})

_STATE_KEPT = frozenset(
    action for action, row in TRANSITIONS.items() if not row.changes_state
)

_NEW_CYCLE = frozenset({Action.REINSTATE, Action.RETURN_FROM_TAKER})
"""After these, papers filed for the previous departure no longer serve."""

_OPENING_FACTS = FACT_NAMES | {"foreign_tag"}


def evolve(device: Device | None, event: Event) -> Device:
    """Apply one live event (annulments are resolved by `events.live`).

    Raises:
        ValueError: the history does not begin with a registration.
    """
    if event.action is Action.REGISTER:
        return _registered(event)
    if device is None:
        message = f"a history begins with {event.action.value}"
        raise ValueError(message)
    return _step(_changed(device, event), device, event)


def void_by(event: Event) -> Void | None:
    """Tell how an event takes its device out of the inventory; None: it does not."""
    kind = _VOIDING.get(event.action)
    if kind is None:
        return None
    return Void(kind, event.effective_on, _text(event.details.get("into")))


def _registered(event: Event) -> Device:
    details = event.details
    media = details.get("media")
    # Registered as réformé by an import: that day is all that is known.
    reformed = event.state in DECOMMISSIONED_AND_HELD
    decommissioned_on = event.effective_on if reformed else None
    first = Step(
        event.effective_on, event.state, event.owner, decommissioned_on, event.level
    )
    return Device(
        tag=str(details["tag"]),
        owner=event.owner,
        manager=str(details["manager"]),
        category=str(details["category"]),
        state=event.state,
        version=event.seq,
        since=event.effective_on,
        facts={key: details[key] for key in details if key in _OPENING_FACTS},
        site=_integer(details.get("site")),
        holder=_text(details.get("holder")),
        media=_media(media) if isinstance(media, list) else (),
        decommissioned_on=decommissioned_on,
        steps=(first,),
        latest_action=event.action,
        latest_actor=event.actor,
        latest_seq=event.seq,
    )


def _step(after: Device, before: Device, event: Event) -> Device:
    steps = after.steps
    since = after.since
    state, owner = event.state, event.owner
    if event.action in _STATE_KEPT:
        # Recorded with the state of that day, which may be later than the event's.
        state, owner = before.state, before.owner
    if (state, owner) != (before.state, before.owner):
        since = event.effective_on
        steps = (
            *steps,
            Step(
                since,
                state,
                owner,
                after.decommissioned_on,
                event.level,
            ),
        )
    return replace(
        after,
        state=state,
        owner=owner,
        version=event.seq,
        since=since,
        steps=steps,
        latest_action=event.action,
        latest_actor=event.actor,
        latest_seq=event.seq,
        before=before,
    )


def _changed(device: Device, event: Event) -> Device:
    """Apply what is particular to the action, then what moves with any of them."""
    change = _CHANGES.get(event.action)
    if change is not None:
        device = change(device, event)
    if event.action in _FACTS_ONLY:
        return device
    return _fresh_cycle(_placed(device, event), event)


def _voided(device: Device, event: Event) -> Device:
    return replace(device, void=void_by(event))


def _proposed(device: Device, event: Event) -> Device:
    return replace(device, proposer=event.actor)


def _decommissioned(device: Device, event: Event) -> Device:
    return replace(
        device,
        decommissioned_on=event.effective_on,
        decommissioned_by=event.actor,
        holder=None,
    )


def _reinstated(device: Device, _event: Event) -> Device:
    return replace(device, decommissioned_on=None, decommissioned_by=None)


def _given_back(device: Device, _event: Event) -> Device:
    return replace(device, holder=None)


def _proved(device: Device, event: Event) -> Device:
    proof = device.hand_overs[-1].proof_on or event.effective_on
    return _outcome(device, HandOverOutcome.PROVED, proof)


def _returned(device: Device, _event: Event) -> Device:
    return _outcome(device, HandOverOutcome.RETURNED)


def _recycled_by_taker(device: Device, _event: Event) -> Device:
    return _outcome(device, HandOverOutcome.RECYCLED)


def _placed(device: Device, event: Event) -> Device:
    site = _integer(event.details.get("site"))
    holder = _text(event.details.get("holder"))
    manager = _text(event.details.get("manager"))
    if site is not None:
        device = replace(device, site=site)
    if manager is not None:
        device = replace(device, manager=manager)
    if holder is not None:
        device = replace(device, holder=holder)
    return device


def _fresh_cycle(device: Device, event: Event) -> Device:
    if event.action in _NEW_CYCLE:
        device = replace(device, evidence=())
    if event.action in _BACK_IN_USE:
        media = tuple(
            replace(medium, settlement=None, document=None)
            if medium.settlement is Settlement.ERASED
            else medium
            for medium in device.media
        )
        device = replace(device, media=media)
    return device


def _described(device: Device, event: Event) -> Device:
    details = event.details
    facts = {**device.facts, **{k: details[k] for k in details if k in FACT_NAMES}}
    device = replace(device, facts=facts, category=str(facts["category"]))
    serial = _text(details.get("medium_serial"))
    if serial is None:
        return device
    kind = MediumKind(str(details.get("medium_kind", MediumKind.UNKNOWN)))
    capacity = _integer(details.get("medium_capacity_gb"))
    return device.with_medium(Medium(serial, kind, capacity))


def _settled(device: Device, event: Event) -> Device:
    details = event.details
    serial = str(details["serial"])
    known = next((m for m in device.media if m.serial == serial), Medium(serial))
    kind = MediumKind(str(details.get("kind", known.kind)))
    settlement = Settlement(str(details["outcome"]))
    return device.with_medium(
        replace(
            known,
            kind=kind,
            settlement=settlement,
            document=_text(details.get("document")),
        )
    )


def _filed(device: Device, event: Event) -> Device:
    details = event.details
    evidence = Evidence(
        kind=EvidenceKind(str(details["kind"])),
        dated_on=date.fromisoformat(str(details["dated_on"])),
        reference=_text(details.get("reference")),
        document=_text(details.get("document")),
        level=event.level,
    )
    device = replace(device, evidence=(*device.evidence, evidence))
    if device.state not in {State.HANDED_OVER, State.REUSE_PROVED}:
        return device
    hand_over = device.hand_overs[-1]
    if evidence.kind is EvidenceKind.COMMITMENT:
        hand_over = replace(
            hand_over, commitment_on=_earliest(hand_over.commitment_on, evidence)
        )
    elif evidence.kind is EvidenceKind.PROOF:
        hand_over = replace(hand_over, proof_on=_earliest(hand_over.proof_on, evidence))
    return replace(device, hand_overs=(*device.hand_overs[:-1], hand_over))


def _earliest(known: date | None, evidence: Evidence) -> date:
    return evidence.dated_on if known is None else min(known, evidence.dated_on)


def _handed_over(device: Device, event: Event) -> Device:
    def first(kind: EvidenceKind) -> date | None:
        days = [e.dated_on for e in device.evidence if e.kind is kind]
        return min(days, default=None)

    hand_over = HandOver(
        seq=event.seq,
        on=event.effective_on,
        owner=device.owner,
        route=Route(str(event.details["route"])),
        taker=_text(event.details.get("taker_siret"))
        or _text(event.details.get("taker")),
        level=event.level,
        decommissioned_on=device.decommissioned_on,
        commitment_on=first(EvidenceKind.COMMITMENT),
        proof_on=first(EvidenceKind.PROOF),
    )
    device = replace(
        device,
        hand_overs=(*device.hand_overs, hand_over),
        holder=None,
        site=None,
    )
    if event.owner == device.owner:
        return device
    # The receiver uses this parc too: its own life of the device begins here.
    manager = event.owner if device.manager == device.owner else device.manager
    return replace(
        device,
        manager=manager,
        evidence=(),
        proposer=None,
        decommissioned_on=None,
        decommissioned_by=None,
    )


def _outcome(
    device: Device, outcome: HandOverOutcome, proof_on: date | None = None
) -> Device:
    hand_over = replace(device.hand_overs[-1], outcome=outcome)
    if proof_on is not None:
        hand_over = replace(hand_over, proof_on=proof_on)
    return replace(device, hand_overs=(*device.hand_overs[:-1], hand_over))


def _media(listed: list[Json]) -> tuple[Medium, ...]:
    """Read the media of a registration; a serial given twice is one medium."""
    media = {
        str(item["serial"]): Medium(
            serial=str(item["serial"]),
            kind=MediumKind(str(item.get("kind") or MediumKind.UNKNOWN)),
            capacity_gb=_integer(item.get("capacity_gb")),
        )
        for item in listed
        if isinstance(item, dict)
    }
    return tuple(media.values())


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _integer(value: Json) -> int | None:
    return value if isinstance(value, int) else None


_CHANGES: Mapping[Action, Callable[[Device, Event], Device]] = {
    Action.DESCRIBE: _described,
    Action.SETTLE_MEDIUM: _settled,
    Action.FILE_EVIDENCE: _filed,
    Action.PROPOSE_DECOMMISSION: _proposed,
    Action.DECOMMISSION: _decommissioned,
    Action.REINSTATE: _reinstated,
    Action.RETURN: _given_back,
    Action.HAND_OVER: _handed_over,
    Action.PROVE_REUSE: _proved,
    Action.RETURN_FROM_TAKER: _returned,
    Action.REPORT_RECYCLED_BY_TAKER: _recycled_by_taker,
    Action.DISCARD: _voided,
    Action.MERGE: _voided,
}
