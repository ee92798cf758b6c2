"""Profiles given to people and rooms: what is over or under, and where reuse is."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Actor
from parc.domain.equipment import Need
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role
from parc.operations import profiles
from parc.operations.profiles import Discrepancy
from parc.storage import journal, people
from parc.storage import profiles as kept
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow
from tests.factories import ALICE, CHARLIE, LENS, LOOS, a_command, some_rules
from tests.operations.counting import At, laptops, owner_id, place, site_id, viewer_of

POST = {"name": "Agent mobile", "kind": "post"}
ROOM = {"name": "Salle du conseil", "kind": "room"}
TECHNICIAN = Actor("U-TECHN1C0", frozenset({Role.TECHNICIAN}))


@pytest.fixture
def desk(parc: Engine, tmp_path: Path) -> At:
    """Seat Alice."""
    return At(viewer_of(parc, ALICE, LENS), tmp_path)


def a_profile(
    engine: Engine, desk: At, given: dict[str, str] = POST, **lines: str
) -> int:
    """Define a profile of Lens; give its number."""
    return profiles.define(
        engine, desk, owner_id(engine, LENS), given, list(lines.items())
    )


def person(engine: Engine, name: str, siret: str = LENS) -> str:
    """Give somebody's opaque id, made when new."""
    owner = owner_id(engine, siret)
    with writing(engine) as session:
        return people.person_id(session, owner, name)


def assign(engine: Engine, tag: str, **where: object) -> None:
    """Put a device in service."""
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        command = a_command(Action.ASSIGN, given=where)
        journal.record(session, row, command, some_rules())


def listed(engine: Engine, desk: At) -> tuple[list[Discrepancy], dict[int, list[Need]]]:
    """List the gaps and the needs that the desk sees."""
    with reading(engine) as session:
        found = profiles.discrepancies(session, desk.viewer)
        return found, profiles.needs(session, desk.viewer, found)


def told(found: list[Discrepancy]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Say the gaps plainly."""
    return [
        (one.bearer.name, [(g.category, g.lacking, g.over) for g in one.gaps])
        for one in found
    ]


def test_what_a_person_holds_is_compared_with_their_profile(
    parc: Engine, desk: At
) -> None:
    number = a_profile(parc, desk, laptop="1", monitor="1")
    hers, other, _stock = laptops(parc, 3)
    assign(parc, hers, holder=person(parc, "Hélène"))
    assign(parc, other, holder=person(parc, "Hélène"))
    person(parc, "Bob")
    profiles.attach(parc, desk, number, ["Hélène", "Bob"])

    found, needs = listed(parc, desk)

    assert told(found) == [
        ("Bob", [("laptop", 1, 0), ("monitor", 1, 0)]),
        ("Hélène", [("laptop", 0, 1), ("monitor", 1, 0)]),
    ]
    lens = owner_id(parc, LENS)
    assert needs == {lens: [Need("laptop", 1, 1, {}), Need("monitor", 2, 0, {})]}


def test_what_stands_in_a_room_is_what_nobody_holds(parc: Engine, desk: At) -> None:
    number = a_profile(parc, desk, ROOM, laptop="2")
    one, held, _stock = laptops(parc, 3, "Salle du conseil")
    there = site_id(parc, "Salle du conseil")
    assign(parc, one, site=there)
    assign(parc, held, site=there, holder=person(parc, "Hélène"))

    profiles.attach(parc, desk, number, [place(parc, "Salle du conseil")])

    found, _ = listed(parc, desk)
    assert told(found) == [("Salle du conseil", [("laptop", 1, 0)])]


def test_other_owners_stock_is_offered_to_who_sees_them_after_the_own(
    parc: Engine, desk: At
) -> None:
    number = a_profile(parc, desk, laptop="1")
    person(parc, "Bob")
    profiles.attach(parc, desk, number, ["Bob"])
    laptops(parc, 2, owner=LOOS)
    lens, loos = owner_id(parc, LENS), owner_id(parc, LOOS)

    assert listed(parc, desk)[1] == {lens: [Need("laptop", 1, 0, {})]}

    grants = desk.viewer.grants | viewer_of(parc, ALICE, LOOS).grants
    both = replace(desk, viewer=replace(desk.viewer, grants=grants))
    assert listed(parc, both)[1] == {lens: [Need("laptop", 1, 0, {loos: 2})]}


def test_a_person_has_one_profile_the_last_one_given(parc: Engine, desk: At) -> None:
    first = a_profile(parc, desk, laptop="1")
    second = a_profile(parc, desk, {**POST, "name": "Poste fixe"}, desktop="1")
    person(parc, "Bob")

    profiles.attach(parc, desk, first, ["Bob"])
    profiles.attach(parc, desk, second, ["Bob"])

    with reading(parc) as session:
        assert kept.bearers(session, desk.viewer, first) == []
        assert [b.name for b in kept.bearers(session, desk.viewer, second)] == ["Bob"]


def test_names_that_are_nobody_s_are_told_and_nothing_is_given(
    parc: Engine, desk: At
) -> None:
    number = a_profile(parc, desk, laptop="1")
    person(parc, "Bob")
    person(parc, "Charlie", LOOS)

    with pytest.raises(Refused, match="« Charlie »"):
        profiles.attach(parc, desk, number, ["Bob", "Charlie"])

    with reading(parc) as session:
        assert kept.bearers(session, desk.viewer, number) == []


def test_a_profile_is_changed_then_retired_and_frees_its_name(
    parc: Engine, desk: At
) -> None:
    number = a_profile(parc, desk, laptop="1")
    person(parc, "Bob")
    profiles.attach(parc, desk, number, ["Bob"])
    with pytest.raises(Refused, match="déjà un profil"):
        a_profile(parc, desk)

    profiles.change(parc, desk, number, {"name": "Agent"}, [("desktop", "1")])
    with reading(parc) as session:
        assert kept.lines_of(session, [number]) == {number: {"desktop": 1}}
    profiles.retire(parc, desk, number)

    assert listed(parc, desk)[0] == []
    with pytest.raises(Refused, match="retiré"):
        profiles.change(parc, desk, number, {"name": "Agent"}, [])
    assert a_profile(parc, desk, {**POST, "name": "Agent"}, laptop="1") != number


def test_taking_a_profile_back_twice_is_refused(parc: Engine, desk: At) -> None:
    number = a_profile(parc, desk, laptop="1")
    bob = person(parc, "Bob")
    profiles.attach(parc, desk, number, ["Bob"])

    profiles.detach(parc, desk, number, bob)

    with pytest.raises(Refused, match="déjà plus"):
        profiles.detach(parc, desk, number, bob)


def test_technicians_give_profiles_and_leads_say_what_they_hold(
    parc: Engine, desk: At, tmp_path: Path
) -> None:
    number = a_profile(parc, desk, laptop="1")
    person(parc, "Bob")
    bench = At(viewer_of(parc, TECHNICIAN, LENS), tmp_path)
    nobody = At(viewer_of(parc, CHARLIE, LENS), tmp_path)

    assert profiles.attach(parc, bench, number, ["Bob"]) == 1
    with pytest.raises(Refused, match="Responsable du parc"):
        a_profile(parc, bench, {**POST, "name": "Autre"})
    with pytest.raises(Refused, match="Technicien"):
        profiles.attach(parc, nobody, number, ["Bob"])
