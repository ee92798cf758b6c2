"""What administrators see and change of the owners."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from parc.domain.refusal import Refused
from parc.domain.vocabulary import State
from parc.storage import accounts, owner_settings, people
from parc.storage.administration import Administrator
from parc.storage.database import reading, writing
from tests.factories import FIRST_DAY, LENS, LOOS, TODAY
from tests.storage.administrators import GENERAL
from tests.storage.conftest import a_laptop, owner_row
from tests.storage.test_accounts import MEURCHIN
from tests.storage.test_administration import codes


def test_one_sees_the_owners_that_one_administers(engine: Engine) -> None:
    with reading(engine) as session:
        loos = owner_row(session, LOOS)
        charlie = Administrator("U-1", frozenset({loos.id}))

        assert owner_settings.owners_administered(session, charlie) == [loos]
        assert len(owner_settings.owners_administered(session, GENERAL)) == 2
        assert owner_settings.owner_administered(session, charlie, LOOS) == loos
        assert owner_settings.owner_administered(session, charlie, LENS) is None
        assert owner_settings.owner_administered(session, GENERAL, MEURCHIN) is None


def test_devices_that_left_are_not_counted(engine: Engine) -> None:
    with writing(engine) as session:
        a_laptop(session)
        gone = a_laptop(session, serial="S2")
        gone.state = State.RECYCLED
        a_laptop(session, owner=LOOS, serial="S3")
        people.site_id(session, owner_row(session, LENS).id, "Mairie")
        rows = owner_settings.owners_administered(session, GENERAL)

        counts = {
            owned.row.siret: (owned.devices, owned.sites)
            for owned in owner_settings.with_counts(session, rows)
        }
        assert counts == {LENS: (1, 1), LOOS: (1, 0)}


def test_a_name_a_kind_and_a_manager_are_changed(engine: Engine) -> None:
    with writing(engine) as session:
        loos, lens = owner_row(session, LOOS), owner_row(session, LENS)
        owner_settings.revise(
            session, loos, name=" Ville de  Loos ", kind="epci", manager_siret=LENS
        )

        assert (loos.name, loos.kind) == ("Ville de Loos", "epci")
        assert loos.manager_id == lens.id

        for itself in ("", LOOS):
            owner_settings.revise(
                session, loos, name="Loos", kind="commune", manager_siret=itself
            )
            assert loos.manager_id is None


def test_a_wrong_change_is_refused_with_every_reason(engine: Engine) -> None:
    with writing(engine) as session:
        loos = owner_row(session, LOOS)
        before = loos.name
        for manager in (MEURCHIN, "\x00"):
            with pytest.raises(Refused) as refused:
                owner_settings.revise(
                    session, loos, name=" ", kind="club", manager_siret=manager
                )
            assert codes(refused) == {"invalid_name", "invalid_kind", "unknown_owner"}
        assert loos.name == before


def test_the_first_day_is_any_past_day(engine: Engine) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS)
        for day in (TODAY, FIRST_DAY, owner_settings.EARLIEST):
            owner_settings.set_first_day(session, lens, day.isoformat(), TODAY)
            assert lens.first_day == day


@pytest.mark.parametrize(
    "text",
    [
        (TODAY + timedelta(days=1)).isoformat(),
        "1999-12-31",
        "0001-01-01",
        "24/11/2026",
        "bientôt",
    ],
)
def test_a_first_day_to_come_or_unreadable_is_refused(
    engine: Engine, text: str
) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS)
        with pytest.raises(Refused) as refused:
            owner_settings.set_first_day(session, lens, text, TODAY)

        assert codes(refused) == {"invalid_field"}
        assert lens.first_day == FIRST_DAY


def test_only_an_owner_without_devices_goes_without_a_first_day(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS)
        owner_settings.set_first_day(session, lens, "", TODAY)
        assert lens.first_day is None

        owner_settings.set_first_day(session, lens, "2026-01-15", TODAY)
        a_laptop(session)
        with pytest.raises(Refused) as refused:
            owner_settings.set_first_day(session, lens, " ", TODAY)
        assert codes(refused) == {"missing_field"}
        assert lens.first_day == date(2026, 1, 15)


def test_an_owner_added_has_no_device_yet(engine: Engine) -> None:
    with writing(engine) as session:
        row = accounts.add_owner(session, MEURCHIN, "Meurchin", "commune")
        (owned,) = owner_settings.with_counts(session, [row])

        assert (owned.devices, owned.sites) == (0, 0)
