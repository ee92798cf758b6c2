"""A stocktake: frozen list, phones at once, nothing lost, a closing that holds."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.stocktake import Standing, Totals
from parc.domain.vocabulary import Action, Role
from parc.operations import scanning
from parc.operations.stocktakes import Sent
from parc.storage import journal, stocktakes
from parc.storage.database import reading, writing
from parc.storage.sightings import last_seen
from parc.storage.stocktake_tables import StocktakeLineRow, StocktakeScanRow
from parc.storage.tables import DeviceRow
from tests.factories import ALICE, BOB, LENS, LOOS, a_command, some_rules
from tests.operations.counting import (
    NOON,
    Counting,
    counting_of,
    device,
    laptops,
    place,
    viewer_of,
)

AUDITOR = Actor("U-AUD1T0R0", frozenset({Role.AUDITOR}))


@pytest.fixture
def counting(parc: Engine, tmp_path: Path) -> Counting:
    """Seat Alice."""
    return counting_of(parc, tmp_path)


def totals(counting: Counting) -> Totals:
    """Count the stocktake."""
    with reading(counting.engine) as session:
        return stocktakes.totals(session, counting.number)


def lines(counting: Counting) -> dict[str, StocktakeLineRow]:
    """Give the frozen list by tag."""
    with reading(counting.engine) as session:
        rows = session.exec(
            select(StocktakeLineRow).where(
                StocktakeLineRow.stocktake_id == counting.number
            )
        )
        return {row.tag: row for row in rows}


def record(engine: Engine, tag: str, action: Action, **details: object) -> None:
    """Record an action on a device."""
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        journal.record(session, row, a_command(action, given=details), some_rules())


def test_the_list_is_what_is_there_and_stays_as_it_was(
    parc: Engine, counting: Counting
) -> None:
    hall, _away = laptops(parc, 2, "Hall")
    (loft,) = laptops(parc, 1, "Grenier")
    laptops(parc, 1, owner=LOOS)
    record(parc, _away, Action.LEND, due_on="2027-01-31")
    counting.begin("Hall")
    record(parc, hall, Action.DESCRIBE, serial="CORRIGE-1")
    record(parc, hall, Action.MOVE, site=str(device(parc, loft).site_id))

    frozen = lines(counting)

    assert set(frozen) == {hall}
    assert (frozen[hall].serial, frozen[hall].site) == (f"SER-{hall}", "Hall")
    with reading(parc) as session:
        row = stocktakes.seen(session, counting.desk.viewer)[0]
    assert (row.away, row.site) == (1, "Hall")


def test_the_list_is_one_owner_s(parc: Engine, counting: Counting) -> None:
    own = laptops(parc, 2)
    laptops(parc, 1, owner=LOOS)
    counting.begin()

    assert set(lines(counting)) == set(own)


def test_a_category_narrows_the_list(parc: Engine, counting: Counting) -> None:
    laptops(parc, 2)
    (screen,) = laptops(parc, 1, category="monitor")
    counting.begin(category="monitor")

    assert set(lines(counting)) == {screen}


def test_each_scan_is_answered(parc: Engine, counting: Counting) -> None:
    one, two, three = laptops(parc, 3, "Hall")
    (loft,) = laptops(parc, 1, "Grenier")
    counting.begin("Hall")

    assert counting.scan(one, f"SER-{two}", one, loft, "JAMAIS-VU", "JAMAIS-VU") == [
        "found",
        "found",
        "again",
        "unexpected",
        "unknown",
        "again",
    ]
    assert totals(counting) == Totals(
        found=2, missing=1, unexpected=1, unknown=1, again=2, scans=6
    )
    assert lines(counting)[three].standing == Standing.MISSING.value


def test_a_device_at_another_place_is_said_so_at_once_and_found_once_back(
    parc: Engine, counting: Counting
) -> None:
    (tag,) = laptops(parc, 1, "Hall")
    hall, loft = place(parc, "Hall"), place(parc, "Grenier")
    counting.begin()

    assert counting.scan(loft, tag, tag) == ["place", "misplaced", "again"]
    line = lines(counting)[tag]
    assert (line.site, line.seen_place) == ("Hall", "Grenier")
    assert counting.scan(hall, tag, loft, tag) == ["place", "found", "place", "again"]
    assert lines(counting)[tag].seen_place == "Hall"


def test_each_phone_is_at_its_own_place(parc: Engine, counting: Counting) -> None:
    one, two = laptops(parc, 2, "Hall")
    counting.begin("Hall")
    counting.scan(place(parc, "Grenier"), phone="phone-2")

    assert counting.scan(one, phone="phone-1") == ["found"]
    assert counting.scan(two, phone="phone-2") == ["misplaced"]


def test_a_place_of_another_owner_is_none_of_ours(
    parc: Engine, counting: Counting
) -> None:
    counting.begin()

    assert counting.scan(place(parc, "Hall", LOOS)) == ["unknown"]


def test_a_scan_sent_again_is_answered_the_same_and_counts_once(
    parc: Engine, counting: Counting
) -> None:
    (tag,) = laptops(parc, 1)
    counting.begin()
    sent = [Sent("key-A", tag), Sent("key-B", "RIEN"), Sent("key-A", tag)]
    first = [row.outcome for row in counting.send(sent)]

    assert [row.outcome for row in counting.send(sent)] == first
    assert first == ["found", "unknown", "found"]
    assert totals(counting).scans == 2


def test_two_people_may_use_the_same_key(parc: Engine, counting: Counting) -> None:
    one, two = laptops(parc, 2)
    counting.begin()

    assert counting.scan(one, key="key-A") == ["found"]
    assert counting.by(BOB).scan(two, key="key-A") == ["found"]


@pytest.mark.parametrize("code", ["", "\0", "x" * 5_000, "é\u202e\x1d"])
def test_any_code_is_answered(counting: Counting, code: str) -> None:
    counting.begin()

    assert counting.scan(code) == ["unknown"]


def test_phones_at_once_find_each_device_once(parc: Engine, counting: Counting) -> None:
    tags = laptops(parc, 12, "Hall")
    counting.begin("Hall")
    people = [counting, counting.by(BOB), counting, counting.by(BOB)]
    gate = threading.Barrier(len(people))
    answers: list[str] = []

    def work(who: Counting, phone: str) -> None:
        gate.wait()
        for place_, tag in enumerate([*tags, "INCONNU-7"]):
            sent = [Sent(f"{phone}-{place_:04d}", tag)]
            answers.extend(row.outcome for row in who.send(sent, phone=phone))

    threads = [
        threading.Thread(target=work, args=(who, f"phone-{n}"))
        for n, who in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count("found") == 12
    assert answers.count("unknown") == 1
    assert answers.count("again") == 3 * 13
    assert totals(counting) == Totals(found=12, unknown=1, again=39, scans=52)


def test_what_is_counted_is_what_the_scans_come_to(
    parc: Engine, counting: Counting
) -> None:
    tags = laptops(parc, 4, "Hall")
    counting.begin()
    counting.scan(place(parc, "Grenier"), *tags[:3], place(parc, "Hall"), tags[0])

    counted = totals(counting)
    assert (counted.found, counted.misplaced, counted.missing) == (1, 2, 1)
    assert counted.expected == len(tags)


def test_scans_do_not_close_while_a_phone_holds_some_unless_explained(
    parc: Engine, counting: Counting
) -> None:
    (tag,) = laptops(parc, 1)
    counting.begin()
    counting.scan(tag, waiting=3)
    with pytest.raises(Refused, match="3 scans attendent"):
        counting.close()
    counting.scan(waiting=0)

    counting.close()

    with pytest.raises(Refused, match="déjà clos"):
        counting.close()


def test_no_scan_at_all_does_not_close_unless_explained(
    parc: Engine, counting: Counting
) -> None:
    laptops(parc, 1, "Hall")
    counting.begin()
    counting.scan(place(parc, "Hall"))
    with pytest.raises(Refused, match="Aucun scan"):
        counting.close("   ")

    counting.close("Local sous scellés.")

    assert totals(counting).missing == 1


def test_what_comes_after_the_closing_is_kept_apart_and_changes_nothing(
    parc: Engine, counting: Counting
) -> None:
    one, two = laptops(parc, 2)
    counting.begin()
    counting.scan(one, waiting=1)
    counting.close("Le téléphone est tombé à l'eau.")

    assert counting.scan(two, phone="phone-1") == ["late"]
    assert totals(counting) == Totals(found=1, missing=1, late=1, scans=2)
    with reading(parc) as session:
        kept = session.exec(select(StocktakeScanRow.device_id)).all()
    assert device(parc, two).id in kept


def test_who_only_reads_neither_opens_scans_nor_closes(
    parc: Engine, counting: Counting
) -> None:
    laptops(parc, 1)
    counting.begin()
    reader = counting.by(AUDITOR)

    for attempt in (reader.begin, lambda: reader.scan("X"), lambda: reader.close("X")):
        with pytest.raises(Refused, match="Réservé"):
            attempt()


def test_who_scans_for_another_owner_does_not_here(
    parc: Engine, counting: Counting
) -> None:
    counting.begin()

    with pytest.raises(Refused, match="Réservé"):
        counting.by(ALICE, LOOS).scan("X")


def test_a_device_is_last_seen_where_it_was_scanned(
    parc: Engine, counting: Counting
) -> None:
    (tag,) = laptops(parc, 1, "Hall")
    row = device(parc, tag)
    counting.begin()
    with reading(parc) as session:
        assert last_seen(session, counting.desk.viewer, row.id) is None
    counting.scan(place(parc, "Grenier"), tag)

    with reading(parc) as session:
        found = last_seen(session, counting.desk.viewer, row.id)
        elsewhere = last_seen(session, viewer_of(parc, ALICE, LOOS), row.id)

    assert found is not None
    assert (found.place, found.stocktake) == ("Grenier", counting.number)
    assert found.at == counting.desk.now
    assert elsewhere is None


def test_a_bench_sees_devices_too(parc: Engine, counting: Counting) -> None:
    (tag,) = laptops(parc, 1, "Hall")
    counting.begin()
    counting.scan(place(parc, "Grenier"), tag)
    later = replace(counting.desk, now=NOON + timedelta(days=2))
    scanning.scan(parc, later, tag, "key-bench")

    with reading(parc) as session:
        found = last_seen(session, later.viewer, device(parc, tag).id)

    assert found is not None
    assert (found.at, found.place, found.stocktake) == (later.now, "", None)


def test_a_stocktake_is_known_to_those_who_see_its_owner(
    parc: Engine, counting: Counting
) -> None:
    counting.begin()

    with reading(parc) as session:
        outside = viewer_of(parc, ALICE, LOOS)
        assert stocktakes.seen(session, outside) == []
        assert stocktakes.find(session, outside, counting.number) is None
        assert stocktakes.find(session, viewer_of(parc, AUDITOR, LENS), 1) is not None


def test_a_device_merged_meanwhile_is_found_by_the_one_that_was_kept(
    parc: Engine, counting: Counting
) -> None:
    twice, kept = laptops(parc, 2, "Hall")
    counting.begin("Hall")
    record(parc, twice, Action.MERGE, into=kept, reason="Saisi deux fois")

    assert counting.scan(twice) == ["found"]

    standings = {tag: line.standing for tag, line in lines(counting).items()}
    assert standings == {
        twice: Standing.FOUND.value,
        kept: Standing.FOUND.value,
    }
