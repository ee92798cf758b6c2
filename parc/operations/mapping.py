"""How an owner's files are read: what people say of them, kept and used again."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, select

from imports import Options, targets
from imports.mapping import (
    LONGEST_WORD,
    FileMapping,
    MappedColumn,
    Memory,
)
from imports.mapping_file import SharedMapping, written
from imports.meanings import UNKNOWN
from imports.sheet import MOST_COLUMNS
from imports.survey import Survey
from imports.vocabulary import loose, plain
from imports.words import KINDS, Choices, meanings
from parc import resources
from parc.domain.dated import NotInForceError
from parc.domain.refusal import Refusal, Refused
from parc.storage import mappings, people
from parc.storage.mapping_tables import MappingRow, WordRow

IDENTIFIERS = frozenset({"tag", "serial"})
"""Without one of these, no row of a file would be a device."""

_CLOSE = 0.75
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, besides what is remembered."""

    date_order: str | None = None
    format: str | None = None
    given: SharedMapping | None = None


def options_for(session: Session, owner_id: int, reading: Reading) -> Options:
    """Give all that reading a file of an owner depends on."""
    return Options(
        category_of,
        reading.date_order,
        reading.format,
        memory_of(session, owner_id, reading.given),
        vat_rate,
    )


def memory_of(
    session: Session, owner_id: int, given: SharedMapping | None = None
) -> Memory:
    """Gather what is remembered for an owner, and what came with the file."""
    words: dict[str, dict[str, dict[str, str]]] = {}
    for row in mappings.words_of(session, [owner_id]):
        kinds = words.setdefault(row.origin, {})
        kinds.setdefault(row.kind, {})[row.word] = row.meaning
    kept = mappings.mappings_of(session, [owner_id])
    known = {row.digest: mapping_of(row) for row in kept}
    if given is None:
        return Memory(known, words)
    return Memory(known, words, given.mapping, given.words)


def mapping_of(row: MappingRow) -> FileMapping:
    """Read what a row keeps."""
    told: dict[str, dict[str, str]] = json.loads(row.columns)
    columns = {
        key: MappedColumn(said["field"], said["unit"], int(said["rank"]))
        for key, said in told.items()
    }
    return FileMapping(columns, row.sheet)


def chosen(seen: Survey, sheet: str, texts: Mapping[str, str]) -> FileMapping:
    """Read what a form says of each column of a file.

    Fields are named `field-3`, `unit-3`, `rank-3` by the column's place. A column
    that the form does not speak of stays as it is seen. `sheet`: chosen by a person.

    Raises:
        Refused: a field or a unit that is none, or no column tells devices apart.
    """
    columns: dict[str, MappedColumn] = {}
    reasons: list[Refusal] = []
    for column in seen.columns:
        place = column.index
        told = _column(
            column.title or f"colonne {place + 1}",
            texts.get(f"field-{place}", column.mapped.field),
            texts.get(f"unit-{place}", column.mapped.unit),
            texts.get(f"rank-{place}", ""),
            reasons,
        )
        # What nobody reads is not kept: its heading could be anything.
        if told.field or column.proposal:
            columns[column.key] = told
    _require_identifier(columns, reasons)
    return FileMapping(columns, sheet)


def edited(known: FileMapping, texts: Mapping[str, str]) -> FileMapping:
    """Read what a form says of columns that are remembered, without their file.

    Raises:
        Refused: as `chosen` does.
    """
    reasons: list[Refusal] = []
    columns = {
        key: _column(
            key,
            texts.get(f"field-{place}", column.field),
            texts.get(f"unit-{place}", column.unit),
            texts.get(f"rank-{place}", str(column.rank or "")),
            reasons,
        )
        for place, (key, column) in enumerate(known.columns.items())
    }
    _require_identifier(columns, reasons)
    return FileMapping(columns, known.sheet)


def keep(  # noqa: PLR0917 - whose, of what, what, by whom, when
    session: Session,
    owner_id: int,
    seen: Survey,
    said: FileMapping,
    actor: str,
    at: datetime,
) -> MappingRow:
    """Remember how the headings of a file are read.

    Raises:
        Refused: the line is no line of headings, or too many are remembered.
    """
    if not seen.is_headed:
        message = (
            "Cette ligne porte des valeurs, pas des intitulés : choisissez la ligne "
            "des intitulés."
        )
        raise Refused((Refusal("no_heading", message, "line"),))
    return mappings.keep_mapping(
        session,
        owner_id,
        seen.digest,
        seen.origin,
        said.sheet,
        as_json(said),
        actor,
        at,
    )


def as_json(said: FileMapping) -> str:
    """Write columns as a row keeps them."""
    columns = {key: asdict(column) for key, column in said.columns.items()}
    return json.dumps(columns, ensure_ascii=False)


