"""The demonstration is whole, believable, and the same for the same seed."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from parc.config import Settings
from parc.domain.erasure import Status
from parc.domain.refusal import Refused
from parc.domain.siret import is_siret
from parc.domain.vocabulary import Action, Level, Role, Route, State
from parc.operations import demonstration, reporting
from parc.operations.decommission_deciding import is_intact as is_frozen
from parc.operations.decommission_papers import decided_of
from parc.operations.slip_signing import is_intact
from parc.storage import accounts, decommissions, erasures, integrity
from parc.storage.database import connect, reading, writing
from parc.storage.decommission_tables import DecommissionListRow
from parc.storage.erasure_tables import ErasureReportRow
from parc.storage.maintenance_tables import (
    PartMovementRow,
    RepairOrderRow,
    SparePartRow,
)
from parc.storage.slip_tables import SlipAccessoryRow, SlipRow
from parc.storage.tables import (
    AccountRow,
    DeviceRow,
    EventRow,
    GrantRow,
    OwnerRow,
    PersonRow,
)
from reports.decommission_pdf import report
from tests.databases import empty_engine, fresh_engine
from tests.factories import TODAY, at

AT = at(TODAY)
DEVICES = 700

pytestmark = pytest.mark.slow


def settings_in(folder: Path) -> Settings:
    """Give settings that keep documents in a folder."""
    return Settings(data_dir=folder)


@contextmanager
def demonstrated(folder: Path, *, seed: int = 1, devices: int = 40) -> Iterator[Engine]:
    """Make a small demonstration, thrown away after."""
    with empty_engine(None) as engine:
        demonstration.build(
            engine, settings_in(folder), devices=devices, seed=seed, at=AT
        )
        yield engine


def hashes(engine: Engine) -> list[str]:
    """List the hashes of all events in order."""
    with reading(engine) as session:
        return list(session.exec(select(EventRow.hash).order_by(col(EventRow.id))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the demonstration that these tests read."""
    return tmp_path_factory.mktemp("demonstration")


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    """Give what the making of the demonstration tells of its progress."""
    return []


@pytest.fixture(scope="module")
def demo(folder: Path, told: list[tuple[int, int]]) -> Iterator[Engine]:
    """Give a demonstration, only read."""
    engine = connect(f"sqlite:///{folder / 'parc.sqlite3'}")
    demonstration.build(
        engine,
        settings_in(folder),
        devices=DEVICES,
        seed=1,
        at=AT,
        progress=lambda done, total: told.append((done, total)),
    )
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def events(demo: Engine) -> Sequence[EventRow]:
    """Give all its events."""
    with reading(demo) as session:
        return session.exec(select(EventRow).order_by(col(EventRow.id))).all()


@pytest.fixture(scope="module")
def devices(demo: Engine) -> Sequence[DeviceRow]:
    """Give all its devices."""
    with reading(demo) as session:
        return session.exec(select(DeviceRow)).all()


def test_the_same_seed_and_day_give_the_same_journal(tmp_path: Path) -> None:
    with demonstrated(tmp_path / "one") as one, demonstrated(tmp_path / "two") as two:
        assert hashes(one) == hashes(two)
        with reading(one) as a, reading(two) as b:
            assert set(a.exec(select(PersonRow.name))) == set(
                b.exec(select(PersonRow.name))
            )


def test_another_seed_gives_another_journal(tmp_path: Path) -> None:
    with (
        demonstrated(tmp_path / "one") as one,
        demonstrated(tmp_path / "two", seed=2) as two,
    ):
        assert hashes(one) != hashes(two)


def test_it_is_made_on_both_databases(
    postgresql_server: str | None, tmp_path: Path
) -> None:
    with empty_engine(postgresql_server) as engine:
        made = demonstration.build(
            engine, settings_in(tmp_path), devices=40, seed=1, at=AT
        )
        with reading(engine) as session:
            assert list(integrity.check(session, tmp_path / "documents")) == []
        with demonstrated(tmp_path / "other") as other:
            assert hashes(engine) == hashes(other)
    assert len(made) == 7


def test_a_second_time_changes_nothing(demo: Engine, folder: Path) -> None:
    before = hashes(demo)

    again = demonstration.build(
        demo, settings_in(folder), devices=5, seed=9, at=at(date(2027, 1, 1))
    )

    assert hashes(demo) == before
    assert [account.email for account in again] == [
        account.email
        for account in demonstration.build(
            demo, settings_in(folder), devices=5, seed=9, at=AT
        )
    ]


