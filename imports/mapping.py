"""How people say that a file is to be read, and by what its columns are known again.

A mapping belongs to a set of headings, in any order: the same list exported next year
is the same set, whatever stands above it and wherever its columns went.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imports.sheet import MOST_COLUMNS
from imports.vocabulary import plain

LONGEST_KEY = 120
"""Characters by which a heading is known: longer texts are hardly headings."""

LONGEST_WORD = 80
"""Characters of a word that can be given a meaning."""

Words = Mapping[str, Mapping[str, str]]
"""Per kind of words (`words.KINDS`), the meaning of each, by its plain form."""


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """How a column is read: the field it fills, in which unit.

    Without a field it is left out. `rank` orders the columns of one field, the first
    that says something wins; 0 leaves them in the order that parc proposes.
    """

    field: str = ""
    unit: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What a person said of a set of headings; other columns are read as proposed.

    `sheet` names the sheet to read, when it is not the one that parc would choose.
    """

    columns: Mapping[str, MappedColumn]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that an owner's people have said: mappings by digest, words by origin.

    `given` comes with the file, and goes before what is remembered.
    """

    mappings: Mapping[str, FileMapping] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    given: FileMapping | None = None
    given_words: Words = field(default_factory=dict)

    def words_of(self, origin: str) -> Words:
        """Give the words of lists of an origin, those given before those remembered."""
        known = self.words.get(origin, {})
        if not self.given_words:
            return known
        kinds = known.keys() | self.given_words.keys()
        return {
            kind: {**known.get(kind, {}), **self.given_words.get(kind, {})}
            for kind in kinds
        }


NO_MEMORY = Memory()


def keys_of(titles: Sequence[str]) -> tuple[str, ...]:
    """Name each column by its heading: « serie », « serie #2 », « #4 » without one."""
    keys: list[str] = []
    used: set[str] = set()
    for index, title in enumerate(titles[:MOST_COLUMNS]):
        name = plain(plain(title)[:LONGEST_KEY])
        key, number = name or f"#{index + 1}", 1
        while key in used:
            number += 1
            key = f"{name} #{number}"
        used.add(key)
        keys.append(key)
    return tuple(keys)


def key_of(text: str) -> str:
    """Read a key as people write it: as the heading is, or as parc wrote it."""
    name, mark, number = text.rpartition(" #")
    if mark and number.isdecimal() and name == plain(name):
        return text[:LONGEST_KEY]
    return plain(plain(text)[:LONGEST_KEY])


def digest_of(keys: Sequence[str]) -> str:
    """Sum up a set of headings, in any order; columns without one do not count."""
    named = {key for key in keys if not key.startswith("#")}
    return hashlib.sha256("\n".join(sorted(named)).encode()).hexdigest()


def place_of(key: str) -> int | None:
    """Give the place (from 0) of a column without a heading, from its key."""
    number = key.removeprefix("#")
    if number == key or not (number.isascii() and number.isdigit()):
        return None
    place = int(number[:4]) - 1
    return place if 0 <= place < MOST_COLUMNS else None
