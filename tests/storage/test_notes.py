"""Notes are added, withdrawn once, never rewritten, and read by their owner only."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from parc.domain.access import Grant, Viewer
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.storage import notes
from parc.storage.database import reading, writing
from parc.storage.tables import NoteRow
from tests.factories import ALICE, BOB, LENS, LOOS, TODAY, at
from tests.storage.conftest import a_laptop, owner_row

NOON = at(TODAY)


def viewer_of(owner_id: int | None, *roles: Role, actor: str = BOB.id) -> Viewer:
    """Give somebody with roles for an owner."""
    return Viewer(actor, frozenset(Grant(role, owner_id) for role in roles))


@pytest.fixture
def note(engine: Engine) -> NoteRow:
    """Give a note that Alice wrote on a laptop of Lens."""
    with writing(engine) as session:
        laptop = a_laptop(session)
        return notes.write(session, laptop, " Coque\r\nrayée ", by=ALICE.id, at=NOON)


def test_a_note_keeps_what_was_said_by_whom_and_when(note: NoteRow) -> None:
    assert (note.text, note.author, note.written_at) == (
        "Coque\nrayée",
        ALICE.id,
        NOON,
    )


@pytest.mark.parametrize("text", ["", " \n ", "a" * 2_001, "a\x00b", "\ud800"])
def test_nothing_too_much_or_unreadable_is_refused(engine: Engine, text: str) -> None:
    with writing(engine) as session:
        laptop = a_laptop(session)
        with pytest.raises(Refused, match="Nouvelle note"):
            notes.write(session, laptop, text, by=ALICE.id, at=NOON)

    with reading(engine) as session:
        assert notes.notes_of(session, viewer_of(None, Role.AUDITOR), laptop.id) == []


def test_a_withdrawn_note_keeps_its_text_and_who_first_withdrew_it(
    engine: Engine, note: NoteRow
) -> None:
    with writing(engine) as session:
        row = session.get_one(NoteRow, note.id)
        notes.withdraw(session, row, by=BOB.id, at=NOON)
        with pytest.raises(Refused, match="déjà retirée"):
            notes.withdraw(session, row, by=ALICE.id, at=NOON + timedelta(days=1))

    with reading(engine) as session:
        row = session.get_one(NoteRow, note.id)
        assert (row.text, row.withdrawn_by, row.withdrawn_at) == (
            "Coque\nrayée",
            BOB.id,
            NOON,
        )


def test_its_author_or_a_fleet_lead_withdraws_a_note(
    engine: Engine, note: NoteRow
) -> None:
    with reading(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id

    def may(owner_id: int, role: Role, actor: str = BOB.id) -> bool:
        return notes.may_withdraw(viewer_of(owner_id, role, actor=actor), note)

    assert may(lens, Role.FLEET_LEAD)
    assert may(lens, Role.TECHNICIAN, ALICE.id)
    assert not may(lens, Role.TECHNICIAN)
    assert not may(lens, Role.AUDITOR, ALICE.id)
    assert not may(loos, Role.FLEET_LEAD)
    assert not may(loos, Role.TECHNICIAN, ALICE.id)


def test_who_only_reads_does_not_write() -> None:
    assert notes.may_write(viewer_of(1, Role.SIGNATORY), 1)
    for role in (Role.AUDITOR, Role.PARTNER, Role.AGENT):
        assert not notes.may_write(viewer_of(1, role), 1)
    assert not notes.may_write(viewer_of(2, Role.ADMIN), 1)


def test_notes_are_read_the_latest_first_by_those_who_see_their_owner(
    engine: Engine, note: NoteRow
) -> None:
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS), owner_row(session, LOOS)
        laptop = a_laptop(session, serial="S2")
        first = notes.write(session, laptop, "Une", by=ALICE.id, at=NOON)
        laptop.owner_id = loos.id  # given to Loos since
        session.flush()
        second = notes.write(session, laptop, "Deux", by=BOB.id, at=NOON)
        laptop.owner_id = lens.id
        mine, theirs = (viewer_of(owner.id, Role.TECHNICIAN) for owner in (lens, loos))
        everywhere = viewer_of(None, Role.AUDITOR)

        def read(viewer: Viewer) -> list[str]:
            return [n.text for n in notes.notes_of(session, viewer, laptop.id)]

        assert read(everywhere) == ["Deux", "Une"]
        assert (read(mine), read(theirs)) == (["Une"], ["Deux"])
        assert notes.find(session, theirs, first.id) is None
        assert notes.find(session, theirs, second.id) is second
        assert notes.find(session, everywhere, 10**9) is None
