"""How long the texts are that a workbook's cells share.

A quick look is enough for the short texts of inventories; a file whose marks could
deceive it, or whose texts are long, is read to the letter.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from imports.archive import damaged, whole

Blocks = Callable[[], Iterator[bytes]]

_SHORT = 200
_DECLARATION = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?<\?xml[^<>]*\?>")
_SIMPLE = re.compile(rb'<si><t(?: xml:space="preserve")?>[^<]{0,%d}</t></si>' % _SHORT)
_TEXT_END = re.compile(rb"</(?:[^\s<>/:]+:)?si\s*>")
# A "<" that begins no plain tag may hide another: comment, CDATA, text of an attribute.
_ODD = re.compile(rb'<(?!/?[A-Za-z_][\w:.-]*(?:\s+[A-Za-z_][\w:.-]*="[^"<>]*")*\s*/?>)')


@dataclass(frozen=True, slots=True)
class SharedTexts:
    """`longest`: bytes of the longest one, or more; `blocks` reads the part again."""

    longest: int
    blocks: Blocks

    def lengths(self) -> "array[int]":
        """Measure each text in bytes, by index.

        Raises:
            UnreadableError: the part is damaged.
        """
        return _Lengths().read(self.blocks())


def no_texts() -> SharedTexts:
    """Stand for a workbook that shares none."""
    return SharedTexts(0, lambda: iter(()))


def shared_texts(blocks: Blocks) -> SharedTexts:
    """Look at the part that holds the shared texts.

    Raises:
        UnreadableError: the part is damaged.
    """
    longest = carried = 0
    head = True
    for piece in whole(blocks(), b"<si>"):
        text = _DECLARATION.sub(b"", piece) if head else piece
        head = False
        rest, simple = _SIMPLE.subn(b"", text)
        if simple:
            longest = max(longest, _SHORT)
        if _ODD.search(rest):
            return SharedTexts(max(_Lengths().read(blocks()), default=0), blocks)
        start = 0
        for end in _TEXT_END.finditer(rest):
            longest = max(longest, carried + end.end() - start)
            carried, start = 0, end.end()
        carried += len(rest) - start
    return SharedTexts(longest, blocks)


class _Lengths:
    """Reads the part's XML to the letter."""

    def __init__(self) -> None:
        self._lengths = array("I")
        self._length = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, blocks: Iterator[bytes]) -> "array[int]":
        try:
            for block in blocks:
                self._parser.Parse(block)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise damaged() from error
        return self._lengths

    def _start(self, name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self._length = 0

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._lengths.append(self._length)

    def _characters(self, text: str) -> None:
        self._length += len(text.encode("utf-8", "surrogatepass"))

    @staticmethod
    def _doctype(*_: object) -> None:
        raise damaged()
