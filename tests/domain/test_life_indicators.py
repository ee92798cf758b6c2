"""VIE-01 to VIE-03 and EQP-01 on a small fleet made by hand, recomputed apart."""

from datetime import date

from parc.domain.history import as_known, on_day
from parc.domain.life_indicators import (
    Figure,
    Life,
    equipment_rates,
    internal_reuse,
    life_of,
    mean_age,
    use_at_retirement,
)
from parc.domain.vocabulary import Action, State
from tests.factories import (
    LENS,
    LOOS,
    Story,
    a_command,
    registration,
    some_rules,
)

LAST = date(2025, 12, 31)
RULES = some_rules(first_day=date(2015, 1, 1))
SCOPE = {
    "computers": ["laptop", "desktop"],
    "screens": ["monitor"],
    "smartphones": ["smartphone"],
    "printers": ["printer"],
}


def story(tag: str, bought: date, **facts: object) -> Story:
    """Begin the life of a device of Lens in stock, bought on a day."""
    told = {"acquired_on": bought.isoformat(), "serial": tag, **facts}
    first = registration(bought, tag=tag, rules=RULES, media=(), **told)  # type: ignore[arg-type]  # facts
    return Story(first, RULES)


def given(one: Story, day: date, holder: str = "P-HE1ENE00") -> Story:
    """Give the device to somebody."""
    return one.then(a_command(Action.ASSIGN, day, holder=holder))


def back(one: Story, day: date) -> Story:
    """Take it back into stock."""
    return one.then(a_command(Action.RETURN, day, target="in_stock"))


def lives(*stories: Story, day: date = LAST, owner: str = LENS) -> list[Life]:
    """Rebuild devices as they stood at the end of a day."""
    found = []
    for one in stories:
        device = on_day(one.events, day)
        if device is not None:
            life = life_of(device, as_known(one.events, None), owner, day)
            found += [life] if life else []
    return found


def of(figures: tuple[Figure, ...], name: str) -> Figure:
    """Give one of several figures."""
    return next(one for one in figures if one.id == name)


def test_the_use_at_the_reforme_is_the_mean_reckoned_by_hand() -> None:
    old = given(story("LL-000001-1", date(2018, 1, 10)), date(2018, 2, 1))
    old = back(old, date(2025, 2, 1)).decommissioned(date(2025, 3, 1))
    commissioned = story(
        "LL-000002-1", date(2019, 1, 1), commissioned_on="2019-07-01"
    ).decommissioned(date(2025, 7, 1))
    before = story("LL-000003-1", date(2017, 1, 1)).decommissioned(date(2024, 5, 1))
    kept = story("LL-000004-1", date(2020, 1, 1))

    figure = use_at_retirement(lives(old, commissioned, before, kept), 2025, 72)

    days = [
        (date(2025, 3, 1) - date(2018, 1, 10)).days,
        (date(2025, 7, 1) - date(2019, 7, 1)).days,
    ]
    assert figure.numerator == sum(days)
    assert figure.denominator == 2
    assert float(figure.value or 0) == round(sum(days) / 2 / 30.4375, 1)
    assert figure.lines == ("LL-000001-1", "LL-000002-1")
    assert [(s.category, s.count) for s in figure.by_category] == [("laptop", 2)]
    assert figure.target == 72


def test_a_reforme_annulled_within_the_year_did_not_happen() -> None:
    one = story("LL-000001-1", date(2018, 1, 1)).decommissioned(date(2025, 3, 1))
    one.then(a_command(Action.REINSTATE, date(2025, 6, 1), reason="Besoin"))

    assert use_at_retirement(lives(one), 2025).denominator == 0
    # On a day between them, it stood.
    assert use_at_retirement(lives(one, day=date(2025, 4, 1)), 2025).denominator == 1


