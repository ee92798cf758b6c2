"""How much memory a sheet will take, told before the workbook library opens it.

The library makes a full grid of all cells between the first and the last, and copies
a shared text into each cell that shows it. A file of one kilobyte can so ask for more
memory than there is, which ends the whole program: no exception tells of it. The
cells' addresses are therefore read beforehand. Sheets are looked at with two quick
expressions, true for what spreadsheets write; anything else is read to the letter.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from imports.archive import damaged, whole
from imports.merging import MOST_MERGED
from imports.shared_texts import SharedTexts
from imports.sheet import MOST_COLUMNS, MOST_ROWS, UnreadableError

MOST_CELLS = 24_000_000
MOST_TEXT = 512 * 1024 * 1024
"""Bytes of shared texts, each counted as often as it is shown."""

Blocks = Callable[[], Iterator[bytes]]

# Each cell gives an item: its column, or b"" when its address does not come first.
_COLUMN = re.compile(rb'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?=[\s/>])')
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_BEYOND = re.compile(rb'<c(?! r="[A-X][1-9][0-9]{0,5}")[\s/>]')
_NEAR_COLUMN, _NEAR_ROW = b"X", b"999999"
"""What `_BEYOND` lets pass, which is within bounds: most lists are."""
_PREFIXED = re.compile(rb":c[\s/>]")
_SHARED = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_SHOWN = re.compile(rb' t="s"[^<>]*><v>([0-9]{1,8})</v>')
_SHEET = re.compile(rb"<(?:[^\s<>/:]+:)?sheetData[\s/>]")
_TEXTS = re.compile(rb"<(?:[^\s<>/:]+:)?sst[\s/>]")
_EMPTY_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>]*)>'
    rb"(?:<f(?:\s[^<>]*)?/>|<f(?:\s[^<>]*)?>[^<]*</f>)(<v\s*/>|<v></v>)?</c>"
)


@dataclass(slots=True)
class Extent:
    """What a sheet's cells span, and which formulas have no recorded value."""

    cells: int = 0
    columns: int = 0
    rows: int = 0
    is_sheet: bool = False
    is_texts: bool = False
    is_ordinary: bool = True
    size: int = 0
    merged: int = 0
    empty_formulas: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Tell whether the grid is within bounds."""
        return (
            self.rows <= MOST_ROWS
            and self.columns <= MOST_COLUMNS
            and self.rows * self.columns <= MOST_CELLS
        )


def checked(found: Extent, blocks: Blocks, shared: SharedTexts) -> Extent:
    """Hold what a glance at a sheet found against the bounds.

    Raises:
        UnreadableError: the sheet is damaged or spans more than parc reads.
    """
    if not (found.is_ordinary and found.fits):
        found = _Letter(found).read(blocks())
    check_size(found.rows, found.columns)
    if found.merged > MOST_MERGED:
        message = (
            "Une feuille a trop de cellules fusionnées : copiez votre liste dans un "
            "classeur neuf."
        )
        raise UnreadableError("too_many_cells", message)
    if found.cells * shared.longest > MOST_TEXT:
        _check_texts(blocks(), shared)
    return found


def check_size(rows: int, columns: int) -> None:
    """Hold a sheet's lines and columns against the bounds.

    Raises:
        UnreadableError: it spans more than parc reads.
    """
    if rows > MOST_ROWS:
        message = f"Une feuille a plus de {MOST_ROWS} lignes : coupez-la."
        raise UnreadableError("too_many_rows", message)
    if columns > MOST_COLUMNS:
        message = (
            f"Une feuille a {columns} colonnes : parc en lit {MOST_COLUMNS} au "
            "plus. Ne gardez que les colonnes utiles."
        )
        raise UnreadableError("too_many_columns", message)
    if rows * columns > MOST_CELLS:
        message = (
            f"Une feuille s'étend sur {rows} lignes et {columns} colonnes, "
            "plus que parc n'en lit : effacez les cellules égarées loin du tableau."
        )
        raise UnreadableError("too_many_cells", message)


def column_number(letters: bytes) -> int:
    """Read `A` as 1, `Z` as 26, `AA` as 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def glance(blocks: Iterable[bytes]) -> Extent:
    """Look at any part of a workbook: what it is, and what its cells span at most."""
    found = Extent()
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    # Once one is not, each is measured: a heading often goes further than its rows.
    is_near = True
    for text in whole(blocks, b"<c "):
        found.size += len(text)
        # A plain search first: it costs a twentieth of an expression.
        if not found.is_sheet and _SHEET.search(text):
            found.is_sheet = True
        if b"sst" in text and _TEXTS.search(text):
            found.is_texts = True
        found.merged += text.count(b"mergeCell")
        is_near = is_near and _BEYOND.search(text) is None
        if is_near:
            found.cells += text.count(b'<c r="')
            columns.add(_NEAR_COLUMN)
            rows.add(_NEAR_ROW)
        else:
            cells = _COLUMN.findall(text)
            found.cells += len(cells)
            columns.update(cells)
            rows.update(_ROW.findall(text))
        if b":" in text and _PREFIXED.search(text):
            columns.add(b"")
        if b"<f" in text:
            _note_empty_formulas(text, found)
    found.is_ordinary = b"" not in columns
    found.columns = max(map(column_number, columns), default=0)
    found.rows = max(map(int, rows), default=0)
    return found


