"""Enums whose members carry their value and their French label together."""

from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Self


class Labelled(StrEnum):
    """Members are `NAME = "value", "Libellé"`; they equal and store the value."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        # Type checkers see this signature for look-ups by value too, hence the
        # default; every member does give its label.
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    if not TYPE_CHECKING:
        # The library's own is a call in Python, ten times for each row of a file.
        value = property(attrgetter("_value_"))
