"""Whatever the bytes: a balanced extract, or a refusal in French. Nothing else."""

import resource
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports import UnreadableError
from imports.rejects import rejects_csv
from tests import strategies
from tests.imports.files import HEADING_ROW, HEADINGS, LAPTOP, cell, raw_workbook, read
from tests.imports.old_workbooks import cells, container, ods, ods_row, xls
from tests.imports.test_presets import LISTS

ORDERS = st.sampled_from((None, "dmy", "mdy", "ymd"))
REFUSALS = {
    "bomb",
    "damaged",
    "empty",
    "locked",
    "no_heading",
    "not_text",
    "other_format",
    "other_list",
    "too_many_cells",
    "too_many_columns",
    "too_many_rows",
    "unknown_format",
}


SNAPSHOTS = [path.read_bytes() for path in LISTS if path.suffix != ".csv"]


def check(content: bytes, order: str | None = None) -> None:
    """Read; hold what comes of it to the promise."""
    refused: UnreadableError | None = None
    try:
        found = read(content, order)
    except UnreadableError as error:
        refused = error
    if refused is not None:
        assert refused.code in REFUSALS
        assert str(refused).endswith((".", "…"))
        return
    assert found.read == len(found.records) + len(found.rejected)
    lines = [record.line for record in found.records]
    lines += [row.line for row in found.rejected]
    assert len(set(lines)) == len(lines)
    assert all(line > found.heading.line for line in lines)
    assert all(row.issues for row in found.rejected)
    assert all(issue.message and issue.code for issue in found.issues)
    for record in found.records:
        # What no database would take has been left out.
        for text in (record.tag, record.serial, record.notes, record.model):
            assert "\x00" not in (text or "")
            (text or "").encode()
        assert -(2**63) <= (record.price_cents or 0) < 2**63
    assert rejects_csv(found, found.rejected).decode("utf-8-sig")


@given(st.binary(max_size=2_000), ORDERS)
def test_random_bytes(content: bytes, order: str | None) -> None:
    check(content, order)


@given(
    st.sampled_from((b"PK\x03\x04", b"\xff\xfe", b"Tag;Serial\n", b'{"', b"[{")),
    st.binary(),
)
def test_random_bytes_after_a_known_beginning(mark: bytes, content: bytes) -> None:
    check(mark + content)


@given(strategies.text_files(), ORDERS)
def test_text_tables(content: bytes, order: str | None) -> None:
    check(content, order)


@given(strategies.damaged(strategies.text_files()), ORDERS)
def test_damaged_text_tables(content: bytes, order: str | None) -> None:
    check(content, order)


@given(strategies.workbooks(), ORDERS)
def test_workbooks(content: bytes, order: str | None) -> None:
    check(content, order)


@given(strategies.damaged(strategies.workbooks()))
def test_damaged_workbooks(content: bytes) -> None:
    check(content)


OLD = (
    xls(cells(HEADINGS, LAPTOP)),
    ods(ods_row(*HEADINGS) + ods_row(*LAPTOP)),
    container("EncryptedPackage", b""),
)


# A process each: few here, more in the bench.
@settings(max_examples=max(10, settings().max_examples // 20))
@given(strategies.damaged(st.sampled_from(OLD)))
def test_damaged_old_workbooks(content: bytes) -> None:
    check(content)


@settings(max_examples=max(10, settings().max_examples // 20))
@given(st.binary(max_size=400).map(xls) | st.text(max_size=200).map(ods))
def test_workbooks_of_other_kinds_that_hold_anything(content: bytes) -> None:
    check(content)


@given(strategies.damaged(st.sampled_from(SNAPSHOTS)))
def test_damaged_snapshots(content: bytes) -> None:
    check(content)


LIMIT = 1_500 * 1024 * 1024
READ = """
import resource, sys
from tests.imports.test_any_bytes import check
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
check(sys.stdin.buffer.read())
"""
FAR = f'<row r="999999">{cell("IV999999", "x")}</row>'
MANY = "".join(
    f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 3_000)
)
BOMBS = {
    "two far cells": raw_workbook(HEADING_ROW + FAR),
    "a far cell in disguise": raw_workbook(
        HEADING_ROW + FAR.replace("<c r=", "<c s='1' r=")
    ),
    "a text shown often": raw_workbook(
        HEADING_ROW + MANY, shared=f"<si><t>{'x' * 4_000_000}</t></si>"
    ),
    "a text shown often in disguise": raw_workbook(
        HEADING_ROW + MANY,
        shared=f"<si><t>a<!--</si>-->{'x' * 4_000_000}</t></si>",
    ),
    "entities": raw_workbook(
        "",
        sheet="<!DOCTYPE x ["
        + "".join(
            f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 1_000}">'
            for n in range(10)
        )
        + f']><worksheet><sheetData>{HEADING_ROW}<row r="2"><c r="A2" t="str">'
        "<v>&e9;</v></c></row></sheetData></worksheet>",
    ),
    "a long line": b"Tag;Serial\n" + b";" * 10_000_000,
    "an open quote": b'Tag;Serial\n"' + b"x" * 10_000_000,
    "brackets": b"[{" + b"[" * 10_000_000,
    "empty lists": b"[{},[" + b"[]," * 6_000_000 + b"[]]]",
    "short lines": b"Tag;Serial\n" + b"\n" * 2_000_000,
}


@pytest.mark.skipif(sys.platform != "linux", reason="limites d'un processus")
@pytest.mark.parametrize("name", BOMBS)
def test_small_bombs_take_neither_the_memory_nor_the_time(name: str) -> None:
    """In a process of its own: memory that is not there ends a program at once."""
    assert resource.RLIMIT_AS

    run = subprocess.run(
        [sys.executable, "-c", READ.format(limit=LIMIT)],
        input=BOMBS[name],
        capture_output=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr.decode()[-2_000:]
