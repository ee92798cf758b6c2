"""Orders: corrected until something came, then cancelled or completed only."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.command import Actor
from parc.domain.purchasing import year_figures
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import purchases
from parc.operations.deliveries import quantity_of
from parc.resources import law
from parc.storage.database import reading
from tests.factories import ALICE, LENS, LOOS
from tests.operations.buying import LINE, ORDER, Buying, buying_of
from tests.operations.counting import owner_id

TECHNICIAN = Actor("U-TECHN000", frozenset({Role.TECHNICIAN}))


@pytest.fixture
def buying(parc: Engine, tmp_path: Path) -> Buying:
    """Seat Alice."""
    return buying_of(parc, tmp_path)


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in caught.value.reasons}


def share_of_reuse(buying: Buying, year: int = 2026) -> tuple[int, int]:
    """Give numerator and denominator of ACH-01, in cents."""
    with reading(buying.engine) as session:
        bought = purchases.bought(session, owner_id(buying.engine, LENS), year)
    figure = year_figures(bought, year, law())[0]
    return figure.numerator, figure.denominator


def test_an_order_is_entered_with_its_first_line_and_who_did_it(buying: Buying) -> None:
    buying.enter()

    order, (line,) = buying.order(), buying.lines()
    assert (order.number, order.supplier, order.kind) == (
        "BC-2026-014",
        "UGAP",
        "order",
    )
    assert (order.created_by, order.created_at) == (ALICE.id, buying.desk.now)
    assert (line.position, line.quantity, line.amount_cents) == (1, 10, 940_005)
    assert (line.agec_category, line.index_tenths) == ("it_and_telephony", 85)


def test_a_number_is_one_order_s_only(buying: Buying) -> None:
    buying.enter()

    with pytest.raises(Refused) as caught:
        buying.enter()
    assert codes(caught) == {"number_taken"}


def test_everything_wrong_is_said_at_once(buying: Buying) -> None:
    with pytest.raises(Refused) as caught:
        buying.enter(supplier="", quantity="0", amount_cents="cher")

    assert {r.field for r in caught.value.reasons} == {
        "supplier",
        "quantity",
        "amount_cents",
    }


def test_money_is_not_the_bench_s_business(buying: Buying) -> None:
    buying.enter()
    bench = buying.by(TECHNICIAN)
    acts: tuple[Callable[[], object], ...] = (
        lambda: bench.enter(number="BC-2"),
        lambda: purchases.add_line(bench.engine, bench.desk, bench.number, LINE),
        lambda: purchases.cancel(bench.engine, bench.desk, bench.number, "Erreur"),
        lambda: buying.by(ALICE, LOOS).enter(number="BC-3"),
    )
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        assert codes(caught) == {"role"}


def test_an_order_is_corrected_until_something_came(buying: Buying) -> None:
    number = buying.enter()
    purchases.correct(buying.engine, buying.desk, number, {**ORDER, "number": "BC-15"})
    line = buying.lines()[0].id
    typed = {**LINE, "quantity": "3", "amount_cents": "3 000"}
    purchases.correct_line(buying.engine, buying.desk, number, line, typed)
    other = purchases.add_line(buying.engine, buying.desk, number, LINE)
    purchases.remove_line(buying.engine, buying.desk, number, other)

    assert buying.order().number == "BC-15"
    assert buying.order().changed_by == ALICE.id
    assert [(one.quantity, one.amount_cents) for one in buying.lines()] == [
        (3, 300_000)
    ]

    buying.receive(items=quantity_of(1))
    acts: tuple[Callable[[], object], ...] = (
        lambda: purchases.correct(buying.engine, buying.desk, number, ORDER),
        lambda: purchases.correct_line(buying.engine, buying.desk, number, line, LINE),
        lambda: purchases.remove_line(buying.engine, buying.desk, number, line),
    )
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        assert codes(caught) == {"frozen"}
    purchases.add_line(buying.engine, buying.desk, number, LINE)
    assert [one.position for one in buying.lines()] == [1, 2]


def test_the_only_line_stays(buying: Buying) -> None:
    number = buying.enter()

    with pytest.raises(Refused) as caught:
        purchases.remove_line(buying.engine, buying.desk, number, buying.lines()[0].id)
    assert codes(caught) == {"only_line"}


def test_what_has_not_come_is_cancelled_with_a_reason_and_counts_no_more(
    buying: Buying,
) -> None:
    number = buying.enter(condition="reconditioned")
    buying.receive(items=quantity_of(3))
    line = buying.lines()[0].id
    with pytest.raises(Refused):
        purchases.cancel(buying.engine, buying.desk, number, " ", line)

    purchases.cancel(buying.engine, buying.desk, number, "Rupture", line)

    kept = buying.lines()[0]
    assert (kept.cancelled_quantity, kept.cancel_reason) == (7, "Rupture")
    # Three shares of 9,400.05 €: the five cents left over go to the first five.
    assert share_of_reuse(buying) == (282_003, 282_003)
    with pytest.raises(Refused) as caught:
        purchases.cancel(buying.engine, buying.desk, number, "Encore", line)
    assert codes(caught) == {"nothing_left"}
    with pytest.raises(Refused) as caught:
        buying.receive(items=quantity_of(1))
    assert codes(caught) == {"over_delivery"}


def test_a_cancelled_order_stays_and_takes_nothing_more(buying: Buying) -> None:
    number = buying.enter()
    purchases.cancel(buying.engine, buying.desk, number, "Marché infructueux")

    order = buying.order()
    assert (order.cancelled_by, order.cancel_reason) == (
        ALICE.id,
        "Marché infructueux",
    )
    assert share_of_reuse(buying) == (0, 0)
    with pytest.raises(Refused) as caught:
        purchases.add_line(buying.engine, buying.desk, number, LINE)
    assert codes(caught) == {"cancelled"}


def test_lump_sums_and_gifts_count_where_they_should(buying: Buying) -> None:
    buying.enter(condition="reconditioned", quantity="1", amount_cents="200")
    buying.enter(
        number="FIN-1",
        kind="lump_sum",
        category="",
        agec_category="it_and_telephony",
        quantity="1",
        amount_cents="800",
        index_kind="",
        index_value="",
    )
    buying.enter(
        number="DON-1",
        kind="gift",
        quantity="2",
        amount_cents="400",
        condition="reused",
        reference="Grille : portable de moins de 5 ans",
    )

    assert share_of_reuse(buying) == (20_000, 100_000)


def test_the_kind_follows_the_lines(buying: Buying) -> None:
    number = buying.enter()
    for kind in ("lump_sum", "gift"):
        with pytest.raises(Refused) as caught:
            purchases.correct(
                buying.engine, buying.desk, number, {**ORDER, "kind": kind}
            )
        assert {r.field for r in caught.value.reasons} == {"kind"}


def test_two_who_take_one_number_at_once_have_one_order(buying: Buying) -> None:
    refused: list[str] = []
    barrier = threading.Barrier(2)

    def enter() -> None:
        barrier.wait()
        try:
            purchases.enter(
                buying.engine,
                buying.desk,
                owner_id(buying.engine, LENS),
                {**ORDER, **LINE},
            )
        except Refused as caught:
            refused.extend(reason.code for reason in caught.reasons)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["number_taken"]
