"""Repair contracts at work: entered with their document, cancelled with a reason."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine

from parc.domain.maintenance import LEADS
from parc.domain.maintenance import REASON as REASON_OF_ORDER
from parc.domain.refusal import Refusal, Refused
from parc.domain.repair_contract import FIELDS, term_reasons
from parc.operations.repair_desk import read
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import documents, repair_contracts
from parc.storage.database import writing
from parc.storage.maintenance_tables import RepairContractRow

REASON = REASON_OF_ORDER


def enter(
    engine: Engine,
    desk: Desk,
    owner_id: int,
    given: Mapping[str, str],
    document: bytes = b"",
) -> int:
    """Enter a contract of an owner, its signed document with it; give its number.

    Raises:
        Refused: no role, wrong input, or a file of a kind that is not accepted.
    """
    require(desk.viewer, owner_id, LEADS)
    plain = {name: text for name, text in given.items() if name != "document"}
    details = read(FIELDS, plain)
    if reasons := term_reasons(details):
        raise Refused(reasons)
    upload = documents.examine(document, "document") if document else None
    ends_on = details.get("ends_on")
    with writing(engine) as session:
        if upload is not None:
            documents.keep(
                session,
                desk.documents,
                upload,
                owner_id=owner_id,
                at=desk.now,
                by=desk.viewer.actor,
            )
        row = RepairContractRow(
            owner_id=owner_id,
            name=str(details["name"]),
            siret=str(details["siret"]),
            starts_on=date.fromisoformat(str(details["starts_on"])),
            ends_on=date.fromisoformat(str(ends_on)) if ends_on else None,
            scope=str(details.get("scope") or ""),
            contact=str(details.get("contact") or ""),
            document=upload.sha256 if upload else None,
            created_at=desk.now,
            created_by=desk.viewer.actor,
        )
        session.add(row)
        session.flush()
        return row.id


def cancel(engine: Engine, desk: Desk, number: int, reason: str) -> None:
    """Cancel a contract: no new order names it; those that do keep it.

    Raises:
        Refused: no role, no reason, or it is cancelled already.
    """
    details = read((REASON,), {REASON.name: reason})
    with writing(engine) as session:
        row = repair_contracts.hold(session, number)
        require(desk.viewer, row.owner_id, LEADS)
        if row.cancelled_at is not None:
            message = "Ce contrat est déjà annulé."
            raise Refused((Refusal("closed", message),))
        row.cancelled_at, row.cancelled_by = desk.now, desk.viewer.actor
        row.cancel_reason = str(details[REASON.name])
        session.add(row)
