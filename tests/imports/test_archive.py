"""A workbook's archive is inflated within bounds, whatever it claims."""

import io
import itertools
import struct
import zipfile
from collections.abc import Mapping

import pytest

from imports.archive import MOST_ENTRIES, MOST_INFLATED, Archive, whole
from imports.sheet import UnreadableError
from tests.imports.files import HEADING_ROW, archive, raw_workbook, refusal

INDEX: Mapping[str, str | bytes] = {"xl/workbook.xml": "<workbook/>"}
MEGABYTE = 1 << 20


def claiming(content: bytes, name: str, size: int) -> bytes:
    """Change the size that an archive claims for a part, in both its headers."""
    made = bytearray(content)
    local = made.index(name.encode()) - 30
    central = made.rindex(name.encode()) - 46
    struct.pack_into("<I", made, local + 22, size)
    struct.pack_into("<I", made, central + 24, size)
    return bytes(made)


def inflated(content: bytes, name: str) -> int:
    with Archive(content) as opened:
        return sum(map(len, opened.blocks(name)))


def test_a_part_is_read_to_its_true_end_whatever_it_claims() -> None:
    content = archive({**INDEX, "xl/a.xml": b"a" * MEGABYTE})

    assert inflated(claiming(content, "xl/a.xml", 10), "xl/a.xml") == MEGABYTE


def test_a_claim_out_of_proportion_is_refused_before_inflating() -> None:
    content = archive({**INDEX, "xl/a.xml": b"a" * 100})

    assert refusal(claiming(content, "xl/a.xml", 2**31)).code == "bomb"


@pytest.mark.parametrize("claimed", [10, None])
def test_a_part_that_inflates_out_of_proportion_is_refused(claimed: int | None) -> None:
    content = raw_workbook(HEADING_ROW, parts={"xl/a.xml": b" " * (40 * MEGABYTE)})
    assert len(content) < MEGABYTE // 10

    if claimed is not None:
        content = claiming(content, "xl/a.xml", claimed)

    assert refusal(content).code == "bomb"


def test_a_part_is_not_inflated_further_than_what_is_allowed() -> None:
    content = archive({**INDEX, "xl/a.xml": b" " * (40 * MEGABYTE)})

    with Archive(claiming(content, "xl/a.xml", 10)) as opened:
        first = itertools.islice(opened.blocks("xl/a.xml"), 20)
        with pytest.raises(UnreadableError):
            list(first)


def test_parts_that_inflate_out_of_proportion_together_are_refused() -> None:
    parts = {f"xl/{n}.xml": b" " * (6 * MEGABYTE) for n in range(4)}
    content = raw_workbook(HEADING_ROW, parts=parts)
    for name in parts:
        content = claiming(content, name, 10)

    assert refusal(content).code == "bomb"


def test_a_small_workbook_may_hold_much_white_space() -> None:
    content = archive({**INDEX, "xl/a.xml": b" " * (8 * MEGABYTE)})

    assert inflated(content, "xl/a.xml") == 8 * MEGABYTE < MOST_INFLATED


def test_too_many_parts_are_refused() -> None:
    parts = {f"xl/{n}.xml": b"" for n in range(MOST_ENTRIES)}

    assert refusal(archive({**INDEX, **parts})).code == "bomb"


def test_an_archive_of_the_usual_shape_is_handed_on_as_it_came() -> None:
    with Archive(archive(INDEX)) as opened:
        assert opened.is_usual()


def stored(parts: Mapping[str, str | bytes]) -> bytes:
    """Make an archive that does not compress."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "unusual",
    [
        b"PK " + archive(INDEX),
        stored({**INDEX, "xl/a.xml": stored({"b": "c"})[-22:]}),
        archive({**INDEX, "content.xml": "<office/>"}),
        archive({**INDEX, "xl/workbook.bin": b"\x01"}),
        archive({**INDEX, "XL/Workbook.xml": "<workbook/>"}),
    ],
    ids=["something before", "two ends", "calc too", "binary too", "two cases"],
)
def test_an_archive_that_reads_in_two_ways_is_not(unusual: bytes) -> None:
    with Archive(unusual) as opened:
        assert not opened.is_usual()


def test_an_archive_behind_another_is_not_read_for_it() -> None:
    assert refusal(archive(INDEX) + archive({"other": "b"})).code == "unknown_format"


def test_a_rewritten_archive_holds_each_part_of_the_workbook_once() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/workbook.xml", "<first/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("xl/workbook.xml", "<second/>")
        made.writestr("content.xml", "<calc/>")
        made.writestr("xl/media/image1.png", b"\x89PNG")

    with Archive(out.getvalue()) as opened:
        content = opened.rewritten()

    with zipfile.ZipFile(io.BytesIO(content)) as read:
        assert read.namelist() == ["xl/workbook.xml"]
        assert read.read("xl/workbook.xml") == b"<second/>"


def test_a_part_that_is_absent_or_too_long_is_nothing() -> None:
    with Archive(archive({**INDEX, "xl/a.xml": b"a" * 11})) as opened:
        assert opened.part("xl/b.xml", 10) == b""
        assert opened.part("xl/a.xml", 10) == b""
        assert opened.part("xl/a.xml", 11) == b"a" * 11


def test_an_archive_without_a_workbook_is_refused() -> None:
    with pytest.raises(UnreadableError) as caught:
        Archive(archive({"word/document.xml": "<document/>"}))
    assert caught.value.code == "unknown_format"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_blocks_are_cut_again_between_tags(size: int) -> None:
    xml = b'<row><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    blocks = [xml[i : i + size] for i in range(0, len(xml), size)]

    pieces = list(whole(blocks, b"<c "))

    assert b"".join(pieces) == xml
    assert all(piece.count(b"<") == piece.count(b">") for piece in pieces)
