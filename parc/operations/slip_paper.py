"""The paper of a slip, made when it is asked for: the name on it is stored nowhere."""

from datetime import datetime

from sqlmodel import Session

from parc import clock
from parc.domain.custody import (
    Signing,
    SlipKind,
    Stage,
    canonical,
    checksum,
    number_of,
    read_back,
)
from parc.domain.drawn_signature import DrawnSignature, parse_signature
from parc.operations.slips import content_of, names_shown
from parc.storage import people
from parc.storage.slip_tables import SlipRow
from reports.slip_pdf import Paper, Signed, pdf


def paper_of(session: Session, row: SlipRow) -> Paper:
    """Gather what the paper of a slip says."""
    content = content_of(session, row)
    name = names_shown(session, [row])[row.person]
    if row.frozen is None:
        cancelled = row.reason if row.stage == Stage.CANCELLED.value else ""
        draft = checksum(canonical(content))
        return Paper(content, name, draft, cancelled=cancelled)
    seal = read_back(row.frozen)[1]
    if seal is None:  # pragma: no cover - only signed slips are frozen
        message = f"slip {row.id} is frozen without a seal"
        raise ValueError(message)
    signed = Signed(
        how=Signing(seal.signing).label,
        at=clock.local(datetime.fromisoformat(seal.at)),
        before=people.actor_names(session, [seal.by]).get(seal.by, seal.by),
        checksum=row.sha256 or "",
        mark=seal.signature,
        drawn=drawn(row),
    )
    return Paper(content, name, seal.draft, signed)


def pdf_of(session: Session, row: SlipRow) -> bytes:
    """Make the PDF of a slip."""
    return pdf(paper_of(session, row))


def file_name(row: SlipRow) -> str:
    """Name the file of a slip: no name of a person is in it (decision D4)."""
    return f"bon-{number_of(SlipKind(row.kind), row.year, row.number)}.pdf"


def drawn(row: SlipRow) -> DrawnSignature | None:
    """Give the drawn signature, unless it was forgotten or is on paper."""
    return parse_signature(row.signature) if row.signature else None
