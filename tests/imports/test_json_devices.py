"""Lines that parc exported are read as the table that they were."""

import json

import pytest

from imports.json_devices import exported_lines
from tests.imports.files import codes, read, refusal

LINE = {
    "tag": "CALL-004217-F",
    "owner_siret": "24620036400015",
    "category": "PC portable",
    "serial": "7JX2PK3",
    "state": "En service",
}


def lines(*said: object, end: str = "\n") -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + end for one in said).encode()


def test_each_line_is_a_device() -> None:
    other = {"tag": "CALL-004218-D", "owner_siret": "24620036400015"}

    found = read(lines(LINE, other))

    assert found.format == "parc"
    assert [(r.line, r.tag) for r in found.records] == [
        (1, "CALL-004217-F"),
        (2, "CALL-004218-D"),
    ]
    assert found.records[0].state == "in_service"
    assert found.cells_at([2])[2][0] == "CALL-004218-D"


def test_a_mark_and_other_line_ends_change_nothing() -> None:
    made = read(b"\xef\xbb\xbf" + lines(LINE, LINE, end="\r\n\r\n"))

    assert [record.line for record in made.records] == [1, 3]
    assert "damaged" not in codes(made)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lines(LINE) + b'{"tag": ', "damaged"),
        (lines(LINE) + b"7\n", "damaged"),
        (lines(LINE) + b'{"a":"' + b"x" * 100_000 + b'"}', "damaged"),
        (lines(LINE) + b"\n" * 1_000_001, "too_many_rows"),
        (lines({**LINE, "notes": "x" * 70_000}), "damaged"),
        (lines({"tag": "A"}), "unknown_format"),
    ],
)
def test_lines_that_are_not_so_are_refused(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_other_files_are_not_lines() -> None:
    assert exported_lines(b"tag;owner_siret\nA;1\n") is None
    assert exported_lines(b'[{"owner_siret":""}]\n') is not None
    assert exported_lines(b"") is None
