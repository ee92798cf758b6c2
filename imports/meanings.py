"""What the words of a list mean: as people have said, else as parc reads them."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from imports.mapping import Words
from imports.vocabulary import HeadingMap, plain, vocabulary
from parc.domain.intake import Destination
from parc.domain.vocabulary import Condition, MediumKind, Security, State

GONE = "gone:"
"""Before the destination that a word of the status column says."""

UNKNOWN = "-"
"""Said of a word that means nothing here: it is left out, and not asked again."""

_ENUMS: Mapping[str, type[StrEnum]] = {
    "state": State,
    "destination": Destination,
    "condition": Condition,
    "security": Security,
    "medium_kind": MediumKind,
}


class Meanings:
    """The words of lists of one origin; each is looked up once."""

    def __init__(
        self,
        origin: HeadingMap,
        category_of: Callable[[str], str | None],
        said: Words,
    ) -> None:
        self._origin = origin
        self._category_of = category_of
        self._said = said
        self._words = words = vocabulary()
        self._silent: Mapping[str, frozenset[str]] = {
            "state": origin.undecided | origin.cancelled,
            "destination": words.still_held,
        }
        self._labels: Mapping[str, Mapping[str, str]] = {
            "condition": words.conditions,
            "security": words.securities,
            "medium_kind": words.media_kinds,
        }
        self._values: dict[tuple[str, str], StrEnum | None] = {}
        self._categories: dict[str, str | None] = {}

    def means(self, kind: str, text: str) -> str | None:
        """Tell what is read in a word of a kind; None when nothing is.

        A status that is a destination is written `gone:…` (`GONE`).
        """
        if kind == "category":
            return self.category(text)
        value = self.value(kind, text)
        if isinstance(value, Destination) and kind == "state":
            return f"{GONE}{value.value}"
        return value.value if value else None

    def known_words(self, kind: str) -> Mapping[str, str]:
        """Give the words of a kind that parc knows, with what they mean."""
        if kind == "state":
            return self._origin.states
        if kind == "destination":
            return self._words.destinations
        return self._labels.get(kind, {})

    def says_nothing(self, kind: str, text: str) -> bool:
        """Tell whether a word is known to say nothing of a device, or said to."""
        word = plain(text)
        told = self._said.get(kind, {}).get(word)
        return told == UNKNOWN or word in self._silent.get(kind, frozenset())

    def cancels(self, status: str) -> bool:
        """Tell whether a status is that of a line that is no device."""
        word = plain(status)
        return word in self._origin.cancelled and not self._told("state", word)

    def category(self, text: str) -> str | None:
        """Give the id of the category that a word names."""
        if text not in self._categories:
            told = self._told("category", plain(text))
            self._categories[text] = told or self._category_of(text)
        return self._categories[text]

    def value(self, kind: str, text: str) -> StrEnum | None:
        """Give the value that a word stands for; a status may be a destination."""
        if (kind, text) not in self._values:
            self._values[kind, text] = self._value(kind, text)
        return self._values[kind, text]

    def _value(self, kind: str, text: str) -> StrEnum | None:
        word = plain(text)
        found = self._told(kind, word)
        if found is None:
            found = self._known(kind, word, text)
        if not found:
            return None
        if found.startswith(GONE):
            return Destination(found.removeprefix(GONE))
        return _ENUMS[kind](found)

    def _told(self, kind: str, word: str) -> str | None:
        """Give what people said of a word: empty when that it means nothing."""
        told = self._said.get(kind, {}).get(word)
        return "" if told == UNKNOWN else told

    def _known(self, kind: str, word: str, text: str) -> str | None:
        if kind == "state":
            state = self._origin.states.get(word)
            gone = None if state else self._words.destination(text)
            return f"{GONE}{gone}" if gone else state
        if kind == "destination":
            return self._words.destination(text)
        return self._labels[kind].get(word)
