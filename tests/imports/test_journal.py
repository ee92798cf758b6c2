"""A journal as a file: known by its content, each line an entry or its reason."""

import io
import json
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from imports import Options, UnreadableError, extract
from imports.journal import (
    COLUMNS,
    LONGEST_LINE,
    SHEET,
    BadLine,
    Entry,
    OwnerTold,
    entries,
    is_journal,
)
from imports.journal_entry import details_text
from parc.domain.vocabulary import Action, Level, State
from reports.render.table_files import Field, csv_blocks, json_lines, write_xlsx
from tests import strategies
from tests.factories import ALICE, LENS
from tests.imports import files

KINDS = ("csv", "xlsx", "jsonl")
FIELDS = [Field(key, title) for key, title in COLUMNS.items()]
REGISTERED: Mapping[str, object] = {
    "tag": "LL-000001-7",
    "seq": 1,
    "action": "register",
    "effective_on": date(2020, 3, 2),
    "recorded_at": "2020-03-02T12:00:00.000001+00:00",
    "actor": ALICE.id,
    "state": "in_stock",
    "owner": LENS,
    "owner_name": "CA de Lens-Liévin",
    "owner_kind": "epci",
    "owner_prefix": "LL",
    "owner_last_number": 1,
    "level": "documented",
    "site": "Mairie",
    "details": '{"category":"laptop","manager":"' + LENS + '","tag":"LL-000001-7"}',
}


def written(kind: str, *lines: Mapping[str, object]) -> bytes:
    """Write lines given by keys as an export does."""
    rows = [[line.get(key) for key in COLUMNS] for line in lines]
    if kind == "csv":
        return b"".join(csv_blocks(FIELDS, rows))  # type: ignore[arg-type]
    if kind == "jsonl":
        return b"".join(json_lines(FIELDS, rows))  # type: ignore[arg-type]
    file = io.BytesIO()
    write_xlsx(SHEET, FIELDS, rows, file)  # type: ignore[arg-type]
    return file.getvalue()


def changed(**values: object) -> dict[str, object]:
    """Give the registration with some values changed."""
    return {**REGISTERED, **values}


def entry(content: bytes) -> Entry:
    """Give the only line of a file, which must be an entry."""
    (found,) = entries(content)
    assert isinstance(found, Entry), found
    return found


def bad(content: bytes) -> BadLine:
    """Give the only line of a file, which must be no entry."""
    (found,) = entries(content)
    assert isinstance(found, BadLine), found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_file_gives_the_same_entry(kind: str) -> None:
    content = written(kind, REGISTERED)

    found = entry(content)

    assert is_journal(content)
    assert (found.tag, found.site) == ("LL-000001-7", "Mairie")
    assert found.line == (1 if kind == "jsonl" else 2)
    assert found.owner == OwnerTold(
        LENS, "CA de Lens-Liévin", "epci", "LL", None, None, 1
    )
    event = found.event
    assert (event.seq, event.action, event.state) == (
        1,
        Action.REGISTER,
        State.IN_STOCK,
    )
    assert event.effective_on == date(2020, 3, 2)
    assert event.recorded_at == datetime(2020, 3, 2, 12, 0, 0, 1, tzinfo=UTC)
    assert (event.actor, event.owner) == (ALICE.id, LENS)
    assert (event.level, event.source) == (Level.DOCUMENTED, None)
    assert event.details == {
        "category": "laptop",
        "manager": LENS,
        "tag": "LL-000001-7",
    }


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.sampled_from(
                (
                    "_x000D_",
                    "_x005F_x0041_",
                    "\ufffe\uffff",
                    "=1+1",
                    "'=",
                    "2020-01-01",
                    'a;b\n"c"',
                )
            ),
            st.integers(-(10**11), 10**11),
            st.booleans(),
        ),
        max_size=4,
    ),
)
def test_details_come_back_to_the_letter(
    kind: str, details: dict[str, str | int | bool]
) -> None:
    details.pop("media", None)
    found = entry(written(kind, changed(details=details_text(details))))

    assert found.event.details == details


