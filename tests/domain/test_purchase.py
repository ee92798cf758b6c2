"""What an order and its lines must say; shares of an amount lose no cent."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.category import AgecCategory
from parc.domain.purchase import (
    OrderKind,
    kept_amount,
    read_line,
    read_order,
    share_of,
)
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Condition
from tests.factories import TODAY

CATEGORIES = resources.categories()
ORDER = {
    "kind": "order",
    "number": "BC-2026-014",
    "supplier": "UGAP",
    "ordered_on": "2026-03-02",
}
LINE = {
    "category": "laptop",
    "quantity": "10",
    "amount_cents": "9 400,00",
    "condition": "new",
}


def line(kind: OrderKind = OrderKind.ORDER, /, **said: object) -> object:
    return read_line({**LINE, **said}, kind, CATEGORIES)


def refused(kind: OrderKind = OrderKind.ORDER, /, **said: object) -> set[str | None]:
    """Name the fields that are to be corrected."""
    with pytest.raises(Refused) as caught:
        line(kind, **said)
    return {reason.field for reason in caught.value.reasons}


def test_the_day_of_the_spend_is_that_of_the_order_unless_said() -> None:
    assert read_order(ORDER, TODAY).spent_on == date(2026, 3, 2)
    later = read_order({**ORDER, "spent_on": "2027-01-15"}, TODAY)
    assert (later.ordered_on.year, later.spent_on.year) == (2026, 2027)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", ""),
        ("number", "x" * 61),
        ("supplier", " "),
        ("ordered_on", "1999-12-31"),
        ("ordered_on", "31/12/2026"),
        ("spent_on", "2028-01-01"),
        ("kind", "vol"),
    ],
)
def test_an_order_says_what_is_to_be_corrected(name: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        read_order({**ORDER, name: value}, TODAY)

    assert {reason.field for reason in caught.value.reasons} == {name}


def test_a_line_reads_french_amounts_and_takes_the_agec_category_of_its_kind() -> None:
    read = read_line(LINE, OrderKind.ORDER, CATEGORIES)

    assert (read.amount_cents, read.quantity) == (940_000, 10)
    assert read.agec_category is AgecCategory.IT_AND_TELEPHONY
    assert read.condition is Condition.NEW


def test_a_line_says_what_is_to_be_corrected() -> None:
    assert refused(quantity="0") == {"quantity"}
    assert refused(quantity="5001") == {"quantity"}
    assert refused(category="", agec_category="") == {"agec_category"}
    assert refused(agec_category="printing") == {"agec_category"}
    assert refused(amount_cents="cher") == {"amount_cents"}
    assert refused(condition="unknown") == {"condition"}
    assert refused(OrderKind.LUMP_SUM) == {"category"}
    assert refused(OrderKind.GIFT) == {"reference"}


def test_an_index_has_a_value_on_its_scale_a_source_and_a_day() -> None:
    assert refused(index_kind="repairability") == {
        "index_value",
        "index_source",
        "index_on",
    }
    whole = {"index_source": "fabricant", "index_on": "2026-01-10"}
    assert refused(index_kind="repairability", index_value="10,1", **whole) == {
        "index_value"
    }
    assert refused(index_kind="eu_class", index_value="F", **whole) == {"index_value"}
    assert refused(index_value="7,8") == {"index_kind"}

    out_of_ten = read_line(
        {**LINE, "index_kind": "repairability", "index_value": "7,8", **whole},
        OrderKind.ORDER,
        CATEGORIES,
    )
    european = read_line(
        {**LINE, "index_kind": "eu_class", "index_value": "b", **whole},
        OrderKind.ORDER,
        CATEGORIES,
    )
    assert (out_of_ten.index_tenths, out_of_ten.index_class) == (78, "")
    assert (european.index_tenths, european.index_class) == (None, "B")


@given(st.integers(0, 10**10), st.integers(1, 300), st.data())
def test_shares_add_up_and_differ_by_a_cent_at_most(
    amount: int, quantity: int, data: st.DataObject
) -> None:
    shares = [share_of(amount, quantity, rank) for rank in range(quantity)]
    cancelled = data.draw(st.integers(0, quantity))

    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1
    kept = quantity - cancelled
    assert kept_amount(amount, quantity, cancelled) == sum(shares[:kept])
