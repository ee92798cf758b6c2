"""Until when the maker of an operating system corrects it, told from its name.

What an inventory says is free text (« Microsoft Windows 11 Pro 10.0.22631 »); the
systems are data (`parc/reference/os_support.yaml`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from parc.domain.entry import DataError, Entry
from parc.domain.search import fold

_WORD = re.compile(r"[^\W_]+")
_URL = re.compile(r"https?://[^\s<>]+", re.ASCII)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class System:
    """An operating system. `ends_on`: the last day of free support, if published.

    `checked_on`: when that day was last compared with a source; None: it was not.

    Each of `patterns` is a tuple of phrases that must all be there. `note` (French)
    says what the day leaves out, or why there is none.
    """

    id: str
    name: str
    patterns: tuple[tuple[str, ...], ...]
    ends_on: date | None
    source: str
    checked_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Systems:
    """All systems in the order in which they are tried.

    `kinds` are the categories of devices that have one; `noise` words say nothing.
    """

    systems: Mapping[str, System]
    kinds: frozenset[str]
    noise: frozenset[str]

    def named(self, text: str) -> System | None:
        """Find the system that a text names; None: not known."""
        words = _WORD.findall(fold(text[:_LONGEST]))
        said = f" {' '.join(word for word in words if word not in self.noise)} "
        for system in self.systems.values():
            for phrases in system.patterns:
                if all(f" {phrase} " in said for phrase in phrases):
                    return system
        return None


def parse_systems(mapping: object, *, where: str) -> Systems:
    """Read the systems; `where` names the file in problems.

    Raises:
        DataError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    systems = {
        name: _system(name, child) for name, child in entry.by_id("systems").items()
    }
    kinds, noise = entry.texts("kinds"), entry.texts("noise")
    entry.finish()
    if problems:
        raise DataError(problems)
    return Systems(systems, frozenset(kinds), frozenset(noise))


def _system(name: str, entry: Entry) -> System:
    patterns = entry.texts("patterns")
    system = System(
        id=name,
        name=entry.text("name"),
        patterns=tuple(_phrases(entry, pattern) for pattern in patterns),
        ends_on=entry.day("ends_on") if "ends_on" in entry else None,
        source=entry.matching("source", _URL, "an address (https://…)"),
        checked_on=entry.day("checked_on") if "checked_on" in entry else None,
        note=entry.optional_text("note") or "",
    )
    if system.ends_on is None and not system.note:
        entry.wrong("note", "say why there is no ends_on")
    entry.finish()
    return system


def _phrases(entry: Entry, pattern: str) -> tuple[str, ...]:
    phrases = tuple(pattern.split(" + "))
    for phrase in phrases:
        if phrase != " ".join(_WORD.findall(fold(phrase))):
            entry.wrong("patterns", f"{pattern!r}: write it in plain lower case")
    return phrases
