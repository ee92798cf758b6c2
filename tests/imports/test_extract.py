"""A file whole: every row is a record or is rejected with a reason."""

import pytest

from imports import Extract
from tests.imports.files import (
    HEADINGS,
    LAPTOP,
    codes,
    read,
    refusal,
    text,
    workbook,
)


def rejected(found: Extract) -> list[tuple[int, str]]:
    """List the rejected lines with why."""
    return [(row.line, row.issues[0].code) for row in found.rejected]


def tags(found: Extract) -> list[str | None]:
    return [record.tag for record in found.records]


@pytest.mark.parametrize("make", [workbook, text])
def test_titles_totals_and_blank_lines_are_no_devices(make: object) -> None:
    assert callable(make)
    content = make(
        ("Inventaire au 24 novembre", None, None, None, None),
        (None, None, None, None, None),
        HEADINGS,
        LAPTOP,
        (None, None, None, None, None),
        ("  ", None, "\u00a0", None, None),
        HEADINGS,
        ("INV-2", "CZC04", "Écran", "HP", "E24"),
        ("Matériels de l'école", None, None, None, None),
        ("Total général : 2", None, None, None, None),
        ("Sous-total", "2", None, None, "2 lignes"),
    )

    found = read(content)

    assert tags(found) == ["INV-1", "INV-2"]
    assert rejected(found) == [
        (7, "repeated_heading"),
        (9, "title_line"),
        (10, "total_line"),
        (11, "total_line"),
    ]
    assert found.read == 6
    assert (found.issues[0].line, found.issues[0].code) == (1, "title_line")
    assert found.issues[0].value == "Inventaire au 24 novembre"


def test_a_line_of_one_text_is_a_remark_when_it_names_no_device() -> None:
    found = read(
        text(
            ("Marque", "Étiquette", "Modèle"),
            ("Commune de Meurchin", "", ""),
            ("Dell", "INV-1", ""),
            ("", "INV-2", ""),
        )
    )

    assert rejected(found) == [(2, "title_line")]
    assert tags(found) == ["INV-1", "INV-2"]


@pytest.mark.parametrize(
    "row",
    [
        ("TOTAL-12", "640HP72", "", "", ""),
        ("SUM-001", "", "", "Dell", ""),
        ("", "640HP72", "Total", "Dell", ""),
        ("Sommer-3", "", "", "Dell", ""),
    ],
)
def test_a_device_is_not_a_total_for_a_word_of_its_row(row: tuple[str, ...]) -> None:
    found = read(text(HEADINGS, row))

    assert found.rejected == []
    assert len(found.records) == 1


@pytest.mark.parametrize(
    "row",
    [
        ("Total", "", "", "", "152"),
        ("TOTAL HT", "", "", "", ""),
        ("Total :", "152", "", "", ""),
        ("", "", "Sous total (écrans)", "", "12"),
        ("Nombre de lignes = 12", "", "", "", ""),
        ("Moyenne", "", "", "", "3"),
    ],
)
def test_a_line_of_totals_is_rejected(row: tuple[str, ...]) -> None:
    assert rejected(read(text(HEADINGS, row))) == [(2, "total_line")]


def test_a_device_of_total_energies_is_one() -> None:
    found = read(
        text(("Site", "Étiquette", "Marque"), ("Total Énergies", "INV-1", "HP"))
    )

    assert tags(found) == ["INV-1"]


def test_the_first_sheet_that_lists_devices_is_read_and_the_others_told() -> None:
    content = workbook(
        ["Mode d'emploi"],
        Agents=[["Prénom", "Nom", "Courriel"], ["Alice", "Martin", "a@b.fr"]],
        PC=[HEADINGS, LAPTOP],
        Écrans=[HEADINGS],
    )

    found = read(content)

    assert found.sheet == "PC"
    assert tags(found) == ["INV-1"]
    told = next(issue for issue in found.issues if issue.code == "other_sheets")
    assert "« Écrans »" in told.message.replace("\u00a0", " ")


def test_a_workbook_that_lists_only_something_else_is_refused_by_name() -> None:
    content = workbook(
        ["Mode d'emploi"], Agents=[["Prénom", "Nom", "Courriel"], ["a", "b", "c"]]
    )

    assert refusal(content).code == "other_list"


@pytest.mark.parametrize("content", [text(("a", "b"), ("1", "2")), workbook(["a"])])
def test_a_file_without_headings_is_refused_with_what_is_needed(content: bytes) -> None:
    error = refusal(content)

    assert error.code == "no_heading"
    assert "étiquette, numéro de série" in str(error)


def test_a_list_without_devices_is_an_empty_list() -> None:
    found = read(text(HEADINGS))

    assert (found.read, codes(found)) == (0, [])


SNIPE_IT = text(
    ("Asset Tag", "Company", "Item Name", "Model Number", "Serial", "Status"),
    ("A-1", "Lens", "x", "E24", "S1", "Deployed"),
    separator=",",
)


def test_a_form_may_be_asked_for() -> None:
    assert read(SNIPE_IT).format == "snipe-it"
    assert read(SNIPE_IT, wanted="snipe-it").format == "snipe-it"
    assert read(SNIPE_IT, wanted="spreadsheet").format == "snipe-it"

    error = refusal(text(HEADINGS, LAPTOP), wanted="snipe-it")
    assert error.code == "other_format"
    assert "spreadsheet" in str(error)


def test_snipe_it_s_own_words_are_understood() -> None:
    row = {
        "Asset Tag": "A-1",
        "Serial": "S1",
        "Model": "E24",
        "Model No.": "1FH47AA",
        "Category": "Écran",
        "Manufacturer": "HP",
        "Status": "Deployed",
        "Checked Out To": "Alice Martin",
        "Default Location": "Mairie",
        "Purchase Date": "2021-03-31",
        "Purchase Cost": '"1,234.50"',
        "Warranty": "36 months",
    }

    (record,) = read(text(list(row), list(row.values()), separator=",")).records

    assert (record.tag, record.serial, record.maker) == ("A-1", "S1", "HP")
    assert record.holder_name == "Alice Martin"
    assert record.price_cents == 123_450
    assert str(record.warranty_ends_on) == "2024-03-31"
    assert record.state is not None
    assert record.state.value == "in_service"


def test_lines_are_read_again_as_they_are_in_the_file() -> None:
    found = read(text(HEADINGS, LAPTOP, ("INV-2", "'=1", "", "", "")))

    assert found.cells_at({3}) == {3: ["INV-2", "=1", "", "", ""]}
    assert found.cells_at(set()) == {}
    assert found.cells_at({99}) == {}
