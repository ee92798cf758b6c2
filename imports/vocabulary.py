"""The words of inventories, read once from `mappings/*.toml`."""

import difflib
import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from parc.domain.search import fold

_SMALL = frozenset({"de", "d", "du", "des", "la", "le", "les", "l", "of", "the", "a"})
_NUMBER = frozenset({"n", "no", "num", "nº", "n°", "numero"})
_ARTICLES = frozenset({"un", "une", "au", "aux", "par"})
_WORDS = re.compile(r"[^\w°º#/]+")
_ENDING = re.compile(r"(?<=\w{3})e?s?$")
_SHORTEST_MISSPELT = 8
_CLOSE = 0.9


@dataclass(frozen=True, slots=True)
class OtherList:
    """A list that is not one of devices: refused by `name`."""

    name: str
    headings: frozenset[str]
    at_least: int
    unless: frozenset[str]


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """What the headings of one origin mean: heading → (field, preference)."""

    format: str
    fields: Mapping[str, tuple[str, int]]
    marks: frozenset[str]
    at_least: int
    beside_a_tag: Mapping[str, str]
    beside_a_first_name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word list, keyed by its plain form."""

    generic: HeadingMap
    snipe_it: HeadingMap
    others: tuple[OtherList, ...]
    states: Mapping[str, str]
    undecided: frozenset[str]
    destinations: Mapping[str, str]
    loose_destinations: Mapping[str, str]
    not_yet: frozenset[str]
    still_held: frozenset[str]
    conditions: Mapping[str, str]
    media_kinds: Mapping[str, str]
    empty: frozenset[str]
    totals: tuple[str, ...]
    qualifiers: frozenset[str]

    def destination(self, text: str) -> str | None:
        """Recognise a destination, its spelling tolerated; None when in doubt.

        A text that speaks of what is to come, or denies, is only known to the letter.
        """
        said = fold(text).split()
        if "?" in text or said[:1] == ["a"]:
            return None
        label = plain(text)
        if label in self.destinations:
            return self.destinations[label]
        if not self.not_yet.isdisjoint(said):
            return None
        key = loose(text)
        if key in self.loose_destinations:
            return self.loose_destinations[key]
        if len(key) < _SHORTEST_MISSPELT:
            return None
        near = difflib.get_close_matches(key, self.loose_destinations, cutoff=_CLOSE)
        found = {self.loose_destinations[label] for label in near}
        return found.pop() if len(found) == 1 else None


def plain(text: str) -> str:
    """Reduce a heading or a label to what counts in it."""
    # Once more in lower case: « № » and « ™ » fold to capitals.
    folded = fold(text).lower().replace("n°", "n° ")
    words = [word for word in _WORDS.split(folded) if word]
    kept = ["numero" if w in _NUMBER else w for w in words if w not in _SMALL]
    return " ".join(kept) or " ".join(words)


def loose(text: str) -> str:
    """Reduce a label further: no article, no plural, no feminine."""
    words = [word for word in plain(text).split() if word not in _ARTICLES]
    return " ".join(_ENDING.sub("", word) for word in words)


@functools.cache
def vocabulary() -> Vocabulary:
    """Read the word lists."""
    inventory, snipe, others = (
        _toml(name) for name in ("inventory", "snipe_it", "other_lists")
    )
    generic = _mapping(inventory)
    states = _by_label(inventory["states"]) | _by_label(snipe["states"])
    return Vocabulary(
        generic=generic,
        snipe_it=_mapping(snipe),
        others=tuple(
            OtherList(
                item["name"],
                frozenset(map(plain, item["headings"])),
                item["at_least"],
                frozenset(item["unless"]),
            )
            for item in others["lists"]
        ),
        states=states,
        undecided=frozenset(map(plain, inventory["undecided_states"]["labels"])),
        destinations=_by_label(inventory["destinations"]),
        loose_destinations={
            loose(label): key
            for key, labels in inventory["destinations"].items()
            for label in labels
        },
        not_yet=frozenset(map(fold, inventory["not_yet"]["words"])),
        still_held=frozenset(map(plain, inventory["still_held"]["labels"])),
        conditions=_by_label(inventory["conditions"]),
        media_kinds=_by_label(inventory["media_kinds"]),
        empty=frozenset(map(fold, inventory["empty"]["words"])),
        totals=tuple(map(fold, inventory["totals"]["words"])),
        qualifiers=frozenset(
            word
            for text in inventory["qualifiers"]["words"]
            for word in plain(text).split()
        ),
    )


def _toml(name: str) -> dict[str, dict]:  # type: ignore[type-arg]
    path = files("imports").joinpath("mappings", f"{name}.toml")
    return tomllib.loads(path.read_text("utf-8"))


def _mapping(data: dict[str, dict]) -> HeadingMap:  # type: ignore[type-arg]
    fields: dict[str, tuple[str, int]] = {}
    for field, headings in data["fields"].items():
        for rank, heading in enumerate(headings):
            fields.setdefault(plain(heading), (field, rank))
    marks = data.get("marks", {})
    return HeadingMap(
        str(data["format"]),
        fields,
        frozenset(map(plain, marks.get("headings", []))),
        int(marks.get("at_least", 0)),
        _by_label(data.get("fields_beside_a_tag", {})),
        _by_label(data.get("fields_beside_a_first_name", {})),
    )


def _by_label(data: Mapping[str, list[str]]) -> dict[str, str]:
    return {plain(label): key for key, labels in data.items() for label in labels}
