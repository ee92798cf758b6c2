"""Read a mapping of a data file field by field, and keep every problem found."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

_Choice = TypeVar("_Choice", bound=StrEnum)

SLUG = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
_LARGEST = 10**12


class DataError(ValueError):
    """A data file breaks its form.

    `problems` names every place at fault, for the person who edits the file:
    `file: path.to.key: what is wrong`.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@contextmanager
def noting(problems: list[str]) -> Iterator[None]:
    """Note the problems of one part and go on: they are all told at once."""
    try:
        yield
    except DataError as error:
        problems.extend(error.problems)


class Entry:
    """One mapping of a data file.

    Each reader returns the typed value, or notes a problem and returns an empty
    value of that type: whoever reads raises once, at the end, if `problems` is
    not empty. `path` says where the mapping stands.
    """

    def __init__(self, raw: object, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        self.mapping: Mapping[object, object] = {}
        self._read: set[object] = set()
        if isinstance(raw, Mapping):
            self.mapping = raw
        else:
            self.problems.append(f"{path}: a mapping is expected, not {_kind(raw)}")

    def __contains__(self, key: str) -> bool:
        return key in self.mapping

    def wrong(self, key: str, reason: str) -> None:
        """Note that the value of `key` is not acceptable."""
        self.problems.append(f"{self.path}: {key}: {reason}")

    def raw(self, key: str) -> object:
        """Give a value as the file has it; None and a problem when missing."""
        self._read.add(key)
        if key not in self.mapping:
            self.wrong(key, "missing")
            return None
        return self.mapping[key]

    def text(self, key: str) -> str:
        """Read a text that says something."""
        value = self.raw(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if key in self.mapping:
            self.wrong(key, f"a non-empty text is expected, not {_kind(value)}")
        return ""

    def optional_text(self, key: str) -> str | None:
        """Read a text that may be left out, never left empty."""
        return self.text(key) if key in self else None

    def matching(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        """Read a text that matches a whole pattern."""
        value = self.text(key)
        if value and pattern.fullmatch(value) is None:
            self.wrong(key, f"{expected} is expected, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """Read a day."""
        value = self.raw(key)
        if type(value) is date:
            return value
        if key in self.mapping:
            self.wrong(key, f"a day (2023-01-31) is expected, not {_kind(value)}")
        return date.min

    def whole(self, key: str) -> int:
        """Read a whole number, zero or more."""
        value = self.raw(key)
        if type(value) is int and 0 <= value < _LARGEST:
            return value
        if key in self.mapping:
            self.wrong(key, f"a whole number is expected, not {_kind(value)}")
        return 0

    def optional_decimal(self, key: str) -> Decimal | None:
        """Read an exact decimal that may be left out, never left empty."""
        if key not in self:
            return None
        value = self.raw(key)
        number = exact(value)
        if number is None:
            self.wrong(key, not_exact(value))
        return None if number is None else Decimal(number)

    def flag(self, key: str) -> bool:
        """Read true or false; left out is false."""
        value = self.raw(key) if key in self else False
        if isinstance(value, bool):
            return value
        self.wrong(key, f"true or false is expected, not {_kind(value)}")
        return False

    def choice(self, key: str, choices: type[_Choice]) -> _Choice:
        """Read one member of an enum, by its value."""
        value = self.text(key)
        try:
            return choices(value)
        except ValueError:
            if value:
                known = ", ".join(choices)
                self.wrong(key, f"unknown {value!r}; one of {known} is expected")
        return next(iter(choices))

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of distinct texts, possibly empty."""
        value = self.raw(key)
        if (
            isinstance(value, list)
            and all(isinstance(item, str) and item for item in value)
            and len(set(value)) == len(value)
        ):
            return tuple(value)
        if key in self.mapping:
            self.wrong(key, "a list of distinct texts is expected")
        return ()

    def child(self, key: str) -> "Entry":
        """Read a mapping inside this one."""
        value = self.raw(key)
        return Entry(value if key in self else {}, f"{self.path}: {key}", self.problems)

    def children(self, key: str) -> list["Entry"]:
        """Read a list of mappings, one at least."""
        value = self.raw(key)
        if isinstance(value, list) and value:
            return [
                Entry(item, f"{self.path}: {key}[{index}]", self.problems)
                for index, item in enumerate(value)
            ]
        if key in self.mapping:
            self.wrong(key, "a list of one item or more is expected")
        return []

    def by_id(self, key: str) -> dict[str, "Entry"]:
        """Read a mapping of ids to mappings, one at least."""
        inner = self.child(key)
        if key in self and not inner.mapping:
            self.wrong(key, "one entry or more is expected")
        return inner.all_by_id()

    def all_by_id(self) -> dict[str, "Entry"]:
        """Read every key as the id (`lower_case_words`) of a mapping."""
        for key in self.mapping:
            if not isinstance(key, str) or SLUG.fullmatch(key) is None:
                self.wrong(str(key), "an id in lower case (some_words) is expected")
        return {str(key): self.child(str(key)) for key in self.mapping}

    def finish(self) -> None:
        """Note every key that nobody has read: a misspelt one must not vanish."""
        for key in self.mapping:
            if key not in self._read:
                self.wrong(str(key), "unknown key")


def exact(value: object) -> int | Decimal | None:
    """Give an exact number of zero or more; None when the value is not one."""
    if type(value) is int and 0 <= value < _LARGEST:
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def not_exact(value: object) -> str:
    """Say why a value is not an exact number."""
    if isinstance(value, float):
        return f'write the decimal between quotes ("{value}"): a float is not exact'
    return (
        'a whole number or a decimal between quotes ("0.25") is expected, '
        f"not {_kind(value)}"
    )


def _kind(value: object) -> str:
    return f"{value!r}"[:60] if isinstance(value, str) else type(value).__name__
