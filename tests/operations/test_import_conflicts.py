"""Rows that nobody can tell wait in a queue until a person does, once."""

import json

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.intake_dispute import Doubt, Settled
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import import_conflicts
from parc.operations.import_conflicts import UnknownConflictError
from parc.storage.alias_tables import AliasRow
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading, writing
from parc.storage.import_conflicts import (
    candidates_of,
    count_open,
    next_open,
    page,
)
from parc.storage.journal import ConflictError
from parc.storage.tables import OwnerRow, PersonRow
from tests.factories import ALICE, BOB, LENS, LOOS
from tests.operations.conflicts import (
    DISPUTED,
    ONE,
    TWO,
    a_waiting_row,
    disputed,
    ids,
    queue,
    who,
)
from tests.operations.imported import (
    LAPTOP,
    codes,
    counts,
    device,
    events,
    everything,
    imported,
    sheet,
    tags,
)


@pytest.fixture
def waiting(parc: Engine) -> ConflictRow:
    """Give a row whose tag and UUID disagree."""
    return a_waiting_row(parc)


def test_a_row_set_aside_waits_with_the_devices_it_may_be(
    parc: Engine, waiting: ConflictRow
) -> None:
    two, one = ids(parc, "PC-18", "PC-17")

    assert (waiting.state, waiting.line, waiting.doubt) == ("open", 2, Doubt.DISAGREE)
    assert candidates_of(waiting) == (two, one)
    assert "PC-18" in waiting.message
    assert "PC-17" in waiting.message


def test_the_holder_s_name_is_kept_in_the_one_table_of_names(
    parc: Engine, waiting: ConflictRow
) -> None:
    kept = everything(parc)
    named = {table for table, rows in kept.items() if "Dupont" in repr(rows)}

    assert named == {PersonRow.__tablename__}
    with reading(parc) as session:
        said = import_conflicts.record_of(session, waiting)
    assert said.holder_name == "Hélène Dupont"


def test_the_same_file_again_does_not_double_the_queue(
    parc: Engine, waiting: ConflictRow
) -> None:
    again = imported(parc, disputed())

    (row,) = queue(parc)
    assert (row.id, row.import_id) == (waiting.id, again.import_id)
    imported(parc, disputed(DISPUTED, DISPUTED))
    assert len(queue(parc)) == 1


def test_a_look_at_a_file_puts_nothing_in_the_queue(parc: Engine) -> None:
    imported(parc, disputed(ONE, TWO))
    before = everything(parc)

    outcome = imported(parc, disputed(), dry_run=True)

    assert outcome.doubts == {Doubt.DISAGREE: 1}
    assert everything(parc) == before


def test_it_is_this_device_takes_the_facts_that_were_ticked(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two, taken=["model"])

    (row,) = queue(parc)
    last = events(parc, "PC-18")[-1]
    assert (row.state, row.device_id, row.settled_by) == ("same", two, ALICE.id)
    assert (last.action, last.source, last.level) == (
        "describe",
        waiting.import_id,
        "declared",
    )
    assert json.loads(last.details) == {"model": "Latitude 7400", "source_line": 2}
    assert row.version == last.seq
    assert len(events(parc, "PC-17")) == 1


def test_nothing_ticked_records_nothing(parc: Engine, waiting: ConflictRow) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two)

    assert len(events(parc, "PC-18")) == 1
    assert queue(parc)[0].state == "same"


def test_what_was_decided_is_not_asked_again(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two)

    again = imported(parc, disputed())

    assert (counts(again), codes(again)) == ((0, 0, 1, 0, 0), ["already_settled"])
    assert again.doubts == {}
    # Another row is another question.
    other = imported(parc, disputed(DISPUTED.replace("7400", "7420")))
    assert counts(other) == (0, 0, 0, 1, 0)


