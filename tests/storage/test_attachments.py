"""Photos and files of a device: all or none, bounded, hidden but never lost."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.storage import attachments, documents
from parc.storage.attachments import Received
from parc.storage.database import reading, writing
from parc.storage.tables import AttachmentRow, DeviceRow, DocumentRow
from tests.factories import ALICE, BOB, LENS, LOOS, TODAY, at
from tests.storage.conftest import a_laptop, owner_row
from tests.storage.test_notes import viewer_of
from tests.storage.test_pictures import a_photo

NOON = at(TODAY)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def a_text(number: int) -> Received:
    """Give a file unlike the others."""
    return attachments.examine(f"Notice n° {number}".encode())


def added(
    session: Session,
    folder: Path,
    device: DeviceRow,
    *received: Received,
    caption: str = "",
) -> list[AttachmentRow]:
    """Add files as Alice."""
    return attachments.add(
        session, folder, device, received, caption, by=ALICE.id, at=NOON
    )


def count(engine: Engine) -> tuple[int, int]:
    """Count attachments and documents."""
    with reading(engine) as session:
        return (
            len(session.exec(select(AttachmentRow)).all()),
            len(session.exec(select(DocumentRow)).all()),
        )


def test_a_photo_is_kept_as_our_own_with_its_small_one(
    engine: Engine, tmp_path: Path
) -> None:
    sent = a_photo((640, 480), kind="PNG")
    with writing(engine) as session:
        (row,) = added(
            session,
            tmp_path,
            a_laptop(session),
            attachments.examine(sent),
            caption="Dos",
        )

    assert (row.media_type, row.width, row.height) == ("image/jpeg", 640, 480)
    assert (row.caption, row.added_by, row.added_at) == ("Dos", ALICE.id, NOON)
    for sha256 in (row.sha256, row.thumbnail):
        assert sha256
        content = documents.read(tmp_path, sha256)
        assert content
        assert content.startswith(b"\xff\xd8\xff")
        assert content != sent


def test_any_other_file_is_kept_as_it_is(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        (row,) = added(session, tmp_path, a_laptop(session), attachments.examine(PDF))

    assert (row.media_type, row.thumbnail) == ("application/pdf", None)
    assert documents.read(tmp_path, row.sha256) == PDF


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"a" * (documents.LARGEST + 1), "dépasse"),
        (a_photo() + b"\0" * documents.LARGEST, "dépasse"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG, PNG ou WebP"),
        (b"<?xml version='1.0'?><svg/>", "JPEG, PNG ou WebP"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "JPEG, PNG ou WebP"),
        (b"GIF89a\x01\x00\x01\x00", "JPEG, PNG ou WebP"),
        (b"MZ\x90\x00\x03", "JPEG, PNG ou WebP"),
        (b"PK\x03\x04", "JPEG, PNG ou WebP"),
        (b"\xff\xd8\xff<script>alert(1)</script>", "illisible"),
    ],
)
def test_what_is_not_accepted_is_refused_in_french(content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        attachments.examine(content)

    assert {r.field for r in refused.value.reasons} == {"files"}


def test_more_than_a_device_may_show_is_refused_whole(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        laptop = a_laptop(session)
        added(session, tmp_path, laptop, *(a_text(n) for n in range(9)))
    before = count(engine)

    with (
        pytest.raises(Refused, match="en a déjà 9"),
        writing(engine) as session,
    ):
        added(session, tmp_path, laptop, a_text(10), a_text(11))
    assert count(engine) == before == (9, 9)

    with writing(engine) as session:
        added(session, tmp_path, laptop, a_text(10))
    assert count(engine)[0] == attachments.MOST


def test_what_is_removed_leaves_room_and_stays_with_who_removed_it(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        laptop = a_laptop(session)
        rows = added(session, tmp_path, laptop, *(a_text(n) for n in range(10)))
        attachments.remove(session, rows[0], by=BOB.id, at=NOON)
        with pytest.raises(Refused, match="déjà retiré"):
            attachments.remove(session, rows[0], by=ALICE.id, at=NOON)
        added(session, tmp_path, laptop, a_text(10))

    with reading(engine) as session:
        row = session.get_one(AttachmentRow, rows[0].id)
        assert (row.removed_by, row.removed_at) == (BOB.id, NOON)
        assert documents.read(tmp_path, row.sha256)


def test_the_same_file_twice_is_shown_once_until_it_is_removed(
    engine: Engine, tmp_path: Path
) -> None:
    photo = attachments.examine(a_photo())
    with writing(engine) as session:
        laptop = a_laptop(session)
        (row,) = added(session, tmp_path, laptop, photo, photo)
        assert added(session, tmp_path, laptop, photo) == []
        attachments.remove(session, row, by=ALICE.id, at=NOON)
        assert len(added(session, tmp_path, laptop, photo)) == 1


@pytest.mark.parametrize("caption", ["a" * 201, "a\x00b"])
def test_nothing_is_kept_with_a_wrong_caption(
    engine: Engine, tmp_path: Path, caption: str
) -> None:
    with pytest.raises(Refused, match="Légende"), writing(engine) as session:
        added(session, tmp_path, a_laptop(session), a_text(1), caption=caption)

    assert count(engine) == (0, 0)
    assert not list(tmp_path.iterdir())


def test_no_file_at_all_is_refused(engine: Engine, tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match="au moins un fichier"),
        writing(engine) as session,
    ):
        added(session, tmp_path, a_laptop(session))


def test_it_is_opened_by_those_who_see_its_owner_and_once_removed_by_the_lead(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        (row,) = added(session, tmp_path, a_laptop(session), a_text(1))
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        reader = viewer_of(lens, Role.AUDITOR)
        author = viewer_of(lens, Role.TECHNICIAN, actor=ALICE.id)
        other = viewer_of(lens, Role.TECHNICIAN)
        lead = viewer_of(lens, Role.FLEET_LEAD)
        stranger = viewer_of(loos, *Role, actor=ALICE.id)
        everyone = (reader, author, other, lead, stranger)

        def who_opens() -> list[bool]:
            return [attachments.find(session, v, row.id) is row for v in everyone]

        def who_removes() -> list[bool]:
            return [attachments.may_remove(viewer, row) for viewer in everyone]

        assert who_opens() == [True, True, True, True, False]
        assert who_removes() == [False, True, False, True, False]
        attachments.remove(session, row, by=ALICE.id, at=NOON)
        assert who_opens() == [False, False, False, True, False]
        assert not any(who_removes())
        assert attachments.attachments_of(session, stranger, row.device_id) == []
        assert attachments.attachments_of(session, reader, row.device_id) == [row]


def test_a_later_owner_has_all_the_room_of_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        laptop = a_laptop(session)
        added(session, tmp_path, laptop, *(a_text(n) for n in range(10)))
        laptop.owner_id = owner_row(session, LOOS).id
        session.flush()
        (row,) = added(session, tmp_path, laptop, a_text(1))

        assert row.owner_id == laptop.owner_id
        theirs = select(DocumentRow.owner_id).where(
            col(DocumentRow.sha256) == row.sha256
        )
        assert len(session.exec(theirs).all()) == 2
