"""Somebody arrives, has things, leaves, is forgotten."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.custody import SlipKind, Stage
from parc.domain.refusal import Refused
from parc.domain.vocabulary import State
from parc.operations import custody, profiles, slips
from parc.storage import person_list
from parc.storage import slips as kept
from parc.storage.database import reading, writing
from parc.storage.tables import PersonRow
from tests.factories import ALICE, LENS, LOOS, TODAY
from tests.operations.counting import device, laptops, owner_id, viewer_of
from tests.operations.handing import Handing, handing_of


@pytest.fixture
def handing(parc: Engine, tmp_path: Path) -> Handing:
    """Seat Alice."""
    return handing_of(parc, tmp_path)


def held(handing: Handing, person: str) -> list[custody.Held]:
    """List what somebody has."""
    with reading(handing.engine) as session:
        return custody.holdings(session, session.get_one(PersonRow, person))


def on_slip(handing: Handing, key: int | None) -> list[str]:
    """List the tags of a slip."""
    with reading(handing.engine) as session:
        return [device.tag for _, device in kept.lines(session, key or 0)]


def test_on_arrival_what_is_wanted_is_taken_from_the_stock_and_what_is_short_is_said(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    (screen,) = laptops(parc, 1, category="monitor")
    laptops(parc, 1, owner=LOOS)
    handing.draft(SlipKind.ASSIGNMENT, handing.person("Bob"), one)

    done = custody.arrive(
        parc,
        handing.desk,
        handing.person(),
        {"laptop": 2, "monitor": 1, "tablet": 1, "printer": 0},
    )

    assert on_slip(handing, done.key) == [two, screen]
    assert done.short == {"laptop": 1, "tablet": 1}


def test_an_empty_stock_makes_no_slip(parc: Engine, handing: Handing) -> None:
    done = custody.arrive(parc, handing.desk, handing.person(), {"laptop": 1})

    assert done == custody.Arrival(None, {"laptop": 1})
    with pytest.raises(Refused, match="au moins un"):
        custody.arrive(parc, handing.desk, handing.person(), {})


def test_on_departure_everything_is_taken_back_with_its_accessories(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    helene = handing.person()
    handing.hand(SlipKind.ASSIGNMENT, helene, one, ticked={one: ["charger", "bag"]})
    handing.hand(SlipKind.LOAN, helene, two, ticked={two: ["mouse"]})
    shown = held(handing, helene)
    assert [(h.row.tag, h.since, list(h.accessories)) for h in shown] == [
        (one, TODAY, ["Chargeur", "Sacoche"]),
        (two, TODAY, ["Souris"]),
    ]
    assert shown[1].due_on is not None

    key, left = custody.depart(parc, handing.desk, helene, State.IN_STOCK)

    assert on_slip(handing, key) == [one, two]
    assert left == 0
    assert handing.accessories(key) == {
        (one, "charger", "returned"),
        (one, "bag", "returned"),
        (two, "mouse", "returned"),
    }
    with pytest.raises(Refused, match="Rien à reprendre"):
        custody.depart(parc, handing.desk, helene, State.IN_STOCK)
    handing.sign(key)
    assert held(handing, helene) == []
    assert device(parc, two).state == "in_stock"


def test_what_is_missing_is_told_of_the_person(parc: Engine, handing: Handing) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person()
    handing.hand(SlipKind.ASSIGNMENT, helene, tag, ticked={tag: ["charger"]})
    row = handing.hand(SlipKind.RETURN, helene, tag)

    with reading(parc) as session:
        missing = kept.missing_of(session, helene)

    assert [(slip.id, t, kind) for slip, t, kind in missing] == [
        (row.id, tag, "charger")
    ]


def test_a_name_is_forgotten_once_nothing_is_held_nor_waits(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person()
    key = handing.draft(SlipKind.ASSIGNMENT, helene, tag)
    with pytest.raises(Refused, match="attend sa signature"):
        custody.forget(parc, handing.desk, helene)
    handing.sign(key)
    with pytest.raises(Refused, match="encore du matériel"):
        custody.forget(parc, handing.desk, helene)
    handing.hand(SlipKind.RETURN, helene, tag)

    custody.forget(parc, handing.desk, helene)

    with reading(parc) as session:
        assert session.get_one(PersonRow, helene).name is None
        assert person_list.seen(session, handing.desk.viewer) == ([], False)


def test_people_are_found_by_words_with_what_they_have(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person("Hélène Dupont")
    handing.person("Bob")
    handing.hand(SlipKind.ASSIGNMENT, helene, tag)

    with reading(parc) as session:
        found, more = person_list.seen(session, handing.desk.viewer, "dupont HELENE")
        every, _ = person_list.seen(session, handing.desk.viewer)
        elsewhere, _ = person_list.seen(session, viewer_of(parc, ALICE, LOOS))

    assert [(one.row.id, one.devices) for one in found] == [(helene, 1)]
    assert not more
    assert [one.row.name for one in every] == ["Bob", "Hélène Dupont"]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("name", "email", "codes"),
    [
        ("", "", {"invalid_name"}),
        ("a\x00b", "", {"invalid_name"}),
        ("hélène  DUPONT", "", {"name_taken"}),
        ("Zoé", "pas une adresse", {"invalid_email"}),
        ("Zoé", " Zoe@Lens.Example ", set()),
    ],
)
def test_somebody_new_has_a_name_of_their_own_and_an_address_that_reads(
    parc: Engine, handing: Handing, name: str, email: str, codes: set[str]
) -> None:
    handing.person("Hélène Dupont")
    told: set[str] = set()
    with writing(parc) as session:
        try:
            row = person_list.add(session, owner_id(parc, LENS), name, email)
        except Refused as refused:
            told = {reason.code for reason in refused.reasons}
        else:
            assert row.email == (email.strip().lower() or None)

    assert told == codes


def test_a_profile_says_what_somebody_should_have(
    parc: Engine, handing: Handing
) -> None:
    person = handing.person("Hélène Dupont")
    owner = owner_id(parc, LENS)
    given = {"name": "Agent mobile", "kind": "post"}
    lines = [("laptop", "1"), ("monitor", "2")]
    number = profiles.define(parc, handing.desk, owner, given, lines)
    with reading(parc) as session:
        row = session.get_one(PersonRow, person)
        assert custody.wanted_for(session, row) == {}

    profiles.attach(parc, handing.desk, number, ["hélène  dupont"])

    with reading(parc) as session:
        row = session.get_one(PersonRow, person)
        assert custody.wanted_for(session, row) == {"laptop": 1, "monitor": 2}


def test_slips_are_listed_to_those_who_see_their_owner(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    helene = handing.person()
    signed = handing.hand(SlipKind.LOAN, helene, one)
    draft = handing.draft(SlipKind.ASSIGNMENT, handing.person("Bob"), two)

    def listed(wanted: kept.Wanted, siret: str = LENS) -> list[int]:
        with reading(parc) as session:
            viewer = viewer_of(parc, ALICE, siret)
            return [row.id for row in kept.seen(session, viewer, wanted)[0]]

    with reading(parc) as session:
        device_id = device(parc, one).id
        assert kept.drafts_count(session, handing.desk.viewer) == 1
        assert kept.counts(session, [signed.id]) == {signed.id: 1}
        assert slips.names_shown(session, [signed]) == {helene: "Hélène Dupont"}
    assert listed(kept.Wanted()) == [draft, signed.id]
    assert listed(kept.Wanted(stage=Stage.DRAFT)) == [draft]
    assert listed(kept.Wanted(kind=SlipKind.LOAN)) == [signed.id]
    assert listed(kept.Wanted(person=helene)) == [signed.id]
    assert listed(kept.Wanted(device_id=device_id)) == [signed.id]
    assert listed(kept.Wanted(), LOOS) == []