def test_what_was_decided_is_asked_again_once_it_may_be_a_further_device(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two)
    heading = "Étiquette;Étiquette d'un autre outil;N° de série;Type"
    imported(parc, sheet("PC-40;PC-18;S404040;Écran", heading=heading))
    with writing(parc) as session:
        further = import_conflicts.is_other(session, who(parc), queue(parc)[-1].id)
        assert (further.tag, further.foreign_tag) == ("PC-40", "PC-18")

    assert counts(imported(parc, disputed())) == (0, 0, 0, 1, 0)
    assert [row.state for row in queue(parc)] == ["same", "other", "open"]


def test_the_codes_of_the_row_lead_to_the_device_from_then_on(parc: Engine) -> None:
    imported(parc, disputed(ONE))
    relabelled = "ETIQ-9;640HP72;;PC portable;Dell;Latitude 5420;"
    imported(parc, disputed(relabelled))
    (row,) = queue(parc)
    (one,) = ids(parc, "PC-17")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), row.id, one)

    with reading(parc) as session:
        left = session.exec(select(AliasRow.shown, AliasRow.device_id)).all()
    assert left == [("ETIQ-9", one)]
    by_tag = imported(parc, disputed("etiq-9;;;PC portable;Dell;Latitude 7400;"))
    assert counts(by_tag) == (0, 1, 0, 0, 0)


def test_a_code_that_another_device_bears_is_left_on_nobody(
    parc: Engine, waiting: ConflictRow
) -> None:
    (one,) = ids(parc, "PC-17")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, one)

    with reading(parc) as session:
        assert session.exec(select(AliasRow)).all() == []


def test_it_is_another_device_registers_it_as_the_import_would(
    parc: Engine, waiting: ConflictRow
) -> None:
    with writing(parc) as session:
        tag = import_conflicts.is_other(session, who(parc), waiting.id).tag

    (first,) = events(parc, tag)
    with reading(parc) as session:
        made = device(session, tag)
        assert (made.foreign_tag, made.label) == ("PC-18", "Dell Latitude 7400")
        assert made.holder == waiting.holder
    assert (first.source, first.actor) == (waiting.import_id, ALICE.id)
    assert len(tags(parc)) == 3
    assert queue(parc)[0].device_id == made.id
    again = imported(parc, disputed())
    assert counts(again) == (0, 0, 1, 0, 0)


def test_rows_of_one_file_that_contradict_each_other_wait_for_the_device_made(
    parc: Engine,
) -> None:
    rows = (LAPTOP, LAPTOP.replace("640HP72", "OTHER9"))

    outcome = imported(parc, sheet(*rows))

    assert counts(outcome) == (1, 0, 0, 1, 0)
    (row,) = queue(parc)
    assert (row.doubt, row.line) == (Doubt.REPEATED, 3)
    assert candidates_of(row) == ids(parc, "PC-17")
    with writing(parc) as session:
        import_conflicts.is_other(session, who(parc), row.id)
    assert counts(imported(parc, sheet(*rows))) == (0, 0, 2, 0, 0)


def test_left_aside_needs_a_reason_and_is_not_asked_again(
    parc: Engine, waiting: ConflictRow
) -> None:
    with pytest.raises(Refused) as refused, writing(parc) as session:
        import_conflicts.leave_aside(session, who(parc), waiting.id, "  ")
    assert [reason.field for reason in refused.value.reasons] == ["reason"]

    with writing(parc) as session:
        import_conflicts.leave_aside(session, who(parc), waiting.id, "Vendu en 2019")

    (row,) = queue(parc)
    assert (row.state, row.reason) == ("ignored", "Vendu en 2019")
    assert counts(imported(parc, disputed())) == (0, 0, 1, 0, 0)
    assert len(tags(parc)) == 2


