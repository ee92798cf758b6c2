"""Find the heading line, what its columns mean, and whether it is a device list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from imports.mapping import FileMapping, MappedColumn, digest_of, keys_of, place_of
from imports.sheet import Cell, UnreadableError
from imports.values import text_of
from imports.vocabulary import HeadingMap, Vocabulary, plain

LOOKED_AT = 50
_FEWEST = 2
_IDENTIFIES = frozenset({"tag", "serial", "model", "category"})
_VAT = re.compile(r"\b(?:ttc|t t c|toutes taxes)\b")
_WITH_VAT = 1_000
"""Added to the rank of a price with VAT: one without is read first."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The line of headings: `columns` gives, per field, the cells that fill it.

    `said` is what a person said of these headings, and `units` what that is of how
    columns are written.
    """

    format: str
    line: int
    titles: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    ignored: tuple[str, ...]
    origin: HeadingMap = field(repr=False)
    said: FileMapping | None = None
    units: Mapping[int, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Sum up the headings, by which they are known again."""
        return digest_of(keys_of(self.titles))


def find_heading(
    rows: Iterable[tuple[int, Sequence[Cell]]], words: Vocabulary
) -> Heading | None:
    """Choose the row that names most fields; None when no row looks like one.

    Raises:
        UnreadableError: it is a list of something else, named.
    """
    best: Heading | None = None
    for line, row in rows:
        titles = tuple(text_of(cell) for cell in row)
        plains = [plain(title) for title in titles]
        heading = _heading(line, titles, plains, words)
        better = heading and (best is None or len(heading.columns) > len(best.columns))
        # Below the headings are devices, whose cells may say anything.
        if better or best is None:
            _refuse_other_list(plains, heading, words)
        if better:
            best = heading
    return best


def remembered_heading(
    rows: Iterable[tuple[int, Sequence[Cell]]],
    words: Vocabulary,
    mappings: Mapping[str, FileMapping],
) -> Heading | None:
    """Choose the first row whose headings people have spoken of; None without one."""
    for line, row in rows:
        titles = tuple(map(text_of, row))
        said = mappings.get(digest_of(keys_of(titles)))
        if said is not None and (found := corrected(line, titles, words, said)):
            return found
    return None


def given_heading(
    rows: Iterable[tuple[int, Sequence[Cell]]], words: Vocabulary, said: FileMapping
) -> Heading | None:
    """Choose the row that has most of the headings that a mapping speaks of."""
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for line, row in rows:
        titles = tuple(map(text_of, row))
        present = len(said.columns.keys() & set(keys_of(titles)))
        if present > best[0]:
            best = (present, line, titles)
    return corrected(*best[1:], words, said) if best[0] else None


def corrected(
    line: int, titles: tuple[str, ...], words: Vocabulary, said: FileMapping
) -> Heading | None:
    """Read a line of headings as a person said; None when nothing fills a field."""
    places = [p for key in said.columns if (p := place_of(key)) is not None]
    titles += ("",) * (max(places, default=-1) + 1 - len(titles))
    base = proposed(line, titles, words)
    columns: dict[str, list[tuple[int, int, int]]] = {}
    units: dict[int, str] = {}
    before = {
        index: (name, place)
        for name, indexes in base.columns.items()
        for place, index in enumerate(indexes)
    }
    for index, key in enumerate(keys_of(titles)):
        name, place = before.get(index, ("", 0))
        told = said.columns.get(key, MappedColumn(name))
        if not told.field:
            continue
        order = place if told.field == name else len(titles) + index
        columns.setdefault(told.field, []).append(
            (told.rank or len(titles), order, index)
        )
        if told.unit:
            units[index] = told.unit
    if not columns:
        return None
    ordered = {
        name: tuple(index for *_, index in sorted(found))
        for name, found in columns.items()
    }
    used = {index for indexes in ordered.values() for index in indexes}
    ignored = tuple(t for index, t in enumerate(titles) if t and index not in used)
    return Heading(
        base.format, line, titles, ordered, ignored, base.origin, said, units
    )


