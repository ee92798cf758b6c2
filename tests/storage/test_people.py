"""Opaque ids for people, names that can be forgotten, sites by name."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, State
from parc.storage import people
from parc.storage.database import writing
from parc.storage.tables import DeviceRow, SiteRow
from tests.factories import LENS, LOOS, TODAY, a_command, at
from tests.storage.conftest import a_laptop, do, owner_row


def a_site(session: Session, name: str, owner: str = LENS) -> SiteRow:
    """Add a site."""
    return people.add_site(session, owner_row(session, owner).id, name)


def moved(session: Session, serial: str, *where: SiteRow) -> DeviceRow:
    """Register a laptop and move it from site to site."""
    row = a_laptop(session, serial=serial)
    for site in where:
        do(session, row, a_command(Action.MOVE, site=site.id))
    return row


def test_the_same_name_of_the_same_owner_is_the_same_person(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        first = people.person_id(session, lens, "Hélène  Dupont")

        assert re.fullmatch("P-[0-9A-HJKMNP-TV-Z]{8}", first)
        assert people.person_id(session, lens, "helene dupont ") == first
        assert people.person_id(session, loos, "Hélène Dupont") != first
        assert people.person_names(session, [first]) == {first: "Hélène Dupont"}
        assert people.knows_person(session, lens, first)
        assert not people.knows_person(session, loos, first)


def test_a_purged_name_is_gone_and_its_id_stays(engine: Engine) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        person = people.person_id(session, lens, "Hélène Dupont")

        assert people.purge_person(session, person, at(TODAY))
        assert people.person_names(session, [person]) == {}
        assert people.knows_person(session, lens, person)
        # The same name typed again is somebody new: nothing links them.
        assert people.person_id(session, lens, "Hélène Dupont") != person
        assert not people.purge_person(session, "P-00000000", at(TODAY))


def test_a_site_is_made_once_per_owner(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        hall = people.site_id(session, lens, "Hôtel  de ville")

        assert people.site_id(session, lens, "Hôtel de ville") == hall
        assert people.site_id(session, loos, "Hôtel de ville") != hall
        assert [site.name for site in people.sites(session, [lens])] == [
            "Hôtel de ville"
        ]
        assert people.knows_site(session, lens, hall)
        assert not people.knows_site(session, loos, hall)
        assert people.site_names(session, [hall, 999]) == {hall: "Hôtel de ville"}


def test_sites_are_listed_with_the_devices_that_are_there(engine: Engine) -> None:
    with writing(engine) as session:
        hall, school = a_site(session, "Mairie"), a_site(session, "École")
        a_site(session, "Atelier", LOOS)
        moved(session, "S1", hall)
        moved(session, "S2", school, hall)
        moved(session, "S3", hall).state = State.RECYCLED
        lens = owner_row(session, LENS).id

        used = people.sites_used(session, [lens])

        assert {use.row.name: use.devices for use in used} == {"Mairie": 2, "École": 0}
        assert len(people.sites_used(session, None)) == 3


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 201])
def test_a_site_has_a_name(engine: Engine, name: str) -> None:
    with writing(engine) as session:
        site = a_site(session, "Mairie")
        for change in (
            lambda: a_site(session, name),
            lambda: people.rename_site(session, site, name),
        ):
            with pytest.raises(Refused) as refused:
                change()
            assert [r.code for r in refused.value.reasons] == ["invalid_name"]
        assert site.name == "Mairie"


def test_two_sites_of_an_owner_do_not_read_alike(engine: Engine) -> None:
    with writing(engine) as session:
        a_site(session, "École du Centre")
        other = a_site(session, "Mairie")
        for change in (
            lambda: a_site(session, "ecole  du centre"),
            lambda: people.rename_site(session, other, "ÉCOLE DU CENTRE"),
        ):
            with pytest.raises(Refused) as refused:
                change()
            assert [r.code for r in refused.value.reasons] == ["name_taken"]
        a_site(session, "École du Centre", LOOS)
        # Its own name, written better, is no other site's.
        people.rename_site(session, other, "mairie")
        assert other.name == "mairie"


def test_devices_follow_the_new_name_of_their_site(engine: Engine) -> None:
    with writing(engine) as session:
        site = a_site(session, "Mairie")
        row = moved(session, "S1", site)
        people.rename_site(session, site, "Hôtel de ville")

        assert row.site_id is not None
        assert people.site_names(session, [row.site_id]) == {
            row.site_id: "Hôtel de ville"
        }


def test_a_site_that_never_served_is_removed(engine: Engine) -> None:
    with writing(engine) as session:
        site = a_site(session, "Mairie")
        # Ten sites more: the history of site 11 says nothing of site 1.
        others = [a_site(session, f"Site {n}") for n in range(10)]
        assert str(others[-1].id).startswith(str(site.id))
        moved(session, "S1", others[-1])
        people.remove_site(session, site)

        assert session.exec(select(SiteRow).where(SiteRow.name == "Mairie")).all() == []


def test_a_site_where_a_device_is_or_was_stays(engine: Engine) -> None:
    with writing(engine) as session:
        before, now = a_site(session, "Mairie"), a_site(session, "École")
        moved(session, "S1", before, now)
        for site, reason in ((now, "déplacez-les"), (before, "historique")):
            with pytest.raises(Refused) as refused:
                people.remove_site(session, site)
            (told,) = refused.value.reasons
            assert told.code == "site_used"
            assert reason in told.message
