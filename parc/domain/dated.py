"""Values that hold from a day on, until the next one starts."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar


class Dated(Protocol):
    """Anything that holds from a day on."""

    @property
    def starts_on(self) -> date:
        """The first day on which it holds."""


_Value = TypeVar("_Value", bound=Dated)


class NotInForceError(LookupError):
    """Nothing holds yet on the day asked; the message is French, for users."""

    def __init__(self, label: str, day: date, first: date) -> None:
        super().__init__(
            f"« {label} »\u00a0: aucune valeur avant le {first:%d/%m/%Y} "
            f"(demandée au {day:%d/%m/%Y})."
        )


def latest(values: Sequence[_Value], day: date, label: str) -> _Value:
    """Give the value in force on `day`: the last one that started by then.

    `values` is in order of start and not empty; `label` names them in French.

    Raises:
        NotInForceError: `day` comes before the first of them.
    """
    started = [value for value in values if value.starts_on <= day]
    if not started:
        raise NotInForceError(label, day, values[0].starts_on)
    return started[-1]


def start_problems(starts: Sequence[date]) -> list[str]:
    """Say in English what is wrong with a sequence of starts."""
    return [
        f"{after} is there twice"
        if before == after
        else f"{after} comes after {before}: sort by date"
        for before, after in pairwise(starts)
        if before >= after
    ]
