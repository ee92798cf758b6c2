"""Lists of devices: filters, words, orders, pages, and never another owner's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert
from sqlmodel import Session, select

from parc.domain.access import Grant, Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.vocabulary import GONE, Action, Role, State
from parc.storage import device_list
from parc.storage.database import reading, writing
from parc.storage.device_list import D, Filters, Need, Sort, count, search
from parc.storage.tables import DeviceRow, ProductRow
from tests.factories import LENS, LOOS, TODAY, a_command
from tests.storage.conftest import a_laptop, do, owner_row

EVERYTHING = Viewer("U-0001", frozenset({Grant(Role.AUDITOR, None)}))
FLEET = 1_200
"""More than `CANDIDATES`: the list walks indexes instead of sorting."""


def a_fleet(session: Session, size: int) -> None:
    """Insert many rows at once; their history does not matter to lists."""
    owners = [owner_row(session, LENS).id, owner_row(session, LOOS).id]
    session.add_all(
        ProductRow(
            id=n, maker="Dell", model=f"Latitude {n}", search=f"dell latitude {n}"
        )
        for n in (1, 2, 3)
    )
    session.flush()
    states = list(State)
    session.execute(
        insert(D),
        [
            {
                "id": n,
                "tag": str(AssetTag("ZZ" if n % 3 else "AA", n)),
                "owner_id": owners[n % 3 == 0],
                "manager_id": owners[0],
                "category": "laptop" if n % 5 else "monitor",
                "state": states[n % len(states)].value,
                "version": 1,
                "since": TODAY,
                "serial": f"SN{n:05d}" if n % 7 else None,
                "serial_key": f"SN{n:05d}" if n % 7 else None,
                "label": f"Dell Latitude {n % 3 + 1}",
                "product_id": n % 3 + 1,
                "acquired_on": date(2020, 1, 1 + n % 28) if n % 4 else None,
                "facts": "{}",
            }
            for n in range(1, size + 1)
        ],
    )


@pytest.fixture
def fleet(engine: Engine) -> Engine:
    with writing(engine) as session:
        a_fleet(session, FLEET)
    return engine


def all_pages(engine: Engine, who: Viewer, filters: Filters) -> list[DeviceRow]:
    """Turn the pages of a list to its end."""
    rows: list[DeviceRow] = []
    for number in range(1, 100):
        with reading(engine) as session:
            page = search(session, who, replace(filters, page=number), TODAY)
        rows += page.rows
        if not page.more:
            return rows
    raise AssertionError


def expected(engine: Engine, filters: Filters, owner: int | None) -> list[DeviceRow]:
    """Do in Python, on all rows, what a list does with indexes."""
    wanted = filters.wanted_states
    with reading(engine) as session:
        rows = list(session.exec(select(DeviceRow)))
    kept = [
        row
        for row in rows
        if State(row.state) in wanted
        and owner in {None, row.owner_id}
        and filters.category in {"", row.category}
    ]
    orders: dict[Sort, Callable[[DeviceRow], tuple[Any, ...]]] = {
        Sort.TAG: lambda row: (row.tag,),
        Sort.LABEL: lambda row: (row.label, row.tag),
        Sort.SERIAL: lambda row: (row.serial_key, row.id),
        Sort.STATE: lambda row: (wanted.index(State(row.state)), row.tag),
        Sort.ACQUIRED_ON: lambda row: (row.acquired_on, row.tag),
    }
    key = orders[filters.sort]
    known = [row for row in kept if None not in key(row)]
    known.sort(key=key, reverse=filters.descending)
    empty = [row for row in kept if None in key(row)]
    empty.sort(key=lambda row: key(row)[1:], reverse=filters.descending)
    return [*known, *empty]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize(
    "narrow",
    [
        Filters(),
        Filters(gone=True),
        Filters(states=(State.READY, State.IN_STOCK)),
        Filters(category="monitor"),
    ],
    ids=["held", "all", "states", "category"],
)
@pytest.mark.parametrize("owner", [None, LENS])
def test_pages_give_every_device_once_in_order(
    fleet: Engine, owner: str | None, narrow: Filters, sort: Sort, descending: bool
) -> None:
    with reading(fleet) as session:
        owner_id = owner_row(session, owner).id if owner else None
    who = Viewer("U-0002", frozenset({Grant(Role.TECHNICIAN, owner_id)}))
    filters = replace(narrow, sort=sort, descending=descending)

    rows = all_pages(fleet, who, filters)

    assert [r.id for r in rows] == [r.id for r in expected(fleet, filters, owner_id)]


def test_who_sees_nothing_lists_nothing(fleet: Engine) -> None:
    partner = Viewer("U-0003", frozenset({Grant(Role.PARTNER, None)}))
    with reading(fleet) as session:
        page = search(session, partner, Filters(gone=True), TODAY)

    assert (page.rows, page.total) == ([], 0)


def test_asking_for_another_owner_lists_nothing(fleet: Engine) -> None:
    with reading(fleet) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        alice = Viewer("U-0004", frozenset({Grant(Role.TECHNICIAN, lens)}))

        assert search(session, alice, Filters(owner_id=loos), TODAY).total == 0
        found = search(session, alice, Filters(q="latitude"), TODAY)
        assert {row.owner_id for row in found.rows} == {lens}


@pytest.mark.parametrize(
    ("q", "expected_ids"),
    [
        ("sn 0012", set(range(120, 130)) - {126}),
        ("Latitude 3 dell", {n for n in range(1, FLEET + 1) if n % 3 == 2}),
        ("zz-0000", {n for n in range(1, 100) if n % 3}),
        ("aa-0011", {n for n in range(1100, FLEET) if n % 3 == 0}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_words_and_beginnings_are_found(
    fleet: Engine, q: str, expected_ids: set[int]
) -> None:
    rows = all_pages(fleet, EVERYTHING, Filters(q=q, gone=True))

    assert {row.id for row in rows} == expected_ids
    assert [row.tag for row in rows] == sorted(row.tag for row in rows)


def test_a_column_of_tags_finds_them_all(fleet: Engine) -> None:
    tags = [str(AssetTag("AA", 3)), str(AssetTag("AA", 6)).lower()]
    filters = Filters(q="\n".join(tags), gone=True)

    assert [row.id for row in all_pages(fleet, EVERYTHING, filters)] == [3, 6]


def test_a_count_beyond_the_bound_says_so(
    fleet: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_list, "COUNTED", 100)
    with reading(fleet) as session:
        page = search(session, EVERYTHING, Filters(), TODAY)

    assert (page.total, page.exact, page.more) == (100, False, True)


def test_what_waits_is_counted_and_listed(engine: Engine) -> None:
    with writing(engine) as session:
        lent, undated = a_laptop(session), a_laptop(session, serial="B2")
        late = a_command(Action.LEND, date(2026, 2, 1), due_on="2026-03-01")
        do(session, lent, late)
        owner_id = undated.owner_id
    with writing(engine) as session:
        session.execute(D.update().where(D.c.id == undated.id).values(acquired_on=None))
    alice = Viewer("U-0005", frozenset({Grant(Role.TECHNICIAN, owner_id)}))

    with reading(engine) as session:
        waiting = {
            need: [
                row.tag
                for row in search(session, alice, Filters(need=need), TODAY).rows
            ]
            for need in Need
        }
        assert waiting[Need.LATE] == [lent.tag]
        assert waiting[Need.UNDATED] == [undated.tag]
        assert waiting[Need.MEDIA] == []
        assert count(session, alice, Filters(need=Need.LATE), TODAY) == (1, True)
        assert count(session, alice, Filters(need=Need.LATE), date(2026, 3, 1)) == (
            0,
            True,
        )


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Listen to what is asked of the database."""
    heard: list[tuple[str, Any]] = []

    def hear(*arguments: object) -> None:
        heard.append((str(arguments[2]), arguments[3]))

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(gone=True),
        Filters(sort=Sort.LABEL),
        Filters(sort=Sort.ACQUIRED_ON, descending=True),
        Filters(sort=Sort.STATE),
        Filters(q="latitude"),
        Filters(q="ZZ-0001"),
    ],
    ids=str,
)
def test_no_list_sorts_nor_scans_the_fleet(fleet: Engine, filters: Filters) -> None:
    if fleet.dialect.name != "sqlite":
        pytest.skip("the plan is SQLite's")
    with reading(fleet) as session, statements(fleet) as heard:
        search(session, EVERYTHING, filters, TODAY)
    with fleet.connect() as connection:
        plans = [
            str(line[3])
            for statement, parameters in heard
            if statement.startswith("SELECT")
            for line in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
        ]

    scans = [p for p in plans if p.startswith("SCAN device") and "INDEX" not in p]
    assert scans == []
    assert any("device" in plan for plan in plans)


def test_gone_devices_are_out_of_the_usual_list() -> None:
    assert not GONE & set(Filters().wanted_states)
    assert set(Filters(gone=True).wanted_states) == set(State)
    assert Filters(states=(State.RECYCLED,)).wanted_states == (State.RECYCLED,)
