"""Tables as files: typed where it helps, text where it must, flat in memory."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from reports.render.table_files import (
    Field,
    Row,
    csv_blocks,
    json_lines,
    write_xlsx,
)

FIELDS = (
    Field("tag", "Étiquette"),
    Field("on", "Acquis le"),
    Field("price", "Prix HT"),
    Field("count", "Nombre"),
)
ROWS: list[Row] = [
    ("LL-000001-A", date(2026, 1, 31), Decimal("1234.50"), 3),
    ("LL-000002-B", None, None, None),
]


def workbook(rows: list[Row]) -> list[tuple[object, ...]]:
    """Write a workbook and read it back."""
    file = io.BytesIO()
    write_xlsx("Matériels", FIELDS, rows, file)
    file.seek(0)
    return list(load_workbook(file)["Matériels"].iter_rows(values_only=True))


def test_a_csv_opens_in_a_french_spreadsheet() -> None:
    content = b"".join(csv_blocks(FIELDS, ROWS))

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines() == [
        "Étiquette;Acquis le;Prix HT;Nombre",
        "LL-000001-A;2026-01-31;1234,50;3",
        "LL-000002-B;;;",
    ]


def test_a_workbook_has_real_dates_and_amounts() -> None:
    head, first, second = workbook(ROWS)

    assert head == ("Étiquette", "Acquis le", "Prix HT", "Nombre")
    assert first == ("LL-000001-A", datetime(2026, 1, 31), 1234.5, 3)  # noqa: DTZ001 - as a sheet has it
    assert second == ("LL-000002-B", None, None, None)


def test_headings_stay_in_sight_and_can_be_filtered() -> None:
    file = io.BytesIO()
    write_xlsx("Matériels", FIELDS, ROWS, file)
    page = load_workbook(file)["Matériels"]

    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:D3")


def test_json_leaves_out_what_is_empty() -> None:
    lines = b"".join(json_lines(FIELDS, ROWS)).decode().splitlines()

    assert [json.loads(line) for line in lines] == [
        {"tag": "LL-000001-A", "on": "2026-01-31", "price": "1234.50", "count": 3},
        {"tag": "LL-000002-B"},
    ]


@pytest.mark.parametrize("text", ["=1+1", "+33 3 21", "-2", "@SOMME(A1)", "\tx"])
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    rows: list[Row] = [(text, None, None, None)]
    content = b"".join(csv_blocks(FIELDS, rows)).decode("utf-8-sig")
    file = io.BytesIO()
    write_xlsx("Matériels", FIELDS, rows, file)

    (_, (cell, *_)) = csv.reader(io.StringIO(content), delimiter=";")
    assert cell == f"'{text}"
    assert load_workbook(file)["Matériels"]["A2"].data_type == "s"


def test_long_tables_come_in_blocks() -> None:
    blocks = list(csv_blocks(FIELDS, (ROWS[1] for _ in range(2_000))))

    assert len(blocks) > 4
    assert max(map(len, blocks)) < 20_000
