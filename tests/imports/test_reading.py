"""The content tells what a file is, never its name; other kinds are refused."""

import gzip

import pytest

from imports.reading import MOST_BYTES, sheets
from imports.sheet import UnreadableError
from tests.imports.files import HEADINGS, LAPTOP, archive, text, workbook


def refused(content: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        list(sheets(content))
    return caught.value


def test_a_workbook_and_a_text_are_known_by_their_content() -> None:
    (made,) = sheets(workbook(HEADINGS, LAPTOP))
    (written,) = sheets(text(HEADINGS, LAPTOP))

    assert made.name == "Parc"
    assert written.name == ""
    assert [row for _, row in made.rows()] == [row for _, row in written.rows()]


@pytest.mark.parametrize(
    "content", [b"", b"\r\n\r\n", b"\x00" * 5_000, b"\xef\xbb\xbf"]
)
def test_an_empty_file_is_said_to_be(content: bytes) -> None:
    assert refused(content).code == "empty"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
        (gzip.compress(b"Tag;Serial\r\n", mtime=0), "archive"),
        (b'{"devices": []}', "JSON"),
        (b'[{"tag": "INV-1"}]', "JSON"),
        (b"<!DOCTYPE html><table>", "XML"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?>", "XML"),
        (b"{\\rtf1\\ansi", "traitement de texte"),
        (b"SQLite format 3\x00", "base de donn"),
    ],
)
def test_another_kind_of_file_is_named_and_what_to_do_said(
    content: bytes, kind: str
) -> None:
    error = refused(content)

    assert error.code == "unknown_format"
    assert kind in str(error)
    assert ".xlsx" in str(error)
    assert ".csv" in str(error)


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    odt = archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})

    assert refused(odt).code == "unknown_format"


def test_a_file_beyond_bounds_is_refused_before_it_is_read() -> None:
    assert refused(bytes(MOST_BYTES + 1)).code == "too_large"
