"""Figures agree with a count made again, in plain loops, from the raw events."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.events import Event
from reports.indicators import reuse
from reports.reuse_year import ReuseYear
from tests.factories import LENS, LOOS, at
from tests.reports.lives import ENDLESS, NAMES, a_year, fleets
from tests.reports.recount import Count, Raw, recount

YEARS = st.integers(2023, 2027)
OWNERS = st.sampled_from([LENS, LOOS])
INSTANTS = st.dates(date(2022, 6, 1), date(2029, 1, 1)).map(at) | st.just(ENDLESS)


def raw(events: list[Event]) -> list[Raw]:
    """Give the columns of the event table."""
    return [
        Raw(
            event.seq,
            event.action.value,
            event.effective_on,
            event.recorded_at,
            event.state.value,
            event.owner,
            event.details,
        )
        for event in events
    ]


def counted(year: ReuseYear, owner: str) -> Count:
    """Give the devices behind the figures of one owner."""
    lines = year.lines_of(owner)
    return Count(
        b=frozenset(line.tag for line in lines if line.standing.stocked),
        a=frozenset(line.tag for line in lines if line.standing.counted),
        flow=frozenset(line.tag for line in lines if line.standing.available),
    )


@given(fleet=fleets(), year=YEARS, owner=OWNERS, known_at=INSTANTS)
def test_a_b_and_the_flow_are_those_of_a_second_count(
    fleet: list[list[Event]], year: int, owner: str, known_at: datetime
) -> None:
    again = recount([raw(events) for events in fleet], owner, year, known_at)

    assert counted(a_year(fleet, year, NAMES, known_at), owner) == again


@given(fleet=fleets(), year=YEARS, owner=OWNERS)
def test_the_indicators_are_made_of_that_count(
    fleet: list[list[Event]], year: int, owner: str
) -> None:
    again = recount([raw(events) for events in fleet], owner, year, ENDLESS)
    rate, flow, stock, by_route = a_year(fleet, year, NAMES).figures(owner)

    assert (rate.numerator, rate.denominator) == (len(again.a), len(again.b))
    assert (flow.numerator, flow.denominator) == (len(again.a), len(again.flow))
    assert (stock.numerator, by_route.numerator) == (len(again.b), len(again.a))
    assert rate.computable == bool(again.b)


@given(fleet=fleets(), year=YEARS)
def test_every_part_of_a_figure_adds_up_to_it(
    fleet: list[list[Event]], year: int
) -> None:
    found = a_year(fleet, year, NAMES)
    for figure in found.figures():
        for dimension in {part.dimension for part in figure.breakdown} - {"exclusion"}:
            parts = [p for p in figure.breakdown if p.dimension == dimension]
            assert sum(p.numerator or 0 for p in parts) == figure.numerator, dimension
            below = [p.denominator for p in parts if p.denominator is not None]
            if below:
                assert sum(below) == figure.denominator
    left_out = [p for p in found.figures()[2].breakdown if p.dimension == "exclusion"]
    held = [line for line in found.lines if line.standing.in_stock]
    inside = sum(line.standing.stocked for line in held)
    assert sum(part.numerator or 0 for part in left_out) == len(held) - inside


@given(fleet=fleets(), year=YEARS)
def test_the_mutualised_sums_are_those_of_the_owners(
    fleet: list[list[Event]], year: int
) -> None:
    found = a_year(fleet, year, NAMES)
    own = [found.figures(siret) for siret in NAMES]

    for index, figure in enumerate(found.figures()):
        assert figure.numerator == sum(figures[index].numerator for figures in own)
        assert (figure.denominator or 0) == sum(f[index].denominator or 0 for f in own)


@given(fleet=fleets(), year=YEARS)
def test_what_leaves_for_reuse_was_available_so_the_flow_rate_never_exceeds_100(
    fleet: list[list[Event]], year: int
) -> None:
    for line in a_year(fleet, year, NAMES).lines:
        judged = line.standing
        assert not judged.counted or judged.available
        assert not judged.stocked or judged.in_stock
        assert not judged.counted or judged.exclusion is None


@given(fleet=fleets(), year=YEARS)
def test_each_device_is_in_the_lists_or_among_the_exclusions_never_in_both(
    fleet: list[list[Event]], year: int
) -> None:
    lines = a_year(fleet, year, NAMES).lines
    listed = {
        (line.owner, line.tag)
        for key in (reuse.FLOW, reuse.STATUTORY)
        for line in reuse.listed(key, lines)
    }
    outside = {(line.owner, line.tag) for line in lines if line.outside}

    assert not listed & outside
    assert listed | outside == {(line.owner, line.tag) for line in lines}


@given(fleet=fleets(), year=YEARS)
def test_the_steps_towards_reuse_only_narrow(
    fleet: list[list[Event]], year: int
) -> None:
    steps = a_year(fleet, year, NAMES).progress()

    assert steps.oriented >= steps.handed_over >= steps.counted
    assert steps.handed_over >= steps.proved
