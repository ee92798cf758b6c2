"""The year's rates: computed once, right after any event, safe between threads."""

import threading
from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from parc.domain.access import Grant, Viewer
from parc.domain.events import Event
from parc.domain.refusal import Refused
from parc.domain.siret import with_key
from parc.domain.vocabulary import Action, Role
from parc.operations import reporting, year_rates
from parc.operations.year_rates import FEW, Rates, missing_devices, total
from parc.storage import accounts, seals
from parc.storage.database import is_sqlite, reading, writing
from parc.storage.devices import owners_seen
from parc.storage.tables import DeviceRow
from reports.indicators.indicator import Indicator
from tests.databases import fresh_engine
from tests.factories import BOB, DOCUMENT, LENS, LOOS, TODAY, a_command, at
from tests.storage.conftest import a_laptop, do

EVERYTHING = Viewer("U-1", frozenset({Grant(Role.AUDITOR, None)}))
LAST_YEAR, THIS_YEAR = date(2025, 6, 2), date(2026, 3, 2)


def decommissioned(session: Session, serial: str, owner: str = LENS) -> DeviceRow:
    """Register a laptop and decommission it last year: it weighs in B."""
    row = a_laptop(session, owner=owner, serial=serial)
    do(session, row, a_command(Action.PROPOSE_DECOMMISSION, LAST_YEAR, reason="Vieux"))
    do(
        session,
        row,
        a_command(
            Action.DECOMMISSION,
            LAST_YEAR,
            by=BOB,
            act_number="2025-114",
            act_on=LAST_YEAR.isoformat(),
        ),
    )
    return row


def given_away(session: Session, row: DeviceRow) -> None:
    """Give a decommissioned laptop to an association this year: it weighs in A."""
    paper = {"dated_on": THIS_YEAR.isoformat(), "document": DOCUMENT}
    for action, details in (
        (Action.RECONDITION, {}),
        (
            Action.SETTLE_MEDIUM,
            {"serial": "DISK-1", "outcome": "erased_verified", "document": DOCUMENT},
        ),
        (Action.FILE_EVIDENCE, {"kind": "tests", **paper}),
        (Action.DECLARE_READY, {}),
        (Action.FILE_EVIDENCE, {"kind": "convention", **paper}),
        (Action.HAND_OVER, {"route": "organisation_gift", "taker": "Association"}),
    ):
        do(session, row, a_command(action, THIS_YEAR, details))


def merge(session: Session, row: DeviceRow) -> Event:
    """Merge a device into another one, réformé too."""
    into = decommissioned(session, "S2").tag
    return do(
        session, row, a_command(Action.MERGE, into=into, reason="Saisi deux fois")
    )


def fraction(rates: Rates | None, owner: str = LENS) -> tuple[int, int | None]:
    """Give A and B of an owner."""
    assert rates is not None
    return rates[owner].numerator, rates[owner].denominator


def as_reported(engine: Engine) -> dict[str, Indicator]:
    """Compute the same from nothing, as the report does."""
    with reading(engine) as session:
        found = reporting.year_summary(session, EVERYTHING, TODAY.year, at(TODAY))
    return {one.owner.siret: one.rate for one in found}


def test_the_rates_are_those_of_the_report(parc: Engine) -> None:
    with writing(parc) as session:
        rows = [decommissioned(session, f"S{n}") for n in range(3)]
        given_away(session, rows[0])
        decommissioned(session, "S9", LOOS)

    rates = year_rates.year_rates(parc, TODAY)

    assert fraction(rates) == (1, 3)
    assert rates == as_reported(parc)


