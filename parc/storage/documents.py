"""Files that people hand in, kept by checksum: their original name is not kept."""

import csv
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from parc.domain.refusal import Refusal, Refused
from parc.storage.tables import DocumentRow

LARGEST = 20 * 1024 * 1024
"""Bytes; a scanned convention of many pages stays well below."""

EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/xml": ".xml",
    "application/json": ".json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""What is accepted, and the extension it leaves with."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_BLOCK = 1 << 20
_SAMPLE_LINES = 20
_CONTROLS = frozenset(range(32)) - set(b"\t\n\r\f")
_ACTIVE = ("<!doctype html", "<html", "<svg", "<script")
_EXPECTED = (
    "formats acceptés : PDF, PNG, JPEG, texte, CSV, XML, JSON, classeur Excel (.xlsx)"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file received and examined, not stored yet."""

    content: bytes
    sha256: str
    media_type: str


def documents_dir(data_dir: Path) -> Path:
    """Tell where documents are kept inside the data directory."""
    return data_dir / "documents"


def examine(
    content: bytes, field: str | None = None, *, largest: int = LARGEST
) -> Upload:
    """Judge a received file by its content, never by its name.

    Raises:
        Refused: empty, too large, or of a kind that is not accepted; `field`
            names the input at fault.
    """
    if not content:
        raise Refused((Refusal("empty_document", "Le fichier est vide.", field),))
    if len(content) > largest:
        message = f"Le fichier dépasse {largest >> 20}\u00a0Mio."
        raise Refused((Refusal("document_too_large", message, field),))
    media_type = media_type_of(content)
    if media_type is None:
        message = f"Ce fichier n'est pas d'un format accepté ({_EXPECTED})."
        raise Refused((Refusal("document_type", message, field),))
    return Upload(content, hashlib.sha256(content).hexdigest(), media_type)


def media_type_of(content: bytes) -> str | None:
    """Recognise an accepted kind of file from its bytes; None for all others."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(content) else None
    text = _decoded(content)
    return None if text is None else _text_type(text)


def keep(
    session: Session,
    folder: Path,
    upload: Upload,
    *,
    owner_id: int,
    at: datetime,
    by: str,
    purge_on: date | None = None,
) -> DocumentRow:
    """Store a file for an owner; the same file twice is one document.

    The file is on the disk, whole, before the transaction that names it ends.
    """
    _write(document_path(folder, upload.sha256), upload.content)
    known = session.get(DocumentRow, (upload.sha256, owner_id))
    if known is not None:
        # Kept for another use too: as long as the longest of them.
        until = known.purge_on
        if until is not None and (purge_on is None or purge_on > until):
            known.purge_on = purge_on
            session.add(known)
            session.flush()
        return known
    row = DocumentRow(
        sha256=upload.sha256,
        owner_id=owner_id,
        size=len(upload.content),
        media_type=upload.media_type,
        received_at=at,
        received_by=by,
        purge_on=purge_on,
    )
    session.add(row)
    session.flush()
    return row


def forget_due(session: Session, today: date) -> list[str]:
    """Forget the documents whose day has come; give the files that nobody needs.

    `drop` them once the transaction is over: a file goes after what names it.
    """
    due = session.exec(
        select(DocumentRow).where(
            col(DocumentRow.purge_on).is_not(None), col(DocumentRow.purge_on) <= today
        )
    ).all()
    for row in due:
        session.delete(row)
    session.flush()
    gone = {row.sha256 for row in due}
    others = session.exec(
        select(DocumentRow.sha256).where(col(DocumentRow.sha256).in_(sorted(gone)))
    )
    return sorted(gone - set(others))


def drop(folder: Path, checksums: Iterable[str]) -> None:
    """Remove files that no row names any more."""
    for sha256 in checksums:
        document_path(folder, sha256).unlink(missing_ok=True)


def find(
    session: Session, owner_ids: Iterable[int] | None, sha256: str
) -> DocumentRow | None:
    """Look a document up among those of some owners (None: of all of them)."""
    wanted = select(DocumentRow).where(DocumentRow.sha256 == sha256)
    if owner_ids is not None:
        wanted = wanted.where(col(DocumentRow.owner_id).in_(list(owner_ids)))
    return session.exec(wanted.limit(1)).first()


def read(folder: Path, sha256: str) -> bytes | None:
    """Read a stored file; None when it is missing or no longer itself."""
    try:
        content = document_path(folder, sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def document_path(folder: Path, sha256: str) -> Path:
    """Tell where a document lies: two levels keep directories small."""
    return folder / sha256[:2] / sha256[2:4] / sha256


def stored_checksum(folder: Path, sha256: str) -> str | None:
    """Recompute the SHA-256 of a stored document; None when it is missing."""
    digest = hashlib.sha256()
    try:
        with document_path(folder, sha256).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    if stored_checksum(path.parents[2], path.name) == path.name:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=".incoming-", delete=False
    ) as file:
        partial = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _is_workbook(content: bytes) -> bool:
    """Tell a workbook without macros from any other zip, unpacking nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    wanted = {"[Content_Types].xml", "xl/workbook.xml"}
    return wanted <= names and "xl/vbaProject.bin" not in names


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _CONTROLS.isdisjoint(content):
        encodings = ["utf-8-sig", "cp1252"]
    else:
        return None
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _text_type(text: str) -> str | None:
    start = text.lstrip()
    # A page or a drawing may carry scripts: nobody needs one as evidence.
    if any(mark in start[:1_000].lower() for mark in _ACTIVE):
        return None
    if start.startswith("<?xml"):
        return "application/xml"
    if start.startswith(("{", "[")) and _is_json(start):
        return "application/json"
    return "text/csv" if _is_table(start) else "text/plain"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    for separator in ";\t,":
        try:
            widths = Counter(map(len, csv.reader(lines, delimiter=separator)))
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and max(widths) > 1:
            return True
    return False
