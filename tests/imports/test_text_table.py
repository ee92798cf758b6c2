"""Text tables: encodings and separators are recognised, rows keep their lines."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.sheet import MOST_COLUMNS, MOST_ROWS, Cell, UnreadableError
from imports.text_table import text_table
from tests.imports.files import text

ROWS = (
    ("Étiquette", "N° de série", "Modèle", "Localisation"),
    ("INV-1", "640HP72", "Écran 24 pouces à Noël", "Hôtel de ville"),
    ("INV-2", "CZC04", "Où ça", "Médiathèque façade"),
)
WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=["C"], exclude_characters="'"),
    max_size=12,
)


def rows_of(content: bytes) -> list[tuple[int, list[Cell]]]:
    return list(text_table(content).rows())


def cells_of(content: bytes) -> list[list[Cell]]:
    return [row for _, row in rows_of(content)]


def refused(content: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        rows_of(content)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "end"),
    [
        ("utf-8", "\n"),
        ("utf-8-sig", "\r\n"),
        ("cp1252", "\r\n"),
        ("cp850", "\r\n"),
        ("mac-roman", "\r"),
        ("mac-roman", "\n"),
        ("utf-16", "\r\n"),
        ("utf-8", "\r"),
    ],
)
def test_encodings_and_line_ends_of_every_system_are_read(
    encoding: str, end: str
) -> None:
    content = text(*ROWS, encoding=encoding, end=end)

    assert cells_of(content) == [list(row) for row in ROWS]


def test_both_byte_orders_of_utf_16_are_read() -> None:
    little = codecs.BOM_UTF16_LE + text(*ROWS, encoding="utf-16-le")
    big = codecs.BOM_UTF16_BE + text(*ROWS, encoding="utf-16-be")

    assert cells_of(little) == cells_of(big) == [list(row) for row in ROWS]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str, end: str) -> None:
    content = text(*ROWS, encoding=encoding, end=end)

    assert cells_of(content) == [list(row) for row in ROWS]


def test_without_accents_to_tell_capitals_are_those_of_windows() -> None:
    content = text(("ÉTAT", "N° SÉRIE"), encoding="cp1252")

    assert cells_of(content) == [["ÉTAT", "N° SÉRIE"]]


def test_without_accents_to_tell_lines_that_end_in_cr_come_from_a_mac() -> None:
    content = text(("ÉTAT", "N° SÉRIE"), encoding="mac-roman", end="\r")

    assert cells_of(content) == [["ÉTAT", "N° SÉRIE"]]


def test_a_byte_that_windows_does_not_know_still_reads() -> None:
    assert cells_of(b"Mod\xe8le;caf\xe9 \x81\r\na;b\r\n")[0] == ["Modèle", "café \x81"]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_the_one_that_makes_regular_columns(separator: str) -> None:
    content = text(*ROWS, separator=separator)

    assert cells_of(content) == [list(row) for row in ROWS]


def test_decimal_commas_are_not_separators() -> None:
    content = text(("Étiquette", "Prix"), ("INV-1", "12,50"), ("INV-2", "8,00"))

    assert cells_of(content)[1] == ["INV-1", "12,50"]


def test_lines_are_counted_as_an_editor_does() -> None:
    content = 'Étiquette;Notes\r\n\r\nINV-1;"deux\r\nlignes"\r\nINV-2;rien'.encode()

    assert rows_of(content) == [
        (1, ["Étiquette", "Notes"]),
        (2, []),
        (3, ["INV-1", "deux\nlignes"]),
        (5, ["INV-2", "rien"]),
    ]


def test_a_table_reads_again_from_its_start() -> None:
    table = text_table(text(*ROWS))

    first = next(iter(table.rows()))

    assert list(table.rows()) == list(table.rows())
    assert next(iter(table.rows())) == first


def test_the_quote_that_guards_a_formula_is_taken_off() -> None:
    assert cells_of(b"a;'=1+1;'-5;'abc;''=;'\r\n") == [
        ["a", "=1+1", "-5", "'abc", "''=", "'"]
    ]


def test_too_many_columns_are_refused_with_the_line() -> None:
    wide = text(("a", "b"), ["x"] * (MOST_COLUMNS + 1))

    assert len(cells_of(text(["x"] * MOST_COLUMNS))[0]) == MOST_COLUMNS
    assert refused(wide).code == "too_many_columns"
    assert "ligne 2" in str(refused(wide))
    assert "257 colonnes" in str(refused(wide))


def test_too_many_rows_are_refused() -> None:
    content = b"a;b\n" + b"\n" * MOST_ROWS

    assert refused(content).code == "too_many_rows"


def test_a_cell_without_end_is_refused_with_its_line() -> None:
    content = b'a;b\r\nc;"' + b"x" * 200_000

    assert refused(content).code == "damaged"
    assert "ligne 2" in str(refused(content))


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\x00;c\r\n",
        b"\xff\xfea",
        codecs.BOM_UTF16_LE + "a\ud800;b".encode("utf-16-le", "surrogatepass"),
        codecs.BOM_UTF16_LE + "a\x00;b".encode("utf-16-le"),
    ],
    ids=["nul", "half a sign", "lone surrogate", "nul in utf-16"],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    assert refused(content).code == "not_text"


def test_a_lone_surrogate_in_utf_8_does_not_get_through() -> None:
    content = "Étiquette;Marque\r\n\ud800;b\r\n".encode(errors="surrogatepass")

    for row in cells_of(content):
        for cell in row:
            str(cell).encode()


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_a_spreadsheet_quotes_reads_back(rows: list[list[str]]) -> None:
    quoted = [[f'"{word.replace(chr(34), chr(34) * 2)}"' for word in r] for r in rows]
    content = text(["Étiquette", "Modèle", "Prénom"], *quoted)

    assert cells_of(content)[1:] == rows


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_of_text_or_refused(content: bytes) -> None:
    try:
        rows = rows_of(content)
    except UnreadableError:
        return
    lines = [line for line, _ in rows]
    assert lines == sorted(set(lines))
    assert all(isinstance(cell, str) for _, row in rows for cell in row)
