"""The ledger and the inventory side by side: every number in the right list."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.reconciliation import (
    Compared,
    Held,
    LedgerLine,
    Reconciled,
    reconcile,
)


def numbers(found: tuple[Compared, ...]) -> list[str]:
    return [one.number for one in found]


def told(result: Reconciled) -> tuple[list[str], ...]:
    return (
        numbers(result.only_ledger),
        numbers(result.only_parc),
        numbers(result.value_differs),
        numbers(result.quantity_differs),
    )


def test_each_difference_is_in_its_list() -> None:
    ledger = [
        LedgerLine(2, "2022-1", "Portables", date(2022, 3, 1), 90_000, 10),
        LedgerLine(3, "2022-2", "Écrans", date(2022, 3, 1), 50_000, 5),
        LedgerLine(4, "2022-3", "Serveur", date(2022, 3, 1), 70_000, 1),
        LedgerLine(5, "2022-4", "Baie", None, 70_000, 1),
    ]
    held = [
        Held("2022-1", 10, 90_000),
        Held("2022-2", 4, 50_000),
        Held("2022-3", 1, 71_000),
        Held("2022-9", 2, 3_000, designation="Switch"),
    ]

    result = reconcile(ledger, held)

    assert told(result) == (["2022-4"], ["2022-9"], ["2022-3"], ["2022-2"])
    assert result.agreed == 1
    assert result.only_parc[0].designation == "Switch"


def test_lines_under_one_number_are_added_and_spelling_does_not_count() -> None:
    ledger = [
        LedgerLine(2, "INV 12", value_cents=100, quantity=1),
        LedgerLine(3, "inv12", value_cents=250, quantity=2),
    ]

    result = reconcile(ledger, [Held("Inv12", 3, 350)])

    assert told(result) == ([], [], [], [])
    assert result.agreed == 1


def test_a_number_whose_devices_all_left_is_in_the_ledger_only_and_says_so() -> None:
    result = reconcile([LedgerLine(2, "A", value_cents=1)], [Held("A", 0, 0, left=3)])

    assert told(result) == (["A"], [], [], [])
    assert "3 réformés ou partis" in result.only_ledger[0].note
    assert told(reconcile([], [Held("A", 0, 0, left=3)])) == ([], [], [], [])


def test_a_device_without_a_price_makes_the_value_differ_and_says_why() -> None:
    result = reconcile(
        [LedgerLine(2, "A", value_cents=500, quantity=2)], [Held("A", 2, 500, 1)]
    )

    assert numbers(result.value_differs) == ["A"]
    assert "1 sans prix" in result.value_differs[0].note


def test_what_the_ledger_leaves_out_is_not_compared() -> None:
    result = reconcile([LedgerLine(2, "A")], [Held("A", 2, 500, 1)])

    assert (told(result), result.agreed) == (([], [], [], []), 1)


def test_rounding_of_the_vat_makes_no_difference() -> None:
    ledger = [LedgerLine(2, "A", value_cents=1_003, quantity=3)]

    assert numbers(reconcile(ledger, [Held("A", 3, 1_000)]).value_differs) == ["A"]
    near = reconcile(ledger, [Held("A", 3, 1_000)], cents_a_unit=1)
    assert near.agreed == 1


NUMBERS = st.sampled_from("ABCDEF")


@given(
    st.lists(st.tuples(NUMBERS, st.integers(0, 9), st.integers(0, 4)), max_size=12),
    st.dictionaries(NUMBERS, st.tuples(st.integers(1, 4), st.integers(0, 9))),
)
def test_every_number_is_told_of(
    lines: list[tuple[str, int, int]], ours: dict[str, tuple[int, int]]
) -> None:
    ledger = [LedgerLine(n, k, "", None, v, q) for n, (k, v, q) in enumerate(lines)]
    held = [Held(number, count, value) for number, (count, value) in ours.items()]

    result = reconcile(ledger, held)
    only_ledger, only_parc, values, quantities = map(set, told(result))

    theirs = {number for number, *_ in lines}
    assert only_ledger == theirs - set(ours)
    assert only_parc == set(ours) - theirs
    both = theirs & set(ours)
    sums = {
        number: (
            sum(v for k, v, _ in lines if k == number),
            sum(q for k, _, q in lines if k == number),
        )
        for number in both
    }
    assert values == {n for n in both if sums[n][0] != ours[n][1]}
    assert quantities == {n for n in both if sums[n][1] != ours[n][0]}
    assert result.agreed == len(both - values - quantities)
