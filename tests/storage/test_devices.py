"""One device by whatever is printed on it, and only what one may see."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Role, State
from parc.storage import devices
from parc.storage.database import reading, writing
from tests.factories import LENS, LOOS
from tests.storage.conftest import a_laptop, owner_row


@dataclass(frozen=True)
class Fleet:
    """Two laptops of Lens, one of Loos, and who looks at them."""

    first: str
    second: str
    other: str
    alice: Viewer
    charlie: Viewer
    auditor: Viewer


@pytest.fixture
def fleet(engine: Engine) -> Fleet:
    with writing(engine) as session:
        first = a_laptop(session, serial="640HP72", foreign_tag="Parc/0017")
        second = a_laptop(session, serial="PF-1X 9K2", accounting_number="2020-118")
        other = a_laptop(session, owner=LOOS, serial="640HP72")
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        return Fleet(
            first.tag,
            second.tag,
            other.tag,
            viewer(lens, Role.TECHNICIAN),
            viewer(loos, Role.FLEET_LEAD),
            viewer(None, Role.AUDITOR),
        )


def viewer(owner_id: int | None, role: Role) -> Viewer:
    """Give somebody with one role."""
    return Viewer("U-0001", frozenset({Grant(role, owner_id)}))


def test_our_tags_are_read_in_any_case(engine: Engine, fleet: Fleet) -> None:
    with reading(engine) as session:
        row = devices.find(session, fleet.alice, f" {fleet.first.lower()} ")

    assert row is not None
    assert row.tag == fleet.first


def test_another_owner_s_tag_is_as_good_as_unknown(
    engine: Engine, fleet: Fleet
) -> None:
    with reading(engine) as session:
        assert devices.find(session, fleet.charlie, fleet.first) is None
        assert devices.find(session, fleet.auditor, fleet.first) is not None


def test_states_are_counted_within_what_one_may_see(
    engine: Engine, fleet: Fleet
) -> None:
    with reading(engine) as session:
        assert devices.counts_by_state(session, fleet.alice) == {State.IN_STOCK: 2}
        assert devices.counts_by_state(session, fleet.auditor) == {State.IN_STOCK: 3}
        nobody = Viewer("U-0002", frozenset())
        assert devices.counts_by_state(session, nobody) == {}


def test_companions_of_a_device(engine: Engine, fleet: Fleet) -> None:
    with reading(engine) as session:
        row = devices.find(session, fleet.alice, fleet.first)
        assert row is not None
        assert [m.serial for m in devices.media_of(session, row.id)] == ["DISK-1"]
        (interval,) = devices.ownerships_of(session, row.id)
        assert (interval.starts_on, interval.ends_on) == (date(2020, 3, 2), None)
