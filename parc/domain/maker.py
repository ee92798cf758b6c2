"""Fold a maker's name so that every way of writing one company is the same."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from parc.domain.search import fold

_INSIDE = re.compile(r"[.'’]")
"""Signs inside a word: `S.A.` is `SA`."""

_BETWEEN = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class _Words:
    dropped: frozenset[str]
    aliases: Mapping[str, str]


@lru_cache(maxsize=4_096)
def maker_key(name: str) -> str:
    """Fold a maker's name: `Dell`, `DELL` and `Dell Inc.` are one.

    Case, accents and punctuation go, then the last words that tell a legal form, a
    trade or a place, then other names of the company (`makers.toml`). The first
    word always stays. Empty for an empty name, which fits any maker.
    """
    words = _BETWEEN.sub(" ", _INSIDE.sub("", fold(name))).split()
    known = _words()
    key = " ".join(words)
    while key not in known.aliases and len(words) > 1 and words[-1] in known.dropped:
        words.pop()
        key = " ".join(words)
    return known.aliases.get(key, key)


@cache
def _words() -> _Words:
    text = files("parc.domain").joinpath("makers.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return _Words(
        frozenset().union(*data["words"].values()),
        {name: key for key, names in data["aliases"].items() for name in names},
    )
