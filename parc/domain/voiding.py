"""Registered by mistake, or twice: out of the inventory, and back in it.

A device that is discarded or merged counts nowhere, as if it had never been
registered; its history stays, and `restore` and `split` take the decision back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from parc.domain.command import Command, Rules
from parc.domain.device import Device
from parc.domain.fields import Field, Kind
from parc.domain.guards import Guard
from parc.domain.refusal import Refusal
from parc.domain.transition import row
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    GONE,
    Action,
    Level,
    Role,
    State,
    VoidKind,
)

UNDONE_BY = {VoidKind.DISCARDED: Action.RESTORE, VoidKind.MERGED: Action.SPLIT}
"""The one action that brings a void device back."""

UNDO_OF: Mapping[Action, Action] = {
    Action.DISCARD: Action.RESTORE,
    Action.MERGE: Action.SPLIT,
}
"""What takes an action back, where it is not an annulment."""

_WEIGHS = DECOMMISSIONED_AND_HELD | GONE
"""From the réforme on a device counts in the rates (décret 2023-266 art. 3)."""


def why_out(device: Device) -> Refusal | None:
    """Say why nothing may be done with a device that is out of the inventory."""
    void = device.void
    if void is None:
        return None
    if void.kind is VoidKind.MERGED:
        told = f"a été fusionné avec {void.into} : tout se note sur celui-ci"
    else:
        told = "a été écarté de l'inventaire"
    undo = UNDONE_BY[void.kind].label
    return Refusal("void", f"Ce matériel {told} (« {undo} » le reprend).")


def _lead_once_decommissioned(
    device: Device, command: Command, _rules: Rules
) -> Iterator[Refusal]:
    if device.state in _WEIGHS and Role.FLEET_LEAD not in command.actor.roles:
        yield Refusal(
            "role",
            "À partir de la réforme, seul le responsable du parc retire un matériel "
            "de l'inventaire ou l'y remet.",
        )


def _never_left(device: Device, _command: Command, _rules: Rules) -> Iterator[Refusal]:
    if _departures(device):
        yield Refusal(
            "has_left",
            "Ce matériel a été remis ou enlevé : il a bien existé et ne se fusionne "
            "pas. Fusionnez plutôt l'autre fiche avec celle-ci.",
        )


def _no_documented_departure(
    device: Device, _command: Command, _rules: Rules
) -> Iterator[Refusal]:
    if Level.DOCUMENTED in _departures(device):
        yield Refusal(
            "has_left",
            "Ce matériel a été remis ou enlevé avec ses pièces : il a bien existé. "
            "Annulez d'abord ces événements.",
        )


def _departures(device: Device) -> set[Level]:
    """Tell how the departures of a device, undone since or not, were vouched for."""
    levels = {step.level for step in device.steps if step.state in GONE}
    return levels | {hand_over.level for hand_over in device.hand_overs}


def _mergeable(device: Device, command: Command, rules: Rules) -> Iterator[Refusal]:
    into = command.details.get("into")
    if not into:
        return  # the field itself is asked for
    kept = rules.others.get(str(into))
    if str(into) == device.tag:
        message = "un matériel ne se fusionne pas avec lui-même."
        code = "same_device"
    elif kept is None or kept.owner != device.owner:
        message = f"aucun matériel du même propriétaire ne porte l'étiquette {into}."
        code = "unknown_device"
    elif kept.void is not None:
        message = f"{into} est lui-même hors de l'inventaire (« {_state(kept)} »)."
        code = "void_device"
    else:
        return
    yield Refusal(code, f"« {_INTO.label} » : {message}", "into")


def _state(device: Device) -> str:
    return "" if device.void is None else device.void.kind.label


LEAD_ONCE_DECOMMISSIONED = Guard(
    "à partir de la réforme, par le responsable du parc",
    _lead_once_decommissioned,
    papers=False,
)
NEVER_LEFT = Guard("jamais remis ni enlevé", _never_left, papers=False)
NO_DOCUMENTED_DEPARTURE = Guard(
    "jamais remis ni enlevé avec ses pièces", _no_documented_departure, papers=False
)
MERGEABLE = Guard(
    "un autre matériel du même propriétaire, lui-même dans l'inventaire",
    _mergeable,
    papers=False,
)

_INTO = Field("into", "Étiquette du matériel conservé", required=True)
_REASON = Field("reason", "Motif", Kind.LONG_TEXT, required=True)
_MANAGERS = frozenset({Role.COMMUNE_MANAGER, Role.FLEET_LEAD})
_EVERY_STATE = frozenset(State)

VOIDING = (
    row(
        Action.DISCARD,
        _EVERY_STATE,
        (),
        _MANAGERS,
        (_REASON,),
        (LEAD_ONCE_DECOMMISSIONED, NO_DOCUMENTED_DEPARTURE),
    ),
    row(
        Action.MERGE,
        _EVERY_STATE,
        (),
        _MANAGERS,
        (_INTO, _REASON),
        (MERGEABLE, LEAD_ONCE_DECOMMISSIONED, NEVER_LEFT),
    ),
    *(
        replace(
            row(
                action,
                _EVERY_STATE,
                (),
                _MANAGERS,
                (replace(_REASON, required=False),),
                (LEAD_ONCE_DECOMMISSIONED,),
            ),
            from_void=kind,
        )
        for kind, action in UNDONE_BY.items()
    ),
)
"""The rows of the lifecycle table for these four actions."""
