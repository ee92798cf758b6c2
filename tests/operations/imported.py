"""Small inventories, imported for Lens or Loos; and the whole database to compare."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from parc.domain.vocabulary import Role
from parc.operations import importing
from parc.operations.importing import Asked, Outcome
from parc.storage.database import reading, writing
from parc.storage.tables import METADATA, DeviceRow, EventRow, OwnerRow
from tests.factories import LENS, TODAY, at

HEADING = "Étiquette;N° de série;Type;Marque;Modèle"
LAPTOP = "PC-17;640HP72;PC portable;Dell;Latitude 5420"


def sheet(*rows: str, heading: str = HEADING) -> bytes:
    """Write a table as a spreadsheet saves it."""
    return "\r\n".join([heading, *rows, ""]).encode("utf-8-sig")


def table(rows: Iterable[Mapping[str, object]], headings: Iterable[str]) -> bytes:
    """Write rows given by heading."""
    titles = list(headings)
    lines = [";".join(str(row.get(title) or "") for title in titles) for row in rows]
    return sheet(*lines, heading=";".join(titles))


def imported(
    engine: Engine,
    content: bytes,
    *,
    owner: str = LENS,
    dry_run: bool = False,
    today: date = TODAY,
    date_order: str | None = None,
    file_format: str | None = None,
    roles: frozenset[Role] = frozenset(),
) -> Outcome:
    """Import a file as the command line does, and check that the counts add up."""
    opened = reading if dry_run else writing
    with opened(engine) as session:
        row = session.exec(select(OwnerRow).where(OwnerRow.siret == owner)).one()
        asked = Asked(
            content=content,
            owner=row,
            actor="command-line",
            at=at(today),
            today=today,
            date_order=date_order,
            format=file_format,
            dry_run=dry_run,
            roles=roles,
        )
        outcome = importing.run(session, asked)
    assert outcome.read == sum(counts(outcome))
    return outcome


def counts(outcome: Outcome) -> tuple[int, int, int, int, int]:
    """Give created, updated, unchanged, conflicts and rejected."""
    return (
        outcome.created,
        outcome.updated,
        outcome.unchanged,
        outcome.conflicts,
        outcome.rejected,
    )


def codes(outcome: Outcome) -> list[str]:
    """Give the codes of all remarks, in their order."""
    return [issue.code for issue in outcome.issues]


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(table.select())), key=repr
            )
            for table in METADATA.sorted_tables
        }


def device(session: Session, tag: str) -> DeviceRow:
    """Find a device by its address."""
    return session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()


def tags(engine: Engine) -> list[str]:
    """List all addresses."""
    with reading(engine) as session:
        return sorted(session.exec(select(DeviceRow.tag)))


def events(engine: Engine, tag: str) -> list[EventRow]:
    """List a device's events in order."""
    with reading(engine) as session:
        wanted = device(session, tag).id
        return list(
            session.exec(
                select(EventRow)
                .where(EventRow.device_id == wanted)
                .order_by(col(EventRow.seq))
            )
        )
