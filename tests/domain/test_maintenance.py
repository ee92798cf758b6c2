"""Repair orders: when they close, and VIE-04 recounted by hand and at random."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.maintenance import (
    Done,
    Ordered,
    Outcome,
    Place,
    Turnover,
    WarrantyAnswer,
    closing_reasons,
    opening_reasons,
    under_warranty,
    upgrades_of_a_year,
)
from parc.domain.repair_contract import Standing, Term, term_reasons
from parc.domain.spare_parts import quantity_reasons, to_order
from tests.factories import TODAY

OPENED = date(2026, 11, 2)
READY = Ordered(OPENED, "battery", warranty_claim=False, warranty_answer=None)
GOOD = {"outcome": "repaired", "closed_on": "2026-11-20", "target": "in_service"}


def codes(order: Ordered, **changed: object) -> list[str]:
    """Give the codes of what keeps an order from closing."""
    details = {**GOOD, **changed}
    return [r.code for r in closing_reasons(order, details, TODAY)]  # type: ignore[arg-type]  # parsed details


def test_an_order_that_says_all_closes() -> None:
    assert codes(READY) == []


def test_an_order_closes_between_its_opening_and_today() -> None:
    assert codes(READY, closed_on=OPENED.isoformat()) == []
    assert codes(READY, closed_on=TODAY.isoformat()) == []
    assert codes(READY, closed_on="2026-11-01") == ["before_opening"]
    assert codes(READY, closed_on="2026-11-25") == ["future"]


def test_an_order_without_diagnosis_stays_open() -> None:
    assert codes(Ordered(OPENED, None, False, None)) == ["no_diagnosis"]


@pytest.mark.parametrize("answer", [None, WarrantyAnswer.PENDING])
def test_a_claim_that_waits_keeps_the_order_open(
    answer: WarrantyAnswer | None,
) -> None:
    claimed = Ordered(OPENED, "battery", warranty_claim=True, warranty_answer=answer)
    refused = Ordered(
        OPENED, "battery", warranty_claim=True, warranty_answer=WarrantyAnswer.REFUSED
    )

    assert codes(claimed) == ["no_answer"]
    assert codes(refused) == []


def test_only_an_upgrade_avoids_a_replacement() -> None:
    assert codes(READY, avoids_replacement=True) == ["not_upgraded"]
    assert codes(READY, avoids_replacement=True, outcome="upgraded") == []


def test_an_order_opens_by_today_and_one_at_a_time() -> None:
    assert opening_reasons(TODAY, TODAY, is_open=False) == ()
    tomorrow = TODAY + timedelta(days=1)
    (future,) = opening_reasons(tomorrow, TODAY, is_open=False)
    (another,) = opening_reasons(TODAY, TODAY, is_open=True)
    assert (future.code, another.code) == ("future", "already_open")


def test_a_warranty_runs_on_its_last_day() -> None:
    assert under_warranty(TODAY, TODAY)
    assert not under_warranty(TODAY - timedelta(days=1), TODAY)
    assert not under_warranty(None, TODAY)


def done(
    device: int,
    outcome: Outcome,
    *,
    place: Place = Place.IN_HOUSE,
    kept: bool = False,
    category: str = "laptop",
) -> Done:
    """Give a closed order."""
    return Done(device, category, place, outcome, kept)


def test_a_year_recounted_by_hand() -> None:
    orders = [
        done(1, Outcome.REPAIRED),
        done(2, Outcome.REPAIRED, place=Place.PARTNER),
        done(3, Outcome.UPGRADED, kept=True),
        done(3, Outcome.UPGRADED, kept=True),  # memory, then a disk: one device kept
        done(4, Outcome.UPGRADED),
        done(5, Outcome.NOT_WORTH_IT),
        done(6, Outcome.UPGRADED, kept=True, category="desktop", place=Place.PARTNER),
    ]
    moved = {
        "laptop": Turnover(commissioned=9, decommissioned=3),
        "monitor": Turnover(commissioned=0, decommissioned=40),
        "desktop": Turnover(commissioned=1, decommissioned=0),
    }

    whole, kinds = upgrades_of_a_year(orders, moved)

    assert whole.repaired == {Place.IN_HOUSE: 1, Place.PARTNER: 1}
    assert whole.upgraded == {Place.IN_HOUSE: 3, Place.PARTNER: 1}
    assert (whole.kept, whole.replaced, whole.share) == (2, 3, Fraction(2, 5))
    assert set(kinds) == {"laptop", "desktop"}
    assert kinds["laptop"].share == Fraction(1, 4)
    assert kinds["desktop"].share == 1


def test_a_year_without_upgrade_nor_replacement_has_no_share() -> None:
    whole, kinds = upgrades_of_a_year([done(1, Outcome.REPAIRED)], {})

    assert whole.share is None
    assert kinds["laptop"].share is None


@given(
    st.lists(
        st.builds(
            Done,
            st.integers(1, 5),
            st.sampled_from(["laptop", "monitor"]),
            st.sampled_from(Place),
            st.sampled_from(Outcome),
            st.booleans(),
        )
    ),
    st.dictionaries(
        st.sampled_from(["laptop", "monitor", "tablet"]),
        st.builds(Turnover, st.integers(0, 9), st.integers(0, 9)),
    ),
)
def test_the_whole_is_the_sum_of_its_kinds(
    orders: list[Done], moved: dict[str, Turnover]
) -> None:
    # A device has one category: two orders of one cannot differ in it.
    orders = [
        Done(
            o.device,
            "laptop" if o.device % 2 else "monitor",
            o.place,
            o.outcome,
            o.avoids_replacement,
        )
        for o in orders
    ]
    whole, kinds = upgrades_of_a_year(orders, moved)

    assert whole.kept == sum(kind.kept for kind in kinds.values())
    assert whole.replaced == sum(kind.replaced for kind in kinds.values())
    for place in Place:
        assert whole.repaired[place] == sum(k.repaired[place] for k in kinds.values())
        assert whole.upgraded[place] == sum(k.upgraded[place] for k in kinds.values())
    assert whole.share is None or 0 <= whole.share <= 1


def test_a_contract_holds_on_its_last_day_and_is_told_before_it_ends() -> None:
    term = Term(date(2026, 1, 1), date(2026, 12, 31))

    assert term.covers(date(2026, 12, 31))
    assert not term.covers(date(2027, 1, 1))
    assert not term.covers(date(2025, 12, 31))
    assert term.standing(date(2025, 12, 31)) is Standing.COMING
    assert term.standing(date(2026, 10, 1)) is Standing.RUNNING
    assert term.standing(date(2026, 10, 2)) is Standing.ENDING
    assert term.standing(date(2027, 1, 1)) is Standing.ENDED
    assert Term(date(2026, 1, 1), None).standing(date(2099, 1, 1)) is Standing.RUNNING


def test_a_cancelled_contract_holds_on_no_day() -> None:
    term = Term(date(2026, 1, 1), None, cancelled=True)

    assert not term.covers(TODAY)
    assert term.standing(TODAY) is Standing.CANCELLED


def test_a_contract_ends_after_it_starts() -> None:
    (reason,) = term_reasons({"starts_on": "2026-02-01", "ends_on": "2026-01-31"})

    assert reason.field == "ends_on"
    assert term_reasons({"starts_on": "2026-02-01", "ends_on": "2026-02-01"}) == ()
    assert term_reasons({"starts_on": "2026-02-01"}) == ()


@given(st.integers(0, 50), st.integers(0, 50))
def test_what_is_ordered_brings_the_level_to_the_minimum(
    level: int, minimum: int
) -> None:
    ordered = to_order(level, minimum)

    assert level + ordered >= minimum
    assert not ordered or level + ordered == minimum


def test_no_movement_is_of_nothing() -> None:
    assert quantity_reasons(0)
    assert not quantity_reasons(1)
    assert quantity_reasons(100_001)
