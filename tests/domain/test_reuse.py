"""The reuse rate, device by device: A and B of décret n° 2023-266 as D10 reads them."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.device import HandOver
from parc.domain.reuse import Exclusion, counts, justified
from parc.domain.vocabulary import Action, HandOverOutcome, Level, Route
from tests.factories import LENS, Story, a_command, at
from tests.reports.lives import judged, left, reformed

NEW_YEARS_EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)
SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)


def a_and_b(stories: Iterable[Story], known_on: date | None = None) -> tuple[int, int]:
    """Count A and B of Lens for 2026."""
    known_at = None if known_on is None else at(known_on)
    found = [judged(story, known_at=known_at) for story in stories]
    return sum(s.counted for s in found), sum(s.stocked for s in found)


def first_worked_case(last_sale: Story) -> list[Story]:
    """40 in stock; 12 given, 6 sold, 5 taken back, 3 ceded."""
    asked = date(2026, 3, 1)
    return [
        *(left(reformed(), SPRING, "organisation_gift") for _ in range(12)),
        *(
            left(reformed(), SPRING, "sale", commitment=asked, proof=SUMMER)
            for _ in range(4)
        ),
        last_sale,
        left(reformed(), SPRING, "sale"),
        *(left(reformed(), SPRING, "producer_takeback") for _ in range(5)),
        *(left(reformed(), SPRING, "public_transfer") for _ in range(3)),
        *(reformed() for _ in range(14)),
    ]


def test_12_given_4_sold_with_papers_and_3_ceded_of_40_make_19() -> None:
    committed = left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1))

    assert a_and_b(first_worked_case(committed)) == (19, 40)


def test_a_proof_that_arrives_in_march_counts_for_the_year_of_the_sale() -> None:
    late = left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1))
    late.filed("proof", date(2027, 3, 10))
    fleet = first_worked_case(late)

    assert a_and_b(fleet, known_on=date(2027, 2, 28)) == (19, 40)
    assert a_and_b(fleet, known_on=date(2027, 3, 11)) == (20, 40)
    assert not judged(late, 2027).counted


def test_a_laptop_over_ten_years_old_is_in_neither() -> None:
    old = left(reformed(bought=date(2014, 5, 1)), SPRING)

    assert a_and_b([old]) == (0, 0)
    assert judged(old).exclusion is Exclusion.OVER_AGE
    assert judged(old).in_stock


def test_reforme_before_ten_years_and_gift_after_stay_in() -> None:
    given = reformed(date(2025, 12, 1), bought=date(2016, 1, 1))

    assert a_and_b([left(given, SPRING)]) == (1, 1)


def test_without_stock_seven_gifts_are_seven_over_nothing() -> None:
    fleet = [left(reformed(date(2026, 2, 1)), SPRING) for _ in range(7)]

    assert a_and_b(fleet) == (7, 0)


def test_a_fast_flow_makes_18_over_10() -> None:
    stock = [left(reformed(), SPRING) for _ in range(10)]
    flow = [left(reformed(date(2026, 2, 1)), SUMMER) for _ in range(8)]

    assert a_and_b([*stock, *flow]) == (18, 10)


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("laptop", None),
        ("desktop", None),
        ("monitor", None),
        ("smartphone", None),
        ("mouse", Exclusion.ACCESSORY),
        ("keyboard", Exclusion.ACCESSORY),
        ("cable", Exclusion.ACCESSORY),
        ("charger", Exclusion.ACCESSORY),
        ("server", Exclusion.WEEE_CATEGORY),
        ("copier_mfp", Exclusion.WEEE_CATEGORY),
        ("projector", Exclusion.WEEE_CATEGORY),
    ],
)
def test_categories_2_and_6_count_main_equipment_only(
    category: str, reason: Exclusion | None
) -> None:
    found = judged(left(reformed(category=category), SPRING))

    assert found.exclusion is reason
    assert found.counted is (reason is None)
    assert found.stocked is (reason is None)
    assert found.in_stock


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ("none", None),
        ("classified", Exclusion.CLASSIFIED),
        ("protected", Exclusion.PROTECTED),
    ],
)
def test_flagged_devices_are_outside(flag: str, reason: Exclusion | None) -> None:
    found = judged(reformed(security=flag))

    assert found.exclusion is reason
    assert found.stocked is (reason is None)


def test_one_reason_is_given_the_kind_before_the_age() -> None:
    found = judged(reformed(category="mouse", bought=None, security="classified"))

    assert found.exclusion is Exclusion.ACCESSORY


def test_the_law_is_that_of_the_year_reported_on() -> None:
    """Réformé before the decree existed, in stock of a year that it governs."""
    assert judged(reformed(date(2021, 5, 1)), 2024).stocked


@pytest.mark.parametrize("route", ["organisation_gift", "staff_gift"])
def test_a_gift_counts_without_commitment_or_proof(route: str) -> None:
    assert judged(left(reformed(), SPRING, route)).counted


@pytest.mark.parametrize("route", ["sale", "producer_takeback", "supplier_takeback"])
@pytest.mark.parametrize(
    ("commitment", "proof", "counted"),
    [
        (None, None, False),
        (SPRING, None, False),
        (None, SUMMER, False),
        (SPRING, SUMMER, True),
        (date(2026, 3, 1), SUMMER, True),
    ],
)
def test_a_sale_or_a_take_back_waits_for_both_papers(
    route: str, commitment: date | None, proof: date | None, counted: bool
) -> None:
    gone = left(reformed(), SPRING, route, commitment=commitment, proof=proof)

    assert judged(gone).counted is counted
    assert judged(gone).hand_over is not None


def test_a_commitment_dated_the_day_after_does_not_count() -> None:
    story = left(reformed(), SPRING, "sale", proof=SUMMER)
    story.filed("commitment", date(2026, 4, 2))

    assert not judged(story).counted


def test_a_commitment_dated_before_but_filed_after_counts() -> None:
    story = left(reformed(), SPRING, "sale", proof=SUMMER)
    story.filed("commitment", SPRING, recorded=date(2027, 1, 5))

    assert judged(story).counted
    assert not judged(story, known_at=at(date(2027, 1, 4))).counted


def test_the_papers_of_a_first_sale_do_not_serve_for_the_second() -> None:
    story = left(reformed(), SPRING, "sale", commitment=date(2026, 3, 1), proof=SUMMER)
    story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne"))
    left(story, date(2026, 9, 1), "sale")

    assert not judged(story).counted


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize(
    "outcome", [HandOverOutcome.RETURNED, HandOverOutcome.RECYCLED]
)
def test_nothing_counts_once_returned_or_recycled(
    route: Route, outcome: HandOverOutcome
) -> None:
    gone = _hand_over(route, SPRING, SPRING, outcome)

    assert justified(gone)
    assert not counts(gone, resources.law(), NEW_YEARS_EVE)


@given(
    commitment=st.none() | st.dates(date(2026, 3, 30), date(2026, 4, 3)),
    proof=st.none() | st.dates(date(2026, 4, 1), date(2028, 1, 1)),
)
def test_papers_justify_when_the_promise_came_first(
    commitment: date | None, proof: date | None
) -> None:
    gone = _hand_over(Route.SALE, commitment, proof, HandOverOutcome.PENDING)
    promised = commitment is not None and commitment <= SPRING

    assert justified(gone) == (promised and proof is not None)


def _hand_over(
    route: Route,
    commitment: date | None,
    proof: date | None,
    outcome: HandOverOutcome,
) -> HandOver:
    return HandOver(
        seq=9,
        on=SPRING,
        owner=LENS,
        route=route,
        taker="Les Ateliers",
        level=Level.DOCUMENTED,
        decommissioned_on=date(2025, 5, 15),
        commitment_on=commitment,
        proof_on=proof,
        outcome=outcome,
    )