def proposed(line: int, titles: tuple[str, ...], words: Vocabulary) -> Heading:
    """Read a line of headings as parc does by itself, however little it says."""
    plains = [plain(title) for title in titles]
    return _of_preset(line, titles, words) or _mapped(
        line, titles, plains, words.generic, words.qualifiers
    )


def _heading(
    line: int, titles: tuple[str, ...], plains: Sequence[str], words: Vocabulary
) -> Heading | None:
    found = _of_preset(line, titles, words) or _mapped(
        line, titles, plains, words.generic, words.qualifiers
    )
    enough = len(found.columns) >= _FEWEST
    return found if enough and not _IDENTIFIES.isdisjoint(found.columns) else None


def _of_preset(line: int, titles: tuple[str, ...], words: Vocabulary) -> Heading | None:
    """Recognise an origin; None when no group has exactly one."""
    for group in words.presets:
        found: list[Heading] = []
        for known in group:
            plains = [plain(known.bare(title)) for title in titles]
            if known.recognises(plains):
                made = _mapped(line, titles, plains, known, words.qualifiers)
                if known.needs <= made.columns.keys():
                    found.append(made)
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def _mapped(
    line: int,
    titles: tuple[str, ...],
    plains: Sequence[str],
    known: HeadingMap,
    qualifiers: frozenset[str],
) -> Heading:
    bare = [_bare(title, known, qualifiers) for title in plains]
    beside = _beside(bare, known)
    columns: dict[str, list[tuple[int, int]]] = {}
    ignored: list[str] = []
    seen: set[str] = set()
    for index, title in enumerate(bare):
        field, rank = known.fields.get(title, ("", 0))
        field = beside.get(title, field)
        if not field or plains[index] in seen:
            if titles[index]:
                ignored.append(titles[index])
            continue
        seen.add(plains[index])
        if says_with_vat(plains[index]):
            rank += _WITH_VAT
        columns.setdefault(field, []).append((rank, index))
    ordered = {
        field: tuple(index for _, index in sorted(found))
        for field, found in columns.items()
    }
    return Heading(known.format, line, titles, ordered, tuple(ignored), known)


@lru_cache(maxsize=256)
def says_with_vat(title: str) -> bool:
    """Tell whether a heading says « TTC »: parc follows prices without VAT."""
    return _VAT.search(plain(title)) is not None


def _bare(title: str, known: HeadingMap, qualifiers: frozenset[str]) -> str:
    """Leave out how the column is written (« HT », « jj/mm/aaaa »), if need be."""
    if title in known.fields:
        return title
    return " ".join(word for word in title.split() if word not in qualifiers)


def _beside(titles: Sequence[str], known: HeadingMap) -> dict[str, str]:
    """Tell which headings mean something else because of the others."""
    meant: dict[str, str] = {}
    fields = {
        title: known.fields[title][0] for title in titles if title in known.fields
    }
    if any(
        field == "tag" and title not in known.beside_a_tag
        for title, field in fields.items()
    ):
        meant.update(known.beside_a_tag)
    if "holder_first_name" in fields.values():
        meant.update(known.beside_a_first_name)
    return meant


def _refuse_other_list(
    plains: Sequence[str], heading: Heading | None, words: Vocabulary
) -> None:
    present = set(plains)
    fields = set(heading.columns) if heading else set()
    for other in words.others:
        if heading and heading.origin is not words.generic and other.unless:
            continue  # an origin that we know has headings of its own
        enough = len(other.headings & present) >= other.at_least
        if enough and not (other.unless & fields):
            message = (
                f"Ce fichier est {other.name} : parc importe des matériels. Donnez "
                "une liste avec une étiquette ou un numéro de série par matériel."
            )
            raise UnreadableError("other_list", message)
