"""A stocktake: whatever is scanned, each expected device is in one place of the sum."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.stocktake import (
    AWAY_STATES,
    EXPECTED_STATES,
    OPEN_TO,
    Anomaly,
    Settlement,
    Sighted,
    Standing,
    Totals,
    closing_reasons,
    sight,
    signing_reasons,
    standing,
)
from parc.domain.vocabulary import GONE, LOST, State

PLACES = st.none() | st.integers(1, 4)
LINES = st.dictionaries(st.integers(0, 9), PLACES, max_size=10)
SCANS = st.lists(st.tuples(st.integers(0, 12), PLACES), max_size=40)


def taken(
    lines: dict[int, int | None], scans: list[tuple[int, int | None]]
) -> tuple[dict[int, Standing], list[Sighted]]:
    """Take scans one after the other, as a stocktake does."""
    now = dict.fromkeys(lines, Standing.MISSING)
    answers = []
    for device, place in scans:
        if device in lines:
            now[device], said = sight(lines[device], now[device], place)
            answers.append(said)
    return now, answers


@given(LINES, SCANS)
def test_found_missing_and_elsewhere_add_up_to_the_expected(
    lines: dict[int, int | None], scans: list[tuple[int, int | None]]
) -> None:
    now, _ = taken(lines, scans)
    count = list(now.values()).count
    totals = Totals(
        found=count(Standing.FOUND),
        misplaced=count(Standing.MISPLACED),
        missing=count(Standing.MISSING),
    )

    assert totals.expected == len(lines)
    assert {d for d, s in now.items() if s is Standing.MISSING} == set(lines) - {
        device for device, _ in scans
    }


@given(LINES, SCANS, st.randoms())
def test_neither_the_order_of_scans_nor_their_repetition_changes_anything(
    lines: dict[int, int | None],
    scans: list[tuple[int, int | None]],
    chance: Random,
) -> None:
    shuffled = [*scans, *scans[: len(scans) // 2]]
    chance.shuffle(shuffled)

    assert taken(lines, shuffled)[0] == taken(lines, scans)[0]


@given(LINES, SCANS)
def test_one_by_one_comes_to_the_same_as_all_together(
    lines: dict[int, int | None], scans: list[tuple[int, int | None]]
) -> None:
    now, _ = taken(lines, scans)

    assert now == {
        device: standing(place, [at for seen, at in scans if seen == device])
        for device, place in lines.items()
    }


@given(LINES, SCANS)
def test_each_device_is_said_found_at_most_once(
    lines: dict[int, int | None], scans: list[tuple[int, int | None]]
) -> None:
    now, answers = taken(lines, scans)

    assert answers.count(Sighted.FOUND) == list(now.values()).count(Standing.FOUND)


@pytest.mark.parametrize(
    ("expected", "seen", "told"),
    [
        (1, [], Standing.MISSING),
        (1, [1], Standing.FOUND),
        (1, [2], Standing.MISPLACED),
        (1, [2, 1], Standing.FOUND),
        (1, [1, 2], Standing.FOUND),
        (None, [2], Standing.FOUND),
        (1, [None], Standing.FOUND),
    ],
)
def test_what_is_seen_decides(
    expected: int | None, seen: list[int | None], told: Standing
) -> None:
    assert standing(expected, seen) is told


def test_what_is_gone_lost_or_away_is_not_expected() -> None:
    assert EXPECTED_STATES.isdisjoint(GONE | LOST | AWAY_STATES | {State.ORDERED})


def test_every_anomaly_may_be_left_with_a_reason() -> None:
    assert set(OPEN_TO) == set(Anomaly)
    assert all(Settlement.LEFT in open_ for open_ in OPEN_TO.values())


@pytest.mark.parametrize(
    ("scans", "waiting", "explanation", "codes"),
    [
        (3, 0, "", []),
        (0, 0, "", ["no_scan"]),
        (3, 1, "", ["undrained"]),
        (0, 2, "  ", ["no_scan", "undrained"]),
        (0, 2, "Local fermé pour travaux.", []),
    ],
)
def test_scans_close_when_they_are_all_in_or_explained(
    scans: int, waiting: int, explanation: str, codes: list[str]
) -> None:
    reasons = closing_reasons(scans, waiting, explanation)

    assert [reason.code for reason in reasons] == codes


def test_the_report_waits_for_every_anomaly_or_an_explanation() -> None:
    assert signing_reasons(0, "") == ()
    assert [r.code for r in signing_reasons(2, "")] == ["unsettled"]
    assert signing_reasons(2, "Le service est en congé jusqu'au 3.") == ()
