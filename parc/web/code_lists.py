"""Lists of codes as people bring them: pasted, or in a file of text."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence

from parc.domain.refusal import Refusal, Refused

LARGEST = 2 * 1024 * 1024
"""Bytes of a list; 5,000 codes take a tenth of it."""

_BETWEEN = re.compile(r"[\t;,\r\n]+")
_SAMPLE = 50
_MOST_COLUMNS = 40
_CONTROLS = frozenset(range(32)) - set(b"\t\n\r\f")

Known = Callable[[Sequence[str]], int]
"""Counts the codes that stand for a device."""


def in_text(text: str) -> list[str]:
    """Read what was pasted: one code a line, or parted by tab, comma, semicolon."""
    return [code for part in _BETWEEN.split(text) if (code := part.strip())]


def in_file(content: bytes, known: Known) -> list[str]:
    """Read a file: its first column, or the one that stands for most devices.

    Raises:
        Refused: too large, not text, or no table.
    """
    if len(content) > LARGEST:
        raise _refused(f"Le fichier dépasse {LARGEST >> 20}\u00a0Mio.")
    text = _decoded(content)
    if text is None:
        raise _refused("Ce fichier n'est pas du texte : enregistrez la liste en CSV.")
    lines = text.splitlines()
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_separator(lines)))
    except csv.Error as error:
        message = "Ce fichier CSV est illisible : une cellule est trop longue."
        raise _refused(message) from error
    columns = _columns(rows)
    if not columns:
        raise _refused("Ce fichier ne contient aucun code.")
    codes = max(columns, key=lambda column: known(column[:_SAMPLE]))
    # A heading is words; hardly any tag or serial number is without a digit.
    return (
        codes[1:] if len(codes) > 1 and not any(map(str.isdigit, codes[0])) else codes
    )


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = min(max(map(len, rows), default=0), _MOST_COLUMNS)
    columns = [
        [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
        for place in range(width)
    ]
    return [column for column in columns if column]


def _separator(lines: Sequence[str]) -> str:
    signs = Counter(c for line in lines[:_SAMPLE] for c in line if c in "\t;,")
    return signs.most_common(1)[0][0] if signs else ";"


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _CONTROLS.isdisjoint(content):
        encodings = ["utf-8-sig", "cp1252"]
    else:
        return None
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _refused(message: str) -> Refused:
    return Refused((Refusal("unreadable", message, "file"),))
