"""Merged cells of an OpenDocument sheet, which the workbook library does not tell."""

from collections.abc import Callable, Iterator
from xml.parsers import expat

from imports.archive import damaged
from imports.merging import MOST_MERGED, Merged

_SPANNED = b"number-rows-spanned"
_DEEPEST = 256


def merged_in(blocks: Callable[[], Iterator[bytes]]) -> dict[str, Merged]:
    """Give, per sheet, the cells that span several rows; nothing when none does.

    Raises:
        UnreadableError: the part is damaged, or nested beyond all measure.
    """
    before = b""
    for block in blocks():
        if _SPANNED in before + block:
            return dict(_Spans().read(blocks()))
        before = block[-len(_SPANNED) :]
    return {}


class _Spans:
    """Follows the lines and columns of each table; repeated ones are counted."""

    def __init__(self) -> None:
        self._found: dict[str, dict[int, dict[int, int]]] = {}
        self._sheet: dict[int, dict[int, int]] = {}
        self._left = MOST_MERGED
        self._line = self._column = self._depth = 0
        self._repeated = 1
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, blocks: Iterator[bytes]) -> dict[str, dict[int, dict[int, int]]]:
        try:
            for block in blocks:
                self._parser.Parse(block)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ValueError) as error:
            raise damaged() from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise damaged()
        said = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "table:table":
            self._sheet = self._found.setdefault(said.get("name", ""), {})
            self._line = 0
        elif name == "table:table-row":
            self._line += 1
            self._column = 0
            self._repeated = int(said.get("number-rows-repeated", 1))
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            rows = int(said.get("number-rows-spanned", 1))
            if rows > 1 and self._left:
                self._left -= 1
                spans = self._sheet.setdefault(self._column, {})
                spans[self._line] = self._line + rows - 1
            self._column += int(said.get("number-columns-repeated", 1))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "table:table-row":
            self._line += self._repeated - 1

    @staticmethod
    def _doctype(*_: object) -> None:
        raise damaged()