def test_it_refuses_a_database_that_holds_something_else(tmp_path: Path) -> None:
    with fresh_engine(None) as engine:
        with writing(engine) as session:
            accounts.add_owner(session, "24620036400015", "Lens", "epci")

        with pytest.raises(Refused, match="parc demo --dir"):
            demonstration.build(engine, settings_in(tmp_path), devices=5, seed=1, at=AT)


@pytest.mark.parametrize("devices", [0, -1, 20_001])
def test_its_size_has_bounds(tmp_path: Path, devices: int) -> None:
    with (
        empty_engine(None) as engine,
        pytest.raises(Refused, match="de 1 à 20\u202f000"),
    ):
        demonstration.build(
            engine, settings_in(tmp_path), devices=devices, seed=1, at=AT
        )


@pytest.mark.parametrize("devices", [1, 7])
def test_a_tiny_one_is_whole_too(tmp_path: Path, devices: int) -> None:
    with demonstrated(tmp_path, devices=devices) as engine, reading(engine) as session:
        assert len(session.exec(select(DeviceRow.id)).all()) == devices
        assert list(integrity.check(session, tmp_path / "documents")) == []


def test_it_passes_every_check(demo: Engine, folder: Path) -> None:
    with reading(demo) as session:
        assert list(integrity.check(session, folder / "documents")) == []


def test_its_progress_only_goes_forward(
    demo: Engine, told: list[tuple[int, int]]
) -> None:
    done = [number for number, _ in told]

    assert done == sorted(done)
    assert told[-1] == (2 * DEVICES, 2 * DEVICES)
    assert {total for _, total in told} == {2 * DEVICES}


def test_it_has_as_many_devices_as_asked(devices: Sequence[DeviceRow]) -> None:
    assert len(devices) == DEVICES


def test_three_owners_have_valid_sirets(demo: Engine) -> None:
    with reading(demo) as session:
        owners = session.exec(select(OwnerRow)).all()
    assert len(owners) == 3
    assert all(is_siret(owner.siret) for owner in owners)
    assert all(owner.first_day is not None for owner in owners)
    assert len({owner.first_day for owner in owners}) == 3


def test_the_shared_service_operates_the_communes_new_devices(
    demo: Engine, events: Sequence[EventRow]
) -> None:
    with reading(demo) as session:
        lens = session.exec(select(OwnerRow).where(OwnerRow.prefix == "CALL")).one()
    opened = [event for event in events if event.action == Action.REGISTER]

    assert {json.loads(event.details)["manager"] for event in opened} == {lens.siret}
    assert len({event.owner for event in opened}) == 3


def test_every_role_that_people_hold_has_an_account(demo: Engine) -> None:
    with reading(demo) as session:
        roles = set(session.exec(select(GrantRow.role)))
        emails = session.exec(select(AccountRow.email)).all()
    assert roles == set(Role) - {Role.PARTNER, Role.AGENT}
    assert all(email.endswith("@parc.example") for email in emails)


def test_the_accounts_open_with_what_is_printed(demo: Engine, folder: Path) -> None:
    printed = demonstration.build(demo, settings_in(folder), devices=5, seed=1, at=AT)
    with reading(demo) as session:
        for account in printed[:2]:
            row = session.exec(
                select(AccountRow).where(AccountRow.email == account.email)
            ).one()
            assert accounts.is_password(row, account.password)


def test_every_state_is_reached(events: Sequence[EventRow]) -> None:
    assert {event.state for event in events} == set(State)


def test_every_action_is_taken(events: Sequence[EventRow]) -> None:
    assert set(Action) - {event.action for event in events} == set()


def test_every_route_is_taken(events: Sequence[EventRow]) -> None:
    routes = {
        json.loads(event.details)["route"]
        for event in events
        if event.action == Action.HAND_OVER
    }
    assert routes == set(Route)


def test_it_has_mistakes_put_right(events: Sequence[EventRow]) -> None:
    assert sum(event.action == Action.ANNUL for event in events) >= 3


def test_a_device_passes_from_one_owner_to_another(
    events: Sequence[EventRow],
) -> None:
    owners: dict[int, set[str]] = {}
    for event in events:
        owners.setdefault(event.device_id, set()).add(event.owner)
    assert any(len(found) > 1 for found in owners.values())


