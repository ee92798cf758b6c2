"""The words of inventories, read once from `mappings/*.toml`."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from parc.domain.search import fold

_SMALL = frozenset({"de", "d", "du", "des", "la", "le", "les", "l", "of", "the", "a"})
_NUMBER = frozenset({"n", "no", "num", "nº", "n°", "numero"})
_WORDS = re.compile(r"[^\w°º#/]+")


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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word list, keyed by its plain form."""

    generic: HeadingMap
    snipe_it: HeadingMap
    others: tuple[OtherList, ...]
    states: Mapping[str, str]
    undecided: frozenset[str]
    destinations: Mapping[str, str]
    still_held: frozenset[str]
    conditions: Mapping[str, str]
    media_kinds: Mapping[str, str]
    empty: frozenset[str]
    totals: tuple[str, ...]


def plain(text: str) -> str:
    """Reduce a heading or a label to what counts in it."""
    words = [w for w in _WORDS.split(fold(text).replace("n°", "n° ")) if w]
    kept = ["numero" if w in _NUMBER else w for w in words if w not in _SMALL]
    return " ".join(kept) or " ".join(words)


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
        still_held=frozenset(map(plain, inventory["still_held"]["labels"])),
        conditions=_by_label(inventory["conditions"]),
        media_kinds=_by_label(inventory["media_kinds"]),
        empty=frozenset(map(fold, inventory["empty"]["words"])),
        totals=tuple(map(plain, inventory["totals"]["words"])),
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
    )


def _by_label(data: Mapping[str, list[str]]) -> dict[str, str]:
    return {plain(label): key for key, labels in data.items() for label in labels}
