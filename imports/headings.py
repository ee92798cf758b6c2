"""Find the heading line, what its columns mean, and whether it is a device list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    """The line of headings: `columns` gives, per field, the cells that fill it."""

    format: str
    line: int
    titles: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    ignored: tuple[str, ...]
    origin: HeadingMap = field(repr=False)


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
