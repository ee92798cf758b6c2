"""Dates and amounts of a row: a whole column proves how they are written."""

from datetime import date

import pytest

from tests.imports.files import (
    codes,
    read,
    record,
    records,
    remark,
    table,
    workbook,
)


def test_a_part_above_twelve_proves_the_order_of_its_column_alone() -> None:
    content = table(
        ["Date d'achat", "Mise en service"],
        ("01/02/2023", "01/02/2023"),
        ("25/12/2022", "12/25/2022"),
    )

    first, second = records(content)

    assert (first.acquired_on, first.commissioned_on) == (
        date(2023, 2, 1),
        date(2023, 1, 2),
    )
    assert second.acquired_on == second.commissioned_on == date(2022, 12, 25)


def test_each_column_of_a_field_proves_its_own_order() -> None:
    content = table(
        ["Date d'achat", "Date de facture"],
        ("25/12/2022", ""),
        ("", "12/25/2022"),
        ("", "01/02/2023"),
    )

    assert [made.acquired_on for made in records(content)] == [
        date(2022, 12, 25),
        date(2022, 12, 25),
        date(2023, 1, 2),
    ]


def test_a_row_with_an_ambiguous_date_is_rejected_until_an_order_is_given() -> None:
    content = table(
        ["Date d'achat", "Marque"],
        ("01/02/23", "Dell"),
        ("05/05/23", "HP"),
        ("2023-01-02", "Acer"),
        ("44958", "Asus"),
    )

    found = read(content)

    (row,) = found.rejected
    assert row.line == 2
    (reason,) = row.issues
    assert reason.code == "ambiguous_date"
    assert (reason.column, reason.value) == ("Date d'achat", "01/02/23")
    assert "précisez l'ordre" in reason.message
    assert [made.acquired_on for made in found.records] == [
        date(2023, 5, 5),
        date(2023, 1, 2),
        date(2023, 2, 1),
    ]
    for order, day in (("dmy", date(2023, 2, 1)), ("mdy", date(2023, 1, 2))):
        assert records(content, order)[0].acquired_on == day


def test_every_ambiguous_date_of_a_row_is_told() -> None:
    found = read(
        table(["Date d'achat", "Mise en service"], ("01/02/2023", "03/04/2023"))
    )

    assert [i.column for i in found.rejected[0].issues] == [
        "Date d'achat",
        "Mise en service",
    ]


def test_what_a_column_proves_wins_over_the_order_asked() -> None:
    content = table(
        ["Date d'achat", "Mise en service"],
        ("25/12/2022", "03/04/2023"),
        ("01/02/2023", "03/04/2023"),
    )

    made = records(content, "mdy")

    assert made[1].acquired_on == date(2023, 2, 1)
    assert made[1].commissioned_on == date(2023, 3, 4)


def test_real_date_cells_are_never_ambiguous() -> None:
    content = workbook(
        ["Étiquette", "Date d'achat"],
        ["INV-1", date(2023, 2, 1)],
        ["INV-2", 44_958],
    )

    assert [made.acquired_on for made in records(content)] == [date(2023, 2, 1)] * 2


@pytest.mark.parametrize(
    ("written", "code"),
    [("bientôt", "invalid_date"), ("2019", "year_alone"), ("1.1.1900", "invalid_date")],
)
def test_what_is_no_date_is_left_out_and_told(written: str, code: str) -> None:
    found = read(table(["Date d'achat", "Marque"], (written, "Dell")))

    assert found.records[0].acquired_on is None
    assert remark(found, code).value == written


def test_a_column_tells_thousands_from_decimals() -> None:
    content = table(["Prix HT", "Marque"], ("1.234", "a"), ("12,50", "b"))

    assert [made.price_cents for made in records(content)] == [123_400, 1_250]


def test_a_price_that_reads_in_two_ways_is_left_out_and_told() -> None:
    found = read(table(["Prix HT", "Marque"], ("1.234", "Dell")))

    assert found.records[0].price_cents is None
    assert remark(found, "invalid_amount").value == "1.234"


@pytest.mark.parametrize("title", ["Prix TTC", "Prix d'achat (€ TTC)", "Coût T.T.C."])
def test_a_price_with_vat_is_left_out_and_told(title: str) -> None:
    found = read(table([title, "Marque"], ("120", "Dell"), ("240", "HP")))

    assert {made.price_cents for made in found.records} == {None}
    assert "hors taxes" in remark(found, "price_with_vat").message


def test_a_price_without_vat_beside_one_with_is_read() -> None:
    assert record(["Prix TTC", "Prix HT"], "120", "100").price_cents == 10_000


@pytest.mark.parametrize(("mark", "tenths"), [("10", 100), ("0", 0), ("7.84", 78)])
def test_a_repairability_index_is_out_of_ten(mark: str, tenths: int) -> None:
    made = record(["Indice de réparabilité", "Marque"], mark, "Dell")

    assert made.repairability_tenths == tenths


@pytest.mark.parametrize("mark", ["11", "-1", "bon", "nan", "inf", "1e999"])
def test_another_index_is_left_out_and_told(mark: str) -> None:
    found = read(table(["Indice de réparabilité", "Marque"], (mark, "Dell")))

    assert found.records[0].repairability_tenths is None
    assert "invalid_index" in codes(found)


def test_a_warranty_in_months_ends_after_the_purchase() -> None:
    headings = ["Garantie (mois)", "Date d'achat", "Marque"]

    assert record(headings, "36", "2021-01-31", "a").warranty_ends_on == date(
        2024, 1, 31
    )
    assert record(headings, "36", "", "a").warranty_ends_on is None
    assert record(headings, "0", "2021-01-31", "a").warranty_ends_on is None
    both = record([*headings, "Fin de garantie"], "36", "2021-01-31", "a", "2030-01-01")
    assert both.warranty_ends_on == date(2030, 1, 1)


def test_a_warranty_that_is_no_duration_is_told() -> None:
    found = read(table(["Garantie", "Marque"], ("oui", "Dell")))

    assert "invalid_duration" in codes(found)
