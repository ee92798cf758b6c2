"""The heading line: found below titles, in French or English, other lists refused."""

from collections.abc import Sequence

import pytest

from imports.headings import LOOKED_AT, Heading, find_heading, says_with_vat
from imports.sheet import Cell, UnreadableError
from imports.vocabulary import vocabulary

SNIPE_IT = (
    *("Company", "Asset Name", "Asset Tag", "Model", "Model No.", "Category"),
    *("Manufacturer", "Serial", "Purchased", "Cost", "Order Number", "Supplier"),
    *("Checked Out", "Username", "Location", "Default Location", "Status"),
    *("Warranty", "Warranty Expires", "Notes"),
)


def found(*rows: Sequence[Cell]) -> Heading | None:
    return find_heading(enumerate(rows, start=1), vocabulary())


def heading(*titles: str) -> Heading:
    made = found(titles)
    assert made is not None
    return made


def refused(*rows: Sequence[Cell]) -> str:
    with pytest.raises(UnreadableError) as caught:
        found(*rows)
    assert caught.value.code == "other_list"
    return str(caught.value)


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        (
            ("N° d'étiquette", "N° de série", "Marque", "Date d'achat", "Prix HT"),
            {"tag": (0,), "serial": (1,), "maker": (2,), "acquired_on": (3,)}
            | {"price": (4,)},
        ),
        (
            ("Asset tag", "Serial number", "Brand", "Purchase date", "Purchase cost"),
            {"tag": (0,), "serial": (1,), "maker": (2,), "acquired_on": (3,)}
            | {"price": (4,)},
        ),
        (
            ("Date de mise en service", "Date de réforme", "Destination", "Modèle"),
            {"commissioned_on": (0,), "decommissioned_on": (1,), "destination": (2,)}
            | {"model": (3,)},
        ),
        (
            ("Code-barres", "Date de remise", "Bénéficiaire", "Engagement", "Preuve"),
            {"tag": (0,), "handed_over_on": (1,), "beneficiary": (2,)}
            | {"commitment_on": (3,), "proof_on": (4,)},
        ),
    ],
)
def test_french_and_english_headings_are_understood(
    titles: tuple[str, ...], columns: dict[str, tuple[int, ...]]
) -> None:
    made = heading(*titles)

    assert dict(made.columns) == columns
    assert made.ignored == ()
    assert made.format == "spreadsheet"


def test_how_a_column_is_written_does_not_hide_it() -> None:
    made = heading(
        "Étiquette *",
        "N° de série (obligatoire)",
        "Date d'achat (jj/mm/aaaa)",
        "Prix d'achat (€ HT)",
    )

    assert dict(made.columns) == {
        "tag": (0,),
        "serial": (1,),
        "acquired_on": (2,),
        "price": (3,),
    }


def test_a_price_without_vat_is_read_before_one_with() -> None:
    made = heading("Étiquette", "Prix d'achat TTC", "Prix d'achat HT")

    assert made.columns["price"] == (2, 1)
    assert [says_with_vat(title) for title in made.titles] == [False, True, False]
    assert says_with_vat("Montant T.T.C.")
    assert says_with_vat("Prix (toutes taxes comprises)")


def test_titles_above_are_passed_over() -> None:
    made = found(
        ["Inventaire 2026", None],
        [],
        ["Commune de Loos-en-Gohelle", "Marque"],
        ["Étiquette", "Marque"],
        ["INV-1", "Dell"],
    )

    assert made is not None
    assert made.line == 4


def test_the_fullest_line_is_the_heading_and_the_first_of_equals() -> None:
    titles = ["Étiquette", "Marque", "Modèle"]

    made = found(["Étiquette", "Marque"], titles, titles)

    assert made is not None
    assert made.line == 2


def test_a_repeated_heading_counts_once_and_is_told() -> None:
    made = heading("Étiquette", "Category", "Category", "Catégorie", "Remarque X")

    assert made.columns["category"] == (3, 1)
    assert made.ignored == ("Category", "Remarque X")


def test_an_inventory_number_beside_a_tag_is_the_accountants() -> None:
    assert dict(heading("Étiquette", "N° d'inventaire").columns) == {
        "tag": (0,),
        "accounting_number": (1,),
    }
    assert dict(heading("N° d'inventaire", "Marque").columns) == {
        "tag": (0,),
        "maker": (1,),
    }


def test_a_name_beside_a_first_name_is_a_person_s() -> None:
    assert heading("Étiquette", "Nom", "Prénom").columns["holder_last_name"] == (1,)
    assert heading("Étiquette", "Marque", "Nom").ignored == ("Nom",)


def test_snipe_it_is_known_by_its_headings() -> None:
    made = heading(*SNIPE_IT)

    assert made.format == "snipe-it"
    assert made.columns["tag"] == (2,)
    assert made.columns["acquired_on"] == (8,)
    assert made.columns["site"] == (14, 15)
    assert made.columns["holder"] == (12, 13)
    assert made.columns["warranty_ends_on"] == (18,)


def test_snipe_it_words_without_a_tag_make_an_ordinary_list() -> None:
    made = heading("Serial", "Model Name", "Username", "Company", "Purchase Cost")

    assert made.format == "spreadsheet"
    assert set(made.columns) >= {"serial", "model", "price"}


@pytest.mark.parametrize(
    "titles",
    [
        ["Marque", "Prix"],  # says of no device which it is
        ["Étiquette"],
        ["a", "b", "c"],
        [],
    ],
)
def test_a_line_that_names_no_device_is_no_heading(titles: list[Cell]) -> None:
    assert found(titles) is None


@pytest.mark.parametrize(
    ("titles", "name"),
    [
        (["First Name", "Last Name", "Username", "Email"], "utilisateurs"),
        (["Nom", "Prénom", "Courriel", "Fonction"], "utilisateurs"),
        (["Item name", "Seats", "Reassignable", "Serial number"], "licences"),
        (["Logiciel", "Licence", "Nombre de postes"], "licences"),
        (["Item Name", "Category", "Model Number", "Min. Qty"], "accessoires"),
        (["Name", "Address", "City", "Country"], "lieux"),
        (["Logiciel", "Éditeur", "Version"], "logiciels"),
        (["Model Name", "Model Number", "EOL", "Category"], "modèles"),
    ],
)
def test_a_list_of_something_else_is_refused_by_name(
    titles: list[Cell], name: str
) -> None:
    assert name in refused(["Export"], titles)


def test_a_device_list_may_speak_of_licences_and_people() -> None:
    made = heading(
        "Étiquette", "Marque", "Licence", "Clé de produit", "Prénom", "Nom", "Courriel"
    )

    assert "tag" in made.columns


def test_the_cells_of_devices_do_not_make_another_list() -> None:
    made = found(
        ["Étiquette", "Notes"],
        ["INV-1", "Remaining"],
        ["Seats", "Reassignable"],
    )

    assert made is not None
    assert made.line == 1


def test_only_the_first_lines_are_looked_at() -> None:
    assert LOOKED_AT >= 20
