"""Damage valid files thousands of times, each time the same, deeper than their bytes.

The parts of an archive are damaged inside and packed again: an archive whose bytes are
changed seldom gets past its checksums.
"""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence

_ENDS = (0, 1, 0x7F, 0x80, 0xFF)
_WIDE = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_INSERTED = (
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b'"', b"'", b";", b"\r", b"\n"),
    *(b"=", b"<", b"]]>", b"<!DOCTYPE a>", b"&#0;", b"&amp;"),
    *(b"1E999", b"-0", b"9" * 40, b"[" * 90),
)


def damaged_files(
    wholes: Sequence[bytes], count: int, seed: int
) -> Iterator[tuple[str, bytes]]:
    """Give `count` damaged files with a name that tells how to make each again."""
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
        whole = chance.choice(wholes)
        packed = whole.startswith(b"PK") and chance.random() < 0.8
        made = _repacked(whole, chance) if packed else _damaged(whole, chance)
        yield f"{seed}/{number}", made


def _repacked(whole: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as read,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        names = read.namelist()
        hurt = chance.choice(names)
        for name in names:
            part = read.read(name)
            made.writestr(name, _damaged(part, chance) if name == hurt else part)
    return out.getvalue()


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    content = bytearray(whole)
    for _ in range(chance.randint(1, 4)):
        if content:
            chance.choice(_WAYS)(content, chance)
    return bytes(content)


def _flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _set(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] = chance.choice(_ENDS)


def _widen(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content))
    size = chance.choice((2, 4))
    value = chance.choice(_WIDE) & ((1 << 8 * size) - 1)
    content[at : at + size] = value.to_bytes(size, "little")


def _cut(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 2, 16, 300, len(content)))]


def _insert(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content))
    content[at:at] = chance.choice(_INSERTED)


def _repeat(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.randint(1, 200)]
    content[start:start] = piece * chance.choice((1, 2, 30))


def _swap(content: bytearray, chance: random.Random) -> None:
    at, other = chance.randrange(len(content)), chance.randrange(len(content))
    size = chance.randint(1, 40)
    content[at : at + size] = content[other : other + size]


_WAYS: Sequence[Callable[[bytearray, random.Random], None]] = (
    *(_flip, _set, _widen, _cut, _insert, _repeat, _swap),
)
