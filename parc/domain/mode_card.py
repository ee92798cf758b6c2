"""Cards for the bench: a printed code that says what the next scans do.

`CMD-RETOUR-STOCK-P`: always our own, with a check character, so that a card is
understood whatever the keyboard and nothing else is ever taken for one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from parc.domain.asset_tag import check_character
from parc.domain.vocabulary import Action, State

_SHAPE = re.compile(r"CMD(?:-[A-Z]+)+-[0-9A-Z]", re.ASCII)
_UNDO = "ANNULER"
_PAUSE = "PAUSE"
_TRIAL = "ESSAI"


@dataclass(frozen=True, slots=True)
class ModeCard:
    """What a card orders: an action with its target, to undo, or to pause."""

    word: str
    label: str
    action: Action | None = None
    target: State | None = None

    @property
    def code(self) -> str:
        """What is printed as a bar code."""
        return f"CMD-{self.word}-{check_character('CMD' + self.word.replace('-', ''))}"

    @property
    def undoes(self) -> bool:
        """Tell whether the card takes the latest scan back."""
        return self.word == _UNDO

    @property
    def tries(self) -> bool:
        """Tell whether the card only says how the scanner is set."""
        return self.word == _TRIAL

    @property
    def details(self) -> dict[str, object]:
        """Give what the card itself tells of the action."""
        return {} if self.target is None else {"target": self.target.value}


_ACTIONS: tuple[tuple[str, Action, State | None], ...] = (
    ("RECEPTION", Action.RECEIVE, None),
    ("DEPLACER", Action.MOVE, None),
    ("RETOUR-STOCK", Action.RETURN, State.IN_STOCK),
    ("RETOUR-TRI", Action.RETURN, State.TO_QUALIFY),
    ("REPARE-STOCK", Action.RETURN_FROM_REPAIR, State.IN_STOCK),
    ("REPARE-SERVICE", Action.RETURN_FROM_REPAIR, State.IN_SERVICE),
    ("REMISE-ETAT", Action.RECONDITION, None),
    ("PRET", Action.DECLARE_READY, None),
    ("OFFRE", Action.OFFER, None),
    ("DEMONTER", Action.DISMANTLE, None),
    ("RETROUVE", Action.FIND, State.TO_QUALIFY),
)
"""Actions that ask for no text; one that needs a reason is armed on the screen."""


@cache
def cards() -> Mapping[str, ModeCard]:
    """List the cards by their code: the orders, then the actions."""
    made = [
        ModeCard(_UNDO, "Annuler le dernier scan"),
        ModeCard(_PAUSE, "Pause : les scans ne font plus rien"),
        ModeCard(_TRIAL, "Essai : dit si la douchette est bien réglée"),
    ]
    for word, action, target in _ACTIONS:
        label = action.label if target is None else f"{action.label} : {target.label}"
        made.append(ModeCard(word, label, action, target))
    return MappingProxyType({card.code: card for card in made})


def read(text: str) -> ModeCard | None:
    """Read a card, in any letter case; None when it is none of ours."""
    return cards().get(text.strip().upper())


def looks_like_card(text: str) -> bool:
    """Tell whether a code has the shape of a card, whatever its check character."""
    return _SHAPE.fullmatch(text.strip().upper()) is not None
