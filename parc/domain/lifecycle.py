"""Decide what may happen to a device, and what each event makes of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from parc.domain.command import Actor, Command, Rules
from parc.domain.device import Device
from parc.domain.events import Event, live
from parc.domain.evolution import evolve
from parc.domain.fields import Field, Form, Json, Kind, parse
from parc.domain.provenance import LINE
from parc.domain.refusal import Refusal
from parc.domain.transition import Transition
from parc.domain.transitions import SECOND_PERSON_FROM, TRANSITIONS
from parc.domain.vocabulary import (
    IN_USE,
    REVERSALS,
    Action,
    Level,
    Route,
    State,
)
from parc.domain.voiding import why_out

_AFTER_A_HAND_OVER = frozenset({State.HANDED_OVER, State.REUSE_PROVED})
"""States that make no sense without the departure that led to them."""

OPENING_STATES = IN_USE | {State.ORDERED}
"""States in which an import may register a device without declaring a past."""


def decide(
    device: Device, command: Command, rules: Rules, *, fields: Form | None = None
) -> Event | tuple[Refusal, ...]:
    """Judge a command: the event to record, or every reason against it.

    The event's `seq` follows the device's version. Its details are typed and
    checked: dates in ISO form, money in cents. `fields` are those of `fields_of`,
    got ready by who judges many commands of one action.
    """
    transition = TRANSITIONS[command.action]
    declared = rules.accepts_declared(command)
    expected = fields or fields_of(transition, rules)
    details, refusals = parse(expected, command.details, lenient=declared)
    typed = replace(command, details=details)
    refusals = [*_blockers(device, transition, typed, rules), *refusals]
    refusals += _wrong_day(device, transition, typed, rules)
    refusals += _wrong_level(typed)
    target = _target(device, transition, details)
    if refusals:
        return tuple(refusals)
    owner = device.owner
    if command.action in REVERSALS and device.before is not None:
        details = {**details, "seq": device.latest_seq}
        target, owner = device.before.state, device.before.owner
    if moves_to_another_parc(details, rules.owners):
        target, owner = State.IN_STOCK, str(details["taker_siret"])
    if command.line is not None:
        details[LINE] = command.line
    return Event(
        seq=device.version + 1,
        action=command.action,
        effective_on=command.effective_on,
        recorded_at=command.at,
        actor=command.actor.id,
        state=target,
        owner=owner,
        level=command.level,
        source=command.source,
        details=details,
    )


def register(
    tag: str,
    owner: str,
    manager: str,
    command: Command,
    rules: Rules,
    *,
    media: Iterable[Mapping[str, Json]] = (),
    fields: Form | None = None,
) -> Event | tuple[Refusal, ...]:
    """Judge the registration of a new device of `owner` (SIRET) under `tag`.

    A person registers what is ordered or in stock; an import registers the
    state that the file declares, and states from the réforme on only for days
    before the owner's first day (decision D11). `command.details` holds
    `target`, the facts, `site` and `holder`. `fields` are those of
    `opening_fields`, got ready by who registers many devices.
    """
    transition = TRANSITIONS[Action.REGISTER]
    imported = command.source is not None
    expected = fields or opening_fields(rules, imported=imported)
    details, refusals = parse(expected, command.details)
    refusals = [*_role(transition, command), *refusals]
    refusals += _future(command, rules)
    target = State(str(details.pop("target", State.IN_STOCK)))
    if target not in OPENING_STATES and not rules.accepts_declared(command):
        refusals.append(_papers_needed(target))
    elif target in _AFTER_A_HAND_OVER:
        message = "Une remise se déclare par sa destination et sa date, pas par l'état."
        refusals.append(Refusal("hand_over_untold", message, "target"))
    if refusals:
        return tuple(refusals)
    opened: dict[str, Json] = {**details, "tag": tag, "manager": manager}
    if listed := [dict(medium) for medium in media]:
        opened["media"] = list(listed)
    if command.line is not None:
        opened[LINE] = command.line
    return Event(
        seq=1,
        action=Action.REGISTER,
        effective_on=command.effective_on,
        recorded_at=command.at,
        actor=command.actor.id,
        state=target,
        owner=owner,
        level=command.level,
        source=command.source,
        details=opened,
    )


def blockers(
    device: Device, action: Action, actor: Actor, command: Command, rules: Rules
) -> tuple[Refusal, ...]:
    """List why an action is not possible now, whatever one would type in."""
    asked = replace(command, action=action, actor=actor, details={})
    reasons = _blockers(device, TRANSITIONS[action], asked, rules)
    return tuple(reason for reason in reasons if reason.field is None)


def replay(events: Iterable[Event]) -> Device | None:
    """Rebuild a device from its events, in `seq` order; None when there are none."""
    recorded = list(events)
    if len(recorded) == 1:  # nearly all that a first import brings
        return evolve(None, recorded[0])
    device: Device | None = None
    for event in live(recorded):
        device = evolve(device, event)
    if device is not None and device.version != recorded[-1].seq:
        device = replace(device, version=recorded[-1].seq)
    return device


def fields_of(
    transition: Transition, rules: Rules, *, imported: bool = False
) -> tuple[Field, ...]:
    """Complete an action's fields with the choices that data and table decide."""
    return tuple(
        _completed(field, transition, rules, imported) for field in transition.fields
    )


