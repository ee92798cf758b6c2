"""Rows to records: columns that say something, joined, cut, none twice."""

from datetime import date

import pytest

from parc.domain.intake import DeviceRecord
from parc.domain.vocabulary import Condition
from tests.imports.files import (
    read,
    record,
    records,
    remark,
    table,
    text,
    workbook,
)


def test_a_row_fills_the_fields_of_a_device() -> None:
    made = record(
        [
            *("N° de série", "UUID", "Catégorie", "Marque", "Modèle", "Date d'achat"),
            *("Prix HT", "Fournisseur", "N° de commande", "Indice de réparabilité"),
            *("Fin de garantie", "État à l'achat", "Lieu", "Commentaire", "N° immo"),
        ],
        *("640HP72", "4C4C4544-0036", "PC portable", "Dell", "Latitude 5420"),
        *("25/12/2021", "1 234,56 €", "UGAP", "BC-77", "7,8/10"),
        *("25/12/2024", "Neuf", "École Pasteur", "Écran rayé", "2021-0042"),
    )

    assert made == DeviceRecord(
        2,
        tag="INV-1",
        serial="640HP72",
        uuid="4C4C4544-0036",
        accounting_number="2021-0042",
        category="laptop",
        maker="Dell",
        model="Latitude 5420",
        acquired_on=date(2021, 12, 25),
        price_cents=123_456,
        condition=Condition.NEW,
        supplier="UGAP",
        order_number="BC-77",
        repairability_tenths=78,
        warranty_ends_on=date(2024, 12, 25),
        notes="Écran rayé",
        site="École Pasteur",
    )
    assert made.line == 2


@pytest.mark.parametrize(
    "empty", ["", "N/A", "-", "néant", " Inconnu ", "#N/A", "…", "Non renseigné", "?"]
)
def test_words_for_nothing_are_nothing(empty: str) -> None:
    assert record(["Marque", "N° de série"], empty, empty) == DeviceRecord(
        2, tag="INV-1"
    )


def test_the_second_column_of_a_field_speaks_when_the_first_is_silent() -> None:
    first, second = records(
        table(["Site", "Localisation"], ("Mairie", "École"), ("n/a", "École"))
    )

    assert (first.site, second.site) == ("Mairie", "École")


def test_long_texts_are_cut() -> None:
    made = record(["Marque", "Notes"], "x" * 300, "y" * 3_000)

    assert made.maker == "x" * 200
    assert made.notes == "y" * 2_000


def test_technical_columns_are_joined_with_their_headings() -> None:
    made = record(["Processeur", "RAM (Go)", "Disque"], "Core i5", "16", "n/a")

    assert made.specifications == "Processeur : Core i5 ; RAM (Go) : 16"
    assert record(["Processeur", "Marque"], "M1", "Apple").specifications == "M1"


def test_unknown_columns_are_told_once() -> None:
    found = read(table(["Marque", "Couleur", "Humeur"], ("Dell", "bleu", "gaie")))

    told = remark(found, "ignored_columns")
    assert told.line == 1
    assert told.value == "Couleur, Humeur"


def test_a_formula_without_value_is_told_for_columns_in_use() -> None:
    content = workbook(
        ["Étiquette", "Prix HT", "Calcul"],
        ["INV-1", "=1+1", "=A1"],
        ["INV-2", "=2+2", None],
        ["INV-3", 12, "=A1"],
    )

    told = remark(read(content), "formula_without_value")

    assert (told.line, told.column) == (2, "Prix HT")
    assert "1 autre ligne" in told.message


def test_a_short_row_is_as_if_its_cells_were_empty() -> None:
    made = records(text(["Étiquette", "Marque", "Modèle"], ["INV-1"]))

    assert made == [DeviceRecord(2, tag="INV-1")]
