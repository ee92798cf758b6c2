"""Kinds of devices: what each law, factor and form needs to know of a kind."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from parc.domain.entry import DataError, Entry
from parc.domain.labelled import Labelled
from parc.domain.search import fold

Phrase = tuple[str, ...]

LAST_WEEE_CATEGORY = 7
LONGEST_DESIGNATION = 40
"""Words of an inventory cell that are looked at."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_SINGULAR = 3
_PURPOSE = frozenset({"pour", "for"})


class CategoryError(DataError):
    """The categories' data breaks its form; `problems` says all that is wrong."""


class AgecCategory(Labelled):
    """Categories of AGEC art. 58 that IT belongs to.

    The labels are those of the official declaration's schema, to the letter.
    """

    IT_AND_TELEPHONY = "it_and_telephony", "Matériel informatique et téléphonie"
    PRINTING = "printing", "Matériel de reprographie et d'impression"
    CONSUMABLES = "consumables", "Consommables d'impression"
    NONE = "none", "Hors des catégories suivies"


class Storage(Labelled):
    """Whether devices of a kind hold people's data on a storage medium."""

    REQUIRED = "required", "Toujours"
    POSSIBLE = "possible", "Parfois"
    NONE = "none", "Jamais"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of device.

    `weee_category` is 1 to 7 (C. env. R.543-172 II). `accessory` devices are
    followed and stay out of the reuse rate (decision D10). `factor` is a carbon
    factor's id, None when none is published. `mandatory` names the facts that a
    complete record has. `nominal_mass_g` is the factor's mass, in grams.
    """

    id: str
    label: str
    plural: str
    weee_category: int
    agec_category: AgecCategory
    storage: Storage
    accessory: bool = False
    factor: str | None = None
    mandatory: tuple[str, ...] = ()
    nominal_mass_g: int | None = None
    synonyms: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Categories(Mapping[str, Category]):
    """All categories by id, in the order of the file.

    `phrases` gives the category's id of each name an inventory may use, as
    words. `parts` are words such as « sacoche »: what follows one is not a
    device. `version` is the SHA-256 of the content.
    """

    categories: Mapping[str, Category]
    phrases: Mapping[Phrase, str]
    parts: frozenset[str]
    version: str

    def __getitem__(self, key: str) -> Category:
        return self.categories[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.categories)

    def __len__(self) -> int:
        return len(self.categories)

    def match(self, text: str) -> Category | None:
        """Find the category that an inventory's words name; None when in doubt.

        The whole text first; else the longest names it contains, if all are
        names of one category. What comes after « pour » says what a thing is
        for, not what it is: « chargeur pour PC portable » is a charger.
        """
        words = phrase(text)
        if words in self.phrases:
            return self.categories[self.phrases[words]]
        words = _before_purpose(words[:LONGEST_DESIGNATION])
        found = list(self._found(words))
        if not found or not self.parts.isdisjoint(words[: found[0][0]]):
            return None
        names = {name for _, name in found}
        return self.categories[names.pop()] if len(names) == 1 else None

    def _found(self, words: Phrase) -> Iterator[tuple[int, str]]:
        """Give the names contained, with their start, but those inside another."""
        longest = max(map(len, self.phrases), default=0)
        reached = 0
        for start in range(len(words)):
            for end in range(min(start + longest, len(words)), start, -1):
                name = self.phrases.get(words[start:end])
                if name is not None:
                    if end > reached:
                        yield start, name
                    reached = max(reached, end)
                    break


def phrase(text: str) -> Phrase:
    """Fold a designation to words: no case, accents, punctuation, plural marks."""
    return tuple(_singular(word) for word in _WORD.findall(fold(text)))


def parse_categories(mapping: object, *, where: str, version: str) -> Categories:
    """Read all categories; `where` names the file in problems.

    Raises:
        CategoryError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    categories = {
        name: _category(name, child)
        for name, child in entry.by_id("categories").items()
    }
    parts = entry.texts("parts")
    entry.finish()
    phrases: dict[Phrase, str] = {}
    for category in categories.values():
        for name in (category.label, category.plural, *category.synonyms):
            other = phrases.setdefault(phrase(name), category.id)
            if other != category.id:
                entry.wrong("categories", f"{name!r} is {other} and {category.id}")
    if problems:
        raise CategoryError(problems)
    return Categories(
        MappingProxyType(categories),
        MappingProxyType(phrases),
        frozenset(word for part in parts for word in phrase(part)),
        version,
    )


def _category(name: str, entry: Entry) -> Category:
    category = Category(
        id=name,
        label=entry.text("label"),
        plural=entry.text("plural"),
        weee_category=entry.whole("weee_category"),
        agec_category=entry.choice("agec_category", AgecCategory),
        storage=entry.choice("storage", Storage),
        accessory=entry.flag("accessory"),
        factor=entry.optional_text("factor"),
        mandatory=entry.texts("mandatory"),
        nominal_mass_g=(
            entry.whole("nominal_mass_g") if "nominal_mass_g" in entry else None
        ),
        synonyms=entry.texts("synonyms"),
        note=entry.optional_text("note"),
    )
    if not 1 <= category.weee_category <= LAST_WEEE_CATEGORY:
        entry.wrong("weee_category", f"1 to {LAST_WEEE_CATEGORY} is expected")
    for synonym in category.synonyms:
        if synonym != " ".join(_WORD.findall(fold(synonym))):
            entry.wrong("synonyms", f"{synonym!r}: write it in plain lower case")
    entry.finish()
    return category


def _before_purpose(words: Phrase) -> Phrase:
    ends = (at for at, word in enumerate(words) if word in _PURPOSE)
    return words[: next(ends, len(words))]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _LONGEST_SINGULAR and word[-1] in "sx" else word
