"""Bytes to rows: recognise the kind of file by its content, within bounds."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None

MOST_BYTES = 200 * 1024 * 1024
MOST_INFLATED = 1024 * 1024 * 1024
MOST_RATIO = 300
MOST_ENTRIES = 2_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 256
LONGEST_CELL = 32_768
_SNIFFED = 64 * 1024
_BLOCK = 1 << 20
_SEPARATORS = ";,\t|"
_EMPTY_FORMULA = re.compile(
    rb'<c r="[A-Z]+([0-9]+)"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)(?:<v></v>|<v/>)?</c>'
)


class UnreadableError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its rows with their line numbers, from 1."""

    name: str
    rows: Iterator[tuple[int, list[Cell]]]
    empty_formulas: tuple[int, ...] = ()


def sheets(content: bytes) -> Iterator[Sheet]:
    """Open a workbook or a text table.

    Raises:
        UnreadableError: neither, damaged, or beyond the bounds.
    """
    if not content.strip(b"\x00\r\n\t "):
        raise UnreadableError("empty", "Le fichier est vide.")
    if len(content) > MOST_BYTES:
        raise UnreadableError("too_large", "Le fichier dépasse 200 Mo.")
    if content.startswith(b"PK"):
        yield from _workbook(content)
    else:
        yield Sheet("", _text_rows(content))


def _workbook(content: bytes) -> Iterator[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        formulas = _checked_archive(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError, EOFError) as error:
        message = (
            "Ce classeur est abîmé ou incomplet : ouvrez-le dans un tableur et "
            "enregistrez-le de nouveau au format .xlsx."
        )
        raise UnreadableError("damaged", message) from error
    for name in names:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except (CalamineError, ValueError, OSError):
            continue
        if sheet.total_width > MOST_COLUMNS:
            message = (
                f"La feuille « {name} » a {sheet.total_width} colonnes : parc en lit "
                f"{MOST_COLUMNS} au plus. Ne gardez que les colonnes utiles."
            )
            raise UnreadableError("too_many_columns", message)
        if sheet.total_height > MOST_ROWS:
            message = f"La feuille « {name} » a plus de {MOST_ROWS} lignes."
            raise UnreadableError("too_many_rows", message)
        first = sheet.start[0] if sheet.start else 0
        rows = enumerate(sheet.to_python(skip_empty_area=True), start=first + 1)
        yield Sheet(name, ((n, list(row)) for n, row in rows), formulas)


def _checked_archive(content: bytes) -> tuple[int, ...]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if not any(entry.filename == "xl/workbook.xml" for entry in entries):
            message = (
                "Ce fichier n'est pas un classeur .xlsx : enregistrez votre liste au "
                "format .xlsx ou .csv."
            )
            raise UnreadableError("unknown_format", message)
        inflated = sum(entry.file_size for entry in entries)
        if (
            len(entries) > MOST_ENTRIES
            or inflated > MOST_INFLATED
            or inflated > MOST_RATIO * max(len(content), _SNIFFED)
        ):
            message = "Ce classeur se déploie hors de toute mesure : il n'est pas lu."
            raise UnreadableError("bomb", message)
        found: list[int] = []
        for entry in entries:
            if entry.filename.startswith("xl/worksheets/sheet"):
                found += _formulas_without_value(archive, entry)
    return tuple(sorted(set(found)))


def _formulas_without_value(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo
) -> list[int]:
    lines: list[int] = []
    tail = b""
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK):
            text = tail + block
            if b"<f" in text:
                lines += [int(found[1]) for found in _EMPTY_FORMULA.finditer(text)]
            tail = text[-512:]
    return lines


def _text_rows(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text), delimiter=_separator(text[:_SNIFFED]))
    start = 1
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                message = (
                    f"La ligne {start} a {len(row)} colonnes : parc en lit "
                    f"{MOST_COLUMNS} au plus."
                )
                raise UnreadableError("too_many_columns", message)
            if start > MOST_ROWS:
                message = f"Le fichier a plus de {MOST_ROWS} lignes."
                raise UnreadableError("too_many_rows", message)
            yield start, list(row)
            start = reader.line_num + 1
    except csv.Error as error:
        message = f"La ligne {start} ne se lit pas : guillemet ou cellule sans fin."
        raise UnreadableError("damaged", message) from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        # Lines that end in CR alone come from an old Mac, as its letters do.
        last = "latin-1" if b"\n" in content else "mac-roman"
        encodings = ["utf-8-sig", "cp1252", last]
    magic = (b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"{", b"<")
    if content.lstrip()[:8].startswith(magic):
        message = (
            "Ce fichier n'est pas une liste : parc lit les classeurs .xlsx et les "
            "fichiers .csv. Enregistrez-le dans un de ces formats."
        )
        raise UnreadableError("unknown_format", message)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
        break
    message = (
        "Ce fichier n'est pas du texte lisible (octets nuls ou encodage inconnu) : "
        "enregistrez-le au format .xlsx, ou .csv en UTF-8."
    )
    raise UnreadableError("not_text", message)


def _separator(head: str) -> str:
    """Choose what splits the first lines into the most, and most regular, columns."""
    lines = [line for line in head.split("\n")[:30] if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=separator))) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common) * (common - 1), common)

    return max(_SEPARATORS, key=score)