Change = Callable[[Session, DeviceRow], object]
CHANGES: dict[str, Change] = {
    "another réforme": lambda session, _: decommissioned(session, "S2"),
    "a hand-over": given_away,
    "a fact that excludes": lambda session, row: do(
        session, row, a_command(Action.DESCRIBE, security="classified")
    ),
    "an annulment": lambda session, row: do(
        session, row, a_command(Action.ANNUL, reason="Erreur")
    ),
    "a discarding": lambda session, row: do(
        session, row, a_command(Action.DISCARD, reason="Jamais arrivé")
    ),
    "a merging": merge,
    "a merging taken back": lambda session, row: [
        merge(session, row),
        do(session, row, a_command(Action.SPLIT)),
    ],
    "another owner's réforme": lambda session, _: decommissioned(session, "S2", LOOS),
    "another owner": lambda session, _: accounts.add_owner(
        session, with_key("216205732", "0001"), "Meurchin", "commune"
    ),
    "nothing that matters": lambda session, _: a_laptop(session, serial="S2"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("ask", ["year_rates", "rates_at_hand"])
def test_after_any_event_the_rates_are_those_of_the_report(
    parc: Engine, change: Change, ask: str
) -> None:
    with writing(parc) as session:
        row = decommissioned(session, "S1")
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 1)
    with writing(parc) as session:
        change(session, session.get_one(DeviceRow, row.id))

    rates = getattr(year_rates, ask)(parc, TODAY)

    assert rates == as_reported(parc)


def test_what_is_out_counts_no_more_and_what_comes_back_does(parc: Engine) -> None:
    with writing(parc) as session:
        one, other = (decommissioned(session, f"S{n}") for n in range(2))
    keys = one.id, other.id
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 2)

    with writing(parc) as session:
        rows = [session.get_one(DeviceRow, key) for key in keys]
        into = {"into": rows[1].tag, "reason": "Saisi deux fois"}
        do(session, rows[0], a_command(Action.MERGE, given=into))
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 1)

    with writing(parc) as session:
        row = session.get_one(DeviceRow, keys[1])
        do(session, row, a_command(Action.DISCARD, reason="Jamais arrivé"))
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 0)

    with writing(parc) as session:
        for key, action in zip(keys, (Action.SPLIT, Action.RESTORE), strict=True):
            do(session, session.get_one(DeviceRow, key), a_command(action))
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 2)
    assert year_rates.year_rates(parc, TODAY) == as_reported(parc)


def test_nothing_is_computed_while_nothing_happens(parc: Engine) -> None:
    with writing(parc) as session:
        decommissioned(session, "S1")
    first = year_rates.year_rates(parc, TODAY)

    assert year_rates.year_rates(parc, TODAY) is first
    assert year_rates.rates_at_hand(parc, TODAY) is first
    assert year_rates.rates_at_hand(parc, TODAY.replace(day=25)) is first


def test_a_seal_is_no_event(parc: Engine) -> None:
    with writing(parc) as session:
        decommissioned(session, "S1")
    first = year_rates.year_rates(parc, TODAY)
    with writing(parc) as session:
        seals.seal(session, at(TODAY), "night")

    assert year_rates.rates_at_hand(parc, TODAY) is first


def test_only_what_changed_is_read_again(parc: Engine) -> None:
    with writing(parc) as session:
        for serial in ("S1", "S2"):
            decommissioned(session, serial)
    year_rates.year_rates(parc, TODAY)
    with writing(parc) as session:
        decommissioned(session, "S3")
    before = lines_of(parc)
    year_rates.year_rates(parc, TODAY)

    after = lines_of(parc)
    assert len(after) == len(before) + 1
    # The very same objects: equal ones would have been made again.
    assert {id(line) for line in before} <= {id(line) for line in after}


def lines_of(engine: Engine) -> list[object]:
    """Give the lines that are kept of a database."""
    known = year_rates.kept(engine)
    assert known is not None
    assert known.whole is not None
    return list(known.whole.lines)


def test_another_year_starts_from_nothing(parc: Engine) -> None:
    with writing(parc) as session:
        row = decommissioned(session, "S1")
        given_away(session, row)
    year_rates.year_rates(parc, TODAY)

    rates = year_rates.year_rates(parc, date(2027, 1, 1))

    assert fraction(rates) == (0, 0)
    assert rates[LENS].reason == "non calculable (stock nul au 1er janvier)"


def test_a_large_fleet_does_not_make_the_page_wait(parc: Engine) -> None:
    with writing(parc) as session:
        decommissioned(session, "S1")
        table = DeviceRow.__table__  # type: ignore[attr-defined]
        picture = session.execute(table.select()).mappings().one()
        copies = [
            {**picture, "id": 10_000 + n, "tag": f"ZZ-{n:06d}-0", "serial_key": None}
            for n in range(1, FEW + 1)
        ]
        session.execute(table.insert(), copies)

    assert year_rates.rates_at_hand(parc, TODAY) is None
    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 1)
    assert fraction(year_rates.rates_at_hand(parc, TODAY)) == (0, 1)
    # A few events later the page still has them at once.
    with writing(parc) as session:
        decommissioned(session, "S2")
    assert fraction(year_rates.rates_at_hand(parc, TODAY)) == (0, 2)


