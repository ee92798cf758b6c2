"""The fleet counted: what has left is left out, what has no date is told apart."""

from datetime import date

from sqlalchemy import Engine

from parc.domain.access import Grant, Viewer
from parc.domain.vocabulary import Action, Role, State
from parc.storage.database import reading, writing
from parc.storage.fleet import fleet
from tests.factories import LENS, LOOS, TODAY, a_command
from tests.storage.conftest import a_laptop, do, owner_row

EVERYONE = Viewer("U-1", frozenset({Grant(Role.AUDITOR, None)}))


def test_what_is_held_is_counted_and_what_has_left_is_not(engine: Engine) -> None:
    with writing(engine) as session:
        a_laptop(session, serial="A1", acquired_on="2019-05-04")
        a_laptop(session, serial="A2", acquired_on="2024-01-31")
        a_laptop(session, serial="A3", acquired_on=None, category="monitor")
        lost = a_laptop(session, serial="A4", acquired_on="2019-01-01")
        do(session, lost, a_command(Action.REPORT_MISSING, TODAY, reason="Introuvable"))

    with reading(engine) as session:
        counted = fleet(session, EVERYONE, TODAY, 10)

    assert counted.total == 3
    assert counted.by_state == {State.IN_STOCK: 3}
    assert counted.by_category == {"laptop": 2, "monitor": 1}
    assert counted.by_year == {2019: 1, 2024: 1, None: 1}
    assert counted.reaching == {2029: 1, 2034: 1}


def test_what_is_past_the_limit_already_counts_for_this_year(engine: Engine) -> None:
    with writing(engine) as session:
        a_laptop(session, serial="A1", acquired_on="2011-05-04")

    with reading(engine) as session:
        counted = fleet(session, EVERYONE, date(2026, 11, 24), 10)

    assert counted.reaching == {2026: 1}


def test_one_owner_is_counted_alone_and_others_stay_unseen(engine: Engine) -> None:
    with writing(engine) as session:
        a_laptop(session, serial="A1", owner=LENS)
        a_laptop(session, serial="A2", owner=LOOS)
        loos = owner_row(session, LOOS).id
    charlie = Viewer("U-2", frozenset({Grant(Role.TECHNICIAN, loos)}))

    with reading(engine) as session:
        assert fleet(session, EVERYONE, TODAY, 10).total == 2
        assert fleet(session, EVERYONE, TODAY, 10, loos).total == 1
        assert fleet(session, charlie, TODAY, 10).total == 1
