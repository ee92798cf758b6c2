"""Read the journal of another parc back: one line an event, in three forms of file.

CSV, a workbook, or JSON lines; recognised by content. Nothing is judged here: a line
becomes an entry, or the reason why it does not.
"""

import codecs
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from imports.archive import ZIP_ERRORS, Archive
from imports.journal_entry import Entry, EntryError, OwnerTold, entry_of
from imports.reading import MOST_BYTES, sheets
from imports.sheet import MOST_ROWS, Cell, Sheet, UnreadableError
from imports.text_table import text_table
from parc.domain.intake_issue import Issue, issue

__all__ = ["COLUMNS", "SHEET", "BadLine", "Entry", "OwnerTold", "entries", "is_journal"]

SHEET = "Journal parc"
"""Name of the sheet: in a workbook it tells a journal from a list of devices."""

COLUMNS: Mapping[str, str] = {
    "tag": "Étiquette",
    "seq": "N° d'événement",
    "action": "Action",
    "effective_on": "Prend effet le",
    "recorded_at": "Inscrit le (UTC)",
    "actor": "Auteur (identifiant)",
    "state": "Situation qui en résulte",
    "owner": "SIRET de qui possède ensuite",
    "owner_name": "Raison sociale de qui possède",
    "owner_kind": "Nature de qui possède",
    "owner_prefix": "Préfixe de ses étiquettes",
    "manager": "SIRET de qui exploite pour lui",
    "owner_first_day": "Son premier jour dans parc",
    "owner_last_number": "Son dernier numéro",
    "level": "Niveau de preuve",
    "source": "Import d'origine",
    "site": "Lieu nommé par l'événement",
    "details": "Détails (JSON)",
}
"""Keys of JSON lines and headings of tables.

Only the first heading is one of an inventory: a journal is never taken for a list of
devices.
"""

LONGEST_LINE = 256 * 1024
"""Bytes of a JSON line."""

_HEAD = 64 * 1024
_LONGEST_INDEX = 1 << 20
_MARKS = ("tag", "seq", "action", "recorded_at", "details")
_SPACES = b"\xef\xbb\xbf\r\n\t "


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no entry, the tag that it seems to be about, and why."""

    tag: str
    issue: Issue


@dataclass(slots=True)
class _Places:
    """Where each column is in a table."""

    line: int
    columns: dict[str, int] = field(default_factory=dict)


def is_journal(content: bytes) -> bool:
    """Tell whether a file is a journal, at a glance: little of it is read."""
    if content[:_HEAD].lstrip(_SPACES).startswith(b"{"):
        return _begins_as_lines(content)
    if content.startswith(b"PK"):
        return _has_sheet(content)
    try:
        with closing(text_table(_head_of(content)).rows()) as rows:
            titles = [str(cell).strip() for _, row in rows for cell in row[:64]][:64]
    except UnreadableError:
        return False
    return all(COLUMNS[key] in titles for key in _MARKS)


def entries(content: bytes) -> Iterator[Entry | BadLine]:
    """Read the lines of a journal in order; what is empty is passed over.

    Raises:
        UnreadableError: the file as a whole cannot be read, or no further.
    """
    if content[:_HEAD].lstrip(_SPACES).startswith(b"{"):
        return _from_lines(content)
    return _from_table(content)


def _begins_as_lines(content: bytes) -> bool:
    head = content[:_HEAD]
    start = len(head) - len(head.lstrip(_SPACES))
    end = content.find(b"\n", start, start + LONGEST_LINE)
    first = content[start : end if end >= 0 else start + LONGEST_LINE]
    try:
        said = json.loads(first)
    except (ValueError, RecursionError):
        # Damaged, but ours: its first keys still tell, and the line will be named.
        return first.startswith(b'{"tag":') and b'"seq":' in first
    return isinstance(said, dict) and all(key in said for key in _MARKS)


def _has_sheet(content: bytes) -> bool:
    try:
        with Archive(content) as archive:
            index = archive.part("xl/workbook.xml", _LONGEST_INDEX)
    except (UnreadableError, *ZIP_ERRORS):
        return False
    return f'name="{SHEET}"'.encode() in index


def _head_of(content: bytes) -> bytes:
    """Give the first lines whole: a sign cut in two has no encoding."""
    if len(content) <= _HEAD:
        return content
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[:_HEAD]
    end = max(content.rfind(b"\n", 0, _HEAD), content.rfind(b"\r", 0, _HEAD))
    return content[: end + 1] if end >= 0 else b""


def _from_lines(content: bytes) -> Iterator[Entry | BadLine]:
    if len(content) > MOST_BYTES:
        message = "Le fichier dépasse 200 Mo : exportez un propriétaire à la fois."
        raise UnreadableError("too_large", message)
    start, line = 0, 0
    while start < len(content):
        line += 1
        if line > MOST_ROWS:
            message = f"Le fichier a plus de {MOST_ROWS} lignes : coupez-le."
            raise UnreadableError("too_many_rows", message)
        end = content.find(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            end = len(content)
        if end - start > LONGEST_LINE:
            message = f"La ligne {line} est trop longue pour être un événement."
            raise UnreadableError("damaged", message)
        text = content[start:end].strip(_SPACES)
        start = end + 1
        if text:
            yield _line(line, text)


def _line(line: int, text: bytes) -> Entry | BadLine:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        message = "Cette ligne n'est pas un événement en JSON : elle est abîmée."
        return BadLine("", issue(line, None, "damaged", None, message))
    return _entry(line, said)


def _from_table(content: bytes) -> Iterator[Entry | BadLine]:
    # Closed once the first sheet is opened: others are a person's own.
    with closing(sheets(content)) as opened:
        sheet = next((found for found in opened if found.name in {"", SHEET}), None)
    if sheet is None:
        raise UnreadableError("no_heading", f"Il manque la feuille « {SHEET} ».")
    places = _places(sheet)
    for line, row in itertools.dropwhile(
        lambda numbered: numbered[0] <= places.line, sheet.rows()
    ):
        said = {
            key: _plain(row[index])
            for key, index in places.columns.items()
            if index < len(row) and row[index] not in {None, ""}
        }
        if said:
            yield _entry(line, said)


def _places(sheet: Sheet) -> _Places:
    with closing(sheet.rows()) as rows:
        line, row = next(rows, (1, []))
    titles = [str(cell).strip() for cell in row]
    if missing := [title for title in COLUMNS.values() if title not in titles]:
        listed = ", ".join(f"« {title} »" for title in missing)
        message = f"Colonnes absentes de ce journal : {listed}. Exportez-le de nouveau."
        raise UnreadableError("no_heading", message)
    return _Places(line, {key: titles.index(t) for key, t in COLUMNS.items()})


def _plain(cell: Cell) -> object:
    """Undo what a workbook makes of days and whole numbers."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _entry(line: int, said: Mapping[str, object]) -> Entry | BadLine:
    try:
        return entry_of(line, said)
    except EntryError as error:
        tag = said.get("tag")
        column = COLUMNS[error.column]
        told = issue(line, column, "invalid_event", error.value, str(error))
        return BadLine(tag if isinstance(tag, str) else "", told)
