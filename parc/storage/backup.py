"""Save everything into one file, and put it back; any database to any database.

The file is a zip: `manifest.json` (schema, counts, checksums), one JSON-lines
file per table, the documents by checksum. Rows are read in one transaction, so
the picture is consistent while others go on working.
"""

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Date, DateTime, Engine, MetaData, Table, text

from parc.domain.refusal import Refusal, Refused
from parc.storage import schema
from parc.storage.database import connect
from parc.storage.documents import document_path
from parc.storage.tables import METADATA

FORMAT = "parc-backup-1"
_BATCH = 2_000
_COPY = 1 << 20
_LEFT_OUT = frozenset({"web_session", "sign_in_attempt"})
"""Signed-in browsers and failed sign-ins are not worth keeping."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,  # a method of compression that no backup uses
    RuntimeError,  # marked as encrypted
    ValueError,  # no JSON, no UTF-8
    OSError,
)
"""What reading a damaged file may come to."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds: rows by table, and documents."""

    rows: dict[str, int]
    documents: int
    schema: str


def save(
    engine: Engine,
    documents: Path,
    target: Path,
    at: datetime,
    progress: Progress = lambda _: None,
) -> Saved:
    """Write a backup to `target`; the file appears only when it is whole.

    Raises:
        Refused: a document is missing from the store: the backup would lie.
    """
    partial = target.with_name(target.name + ".partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            saved = _write(engine, documents, archive, at, progress)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return saved


def verify(source: Path) -> Saved:
    """Check a backup's checksums and that its rows load into a fresh database.

    Raises:
        Refused: the file is not a backup, or is damaged; says where.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'verified.db'}")
        try:
            return restore(engine, Path(folder) / "documents", source)
        finally:
            engine.dispose()


def restore(
    engine: Engine, documents: Path, source: Path, *, replace: bool = False
) -> Saved:
    """Load a backup into `engine` and `documents`, then bring the schema up to date.

    Everything is checked before anything is written, and the database changes
    in one transaction.

    Raises:
        Refused: not a backup, damaged, or the database is not empty and
            `replace` was not asked.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _verified_manifest(archive)
            with engine.execution_options(writes=True).begin() as connection:
                _make_room(connection, replace=replace)
                schema.upgrade_connection(connection, manifest["schema"])
                rows = _load(connection, archive)
                _restore_documents(archive, documents)
    except _DAMAGE as error:
        message = (
            f"Ce fichier n'est pas une sauvegarde de parc, ou il est abîmé : {error}."
        )
        raise Refused((Refusal("not_a_backup", message),)) from error
    schema.upgrade(engine)
    return Saved(rows, manifest["documents"], manifest["schema"])


def _write(
    engine: Engine,
    documents: Path,
    archive: zipfile.ZipFile,
    at: datetime,
    progress: Progress,
) -> Saved:
    checksums: dict[str, str] = {}
    rows: dict[str, int] = {}
    isolation = {"isolation_level": "REPEATABLE READ"}
    options = {} if engine.dialect.name == "sqlite" else isolation
    with engine.connect().execution_options(**options) as connection:
        version = schema.revision(connection)
        for table in METADATA.sorted_tables:
            if table.name in _LEFT_OUT:
                continue
            progress(table.name)
            name = f"tables/{table.name}.jsonl"
            with archive.open(name, "w", force_zip64=True) as out:
                rows[table.name], checksums[name] = _dump(connection, table, out)
        stored = connection.execute(text("SELECT DISTINCT sha256 FROM document"))
        kept = [str(value) for value in stored.scalars()]
    progress("documents")
    for sha256 in kept:
        path = document_path(documents, sha256)
        if not path.is_file():
            message = f"La pièce {sha256[:12]}… manque dans le dossier des documents."
            raise Refused((Refusal("document_missing", message),))
        archive.write(path, f"documents/{sha256}")
    manifest = {
        "format": FORMAT,
        "saved_at": at.isoformat(),
        "schema": version,
        "rows": rows,
        "documents": len(kept),
        "sha256": checksums,
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Saved(rows, len(kept), version)


def _dump(connection: Connection, table: Table, out: IO[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    streamed = connection.execution_options(yield_per=_BATCH).execute(
        table.select().order_by(*table.primary_key.columns)
    )
    for row in streamed:
        values = [_plain(value) for value in row]
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
        if count == 0:
            line = json.dumps([c.name for c in table.columns]) + "\n" + line
        digest.update(line.encode())
        out.write(line.encode())
        count += 1
    return count, digest.hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _verified_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest["format"] != FORMAT:
        raise KeyError(manifest["format"])
    for name, expected in manifest["sha256"].items():
        if _checksum(archive, name) != expected:
            raise zipfile.BadZipFile(name)
    stored = [n for n in archive.namelist() if n.startswith("documents/")]
    if len(stored) != manifest["documents"]:
        missing = "documents"
        raise zipfile.BadZipFile(missing)
    for name in stored:
        if _checksum(archive, name) != name.removeprefix("documents/"):
            raise zipfile.BadZipFile(name)
    return manifest


def _checksum(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as stream:
        while block := stream.read(_COPY):
            digest.update(block)
    return digest.hexdigest()


def _make_room(connection: Connection, *, replace: bool) -> None:
    present = MetaData()
    present.reflect(connection)
    owners = present.tables.get("owner")
    empty = owners is None or not connection.execute(owners.select().limit(1)).first()
    if not (empty or replace):
        message = (
            "La base n'est pas vide : rien n'a été restauré. Ajoutez --replace "
            "pour remplacer son contenu."
        )
        raise Refused((Refusal("not_empty", message),))
    present.drop_all(connection)


def _load(connection: Connection, archive: zipfile.ZipFile) -> dict[str, int]:
    present = MetaData()
    present.reflect(connection)
    counts: dict[str, int] = {}
    for table in present.sorted_tables:
        name = f"tables/{table.name}.jsonl"
        if name not in archive.namelist():
            continue
        with archive.open(name) as stream:
            counts[table.name] = 0
            for batch in _batches(stream, table):
                connection.execute(table.insert(), batch)
                counts[table.name] += len(batch)
        _resume_numbering(connection, table)
    return counts


def _batches(stream: IO[bytes], table: Table) -> Iterator[list[dict[str, object]]]:
    header = stream.readline()
    if not header:
        return
    columns = [table.columns[name] for name in json.loads(header)]
    batch: list[dict[str, object]] = []
    for line in stream:
        values = json.loads(line)
        batch.append(
            {
                column.name: _typed(column.type, value)
                for column, value in zip(columns, values, strict=True)
            }
        )
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _typed(kind: object, value: Any) -> object:
    if value is not None and isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    if value is not None and isinstance(kind, Date):
        return date.fromisoformat(value)
    return value


def _resume_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's sequences go on after the highest restored number."""
    if connection.dialect.name == "sqlite" or "id" not in table.columns:
        return
    name = table.name
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": name}
    ).scalar()
    if sequence is not None:
        connection.execute(
            text(f"SELECT setval(:sequence, max(id)) FROM {name} HAVING max(id) > 0"),  # noqa: S608 - a table of ours
            {"sequence": sequence},
        )


def _restore_documents(archive: zipfile.ZipFile, documents: Path) -> None:
    for name in archive.namelist():
        if not name.startswith("documents/"):
            continue
        path = document_path(documents, name.removeprefix("documents/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as stream, path.open("wb") as out:
            while block := stream.read(_COPY):
                out.write(block)