def checked_words(kind: str, told: Mapping[str, str]) -> Mapping[str, str]:
    """Check the meanings that people give to words of a kind; empty forgets one.

    Raises:
        Refused: a kind, a word or a meaning that is none.
    """
    reasons: list[Refusal] = []
    if kind not in KINDS:
        reasons.append(Refusal("invalid_field", "Sorte de mots inconnue.", "kind"))
        raise Refused(tuple(reasons))
    accepted = {"", UNKNOWN, *meanings(kind, categories())}
    for word, meaning in told.items():
        if meaning not in accepted:
            message = f"« {meaning} » n'est pas un sens que parc connaît."
            reasons.append(Refusal("invalid_field", message, word))
        if not word or len(word) > LONGEST_WORD or plain(word) != word:
            message = f"« {word[:LONGEST_WORD]} » n'est pas un mot de ce fichier."
            reasons.append(Refusal("invalid_field", message, word))
    if reasons:
        raise Refused(tuple(reasons))
    return told


def near(kind: str, word: str, known: Mapping[str, str]) -> Sequence[str]:
    """Propose meanings whose words look like one, the nearest first; never chosen."""
    by_word = {loose(text): meaning for text, meaning in known.items()}
    if kind == "category":
        for key, category in resources.categories().items():
            names = (category.label, category.plural, *category.synonyms)
            by_word |= {loose(name): key for name in names}
    close = difflib.get_close_matches(loose(word), by_word, n=_NEAR, cutoff=_CLOSE)
    return tuple(dict.fromkeys(by_word[text] for text in close))


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mapping that a file was read by: which, since when, by whom."""

    key: int
    at: datetime
    by: str


def remembered(session: Session, owner_id: int, digest: str) -> Remembered | None:
    """Tell what is remembered of headings; `by` may be empty (a program, a folder)."""
    row = mappings.find_mapping(session, owner_id, digest) if digest else None
    if row is None:
        return None
    names = people.actor_names(session, [row.changed_by])
    return Remembered(row.id, row.changed_at, names.get(row.changed_by, ""))


def shared(session: Session, row: MappingRow, label: str) -> str:
    """Write a mapping, and the words of its origin, as a file to pass on."""
    words: dict[str, dict[str, str]] = {}
    for word in words_of(session, row):
        words.setdefault(word.kind, {})[word.word] = word.meaning
    return written(SharedMapping(mapping_of(row), words, label))


def words_of(session: Session, row: MappingRow) -> Sequence[WordRow]:
    """List the words remembered for the lists that a mapping is of."""
    return session.exec(
        select(WordRow).where(
            WordRow.owner_id == row.owner_id, WordRow.origin == row.origin
        )
    ).all()


def categories() -> Choices:
    """Give our categories with their labels."""
    return [(key, category.label) for key, category in resources.categories().items()]


def category_of(text: str) -> str | None:
    """Find the category that an inventory's words name."""
    found = resources.categories().match(text)
    return found.id if found else None


def vat_rate(day: date) -> Decimal | None:
    """Give the normal rate of VAT of a day, in percent; None before we know it."""
    try:
        value = resources.law()["vat_rate"].in_force(day).value
    except NotInForceError:
        return None
    return Decimal(str(value))


def _require_identifier(
    columns: Mapping[str, MappedColumn], reasons: list[Refusal]
) -> None:
    """Stop a form in which no column tells devices apart, or anything is wrong."""
    fields = {column.field for column in columns.values()}
    if not reasons and IDENTIFIERS.isdisjoint(fields):
        message = (
            "Désignez au moins la colonne de l'étiquette ou celle du numéro de série : "
            "sans elles, aucun matériel ne peut être reconnu."
        )
        reasons.append(Refusal("no_identifier", message, "columns"))
    if reasons:
        raise Refused(tuple(reasons))


def _column(
    title: str, field: str, unit: str, rank: str, reasons: list[Refusal]
) -> MappedColumn:
    if field and field not in targets.LABELS:
        message = f"« {title} » : « {field[:40]} » n'est pas un champ de parc."
        reasons.append(Refusal("invalid_field", message, title))
        return MappedColumn()
    accepted = {key for key, _ in targets.UNITS.get(field, ())}
    if unit and unit not in accepted:
        # Of another field, chosen before: what that one is written in is not said.
        known = {key for choices in targets.UNITS.values() for key, _ in choices}
        if unit not in known:
            message = f"« {title} » : « {unit[:40]} » n'est pas une unité de parc."
            reasons.append(Refusal("invalid_field", message, title))
        unit = ""
    number = int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 4 else 0  # noqa: PLR2004 - three digits
    if rank and not 0 < number <= MOST_COLUMNS:
        message = f"« {title} » : l'ordre des colonnes est un nombre à partir de 1."
        reasons.append(Refusal("invalid_field", message, title))
    return MappedColumn(field, unit, number)
