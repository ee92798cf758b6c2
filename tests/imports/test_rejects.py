"""The rows to correct: as they came, with why, and harmless to a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from imports import Extract
from imports.rejects import rejects_csv, safe
from parc.domain.intake_issue import RejectedRow
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
    assert again.heading.titles == found.heading.titles
    assert again.heading.ignored == ()


def test_a_row_longer_than_the_headings_keeps_its_place() -> None:
    found = read(text(HEADINGS, ("INV-1", "Dell", AMBIGUOUS, "en trop")))

    heading, row = rows_of(rejects_csv(found, found.rejected))

    assert heading[3:5] == ["", "ligne"]
    assert row[3:5] == ["en trop", "2"]


def test_without_rejects_only_the_headings_are_written() -> None:
    found = read(text(HEADINGS, ("INV-1", "Dell", "2020-01-01")))

    assert len(rows_of(rejects_csv(found, []))) == 1


def whole(found: Extract) -> list[RejectedRow]:
    """Set aside every row that was read as a device."""
    return [RejectedRow("", record.line, ()) for record in found.records]


def returned(found: Extract, *lines: int) -> Extract:
    """Set some rows aside, and send the file of rows to correct alone."""
    chosen = [row for row in whole(found) if not lines or row.line in lines]
    return read(rejects_csv(found, chosen))


def test_what_is_in_conflict_is_not_said_to_be_rejected() -> None:
    found = read(text(HEADINGS, *(("INV", "Dell", "2020-01-01"),) * 3))
    first, second, third = whole(found)

    rows = rows_of(rejects_csv(found, [third, first], [second]))

    assert [(row[3], row[4]) for row in rows[1:]] == [
        ("2", "rejeté"),
        ("3", "en conflit"),
        ("4", "rejeté"),
    ]


DATED = (
    ("INV-1", "Dell", "01/02/23"),
    ("INV-2", "HP", "25/12/2022"),
    ("INV-3", "Société d'Œuvres", "03/04/2021"),
)


def test_a_day_that_the_column_proved_is_as_sure_alone() -> None:
    found = read(text(HEADINGS, *DATED))

    (alone,) = returned(found, 2).records

    assert alone.acquired_on == date(2023, 2, 1)


def test_a_day_whose_order_was_given_needs_no_order_again() -> None:
    found = read(text(HEADINGS, *DATED[::2]), date_order="mdy")

    (alone,) = returned(found, 2).records

    assert alone.acquired_on == date(2023, 1, 2)


def test_an_amount_that_the_column_proved_is_as_sure_alone() -> None:
    headings = ("Étiquette", "Marque", "Prix HT")
    found = read(text(headings, ("A", "Dell", "1.234"), ("B", "Dell", "12,50")))

    (alone,) = returned(found, 2).records

    assert alone.price_cents == 123_400


@pytest.mark.parametrize("from_1904", [False, True])
def test_the_days_and_amounts_of_a_workbook_come_back_as_they_were(
    from_1904: bool,
) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
    sheet = book.active
    assert sheet is not None
    sheet.title = "Matériels"
    sheet.append(["Parc de la mairie, à jour au 1er mars"])
    sheet.append([*HEADINGS, "Prix HT", "Observations"])
    sheet.append(["INV-1", "Dell", date(2023, 2, 1), 1234.5, "vu\nrevu"])
    sheet.append(["INV-2", "HP", 40_000, 1.234, "été"])
    sheet.append(["INV-3", "HP", 40_000, "1.234", "été"])
    book.create_sheet("Aide").append(["À lire"])
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue())
    assert len(found.records) == 3

    assert returned(found).records == found.records


def test_titles_and_totals_that_come_back_are_still_no_devices() -> None:
    found = read(
        text(
            HEADINGS,
            ("INV-1", "Dell", "2020-01-01"),
            ("Salle des serveurs", "", ""),
            HEADINGS,
            ("Total", "1", ""),
        )
    )
    assert len(found.rejected) == 3

    again = read(rejects_csv(found, found.rejected))

    assert again.records == []
    assert [row.issues[0].code for row in again.rejected] == [
        row.issues[0].code for row in found.rejected
    ]


def test_the_reasons_of_somebody_else_s_file_are_columns_like_others() -> None:
    found = read(
        text(("Étiquette", "Marque", "motif", "ligne"), ("A", "Dell", "x", "3"))
    )

    assert found.heading.ignored == ("motif", "ligne")


TITLES = ("Étiquette", "N° de série", "Marque", "Date d'achat", "Prix HT", "Notes")
CELL = {
    "Étiquette": st.sampled_from(["", "A-1", "é 2", "=1", "-x", "Total", "'"]),
    "N° de série": st.sampled_from(["", "S1234567", "0012345", "N/A"]),
    "Marque": st.sampled_from(["", "Dell", "@HP", "Société; « Œ »"]),
    "Date d'achat": st.sampled_from(["", "01/02/23", "25/12/2022", "2020-01-01", "?"]),
    "Prix HT": st.sampled_from(["", "1.234", "1 234,56 €", "12.50", "0", "-5", "10"]),
    "Notes": st.sampled_from(["", "vu", 'dit "bien"', "a\tb", "x;y", "+33"]),
}


@given(
    st.lists(st.tuples(*(CELL[title] for title in TITLES)), max_size=6),
    st.booleans(),
    st.data(),
)
def test_any_rows_sent_alone_say_what_they_said_among_the_others(
    rows: list[tuple[str, ...]],
    titled: bool,
    data: st.DataObject,
) -> None:
    above = [["Inventaire d'été", *[""] * 5]] if titled else []
    found = read(csv_of([*above, TITLES, *rows]))
    chosen = data.draw(st.sets(st.sampled_from([r.line for r in found.records] or [0])))

    again = read(rejects_csv(found, [r for r in whole(found) if r.line in chosen]))

    assert again.records == [r for r in found.records if r.line in chosen]


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Write a text table, quoted where need be."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()
