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


def found(engine: Engine, who: Viewer, code: str) -> list[str]:
    """Resolve a code to tags."""
    with reading(engine) as session:
        return sorted(row.tag for row in devices.resolve(session, who, code).devices)


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


@pytest.mark.parametrize(
    "code",
    [
        "Parc/0017",
        "640 hp72",
        "\x1d640HP72\r\n",
        "https://parc.example.fr/d/{first}?x=1#y",
        "]C1{first}",
    ],
)
def test_whatever_is_printed_on_a_device_finds_it(
    engine: Engine, fleet: Fleet, code: str
) -> None:
    assert found(engine, fleet.alice, code.format(first=fleet.first)) == [fleet.first]


def test_a_disk_and_an_accounting_number_find_their_device(
    engine: Engine, fleet: Fleet
) -> None:
    assert found(engine, fleet.charlie, "disk-1") == [fleet.other]
    assert found(engine, fleet.alice, "2020-118") == [fleet.second]


def test_tags_of_other_tools_are_matched_exactly(engine: Engine, fleet: Fleet) -> None:
    assert found(engine, fleet.alice, "parc/0017") == []


def test_a_serial_shared_by_two_owners_is_ambiguous_to_who_sees_both(
    engine: Engine, fleet: Fleet
) -> None:
    assert found(engine, fleet.auditor, "640HP72") == sorted([fleet.first, fleet.other])
    assert found(engine, fleet.charlie, "640HP72") == [fleet.other]


@pytest.mark.parametrize("code", ["", "   ", "-", "N/A", "To be filled by O.E.M.", "?"])
def test_what_says_nothing_finds_nothing(
    engine: Engine, fleet: Fleet, code: str
) -> None:
    assert found(engine, fleet.auditor, code) == []


def test_a_tag_of_ours_with_a_wrong_check_character_is_told(
    engine: Engine, fleet: Fleet
) -> None:
    wrong = fleet.first[:-1] + ("A" if fleet.first[-1] != "A" else "B")
    with reading(engine) as session:
        resolved = devices.resolve(session, fleet.alice, wrong)

    assert resolved.misread
    assert resolved.found is None


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
