"""What is seen of a file before it is mapped: its headings, samples, words."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from imports.bounded_json import begins_as_json
from imports.extract import (
    Options,
    below,
    device_list,
    head_of,
    not_a_device,
    opened_tables,
    reader_of,
)
from imports.headings import Heading, corrected, proposed
from imports.json_devices import exported_lines
from imports.mapping import (
    LONGEST_WORD,
    FileMapping,
    MappedColumn,
    Memory,
    digest_of,
    keys_of,
)
from imports.sheet import MOST_COLUMNS, Cell, Sheet, UnreadableError
from imports.values import text_of
from imports.vocabulary import plain, vocabulary
from imports.words import KINDS

SAMPLES = 3
MOST_WORDS = 2_000
"""Different words of a kind that are counted: those of a column of labels are few."""

_LONGEST_SAMPLE = 48
_LOOKED_AT = 400
_MOST_LINES = 15
_PREVIEWED = 4
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column: what it is headed, says, and how it would be read.

    `proposal` is the field that parc would read by itself, `why` tells in French
    where the one that is read comes from. `place` counts from 1 among the
    columns of one field (`among`), the first that says something wins.
    """

    index: int
    key: str
    title: str
    samples: tuple[str, ...]
    mapped: MappedColumn
    proposal: str
    why: str
    place: int = 1
    among: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """A sheet as its headings are found, or as a person says where they are.

    `lines` are those that could hold the headings, each with its first texts.
    `is_headed`: the line is made of texts, as headings are, and not of values.
    """

    origin: str
    label: str
    sheet: str
    sheets: tuple[str, ...]
    line: int
    lines: tuple[tuple[int, str], ...]
    columns: tuple[SeenColumn, ...]
    digest: str
    is_mapped: bool
    is_headed: bool


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word of the file, how often it is said and what is read in it.

    `meaning` is empty when nothing is; `is_silent`: it is known to say nothing.
    """

    word: str
    shown: str
    count: int
    meaning: str
    is_silent: bool


def survey(
    content: bytes,
    memory: Memory,
    *,
    sheet: str = "",
    line: int | None = None,
    said: FileMapping | None = None,
) -> Survey:
    """Look at a file; `sheet` and `line` say where its headings are.

    `said` is what is being said of its columns, before anything remembers it.

    Raises:
        UnreadableError: no table, or no line that could hold headings.
    """
    exported = exported_lines(content)
    if exported is None and begins_as_json(content):
        message = "Ce fichier n'a pas de colonnes : il se lit sans correspondance."
        raise UnreadableError("no_columns", message)
    found, titled = _place(content, exported, memory, sheet, line)
    head = head_of(found)
    titles = next(tuple(map(text_of, row)) for number, row in head if number == titled)
    told = said or memory.mappings.get(digest_of(keys_of(titles)))
    rows = list(itertools.islice(_after(found, titled), _LOOKED_AT))
    return _surveyed(found, head, titled, titles, rows, told)


def _surveyed(  # noqa: PLR0917 - the parts of a sheet, in the order they come
    found: Sheet,
    head: Sequence[tuple[int, Sequence[Cell]]],
    line: int,
    titles: tuple[str, ...],
    rows: Sequence[Sequence[Cell]],
    told: FileMapping | None,
) -> Survey:
    width = max(map(len, (titles, *rows)))
    titles = (*titles, *[""] * (min(width, MOST_COLUMNS) - len(titles)))
    base = proposed(line, titles, vocabulary())
    heading = (corrected(line, titles, vocabulary(), told) if told else None) or base
    return Survey(
        origin=base.format,
        label=base.origin.label,
        sheet=found.name,
        sheets=tuple(sorted({found.name, *found.others})),
        line=line,
        lines=_lines(head),
        columns=tuple(_columns(base, heading, told, rows)),
        digest=base.digest,
        is_mapped=told is not None,
        is_headed=_is_headed(next(row for n, row in head if n == line)),
    )


def has_headings(content: bytes) -> bool:
    """Tell whether a file that is no list of devices could be mapped to one."""
    try:
        survey(content, Memory())
    except UnreadableError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class SeenWords:
    """The words of a list by kind, the most frequent first.

    `known` gives, per kind, the words that parc knows in lists of that origin.
    """

    origin: str
    kinds: Mapping[str, Sequence[SeenWord]]
    known: Mapping[str, Mapping[str, str]]


def words_of(content: bytes, options: Options) -> SeenWords:
    """Count the words of a list.

    Raises:
        UnreadableError: nothing in it is a list of devices.
    """
    exported = exported_lines(content)
    if exported is None and begins_as_json(content):
        return SeenWords("", {}, {})
    sheet, heading = device_list(opened_tables(content, exported), options.memory)
    kinds = [kind for kind in KINDS if kind in heading.columns]
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    shown: dict[tuple[str, str], str] = {}
    reader = reader_of(sheet, heading, options)
    for line, row in below(sheet, heading):
        if not kinds or not_a_device(line, row, heading):
            continue
        said = reader.said(row)
        for kind in kinds:
            text = said[kind][2] if kind in said else ""
            word = plain(text)
            if not word or len(word) > LONGEST_WORD:
                continue
            counter = counted[kind]
            if word in counter or len(counter) < MOST_WORDS:
                counter[word] += 1
                shown.setdefault((kind, word), text)
    meanings = reader.meanings
    seen = {
        kind: [
            SeenWord(
                word,
                text := shown[kind, word],
                count,
                meanings.means(kind, text) or "",
                meanings.says_nothing(kind, text),
            )
            for word, count in counter.most_common()
        ]
        for kind, counter in counted.items()
    }
    known = {kind: meanings.known_words(kind) for kind in kinds}
    return SeenWords(heading.format, seen, known)


def _place(
    content: bytes,
    exported: Sheet | None,
    memory: Memory,
    sheet: str,
    line: int | None,
) -> tuple[Sheet, int]:
    """Find the sheet and the line of its headings: as said, known, or the likeliest."""
    if not sheet:
        try:
            found, heading = device_list(opened_tables(content, exported), memory)
        except UnreadableError as error:
            if error.code != "no_heading":
                raise
        else:
            return found, _asked_line(found, line) or heading.line
    with closing(opened_tables(content, exported)) as opened:
        for found in opened:
            if sheet and found.name != sheet:
                continue
            best = _asked_line(found, line) or _likeliest(found, memory)
            if best is not None:
                return found, best
    message = "Aucune ligne de ce fichier ne ressemble à des intitulés de colonnes."
    raise UnreadableError("no_heading", message)


def _asked_line(sheet: Sheet, line: int | None) -> int | None:
    """Check the line that a person names; None when it is not among the first."""
    if line is None:
        return None
    return next((n for n, row in head_of(sheet) if n == line and _texts(row)), None)


def _likeliest(sheet: Sheet, memory: Memory) -> int | None:
    """Find the line that most looks like headings: the most texts, none a value."""
    best: tuple[int, int] | None = None
    for line, row in head_of(sheet):
        titles = tuple(map(text_of, row))
        if digest_of(keys_of(titles)) in memory.mappings:
            return line
        if _is_headed(row) and (best is None or len(_texts(row)) > best[0]):
            best = (len(_texts(row)), line)
    return best[1] if best else None


def _is_headed(row: Sequence[Cell]) -> bool:
    """Tell whether a row could be headings: several texts, and nothing else."""
    texts = _texts(row)
    values = sum(isinstance(cell, int | float | date | datetime) for cell in row)
    values += sum(text[0].isdigit() for text in texts)
    named = not any("@" in text for text in texts)
    return len(texts) >= _FEWEST and 2 * values < len(texts) and named


def _texts(row: Sequence[Cell]) -> list[str]:
    return [text for text in map(text_of, row) if text]


def _lines(head: Iterable[tuple[int, Sequence[Cell]]]) -> tuple[tuple[int, str], ...]:
    several = (
        (line, texts) for line, row in head if len(texts := _texts(row)) >= _FEWEST
    )
    return tuple(
        (line, " · ".join(text[:_LONGEST_SAMPLE] for text in texts[:_PREVIEWED]))
        for line, texts in itertools.islice(several, _MOST_LINES)
    )


def _after(sheet: Sheet, line: int) -> Iterable[Sequence[Cell]]:
    with closing(sheet.rows()) as rows:
        for number, row in rows:
            if number > line:
                yield row


def _columns(
    base: Heading,
    heading: Heading,
    told: FileMapping | None,
    rows: Sequence[Sequence[Cell]],
) -> Iterable[SeenColumn]:
    places = {
        index: (name, place, len(indexes))
        for name, indexes in heading.columns.items()
        for place, index in enumerate(indexes, start=1)
    }
    proposals = {i: name for name, indexes in base.columns.items() for i in indexes}
    for index, (key, title) in enumerate(
        zip(keys_of(base.titles), base.titles, strict=False)
    ):
        samples = _samples(rows, index)
        if not (title or samples):
            continue
        name, place, among = places.get(index, ("", 1, 1))
        yield SeenColumn(
            index,
            key,
            title,
            samples,
            (told.columns.get(key) if told else None) or MappedColumn(name),
            proposals.get(index, ""),
            _why(base, key, index, told),
            place,
            among,
        )


def _samples(rows: Sequence[Sequence[Cell]], index: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows:
        if index < len(row) and (text := text_of(row[index])):
            found.setdefault(text[:_LONGEST_SAMPLE])
            if len(found) == SAMPLES:
                break
    return tuple(found)


def _why(base: Heading, key: str, index: int, told: FileMapping | None) -> str:
    """Say in French where what is read in a column comes from."""
    name = next((n for n, indexes in base.columns.items() if index in indexes), "")
    said = told.columns.get(key) if told is not None else None
    if said is not None and (said.unit or said.field != name):
        return "choisi"
    if not name:
        return "intitulé inconnu"
    generic = vocabulary().generic
    known = base.origin.fields.get(plain(base.origin.bare(base.titles[index])))
    if base.origin is generic or known is None or known[1] >= len(generic.fields):
        return "intitulé courant"
    return f"liste {base.origin.label}"
