"""Mappings as files that people pass on: written as those of `imports/mappings` are."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from imports import targets
from imports.mapping import (
    LONGEST_WORD,
    FileMapping,
    MappedColumn,
    Words,
    key_of,
)
from imports.meanings import GONE, UNKNOWN
from imports.sheet import MOST_COLUMNS
from imports.words import KINDS, Choices, meanings

LARGEST = 256 * 1024
"""Bytes of such a file."""

_TABLES: Mapping[str, str] = {
    "category": "categories",
    "state": "states",
    "destination": "destinations",
    "condition": "conditions",
    "medium_kind": "media_kinds",
    "security": "securities",
}
_GONE_STATES = "gone_states"
"""The table of words of the status column that say where a device went."""

_UNKNOWN_WORDS = "unknown_words"
_MOST_WORDS = 5_000
_MOST_PROBLEMS = 20


class MappingFileError(Exception):
    """The file is no mapping; `problems` says in French all that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems[:_MOST_PROBLEMS])


@dataclass(frozen=True, slots=True)
class SharedMapping:
    """What a file says: columns, words, and of which lists it was made."""

    mapping: FileMapping
    words: Words = field(default_factory=dict)
    label: str = ""


def written(shared: SharedMapping) -> str:
    """Write a mapping, the columns of one field in the order they are read."""
    columns = shared.mapping.columns
    lines = [f"label = {_text(shared.label)}"]
    if shared.mapping.sheet:
        lines.append(f"sheet = {_text(shared.mapping.sheet)}")
    by_field: dict[str, list[str]] = {}
    for key, column in sorted(columns.items(), key=lambda item: item[1].rank or 999):
        by_field.setdefault(column.field, []).append(key)
    ignored = by_field.pop("", [])
    lines += _table("fields", by_field)
    if ignored:
        lines += ["", "[ignored]", f"headings = {_texts(ignored)}"]
    units = {key: column.unit for key, column in columns.items() if column.unit}
    if units:
        lines += ["", "[units]"]
        lines += [f"{_text(key)} = {_text(unit)}" for key, unit in units.items()]
    for kind, table in _TABLES.items():
        by_meaning: dict[str, list[str]] = {}
        for word, meaning in shared.words.get(kind, {}).items():
            by_meaning.setdefault(meaning, []).append(word)
        by_meaning.pop(UNKNOWN, None)
        gone = {
            meaning.removeprefix(GONE): by_meaning.pop(meaning)
            for meaning in list(by_meaning)
            if meaning.startswith(GONE)
        }
        lines += _table(table, by_meaning)
        lines += _table(_GONE_STATES, gone)
    unknown = {
        kind: [word for word, meaning in words.items() if meaning == UNKNOWN]
        for kind, words in shared.words.items()
    }
    lines += _table(_UNKNOWN_WORDS, {k: words for k, words in unknown.items() if words})
    return "\n".join([*lines, ""])


def read(content: bytes, categories: Choices) -> SharedMapping:
    """Read a mapping; `categories` are ours.

    Raises:
        MappingFileError: not TOML, or it names a field, unit or meaning that is none.
    """
    if len(content) > LARGEST:
        raise MappingFileError(["Ce fichier est trop grand pour une correspondance."])
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"Ce fichier n'est pas une correspondance en TOML : {error}."
        raise MappingFileError([message]) from error
    reader = _Reader(data)
    columns = reader.columns()
    words = reader.words(categories)
    if not columns and not reader.problems:
        reader.problems.append("Cette correspondance ne nomme aucune colonne.")
    if reader.problems:
        raise MappingFileError(reader.problems)
    sheet, label = data.get("sheet", ""), data.get("label", "")
    return SharedMapping(FileMapping(columns, str(sheet)), words, str(label))


class _Reader:
    """Reads the tables of a file; `problems` gathers what is wrong with them."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.problems: list[str] = []
        self._data = data

    def columns(self) -> dict[str, MappedColumn]:
        units = self._table("units")
        columns: dict[str, MappedColumn] = {}
        for name, keys in self._lists("fields"):
            if name not in targets.LABELS:
                self._wrong(f"« {name} » n'est pas un champ de parc.")
                continue
            for rank, key in enumerate(keys, start=1):
                columns[key] = MappedColumn(name, "", rank if len(keys) > 1 else 0)
        for _, keys in self._lists("ignored"):
            columns |= dict.fromkeys(keys, MappedColumn())
        for title, unit in units.items():
            column = columns.get(key_of(title))
            accepted = dict(targets.UNITS.get(column.field, ())) if column else {}
            if column is None or unit not in accepted:
                self._wrong(f"L'unité « {unit} » ne convient pas à « {title} ».")
            else:
                key = key_of(title)
                columns[key] = MappedColumn(column.field, str(unit), column.rank)
        if len(columns) > MOST_COLUMNS:
            self._wrong(f"Plus de {MOST_COLUMNS} colonnes : parc n'en lit pas autant.")
        return columns

    def words(self, categories: Choices) -> Words:
        words: dict[str, dict[str, str]] = {}
        for kind, table in _TABLES.items():
            known = meanings(kind, categories)
            for meaning, said in self._lists(table):
                self._add(words, kind, meaning, said, known)
        known = meanings("state", categories)
        for meaning, said in self._lists(_GONE_STATES):
            self._add(words, "state", f"{GONE}{meaning}", said, known)
        for kind, said in self._lists(_UNKNOWN_WORDS):
            if kind in KINDS:
                self._add(words, kind, UNKNOWN, said, {UNKNOWN: ""})
            else:
                self._wrong(f"« {kind} » n'est pas une sorte de mots.")
        if sum(map(len, words.values())) > _MOST_WORDS:
            self._wrong(f"Plus de {_MOST_WORDS} mots.")
        return words

    def _add(
        self,
        words: dict[str, dict[str, str]],
        kind: str,
        meaning: str,
        said: Sequence[str],
        known: Mapping[str, str],
    ) -> None:
        if meaning not in known:
            self._wrong(f"« {meaning} » n'est pas un sens que parc connaît.")
            return
        kept = words.setdefault(kind, {})
        for word in said:
            if len(word) <= LONGEST_WORD:
                kept[word] = meaning

    def _lists(self, name: str) -> Iterator[tuple[str, list[str]]]:
        for key, value in self._table(name).items():
            if isinstance(value, list) and all(isinstance(v, str) for v in value):
                yield key, [read for v in value if (read := key_of(v))]
            else:
                self._wrong(f"[{name}] {key} : une liste de textes est attendue.")

    def _table(self, name: str) -> Mapping[str, object]:
        found = self._data.get(name, {})
        if isinstance(found, dict):
            return found
        self._wrong(f"[{name}] : une table est attendue.")
        return {}

    def _wrong(self, message: str) -> None:
        self.problems.append(message)


def _table(name: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    if not lists:
        return []
    return [
        "",
        f"[{name}]",
        *(f"{_key(key)} = {_texts(values)}" for key, values in lists.items()),
    ]


def _texts(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _key(text: str) -> str:
    is_bare = text.isascii() and text.replace("_", "a").replace("-", "a").isalnum()
    return text if is_bare else _text(text)


def _text(text: str) -> str:
    """Write a basic string of TOML: what cannot be seen is escaped."""
    parts = []
    for c in text:
        if c in {'"', "\\"}:
            parts.append(f"\\{c}")
        elif c.isprintable():
            parts.append(c)
        elif not 0xD800 <= ord(c) <= 0xDFFF:  # noqa: PLR2004 - surrogates are no text
            parts.append(f"\\U{ord(c):08X}")
    return f'"{"".join(parts)}"'
