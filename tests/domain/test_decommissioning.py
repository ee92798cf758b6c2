"""A list of réforme: ages, exclusions, estimates, its number, what freezes it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.custody import checksum
from parc.domain.decommissioning import (
    Act,
    Content,
    Line,
    Paper,
    Verdict,
    age_of,
    canonical,
    exclusion_of,
    months_between,
    net_value,
    number_of,
    parse_vocabulary,
    read_back,
    read_number,
    reasons_against,
    valued,
)
from parc.domain.entry import DataError
from parc.domain.reuse import standing
from parc.domain.vocabulary import Action
from tests.factories import (
    BOB,
    LENS,
    TODAY,
    Story,
    a_command,
    registration,
    some_rules,
)
from tests.reports.test_decommission import LINE, decided

LAW, CATEGORIES = resources.law(), resources.categories()


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [
        (date(2020, 3, 1), date(2026, 11, 24), 80),
        (date(2020, 3, 25), date(2026, 11, 24), 79),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2026, 11, 25), date(2026, 11, 24), -1),
    ],
)
def test_whole_months_are_counted(since: date, day: date, months: int) -> None:
    assert months_between(since, day) == months


def test_the_age_runs_from_the_first_fact_that_is_known() -> None:
    bought = Story(registration(commissioned_on="2021-01-01")).device
    used = Story(registration(acquired_on="", commissioned_on="2021-01-01")).device
    neither = Story(registration(acquired_on="")).device

    assert age_of(bought, TODAY, LAW).basis == "Date d'acquisition"
    assert age_of(used, TODAY, LAW).since == date(2021, 1, 1)
    assert age_of(neither, TODAY, LAW).months is None


@given(
    bought=st.dates(date(2005, 1, 1), date(2026, 1, 1)),
    security=st.sampled_from(["", "classified", "protected"]),
    category=st.sampled_from(["laptop", "monitor", "mouse", "desktop"]),
)
def test_the_exclusion_said_before_is_the_one_counted_after(
    bought: date, security: str, category: str
) -> None:
    day = TODAY - timedelta(days=10)
    if category not in CATEGORIES:
        category = "laptop"
    story = Story(
        registration(
            bought, acquired_on=bought.isoformat(), security=security, category=category
        )
    )
    before = exclusion_of(story.device, day, LAW, CATEGORIES)
    story.then(a_command(Action.PROPOSE_DECOMMISSION, day, reason="Usé"))
    story.then(
        a_command(
            Action.DECOMMISSION, day, by=BOB, act_number="D-1", act_on=day.isoformat()
        )
    )

    counted = standing(story.device, LENS, day.year, LAW, CATEGORIES).exclusion

    assert before == (counted.label if counted else "")
    assert some_rules().law is LAW


def test_an_estimate_is_what_was_typed_else_what_its_method_gives() -> None:
    device = Story(registration(price_cents=100_000)).device

    assert valued("market", 4_500, device, 0) == 4_500
    assert valued("market", None, device, 0) is None
    assert valued("none", None, device, 9) == 0
    assert valued("book", None, device, 9) == 9
    assert valued("record", None, device, 9) == 12_000
    assert net_value(device, date(2023, 3, 1), LAW) == 40_032
    assert net_value(Story(registration()).device, TODAY, LAW) is None


def test_numbers_are_written_and_read_again() -> None:
    assert number_of(Paper.LIST, 2026, 7) == "RF-2026-0007"
    assert number_of(Paper.CERTIFICATE, 2026, 12_345) == "CA-2026-12345"
    for typed in ("RF-2026-0007", "rf 2026 7", "2026-7", " RF20267 "):
        assert read_number(typed) == (2026, 7)
    assert read_number("PV-2026-0007") is None


@given(
    st.lists(
        st.builds(
            replace,
            st.just(LINE),
            tag=st.text(max_size=12),
            value_cents=st.none() | st.integers(0, 10**9),
            flags=st.lists(st.text(max_size=8), max_size=3).map(tuple),
            why=st.text(max_size=20),
        ),
        max_size=4,
    )
)
def test_what_is_frozen_reads_back_whole(lines: list[Line]) -> None:
    frozen = decided(*lines)

    content, act = read_back(canonical(frozen.content, frozen.act))

    assert (content, act) == (frozen.content, frozen.act)
    assert read_back(canonical(content)) == (content, None)


def test_any_change_changes_the_checksum() -> None:
    one = decided(LINE)
    text = canonical(one.content, one.act)
    others = [
        canonical(replace(one.content, lines=()), one.act),
        canonical(one.content, replace(one.act, number="DEL-2026-42")),
        canonical(
            replace(one.content, lines=(replace(LINE, verdict="refused"),)), one.act
        ),
    ]

    assert isinstance(one.content, Content)
    assert isinstance(one.act, Act)
    assert one.content.those(Verdict.ACCEPTED) == [LINE]
    assert checksum(text) not in {checksum(other) for other in others}


def test_a_list_has_its_bounds() -> None:
    assert [one.field for one in reasons_against(501, "2183x")] == ["codes", "account"]
    assert reasons_against(500, "21838") == ()


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"account": "x", "valuations": {"none": {"label": "A"}}},
        {"account": "21838", "valuations": {"market": {"label": "A"}}},
    ],
)
def test_a_wrong_vocabulary_says_where(raw: object) -> None:
    with pytest.raises(DataError, match="here"):
        parse_vocabulary(raw, where="here")


def test_the_vocabulary_has_a_method_for_each_way() -> None:
    words = resources.decommissioning()

    assert words.account == "21838"
    assert next(iter(words.valuations)) == "market"