def opening_fields(rules: Rules, *, imported: bool) -> tuple[Field, ...]:
    """List the fields of a registration, by a person or by an import."""
    return fields_of(TRANSITIONS[Action.REGISTER], rules, imported=imported)


def moves_to_another_parc(details: Mapping[str, Json], owners: Collection[str]) -> bool:
    """Tell whether a hand-over opens the receiver's ownership at once.

    A public transfer to an owner that also uses this parc keeps one history
    (decision D1): the device is in stock at the receiver's.
    """
    return (
        details.get("route") == Route.PUBLIC_TRANSFER
        and details.get("taker_siret") in owners
    )


def _completed(
    field: Field, transition: Transition, rules: Rules, imported: bool
) -> Field:
    if field.name == "category" and field.kind is Kind.CHOICE:
        labels = ((key, kind.label) for key, kind in rules.categories.items())
        return replace(field, choices=tuple(labels))
    if field.name == "target":
        targets = tuple(State) if imported else transition.targets
        return replace(field, choices=tuple((t.value, t.label) for t in targets))
    if field.name == "manager":
        return replace(field, choices=tuple(rules.owners.items()))
    return field


def _blockers(
    device: Device, transition: Transition, command: Command, rules: Rules
) -> Iterator[Refusal]:
    if device.void_kind is not transition.from_void:
        yield why_out(device) or _not_out(transition)
        yield from _role(transition, command)
        return
    declared = rules.accepts_declared(command)
    sources = transition.sources
    if declared:
        sources |= transition.declared_sources
    if device.state not in sources:
        yield _wrong_state(device, transition)
    yield from _role(transition, command)
    for guard in transition.guards:
        if not (declared and guard.papers):
            yield from guard.check(device, command, rules)
    if transition.action is Action.ANNUL:
        yield from _annulment(device, command)


def _role(transition: Transition, command: Command) -> Iterator[Refusal]:
    # An import is allowed as a whole, to technicians, before its first row.
    if command.source is not None and command.level is Level.DECLARED:
        return
    if transition.roles.isdisjoint(command.actor.roles):
        names = " ou ".join(sorted(role.label for role in transition.roles))
        yield Refusal(
            "role", f"« {transition.action.label} » est réservé au rôle : {names}."
        )


def _wrong_state(device: Device, transition: Transition) -> Refusal:
    names = ", ".join(state.label for state in State if state in transition.sources)
    return Refusal(
        "wrong_state",
        f"« {transition.action.label} » n'est pas possible depuis l'état "
        f"« {device.state.label} » (possible depuis : {names}).",
    )


def _not_out(transition: Transition) -> Refusal:
    kind = "" if transition.from_void is None else transition.from_void.label.lower()
    return Refusal(
        "not_void",
        f"« {transition.action.label} » ne vaut que pour un matériel {kind}.",
    )


def _wrong_day(
    device: Device, transition: Transition, command: Command, rules: Rules
) -> Iterator[Refusal]:
    yield from _future(command, rules)
    if transition.changes_state and command.effective_on < device.since:
        yield Refusal(
            "before_previous_event",
            f"La date d'effet précède le dernier changement d'état "
            f"({device.since:%d/%m/%Y}).",
            "effective_on",
        )


def _future(command: Command, rules: Rules) -> Iterator[Refusal]:
    if command.effective_on > rules.today:
        yield Refusal(
            "future_date", "La date d'effet est dans le futur.", "effective_on"
        )


def _wrong_level(command: Command) -> Iterator[Refusal]:
    if command.level is Level.DECLARED and command.source is None:
        yield Refusal(
            "declared_by_hand", "Seul un import peut déclarer sans justificatif."
        )


def _papers_needed(target: State) -> Refusal:
    return Refusal(
        "papers_needed",
        f"L'état « {target.label} » se constate dans parc avec ses pièces : un "
        "import ne le déclare que pour une date antérieure au premier jour du "
        "propriétaire dans parc.",
        "target",
    )


def _annulment(device: Device, command: Command) -> Iterator[Refusal]:
    if device.before is None:
        yield Refusal("nothing_to_annul", "L'enregistrement ne s'annule pas.")
        return
    states = {device.state, device.before.state}
    if states & SECOND_PERSON_FROM and device.latest_actor == command.actor.id:
        yield Refusal(
            "same_person",
            "À partir de la réforme, un événement est annulé par une autre "
            "personne que celle qui l'a enregistré.",
        )


def _target(
    device: Device, transition: Transition, details: Mapping[str, Json]
) -> State:
    if not transition.targets:
        return device.state
    if transition.action is Action.FIND:
        return State.DECOMMISSIONED if device.decommissioned_on else State.TO_QUALIFY
    return State(str(details.get("target", transition.targets[0])))
