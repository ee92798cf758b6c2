"""Opaque ids for people, names that can be forgotten, sites by name."""

import re

from sqlalchemy import Engine

from parc.storage import people
from parc.storage.database import writing
from tests.factories import LENS, LOOS, TODAY, at
from tests.storage.conftest import owner_row


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
