"""Files by checksum: judged by content, whole or absent, found by their owner only."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.refusal import Refused
from parc.storage import documents
from parc.storage.database import reading, writing
from tests.factories import LENS, LOOS, TODAY, at
from tests.storage.conftest import owner_row

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def archive(*names: str) -> bytes:
    """Give a zip holding empty files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, b"")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("Bon d'enlèvement n° 7".encode(), "text/plain"),
        ("Bon d'enlèvement n° 7".encode("cp1252"), "text/plain"),
        ("été;hiver\n1;2\n".encode("utf-16"), "text/csv"),
        (b"a,b\n1,2\n", "text/csv"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b'{"disks": []}', "application/json"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), documents.XLSX),
        (archive("anything.txt"), None),
        (archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), None),
        (b"PK\x03\x04 truncated", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x00\x01\x02", None),
        (b"<!DOCTYPE html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<?xml version='1.0'?><svg/>", None),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, media_type: str | None) -> None:
    assert documents.media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_document"),
        (b"a" * (documents.LARGEST + 1), "document_too_large"),
        (b"MZ\x90\x00", "document_type"),
    ],
    ids=["empty", "large", "program"],
)
def test_what_is_not_acceptable_is_refused_in_french(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        documents.examine(content, "document")

    (reason,) = refused.value.reasons
    assert (reason.code, reason.field) == (code, "document")


def test_a_document_is_kept_once_and_read_back(engine: Engine, tmp_path: Path) -> None:
    upload = documents.examine(PDF)
    for _ in range(2):
        with writing(engine) as session:
            documents.keep(
                session,
                tmp_path,
                upload,
                owner_id=owner_row(session, LENS).id,
                at=at(TODAY),
                by="U-0001",
            )

    assert upload.sha256 == hashlib.sha256(PDF).hexdigest()
    assert documents.read(tmp_path, upload.sha256) == PDF
    assert documents.stored_checksum(tmp_path, upload.sha256) == upload.sha256
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [upload.sha256]


def test_a_damaged_file_is_mended_by_handing_it_in_again(
    engine: Engine, tmp_path: Path
) -> None:
    upload = documents.examine(PDF)
    path = documents.document_path(tmp_path, upload.sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of i")
    assert documents.read(tmp_path, upload.sha256) is None

    with writing(engine) as session:
        owner_id = owner_row(session, LENS).id
        documents.keep(
            session, tmp_path, upload, owner_id=owner_id, at=at(TODAY), by="U-0001"
        )

    assert documents.read(tmp_path, upload.sha256) == PDF


def test_a_document_is_found_among_one_s_owners_only(
    engine: Engine, tmp_path: Path
) -> None:
    upload = documents.examine(PDF)
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        documents.keep(
            session, tmp_path, upload, owner_id=lens, at=at(TODAY), by="U-0001"
        )

    with reading(engine) as session:
        assert documents.find(session, [lens], upload.sha256) is not None
        assert documents.find(session, None, upload.sha256) is not None
        assert documents.find(session, [loos], upload.sha256) is None
        assert documents.find(session, [], upload.sha256) is None
