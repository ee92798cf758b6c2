"""Merged cells: what one says counts for its rows, where it can."""

import io
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from imports.merging import MOST_MERGED, columns_of_merged, filled
from imports.rejects import rejects_csv
from tests.imports.files import (
    HEADING_ROW,
    cell,
    raw_workbook,
    read,
    records,
    refusal,
)


def merged(*ranges: str, rows: list[list[object]], mac: bool = False) -> bytes:
    """Make a workbook some of whose cells are merged."""
    book = Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for span in ranges:
        page.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS: list[list[object]] = [
    ["Étiquette", "N° de série", "Catégorie", "Site", "Prix HT"],
    ["A", "S-10001", "PC portable", "Mairie", 100],
    ["B", "S-10002", None, None, None],
    ["C", "S-10003", None, "École", None],
    ["D", "S-10004", None, None, None],
]


def test_a_merged_category_or_site_counts_for_all_its_rows() -> None:
    made = records(merged("C2:C4", "D2:D3", "E2:E5", rows=ROWS))

    assert [one.category for one in made] == ["laptop", "laptop", "laptop", None]
    assert [one.site for one in made] == ["Mairie", "Mairie", "École", None]
    # Of one device, or of all together: nobody can tell.
    assert [one.price_cents for one in made] == [10_000, None, None, None]


def test_a_merged_tag_or_serial_is_that_of_its_first_row() -> None:
    rows = [row[:] for row in ROWS[:3]]
    rows[2][:2] = [None, "S-10002"]

    made = records(merged("A2:A3", rows=rows))

    assert [(one.tag, one.serial) for one in made] == [
        ("A", "S-10001"),
        (None, "S-10002"),
    ]


def test_empty_lines_under_a_merged_cell_are_no_devices() -> None:
    assert len(records(merged("C2:C40", rows=ROWS[:2]))) == 1


def test_a_title_merged_over_columns_stays_a_title() -> None:
    rows: list[list[object]] = [["Inventaire de la mairie"], *ROWS]

    found = read(merged("A1:E1", "C3:C6", rows=rows))

    assert found.heading.line == 2
    assert [one.category for one in found.records] == ["laptop"] * 4


def test_a_row_given_back_says_what_the_merged_cell_said() -> None:
    rows = [[*row, ""] for row in ROWS]
    rows[0][5] = "Date d'achat"
    rows[2][5] = "01/02/2023"

    found = read(merged("C2:C5", rows=rows))

    (refused,) = found.rejected
    assert "S-10002;PC portable;" in rejects_csv(found, [refused]).decode()


def test_only_the_first_of_several_columns_is_filled() -> None:
    assert columns_of_merged([((1, 2), (3, 4)), ((0, 0), (0, 5))]) == {2: {2: 4}}
    assert columns_of_merged(None) == {}


def test_a_value_of_its_own_is_not_replaced() -> None:
    rows = [(1, ["a"]), (2, [""]), (3, ["c"]), (4, []), (5, [None])]

    done = filled(iter(rows), {0: {1: 4}}, [0])  # type: ignore[arg-type]

    assert [row for _, row in done] == [["a"], ["a"], ["c"], ["a"], [None]]


def test_merged_cells_without_measure_are_refused() -> None:
    many = '<mergeCell ref="A1:A2"/>' * (MOST_MERGED + 1)
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{HEADING_ROW}<row r='2'>{cell('A2', 'x')}</row></sheetData>"
        f"<mergeCells>{many}</mergeCells></worksheet>"
    )

    assert refusal(raw_workbook("", sheet=sheet)).code == "too_many_cells"


@pytest.mark.parametrize("mac", [False, True])
def test_a_day_written_as_a_bare_number_counts_from_the_workbook_s_origin(
    mac: bool,
) -> None:
    bare = 45_352 - (1_462 if mac else 0)
    rows: list[list[object]] = [
        ["Étiquette", "Date d'achat", "Date de mise en service"],
        ["A", bare, date(2024, 3, 1)],
    ]

    (made,) = records(merged(rows=rows, mac=mac))

    assert made.acquired_on == made.commissioned_on == date(2024, 3, 1)