def test_details_hold_no_sign_that_xml_forbids() -> None:
    text = details_text({"notes": "a\ufffe\uffff\x01\n"})

    assert text.isprintable()
    assert json.loads(text) == {"notes": "a\ufffe\uffff\x01\n"}


def test_details_may_be_an_object_in_json_lines() -> None:
    said = {**changed(details={"tag": "A1"}), "effective_on": "2020-03-02"}

    assert entry(json.dumps(said).encode()).event.details == {"tag": "A1"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_table_saved_again_by_a_spreadsheet_is_still_recognised(
    encoding: str,
) -> None:
    text = written("csv", REGISTERED).decode("utf-8-sig")
    content = text.replace(";", "\t").encode(encoding)

    assert is_journal(content)
    assert entry(content).owner.name == "CA de Lens-Liévin"


def test_numbers_that_a_spreadsheet_made_of_texts_are_read() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    page.append(list(COLUMNS.values()))
    row = {**REGISTERED, "effective_on": datetime(2020, 3, 2)}  # noqa: DTZ001 - as a sheet has it
    page.append([row.get(key) for key in COLUMNS])
    file = io.BytesIO()
    book.save(file)

    found = entry(file.getvalue())

    assert (found.event.seq, found.event.effective_on) == (1, date(2020, 3, 2))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b'{"tag":"A1","owner_siret":"1"}',
        b"[1]",
        b"PK\x03\x04",
        files.workbook(files.HEADINGS, files.LAPTOP),
        files.text(files.HEADINGS, files.LAPTOP),
        b"\x00\x01",
        b"\xff\xfe\x00",
    ],
)
def test_anything_else_is_no_journal(content: bytes) -> None:
    assert not is_journal(content)


