"""ACH-01 and ACH-03 to ACH-07 of a purchase year, recomputed by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.category import AgecCategory
from parc.domain.purchase import Clause, IndexKind, OrderKind
from parc.domain.purchasing import Bought, Figure, by_category, year_figures
from parc.domain.vocabulary import Condition

LAW = resources.law()
IT = AgecCategory.IT_AND_TELEPHONY


def bought(
    key: int,
    units: int,
    euros: int,
    condition: Condition = Condition.NEW,
    *,
    category: str | None = "laptop",
    kind: OrderKind = OrderKind.ORDER,
    agec: AgecCategory = IT,
    on: date = date(2026, 3, 2),
    spent: date | None = None,
    clause: Clause = Clause.NONE,
    index: IndexKind = IndexKind.NONE,
    tenths: int | None = None,
    ecolabel: str = "",
    accessory: bool = False,
) -> Bought:
    return Bought(
        key,
        kind,
        on,
        spent or on,
        agec,
        category,
        accessory,
        units,
        euros * 100,
        condition,
        clause,
        index,
        tenths,
        ecolabel,
    )


REPAIR = IndexKind.REPAIRABILITY
YEAR = (
    # Twenty new laptops under an environmental clause, index 7.8, labelled.
    bought(
        1,
        20,
        18_000,
        clause=Clause.ENVIRONMENTAL,
        index=REPAIR,
        tenths=78,
        ecolabel="TCO Certified",
    ),
    # Ten more without an index.
    bought(2, 10, 9_000, clause=Clause.BOTH),
    # Reconditioned laptops, screens used before, telephones by recycled content.
    bought(3, 15, 6_000, Condition.RECONDITIONED, clause=Clause.SOCIAL),
    bought(4, 8, 1_000, Condition.REUSED, category="monitor"),
    bought(
        5,
        5,
        2_000,
        Condition.RECYCLED_CONTENT,
        category="smartphone",
        index=IndexKind.EU_CLASS,
    ),
    # A lump sum of the finance office; toner, which is another category.
    bought(6, 1, 4_000, category=None, kind=OrderKind.LUMP_SUM),
    bought(7, 1, 3_000, category=None, agec=AgecCategory.CONSUMABLES),
    # Mice are followed and counted nowhere as units.
    bought(8, 40, 400, category="mouse", accessory=True),
    # Three laptops given, 200 € each on the grid.
    bought(9, 3, 600, Condition.REUSED, kind=OrderKind.GIFT),
    # Ordered in 2026 and spent in 2027: not of this year.
    bought(10, 9, 90_000, spent=date(2027, 1, 4)),
    bought(11, 9, 70_000, on=date(2025, 12, 30)),
)


def figures(year: int = 2026) -> dict[str, Figure]:
    return {one.id: one for one in year_figures(YEAR, year, LAW)}


def test_the_share_of_reuse_by_hand() -> None:
    # 18,000 + 9,000 + 6,000 + 1,000 + 2,000 + 4,000 + 400 in the category.
    figure = figures()["ACH-01"]

    assert (figure.numerator, figure.denominator) == (700_000, 4_040_000)
    assert figure.value == Decimal("17.3")
    assert figure.target == 20
    assert set(figure.inside) == {3, 4}
    assert set(figure.lines) == {1, 2, 3, 4, 5, 6, 8, 9}
    with_gifts, recycled = figure.parts
    # 7,600 / 41,000; recycled content 2,000 / 40,400.
    assert (with_gifts.value, recycled.value) == (Decimal("18.5"), Decimal("5.0"))


def test_gifts_may_count_in_the_numerator_alone_if_the_reading_changes() -> None:
    reading = LAW["gift_counting"]
    other = replace(reading.values[0], value="numerator")
    law = {**LAW, "gift_counting": replace(reading, values=(other,))}

    with_gifts = year_figures(YEAR, 2026, law)[0].parts[0]

    assert (with_gifts.numerator, with_gifts.denominator) == (760_000, 4_040_000)


def test_a_line_wholly_cancelled_is_behind_no_figure() -> None:
    for figure in year_figures([bought(1, 0, 0)], 2026, LAW):
        assert (figure.lines, figure.value) == ((), None)


def test_the_other_figures_by_hand() -> None:
    found = figures()

    # (18,000 + 9,000 + 6,000) / 43,400: toner is in the whole, gifts are not.
    clause = found["ACH-03"]
    assert (clause.numerator, clause.denominator) == (3_300_000, 4_340_000)
    assert clause.value == Decimal("76.0")
    assert [part.numerator for part in clause.parts] == [2_700_000, 1_500_000]
    # Twenty laptops of thirty new ones have an index, 7.8.
    mean = found["ACH-04"]
    assert (mean.value, mean.parts[0].value) == (Decimal("7.80"), Decimal("66.7"))
    # Smartphones have the European class: 25 units of 35.
    assert (found["ACH-05"].numerator, found["ACH-05"].denominator) == (25, 35)
    assert found["ACH-05"].value == Decimal("71.4")
    # 15 of 58 devices; the mice and what was given are no purchase of devices.
    assert (found["ACH-06"].numerator, found["ACH-06"].denominator) == (15, 58)
    assert found["ACH-06"].value == Decimal("25.9")
    assert (found["ACH-07"].numerator, found["ACH-07"].value) == (20, Decimal("34.5"))


def test_each_category_has_the_columns_of_the_declaration() -> None:
    it, printing, consumables = by_category(YEAR, 2026)

    assert (it.total, it.reuse, it.gifts, it.recycled) == (
        4_040_000,
        700_000,
        60_000,
        200_000,
    )
    assert (printing.total, consumables.total, consumables.reuse) == (0, 300_000, 0)


@pytest.mark.parametrize(
    ("year", "target"), [(2023, None), (2024, 20), (2026, 20), (2027, 25), (2030, 30)]
)
def test_the_target_is_that_of_the_year(year: int, target: int | None) -> None:
    assert figures(year)["ACH-01"].target == target


def test_a_year_without_purchases_has_no_value_and_says_so() -> None:
    for figure in figures(2020).values():
        assert figure.value is None
        assert figure.reason
        assert figure.lines == ()


@pytest.mark.parametrize(
    ("category", "on", "index", "counts"),
    [
        ("television", date(2025, 12, 1), REPAIR, True),
        ("television", date(2026, 2, 1), IndexKind.DURABILITY, True),
        ("smartphone", date(2025, 1, 1), REPAIR, True),
        ("tablet", date(2025, 1, 1), IndexKind.EU_CLASS, False),
        ("tablet", date(2026, 1, 1), IndexKind.EU_CLASS, True),
        ("monitor", date(2026, 1, 1), REPAIR, False),
        ("laptop", date(2022, 12, 31), REPAIR, False),
    ],
)
def test_what_has_to_have_an_index_depends_on_the_kind_and_the_day(
    category: str, on: date, index: IndexKind, counts: bool
) -> None:
    line = bought(1, 1, 100, category=category, on=on, index=index, tenths=80)
    found = {one.id: one for one in year_figures([line], on.year, LAW)}

    assert (found["ACH-05"].denominator == 1) is counts
    mean = category in {"laptop", "smartphone", "television"} and index is REPAIR
    assert (found["ACH-04"].denominator == 1) is (counts and mean)


LINES = st.builds(
    bought,
    st.integers(1, 99),
    st.integers(0, 50),
    st.integers(0, 10_000),
    st.sampled_from([c for c in Condition if c is not Condition.UNKNOWN]),
    category=st.sampled_from(["laptop", "monitor", "smartphone", "tablet", None]),
    kind=st.sampled_from(OrderKind),
    agec=st.sampled_from(AgecCategory),
    spent=st.dates(date(2025, 6, 1), date(2027, 6, 1)),
    clause=st.sampled_from(Clause),
    ecolabel=st.sampled_from(["", "TCO"]),
)


@given(st.lists(LINES, max_size=12))
def test_an_independent_count_finds_the_same(lines: list[Bought]) -> None:
    found = {one.id: one for one in year_figures(lines, 2026, LAW)}
    reuse = whole = gifts = units = labelled = 0
    for one in lines:
        if f"{one.spent_on:%Y}" != "2026" or one.units == 0:
            continue
        if one.kind.value == "gift":
            if one.agec_category.value == "it_and_telephony":
                gifts += one.amount_cents
            continue
        if one.agec_category.value == "it_and_telephony":
            whole += one.amount_cents
            if one.condition.value in {"reconditioned", "reused"}:
                reuse += one.amount_cents
        if one.kind.value == "order" and one.category is not None:
            units += one.units
            labelled += one.units if one.ecolabel else 0

    share = found["ACH-01"]
    assert (share.numerator, share.denominator) == (reuse, whole)
    assert (share.parts[0].numerator, share.parts[0].denominator) == (
        reuse + gifts,
        whole + gifts,
    )
    assert (found["ACH-07"].numerator, found["ACH-07"].denominator) == (labelled, units)
    if whole:
        exact = Fraction(100 * reuse, whole)
        assert share.value is not None
        assert abs(Fraction(share.value) - exact) <= Fraction(1, 20)
