"""A list of headings that parc does not know, and what people say of it."""

from collections.abc import Sequence

from imports import Extract, Options, extract
from imports.mapping import FileMapping, MappedColumn, Memory, digest_of, keys_of
from parc.domain.intake import DeviceRecord
from tests.imports.files import category_of

TITLES = ("N° PC", "SN machine", "Quoi", "Coût", "Achat", "Machin")
ROW = ("PC-17", "640HP72", "PC portable", "1200", "03/04/2021", "rien")
CATEGORIES = (("laptop", "Ordinateur portable"), ("other", "Autre"))


def said(sheet: str = "", **fields: str | MappedColumn) -> FileMapping:
    """Say what the columns of `TITLES` are, in their order; others are ignored."""
    columns = {
        key: column if isinstance(column, MappedColumn) else MappedColumn(column)
        for key, column in zip(keys_of(TITLES), fields.values(), strict=False)
    }
    return FileMapping(columns, sheet)


ALL = said(a="tag", b="serial", c="category", d="price", e="acquired_on")


def remembering(mapping: FileMapping, titles: Sequence[str] = TITLES) -> Memory:
    return Memory({digest_of(keys_of(titles)): mapping})


def mapped(content: bytes, memory: Memory, **options: object) -> Extract:
    return extract(content, Options(category_of, memory=memory, **options))  # type: ignore[arg-type]


def one(content: bytes, memory: Memory, **options: object) -> DeviceRecord:
    found = mapped(content, memory, **options)
    (record,) = found.records
    return record
