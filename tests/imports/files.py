"""Small files made for the tests: text tables, real workbooks, hand-made archives."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook

from imports import Extract, Options, UnreadableError, extract
from parc.domain.intake import DeviceRecord
from parc.domain.intake_issue import Issue

CATEGORIES = {"pc portable": "laptop", "laptop": "laptop", "écran": "screen"}
HEADINGS = ("Étiquette", "N° de série", "Catégorie", "Marque", "Modèle")
LAPTOP = ("INV-1", "640HP72", "PC portable", "Dell", "Latitude 5420")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def category_of(text: str) -> str | None:
    """Know three categories by their French or English names."""
    return CATEGORIES.get(text.lower())


def read(
    content: bytes, date_order: str | None = None, wanted: str | None = None
) -> Extract:
    """Extract with the three categories."""
    return extract(content, Options(category_of, date_order, wanted))


def records(content: bytes, date_order: str | None = None) -> list[DeviceRecord]:
    """Give the records of a file whose rows are all devices."""
    found = read(content, date_order)
    assert not found.rejected
    return found.records


def record(headings: list[str], *cells: object) -> DeviceRecord:
    """Give the record of a table of one row."""
    (made,) = records(table(headings, cells))
    return made


def remark(found: Extract, code: str) -> Issue:
    """Give the only remark of a kind."""
    (made,) = (issue for issue in found.issues if issue.code == code)
    return made


def refusal(content: bytes, wanted: str | None = None) -> UnreadableError:
    """Give the refusal of a file that must be refused."""
    try:
        found = read(content, wanted=wanted)
    except UnreadableError as error:
        return error
    raise AssertionError(found)


def codes(found: Extract) -> list[str]:
    """List what was remarked, in order."""
    return [issue.code for issue in found.issues]


def text(
    *rows: Sequence[object],
    separator: str = ";",
    encoding: str = "utf-8",
    end: str = "\r\n",
) -> bytes:
    """Make a text table; cells are written as they are."""
    lines = (separator.join("" if c is None else str(c) for c in row) for row in rows)
    return "".join(line + end for line in lines).encode(encoding)


def table(headings: Sequence[str], *rows: Sequence[object]) -> bytes:
    """Make a UTF-8 text table with a tag column before the given ones."""
    numbered = ((f"INV-{n}", *row) for n, row in enumerate(rows, start=1))
    return text(("Étiquette", *headings), *numbered)


def workbook(*rows: Sequence[object], **others: Iterable[Sequence[object]]) -> bytes:
    """Make a real workbook; `others` are further sheets by name."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Parc"
    for row in rows:
        first.append(list(row))
    for name, lines in others.items():
        sheet = book.create_sheet(name)
        for row in lines:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(address: str, value: str) -> str:
    """Write a cell of text as XML."""
    return f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'


HEADING_ROW = f'<row r="1">{cell("A1", "Étiquette")}{cell("B1", "Marque")}</row>'


def raw_workbook(
    rows: str,
    *,
    shared: str | None = None,
    sheet: str | None = None,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """Make a workbook of one sheet from the XML of its rows, right or wrong."""
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Parc" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
            'Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" '
            'Target="sharedStrings.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet
        or f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    if shared is not None:
        written["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{shared}</sst>'
    return archive({**written, **(parts or {})})


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """Make a ZIP archive of named parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()
