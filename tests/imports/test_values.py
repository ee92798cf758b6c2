"""Cells to values: dates, amounts, durations and capacities, never guessed."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.sheet import LONGEST_CELL, Cell
from imports.values import (
    AmbiguousDateError,
    YearAloneError,
    after_months,
    cents_of,
    date_order,
    day_of,
    decimal_comma,
    gigabytes_of,
    is_mangled,
    months_of,
    text_of,
)

DAYS = st.dates(date(1970, 1, 1), date(2099, 12, 31))
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (42.0, "42"),
        (42.5, "42.5"),
        (7, "7"),
        (True, "vrai"),
        (False, "faux"),
        (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 9, 30), "2024-03-01"),  # noqa: DTZ001 - as a cell is
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        ("  Dell\u00a0 Inc\n", "Dell Inc"),
        ("un\u200bseul\ufeff mot\u00ad", "unseul mot"),
        ("a\x00b\x07\ud800c", "abc"),
        (float("inf"), "inf"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


@given(CELLS)
def test_any_cell_has_a_text_of_one_line_and_bounded(cell: Cell) -> None:
    text = text_of(cell)

    assert text == text_of(text)
    assert len(text) <= LONGEST_CELL
    assert "\n" not in text
    text.encode()


def test_a_huge_cell_is_cut() -> None:
    assert text_of("x" * 100_000) == "x" * LONGEST_CELL


@pytest.mark.parametrize(
    "cell", ["6.37702E+15", "5,02e+18", "5E+18", 6.37702e15, float("nan")]
)
def test_an_identifier_that_a_spreadsheet_rounded_is_known_for_it(cell: Cell) -> None:
    assert is_mangled(cell)


@pytest.mark.parametrize(
    "cell", ["640HP72", "CZC0479792", "1E5", "E+15", 352099001761481.0, 12345, "", None]
)
def test_an_honest_identifier_is_not(cell: Cell) -> None:
    assert not is_mangled(cell)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["01/02/2023", "25/12/2022"], "dmy"),
        (["01/02/2023", "12/25/2022"], "mdy"),
        (["01/02/2023", "03/04/2023"], None),
        (["25/12/2022", "12/25/2022"], None),  # the column contradicts itself
        (["97/12/25", "01/02/03"], "ymd"),
        (["2023-12-25", "01/02/2023"], None),  # ISO proves itself only
        (["01/02/2023", "45/13/2022", "demain"], None),
        ([" 25-12-22 ", 45_000.0, None, date(2022, 12, 25)], "dmy"),
        (["25.12.2022 10:30"], "dmy"),
        ([], None),
    ],
)
def test_a_column_proves_its_order_by_a_part_above_twelve(
    column: list[Cell], order: str | None
) -> None:
    assert date_order(column) == order


@given(st.lists(DAYS), st.sampled_from([("%d/%m/%Y", "dmy"), ("%m/%d/%Y", "mdy")]))
def test_a_column_never_proves_the_wrong_order(
    days: list[date], way: tuple[str, str]
) -> None:
    written, order = way
    proved = date_order(day.strftime(written) for day in days)

    assert proved in {order, None}
    assert (proved is None) == all(day.day <= 12 for day in days)


@given(
    DAYS,
    st.sampled_from(
        [
            ("%d/%m/%Y", "dmy"),
            ("%d-%m-%Y 23:59", "dmy"),
            ("%m/%d/%Y", "mdy"),
            ("%Y-%m-%d", "dmy"),
            ("%Y/%m/%d", None),
            ("%Y-%m-%dT08:00:00Z", None),
        ]
    ),
)
def test_a_date_reads_back_as_itself(day: date, way: tuple[str, str | None]) -> None:
    written, order = way
    assert day_of(day.strftime(written), order) == day


@given(DAYS)
def test_a_serial_number_of_days_is_a_date(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days

    assert day_of(serial, None) == day
    assert day_of(float(serial) + 0.99, None) == day
    assert day_of(str(serial), None) == day


def test_real_date_cells_need_no_order() -> None:
    assert day_of(date(2023, 2, 1), None) == date(2023, 2, 1)
    assert day_of(datetime(2023, 2, 1, 8), None) == date(2023, 2, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12/2022", date(2022, 12, 25)),
        ("12/25/2022", date(2022, 12, 25)),
        ("05/05/2022", date(2022, 5, 5)),
        ("5/5/99", date(1999, 5, 5)),
        ("5/5/22", date(2022, 5, 5)),
    ],
)
def test_without_an_order_only_what_reads_one_way_is_read(text: str, day: date) -> None:
    assert day_of(text, None) == day


def test_two_readings_are_never_chosen_between() -> None:
    with pytest.raises(AmbiguousDateError):
        day_of("01/02/2023", None)
    assert day_of("01/02/2023", "dmy") == date(2023, 2, 1)
    assert day_of("01/02/2023", "mdy") == date(2023, 1, 2)
    assert day_of("23/02/01", "ymd") == date(2023, 2, 1)


@pytest.mark.parametrize("cell", ["2018", 2019, 2020.0])
def test_a_year_alone_is_not_a_date(cell: Cell) -> None:
    with pytest.raises(YearAloneError):
        day_of(cell, "dmy")


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "demain",
        "31/02/2023",
        "2023-13-01",
        "01/02/2023/4",
        "01/01/1900",
        "99999",
        "²³⁴⁵⁶",
        "٤٥٠٠٠",
        "9" * 5_000,
        1.0,
        float("inf"),
        float("nan"),
        True,
        date(1899, 12, 31),
        time(9),
        timedelta(days=45_000),
    ],
)
def test_what_is_no_date_of_a_device_s_life_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the contract
        day_of(cell, "dmy")


@pytest.mark.parametrize("cell", ["12/25/2022", "01/02/2023"])
def test_a_date_that_belies_the_order_is_refused(cell: str) -> None:
    order = "dmy" if cell.startswith("12") else "ymd"
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the contract
        day_of(cell, order)


@given(CELLS, st.sampled_from(["dmy", "mdy", "ymd", None]))
def test_any_cell_is_a_plausible_date_or_a_value_error(
    cell: Cell, order: str | None
) -> None:
    try:
        day = day_of(cell, order)
    except ValueError:
        return
    assert 1970 <= day.year < 2100


@pytest.mark.parametrize(
    ("column", "comma"),
    [
        (["1 234,56", "12"], True),
        (["1,234.56", "12"], False),
        (["12,5", "12.5"], None),
        (["1,234", "12"], None),
        ([12.5, None], None),
    ],
)
def test_a_column_proves_how_it_writes_cents(
    column: list[Cell], *, comma: bool | None
) -> None:
    assert decimal_comma(column) is comma


@pytest.mark.parametrize(
    ("cell", "comma", "cents"),
    [
        ("850", None, 85_000),
        ("850,5", None, 85_050),
        ("850.50", None, 85_050),
        ("1 234,56 €", None, 123_456),
        ("1\u202f234,56\u00a0€ HT", None, 123_456),
        ("$1,234.56", None, 123_456),
        ("1.234,56", None, 123_456),
        ("1 234 567", None, 123_456_700),
        ("1.234.567", None, 123_456_700),
        ("1.234.567,8", None, 123_456_780),
        ("1.234", True, 123_400),
        ("1,234", False, 123_400),
        ("1234,567", None, 123_457),
        ("12,", None, 1_200),
        ("0,0049", None, 0),
        (851, None, 85_100),
        (849.995, None, 85_000),
        (0.29, None, 29),
    ],
)
def test_an_amount_is_read_in_cents(
    cell: Cell, *, comma: bool | None, cents: int
) -> None:
    assert cents_of(cell, comma) == cents


@pytest.mark.parametrize(
    ("cell", "comma"),
    [
        ("1,234", None),  # twelve hundred or one and a quarter
        ("1.234", False),
        ("1,234", True),
        ("1.23.45", None),
        ("1,234.567,8", None),
        ("-5", None),
        (-5.0, None),
        ("gratuit", None),
        ("", None),
        ("²", None),
        (False, None),
        (float("inf"), None),
        (float("nan"), None),
        (1e12, None),
        ("9" * 5_000, None),
        ("999999999999", None),
    ],
)
def test_what_is_no_amount_or_two_is_refused(cell: Cell, *, comma: bool | None) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the contract
        cents_of(cell, comma)


@given(st.integers(0, 9_999_999_999))
def test_an_amount_reads_back_whatever_its_country(cents: int) -> None:
    euros, rest = divmod(cents, 100)
    english = f"{euros:,}.{rest:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = german.replace(".", "\u202f")

    for text in (english, german, french, f"{euros},{rest:02}", f"{euros}.{rest:02}"):
        assert cents_of(text, None) == cents


@given(CELLS, st.sampled_from([True, False, None]))
def test_any_cell_is_a_bounded_amount_or_a_value_error(
    cell: Cell,
    comma: bool | None,
) -> None:
    try:
        cents = cents_of(cell, comma)
    except ValueError:
        return
    assert 0 <= cents <= 10_000_000_000


@pytest.mark.parametrize(
    ("text", "months"),
    [("36", 36), ("36 mois", 36), ("3 ans", 36), ("1 AN", 12), ("2 years", 24)],
)
def test_a_duration_is_read_in_months(text: str, months: int) -> None:
    assert months_of(text) == months


@pytest.mark.parametrize("text", ["", "oui", "3,5 ans", "999", "-3", "²", "30 ans"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is the contract
        months_of(text)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2021, 11, 15), 36, date(2024, 11, 15)),
        (date(2021, 11, 15), 0, date(2021, 11, 15)),
    ],
)
def test_months_are_counted_as_people_do(day: date, months: int, end: date) -> None:
    assert after_months(day, months) == end


@pytest.mark.parametrize(
    ("text", "gigabytes"),
    [
        ("512", 512),
        ("512 Go", 512),
        ("256GB", 256),
        ("1 To", 1_000),
        ("1,5 TB", 1_500),
        ("476,94 Go", 476),
        ("500000 Mo", 500),
        ("", None),
        ("grand", None),
        ("²", None),
        ("9" * 50, None),
    ],
)
def test_a_capacity_is_read_in_gigabytes(text: str, gigabytes: int | None) -> None:
    assert gigabytes_of(text) == gigabytes
