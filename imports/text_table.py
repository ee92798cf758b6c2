"""Text tables: which encoding, which separator, then rows."""

import codecs
import csv
import io
from collections.abc import Iterator

from imports.sheet import MOST_COLUMNS, MOST_ROWS, Cell, Rows, Sheet, UnreadableError

_SNIFFED = 64 * 1024
_BLOCK = 1 << 20
_SEPARATORS = ";,\t|"
_MOST_OF = 0.9
_ACCENTED = frozenset("éèêëàâçîïôùûœ")
_FORMULA = ("=", "+", "-", "@")


def text_table(content: bytes) -> Sheet:
    """Open a text file as a table.

    Raises:
        UnreadableError: not a text in any encoding that spreadsheets write.
    """
    encoding = _encoding(content)
    with _opened(content, encoding) as text:
        separator = _separator(text.read(_SNIFFED))

    def rows() -> Rows:
        with _opened(content, encoding) as text:
            yield from _rows(text, separator)

    return Sheet("", rows)


def _opened(content: bytes, encoding: str) -> io.TextIOWrapper:
    # Any end of line reads as "\n": old Macs write CR alone.
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline=None)


def _rows(text: Iterator[str], separator: str) -> Rows:
    reader = csv.reader(text, delimiter=separator)
    line = 1
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                message = (
                    f"La ligne {line} a {len(row)} colonnes : parc en lit "
                    f"{MOST_COLUMNS} au plus. Ne gardez que les colonnes utiles."
                )
                raise UnreadableError("too_many_columns", message)
            if line > MOST_ROWS:
                message = f"Le fichier a plus de {MOST_ROWS} lignes : coupez-le."
                raise UnreadableError("too_many_rows", message)
            cells: list[Cell] = [*map(_unguarded, row)]
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = (
            f"La ligne {line} ne se lit pas : un guillemet n'est pas refermé ou une "
            "cellule est trop longue."
        )
        raise UnreadableError("damaged", message) from error


def _unguarded(cell: str) -> str:
    """Drop the quote that `rejects` puts before what a spreadsheet would run."""
    if cell.startswith("'") and cell.startswith(_FORMULA, 1):
        return cell[1:]
    return cell


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif two_bytes := _unmarked_two_bytes(content):
        candidates = [two_bytes]
    elif _reads(content, "utf-8-sig"):
        return "utf-8-sig"
    else:
        candidates = _single_byte(content)
    for encoding in candidates:
        if _reads(content, encoding):
            return encoding
    message = (
        "Ce fichier n'est pas du texte lisible (octets nuls ou encodage inconnu) : "
        "enregistrez-le au format .xlsx, ou .csv en UTF-8."
    )
    raise UnreadableError("not_text", message)


def _unmarked_two_bytes(content: bytes) -> str | None:
    """Recognise UTF-16 without its mark: every second byte of a list is null."""
    head = content[:_SNIFFED]
    pairs = len(head) // 2
    for encoding, nulls in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if nulls.count(0) > _MOST_OF * max(pairs, 1):
            return encoding
    return None


def _single_byte(content: bytes) -> list[str]:
    """Order the encodings of one byte by the French letters that they give.

    Windows, MS-DOS and old Macs write « é » as three different bytes; each reads
    as some sign in the two other encodings, but rarely as a French letter. Without
    accents to tell, lines that end in CR alone come from a Mac.
    """
    on_mac = b"\n" not in content
    encodings = ("mac-roman", "cp1252") if on_mac else ("cp1252", "mac-roman", "cp850")
    head = content[:_BLOCK]

    def letters(encoding: str) -> int:
        text = head.decode(encoding, "replace")
        return sum(text.count(letter) for letter in _ACCENTED)

    best = max(encodings, key=letters)
    return [best, "latin-1"]


def _reads(content: bytes, encoding: str) -> bool:
    """Tell whether the whole content is a text in an encoding, without keeping it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _BLOCK):
            if "\x00" in decoder.decode(content[start : start + _BLOCK]):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(head: str) -> str:
    """Choose what splits the first lines into the most, and most regular, columns."""
    lines = [line for line in head.split("\n")[:30] if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=separator))) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common) * (common - 1), common)

    return max(_SEPARATORS, key=score)
