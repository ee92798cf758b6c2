"""Every row ends in exactly one heap, and the second reading changes nothing."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.intake import Destination, DeviceRecord, facts_of
from parc.domain.intake_match import Known, KnownDevice, updated, usable_serial
from parc.domain.intake_plan import Plan, plan
from parc.domain.vocabulary import Condition, State
from tests.domain.records import a_known, a_record, knowing
from tests.factories import FIRST_DAY, LOOS, TODAY


def planned(*records: DeviceRecord, known: Known | None = None) -> Plan:
    """Plan some rows."""
    return plan(records, known or knowing(), TODAY)


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
ROWS = st.builds(
    a_record,
    tag=TAGS,
    serial=SERIALS,
    maker=st.sampled_from([None, "Dell", "DELL", "HP"]),
    model=st.sampled_from([None, "X", "Y"]),
    owner_siret=st.sampled_from([None, None, None, LOOS]),
    decommissioned_on=st.sampled_from([None, None, date(2022, 5, 3), TODAY]),
)


def applied(made: Plan, known: Known) -> Known:
    """Give what the parc knows once a plan is carried out."""
    changed = updated(known, {u.device.id: u.changes for u in made.update})
    devices = {device.id: device for device in changed.by_tag.values()}
    for record in made.create:
        number = len(devices) + 1
        devices[number] = KnownDevice(
            id=number,
            tag=record.tag or f"LL-{number}",
            serial_key=usable_serial(record),
            maker=(record.maker or "").casefold(),
            written=json.dumps(facts_of(record)),
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
