"""Reports of erasure received: each file once for an owner, kept as it came."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from imports import UnreadableError
from imports.erasure.report import read_report
from parc.domain.erasure import SETTLERS
from parc.domain.refusal import Refusal, Refused
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import documents, erasures
from parc.storage.database import reading, writing

_MEDIA_TYPES = {b"%PDF": "application/pdf", b"{": "application/json"}
_TEXT, _XML = "text/plain", "application/xml"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: the report's row id, or the reasons why not."""

    name: str
    number: int | None = None
    again: bool = False
    reasons: tuple[str, ...] = ()


def take(
    engine: Engine,
    desk: Desk,
    owner_id: int,
    files: Iterable[tuple[str, bytes]],
    told_on: date | None = None,
) -> list[Taken]:
    """Receive files, each apart; the very same one again leads to the same report.

    Raises:
        Refused: no role for the owner, a day to come, or no file.
    """
    require(desk.viewer, owner_id, SETTLERS)
    given = list(files)
    if not given:
        message = "Choisissez un ou plusieurs fichiers."
        raise Refused((Refusal("missing_field", message, "files"),))
    if told_on is not None and told_on > desk.today:
        message = "« Jour de l'effacement » : ce jour n'est pas encore venu."
        raise Refused((Refusal("future", message, "told_on"),))
    return [_take(engine, desk, owner_id, *file, told_on) for file in given]


def _take(  # noqa: PLR0917 - what, where, who
    engine: Engine,
    desk: Desk,
    owner_id: int,
    name: str,
    content: bytes,
    told_on: date | None,
) -> Taken:
    try:
        read = read_report(content)
        upload = _examined(content)
    except UnreadableError as error:
        return Taken(name, reasons=(str(error),))
    except Refused as refused:
        return Taken(name, reasons=tuple(r.message for r in refused.reasons))
    try:
        with writing(engine) as session:
            known = erasures.same_report(session, owner_id, upload.sha256)
            if known is not None:
                return Taken(name, known.id, again=True)
            documents.keep(
                session,
                desk.documents,
                upload,
                owner_id=owner_id,
                at=desk.now,
                by=desk.viewer.actor,
            )
            row = erasures.add_report(
                session,
                owner_id,
                upload.sha256,
                read.format,
                read.records,
                told_on,
                desk.now,
                desk.viewer.actor,
            )
            return Taken(name, row.id)
    except IntegrityError:
        with reading(engine) as session:
            known = erasures.same_report(session, owner_id, upload.sha256)
        return Taken(name, known.id if known else None, again=True)


def _examined(content: bytes) -> documents.Upload:
    """Give a file that was read as a report its kind: logs hold any control sign."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = next((v for k, v in _MEDIA_TYPES.items() if head.startswith(k)), _TEXT)
    if head.startswith(b"<"):
        kind = _XML
    if not content or len(content) > documents.LARGEST:
        documents.examine(content, "files")
    return documents.Upload(content, hashlib.sha256(content).hexdigest(), kind)
