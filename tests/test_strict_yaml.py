"""Strict YAML: what has one reading is read, all else is refused with its line."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from parc import strict_yaml
from parc.domain.entry import DataError


@pytest.fixture(params=["C", "Python"])
def either_parser(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read with PyYAML's fast parser, then with the one that needs no library."""
    if request.param == "Python":
        monkeypatch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)


def refused(text: str) -> str:
    """Parse what must be refused and give the problem."""
    with pytest.raises(DataError) as error:
        strict_yaml.parse(text, "law/x.yaml")
    return str(error.value)


def test_the_plain_part_of_yaml_is_read(either_parser: None) -> None:
    text = """
    # a comment
    name: Décret n° 2023-266, article 3
    starts_on: 2023-01-01
    value: 25
    zero: 0
    decimal: "0.25"
    quoted: '2023'
    sure: true
    list: [1, deux, {three: 3}]
    table:
      - a: 1
      - []
    note: >-
      Sur deux
      lignes : ainsi.
    """

    assert strict_yaml.parse(text, "x") == {
        "name": "Décret n° 2023-266, article 3",
        "starts_on": date(2023, 1, 1),
        "value": 25,
        "zero": 0,
        "decimal": "0.25",
        "quoted": "2023",
        "sure": True,
        "list": [1, "deux", {"three": 3}],
        "table": [{"a": 1}, []],
        "note": "Sur deux lignes : ainsi.",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "law/x.yaml:3: key 'a' is there twice"),
        ("a:\n  b: 1\n  b: 1", "law/x.yaml:3: key 'b' is there twice"),
        ('a: 1\n"a": 2', "law/x.yaml:2: key 'a' is there twice"),
        ("a: &x 1", "law/x.yaml:1: anchors (&) and aliases (*) are not allowed"),
        ("a: &x [1]\nb: *x", "law/x.yaml:1: anchors"),
        ("a: *x", "law/x.yaml:1: anchors"),
        ("<<: {a: 1}", "law/x.yaml:1: '<<' has several readings"),
        ("a: !!str 1", "law/x.yaml:1: tags (!) are not allowed"),
        ("a: !!python/name:os.system x", "tags (!) are not allowed"),
        ("a: 0.25", "law/x.yaml:1: '0.25' has several readings: put it between quotes"),
        ("a: 1e3", "'1e3' has several readings"),
        ("a: 012", "'012' has several readings"),
        ("a: 0x1F", "'0x1F' has several readings"),
        ("a: 1_000", "'1_000' has several readings"),
        ("a: 12:30", "'12:30' has several readings"),
        ("a: +5", "'+5' has several readings"),
        ("a: -5", "'-5' has several readings"),
        ("a: .inf", "'.inf' has several readings"),
        ("a: .NaN", "'.NaN' has several readings"),
        ("a: no", "'no' has several readings"),
        ("a: ON", "'ON' has several readings"),
        ("a: True", "'True' has several readings"),
        ("a: null", "'null' has several readings"),
        ("a: ~", "'~' has several readings"),
        ("a:", "law/x.yaml:1: a value is missing"),
        ("a: 2023-02-30", "law/x.yaml:1: 2023-02-30 is not a day"),
        ("a: 2023-01-01T10:00:00Z", "has several readings"),
        ("a: 1234567890123456", "has several readings"),
        ("2023: 1", "law/x.yaml:1: key 2023: put it between quotes"),
        ("2023-01-01: 1", "key datetime.date(2023, 1, 1): put it between quotes"),
        ("[a]: 1", "key ['a']: put it between quotes"),
        ("a: 1\n---\nb: 2", "law/x.yaml:2: one document only is expected"),
        ("", "law/x.yaml: the file is empty"),
        ("# only a comment", "law/x.yaml: the file is empty"),
        ("a: [1", "not YAML"),
        ("a: 'x", "not YAML"),
        ("\tb: 1", "law/x.yaml:1: not YAML"),
        ("a: \x00", "not YAML"),
        ("a: " + "[" * 50 + "]" * 50, "law/x.yaml:1: nested more than 12 times"),
    ],
)
def test_what_has_several_readings_is_refused_with_its_line(
    either_parser: None, text: str, problem: str
) -> None:
    assert problem in refused(text)


def test_an_alias_bomb_is_refused_before_it_grows(either_parser: None) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, after in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]")

    assert "anchors" in refused("\n".join(lines))


def test_a_long_nest_ends_in_a_problem_not_in_a_crash(either_parser: None) -> None:
    assert "nested more than" in refused("[" * 100_000)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    problem = ""
    try:
        strict_yaml.parse(text, "x")
    except DataError as error:
        problem = str(error)

    assert not problem or problem.startswith("x:")


WORDS = st.from_regex(r"[a-z]{3,8}", fullmatch=True)
LEAVES = st.one_of(
    st.integers(0, 10**12), st.dates(), st.booleans(), st.text("aé: #'\"", min_size=1)
)


@settings(max_examples=30)
@given(
    st.dictionaries(
        WORDS,
        st.recursive(
            LEAVES,
            lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
            max_leaves=6,
        ),
    )
)
def test_what_another_tool_wrote_plainly_is_read_back(content: object) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, default_style=None)
    if any(mark in text for mark in ("&id", "*id")):  # the tool shares equal dates
        return

    assert strict_yaml.parse(text, "x") == yaml.safe_load(text)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes("a: réforme".encode("latin-1"))

    with pytest.raises(DataError, match=r"^law/x\.yaml: not UTF-8 at byte 4$"):
        strict_yaml.read(path, "law/x.yaml")


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * (strict_yaml.LARGEST_FILE + 1))

    with pytest.raises(DataError, match="larger than 1000000 bytes"):
        strict_yaml.read(path, "x.yaml")
