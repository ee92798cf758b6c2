"""The kinds of words whose meaning people may say, and the meanings of each."""

from collections.abc import Iterable, Mapping, Sequence

from imports.meanings import GONE
from parc.domain.intake import Destination
from parc.domain.labelled import Labelled
from parc.domain.vocabulary import Condition, MediumKind, Security, State

Choices = Sequence[tuple[str, str]]
Groups = Sequence[tuple[str, Choices]]
"""Choices by group; the first group may have no name."""

KINDS: Mapping[str, str] = {
    "category": "Catégories",
    "state": "Statuts",
    "destination": "Destinations",
    "condition": "États à l'achat",
    "medium_kind": "Types de disque",
    "security": "Mentions de sécurité",
}

_ENDS = frozenset({State.WASTE_COLLECTED, State.RECYCLED, State.MISSING, State.STOLEN})
"""States that a destination says, with its date."""


def groups(kind: str, categories: Choices) -> Groups:
    """Give the meanings that a word of a kind may have; `categories` are ours."""
    if kind == "category":
        return (("", categories),)
    if kind == "state":
        kept = [state for state in State if state not in _ENDS]
        gone = [(f"{GONE}{one.value}", one.label) for one in Destination]
        return (("Où il en est", _choices(kept)), ("Parti ou perdu", gone))
    if kind == "destination":
        return (("", _choices(Destination)),)
    if kind == "condition":
        return (("", _choices(c for c in Condition if c is not Condition.UNKNOWN)),)
    if kind == "security":
        return (("", _choices(Security)),)
    return (("", _choices(k for k in MediumKind if k is not MediumKind.UNKNOWN)),)


def meanings(kind: str, categories: Choices) -> dict[str, str]:
    """Give the French label of each meaning of a kind."""
    return {
        value: label
        for _, choices in groups(kind, categories)
        for value, label in choices
    }


def _choices(members: Iterable[Labelled]) -> Choices:
    return [(member.value, member.label) for member in members]