def test_a_journal_is_not_taken_for_a_list_of_devices() -> None:
    for kind in KINDS:
        with pytest.raises(UnreadableError):
            extract(written(kind, REGISTERED), Options(files.category_of))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tag", None),
        ("tag", "x" * 201),
        ("tag", "a\x1fb"),
        ("seq", 0),
        ("seq", "1.5"),
        ("seq", "9" * 5_000),
        ("seq", "²"),
        ("action", "explode"),
        ("effective_on", "02/03/2020"),
        ("effective_on", "2020-02-30"),
        ("effective_on", None),
        ("recorded_at", "2020-03-02T12:00:00"),
        ("recorded_at", "0001-01-01T00:00:00+23:59"),
        ("recorded_at", "hier"),
        ("actor", "Alice Martin"),
        ("actor", None),
        ("state", "En stock"),
        ("owner", None),
        ("owner_name", None),
        ("owner_kind", None),
        ("owner_prefix", None),
        ("owner_last_number", 1_000_000),
        ("owner_last_number", -1),
        ("owner_first_day", "demain"),
        ("level", "sworn"),
        ("source", "x" * 65),
        ("site", "a\nb"),
        ("manager", "1" * 15),
        ("details", None),
        ("details", "bonjour"),
        ("details", "[]"),
        ("details", '{"a":1.5}'),
        ("details", '{"a":NaN}'),
        ("details", '{"a":null}'),
        ("details", '{"a":[1]}'),
        ("details", '{"a":1000000000000}'),
        ("details", '{"a":' + "9" * 5_000 + "}"),
        ("details", '{"media":{}}'),
        ("details", '{"media":[1]}'),
        ("details", '{"media":[{"serial":[]}]}'),
        ("details", '{"media":[' + ",".join(["{}"] * 201) + "]}"),
        ("details", '{"a":' + "[" * 50_000 + "]" * 50_000 + "}"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_column(
    key: str, value: object
) -> None:
    for kind in ("csv", "jsonl"):
        if kind == "csv" and key == "site":
            continue  # a cell of two lines is no entry either, and no one line

        found = bad(written(kind, changed(**{key: value})))

        assert found.issue.line == (1 if kind == "jsonl" else 2)
        assert (found.issue.column, found.issue.code) == (COLUMNS[key], "invalid_event")
        assert found.issue.message.endswith(".")
        assert len(found.issue.value or "") <= 200
        assert found.tag == ("" if value is None and key == "tag" else found.tag)


@pytest.mark.parametrize("value", [True, 1.5, {"a": 1}, [1], None, 10**30])
def test_json_of_another_type_is_told(value: object) -> None:
    for key in ("tag", "seq", "action", "effective_on", "actor", "owner", "details"):
        if key == "details" and value == {"a": 1}:
            continue

        line = json.dumps({**changed(effective_on="2020-03-02"), key: value})

        assert bad(line.encode()).issue.column == COLUMNS[key]


@pytest.mark.parametrize(
    "line", [b'{"tag":"A1","seq":', b'{"tag":"A1","seq":1}\xff', b'"seq"', b"[" * 9_000]
)
def test_a_damaged_line_is_told_and_the_others_are_read(line: bytes) -> None:
    good = written("jsonl", REGISTERED)

    first, second, third = entries(good + line + b"\n\n" + good)

    assert isinstance(first, Entry)
    assert isinstance(second, BadLine)
    assert (second.issue.line, second.issue.code) == (2, "damaged")
    assert isinstance(third, Entry)
    assert third.line == 4


def test_a_journal_whose_first_line_is_cut_is_still_one() -> None:
    content = written("jsonl", REGISTERED)

    assert is_journal(content[:100])


def test_a_line_without_end_is_refused_at_once() -> None:
    content = written("jsonl", REGISTERED) + b'{"tag":"' + b"x" * 50_000_000

    tracemalloc.start()
    with pytest.raises(UnreadableError, match="La ligne 2 est trop longue"):
        list(entries(content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * LONGEST_LINE


def test_a_column_that_is_missing_is_named() -> None:
    content = written("csv", REGISTERED).replace(b"Niveau de preuve", b"x")

    assert is_journal(content)
    with pytest.raises(UnreadableError, match="Niveau de preuve"):
        list(entries(content))


def test_a_workbook_without_the_headings_is_refused() -> None:
    file = io.BytesIO()
    write_xlsx(SHEET, [Field("a", "Étiquette")], [["A1"]], file)

    assert is_journal(file.getvalue())
    with pytest.raises(UnreadableError, match="Colonnes absentes"):
        list(entries(file.getvalue()))


def check(content: bytes) -> None:
    """Read whatever it is: entries, bad lines in French, or one refusal."""
    is_journal(content)
    refused: UnreadableError | None = None
    try:
        found = list(entries(content))
    except UnreadableError as error:
        refused = error
    if refused is not None:
        assert str(refused).endswith((".", "…"))
        return
    lines = [f.line if isinstance(f, Entry) else f.issue.line for f in found]
    assert len(set(lines)) == len(lines)


WILD = st.one_of(
    strategies.CELLS,
    st.sampled_from(("register", "1", "2020-01-01", "{}", LENS, "in_stock")),
)


@given(
    st.sampled_from(("csv", "jsonl")),
    st.lists(st.dictionaries(st.sampled_from(list(COLUMNS)), WILD), max_size=3),
)
def test_any_values(kind: str, rows: list[dict[str, object]]) -> None:
    check(written(kind, REGISTERED, *(changed(**row) for row in rows)))


@given(strategies.damaged(st.sampled_from([written(k, REGISTERED) for k in KINDS])))
def test_damaged_journals(content: bytes) -> None:
    check(content)


@given(st.sampled_from((b"{", b'{"tag":"A","seq":', b"PK", b"")), st.binary())
def test_random_bytes(mark: bytes, content: bytes) -> None:
    check(mark + content)