def test_only_inventories_taken_over_are_declared(
    events: Sequence[EventRow],
) -> None:
    declared = [event for event in events if event.level == Level.DECLARED]

    assert declared
    assert all(event.source for event in declared)
    assert 0.05 < len(declared) / len(events) < 0.5


def test_nothing_is_typed_before_it_happens_or_outside_office_hours(
    events: Sequence[EventRow],
) -> None:
    typed = Counter(event.recorded_at.weekday() for event in events)

    assert all(e.recorded_at.date() >= e.effective_on for e in events)
    assert max(event.recorded_at for event in events) < AT
    assert typed[5] + typed[6] == 0


def test_its_proportions_are_those_of_a_real_parc(
    devices: Sequence[DeviceRow],
) -> None:
    states = Counter(State(device.state) for device in devices)
    categories = Counter(device.category for device in devices)

    assert 0.45 < states[State.IN_SERVICE] / DEVICES < 0.8
    assert 0.01 < states[State.IN_STOCK] / DEVICES < 0.15
    assert states[State.MISSING] + states[State.STOLEN] < 0.02 * DEVICES
    assert len(categories) >= 5
    assert categories.most_common(1)[0][1] < 0.6 * DEVICES
    assert sum(device.acquired_on is None for device in devices) < 0.05 * DEVICES


def test_names_stay_in_their_table(demo: Engine, events: Sequence[EventRow]) -> None:
    with reading(demo) as session:
        names = [name for name in session.exec(select(PersonRow.name)) if name]
    people = [name for name in names if name.istitle() and name.count(" ") == 1]
    written = " ".join(event.details for event in events)

    assert len(people) > 50
    assert not [name for name in people if f'"{name}"' in written]


def test_it_has_slips_of_each_kind_intact_and_some_to_sign(demo: Engine) -> None:
    with reading(demo) as session:
        rows = session.exec(select(SlipRow)).all()
        missing = session.exec(
            select(SlipAccessoryRow.kind).where(SlipAccessoryRow.standing == "missing")
        ).all()
    signed = [row for row in rows if row.stage == "signed"]

    assert {row.kind for row in signed} == {"assignment", "loan", "return"}
    assert all(is_intact(row) for row in signed)
    assert len(rows) - len(signed) >= 1
    assert missing


def test_it_has_a_list_of_reforme_decided_and_one_that_waits(demo: Engine) -> None:
    with reading(demo) as session:
        rows = session.exec(select(DecommissionListRow)).all()
        assert list(decommissions.broken(session)) == []
    decided = [row for row in rows if row.stage == "decided"]

    assert sorted(row.stage for row in rows) == ["decided", "proposed"]
    assert all(row.proposed_by != row.decided_by for row in decided)
    assert is_frozen(decided[0])
    assert report(decided_of(decided[0])).startswith(b"%PDF-")


def test_its_rates_can_be_told_and_differ(demo: Engine) -> None:
    with reading(demo) as session:
        owners = session.exec(select(OwnerRow)).all()
        rates = {
            owner.prefix: reporting.reen(session, [owner], 2025, AT).figures()[0]
            for owner in owners
        }
    assert rates["CALL"].computable
    assert rates["LOOS"].computable
    assert not rates["MEUR"].computable
    assert rates["CALL"].value is not None
    assert 5 < rates["CALL"].value < 120


def test_it_has_a_report_of_erasure_that_waits_for_a_person(demo: Engine) -> None:
    with reading(demo) as session:
        (row,) = session.exec(select(ErasureReportRow)).all()
        assert erasures.matches(session, [row.id]) == {}
        records = erasures.records_of(row)
    assert records
    assert all(record.status is Status.ERASED for record in records)


def test_it_shows_repairs_that_devices_really_had(demo: Engine) -> None:
    with reading(demo) as session:
        orders = session.exec(select(RepairOrderRow, DeviceRow).join(DeviceRow)).all()
        parts = session.exec(select(SparePartRow)).all()
        moved = dict(
            session.exec(
                select(
                    PartMovementRow.part_id, func.sum(PartMovementRow.quantity)
                ).group_by(col(PartMovementRow.part_id))
            ).all()
        )

    away = {device.state for order, device in orders if order.stage == "open"}
    assert {order.stage for order, _ in orders} == {"open", "closed"}
    assert away == {State.IN_REPAIR}
    assert any(order.avoids_replacement for order, _ in orders)
    assert {part.id: part.level for part in parts} == moved
