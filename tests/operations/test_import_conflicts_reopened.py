"""A choice taken back: what it recorded is annulled, and the row waits again."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import import_conflicts
from parc.storage.alias_tables import AliasRow
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading, writing
from tests.operations.conflicts import (
    ONE,
    TWO,
    a_waiting_row,
    disputed,
    ids,
    queue,
    who,
)
from tests.operations.imported import (
    counts,
    device,
    events,
    imported,
    tags,
)


@pytest.fixture
def waiting(parc: Engine) -> ConflictRow:
    """Give a row whose tag and UUID disagree."""
    return a_waiting_row(parc)


def test_a_choice_taken_back_annuls_what_it_recorded(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two, taken=["model"])
    with writing(parc) as session:
        import_conflicts.reopen(session, who(parc), waiting.id)

    with reading(parc) as session:
        assert device(session, "PC-18").label == "Dell Latitude 5420"
    assert [e.action for e in events(parc, "PC-18")] == [
        "register",
        "describe",
        "annul",
    ]
    assert queue(parc)[0].state == "open"
    assert counts(imported(parc, disputed())) == (0, 0, 0, 1, 0)


def test_a_device_registered_by_a_choice_taken_back_is_discarded_and_comes_back(
    parc: Engine, waiting: ConflictRow
) -> None:
    with writing(parc) as session:
        tag = import_conflicts.is_other(session, who(parc), waiting.id).tag
    with writing(parc) as session:
        import_conflicts.reopen(session, who(parc), waiting.id)
    with reading(parc) as session:
        assert device(session, tag).void == "discarded"

    with writing(parc) as session:
        again = import_conflicts.is_other(session, who(parc), waiting.id)

    assert (again.tag, again.void) == (tag, None)
    assert len(tags(parc)) == 3


def test_aliases_left_by_a_choice_taken_back_go_with_it(parc: Engine) -> None:
    imported(parc, disputed(ONE))
    imported(parc, disputed("ETIQ-9;640HP72;;PC portable;Dell;Latitude 5420;"))
    (row,) = queue(parc)
    (one,) = ids(parc, "PC-17")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), row.id, one)
    with writing(parc) as session:
        import_conflicts.reopen(session, who(parc), row.id)

    with reading(parc) as session:
        assert session.exec(select(AliasRow)).all() == []


def test_a_choice_is_not_taken_back_once_the_device_has_changed(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    with writing(parc) as session:
        import_conflicts.is_same(session, who(parc), waiting.id, two, taken=["model"])
    imported(parc, disputed(TWO.replace("5420", "5430")))

    with pytest.raises(Refused, match="a changé depuis"), writing(parc) as session:
        import_conflicts.reopen(session, who(parc), waiting.id)

    assert queue(parc)[0].state == "same"


def test_what_needs_a_fleet_lead_is_not_taken_back_by_a_technician(
    parc: Engine, waiting: ConflictRow
) -> None:
    (two,) = ids(parc, "PC-18")
    technician = who(parc, Role.TECHNICIAN)
    with writing(parc) as session:
        import_conflicts.is_same(session, technician, waiting.id, two, taken=["model"])

    with pytest.raises(Refused, match="réservé"), writing(parc) as session:
        import_conflicts.reopen(session, technician, waiting.id)
