"""The workbook: typed cells, texts that stay texts, what prints, what links."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.worksheet.worksheet import Worksheet

from reports import reen
from reports.render import xlsx
from reports.report import (
    Cell,
    Column,
    Kind,
    Link,
    Note,
    Percent,
    Report,
    Sheet,
    Table,
    Tone,
    WebLink,
)
from tests.factories import LOOS
from tests.reports.lives import NAMES, a_year, left, reformed

MADE_AT = datetime.fromisoformat("2027-01-31T09:30:00+01:00")
SPRING = date(2026, 4, 1)


def opened(*sheets: Sheet) -> Workbook:
    """Write a document and open it as a spreadsheet would."""
    report = Report("Titre", "Sujet", "Résumé", MADE_AT, sheets)
    return load_workbook(BytesIO(xlsx.to_bytes(report)))


def the_cell(value: Cell, kind: Kind = Kind.TEXT) -> SheetCell:
    """Write one value in a column of a kind, and find its cell."""
    page = opened(Sheet("Feuille", (Table((Column("C", kind),), ((value,),)),)))
    found = page["Feuille"]["A2"]
    assert isinstance(found, SheetCell)
    return found


@pytest.fixture(scope="module")
def book() -> Workbook:
    """Give a real year, written and opened again."""
    fleet = [
        *(reformed() for _ in range(3)),
        left(reformed(), SPRING),
        left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1), proof=SPRING),
        reformed(owner=LOOS),
        reformed(category="mouse"),
        reformed(bought=None),
    ]
    report = reen.build(a_year(fleet, owners=NAMES))
    return load_workbook(BytesIO(xlsx.to_bytes(report)))


@pytest.mark.parametrize(
    ("value", "kind", "written", "data_type", "number_format"),
    [
        (1_234, Kind.INTEGER, 1_234, "n", "#,##0"),
        (Decimal("47.5"), Kind.PERCENT, 47.5, "n", '0.0"\u00a0%"'),
        (Percent(Decimal("47.5")), Kind.FIGURE, 47.5, "n", '0.0"\u00a0%"'),
        (44, Kind.FIGURE, 44, "n", "#,##0"),
        (Decimal("-2.5"), Kind.POINTS, -2.5, "n", '+0.0;"\u2212"0.0;0.0'),
        (SPRING, Kind.DAY, datetime(2026, 4, 1), "d", "dd/mm/yyyy"),  # noqa: DTZ001
        ("47,5", Kind.TEXT, "47,5", "s", "General"),
        ("0012", Kind.TEXT, "0012", "s", "General"),
        ("non calculable", Kind.FIGURE, "non calculable", "s", "#,##0"),
        (None, Kind.DAY, None, "n", "dd/mm/yyyy"),
        (Link(19, "Feuille"), Kind.INTEGER, 19, "n", "#,##0"),
        (Link(None, "Feuille"), Kind.INTEGER, None, "n", "#,##0"),
    ],
)
def test_cells_are_typed(
    value: Cell, kind: Kind, written: object, data_type: str, number_format: str
) -> None:
    cell = the_cell(value, kind)

    assert cell.value == written
    assert cell.data_type == data_type
    assert cell.number_format == number_format


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://exemple.fr";"x")',
        "+33 3 21 00 00 00",
        "-12",
        "@SUM(A1)",
        "\t=1",
        "#N/A",
        "TRUE",
        "1e5",
        "https://exemple.fr",
        " espaces ",
    ],
)
def test_a_text_stays_that_text(text: str) -> None:
    for value in (text, Link(text, "Feuille")):
        cell = the_cell(value)
        assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("sign", xlsx.FORMULA_SIGNS)
def test_editing_a_text_that_looks_like_a_formula_does_not_run_it(sign: str) -> None:
    assert the_cell(f"{sign}1").quotePrefix
    assert not the_cell(f"1{sign}").quotePrefix


@settings(max_examples=30)
@given(st.lists(st.text(), min_size=1, max_size=20))
def test_any_text_is_written_and_read_again_without_a_formula(
    texts: list[str],
) -> None:
    table = Table((Column(texts[0]),), tuple((text,) for text in texts))
    report = Report("T", "S", "R", MADE_AT, (Sheet("F", (table,)),))
    written = xlsx.to_bytes(report)
    with ZipFile(BytesIO(written)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    for row in load_workbook(BytesIO(written))["F"].iter_rows():
        for cell in row:
            assert cell.data_type in {"s", "n"}
            assert cell.data_type == "s" or cell.value is None


def test_signs_that_xml_forbids_are_shown_as_missing() -> None:
    assert the_cell("a\x00b\x1bc").value == "a\ufffdb\ufffdc"


def test_an_empty_text_is_an_empty_cell() -> None:
    assert the_cell("").value is None


def test_a_text_longer_than_a_cell_is_cut() -> None:
    value = the_cell("é" * 40_000).value

    assert isinstance(value, str)
    assert len(value) == 32_000


def test_a_link_opens_a_sheet_and_a_web_link_a_page() -> None:
    inside = the_cell(Link(19, "REEN-01"), Kind.INTEGER)
    web = the_cell(WebLink("Décret", "https://exemple.fr/a?b=1&c=2"), Kind.LONG_TEXT)

    assert inside.hyperlink is not None
    assert inside.hyperlink.location == "'REEN-01'!A1"
    assert inside.font.underline == "single"
    assert web.hyperlink is not None
    assert (web.value, web.hyperlink.target) == (
        "Décret",
        "https://exemple.fr/a?b=1&c=2",
    )
    assert the_cell(Link(None, "REEN-01"), Kind.INTEGER).hyperlink is None


def test_a_paragraph_covers_the_sheet_unless_it_is_a_link() -> None:
    table = Table((Column("A"), Column("B"), Column("C")), ())
    notes = (Note("Titre", Tone.TITLE), Note("Retour", sheet="Autre"))
    page = opened(Sheet("Feuille", (*notes, table)), Sheet("Autre", ()))["Feuille"]

    assert [str(area) for area in page.merged_cells.ranges] == ["A1:C1"]
    assert page["A2"].hyperlink.location == "'Autre'!A1"
    assert page["A1"].font.size > page["A2"].font.size


def test_a_column_may_span_several() -> None:
    wide = Table(
        (Column("Voie", span=2), Column("Nombre", Kind.INTEGER)), (("Don", 3),)
    )
    narrow = Table((Column("A", width=10), Column("B", width=20)), ())
    page = opened(Sheet("Feuille", (narrow, wide)))["Feuille"]

    assert {str(area) for area in page.merged_cells.ranges} == {"A2:B2", "A3:B3"}
    assert (page["A3"].value, page["C3"].value) == ("Don", 3)
    widths = [page.column_dimensions[letter].width for letter in "ABC"]
    assert widths == [10, 20, 16]


def test_a_spanning_column_widens_the_last_one_it_covers() -> None:
    wide = Table((Column("Lecture", width=100, span=2),), ())
    narrow = Table((Column("A", width=30), Column("B", width=14)), ())
    page = opened(Sheet("Feuille", (wide, narrow)))["Feuille"]

    assert page.column_dimensions["A"].width == 30
    assert page.column_dimensions["B"].width == 70


def test_a_row_is_as_high_as_its_longest_text_asks() -> None:
    long = "Le décret ne dit pas d'où court l'âge. " * 6
    columns = (Column("Sujet"), Column("Lecture", Kind.LONG_TEXT, 40))
    rows = (("Court", "Court"), ("Long", long), ("Lignes", "un\ndeux\ntrois"))
    page = opened(Sheet("Feuille", (Table(columns, rows),)))["Feuille"]
    short, tall, three = (page.row_dimensions[n].height for n in (2, 3, 4))

    assert tall > 4 * short
    assert 2 * short < three < tall
    assert page["B3"].alignment.wrap_text
    assert not page["A3"].alignment.wrap_text


def test_a_listing_freezes_filters_and_repeats_the_heading_of_its_last_table() -> None:
    summary = Table((Column("Motif"), Column("Nombre")), (("Âge", 2), ("Autre", 1)))
    listing = Table((Column("A"), Column("B"), Column("C")), (("1", "2", "3"),) * 5)
    page = opened(
        Sheet("Liste", (Note("Titre"), summary, Note("Suite"), listing), listing=True)
    )["Liste"]

    assert page["A6"].value == "A"
    assert page.freeze_panes == "B7"
    assert page.auto_filter.ref == "A6:C11"
    assert page.print_title_rows == "$6:$6"


def test_an_empty_listing_still_has_its_heading() -> None:
    page = opened(Sheet("Liste", (Table((Column("A"),), ()),), listing=True))["Liste"]

    assert page.auto_filter.ref == "A1:A1"
    assert page.freeze_panes == "B2"


def test_a_listing_without_a_table_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="ends with a table"):
        opened(Sheet("Liste", (Note("Rien"),), listing=True))


def test_the_properties_name_the_document_in_french() -> None:
    about = opened(Sheet("Feuille", ())).properties

    assert (about.title, about.subject, about.description) == (
        "Titre",
        "Sujet",
        "Résumé",
    )
    assert (about.creator, about.lastModifiedBy) == ("parc", "parc")
    assert about.language == "fr-FR"
    assert about.created == MADE_AT.replace(tzinfo=None)


def test_pages_are_a4_landscape_as_wide_as_the_paper(book: Workbook) -> None:
    for page in book.worksheets:
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.paperSize == 9
        assert page.sheet_properties.pageSetUpPr is not None
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToWidth == 1
        assert page.page_setup.fitToHeight == (1 if page.title == "Synthèse" else 0)
        footer = page.oddFooter
        assert footer is not None
        assert (footer.left.text, footer.right.text) == ("&A", "Page &P / &N")
        assert not page.sheet_view.showGridLines


def test_lists_have_frozen_headings_and_filters(book: Workbook) -> None:
    for title in ("REEN-01", "REEN-01b", "REEN-02", "REEN-03", "Exclusions"):
        page = book[title]
        head = _heading(page)
        names = [cell.value for cell in page[head]]
        assert {"Étiquette", "Réformé le", "Propriétaire"} <= set(names)
        assert page.auto_filter.ref.startswith(f"A{head}:")
        assert page.auto_filter.ref.endswith(str(page.max_row))
        assert page.print_title_rows == f"${head}:${head}"


def test_every_link_inside_the_document_arrives(book: Workbook) -> None:
    found = 0
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                link = cell.hyperlink
                if link is not None and link.location:
                    name, _, place = link.location.rpartition("!")
                    assert name.strip("'") in book.sheetnames
                    assert place == "A1"
                    assert link.ref == cell.coordinate
                    found += 1
    assert found > 20


def test_days_and_figures_of_the_document_are_not_texts(book: Workbook) -> None:
    page = book["REEN-01"]
    head = _heading(page)
    names = [cell.value for cell in page[head]]
    day = names.index("Réformé le") + 1
    rows = range(head + 1, page.max_row + 1)

    assert len(rows) == 6
    assert {page.cell(row, day).value for row in rows} == {datetime(2025, 5, 15)}  # noqa: DTZ001
    assert _under(book["Synthèse"], "Valeur") == [pytest.approx(33.3), 33.3, 6, 2]


def test_the_first_sheet_is_the_one_shown(book: Workbook) -> None:
    assert book.active is not None
    assert book.active.title == "Synthèse"


def _heading(page: Worksheet) -> int:
    assert page.freeze_panes is not None
    return int(page.freeze_panes[1:]) - 1


def _under(page: Worksheet, title: str) -> list[object]:
    (head,) = [cell for row in page.iter_rows() for cell in row if cell.value == title]
    return [page.cell(head.row + n, head.column).value for n in range(1, 5)]
