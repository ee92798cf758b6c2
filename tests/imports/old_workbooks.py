"""Workbooks of other kinds made by hand: records of an .xls, parts of an .ods."""

import struct
from collections.abc import Sequence

from tests.imports.files import archive

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = (
    f'xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
    f'xmlns:text="{_OFFICE}:text:1.0"'
)


def record(kind: int, content: bytes = b"") -> bytes:
    """Write one record of an .xls."""
    return struct.pack("<HH", kind, len(content)) + content


def label(row: int, column: int, text: str) -> bytes:
    """Write a cell of text."""
    wide = text.encode("utf-16-le")
    head = struct.pack("<HHHHB", row, column, 0, len(text), 1)
    return record(0x0204, head + wide)


def number(row: int, column: int, value: float) -> bytes:
    """Write a cell that holds a number."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def cells(*rows: Sequence[object]) -> bytes:
    """Write rows as records."""
    written = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, str):
                written += label(row, column, value)
            elif isinstance(value, int | float):
                written += number(row, column, value)
    return written


def xls(records: bytes, size: tuple[int, int] = (4, 4)) -> bytes:
    """Make an .xls of one sheet « Parc » from its records, right or wrong."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = b"\x04\x00" + b"Parc"
    start = len(begin) + 4 + 6 + len(name) + 4
    about = record(0x0085, struct.pack("<IH", start, 0) + name)
    dimensions = record(0x0200, struct.pack("<IIHHH", 0, size[0], 0, size[1], 0))
    page = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    stream = begin + about + record(0x000A) + page + dimensions + records
    return container("Workbook", stream + record(0x000A))


def container(name: str, stream: bytes) -> bytes:
    """Put one stream into an OLE container."""
    stream += bytes(max(0, 4096 - len(stream)))  # a short one would be kept elsewhere
    stream += bytes(-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    tables = -(-(sectors + 2) // (_SECTOR // 4 - 1))
    chain = [_TABLE] * tables + [_END]
    chain += [*range(tables + 2, tables + 1 + sectors), _END]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, _END, 0, 1) + _entry(
        name, 2, tables + 1, len(stream), _FREE
    )
    directory += bytes(_SECTOR - len(directory))
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory + stream


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    wide = name.encode("utf-16-le")
    return (
        wide.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(wide) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def ods(rows: str, name: str = "Parc", more: str = "") -> bytes:
    """Make an .ods of one sheet from the XML of its rows, right or wrong."""
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": (
                f"<office:document-content {_NAMES}><office:body><office:spreadsheet>"
                f'<table:table table:name="{name}">{rows}</table:table>{more}'
                "</office:spreadsheet></office:body></office:document-content>"
            ),
        }
    )


def ods_row(*values: str, about: str = "") -> str:
    """Write a row of texts; `about` its attributes."""
    return f"<table:table-row{about}>{''.join(map(ods_cell, values))}</table:table-row>"


def ods_cell(value: str, about: str = "") -> str:
    """Write a cell of text; nothing is an empty cell."""
    if not value:
        return f"<table:table-cell{about}/>"
    return (
        f'<table:table-cell office:value-type="string"{about}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )
