"""The words of inventories, read once from `mappings/*.toml`."""

import difflib
import functools
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

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
    """What the lists of one origin say: heading → (field, preference), and its words.

    It is that origin when `needs` are all filled, `at_least` of `marks` are there and,
    where some are `sure`, one of these. `title` leaves in a heading what counts.
    `constants` fill what a row leaves out; `cancelled` states make it no device.
    `path_ends`: fields of which only the last step of a path counts. `is_titled`: a
    note keeps its heading even alone.
    """

    format: str
    label: str
    fields: Mapping[str, tuple[str, int]]
    marks: frozenset[str]
    sure: frozenset[str]
    at_least: int
    needs: frozenset[str]
    beside_a_tag: Mapping[str, str]
    beside_a_first_name: Mapping[str, str]
    states: Mapping[str, str]
    undecided: frozenset[str]
    cancelled: frozenset[str]
    empty: Mapping[str, frozenset[str]]
    constants: Mapping[str, str]
    path_ends: frozenset[str]
    has_markup: bool
    is_titled: bool
    title: re.Pattern[str] | None

    def recognises(self, titles: Collection[str]) -> bool:
        """Tell whether plain headings are of this origin; `needs` are not looked at."""
        present = self.marks.intersection(titles)
        return len(present) >= self.at_least and not (
            self.sure and self.sure.isdisjoint(titles)
        )

    def bare(self, title: str) -> str:
        """Leave out what the origin writes around a heading."""
        found = self.title.fullmatch(title) if self.title else None
        return found[1] if found else title


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word list, keyed by its plain form.

    `presets` are in the order in which they are tried; those of one group that are
    recognised together leave the list to `generic`.
    """

    generic: HeadingMap
    presets: tuple[tuple[HeadingMap, ...], ...]
    others: tuple[OtherList, ...]
    destinations: Mapping[str, str]
    loose_destinations: Mapping[str, str]
    not_yet: frozenset[str]
    still_held: frozenset[str]
    conditions: Mapping[str, str]
    securities: Mapping[str, str]
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


def origins() -> dict[str, str]:
    """Name every origin that lists are recognised to be of, by its id."""
    words = vocabulary()
    presets = [one for group in words.presets for one in group]
    named = {origin.format: origin.label for origin in (words.generic, *presets)}
    snapshots = _toml("workbench")
    return {**named, snapshots["format"]: snapshots["label"]}


@functools.lru_cache(maxsize=4_096)
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
    inventory, others, order = map(_toml, ("inventory", "other_lists", "presets"))
    generic = _mapping(inventory, None)
    return Vocabulary(
        generic=generic,
        presets=tuple(
            tuple(_mapping(_toml(name), generic) for name in group["presets"])
            for group in order["groups"]
        ),
        others=tuple(
            OtherList(
                item["name"],
                frozenset(map(plain, item["headings"])),
                item["at_least"],
                frozenset(item["unless"]),
            )
            for item in others["lists"]
        ),
        destinations=_by_label(inventory["destinations"]),
        loose_destinations={
            loose(label): key
            for key, labels in inventory["destinations"].items()
            for label in labels
        },
        not_yet=frozenset(map(fold, inventory["not_yet"]["words"])),
        still_held=frozenset(map(plain, inventory["still_held"]["labels"])),
        conditions=_by_label(inventory["conditions"]),
        securities=_by_label(inventory["securities"]),
        media_kinds=_by_label(inventory["media_kinds"]),
        empty=frozenset(map(fold, inventory["empty"]["words"])),
        totals=tuple(map(fold, inventory["totals"]["words"])),
        qualifiers=frozenset(
            word
            for text in inventory["qualifiers"]["words"]
            for word in plain(text).split()
        ),
    )


def _toml(name: str) -> dict[str, Any]:
    path = files("imports").joinpath("mappings", f"{name}.toml")
    return tomllib.loads(path.read_text("utf-8"))


def _mapping(data: dict[str, Any], generic: HeadingMap | None) -> HeadingMap:
    """Read an origin; with `inherits`, other headings mean what they do anywhere."""
    fields: dict[str, tuple[str, int]] = {}
    for field, headings in data.get("fields", {}).items():
        for rank, heading in enumerate(headings):
            fields.setdefault(plain(heading), (field, rank))
    for heading in data.get("ignored", {}).get("headings", []):
        fields[plain(heading)] = ("", 0)
    parent = generic if data.get("inherits") else None
    if generic and parent:
        for heading, (field, rank) in generic.fields.items():
            # Behind the origin's own headings.
            fields.setdefault(heading, (field, rank + len(generic.fields)))
    marks, cells = data.get("marks", {}), data.get("cells", {})
    title = data.get("title_pattern")
    return HeadingMap(
        format=data["format"],
        label=data["label"],
        fields=fields,
        marks=frozenset(map(plain, marks.get("headings", []))),
        sure=frozenset(map(plain, marks.get("one_of", []))),
        at_least=marks.get("at_least", 0),
        needs=frozenset(marks.get("needs", [])),
        beside_a_tag=_by_label(data.get("fields_beside_a_tag", {}))
        or (parent.beside_a_tag if parent else {}),
        beside_a_first_name=_by_label(data.get("fields_beside_a_first_name", {}))
        or (parent.beside_a_first_name if parent else {}),
        states={
            **(generic.states if generic else {}),
            **_by_label(data.get("states", {})),
        },
        undecided=(generic.undecided if generic else frozenset())
        | _plains(data.get("undecided_states", {})),
        cancelled=_plains(data.get("cancelled_states", {})),
        empty={
            name: frozenset(map(fold, words))
            for name, words in data.get("empty_cells", {}).items()
        },
        constants=data.get("constants", {}),
        path_ends=frozenset(cells.get("path_ends", [])),
        has_markup=cells.get("markup", False),
        is_titled=cells.get("titled", False),
        title=re.compile(title, re.IGNORECASE) if title else None,
    )


def _plains(data: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(map(plain, data.get("labels", [])))


def _by_label(data: Mapping[str, list[str]]) -> dict[str, str]:
    return {plain(label): key for key, labels in data.items() for label in labels}
