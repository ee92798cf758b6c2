"""The rows to correct: as they came, with why, and harmless to a spreadsheet."""

import csv
import io

import pytest

from imports.rejects import rejects_csv, safe
from tests.imports.files import read, text, workbook

AMBIGUOUS = "01/02/23"
HEADINGS = ("Étiquette", "Marque", "Date d'achat")


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_rejected_row_comes_back_with_its_line_and_why() -> None:
    found = read(
        text(HEADINGS, ("INV-1", "Dell", "2020-01-01"), ("INV-2", "HP", AMBIGUOUS))
    )

    heading, row = rows_of(rejects_csv(found, found.rejected))

    assert heading == [*HEADINGS, "ligne", "résultat", "motif", "à corriger"]
    assert row[:5] == ["INV-2", "HP", AMBIGUOUS, "3", "rejeté"]
    assert "précisez l'ordre des dates" in row[5]
    assert row[6] == "Date d'achat"


def test_it_opens_in_a_french_spreadsheet() -> None:
    found = read(text(HEADINGS, ("INV-2", "HP", AMBIGUOUS)))

    content = rejects_csv(found, found.rejected)

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 2


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_cell_that_would_run_stays_a_text(sign: str) -> None:
    formula = f"{sign}SUM(A1:A9)"
    found = read(workbook((*HEADINGS, formula[1:]), (formula[1:], "x", AMBIGUOUS)))
    assert safe(formula) == f"'{formula}"

    written = read(text(HEADINGS, ("INV-1", formula, AMBIGUOUS)))
    row = rows_of(rejects_csv(written, written.rejected))[1]
    assert row[1] == f"'{formula}"
    assert found.rejected


def test_an_ordinary_text_is_left_alone() -> None:
    assert [safe(t) for t in ("", "Dell", "a=b", "'x")] == ["", "Dell", "a=b", "'x"]


def test_a_corrected_file_reads_as_the_first_one_did() -> None:
    found = read(
        text(HEADINGS, ("INV-1", "-Dell-", AMBIGUOUS), ("INV-2", "+", AMBIGUOUS))
    )

    again = read(rejects_csv(found, found.rejected), date_order="dmy")

    assert [record.tag for record in again.records] == ["INV-1", "INV-2"]
    assert again.records[0].maker == "-Dell-"
    assert again.heading.ignored == ("ligne", "résultat", "motif", "à corriger")


def test_a_row_longer_than_the_headings_keeps_its_place() -> None:
    found = read(text(HEADINGS, ("INV-1", "Dell", AMBIGUOUS, "en trop")))

    heading, row = rows_of(rejects_csv(found, found.rejected))

    assert heading[3:5] == ["", "ligne"]
    assert row[3:5] == ["en trop", "2"]


def test_without_rejects_only_the_headings_are_written() -> None:
    found = read(text(HEADINGS, ("INV-1", "Dell", "2020-01-01")))

    assert len(rows_of(rejects_csv(found, []))) == 1
