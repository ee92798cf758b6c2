"""Bytes to tables: recognise the kind of file by its content, never by its name."""

from collections.abc import Generator

from imports.apart import old_workbook, opendocument
from imports.archive import ZIP_ERRORS, damaged, is_opendocument
from imports.sheet import Sheet, UnreadableError
from imports.text_table import text_table
from imports.workbook import workbook

MOST_BYTES = 200 * 1024 * 1024
_HEAD = 512
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = (
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"\x1f\x8b", "une archive compressée"),
    (b"7z\xbc\xaf", "une archive compressée"),
    (b"Rar!", "une archive compressée"),
    (b"{\\rtf", "un document de traitement de texte"),
    (b"SQLite format 3", "une base de données"),
    (b"{", "un fichier JSON"),
    (b"[{", "un fichier JSON"),
    (b"<", "une page ou un fichier XML"),
)


def sheets(content: bytes) -> Generator[Sheet, None, None]:
    """Open the tables of a workbook, or the only one of a text.

    Raises:
        UnreadableError: neither, damaged, or beyond the bounds.
    """
    if len(content) > MOST_BYTES:
        message = "Le fichier dépasse 200 Mo : ne gardez que les colonnes utiles."
        raise UnreadableError("too_large", message)
    if not content.strip(b"\x00\xef\xbb\xbf\r\n\t "):
        raise UnreadableError("empty", "Le fichier est vide.")
    head = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, kind in _OTHER_KINDS:
        if head.startswith(mark):
            message = (
                f"Ce fichier est {kind}, pas une liste : parc lit les classeurs .xlsx, "
                ".ods et .xls, et les fichiers .csv. Enregistrez-le dans un de ces "
                "formats."
            )
            raise UnreadableError("unknown_format", message)
    if content.startswith(_OLD_WORKBOOK):
        yield from old_workbook(content)
    elif content.startswith(b"PK"):
        yield from _of_archive(content)
    else:
        yield text_table(content)


def _of_archive(content: bytes) -> Generator[Sheet, None, None]:
    try:
        is_ods = is_opendocument(content)
    except ZIP_ERRORS as error:
        raise damaged() from error
    yield from opendocument(content) if is_ods else workbook(content)
