"""A slip: its number, its accessories, what freezes it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.custody import (
    MOST_DEVICES,
    Content,
    Handed,
    Line,
    Seal,
    SlipKind,
    Standing,
    canonical,
    checksum,
    held_since,
    number_of,
    outstanding,
    parse_accessories,
    read_back,
    read_number,
    reasons_against_draft,
    standings,
)
from parc.domain.entry import DataError
from parc.domain.events import live
from parc.domain.vocabulary import Action
from tests.factories import LENS, TODAY, Story, a_command

ALICE, BOB = "P-AL1CE000", "P-B0B00000"
KINDS = st.sets(st.sampled_from(["charger", "mouse", "bag"])).map(frozenset)
LINE = Line("LL-1", "Portable", "S1", accessories=(("Chargeur", "given"),))
CONTENT = Content(
    "R-2026-0001",
    "assignment",
    "Lens",
    LENS,
    ALICE,
    "Hall",
    "2026-11-24",
    "",
    "",
    (LINE,),
)
SEAL = Seal("screen", "2026-11-24T12:00:00+00:00", "U-AL1CE000", "0" * 64, "1" * 64)


def test_a_number_says_the_kind_the_year_and_the_place() -> None:
    assert number_of(SlipKind.ASSIGNMENT, 2026, 1) == "R-2026-0001"
    assert number_of(SlipKind.LOAN, 2026, 12) == "P-2026-0012"
    assert number_of(SlipKind.RETURN, 2027, 12345) == "X-2027-12345"


@given(st.sampled_from(SlipKind), st.integers(2000, 2999), st.integers(1, 10**6))
def test_a_number_reads_back_however_it_is_typed(
    kind: SlipKind, year: int, number: int
) -> None:
    written = number_of(kind, year, number)

    for typed in (written, f" {written.lower()} ", written.replace("-", "")):
        assert read_number(typed) == (kind, year, number)


@pytest.mark.parametrize("text", ["", "R", "Z-2026-0001", "R-26-1", "R-2026-", "٢"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(KINDS, KINDS)
def test_what_was_given_in_several_times_is_all_to_give_back(
    one: frozenset[str], two: frozenset[str]
) -> None:
    history = [Handed(SlipKind.ASSIGNMENT, one), Handed(SlipKind.LOAN, two)]

    assert outstanding(history) == one | two


@given(KINDS, KINDS, KINDS)
def test_a_return_ends_what_went_before(
    given_: frozenset[str], back: frozenset[str], again: frozenset[str]
) -> None:
    history = [Handed(SlipKind.ASSIGNMENT, given_), Handed(SlipKind.RETURN, back)]

    assert outstanding(history) == frozenset()
    assert outstanding([*history, Handed(SlipKind.LOAN, again)]) == again


@given(KINDS, KINDS)
def test_on_a_return_each_accessory_is_back_or_missing(
    ticked: frozenset[str], expected: frozenset[str]
) -> None:
    told = standings(SlipKind.RETURN, ticked, expected)

    assert {k for k, s in told.items() if s is Standing.RETURNED} == ticked
    assert {k for k, s in told.items() if s is Standing.MISSING} == expected - ticked
    assert Standing.GIVEN not in told.values()


def test_what_is_handed_over_is_given_whatever_was_before() -> None:
    assert standings(SlipKind.LOAN, ["bag"], ["mouse"]) == {"bag": Standing.GIVEN}


def test_a_frozen_slip_reads_back_and_its_checksum_is_its_own() -> None:
    text = canonical(CONTENT, SEAL)

    assert read_back(text) == (CONTENT, SEAL)
    assert read_back(canonical(CONTENT)) == (CONTENT, None)
    assert checksum(text) != checksum(canonical(CONTENT))
    assert checksum(text) == checksum(canonical(*read_back(text)))


@pytest.mark.parametrize(
    ("due", "codes"),
    [
        (None, {"missing_field"}),
        (date(2026, 11, 23), {"invalid_field"}),
        (date(2036, 11, 24), {"invalid_field"}),
        (TODAY, set()),
    ],
)
def test_a_loan_has_an_end_that_makes_sense(due: date | None, codes: set[str]) -> None:
    reasons = reasons_against_draft(SlipKind.LOAN, 1, TODAY, due)

    assert {reason.code for reason in reasons} == codes


@pytest.mark.parametrize("devices", [0, MOST_DEVICES + 1])
def test_a_slip_has_some_devices_and_not_too_many(devices: int) -> None:
    assert reasons_against_draft(SlipKind.RETURN, devices, TODAY, None)


def test_somebody_has_a_device_since_it_came_to_them_and_no_longer_once_returned() -> (
    None
):
    story = Story()
    story.then(a_command(Action.ASSIGN, date(2026, 2, 1), holder=ALICE))
    story.then(a_command(Action.MOVE, date(2026, 3, 1), holder=ALICE))
    assert held_since(live(story.events), ALICE) == date(2026, 2, 1)
    story.then(a_command(Action.MOVE, date(2026, 4, 1), holder=BOB))
    assert held_since(live(story.events), ALICE) is None
    assert held_since(live(story.events), BOB) == date(2026, 4, 1)
    story.then(a_command(Action.RETURN, date(2026, 5, 1), target="in_stock"))
    assert held_since(live(story.events), BOB) is None


def test_the_vocabulary_of_accessories_is_complete() -> None:
    labels = resources.accessories()

    assert next(iter(labels)) == "charger"
    assert {"Chargeur", "Souris", "Sacoche", "Câble", "Clavier", "Autre"} <= set(
        labels.values()
    )


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"accessories": {}},
        {"accessories": {"a": {}}},
        {"accessories": {"a": {"label": "X"}, "b": {"label": "X"}}},
        {"accessories": {"a": {"label": "X", "plural": "Y"}}},
    ],
)
def test_a_wrong_vocabulary_says_where(raw: object) -> None:
    with pytest.raises(DataError, match="here"):
        parse_accessories(raw, where="here")
