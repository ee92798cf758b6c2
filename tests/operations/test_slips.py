"""Slips: drafted, numbered without a hole, kept as they were signed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.custody import MOST_DEVICES, SlipKind
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations import slips
from parc.operations.slip_signing import Signed, is_intact, scanned
from parc.operations.slips import Draft
from parc.storage import documents, integrity
from parc.storage import slips as kept_slips
from parc.storage.database import reading, writing
from parc.storage.people import purge_person
from parc.storage.slip_tables import SlipRow
from parc.storage.tables import PersonRow
from tests.factories import ALICE, BOB, LOOS, TODAY, at
from tests.operations.counting import (
    device,
    laptops,
    owner_id,
    site_id,
    viewer_of,
)
from tests.operations.handing import PDF, Handing, at_once, handing_of, record

ASSIGNMENT, LOAN, RETURN = SlipKind.ASSIGNMENT, SlipKind.LOAN, SlipKind.RETURN


@pytest.fixture
def handing(parc: Engine, tmp_path: Path) -> Handing:
    """Seat Alice."""
    return handing_of(parc, tmp_path)


def test_a_slip_is_of_one_owner_even_for_who_works_for_two(
    parc: Engine, handing: Handing
) -> None:
    (own,) = laptops(parc, 1)
    (theirs,) = laptops(parc, 1, owner=LOOS)
    viewer = handing.desk.viewer
    grants = viewer.grants | viewer_of(parc, ALICE, LOOS).grants
    desk = replace(handing.desk, viewer=replace(viewer, grants=grants))
    both = replace(handing, desk=desk)

    with pytest.raises(Refused, match=f"{theirs} : ce matériel est à un autre"):
        both.draft(ASSIGNMENT, handing.person(), own, theirs)


def test_a_signed_slip_stays_as_it_was_whatever_becomes_of_the_device(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    row = handing.hand(ASSIGNMENT, handing.person(), tag, ticked={tag: ["bag"]})
    before = row.frozen
    record(parc, tag, Action.DESCRIBE, serial="CORRIGE-1", maker="Autre")

    after = handing.row(row.id)
    with reading(parc) as session:
        content = slips.content_of(session, after)

    assert after.frozen == before
    assert is_intact(after)
    assert content.lines[0].serial == f"SER-{tag}"
    for attempt in (
        lambda: slips.revise(parc, handing.desk, row.id, Draft(TODAY, [tag])),
        lambda: slips.cancel(parc, handing.desk, row.id, "Erreur"),
        lambda: handing.sign(row.id),
    ):
        with pytest.raises(Refused, match="signé"):
            attempt()


def test_a_slip_changed_in_the_database_is_found_out(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    row = handing.hand(ASSIGNMENT, handing.person(), tag)
    assert row.frozen is not None
    row.frozen = row.frozen.replace(tag, "LL-999999-Z")

    assert not is_intact(row)


def test_a_paper_is_forgotten_when_its_day_comes_and_the_slip_stays(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    helene, folder = handing.person(), handing.desk.documents
    kept = handing.sign(
        handing.draft(ASSIGNMENT, helene, one), Signed(scan=scanned(PDF))
    )
    until = TODAY.replace(year=TODAY.year + 5)
    later = handing.on(TODAY + timedelta(days=30))
    again = handing.draft(ASSIGNMENT, helene, two)
    row = later.sign(again, Signed(scan=scanned(PDF)))
    assert row.scan == kept.scan

    def night(day: date) -> list[str]:
        with writing(parc) as session:
            gone = documents.forget_due(session, day)
        documents.drop(folder, gone)
        return gone

    assert (
        night(until + timedelta(days=5)) == []
    )  # the later of the two slips still needs it
    assert night(until + timedelta(days=31)) == [row.scan]
    assert documents.read(folder, row.scan or "") is None
    assert is_intact(handing.row(row.id))
    with reading(parc) as session:
        assert list(integrity.check(session, folder)) == []


def test_the_check_of_the_database_finds_a_slip_that_was_changed_or_removed(
    parc: Engine, handing: Handing
) -> None:
    one, two = laptops(parc, 2)
    first = handing.hand(ASSIGNMENT, handing.person(), one)
    second = handing.draft(ASSIGNMENT, handing.person(), two)

    def found(**changed: object) -> list[str]:
        with writing(parc) as session:
            row = session.get_one(SlipRow, first.id)
            for name, value in changed.items():
                setattr(row, name, value)
            session.add(row)
        with reading(parc) as session:
            findings = integrity.check(session, handing.desk.documents)
            return [one.message for one in findings if one.code == "slip"]

    assert found() == []
    assert found(signature="1,1 90,90") == [
        "la signature n'est plus celle qui a été dessinée"
    ]
    assert found(frozen="{}", signature=first.signature) == [
        "son contenu a changé depuis sa signature"
    ]
    with writing(parc) as session:
        for line, _ in kept_slips.lines(session, second):
            session.delete(line)
        session.flush()
        session.delete(session.get_one(SlipRow, second))
    assert found(frozen=first.frozen) == ["il manque un numéro"]


def test_nobody_signs_nothing(parc: Engine, handing: Handing) -> None:
    (tag,) = laptops(parc, 1)
    key = handing.draft(ASSIGNMENT, handing.person(), tag)

    with pytest.raises(Refused, match="Signez"):
        handing.sign(key, Signed())
    assert device(parc, tag).state == "in_stock"


def test_numbers_follow_by_owner_kind_and_year_and_a_cancelled_one_keeps_its_own(
    parc: Engine, handing: Handing
) -> None:
    tags = laptops(parc, 3)
    helene = handing.person()
    first = handing.draft(ASSIGNMENT, helene, tags[0])
    slips.cancel(parc, handing.desk, first, "Fait deux fois.")
    with pytest.raises(Refused):
        handing.draft(ASSIGNMENT, helene, "INCONNU-9")
    second = handing.draft(ASSIGNMENT, helene, tags[0])
    loan = handing.draft(LOAN, helene, tags[1])
    later = handing.on(TODAY.replace(year=2027)).draft(ASSIGNMENT, helene, tags[2])

    rows = [handing.row(key) for key in (first, second, loan, later)]

    assert [(r.year, r.number) for r in rows] == [
        (2026, 1),
        (2026, 2),
        (2026, 1),
        (2027, 1),
    ]
    assert (rows[0].stage, rows[0].reason) == ("cancelled", "Fait deux fois.")


def test_a_slip_is_not_cancelled_without_a_reason(
    parc: Engine, handing: Handing
) -> None:
    key = handing.draft(ASSIGNMENT, handing.person(), *laptops(parc, 1))

    with pytest.raises(Refused, match="Motif"):
        slips.cancel(parc, handing.desk, key, "  \x00 ")


def test_drafts_made_at_once_leave_no_hole(parc: Engine, handing: Handing) -> None:
    tags = laptops(parc, 6)
    helene = handing.person()

    assert not at_once(lambda n: handing.draft(ASSIGNMENT, helene, tags[n]), 6)

    with reading(parc) as session:
        numbers = session.exec(select(SlipRow.number)).all()
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_draft_says_everything_that_is_wrong_with_it(
    parc: Engine, handing: Handing
) -> None:
    (own,) = laptops(parc, 1)
    elsewhere = site_id(parc, "Mairie", LOOS)
    for codes, words in (
        ([], "au moins un matériel"),
        ([own, "JAMAIS-VU"], "JAMAIS-VU"),
    ):
        with pytest.raises(Refused, match=words):
            handing.draft(ASSIGNMENT, handing.person(), *codes)
    with pytest.raises(Refused, match="site n'est pas connu"):
        handing.draft(ASSIGNMENT, handing.person(), own, site=elsewhere)
    with pytest.raises(Refused, match="personne inconnue"):
        handing.draft(ASSIGNMENT, "P-00000000", own)
    assert MOST_DEVICES >= 40


def test_devices_and_people_of_another_owner_are_out_of_reach(
    parc: Engine, handing: Handing
) -> None:
    (theirs,) = laptops(parc, 1, owner=LOOS)
    with pytest.raises(Refused):
        handing.draft(ASSIGNMENT, handing.person(), theirs)
    with writing(parc) as session:
        session.add(
            PersonRow(id="P-12345678", owner_id=owner_id(parc, LOOS), name="Zoé")
        )
    with pytest.raises(Refused, match="personne inconnue"):
        handing.draft(ASSIGNMENT, "P-12345678", *laptops(parc, 1))


def test_who_is_no_technician_reads_only(parc: Engine, handing: Handing) -> None:
    (tag,) = laptops(parc, 1)
    key = handing.draft(ASSIGNMENT, handing.person(), tag)
    bob = handing.by(BOB)

    for attempt in (
        lambda: bob.draft(ASSIGNMENT, handing.person(), tag),
        lambda: bob.sign(key),
        lambda: slips.cancel(parc, bob.desk, key, "Non"),
        lambda: slips.revise(parc, bob.desk, key, Draft(TODAY, [tag])),
    ):
        with pytest.raises(Refused, match="Réservé"):
            attempt()


def test_a_purged_name_takes_the_drawn_signature_along_and_leaves_the_slip(
    parc: Engine, handing: Handing
) -> None:
    (tag,) = laptops(parc, 1)
    helene = handing.person("Hélène Dupont", "helene@lens.example")
    row = handing.hand(ASSIGNMENT, helene, tag)
    assert row.frozen is not None
    assert "Dupont" not in row.frozen
    with writing(parc) as session:
        purge_person(session, helene, at(TODAY))

    after = handing.row(row.id)

    assert after.signature is None
    assert is_intact(after)
    with reading(parc) as session:
        person = session.get_one(PersonRow, helene)
        assert (person.name, person.email) == (None, None)
        assert slips.names_shown(session, [after]) == {helene: f"{helene} (nom effacé)"}