def test_an_older_id_that_appears_late_is_seen(parc: Engine) -> None:
    with reading(parc) as session:
        if is_sqlite(session):
            pytest.skip("SQLite writes one transaction at a time: ids are in order.")
    with writing(parc) as session:
        decommissioned(session, "S1", LOOS)
    year_rates.year_rates(parc, TODAY)
    with writing(parc) as slow:
        decommissioned(slow, "S2", LENS)
        with writing(parc) as quick:
            decommissioned(quick, "S3", LOOS)
        assert fraction(year_rates.year_rates(parc, TODAY), LOOS) == (0, 2)

    rates = year_rates.rates_at_hand(parc, TODAY)

    assert fraction(rates, LENS) == (0, 1)
    assert fraction(rates, LOOS) == (0, 2)


def test_many_who_ask_at_once_get_the_same(parc: Engine) -> None:
    with writing(parc) as session:
        decommissioned(session, "S1")
    start = threading.Barrier(6)
    got: list[Rates] = []

    def ask() -> None:
        start.wait()
        got.append(year_rates.year_rates(parc, TODAY))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 6
    assert all(rates is got[0] for rates in got)


def test_readers_and_a_writer_at_once_end_with_the_truth(parc: Engine) -> None:
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            year_rates.rates_at_hand(parc, TODAY)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(6):
        with writing(parc) as session:
            row = decommissioned(session, f"S{n}")
            if n % 2:
                given_away(session, row)
    done.set()
    for thread in threads:
        thread.join()

    assert fraction(year_rates.rates_at_hand(parc, TODAY)) == (3, 6)


def test_a_computation_that_fails_leaves_the_next_one_free(parc: Engine) -> None:
    with pytest.raises(Refused):
        year_rates.year_rates(parc, date(1999, 1, 1))

    assert fraction(year_rates.year_rates(parc, TODAY)) == (0, 0)


def test_without_owners_there_are_no_rates(postgresql_server: str | None) -> None:
    with fresh_engine(postgresql_server) as engine:
        assert year_rates.rates_at_hand(engine, TODAY) == {}
        with writing(engine) as session:
            accounts.add_owner(session, LENS, "Lens", "epci")

        assert fraction(year_rates.rates_at_hand(engine, TODAY)) == (0, 0)


def test_the_sum_is_that_of_the_report(parc: Engine) -> None:
    with writing(parc) as session:
        given_away(session, decommissioned(session, "S1"))
        decommissioned(session, "S2", LOOS)
    rates = year_rates.year_rates(parc, TODAY)
    with reading(parc) as session:
        owners = owners_seen(session, EVERYTHING)
        whole = reporting.reen(session, owners, TODAY.year, at(TODAY)).figures()[0]

    added = total(list(rates.values()))

    for name in ("label", "numerator", "denominator", "value", "target", "reached"):
        assert getattr(added, name) == getattr(whole, name), name
    assert not added.statutory_target
    assert "périmètre mutualisé, non statutaire" in added.label
    assert (added.devices, added.declared) == (whole.devices, whole.declared)


def test_a_sum_over_no_stock_is_not_computable(parc: Engine) -> None:
    added = total(list(year_rates.year_rates(parc, TODAY).values()))

    assert added.value is None
    assert added.reason == "non calculable (stock nul au 1er janvier)"
    with pytest.raises(ValueError, match="nothing to add"):
        total([])


@given(
    st.integers(0, 500),
    st.integers(1, 500),
    st.fractions(0, 100, max_denominator=10),
)
def test_the_missing_devices_are_the_fewest_that_reach_the_target(
    above: int, below: int, target: Fraction
) -> None:
    rate = Indicator("x", "x", "%", above, below, "x", target)
    missing = missing_devices(rate)

    def reached(more: int) -> bool | None:
        return Indicator("x", "x", "%", above + more, below, "x", target).reached

    assert reached(missing)
    assert missing == 0 or not reached(missing - 1)