def _shared_cells(text: bytes) -> int:
    """Count the cells that show a shared text, however they are written."""
    usual = text.count(b"=") == text.count(b'="')
    if usual and not any(odd in text for odd in (b" =", b"\n=", b"\t=", b"\r=")):
        return text.count(b't="s"')
    return len(_SHARED.findall(text))


def _note_empty_formulas(text: bytes, found: Extent) -> None:
    for cell in _EMPTY_FORMULA.finditer(text):
        if b't="str"' in cell[3] and cell[4]:
            continue  # a formula whose value is the empty text
        line, column = int(cell[2]), column_number(cell[1]) - 1
        found.empty_formulas[line] = (*found.empty_formulas.get(line, ()), column)


def _check_texts(blocks: Iterable[bytes], shared: SharedTexts) -> None:
    """Count each shared text as often as it is shown."""
    lengths = shared.lengths()
    known = len(lengths)
    total = cells = told = 0
    for text in whole(blocks, b"<c "):
        shown = _SHOWN.findall(text)
        told += len(shown)
        cells += _shared_cells(text)
        total += sum(lengths[i] for i in map(int, shown) if i < known)
        if total + (cells - told) * shared.longest > MOST_TEXT:
            message = (
                "Ce classeur répète de très longs textes dans trop de cellules : il "
                "n'est pas lu. Ne gardez que les colonnes utiles."
            )
            raise UnreadableError("bomb", message)


class _Letter:
    """Reads a sheet's XML to the letter; cells without a value do not count."""

    def __init__(self, glanced: Extent) -> None:
        self._found = Extent(
            glanced.cells,
            is_sheet=True,
            size=glanced.size,
            merged=glanced.merged,
            empty_formulas=glanced.empty_formulas,
        )
        self._row = self._column = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, blocks: Iterable[bytes]) -> Extent:
        try:
            for block in blocks:
                self._parser.Parse(block)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise damaged() from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row += 1
            self._column = 0
            if "r" in attributes:
                self._row = self._address(attributes["r"])[1]
        elif kind == "c":
            self._column += 1
            if "r" in attributes:
                self._column, self._row = self._address(attributes["r"])
        elif kind in {"v", "is"}:
            self._found.rows = max(self._found.rows, self._row)
            self._found.columns = max(self._found.columns, self._column)

    @staticmethod
    def _address(text: str) -> tuple[int, int]:
        letters = text.rstrip("0123456789")
        digits = text[len(letters) :]
        sane = letters.isascii() and (letters.isalpha() or not letters)
        if not (sane and digits and len(text) <= 10):  # noqa: PLR2004 - `XFD1048576`
            raise damaged()
        return column_number(letters.encode("ascii")), int(digits)

    @staticmethod
    def _doctype(*_: object) -> None:
        raise damaged()
