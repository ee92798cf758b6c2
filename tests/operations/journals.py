"""Journals exported and imported; what two parcs have in common."""

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from imports.journal import SHEET
from parc.domain.access import Grant, Viewer
from parc.domain.siret import with_key
from parc.domain.vocabulary import Role
from parc.operations import journal_export, reporting
from parc.operations.import_outcome import Outcome
from parc.operations.journal_import import AskedJournal, run
from parc.storage import aliases, integrity
from parc.storage.database import reading, writing
from parc.storage.tables import (
    DeviceRow,
    MediumRow,
    OwnerRow,
    OwnershipRow,
    SiteRow,
)
from reports.render.table_files import (
    Field,
    Row,
    csv_blocks,
    json_lines,
    write_xlsx,
)
from tests.factories import TODAY, at
from tests.operations.imported import counts

AT = at(TODAY)
MEURCHIN = with_key("216205732", "0001")
DEVICES = 300
KINDS = ("csv", "xlsx", "jsonl")
EVERYBODY = Viewer("U-AL1CE000", frozenset({Grant(Role.AUDITOR, None)}))
Empty = Callable[[], Engine]


def in_form(kind: str, title: str, fields: list[Field], rows: Iterator[Row]) -> bytes:
    """Write a table in one of the three forms."""
    if kind == "csv":
        return b"".join(csv_blocks(fields, rows))
    if kind == "jsonl":
        return b"".join(json_lines(fields, rows))
    file = io.BytesIO()
    write_xlsx(title, fields, rows, file)
    return file.getvalue()


def exported(engine: Engine, kind: str = "jsonl", *owners: str) -> bytes:
    """Export the events of all owners, or of some."""
    with reading(engine) as session:
        ids = None
        if owners:
            wanted = col(OwnerRow.siret).in_(owners)
            ids = list(session.exec(select(OwnerRow.id).where(wanted)))
        rows = journal_export.event_rows(session, ids)
        return in_form(kind, SHEET, list(journal_export.FIELDS), rows)


def taken(
    engine: Engine, content: bytes, *, today: date = TODAY, dry_run: bool = False
) -> Outcome:
    """Import a journal, and check that the counts add up."""
    opened = reading if dry_run else writing
    with opened(engine) as session:
        asked = AskedJournal(content, "command-line", at(today), today, dry_run)
        outcome = run(session, asked)
    assert outcome.read == sum(counts(outcome))
    return outcome


def picture(engine: Engine) -> dict[str, dict[str, object]]:
    """Describe every device without the numbers of rows, which are one's own."""
    with reading(engine) as session:
        owners = {row.id: row.siret for row in session.exec(select(OwnerRow))}
        sites = {row.id: row.name for row in session.exec(select(SiteRow))}
        left = aliases.left(session)
        return {
            row.tag: {
                **row.model_dump(
                    exclude={"id", "owner_id", "manager_id", "site_id", "product_id"}
                ),
                "owner": owners[row.owner_id],
                "manager": owners[row.manager_id],
                "site": sites.get(row.site_id or 0),
                "media": companions(session, MediumRow, row.id, {}),
                "owned": companions(session, OwnershipRow, row.id, owners),
                "left": sorted(left.get(row.id, set())),
            }
            for row in session.exec(select(DeviceRow))
        }


def companions(
    session: Session,
    table: type[MediumRow] | type[OwnershipRow],
    device_id: int,
    owners: Mapping[int, str],
) -> list[object]:
    """List a device's media or owners."""
    rows = session.exec(select(table).where(table.device_id == device_id))
    told = [row.model_dump(exclude={"device_id"}) for row in rows]
    for values in told:
        if "owner_id" in values:
            values["owner_id"] = owners[values["owner_id"]]
    return sorted(told, key=str)


def owners_of(engine: Engine) -> list[dict[str, object]]:
    """Describe the owners."""
    with reading(engine) as session:
        sirets = {row.id: row.siret for row in session.exec(select(OwnerRow))}
        return [
            {
                **row.model_dump(exclude={"id", "manager_id"}),
                "manager": sirets.get(row.manager_id or 0),
            }
            for row in session.exec(select(OwnerRow).order_by(col(OwnerRow.siret)))
        ]


def figures(engine: Engine) -> list[object]:
    """Compute the REEN figures of two years, of all owners and of each."""
    with reading(engine) as session:
        owners = list(session.exec(select(OwnerRow).order_by(col(OwnerRow.siret))))
        return [
            reporting.to_json(reporting.reen(session, some, year, AT))
            for year in (2024, 2025)
            for some in (owners, *([owner] for owner in owners))
        ]


def findings(engine: Engine, folder: Path) -> list[integrity.Finding]:
    """Check everything, as `parc db check` does."""
    with reading(engine) as session:
        return list(integrity.check(session, folder))
