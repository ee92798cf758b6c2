"""Device categories: what kind of equipment, under which rules, by which words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from parc.domain.labelled import Labelled
from parc.domain.search import fold


class AgecCategory(Labelled):
    """Line of the AGEC declaration (arrêté of 13 January 2025), exact spelling."""

    IT_AND_TELEPHONY = "it_and_telephony", "Matériel informatique et téléphonie"
    PRINTING = "printing", "Matériel de reprographie et d'impression"
    CONSUMABLES = "consumables", "Consommables d'impression"
    NONE = "none", "Hors périmètre informatique de la déclaration"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of device.

    `weee_category` is that of R.543-172 II C. env. (1 to 7), `factor` the id of
    the carbon factor, `storage` tells whether a storage medium is expected
    (`required`, `possible`, `none`), `mandatory` the facts without which a
    record is incomplete, `synonyms` the folded words found in inventories.
    """

    id: str
    label: str
    plural: str
    weee_category: int
    agec_category: AgecCategory
    factor: str | None
    accessory: bool
    storage: str
    mandatory: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """Recognise a category in what an inventory calls it.

    Words are compared folded (case, accents, spacing). A text that is exactly
    a synonym wins; else the longest synonym that it contains as whole words.
    """

    exact: Mapping[str, str]
    by_length: tuple[str, ...] = field(default_factory=tuple)

    @classmethod
    def of(cls, categories: Iterable[Category]) -> "CategoryWords":
        """Index the words of all categories.

        Raises:
            ValueError: one word stands for two categories.
        """
        exact: dict[str, str] = {}
        for category in categories:
            for word in _words(category):
                if exact.setdefault(word, category.id) != category.id:
                    message = f"« {word} » means {exact[word]} and {category.id}"
                    raise ValueError(message)
        return cls(exact, tuple(sorted(exact, key=lambda w: (-len(w), w))))

    def match(self, text: str) -> str | None:
        """Return the category id that a text names, or None."""
        folded = fold(text)
        if folded in self.exact:
            return self.exact[folded]
        padded = f" {''.join(c if c.isalnum() else ' ' for c in folded)} "
        padded = " ".join(padded.split()).join("  ")
        for word in self.by_length:
            if f" {word} " in padded:
                return self.exact[word]
        return None


def _words(category: Category) -> Iterator[str]:
    yield fold(category.id.replace("_", " "))
    yield category.id
    yield fold(category.label)
    yield fold(category.plural)
    yield from map(fold, category.synonyms)
