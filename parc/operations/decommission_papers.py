"""The papers of a decided list: drawn once from what was frozen, kept, sent again.

The list is frozen with their numbers first: drawing takes time, and nobody waits for
it. What was frozen gives the same bytes whenever it is drawn.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine

from parc import clock
from parc.domain.decommissioning import Paper, read_back
from parc.domain.refusal import Refusal, Refused
from parc.operations.decommission_deciding import is_intact
from parc.operations.selection import Desk
from parc.storage import decommissions, documents
from parc.storage.database import reading, writing
from parc.storage.decommission_tables import DecommissionListRow
from reports.decommission_pdf import Decided, certificate, report

_DRAWN: Mapping[Paper, Callable[[Decided], bytes]] = {
    Paper.REPORT: report,
    Paper.CERTIFICATE: certificate,
}
_NONE = "Cette liste n'a pas ce document."
_BROKEN = (
    "Cette liste n'est plus ce qui a été décidé : aucun document n'en est tiré. "
    "Lancez « parc db check » et prévenez l'administrateur."
)
_LOST = "Le document gardé est absent ou a changé : lancez « parc db check »."


def keep(engine: Engine, desk: Desk, key: int) -> None:
    """Draw and keep the papers of a decided list that are not kept yet.

    Raises:
        Refused: the list is not what was decided.
    """
    with reading(engine) as session:
        row = session.get_one(DecommissionListRow, key)
        wanted = [paper for paper in _papers(row) if _kept(row, paper) is None]
        if not wanted:
            return
        decided = decided_of(row)
    uploads = {paper: documents.examine(_DRAWN[paper](decided)) for paper in wanted}
    with writing(engine) as session:
        row = decommissions.hold(session, key)
        for paper, upload in uploads.items():
            documents.keep(
                session,
                desk.documents,
                upload,
                owner_id=row.owner_id,
                at=desk.now,
                by=desk.viewer.actor,
            )
            if paper is Paper.REPORT:
                row.report_pdf = upload.sha256
            else:
                row.certificate_pdf = upload.sha256
        session.add(row)


def paper_of(engine: Engine, desk: Desk, key: int, paper: Paper) -> bytes:
    """Give a paper as it was kept; draw it when a crash came before that.

    Raises:
        Refused: there is none, or it is no longer itself.
    """
    keep(engine, desk, key)
    with reading(engine) as session:
        row = session.get_one(DecommissionListRow, key)
    sha256 = _kept(row, paper)
    if sha256 is None:
        raise Refused((Refusal("not_found", _NONE),))
    content = documents.read(desk.documents, sha256)
    if content is None:
        raise Refused((Refusal("lost", _LOST),))
    return content


def file_name(row: DecommissionListRow, paper: Paper) -> str:
    """Name the file of a paper."""
    act = read_back(row.frozen or "")[1] if row.frozen else None
    number = "" if act is None else act.report
    name = "pv-reforme"
    if paper is Paper.CERTIFICATE:
        number = "" if act is None else act.certificate
        name = "certificat-administratif"
    return f"{name}-{number}.pdf"


def decided_of(row: DecommissionListRow) -> Decided:
    """Gather what the papers of a list say.

    Raises:
        Refused: it is not decided, or no longer what was decided.
    """
    if row.frozen is None or row.sha256 is None or not is_intact(row):
        raise Refused((Refusal("broken", _BROKEN),))
    content, act = read_back(row.frozen)
    if act is None:  # pragma: no cover - only decided lists are frozen
        raise Refused((Refusal("broken", _BROKEN),))
    at = clock.local(datetime.fromisoformat(act.at))
    return Decided(content, act, at, row.sha256)


def _papers(row: DecommissionListRow) -> list[Paper]:
    numbers = {Paper.REPORT: row.report, Paper.CERTIFICATE: row.certificate}
    return [paper for paper, number in numbers.items() if number is not None]


def _kept(row: DecommissionListRow, paper: Paper) -> str | None:
    return row.report_pdf if paper is Paper.REPORT else row.certificate_pdf
