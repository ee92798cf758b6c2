"""Old and OpenDocument workbooks: read as others are, refused when they are bombs."""

import struct
import sys
import time
from collections.abc import Mapping
from datetime import date

import pytest

from imports.apart import environment
from imports.sheet import UnreadableError
from tests.imports.files import (
    HEADINGS,
    LAPTOP,
    archive,
    codes,
    read,
    records,
    refusal,
    text,
)
from tests.imports.old_workbooks import (
    cells,
    container,
    label,
    number,
    ods,
    ods_cell,
    ods_row,
    record,
    xls,
)

LIST = ods_row(*HEADINGS) + ods_row(*LAPTOP)
FAR = "<table:table-cell/>" * 3 + ods_cell("x")


@pytest.mark.parametrize(
    "content", [xls(cells(HEADINGS, LAPTOP)), ods(LIST)], ids=["xls", "ods"]
)
def test_a_list_is_the_same_in_each_kind(content: bytes) -> None:
    assert records(content) == records(text(HEADINGS, LAPTOP))
    assert read(content).sheet == "Parc"


def test_lines_count_from_the_top_of_an_old_workbook() -> None:
    content = xls(
        b"".join(label(2, n, title) for n, title in enumerate(HEADINGS))
        + b"".join(label(4, n, value) for n, value in enumerate(LAPTOP))
    )

    found = read(content)

    assert (found.heading.line, found.records[0].line) == (3, 5)
    assert found.cells_at([5])[5][0] == "INV-1"


def test_lines_count_from_the_top_of_an_opendocument() -> None:
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/>'
    found = read(ods(empty + "</table:table-row>" + LIST))

    assert (found.heading.line, found.records[0].line) == (4, 5)


def test_days_and_numbers_keep_their_kinds() -> None:
    day = (
        '<table:table-cell office:value-type="date" office:date-value="2024-03-01">'
        "<text:p>01/03/24</text:p></table:table-cell>"
    )
    price = (
        '<table:table-cell office:value-type="float" office:value="649.9">'
        "<text:p>649,90</text:p></table:table-cell>"
    )
    rows = ods_row("Étiquette", "Date d'achat", "Prix") + (
        f"<table:table-row>{ods_cell('INV-1')}{day}{price}</table:table-row>"
    )

    (made,) = records(ods(rows))

    assert (made.acquired_on, made.price_cents) == (date(2024, 3, 1), 64_990)


def test_a_number_of_an_old_workbook_is_read() -> None:
    heading = cells(("Étiquette", "Prix"))
    content = xls(heading + label(1, 0, "INV-1") + number(1, 1, 649.9))

    assert records(content)[0].price_cents == 64_990


def test_the_usual_margins_of_an_opendocument_are_no_bomb() -> None:
    margin = (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )

    assert len(records(ods(LIST + margin))) == 1


def test_the_second_sheet_is_named_and_not_read() -> None:
    other = f'<table:table table:name="Autre">{LIST}</table:table>'

    found = read(ods(LIST, more=other))

    assert (found.sheet, codes(found)[0]) == ("Parc", "other_sheets")


def test_an_opendocument_s_merged_category_counts_for_its_rows() -> None:
    spanned = ' table:number-rows-spanned="2" table:number-columns-spanned="1"'
    rows = (
        ods_row("Étiquette", "Catégorie", "Site")
        + f"<table:table-row>{ods_cell('A')}{ods_cell('PC portable', spanned)}"
        + f"{ods_cell('Mairie')}</table:table-row>"
        + f"<table:table-row>{ods_cell('B')}<table:covered-table-cell/>"
        + f"{ods_cell('École')}</table:table-row>"
        + ods_row("C", "", "École")
    )
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/>'
    rows = f"{empty}</table:table-row>{rows}"

    made = records(ods(rows))

    assert [one.category for one in made] == ["laptop", "laptop", None]
    assert [one.site for one in made] == ["Mairie", "École", "École"]


@pytest.mark.parametrize("kind", ["opendocument.text", "oasis.presentation"])
def test_another_opendocument_is_refused(kind: str) -> None:
    content = archive({"mimetype": f"application/vnd.{kind}", "content.xml": "<a/>"})

    assert refusal(content).code in {"damaged", "no_heading"}


