"""JSON of unknown origin: within bounds, said once, or refused."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.bounded_json import LONGEST, begins_as_json, read_json
from imports.sheet import UnreadableError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def refused(text: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_json(text)
    return caught.value.code


@given(VALUES)
def test_what_was_written_is_read(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a": 1, "a": 2}', "damaged"),
        (b'{"a": {"b": 1, "b": 1}}', "damaged"),
        (b'{"a": ', "damaged"),
        (b'{"a": 1} {"a": 2}', "damaged"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 65 + b"]" * 65, "bomb"),
        (b"[" * 5_000_000, "bomb"),
        (b'{"a":' * 1_000_000, "bomb"),
        (b'"' + b"\\" * 1_000_001, "damaged"),
        (b" " * (LONGEST + 1), "too_large"),
    ],
)
def test_what_is_not_within_bounds_is_refused(text: bytes, code: str) -> None:
    assert refused(text) == code


def test_brackets_within_texts_do_not_count() -> None:
    assert read_json(json.dumps(["[" * 1_000, '"{[\\']).encode()) == [
        "[" * 1_000,
        '"{[\\',
    ]


def test_many_small_values_are_refused_before_they_take_memory() -> None:
    text = b"[" + b"[]," * 5_000_000 + b"[]]"
    tracemalloc.start()

    assert refused(text) == "bomb"

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(text)


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b'{"a": 1}', True),
        (b'\xef\xbb\xbf\r\n { "a"', True),
        (b"{}", True),
        (b"[{}]", True),
        (b'[\n  {"type"', True),
        (b"{\\rtf1", False),
        (b"[Tag];Serial\r\n", False),
        (b"Tag;Serial\r\n", False),
        (b"", False),
    ],
)
def test_json_is_told_from_lists_by_its_beginning(content: bytes, answer: bool) -> None:
    assert begins_as_json(content) is answer
