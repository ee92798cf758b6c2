"""Carbon factors: exact numbers, dated and sourced, or refused."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.dated import NotInForceError
from parc.domain.factors import (
    FactorError,
    FactorSet,
    Impact,
    Indicator,
    UnknownFactorError,
    parse_factor,
    parse_family,
    parse_sources,
)

WHERE = "carbon_factors/devices/computer.yaml"


def a_value(**more: object) -> dict[str, Any]:
    """Give a value as a file has it."""
    return {
        "starts_on": date(2000, 1, 1),
        "gwp": {"embodied": "182.3", "low": "115.6", "high": "358.7"},
        "sources": ["ademe"],
        "year": 2026,
        "note": "Fabrication et distribution.",
        **more,
    }


def a_factor(*values: dict[str, Any]) -> dict[str, Any]:
    """Give a factor as a file has it."""
    return {"label": "Ordinateur portable", "values": list(values) or [a_value()]}


def a_source(**more: object) -> dict[str, Any]:
    """Give a source as the file has it."""
    return {
        "producer": "ADEME",
        "title": "Base Empreinte",
        "version": "v2",
        "published": "2026-08-19",
        "accessed": "2026-08",
        "url": "https://example.org/",
        "licence": "MIT",
        **more,
    }


def problems_of(raw: object) -> str:
    """Parse a factor that must be refused and give the problems."""
    with pytest.raises(FactorError) as refused:
        parse_factor(raw, where=WHERE, name="laptop", family="computer")
    return str(refused.value)


def read(raw: object) -> Any:
    """Parse a factor."""
    return parse_factor(raw, where=WHERE, name="laptop", family="computer")


def test_a_factor_is_kept_in_whole_grams() -> None:
    factor = read(a_factor(a_value(mass_kg="1.65", lifetime_years="2.5")))

    value = factor.in_force(date(2026, 1, 1))
    assert value.impacts == {Indicator.GWP: Impact(182_300, 115_600, 358_700)}
    assert (value.mass_g, value.lifetime_years) == (1_650, Decimal("2.5"))
    assert (value.sources, value.year) == (("ademe",), 2026)
    assert (factor.id, factor.family, factor.weee) == ("laptop", "computer", None)


def test_resources_are_kept_in_whole_micrograms() -> None:
    adp = {"embodied": "0.0028", "low": "0.001", "high": "0.004"}

    impacts = read(a_factor(a_value(adp=adp))).values[0].impacts

    assert impacts[Indicator.ADP] == Impact(2_800_000, 1_000_000, 4_000_000)


@given(st.integers(1, 10**9))
def test_grams_written_in_kilograms_come_back_exact(grams: int) -> None:
    text = f"{grams // 1000}.{grams % 1000:03d}"

    factor = read(a_factor(a_value(gwp={"embodied": text, "low": text, "high": text})))

    assert factor.values[0].impacts[Indicator.GWP].embodied == grams


def test_a_new_value_starts_on_its_day() -> None:
    later = a_value(
        starts_on=date(2027, 1, 1), gwp={"embodied": 190, "low": 120, "high": 380}
    )
    factor = read(a_factor(a_value(), later))

    assert factor.in_force(date(2026, 12, 31)).impacts[Indicator.GWP].low == 115_600
    assert factor.in_force(date(2027, 1, 1)).impacts[Indicator.GWP].low == 120_000
    with pytest.raises(NotInForceError, match="Ordinateur portable"):
        factor.in_force(date(1999, 12, 31))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"gwp": {"embodied": "1.0005", "low": 1, "high": 2}},
            "gwp: embodied: 1.0005 kg is not a whole number of 1/1000 kg",
        ),
        (
            {"gwp": {"embodied": 1.5, "low": 1, "high": 2}},
            'gwp: embodied: write the decimal between quotes ("1.5")',
        ),
        ({"gwp": {"embodied": 1, "low": 2, "high": 3}}, "low ≤ embodied ≤ high"),
        ({"gwp": {"embodied": 2, "low": 1, "high": 1}}, "low ≤ embodied ≤ high"),
        ({"gwp": {"embodied": 0, "low": 0, "high": 0}}, "all above zero"),
        ({"gwp": {"embodied": 2, "low": 1}}, "gwp: high: missing"),
        ({"gwp": {"embodied": 2, "low": 1, "high": 3, "mid": 2}}, "mid: unknown key"),
        ({"gwp": 3}, "gwp: a mapping is expected, not int"),
        ({"mass_kg": 1.65}, "mass_kg: write the decimal between quotes"),
        ({"lifetime_years": 2.5}, "lifetime_years: write the decimal between quotes"),
        ({"sources": []}, "sources: one source or more is expected"),
        ({"year": "2026"}, "year: a whole number is expected"),
        ({"water": {}}, "water: unknown key"),
    ],
)
def test_a_malformed_value_is_refused_with_its_place(
    change: dict[str, Any], problem: str
) -> None:
    problems = problems_of(a_factor(a_value(**change)))

    assert problem in problems
    assert problems.startswith(f"{WHERE}: values[0]: ")


@pytest.mark.parametrize("key", ["starts_on", "gwp", "sources", "year", "note"])
def test_a_value_without_what_it_needs_is_refused(key: str) -> None:
    value = a_value()
    del value[key]

    assert f"{key}: missing" in problems_of(a_factor(value))


def test_days_are_sorted_and_different() -> None:
    assert "2000-01-01 is there twice" in problems_of(a_factor(a_value(), a_value()))


def test_a_lifetime_left_empty_is_refused() -> None:
    assert "lifetime_years: a whole number or a decimal" in problems_of(
        a_factor(a_value(lifetime_years=None))
    )


def a_family(**more: object) -> dict[str, Any]:
    """Give a file of factors."""
    return {"units": {"gwp": "kg_co2e"}, "factors": {"laptop": a_factor()}, **more}


def family_problems(raw: object) -> str:
    """Parse a file that must be refused and give the problems."""
    with pytest.raises(FactorError) as refused:
        parse_family(raw, where=WHERE, family="computer")
    return str(refused.value)


def test_a_file_gives_its_factors() -> None:
    (factor,) = parse_family(a_family(), where=WHERE, family="computer")

    assert (factor.id, factor.family) == ("laptop", "computer")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (a_family(units={"gwp": "g"}), "units: gwp: kg_co2e is expected"),
        (a_family(units={}), "laptop: gwp: its unit is not declared in `units`"),
        (a_family(units={"gwp": "kg_co2e", "water": "l"}), "units: water: unknown key"),
        (a_family(factors={}), "factors: one entry or more is expected"),
        (a_family(factors={"Laptop": a_factor()}), "an id in lower case"),
        (a_family(factors={"laptop": {}}), f"{WHERE}: factors: laptop: label: missing"),
        (a_family(colour="red"), "colour: unknown key"),
        ({}, "units: missing"),
    ],
)
def test_a_malformed_file_is_refused(raw: object, problem: str) -> None:
    assert problem in family_problems(raw)


def test_the_problems_of_all_factors_are_told_at_once() -> None:
    bad = a_factor(a_value(year="?"))

    problems = family_problems(a_family(factors={"one": bad, "two": deepcopy(bad)}))

    assert "factors: one: values[0]: year" in problems
    assert "factors: two: values[0]: year" in problems


def test_a_source_is_read_whole() -> None:
    source = parse_sources({"ademe": a_source()}, where="sources.yaml")["ademe"]

    assert (source.id, source.producer, source.licence) == ("ademe", "ADEME", "MIT")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"published": "juin 2026"}, "published: a date (2023, 2023-02 or 2023-02-23)"),
        ({"accessed": "26-01"}, "accessed: a date"),
        ({"url": "example.org"}, "url: an address (https://…)"),
        ({"licence": ""}, "licence: a non-empty text"),
        ({"author": "x"}, "author: unknown key"),
    ],
)
def test_a_malformed_source_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(FactorError) as refused:
        parse_sources({"ademe": a_source(**change)}, where="sources.yaml")

    assert f"sources.yaml: ademe: {problem}" in str(refused.value)


def test_the_set_gives_a_factor_by_its_id() -> None:
    factor = read(a_factor())
    factors = FactorSet({"laptop": factor}, {}, {}, "v1")

    assert factors["laptop"] is factor
    assert (list(factors), len(factors)) == (["laptop"], 1)
    assert factors.get("toaster") is None
    with pytest.raises(UnknownFactorError, match=r"^no factor is named 'toaster'"):
        _ = factors["toaster"]