def test_the_second_of_two_people_is_told_what_the_first_did(
    parc: Engine, waiting: ConflictRow
) -> None:
    two, one = candidates_of(waiting)
    bob = who(parc, actor=BOB.id)
    with writing(parc) as session:
        import_conflicts.is_same(session, bob, waiting.id, one, taken=["model"])
    before = everything(parc)

    for settle in (
        lambda s: import_conflicts.is_same(s, who(parc), waiting.id, two),
        lambda s: import_conflicts.is_other(s, who(parc), waiting.id),
        lambda s: import_conflicts.leave_aside(s, who(parc), waiting.id, "Non"),
    ):
        with pytest.raises(Refused, match=BOB.id), writing(parc) as session:
            settle(session)

    assert everything(parc) == before


def test_a_device_that_changed_since_it_was_seen_is_not_written(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    imported(parc, disputed(TWO.replace("5420", "5430")))

    with pytest.raises(ConflictError), writing(parc) as session:
        import_conflicts.is_same(
            session, who(parc), waiting.id, two, taken=["model"], version=1
        )

    assert queue(parc)[0].state == "open"


def test_only_a_candidate_may_be_chosen(parc: Engine, waiting: ConflictRow) -> None:
    imported(parc, disputed("PC-19;99ZZ11;;PC portable;Dell;X;"))
    (three,) = ids(parc, "PC-19")

    with pytest.raises(Refused, match="parmi ceux"), writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, three)


def test_what_the_domain_refuses_of_a_row_leaves_it_waiting(parc: Engine) -> None:
    heading = "Étiquette;N° de série;Type;Marque;Date d'achat;Date de réforme"
    imported(parc, sheet("PC-17;640HP72;Écran;Dell;2015-09-01;", heading=heading))
    recent = "PC-17;OTHER9;Écran;Dell;2015-09-01;2026-06-01"
    imported(parc, sheet(recent, heading=heading))
    (row,) = queue(parc)

    with pytest.raises(Refused, match="premier jour"), writing(parc) as session:
        import_conflicts.is_other(session, who(parc), row.id)

    assert queue(parc)[0].state == "open"
    assert tags(parc) == ["PC-17"]


def test_a_conflict_of_an_owner_one_may_not_import_for_does_not_exist(
    parc: Engine, waiting: ConflictRow
) -> None:
    charlie = who(parc, *Role, owner=LOOS)
    auditor = who(parc, Role.AUDITOR)
    for person in (charlie, auditor):
        for settle in (
            lambda s, w: import_conflicts.is_other(s, w, waiting.id),
            lambda s, w: import_conflicts.reopen(s, w, waiting.id),
            lambda s, w: import_conflicts.leave_aside(s, w, 99, "Non"),
        ):
            with pytest.raises(UnknownConflictError), writing(parc) as session:
                settle(session, person)


def test_the_queue_is_paged_and_gives_who_comes_next(parc: Engine) -> None:
    imported(parc, disputed(ONE, TWO))
    rows = [DISPUTED.replace("7400", f"74{n:02d}") for n in range(5)]
    for row in rows:
        imported(parc, disputed(row))
    lens, loos = _owners(parc)
    with reading(parc) as session:
        first, total = page(session, [lens], None, (Settled.OPEN,), start=0, size=2)
        last, _ = page(session, [lens], None, (Settled.OPEN,), start=4, size=2)
        keys = [row.id for row in queue(parc)]
        assert ([r.id for r in first], total) == (keys[:2], 5)
        assert [r.id for r in last] == keys[4:]
        assert count_open(session, [lens], first[0].import_id) == 1
        assert count_open(session, [loos]) == 0
        assert next_open(session, [lens], None, keys[1]) == keys[2]
        assert next_open(session, [lens], None, keys[-1]) == keys[0]
        assert next_open(session, [loos], None, 0) is None
        assert page(session, [lens], None, (Settled.SAME,), start=0, size=9) == ([], 0)


def _owners(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        found = dict(session.exec(select(OwnerRow.siret, OwnerRow.id)).all())
    return found[LENS], found[LOOS]
