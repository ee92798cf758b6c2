"""What is coming, read from the database: the plan, what ends, systems, the year."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations import foresight, life_indicators
from parc.storage import foresight as kept
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.foresight import Asked
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import ALICE, LENS, LOOS, TODAY, a_command, some_rules
from tests.operations.counting import At, laptops, owner_id, viewer_of

END = date(2027, 11, 24)


@pytest.fixture
def desk(parc: Engine, tmp_path: Path) -> At:
    """Seat Alice."""
    return At(viewer_of(parc, ALICE, LENS), tmp_path)


def test_the_plan_counts_the_fleet_of_who_asks(parc: Engine, desk: At) -> None:
    laptops(parc, 2, acquired_on="2020-03-01")  # 72 months: March 2026, late
    laptops(parc, 1, acquired_on="2020-03-01", commissioned_on="2022-06-01")
    laptops(parc, 1, acquired_on="2023-01-01", price_cents=80_000)
    laptops(parc, 1, acquired_on="2024-01-01", price_cents=90_000)
    laptops(parc, 1, acquired_on="")
    laptops(parc, 1, acquired_on="2020-03-01", category="mouse")
    laptops(parc, 4, owner=LOOS)

    with reading(parc) as session:
        plan = foresight.renewal_plan(session, Asked(desk.viewer), TODAY)

    by_year = {year: plan.total(year) for year in plan.years}
    assert {year: one.number for year, one in by_year.items()} == {
        2026: 2,
        2027: 0,
        2028: 1,
        2029: 1,
        2030: 1,
    }
    assert by_year[2026].late == 2
    assert by_year[2026].cost_cents == 160_000  # 800 €: the lower of the two in between
    assert by_year[2026].deferred_cents == round(160_000 / 72 * 12)
    grams = foresight.embodied(TODAY)["laptop"]
    assert by_year[2026].carbon == 2 * grams
    spared = foresight.one_year_avoids("laptop", date(2020, 3, 1), TODAY)
    assert by_year[2026].avoided == 2 * (spared or 0) > 0
    assert plan.undated == {"laptop": 1}


def test_what_is_listed_of_a_year_is_what_the_plan_counts(
    parc: Engine, desk: At
) -> None:
    for since in ("2019-01-01", "2021-01-01", "2021-12-31", "2022-01-01"):
        laptops(parc, 2, acquired_on=since)
    laptops(parc, 3, acquired_on="2020-06-01", category="monitor")
    asked = Asked(desk.viewer)
    months = foresight.months_by_category(TODAY)

    with reading(parc) as session:
        plan = foresight.renewal_plan(session, asked, TODAY)
        for year in plan.years:
            rows = kept.due_in(session, asked, year, TODAY, months)
            assert len(rows) == plan.total(year).number, year
        page = kept.due_in(
            session, replace(asked, limit=3), 2027, TODAY, {"laptop": 72}
        )
        second = kept.due_in(
            session, replace(asked, limit=3, offset=3), 2027, TODAY, {"laptop": 72}
        )
    assert [one.on for one in page] == [
        date(2021, 1, 1),
        date(2021, 1, 1),
        date(2021, 12, 31),
        date(2021, 12, 31),
    ]  # one more than asked: others follow
    assert len(second) == 1


def test_warranties_and_leases_that_end_within_the_year_are_listed(
    parc: Engine, desk: At
) -> None:
    laptops(parc, 1, warranty_ends_on="2026-11-23")  # yesterday
    (today,) = laptops(parc, 1, warranty_ends_on="2026-11-24")
    (last,) = laptops(parc, 1, warranty_ends_on="2027-11-24")
    laptops(parc, 1, warranty_ends_on="2027-11-25")
    (lease,) = laptops(parc, 1, lease_ends_on="2027-01-31")
    laptops(parc, 1, owner=LOOS, warranty_ends_on="2027-01-01")
    asked = Asked(desk.viewer)

    with reading(parc) as session:
        ends = kept.ending(session, asked, "warranty_ends_on", TODAY, END)
        leases = kept.ending(session, asked, "lease_ends_on", TODAY, END)
        number = kept.count_ending(session, asked, "warranty_ends_on", TODAY, END)

    assert [one.tag for one in ends] == [today, last]
    assert number == 2
    assert [one.tag for one in leases] == [lease]


def test_systems_are_counted_by_the_end_of_their_support(
    parc: Engine, desk: At
) -> None:
    laptops(parc, 2, operating_system="Windows 10 Pro")
    laptops(parc, 1, operating_system="Microsoft Windows 10 Professionnel")
    laptops(parc, 1, operating_system="Debian GNU/Linux 12")
    laptops(parc, 1, operating_system="TempleOS")
    laptops(parc, 1, operating_system="macOS 14")
    (silent,) = laptops(parc, 1)
    laptops(parc, 1, category="monitor")
    asked = Asked(desk.viewer)

    with reading(parc) as session:
        found = foresight.support(session, asked)
        kinds = {"laptop"}
        old = kept.with_system(session, asked, found[0].texts, kinds)
        none = kept.with_system(session, asked, (), kinds)

    told = [(one.system.id if one.system else None, one.number) for one in found]
    assert told == [
        ("windows_10", 3),
        ("debian_12", 1),
        ("macos", 1),
        (None, 1),
        (None, 1),
    ]
    assert found[3].texts == ("TempleOS",)
    assert found[0].is_over(TODAY)
    assert not found[1].is_over(TODAY)
    assert len(old) == 3
    assert [one.tag for one in none] == [silent]


def test_a_past_year_is_rebuilt_from_the_journal(parc: Engine, desk: At) -> None:
    one, two = laptops(parc, 2, acquired_on="2020-03-01")
    owner = _owner(parc)
    _record(parc, one, Action.ASSIGN, date(2021, 5, 1), holder="P-HE1ENE00")
    before = life_indicators.year_of(parc, owner, 2021, TODAY)
    _record(parc, one, Action.RETURN, date(2025, 2, 1), target="in_stock")
    _record(parc, one, Action.ASSIGN, date(2025, 3, 1), holder="P-B0BB0BB0")
    _record(parc, two, Action.PROPOSE_DECOMMISSION, date(2025, 4, 1), reason="Usé")

    year = life_indicators.year_of(parc, owner, 2025, TODAY)
    again = life_indicators.year_of(parc, owner, 2021, TODAY)

    reuse, age = year.figure("VIE-03"), year.figure("VIE-02")
    assert reuse is not None
    assert (reuse.numerator, reuse.denominator) == (1, 1)
    assert age is not None
    assert age.numerator == 2 * (date(2025, 12, 31) - date(2020, 3, 1)).days
    assert before.figures == again.figures


def test_what_is_kept_follows_each_event(parc: Engine) -> None:
    tags = laptops(parc, 3, acquired_on="2020-03-01")
    owner = _owner(parc)
    life_indicators.year_of(parc, owner, 2026, TODAY)
    discarded, given, _ = tags
    _record(parc, given, Action.ASSIGN, TODAY, holder="P-HE1ENE00")
    _record(parc, discarded, Action.DISCARD, TODAY, reason="Erreur")
    (new,) = laptops(parc, 1, acquired_on="2020-03-01")

    year = life_indicators.year_of(parc, owner, 2026, TODAY)

    age, reuse = year.figure("VIE-02"), year.figure("VIE-03")
    assert age is not None
    assert age.lines == tuple(sorted({*tags, new} - {discarded}))
    assert reuse is not None
    assert reuse.lines == (given,)


def test_the_head_count_of_a_year_is_what_smartphones_are_divided_by(
    parc: Engine, desk: At
) -> None:
    (phone,) = laptops(parc, 1, category="smartphone")
    _record(parc, phone, Action.ASSIGN, TODAY, holder="P-HE1ENE00")
    owner = _owner(parc)
    given = {"agents": "4", "use_target_months": "84"}

    life_indicators.enter(parc, desk, owner.id, 2026, given)

    year = life_indicators.year_of(parc, owner, 2026, TODAY)
    phones, use = year.figure("EQP-01-T"), year.figure("VIE-01")
    assert phones is not None
    assert float(phones.value or 0) == 0.25
    assert use is not None
    assert use.target == 84
    earlier = life_indicators.year_of(parc, owner, 2025, TODAY).figure("EQP-01-T")
    assert earlier is not None
    assert earlier.value is None


@pytest.mark.parametrize(
    ("year", "agents"), [(2027, "4"), (1999, "4"), (2026, "0"), (2026, "x")]
)
def test_a_year_or_a_head_count_that_is_none_is_refused(
    parc: Engine, desk: At, year: int, agents: str
) -> None:
    with pytest.raises(Refused):
        life_indicators.enter(
            parc, desk, owner_id(parc, LENS), year, {"agents": agents}
        )


def _owner(engine: Engine) -> OwnerRow:
    with reading(engine) as session:
        return session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()


def _record(engine: Engine, tag: str, action: Action, day: date, **said: str) -> None:
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        rules = some_rules(first_day=day - timedelta(days=1))
        journal.record(session, row, a_command(action, day, said), rules)
