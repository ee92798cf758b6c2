"""Workbooks: their archive is looked at first, then calamine reads the cells."""

import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from xml.parsers import expat

from imports.archive import ZIP_ERRORS, Archive, damaged
from imports.extent import Extent, checked, glance
from imports.merging import columns_of_merged
from imports.shared_texts import no_texts, shared_texts
from imports.sheet import Rows, Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_SHEETS = 64
_LONGEST_INDEX = 4 * 1024 * 1024


def workbook(content: bytes) -> Generator[Sheet, None, None]:
    """Open the sheets of a workbook one after the other, visible ones first.

    Raises:
        UnreadableError: no workbook, damaged, or beyond the bounds.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    content, extents, from_1904 = _looked_at(content)
    with told_as_damaged():
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        about = [
            sheet
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
    about.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    names = [sheet.name for sheet in about[:MOST_SHEETS]]
    for name in names:
        with told_as_damaged():
            sheet = book.get_sheet_by_name(name)
        others = tuple(other for other in names if other != name)
        extent = extents.get(name) or Extent()
        yield Sheet(
            name,
            partial(_rows, sheet),
            others,
            extent.empty_formulas,
            columns_of_merged(sheet.merged_cell_ranges),
            from_1904,
        )


@contextmanager
def told_as_damaged() -> Iterator[None]:
    """Turn whatever calamine raises into a refusal of the file.

    A panic of the library derives from BaseException, under a name that cannot be
    imported.
    """
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, ValueError, OSError, OverflowError, TypeError) as error:
        raise damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from error


def _rows(sheet: "CalamineSheet") -> Rows:
    """Make Python rows from the library's own grid, each time they are asked for."""
    with told_as_damaged():
        yield from enumerate(sheet.iter_rows(), start=1)


def _looked_at(content: bytes) -> tuple[bytes, Mapping[str, Extent], bool]:
    """Give what calamine may read, what each sheet spans, if days count from 1904."""
    try:
        with Archive(content) as archive:
            glanced = {name: glance(archive.blocks(name)) for name in archive.parts()}
            archive.check_inflated(extent.size for extent in glanced.values())
            texts = no_texts()
            for name, extent in glanced.items():
                if extent.is_texts:
                    found = shared_texts(partial(archive.blocks, name))
                    texts = max(texts, found, key=lambda known: known.longest)
            checked_parts = {
                name: checked(extent, partial(archive.blocks, name), texts)
                for name, extent in glanced.items()
                if extent.is_sheet
            }
            parts, from_1904 = _parts_of_sheets(archive)
            extents = {
                sheet: checked_parts[part]
                for sheet, part in parts.items()
                if part in checked_parts
            }
            usual = content if archive.is_usual() else archive.rewritten()
            return usual, extents, from_1904
    except ZIP_ERRORS as error:
        raise damaged() from error


def _parts_of_sheets(archive: Archive) -> tuple[Mapping[str, str], bool]:
    """Tell in which part each sheet is, as far as can be told, and the first year."""
    targets = {
        about.get("Id", ""): about.get("Target", "")
        for name, about in _elements(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship"
    }
    parts: dict[str, str] = {}
    from_1904 = False
    for name, about in _elements(archive, "xl/workbook.xml"):
        if name == "sheet":
            target = targets.get(about.get("id", ""), "")
            inside = target.removeprefix("/") if target[:1] == "/" else f"xl/{target}"
            parts[about.get("name", "")] = inside
        elif name == "workbookPr":
            from_1904 = about.get("date1904") in {"1", "true"}
    return parts, from_1904


def _elements(archive: Archive, part: str) -> list[tuple[str, dict[str, str]]]:
    """List a small part's elements and attributes, without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        found.append((name.rpartition(":")[2], plain))

    def doctype(*_: object) -> None:
        raise damaged()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(archive.part(part, _LONGEST_INDEX), True)
    except expat.ExpatError:
        return []
    return found
