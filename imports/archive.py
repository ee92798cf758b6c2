"""The parts of a workbook's archive, inflated within bounds before anything reads it.

What an archive claims of itself is not believed: sizes are counted while inflating.
An archive of the usual shape is handed on as it came. Any other, which two programs
could read differently, is handed on rewritten from the parts that were looked at.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Self

from imports.sheet import UnreadableError

MOST_INFLATED = 512 * 1024 * 1024
MOST_RATIO = 300
MOST_ENTRIES = 2_000
_ALWAYS_ALLOWED = 16 * 1024 * 1024
_BLOCK = 1 << 20
_BEGIN = b"PK\x03\x04"
_END = b"PK\x05\x06"
_LONG_END = b"PK\x06\x06"
XLSX, ODS, _XLSB = "xl/workbook.xml", "content.xml", "xl/workbook.bin"
"""The part that makes an archive a workbook of each kind."""
_OTHER_WORKBOOKS = frozenset({_XLSB, ODS})
"""What makes calamine take an archive for another kind of workbook."""

ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,  # an encrypted part
    NotImplementedError,  # a compression that Python does not know
    ValueError,
    UnicodeError,
)
"""What reading a broken archive raises."""


class Archive:
    """The archive of a workbook; use it in a `with` block.

    `main` is the part without which it is none, in lower case.

    Raises:
        UnreadableError: no workbook, or one that inflates beyond bounds.
    """

    def __init__(self, content: bytes, main: str = XLSX) -> None:
        self._content = content
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._entries = self._zip.infolist()
        names = [entry.filename for entry in self._entries]
        if not any(name.lower() == main for name in names):
            raise _other_archive(names)
        self._allowed = min(
            MOST_INFLATED, max(_ALWAYS_ALLOWED, MOST_RATIO * len(content))
        )
        if len(names) > MOST_ENTRIES:
            raise _bomb()
        self.check_inflated(entry.file_size for entry in self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def parts(self) -> list[str]:
        """Name the parts, each once."""
        return list(dict.fromkeys(entry.filename for entry in self._entries))

    def check_inflated(self, sizes: Iterable[int]) -> None:
        """Refuse parts that are together larger than what is sane for this file."""
        if sum(sizes) > self._allowed:
            raise _bomb()

    def blocks(self, name: str) -> Iterator[bytes]:
        """Inflate a part, block by block, to its true end.

        Raises:
            zipfile.BadZipFile: there is none of that very name.
        """
        if name not in self._zip.NameToInfo:
            raise zipfile.BadZipFile(name)
        entry = copy(self._zip.getinfo(name))
        # Read on past the claimed size: other programs do.
        entry.file_size = MOST_INFLATED + 1
        left = self._allowed
        with self._zip.open(entry) as stream:
            while block := stream.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise _bomb()
                yield block

    def part(self, name: str, most: int) -> bytes:
        """Inflate a whole part; b"" when it is absent or longer than `most` bytes."""
        if name not in self._zip.NameToInfo:
            return b""
        text = bytearray()
        for block in self.blocks(name):
            text += block
            if len(text) > most:
                return b""
        return bytes(text)

    def is_usual(self) -> bool:
        """Tell whether every program finds the same workbook in this archive."""
        names = [entry.filename.lower() for entry in self._entries]
        return (
            len(set(names)) == len(names)
            and _OTHER_WORKBOOKS.isdisjoint(names)
            and self._content.startswith(_BEGIN)
            and min(entry.header_offset for entry in self._entries) == 0
            and self._content.count(_END) == 1
            and _LONG_END not in self._content
        )

    def rewritten(self) -> bytes:
        """Make an archive of the workbook's parts, each once."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for name in filter(_is_of_workbook, self.parts()):
                with made.open(name, "w") as part:
                    for block in self.blocks(name):
                        part.write(block)
        return out.getvalue()


def _is_of_workbook(name: str) -> bool:
    inside = name.lower()
    return inside.endswith((".xml", ".rels")) and inside not in _OTHER_WORKBOOKS


def is_opendocument(content: bytes) -> bool:
    """Tell whether an archive holds an OpenDocument, and no other workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        names = {name.lower() for name in opened.namelist()}
    return ODS in names and XLSX not in names


def _other_archive(names: Iterable[str]) -> UnreadableError:
    kind = "n'est pas un classeur"
    if any(name.lower() == _XLSB for name in names):
        kind = "est un classeur binaire .xlsb, que parc ne lit pas"
    message = (
        f"Ce fichier {kind} : enregistrez votre liste au format .xlsx, .ods ou .csv."
    )
    return UnreadableError("unknown_format", message)


def _bomb() -> UnreadableError:
    message = (
        "Ce classeur se déploie hors de toute mesure : il n'est pas lu. Copiez votre "
        "liste dans un classeur neuf."
    )
    return UnreadableError("bomb", message)


def damaged() -> UnreadableError:
    """Say that a workbook cannot be read, and what to do."""
    message = (
        "Ce classeur est abîmé ou incomplet : ouvrez-le dans un tableur et "
        "enregistrez-le de nouveau, au format .xlsx de préférence."
    )
    return UnreadableError("damaged", message)


def whole(blocks: Iterable[bytes], before: bytes) -> Iterator[bytes]:
    """Cut blocks again just before a mark, so that no tag straddles two."""
    waiting: list[bytes] = []
    for block in blocks:
        cut = block.rfind(before)
        if cut < 0:
            cut = block.rfind(b"<")
        if cut < 0:
            waiting.append(block)
            continue
        yield b"".join([*waiting, block[:cut]])
        waiting = [block[cut:]]
    yield b"".join(waiting)
