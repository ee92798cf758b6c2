"""Find the heading line, what its columns mean, and whether it is a device list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imports.reading import Cell, UnreadableError
from imports.values import text_of
from imports.vocabulary import HeadingMap, Vocabulary, plain

LOOKED_AT = 50
_FEWEST = 2
_IDENTIFIES = frozenset({"tag", "serial", "model", "category"})


@dataclass(frozen=True, slots=True)
class Heading:
    """The line of headings: `columns` gives, per field, the cells that fill it."""

    format: str
    line: int
    titles: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    ignored: tuple[str, ...]


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
        _refuse_other_list(plains, heading, words)
        if heading and (best is None or len(heading.columns) > len(best.columns)):
            best = heading
    return best


def _heading(
    line: int, titles: tuple[str, ...], plains: Sequence[str], words: Vocabulary
) -> Heading | None:
    known = words.snipe_it
    is_snipe = len(known.marks.intersection(plains)) >= known.at_least
    chosen: HeadingMap = words.snipe_it if is_snipe else words.generic
    columns: dict[str, list[tuple[int, int]]] = {}
    ignored: list[str] = []
    seen: set[str] = set()
    for index, title in enumerate(plains):
        field = chosen.fields.get(title)
        if field is None or title in seen:
            if titles[index]:
                ignored.append(titles[index])
            continue
        seen.add(title)
        columns.setdefault(field[0], []).append((field[1], index))
    if is_snipe and "tag" not in columns:
        return None
    if len(columns) < _FEWEST or not _IDENTIFIES.intersection(columns):
        return None
    ordered = {
        field: tuple(index for _, index in sorted(found))
        for field, found in columns.items()
    }
    return Heading(chosen.format, line, titles, ordered, tuple(ignored))


def _refuse_other_list(
    plains: Sequence[str], heading: Heading | None, words: Vocabulary
) -> None:
    present = set(plains)
    fields = set(heading.columns) if heading else set()
    for other in words.others:
        enough = len(other.headings & present) >= other.at_least
        if enough and not (other.unless & fields):
            message = (
                f"Ce fichier est {other.name} : parc importe des matériels. Donnez "
                "une liste avec une étiquette ou un numéro de série par matériel."
            )
            raise UnreadableError("other_list", message)