def test_a_binary_workbook_is_refused_by_name() -> None:
    error = refusal(archive({"xl/workbook.bin": b"\x83\x01"}))

    assert error.code == "unknown_format"
    assert ".xlsb" in str(error)
    assert ".xlsx" in str(error)


def test_a_workbook_behind_a_password_is_refused_by_name() -> None:
    error = refusal(container("EncryptedPackage", b"\x00" * 5_000))

    assert error.code == "locked"
    assert "mot de passe" in str(error)


def test_another_ole_file_is_refused() -> None:
    assert refusal(container("WordDocument", b"\x00" * 5_000)).code == "damaged"


BOMBS: Mapping[str, tuple[bytes, set[str | None]]] = {
    "dimensions without measure": (
        xls(cells(HEADINGS, LAPTOP), (0xFFFFFFF0, 0xFFFF)),
        {"bomb"},
    ),
    "a far cell": (
        xls(cells(HEADINGS, LAPTOP) + label(0xFFFF, 0xFFFE, "x")),
        {"bomb"},
    ),
    "a text in each cell of a repeated row": (
        ods(
            LIST + '<table:table-row table:number-rows-repeated="1000000">'
            '<table:table-cell table:number-columns-repeated="16000" '
            'office:value-type="string"><text:p>x</text:p></table:table-cell>'
            "</table:table-row>"
        ),
        {"bomb", "damaged"},
    ),
    "a far row": (
        ods(
            LIST + '<table:table-row table:number-rows-repeated="1000000000">'
            "<table:table-cell/></table:table-row>" + ods_row("x")
        ),
        {"too_many_rows"},
    ),
    "a far column": (
        ods(
            LIST + "<table:table-row>"
            '<table:table-cell table:number-columns-repeated="1000000000"/>'
            + ods_cell("x")
            + "</table:table-row>"
        ),
        {None},  # no spreadsheet has so many columns: the cell is not there
    ),
    "entities": (
        archive(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": "<!DOCTYPE x ["
                + "".join(
                    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 999}">'
                    for n in range(9)
                )
                + "]><a>&e8;</a>",
            }
        ),
        {"damaged"},
    ),
    "deep nesting": (
        ods("<table:table-row>" * 200_000 + "</table:table-row>" * 200_000),
        {"damaged"},
    ),
    "spaces": (ods(LIST + " " * 50_000_000), {"bomb"}),
    "a circle of sectors": (
        xls(cells(HEADINGS))[:512] + struct.pack("<128I", *[2] * 128) * 20,
        {"bomb"},
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="limites d'un processus")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_this_process_goes_on(name: str) -> None:
    content, expected = BOMBS[name]
    assert len(content) < 1 << 20
    start = time.perf_counter()
    code: str | None = None

    try:
        read(content)
    except UnreadableError as error:
        code = error.code

    assert code in expected
    assert time.perf_counter() - start < 60


def test_the_other_process_knows_no_secret() -> None:
    ours = {"PATH": "/bin", "PARC_SECRET": "ne pas répéter", "HOME": "/root"}

    assert environment(ours) == {"PATH": "/bin"}


def test_what_the_other_process_wrote_can_be_read_several_times_at_once() -> None:
    found = read(ods(LIST + ods_row("INV-2", "2", "PC portable", "HP", "x")))

    one, other = found.source.rows(), found.source.rows()
    assert [next(one), next(one)] == [next(other), next(other)]
    assert [*one] == [*other] != []


def test_an_empty_sheet_has_no_heading() -> None:
    assert refusal(ods("")).code == "no_heading"
    assert refusal(xls(b"")).code == "no_heading"


def test_records_cut_short_are_damaged() -> None:
    broken = xls(cells(HEADINGS, LAPTOP))[: 512 * 3]

    assert refusal(broken).code == "damaged"
    assert refusal(container("Workbook", record(0x0809))).code == "damaged"


def test_an_opendocument_whose_content_is_misnamed_is_refused() -> None:
    misnamed = ods(ods_row(*HEADINGS)).replace(b"content.xml", b"content.xMl")

    assert refusal(misnamed).code == "damaged"
