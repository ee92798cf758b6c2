"""Numbers printed in advance, and when each label was printed."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.access import Grant, Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.storage import journal, labels, people
from parc.storage.aliases import resolve_alias
from parc.storage.database import reading, writing
from parc.storage.label_tables import ReservedLabelRow
from parc.storage.labels import Frozen, Subject
from parc.storage.tables import DeviceRow
from tests.factories import ALICE, BOB, LENS, LOOS, TODAY, a_command, at, some_rules
from tests.storage.conftest import BOUGHT, a_laptop, owner_row

NOW = at(TODAY)
FROZEN = Frozen("L7160", "{}", "{}", "both", 1, "[]")
EVERYBODY = Viewer(ALICE.id, frozenset({Grant(Role.AUDITOR, None)}))


def reserve(engine: Engine, count: int, owner: str = LENS) -> list[str]:
    """Reserve numbers in a transaction of their own."""
    with writing(engine) as session:
        row = owner_row(session, owner)
        return [s.code for s in labels.reserve(session, row, count, NOW, ALICE.id)]


def under(session: Session, code: str, serial: str = "SN-1") -> str:
    """Register a laptop under a reserved number."""
    details = {
        "target": "in_stock",
        "category": "laptop",
        "maker": "Dell",
        "model": "Latitude 5420",
        "serial": serial,
    }
    command = a_command(Action.REGISTER, BOUGHT, details)
    return labels.register_under(session, code, command, some_rules()).tag


def test_reserved_numbers_follow_each_other(engine: Engine) -> None:
    assert reserve(engine, 3) == [
        str(AssetTag("LENS", 1)),
        str(AssetTag("LENS", 2)),
        str(AssetTag("LENS", 3)),
    ]
    assert reserve(engine, 1) == [str(AssetTag("LENS", 4))]
    assert reserve(engine, 1, LOOS) == [str(AssetTag("LOOS", 1))]


def test_a_new_device_never_gets_a_reserved_number(engine: Engine) -> None:
    taken = reserve(engine, 5)

    with writing(engine) as session:
        tag = a_laptop(session).tag

    assert tag == str(AssetTag("LENS", 6))
    assert tag not in taken


def test_a_number_that_a_device_bears_is_not_reserved(engine: Engine) -> None:
    with writing(engine) as session:
        owner = owner_row(session, LENS)
        ahead = AssetTag("LENS", 2)
        journal.register_device(
            session,
            owner,
            a_command(
                Action.REGISTER,
                BOUGHT,
                {"target": "in_stock", "category": "laptop", "serial": "S"},
                maker="Dell",
                model="X",
            ),
            some_rules(),
            tag=ahead,
        )

    assert reserve(engine, 2) == [str(AssetTag("LENS", 1)), str(AssetTag("LENS", 3))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 7)), max_size=6))
def test_however_they_come_no_number_is_given_twice(
    engine: Engine, asked: list[tuple[bool, int]]
) -> None:
    given_out: list[str] = []
    for is_reserved, count in asked:
        if is_reserved:
            given_out += reserve(engine, count)
        else:
            with writing(engine) as session:
                owner = owner_row(session, LENS)
                given_out += map(str, journal.next_tags(session, owner, count))

    assert len(set(given_out)) == len(given_out)


def test_two_who_reserve_at_once_never_get_the_same(engine: Engine) -> None:
    got: list[list[str]] = []
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        got.append(reserve(engine, 50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    codes = [code for codes in got for code in codes]
    assert len(codes) == len(set(codes)) == 200


@pytest.mark.parametrize("count", [0, -1, labels.MOST_RESERVED + 1])
def test_a_senseless_number_of_labels_is_refused(engine: Engine, count: int) -> None:
    with pytest.raises(Refused, match="De 1 à"):
        reserve(engine, count)

    with reading(engine) as session:
        assert owner_row(session, LENS).last_number == 0


def test_a_device_registered_under_a_label_binds_it(engine: Engine) -> None:
    code, other = reserve(engine, 2)

    with writing(engine) as session:
        assert under(session, code.lower()) == code

    with reading(engine) as session:
        found = labels.reserved(session, [code, other, "LENS-000099-9"])
        assert found[code].is_bound
        assert not found[other].is_bound
        assert set(found) == {code, other}
        row = session.get_one(ReservedLabelRow, code)
        assert (row.bound_at, row.bound_by) == (at(BOUGHT), ALICE.id)


def test_a_label_is_on_one_device_only(engine: Engine) -> None:
    (code,) = reserve(engine, 1)
    with writing(engine) as session:
        under(session, code)

    with pytest.raises(Refused, match="déjà sur le matériel"), writing(engine) as again:
        under(again, code, serial="SN-2")
    with pytest.raises(Refused, match="déjà sur le matériel"), writing(engine) as again:
        labels.bind(again, code, a_laptop(again), NOW, ALICE.id)


def test_of_two_who_stick_one_label_at_once_one_is_told(engine: Engine) -> None:
    (code,) = reserve(engine, 1)
    with writing(engine) as session:
        keys = [a_laptop(session, serial=f"SN-{n}").id for n in range(4)]
    answers: list[str] = []
    together = threading.Barrier(len(keys))

    def stick(key: int) -> None:
        together.wait()
        try:
            with writing(engine) as session:
                row = session.get_one(DeviceRow, key)
                labels.bind(session, code, row, NOW, ALICE.id)
        except Refused as refused:
            answers.append(refused.reasons[0].code)
        else:
            answers.append("done")

    threads = [threading.Thread(target=stick, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["done", "label_bound", "label_bound", "label_bound"]


def test_a_label_stuck_on_a_device_with_a_tag_leads_to_it(engine: Engine) -> None:
    (code,) = reserve(engine, 1)
    with writing(engine) as session:
        row = a_laptop(session)
        labels.bind(session, code, row, NOW, BOB.id)
        key = row.id

    with reading(engine) as session:
        assert labels.reserved(session, [code])[code].device_id == key
        assert resolve_alias(session, None, code) == [key]


def test_another_owner_s_label_is_unknown(engine: Engine) -> None:
    (code,) = reserve(engine, 1, LOOS)

    with pytest.raises(Refused, match="pas une étiquette"), writing(engine) as session:
        labels.bind(session, code, a_laptop(session), NOW, ALICE.id)
    with pytest.raises(Refused, match="pas une étiquette"), writing(engine) as session:
        under(session, "LENS-000042-9")


def test_a_device_that_was_imported_under_a_label_binds_it_too(engine: Engine) -> None:
    (code,) = reserve(engine, 1)
    with writing(engine) as session:
        tag = AssetTag.parse(code)
        details = {"target": "in_stock", "category": "laptop", "serial": "S"}
        command = a_command(
            Action.REGISTER, BOUGHT, details, maker="Dell", model="Latitude"
        )
        owner = owner_row(session, LENS)
        journal.register_device(session, owner, command, some_rules(), tag=tag)

    with reading(engine) as session:
        assert labels.reserved(session, [code])[code].is_bound
        (found,) = labels.ranges_of(session, None)
        assert (found.bound, found.row.count) == (1, 1)
        assert labels.subjects_of_range(session, found.row.id) == []


def test_a_range_tells_its_ends_and_what_is_left(engine: Engine) -> None:
    codes = reserve(engine, 3)
    reserve(engine, 1, LOOS)
    with writing(engine) as session:
        under(session, codes[1])

    with reading(engine) as session:
        lens = owner_row(session, LENS).id
        (found,) = labels.ranges_of(session, [lens])
        assert (found.first, found.last, found.bound) == (codes[0], codes[2], 1)
        left = labels.subjects_of_range(session, found.row.id)
        assert [subject.code for subject in left] == [codes[0], codes[2]]
        assert len(labels.ranges_of(session, None)) == 2


def test_when_a_label_was_printed_is_known(engine: Engine) -> None:
    with writing(engine) as session:
        row, never = a_laptop(session), a_laptop(session, serial="SN-2")
        subject = Subject(row.tag, row.owner_id, device_id=row.id)
        later = NOW + timedelta(days=1)
        labels.record_run(session, [subject], FROZEN, later, BOB.id)
        labels.record_run(session, [subject], FROZEN, NOW, ALICE.id)

        found = labels.printed(session, [row.id, never.id])

        assert set(found) == {row.id}
        assert (found[row.id].at, found[row.id].by) == (later, BOB.id)
        assert (found[row.id].times, found[row.id].layout) == (2, "L7160")


def test_a_run_is_seen_by_who_sees_every_owner_in_it(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        both = [Subject("A-1", lens), Subject("A-2", loos)]
        key = labels.record_run(session, both, FROZEN, NOW, ALICE.id).id
        own = labels.record_run(session, both[:1], FROZEN, NOW, ALICE.id).id
        of_lens = Viewer(ALICE.id, frozenset({Grant(Role.TECHNICIAN, lens)}))

        assert labels.run_seen(session, EVERYBODY, key) is not None
        assert labels.run_seen(session, of_lens, key) is None
        assert labels.run_seen(session, of_lens, own) is not None
        assert labels.run_seen(session, EVERYBODY, "0" * 16) is None
        assert [row.id for row, _ in labels.latest_runs(session, of_lens, 9)] == [own]
        assert [one.code for one in labels.prints_of(session, key)] == ["A-1", "A-2"]


def test_a_place_whose_label_was_printed_can_still_be_removed(engine: Engine) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        site = people.add_site(session, lens, "Mairie")
        subject = Subject("S-000001-X", lens, site_id=site.id)
        key = labels.record_run(session, [subject], FROZEN, NOW, ALICE.id).id
        people.remove_site(session, site)

    with reading(engine) as session:
        (kept,) = labels.prints_of(session, key)
        assert kept.site_id is None


def test_the_database_stays_sound(engine: Engine) -> None:
    codes = reserve(engine, 2)
    with writing(engine) as session:
        under(session, codes[0])
        labels.bind(session, codes[1], a_laptop(session), NOW, ALICE.id)

    with reading(engine) as session:
        rows = session.exec(select(ReservedLabelRow)).all()
        assert all(row.device_id is not None for row in rows)