def test_devices_without_a_date_are_told_and_left_out() -> None:
    undated = story("LL-000001-1", date(2018, 1, 1), acquired_on="").decommissioned(
        date(2025, 3, 1)
    )

    figure = use_at_retirement(lives(undated), 2025)

    assert figure.value is None
    assert figure.reason == "Aucun matériel daté n'a été réformé en 2025."
    assert figure.undated == ("LL-000001-1",)


def test_the_age_of_the_fleet_counts_what_is_held_and_not_reforme() -> None:
    used = given(story("LL-000001-1", date(2021, 12, 31)), date(2022, 1, 5))
    stock = story("LL-000002-1", date(2023, 12, 31))
    gone = story("LL-000003-1", date(2015, 1, 1)).decommissioned(date(2025, 1, 15))

    figure = mean_age(lives(used, stock, gone), LAST)

    assert figure.lines == ("LL-000001-1", "LL-000002-1")
    assert figure.numerator == 1461 + 731
    assert float(figure.value or 0) == round(2192 / 2 / 30.4375, 1)


def test_internal_reuse_counts_hand_outs_after_a_first_use() -> None:
    again = given(story("LL-000001-1", date(2022, 1, 1)), date(2022, 2, 1))
    again = given(back(again, date(2025, 3, 1)), date(2025, 4, 1), "P-B0BB0BB0")
    new = given(story("LL-000002-1", date(2025, 1, 1)), date(2025, 2, 1))
    earlier = given(story("LL-000003-1", date(2022, 1, 1)), date(2022, 2, 1))
    earlier = given(back(earlier, date(2024, 1, 1)), date(2024, 2, 1))
    idle = story("LL-000004-1", date(2025, 1, 1))

    figure = internal_reuse(lives(again, new, earlier, idle), 2025)

    assert (figure.numerator, figure.denominator) == (1, 2)
    assert figure.inside == ("LL-000001-1",)
    assert float(figure.value or 0) == 50.0


def test_a_reinstated_device_given_again_is_internal_reuse() -> None:
    one = given(story("LL-000001-1", date(2019, 1, 1)), date(2019, 2, 1))
    one = back(one, date(2025, 1, 10)).decommissioned(date(2025, 2, 1))
    one.then(a_command(Action.REINSTATE, date(2025, 3, 1), reason="Besoin"))
    one = given(one, date(2025, 4, 1))

    assert internal_reuse(lives(one), 2025).inside == ("LL-000001-1",)


def test_the_rates_of_equipment_divide_what_they_say() -> None:
    day = date(2025, 1, 1)
    fleet = [
        given(story("LL-000001-1", day), day, "P-HE1ENE00"),
        given(story("LL-000002-1", day), day, "P-HE1ENE00"),
        given(story("LL-000003-1", day), day, "P-B0BB0BB0"),
        given(story("LL-000004-1", day, category="monitor"), day),
        given(story("LL-000005-1", day, category="smartphone"), day),
        given(story("LL-000006-1", day, category="printer"), day),
        story("LL-000007-1", day, category="monitor"),  # in stock: equips nobody
    ]

    figures = equipment_rates(lives(*fleet), SCOPE, 4)

    screens, phones = of(figures, "EQP-01-E"), of(figures, "EQP-01-T")
    printers = of(figures, "EQP-01-I")
    assert (screens.numerator, screens.denominator) == (1, 2)
    assert (phones.numerator, phones.denominator) == (1, 4)
    assert (printers.numerator, printers.denominator) == (2, 1)
    assert [float(one.value or 0) for one in figures] == [0.5, 0.25, 2.0]


def test_what_cannot_be_divided_says_why() -> None:
    figures = equipment_rates([], SCOPE, None)

    assert {one.value for one in figures} == {None}
    assert all(one.reason for one in figures)
    assert mean_age([], LAST).reason
    assert internal_reuse([], 2025).reason


def test_what_another_owner_had_counts_for_the_other() -> None:
    one = given(story("LL-000001-1", date(2020, 1, 1)), date(2020, 2, 1))

    assert mean_age(lives(one, owner=LOOS), LAST).denominator == 0
    assert lives(one)[0].state is State.IN_SERVICE
