"""Old and OpenDocument workbooks, opened by a process of their own.

The library reads .xls and .ods whole before it says how large they are, and a file of
a few kilobytes can ask for more memory than there is: that ends a program without an
exception. An .xlsx is measured beforehand (`imports.extent`); the records of an .xls
and the repeated cells of an .ods cannot be measured without reading them as the
library does. So another process opens them, within limits of memory and time: at
worst it dies, and the file is refused.
"""

import json
import mmap
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from imports.archive import ODS, ZIP_ERRORS, Archive, damaged
from imports.extent import MOST_CELLS, check_size
from imports.merging import Merged, columns_of_merged
from imports.opendocument import merged_in
from imports.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Rows,
    Sheet,
    UnreadableError,
)

_MEMORY = 1536 * 1024 * 1024
_SECONDS = 60
_SECONDS_PER_MEGABYTE = 5
_SHORTEST = 5
_PROGRAM = Path(__file__).with_name("apart_child.py")
_KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a Python needs to start."""


def opendocument(content: bytes) -> Generator[Sheet, None, None]:
    """Open the sheets of an .ods one after the other.

    Raises:
        UnreadableError: no workbook, damaged, or beyond the bounds.
    """
    try:
        with Archive(content, ODS) as archive:
            size = sum(map(len, archive.blocks(ODS)))
            archive.check_inflated([size])
            merged = merged_in(partial(archive.blocks, ODS))
    except ZIP_ERRORS as error:
        raise damaged() from error
    yield from _sheets(content, merged)


def old_workbook(content: bytes) -> Generator[Sheet, None, None]:
    """Open the sheets of an .xls one after the other, visible ones first.

    Raises:
        UnreadableError: no workbook, damaged, or beyond the bounds.
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked()
    yield from _sheets(content, {})


def _sheets(
    content: bytes, merged: Mapping[str, Merged]
) -> Generator[Sheet, None, None]:
    read = _read_apart(content)
    told: list[tuple[Mapping[str, object], int]] = []
    ended = False
    for line, after in _lines(read, 0):
        # A row is a list: only what is said of the file is an object.
        if line.startswith(b"{"):
            said = json.loads(line)
            if "error" in said:
                raise _refused(said["error"])
            ended = "end" in said
            if "sheet" in said:
                told.append((said, after))
    if not ended:
        raise _refused("bomb")
    names = [str(said["sheet"]) for said, _ in told]
    for said, start in told:
        name = str(said["sheet"])
        height, width = int(str(said["rows"])), int(str(said["columns"]))
        check_size(height, width)
        others = tuple(other for other in names if other != name)
        ranges = columns_of_merged(said["merged"]) or merged.get(name, {})
        yield Sheet(name, partial(_rows, read, start), others, merged=ranges)


def _rows(read: mmap.mmap, start: int) -> Rows:
    for number, (line, _) in enumerate(_lines(read, start), start=1):
        if line.startswith(b"{"):
            return
        cells: list[Cell] = json.loads(line, object_hook=_day)
        yield number, cells


def _lines(read: mmap.mmap, start: int) -> Iterator[tuple[bytes, int]]:
    """Give lines with where the next one starts."""
    while (end := read.find(b"\n", start)) >= 0:
        yield read[start:end], end + 1
        start = end + 1


def _day(said: dict[str, str]) -> date | datetime:
    if "at" in said:
        return datetime.fromisoformat(said["at"])
    return date.fromisoformat(said["day"])


def _read_apart(content: bytes) -> mmap.mmap:
    """Let the other process read; give what it wrote, kept on the disk."""
    with TemporaryFile() as out:
        _run(content, out)
        if not out.seek(0, os.SEEK_END):
            raise _refused("bomb")
        return mmap.mmap(out.fileno(), 0, access=mmap.ACCESS_READ)


def _run(content: bytes, out: IO[bytes]) -> None:
    try:
        subprocess.run(  # noqa: S603 - our own program, numbers as arguments
            [sys.executable, "-P", str(_PROGRAM), *limits(content)],
            input=content,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment(os.environ),
            timeout=2 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused("bomb") from error


def limits(content: bytes) -> list[str]:
    """Give the program's arguments: seconds of work in proportion to the file.

    A few hundred bytes can keep the library busy for as long as it is let.
    """
    megabytes = len(content) // (1 << 20)
    seconds = min(_SECONDS, _SHORTEST + _SECONDS_PER_MEGABYTE * megabytes)
    bounds = (_MEMORY, seconds, MOST_ROWS, MOST_COLUMNS, MOST_CELLS)
    return list(map(str, bounds))


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Give what the other process may know of the environment: no secret."""
    return {name: ours[name] for name in _KEPT if name in ours}


def _refused(code: str) -> UnreadableError:
    if code == "password":
        return _locked()
    if code == "damaged":
        return damaged()
    message = (
        "Ce classeur demande plus de mémoire ou de temps que parc n'en donne : il "
        "n'est pas lu. Copiez votre liste dans un classeur .xlsx neuf."
    )
    return UnreadableError("bomb", message)


def _locked() -> UnreadableError:
    message = (
        "Ce classeur est protégé par un mot de passe : enregistrez-en une copie sans "
        "mot de passe."
    )
    return UnreadableError("locked", message)
