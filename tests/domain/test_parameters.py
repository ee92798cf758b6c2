"""Parameters: the value in force on a day, and data that is refused."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.dated import NotInForceError
from parc.domain.parameters import (
    Content,
    Law,
    Parameter,
    ParameterError,
    Unit,
    UnknownParameterError,
    parse_parameter,
)

REFERENCE = {"text": "Décret", "article": "article 3", "url": "https://example.org/3"}
WHERE = "law/ceiling.yaml"


def a_value(starts_on: date, value: object = 25, **more: object) -> dict[str, Any]:
    """Give a value as a file has it."""
    return {"starts_on": starts_on, "value": value, "reference": REFERENCE, **more}


def a_parameter(*values: dict[str, Any], **more: object) -> dict[str, Any]:
    """Give a parameter as a file has it."""
    return {
        "id": "ceiling",
        "label": "Plafond",
        "unit": "percent",
        "checked_on": date(2026, 8, 24),
        "values": list(values) or [a_value(date(2023, 1, 1))],
        **more,
    }


def parsed(value: object, unit: str) -> Content:
    """Parse one value and give its content."""
    raw = a_parameter(a_value(date(2023, 1, 1), value), unit=unit)
    return parse_parameter(raw, where=WHERE).values[0].value


def problems_of(raw: object) -> tuple[str, ...]:
    """Parse what must be refused and give the problems."""
    with pytest.raises(ParameterError) as refused:
        parse_parameter(raw, where=WHERE)
    return refused.value.problems


def test_the_value_in_force_is_the_last_one_that_started() -> None:
    parameter = parse_parameter(
        a_parameter(a_value(date(2023, 1, 1), 25), a_value(date(2024, 1, 1), 35)),
        where=WHERE,
    )

    assert parameter.in_force(date(2023, 1, 1)).value == 25
    assert parameter.in_force(date(2023, 12, 31)).value == 25
    assert parameter.in_force(date(2024, 1, 1)).value == 35
    assert parameter.in_force(date(2099, 1, 1)).value == 35


def test_nothing_is_in_force_before_the_first_day_and_the_message_is_french() -> None:
    parameter = parse_parameter(a_parameter(), where=WHERE)

    with pytest.raises(NotInForceError) as refused:
        parameter.in_force(date(2022, 12, 31))

    assert str(refused.value) == (
        "« Plafond »\u00a0: aucune valeur avant le 01/01/2023 (demandée au 31/12/2022)."
    )


@given(st.lists(st.dates(), min_size=1, unique=True), st.dates())
def test_any_day_has_the_value_that_a_reader_would_pick(
    starts: list[date], day: date
) -> None:
    starts.sort()
    raw = a_parameter(*(a_value(s, n) for n, s in enumerate(starts)), unit="years")
    parameter = parse_parameter(raw, where=WHERE)
    picked = None
    for number, start in enumerate(starts):
        if start <= day:
            picked = number

    if picked is None:
        with pytest.raises(NotInForceError):
            parameter.in_force(day)
    else:
        assert parameter.in_force(day).value == picked


@pytest.mark.parametrize(
    ("value", "unit", "content"),
    [
        (25, "percent", 25),
        ("25.5", "percent", Decimal("25.5")),
        ("0.211", "kg_co2e_per_tonne_km", Decimal("0.211")),
        (30_000, "euro_cents", 30_000),
        ([2, 6], "weee_category", (2, 6)),
        (
            ["acquired_on", "commissioned_on"],
            "fact",
            ("acquired_on", "commissioned_on"),
        ),
        ({"low": "0.25", "high": 1}, "ratio", {"low": Decimal("0.25"), "high": 1}),
        (
            {"it_and_telephony": {"reuse": 20}},
            "percent",
            {"it_and_telephony": {"reuse": 20}},
        ),
        ("outside", "rule", "outside"),
    ],
)
def test_a_value_keeps_its_exact_type(
    value: object, unit: str, content: object
) -> None:
    read = parsed(value, unit)

    assert read == content
    assert type(read) is type(content) or isinstance(content, dict)


def test_a_table_cannot_be_changed_once_read() -> None:
    table: Any = parsed({"sale": "hand_over"}, "rule")

    with pytest.raises(TypeError):
        table["sale"] = "never"


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        (0.25, "ratio", 'between quotes ("0.25"): a float is not exact'),
        ("2,5", "ratio", "a whole number or a decimal between quotes"),
        ("1.5", "ratio", "at most 1 is expected"),
        (101, "percent", "at most 100 is expected"),
        (-1, "percent", "a whole number or a decimal"),
        (True, "percent", "not bool"),
        (None, "percent", "not NoneType"),
        ("300.50", "euro_cents", "a whole number is expected for unit euro_cents"),
        (8, "weee_category", "at most 7 is expected"),
        ([], "weee_category", "not list"),
        ({}, "percent", "not dict"),
        ({"a b": 1}, "percent", "value.a b: an id in lower case is expected"),
        ({2023: 1}, "percent", "value.2023: an id in lower case is expected"),
        ({"low": 0.1}, "ratio", "value.low: write the decimal between quotes"),
        ([1, "x"], "years", "value[1]: a whole number or a decimal"),
        ("Avant l'import", "rule", "a word in lower case is expected for unit rule"),
        (5, "fact", "a word in lower case is expected for unit fact"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_place(
    value: object, unit: str, reason: str
) -> None:
    raw = a_parameter(a_value(date(2023, 1, 1), value), unit=unit)

    problems = problems_of(raw)

    assert len(problems) == 1
    assert problems[0].startswith(f"{WHERE}: values[0]: value")
    assert reason in problems[0]


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["unit"], "furlong", "unit: unknown 'furlong'; one of percent, years"),
        (["unit"], 5, "unit: a non-empty text is expected, not int"),
        (["id"], "Ceiling", "id: an id in lower case is expected, not 'Ceiling'"),
        (["label"], "  ", "label: a non-empty text is expected"),
        (["checked_on"], "2026-08-24", "checked_on: a day (2023-01-31) is expected"),
        (["values"], [], "values: a list of one item or more is expected"),
        (["values"], "none", "values: a list of one item or more is expected"),
        (["values", 0], 25, "values[0]: a mapping is expected, not int"),
        (["values", 0, "starts_on"], 2023, "starts_on: a day (2023-01-31) is expected"),
        (["values", 0, "reference"], "art. 3", "reference: a mapping is expected"),
        (["values", 0, "reference", "text"], "", "reference: text: a non-empty text"),
        (["values", 0, "reference", "url"], "www.x", "url: an address (https://…)"),
        (["values", 0, "note"], "", "note: a non-empty text is expected"),
        (["values", 0, "policy"], True, "policy: a non-empty text is expected"),
        (["colour"], "red", "colour: unknown key"),
        (["values", 0, "valeur"], 1, "values[0]: valeur: unknown key"),
        (["values", 0, "reference", "page"], 1, "reference: page: unknown key"),
    ],
)
def test_a_malformed_parameter_is_refused_with_its_place(
    path: list[Any], value: object, problem: str
) -> None:
    raw = deepcopy(a_parameter())
    inner = raw
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    assert any(problem in found for found in problems_of(raw))
    assert all(found.startswith(WHERE) for found in problems_of(raw))


@pytest.mark.parametrize(
    "path",
    [
        ["id"],
        ["label"],
        ["unit"],
        ["checked_on"],
        ["values"],
        ["values", 0, "starts_on"],
        ["values", 0, "value"],
        ["values", 0, "reference"],
        ["values", 0, "reference", "text"],
        ["values", 0, "reference", "article"],
        ["values", 0, "reference", "url"],
    ],
)
def test_nothing_but_note_and_policy_may_be_left_out(path: list[Any]) -> None:
    raw = deepcopy(a_parameter())
    inner = raw
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]

    assert f"{path[-1]}: missing" in "\n".join(problems_of(raw))


def test_days_are_sorted_and_different() -> None:
    late, early = a_value(date(2024, 1, 1)), a_value(date(2023, 1, 1))

    assert problems_of(a_parameter(late, early)) == (
        f"{WHERE}: values: 2023-01-01 comes after 2024-01-01: sort by date",
    )
    assert problems_of(a_parameter(early, early)) == (
        f"{WHERE}: values: 2023-01-01 is there twice",
    )


def test_all_problems_are_told_at_once() -> None:
    raw = a_parameter(a_value(date(2024, 1, 1), 0.5), unit="furlong", label="")
    del raw["checked_on"]

    assert len(problems_of(raw)) == 4


@pytest.mark.parametrize("raw", [None, [], "text", 3, {}])
def test_what_is_no_parameter_at_all_is_refused(raw: object) -> None:
    assert problems_of(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "label", "unit", "checked_on", "values", "x"]), JSON
    )
)
def test_any_content_is_read_or_refused_never_an_accident(raw: object) -> None:
    assert problems_of(raw)


def test_a_start_far_away_does_not_matter() -> None:
    parameter = parse_parameter(a_parameter(a_value(date.min)), where=WHERE)

    assert parameter.in_force(date.min + timedelta(days=1)).value == 25


def a_law() -> tuple[Law, Parameter]:
    """Give a law of one parameter."""
    parameter = parse_parameter(a_parameter(), where=WHERE)
    return Law({parameter.id: parameter}, "v1"), parameter


def test_the_law_gives_a_parameter_by_its_id() -> None:
    law, parameter = a_law()

    assert law["ceiling"] is parameter
    assert list(law) == ["ceiling"]
    assert len(law) == 1
    assert law.get("floor") is None


def test_an_id_that_the_law_does_not_know_is_named() -> None:
    law, _ = a_law()

    with pytest.raises(
        UnknownParameterError, match=r"^no parameter is named 'floor': see parc/law/$"
    ):
        _ = law["floor"]


def test_every_unit_has_a_french_label() -> None:
    assert all(unit.label for unit in Unit)
