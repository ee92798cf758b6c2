"""Photos and files through the browser: judged, shown, downloaded, removed."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.vocabulary import State
from parc.storage.database import reading
from parc.storage.tables import AttachmentRow
from tests.htmx import parsed
from tests.storage.test_pictures import a_photo, huge_png
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import PDF, reach
from tests.web.test_device_page import in_section, text_of, words
from tests.web.test_notes import transferred

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def sent(
    client: TestClient, tag: str, *files: tuple[str, bytes], caption: str = ""
) -> int:
    """Send files; return the status."""
    answer = client.post(
        f"/devices/{tag}/attachments",
        data={"caption": caption},
        files=[("files", file) for file in files],
    )
    return answer.status_code


def rows(engine: Engine) -> list[AttachmentRow]:
    """Read all attachments, in order."""
    with reading(engine) as session:
        return sorted(session.exec(select(AttachmentRow)), key=lambda row: row.id)


def stored(settings: Settings) -> list[Path]:
    """List the files kept on the disk."""
    return [p for p in (settings.data_dir / "documents").rglob("*") if p.is_file()]


def photos_shown(client: TestClient, tag: str) -> str:
    """Read the section of photos and files."""
    return text_of(in_section(client.get(f"/devices/{tag}").text, "photos-title"))


def test_several_photos_and_files_come_at_once_and_are_shown(
    alice: TestClient, auditor: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    photo = a_photo((640, 480), kind="WEBP")

    assert (
        sent(alice, tag, ("a.jpg", photo), ("b.exe", PDF), caption="Dos & étiquette")
        == 303
    )

    page = auditor.get(f"/devices/{tag}").text
    (image,) = [e for e in parsed(page).walk() if e.name == "img"]
    picture, paper = rows(engine)
    assert image.attributes == {
        "src": f"/attachments/{picture.id}/thumbnail",
        "alt": "Dos & étiquette",
        "width": "320",
        "height": "240",
        "loading": "lazy",
    }
    assert f'href="/attachments/{paper.id}"' in page
    assert "24/11/2026, alice" in photos_shown(auditor, tag)


def test_a_photo_without_caption_has_words_in_its_place(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    sent(alice, tag, ("a.jpg", a_photo()))

    root = parsed(alice.get(f"/devices/{tag}").text)
    (alt,) = [e.attributes["alt"] for e in root.walk() if e.name == "img"]
    assert alt == "Photo du 24/11/2026, sans légende"


def test_a_photo_is_shown_and_any_other_file_is_downloaded(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    sent(alice, make_device(), ("a.png", a_photo(kind="PNG")), ("b.pdf", PDF))
    picture, paper = rows(engine)

    photo = alice.get(f"/attachments/{picture.id}")
    small = alice.get(f"/attachments/{picture.id}/thumbnail")
    file = alice.get(f"/attachments/{paper.id}")

    assert photo.headers["content-disposition"].startswith("inline")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content == PDF
    for answer in (photo, small):
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8\xff")
    for answer in (photo, small, file):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (
            answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        )
        assert answer.headers["cache-control"] == "no-store"
    assert alice.get(f"/attachments/{paper.id}/thumbnail").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (SVG, "JPEG, PNG ou WebP"),
        (b"GIF89a" + b"\0" * 20, "JPEG, PNG ou WebP"),
        (huge_png(60_000, 60_000), "trop de pixels"),
        (a_photo()[:-300], "illisible"),
        (b"\xff\xd8\xff\xe0" + SVG, "illisible"),
        (b"", "vide"),
    ],
)
def test_one_wrong_file_keeps_all_out_and_is_named(  # noqa: PLR0917 - fixtures
    alice: TestClient,
    engine: Engine,
    settings: Settings,
    make_device: MakeDevice,
    wrong: bytes,
    reason: str,
) -> None:
    tag = make_device()
    answer = alice.post(
        f"/devices/{tag}/attachments",
        data={"caption": "Vue de dos"},
        files=[("files", ("a.jpg", a_photo())), ("files", ("photo.png", wrong))],
    )

    assert answer.status_code == 422
    assert "Fichier 2 (photo.png) :" in words(answer.text)
    assert reason in words(answer.text)
    assert 'value="Vue de dos"' in answer.text
    assert rows(engine) == []
    assert stored(settings) == []


def test_no_file_and_too_many_are_refused_in_french(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    none = alice.post(f"/devices/{tag}/attachments", data={"caption": "x"})
    many = [("files", (f"{n}.txt", f"Notice {n}".encode())) for n in range(11)]
    eleven = alice.post(f"/devices/{tag}/attachments", files=many)

    assert none.status_code == eleven.status_code == 422
    assert "au moins un fichier" in words(none.text)
    assert "10 photos et fichiers au plus" in words(eleven.text)
    assert rows(engine) == []


def test_the_name_of_a_file_is_kept_nowhere(
    alice: TestClient, engine: Engine, settings: Settings, make_device: MakeDevice
) -> None:
    tag = make_device()
    sent(alice, tag, ("Jean Martin.pdf", PDF))

    assert "Martin" not in alice.get(f"/devices/{tag}").text
    assert "Martin" not in str(rows(engine)[0].model_dump())
    headers = alice.get(f"/attachments/{rows(engine)[0].id}").headers
    assert "Martin" not in str(headers)


def test_what_is_removed_is_hidden_and_the_page_says_by_whom(
    alice: TestClient,
    bob: TestClient,
    auditor: TestClient,
    engine: Engine,
    make_device: MakeDevice,
) -> None:
    tag = make_device()
    sent(alice, tag, ("a.jpg", a_photo()), caption="Vue de dos")
    (row,) = rows(engine)
    assert auditor.post(f"/attachments/{row.id}/remove").status_code == 403

    assert bob.post(f"/attachments/{row.id}/remove").status_code == 303

    page = alice.get(f"/devices/{tag}").text
    assert "<img" not in page
    assert "Vue de dos (24/11/2026, alice), retiré le 24/11/2026 à 13:00 par bob" in (
        words(page)
    )
    assert alice.get(f"/attachments/{row.id}").status_code == 200
    assert auditor.get(f"/attachments/{row.id}").status_code == 404
    assert auditor.get(f"/attachments/{row.id}/thumbnail").status_code == 404
    assert bob.post(f"/attachments/{row.id}/remove").status_code == 409


def test_another_owner_neither_opens_nor_removes_it(
    alice: TestClient,
    charlie: TestClient,
    anonymous: TestClient,
    engine: Engine,
    make_device: MakeDevice,
) -> None:
    tag = make_device()
    sent(alice, tag, ("a.jpg", a_photo()))
    (row,) = rows(engine)

    for path in ("", "/thumbnail"):
        assert charlie.get(f"/attachments/{row.id}{path}").status_code == 404
        assert anonymous.get(f"/attachments/{row.id}{path}").status_code == 303
    assert charlie.post(f"/attachments/{row.id}/remove").status_code == 404
    assert sent(charlie, tag, ("b.jpg", a_photo())) == 404
    assert len(rows(engine)) == 1


def test_the_next_owner_does_not_see_the_photos_of_the_one_before(
    alice: TestClient,
    charlie: TestClient,
    engine: Engine,
    make_device: MakeDevice,
    record: Record,
) -> None:
    tag = reach(make_device, record, State.DECOMMISSIONED)
    sent(alice, tag, ("a.jpg", a_photo()), caption="Bureau de Lens")
    transferred(record, tag)

    page = charlie.get(f"/devices/{tag}")
    assert page.status_code == 200
    assert "Bureau de Lens" not in page.text
    assert charlie.get(f"/attachments/{rows(engine)[0].id}").status_code == 404


def test_the_same_photo_again_adds_nothing_and_says_so(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    assert sent(alice, tag, ("a.jpg", a_photo())) == 303
    assert sent(alice, tag, ("b.jpg", a_photo())) == 303

    assert len(rows(engine)) == 1
    assert "déjà joint" in words(alice.get(f"/devices/{tag}").text)


@pytest.mark.parametrize("number", ["0", "x", "9" * 15, "9" * 40])
def test_what_is_no_attachment_is_not_found(alice: TestClient, number: str) -> None:
    assert alice.get(f"/attachments/{number}").status_code == 404
