"""A sheet that would take more memory than there is, is refused before it is opened."""

import pytest

from imports.extent import Extent, checked, column_number, glance
from imports.shared_texts import no_texts
from tests.imports.files import HEADING_ROW, cell, raw_workbook, read, refusal


def spanned(rows: str, size: int = 1 << 20) -> Extent:
    xml = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()

    def blocks() -> list[bytes]:
        return [xml[i : i + size] for i in range(0, len(xml), size)]

    return checked(glance(blocks()), lambda: iter(blocks()), no_texts())


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


@pytest.mark.parametrize(
    ("letters", "number"), [(b"A", 1), (b"Z", 26), (b"AA", 27), (b"IV", 256)]
)
def test_columns_are_counted_as_spreadsheets_do(letters: bytes, number: int) -> None:
    assert column_number(letters) == number


@pytest.mark.parametrize("size", [11, 1 << 20])
def test_the_span_is_that_of_the_cells(size: int) -> None:
    found = spanned(HEADING_ROW + row(30, cell("AB30", "x")), size)

    assert (found.rows, found.columns) == (30, 28)
    assert found.fits


@pytest.mark.parametrize("size", [11, 1 << 20])
def test_near_cells_count_beside_a_far_one(size: int) -> None:
    far = row(30, cell("AB30", "x"))
    found = spanned(row(5, cell("C800", "y")) + far + row(40, cell("B40", "z")), size)

    assert (found.rows, found.columns) == (800, 28)


def test_what_lies_near_fits() -> None:
    assert spanned(row(7, cell("B7", "y"))).fits


@pytest.mark.parametrize(
    "far",
    [
        '<c r="XFD2"><v>1</v></c>',
        '<c s="1" r="XFD2"><v>1</v></c>',
        "<c r='XFD2'><v>1</v></c>",
        '<x:c xmlns:x="u" r="XFD2"><x:v>1</x:v></x:c>',
        '<c r="xfd2"><v>1</v></c>',
        '<c r = "XFD2" ><is><t>a</t></is></c>',
    ],
)
def test_a_far_cell_is_seen_however_it_is_written(far: str) -> None:
    error = refusal(raw_workbook(HEADING_ROW + row(2, far)))

    assert error.code == "too_many_columns"
    assert "16384 colonnes" in str(error)


def test_cells_without_address_are_counted() -> None:
    error = refusal(raw_workbook(HEADING_ROW + "<row>" + "<c><v>1</v></c>" * 300))
    assert error.code == "damaged"

    unnamed = f"<row>{'<c><v>1</v></c>' * 300}</row>"
    assert refusal(raw_workbook(HEADING_ROW + unnamed)).code == "too_many_columns"


def test_a_grid_of_two_far_cells_is_refused() -> None:
    far = row(900_000, cell("IV900000", "x"))

    error = refusal(raw_workbook(HEADING_ROW + far))

    assert error.code == "too_many_cells"
    assert "900000 lignes et 256 colonnes" in str(error)


def test_a_line_beyond_bounds_is_refused() -> None:
    far = row(1_048_576, cell("A1048576", "x"))

    assert refusal(raw_workbook(HEADING_ROW + far)).code == "too_many_rows"


@pytest.mark.parametrize(
    "address", ["ZZZZZZZ4294967295", "A99999999999", "A&#50;", "12", "", "A-1", "٣٣"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    content = raw_workbook(
        HEADING_ROW + f'<row r="2"><c r="{address}"><v>1</v></c></row>'
    )

    assert refusal(content).code in {"damaged", "too_many_columns", "too_many_rows"}


def test_cells_that_are_only_coloured_do_not_count() -> None:
    coloured = row(1_048_576, '<c r="XFD1048576" s="1"/><c r="A1048576" s="1"></c>')
    content = raw_workbook(HEADING_ROW + row(2, cell("A2", "INV-1")) + coloured)

    assert [record.tag for record in read(content).records] == ["INV-1"]


def test_a_document_type_in_a_sheet_is_refused() -> None:
    sheet = (
        '<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData>'
        f'{HEADING_ROW}<row r="2"><c s="1" r="A2"><v>&a;</v></c></row>'
        "</sheetData></worksheet>"
    )

    assert refusal(raw_workbook("", sheet=sheet)).code == "damaged"


@pytest.mark.parametrize(
    "shown",
    [
        '<c r="A{}" t="s"><v>0</v></c>',
        "<c r=\"A{}\" t='s'><v>0</v></c>",
        '<c r="A{}" t = "s"><v>+0</v></c>',
        '<c r="A{}" t="s"><v> 0</v></c>',
        '<c r="A{}" t="s"><v>00</v></c>',
    ],
)
def test_a_long_text_shown_too_often_is_refused(shown: str) -> None:
    shared = f"<si><t>{'x' * 2_000_000}</t></si>"
    cells = "".join(row(n, shown.format(n)) for n in range(2, 302))

    error = refusal(raw_workbook(HEADING_ROW + cells, shared=shared))

    assert error.code == "bomb"
    assert "longs textes" in str(error)


def test_a_long_text_shown_once_among_many_short_ones_is_read() -> None:
    shared = f"<si><t>{'x' * 2_000_000}</t></si><si><t>Dell</t></si>"
    cells = "".join(
        row(n, cell(f"A{n}", f"INV-{n}") + f'<c r="B{n}" t="s"><v>1</v></c>')
        for n in range(3, 400)
    )
    long = row(2, cell("A2", "INV-2") + '<c r="B2" s="1" t="s"><v>0</v></c>')

    found = read(raw_workbook(HEADING_ROW + long + cells, shared=shared))

    assert {record.maker for record in found.records[1:]} == {"Dell"}
    assert found.records[0].maker == "x" * 200


@pytest.mark.parametrize(
    ("formula", "empty"),
    [
        ('<c r="B2"><f>A1</f></c>', True),
        ('<c r="B2"><f>A1</f><v></v></c>', True),
        ('<c r="B2"><f>A1</f><v /></c>', True),
        ('<c r="B2" s="1"><f t="shared" si="0"/></c>', True),
        ('<c r="B2"><f>A1</f><v>12</v></c>', False),
        ('<c r="B2" t="str"><f>A1</f><v></v></c>', False),
        ('<c r="B2" t="str"><f>A1</f></c>', True),
        ('<c r="B2"><v></v></c>', False),
    ],
)
def test_formulas_without_a_value_are_noted(formula: str, *, empty: bool) -> None:
    found = spanned(HEADING_ROW + row(2, formula))

    assert found.empty_formulas == ({2: (1,)} if empty else {})


def test_what_is_no_sheet_spans_nothing() -> None:
    found = glance([b"<styleSheet><c/></styleSheet>"])

    assert not found.is_sheet
    assert not found.is_texts
