"""Workbooks: cells keep their kinds, damage is told, nothing of the library escapes."""

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from imports.sheet import UnreadableError
from imports.workbook import MOST_SHEETS, told_as_damaged, workbook
from tests.imports import files
from tests.imports.files import HEADING_ROW, cell, raw_workbook, refusal


def rows_of(content: bytes) -> list[list[object]]:
    sheet = next(workbook(content))
    return [list(row) for _, row in sheet.rows()]


def test_cells_keep_their_kinds() -> None:
    noon = datetime(2024, 3, 1, 12)  # noqa: DTZ001 - as cells are
    content = files.workbook(["mot", 42, 1.5, True, noon.date(), noon, None, "fin"])

    assert rows_of(content) == [["mot", 42.0, 1.5, True, noon.date(), noon, "", "fin"]]


def test_lines_count_from_the_top_of_the_sheet() -> None:
    rows = f'<row r="3">{cell("C3", "Tag")}</row><row r="5">{cell("C5", "a")}</row>'

    sheet = next(workbook(raw_workbook(rows)))

    assert [(line, row) for line, row in sheet.rows() if any(row)] == [
        (3, ["Tag"]),
        (5, ["a"]),
    ]


def test_sheets_come_in_order_the_hidden_ones_last() -> None:
    book = load_workbook(io.BytesIO(files.workbook(["a"], Deux=[["b"]], Trois=[["c"]])))
    book["Parc"].sheet_state = "hidden"
    book.create_chartsheet("Graphique")
    out = io.BytesIO()
    book.save(out)

    sheets = list(workbook(out.getvalue()))

    assert [sheet.name for sheet in sheets] == ["Deux", "Trois", "Parc"]
    assert sheets[0].others == ("Trois", "Parc")


def test_only_so_many_sheets_are_opened() -> None:
    more = {f"F{n}": [[n]] for n in range(MOST_SHEETS + 5)}

    assert len(list(workbook(files.workbook(["a"], **more)))) == MOST_SHEETS


def test_a_sheet_outlives_its_workbook() -> None:
    opened = workbook(files.workbook(["a"], ["b"]))
    sheet = next(opened)
    opened.close()

    assert [line for line, _ in sheet.rows()] == [1, 2]
    assert list(sheet.rows()) == list(sheet.rows())


def test_each_sheet_has_its_own_formulas() -> None:
    content = files.workbook(["a", "b"], ["=1+1", "x"], Deux=[["a"], [None, "=A1"]])

    first, second = workbook(content)

    assert first.empty_formulas == {2: (0,)}
    assert second.empty_formulas == {2: (1,)}


@pytest.mark.parametrize("length", range(4, 5_000, 600))
def test_a_truncated_workbook_is_refused(length: int) -> None:
    content = files.workbook(files.HEADINGS, files.LAPTOP)

    assert refusal(content[:length]).code == "damaged"


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": b"<workbook"},
        {"xl/workbook.xml": b"\xff\xfe<\x00"},
        {"xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"},
        {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c>"},
        {"xl/worksheets/sheet1.xml": b""},
        {"xl/styles.xml": b"<styleSheet><cellXfs><xf numFmtId='x'"},
    ],
)
def test_a_damaged_part_is_told(parts: dict[str, bytes]) -> None:
    assert refusal(raw_workbook(HEADING_ROW, parts=parts)).code in {
        "damaged",
        "no_heading",
    }


def test_an_encrypted_part_is_told() -> None:
    content = bytearray(raw_workbook(HEADING_ROW))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(mark, start)) >= 0:
            content[start + flags] |= 1
            start += 4

    assert refusal(bytes(content)).code == "damaged"


def test_a_text_that_is_not_shared_is_told() -> None:
    rows = HEADING_ROW + '<row r="2"><c r="A2" t="s"><v>5</v></c></row>'

    assert refusal(raw_workbook(rows, shared="<si><t>a</t></si>")).code == "damaged"


def test_a_panic_of_the_library_is_told() -> None:
    # The bounds stop this sheet before; here it is given straight to the library.
    far = '<row r="4294967295"><c r="ZZZZZZZ4294967295"><v>1</v></c></row>'
    content = raw_workbook(HEADING_ROW + far)

    with pytest.raises(UnreadableError) as caught, told_as_damaged():
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)

    assert caught.value.code == "damaged"
    assert not isinstance(caught.value.__cause__, Exception)


def test_an_interruption_is_not_taken_for_damage() -> None:
    with pytest.raises(KeyboardInterrupt), told_as_damaged():
        raise KeyboardInterrupt


def test_another_archive_hidden_behind_is_not_read() -> None:
    shown = raw_workbook(HEADING_ROW + f'<row r="2">{cell("A2", "INV-1")}</row>')
    calc = files.archive({"content.xml": "<office:document-content/>", "mimetype": "x"})

    sheets = list(workbook(calc + shown))

    assert [row for _, row in sheets[0].rows()][1][0] == "INV-1"
