"""Values that nothing changes once they are made, and that are quick to make."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a data class whose members the type checker keeps from being changed.

    A data class that is frozen when it runs, too, takes three times as long to make:
    an import makes eight values for each row, a replay two for each event.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
