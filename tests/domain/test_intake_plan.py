"""Every row ends in exactly one heap, and the second reading changes nothing."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.device import Medium
from parc.domain.hardware_id import uuid_key
from parc.domain.intake import Destination, DeviceRecord, facts_of
from parc.domain.intake_dispute import Doubt
from parc.domain.intake_keys import keyed, keys_of
from parc.domain.intake_known import Known, KnownDevice, updated
from parc.domain.intake_plan import Plan, plan
from parc.domain.vocabulary import Condition, State
from tests.domain.records import a_known, a_record, knowing
from tests.factories import FIRST_DAY, LOOS, TODAY

UUID = "4c4c4544-0036-3410-8048-b6c04f485032"


def planned(*records: DeviceRecord, known: Known | None = None) -> Plan:
    """Plan some rows."""
    return plan(keyed(records), known or knowing(), TODAY)


def heaps(made: Plan) -> tuple[int, int, int, int, int]:
    """Count created, updated, unchanged, conflicting and rejected rows."""
    return (
        len(made.create),
        len(made.update),
        made.unchanged,
        len(made.conflicts),
        len(made.rejected),
    )


def codes(made: Plan) -> list[str]:
    """Give the codes of all remarks."""
    return [found.code for found in made.issues]


def test_what_is_not_known_is_created() -> None:
    assert heaps(planned(a_record())) == (1, 0, 0, 0, 0)


def test_what_is_known_and_the_same_is_left_alone() -> None:
    assert heaps(planned(a_record(), known=knowing(a_known()))) == (0, 0, 1, 0, 0)


def test_only_what_differs_is_updated() -> None:
    record = a_record(model="Latitude 5430", price_cents=89_900, maker=None)

    (change,) = planned(record, known=knowing(a_known(price_cents=1))).update

    assert change.changes == {"model": "Latitude 5430", "price_cents": 89_900}


def test_an_empty_cell_erases_nothing() -> None:
    known = knowing(a_known(notes="Clavier changé", price_cents=89_900))
    emptied = a_record(maker=None, model=None, notes=None, price_cents=None)

    assert heaps(planned(emptied, known=known)) == (0, 0, 1, 0, 0)


def test_a_file_never_moves_a_known_device() -> None:
    elsewhere = a_record(
        state=State.IN_STOCK, site="Mairie", holder_name="Hélène Dupont"
    )

    assert heaps(planned(elsewhere, known=knowing(a_known()))) == (0, 0, 1, 0, 0)


def test_a_reforme_told_of_a_known_device_is_said_not_to_be_applied() -> None:
    record = a_record(decommissioned_on=date(2022, 5, 3))
    same = replace(a_known(), decommissioned_on=date(2022, 5, 3))

    assert codes(planned(record, known=knowing(a_known()))) == ["past_not_applied"]
    assert codes(planned(record, known=knowing(same))) == []


def test_a_row_repeated_is_counted_once_and_said() -> None:
    made = planned(a_record(2), a_record(9))

    assert heaps(made) == (1, 0, 1, 0, 0)
    assert codes(made) == ["repeated_row"]
    assert "ligne 2" in made.issues[0].message.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "other",
    [
        {"model": "Latitude 7400"},
        {"serial": "OTHER"},
        {"tag": "PC-18"},
        {"tag": "pc-17", "serial": None},
        {"tag": None, "maker": None},
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_set_aside(
    other: dict[str, object],
) -> None:
    made = planned(a_record(2), a_record(3, **other))

    assert heaps(made) == (1, 0, 0, 1, 0)
    assert made.conflicts[0].line == 3
    assert codes(made) == ["duplicate_identifier"]


def test_two_makers_may_use_one_serial() -> None:
    made = planned(a_record(2), a_record(3, tag="PC-18", maker="Lenovo"))

    assert heaps(made) == (2, 0, 0, 0, 0)


def test_placeholders_are_no_serials() -> None:
    junk = "To be filled by O.E.M."

    made = planned(a_record(2, serial=junk), a_record(3, serial=junk, tag="PC-18"))

    assert heaps(made) == (2, 0, 0, 0, 0)


def test_a_serial_that_three_models_bear_is_a_placeholder() -> None:
    rows = [
        a_record(n, tag=f"PC-{n}", serial="LOT-2019", model=f"Modèle {n}")
        for n in (2, 3, 4)
    ]

    assert heaps(planned(*rows)) == (3, 0, 0, 0, 0)
    # Two models may be one device, written twice.
    assert heaps(planned(*rows[:2])) == (1, 0, 0, 1, 0)
    assert heaps(planned(replace(rows[0], tag=None), *rows[1:])) == (2, 0, 0, 0, 1)


def test_a_serial_that_three_devices_bear_tells_none_of_them_apart() -> None:
    lot = [replace(a_known(n), tag=f"PC-{n}", serial_key="LOT2019") for n in (1, 2, 3)]
    row = a_record(tag="PC-9", serial="LOT-2019")

    assert heaps(planned(row, known=knowing(*lot))) == (1, 0, 0, 0, 0)
    assert heaps(planned(row, known=knowing(*lot[:2]))) == (0, 0, 0, 1, 0)


def test_a_placeholder_replaces_no_real_identifier() -> None:
    known = replace(a_known(uuid=UUID), uuid_key=uuid_key(UUID))
    record = a_record(serial="N/A", uuid="0" * 32, model="Latitude 5430")

    (change,) = (made := planned(record, known=knowing(known))).update

    assert change.changes == {"model": "Latitude 5430"}
    assert codes(made) == ["junk_serial", "junk_serial"]
    unknown = knowing(replace(a_known(serial="N/A"), serial_key=None))
    assert planned(a_record(), known=unknown).update[0].changes["serial"] == "640HP72"


def test_a_device_known_by_a_disk_alone_is_not_made() -> None:
    disk_alone = a_record(tag=None, serial=None, media=(Medium("D-11"),))
    uuid_alone = a_record(tag=None, serial=None, uuid=UUID)

    assert codes(planned(disk_alone)) == ["no_identifier"]
    assert heaps(planned(uuid_alone)) == (1, 0, 0, 0, 0)


def test_two_rows_with_one_uuid_are_one_device() -> None:
    one, other = a_record(2, uuid=UUID), a_record(3, tag="B", serial="T", uuid=UUID)

    assert heaps(planned(one, other)) == (1, 0, 0, 1, 0)


def test_a_row_set_aside_says_why_and_which_devices_it_may_be() -> None:
    known = knowing(a_known())
    other_serial = a_record(2, serial="OTHER")
    made = planned(
        other_serial, a_record(3), a_record(4, serial=None, model="B"), known=known
    )

    assert [(d.record.line, d.doubt, d.candidates) for d in made.disputes] == [
        (3, Doubt.REPEATED, (1,)),
        (4, Doubt.REPEATED, (1,)),
        (2, Doubt.OTHER_SERIAL, (1,)),
    ]
    assert [row.line for row in made.conflicts] == [3, 4, 2]


def test_a_discarded_device_comes_back_with_its_row() -> None:
    discarded = replace(a_known(), discarded=True)

    (change,) = planned(a_record(), known=knowing(discarded)).update

    assert (change.device, change.changes) == (discarded, {})


def test_two_rows_about_one_known_device_do_not_fight() -> None:
    # Each is right by itself: together they would rewrite each other for ever.
    by_tag = a_record(2, serial=None, model="A")
    by_serial = a_record(3, tag=None, model="B")

    made = planned(by_tag, by_serial, known=knowing(a_known(model="C")))

    assert heaps(made) == (0, 1, 0, 1, 0)
    assert codes(made) == ["duplicate_identifier"]


def test_a_row_that_changes_how_a_device_is_known_is_heard_by_the_others() -> None:
    renamed = a_record(2, serial=None, maker="HP")
    namesake = a_record(3, tag=None)
    known = knowing(a_known())

    made = planned(renamed, namesake, known=known)

    assert heaps(made) == (1, 1, 0, 0, 0)
    again = planned(renamed, namesake, known=applied(made, known))
    assert (again.create, again.update) == ([], [])


def test_two_rows_that_agree_about_one_known_device_are_fine() -> None:
    rows = a_record(2, serial=None), a_record(3, tag=None)

    assert heaps(planned(*rows, known=knowing(a_known()))) == (0, 0, 2, 0, 0)


def test_a_past_is_declared_for_new_devices_before_the_first_day_only() -> None:
    before, after = a_record(2), a_record(3, tag="PC-18", serial="T2")
    made = planned(
        replace(before, decommissioned_on=date(2022, 5, 3)),
        replace(after, decommissioned_on=FIRST_DAY),
    )

    assert [record.line for record in made.create] == [2]
    assert codes(made) == ["after_first_day"]
    assert made.rejected[0].line == 3


def test_all_reasons_of_a_row_are_given() -> None:
    made = planned(
        a_record(
            tag=None,
            serial=None,
            owner_siret=LOOS,
            destination=Destination.SALE,
        )
    )

    assert heaps(made) == (0, 0, 0, 0, 1)
    assert codes(made) == [
        "other_owner",
        "no_identifier",
        "missing_decommission_date",
        "missing_hand_over_date",
    ]
    assert len(made.rejected[0].issues) == 4


def test_a_remark_made_on_every_row_is_told_once() -> None:
    told = date(2022, 5, 3)
    rows = [a_record(n, tag=f"T{n}", serial=None) for n in range(2, 500)]

    made = planned(*(replace(row, handed_over_on=told) for row in rows))

    assert codes(made) == ["no_destination"]
    assert "497 autres lignes" in made.issues[0].message.replace("\u00a0", " ")


def test_facts_are_what_the_row_says_as_the_journal_keeps_it() -> None:
    record = a_record(
        notes=" deux\r\nlignes ",
        supplier="  ",
        acquired_on=date(2020, 3, 1),
        condition=Condition.NEW,
        price_cents=0,
        holder_name="Hélène Dupont",
        site="Mairie",
        beneficiary="Hélène Dupont",
    )

    assert facts_of(record) == {
        "serial": "640HP72",
        "maker": "Dell",
        "model": "Latitude 5420",
        "notes": "deux\nlignes",
        "acquired_on": "2020-03-01",
        "condition": "new",
        "price_cents": 0,
    }


TAGS = st.sampled_from([None, "A1", "a1", "A2", "B3", "PC-000001-1"])
SERIALS = st.sampled_from([None, "S1", "s-1", "S2", "N/A", "0000"])
UUIDS = st.sampled_from([None, None, "1" * 16 + "ab" * 8, "2" * 16 + "cd" * 8])
ROWS = st.builds(
    a_record,
    tag=TAGS,
    serial=SERIALS,
    uuid=UUIDS,
    maker=st.sampled_from([None, "Dell", "DELL Inc.", "HP"]),
    model=st.sampled_from([None, "X", "Y", "Z"]),
    owner_siret=st.sampled_from([None, None, None, LOOS]),
    decommissioned_on=st.sampled_from([None, None, date(2022, 5, 3), TODAY]),
)


def applied(made: Plan, known: Known) -> Known:
    """Give what the parc knows once a plan is carried out."""
    changed = updated(known, {u.device.id: u.changes for u in made.update})
    devices = {d.id: d for found in changed.by_tag.values() for d in found}
    for record in made.create:
        number = len(devices) + 1
        devices[number] = KnownDevice(
            id=number,
            tag=record.tag or f"LL-{number}",
            serial_key=keys_of(record).serial,
            maker=keys_of(record).maker,
            written=json.dumps(facts_of(record)),
            uuid_key=keys_of(record).uuid,
        )
    return knowing(*devices.values())


@given(st.lists(ROWS, max_size=12))
def test_every_row_is_counted_once(rows: list[DeviceRecord]) -> None:
    numbered = [replace(row, line=line) for line, row in enumerate(rows, start=2)]

    made = planned(*numbered)

    assert sum(heaps(made)) == len(rows)


@given(st.lists(ROWS, max_size=12), st.lists(ROWS, max_size=6))
def test_the_same_rows_again_change_nothing(
    rows: list[DeviceRecord], earlier: list[DeviceRecord]
) -> None:
    before = applied(planned(*earlier), knowing())
    after = applied(planned(*rows, known=before), before)

    again = planned(*rows, known=after)

    assert (again.create, again.update) == ([], [])
