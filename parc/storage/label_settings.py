"""What an owner's people set for its labels: texts, own stock, printers' profiles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.storage.label_tables import LabelPrinterRow, LabelStockRow, LabelTextRow
from parc.storage.tables import OwnerRow

KEEPERS = (
    Role.ADMIN,
    Role.FLEET_LEAD,
    Role.TECHNICIAN,
    Role.COMMUNE_MANAGER,
    Role.REUSE_OFFICER,
)
"""Who prints labels, and sets how they are printed."""

MOST = 100
"""Stocks, or printers, of one owner."""

LONGEST_NAME, LONGEST_LINE = 60, 80
MICROMETRES, MILLIONTHS = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Texts:
    """What an owner's labels say besides the tag."""

    name: str
    return_to: str


def may_keep(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody prints labels for an owner."""
    return not viewer.roles(owner_id).isdisjoint(KEEPERS)


def texts_of(session: Session, owner_ids: Collection[int]) -> dict[int, Texts]:
    """Give the texts of owners: those set, else their name and nothing secret."""
    wanted = sorted(set(owner_ids))
    owners = session.exec(select(OwnerRow).where(col(OwnerRow.id).in_(wanted)))
    texts = {row.id: Texts(row.name, f"Rapporter à : {row.name}") for row in owners}
    rows = session.exec(
        select(LabelTextRow).where(col(LabelTextRow.owner_id).in_(wanted))
    )
    return texts | {row.owner_id: Texts(row.name, row.return_to) for row in rows}


def set_texts(
    session: Session, owner_id: int, texts: Texts, at: datetime, actor: str
) -> None:
    """Change what an owner's labels say; a return line may be empty.

    Raises:
        Refused: too long, no name, or signs that no label can show.
    """
    said = Texts(" ".join(texts.name.split()), " ".join(texts.return_to.split()))
    reasons = [
        *_line_reasons("name", "Propriétaire", said.name, LONGEST_NAME, needed=True),
        *_line_reasons(
            "return_to", "Rapporter à", said.return_to, LONGEST_LINE, needed=False
        ),
    ]
    if reasons:
        raise Refused(tuple(reasons))
    row = session.get(LabelTextRow, owner_id) or LabelTextRow(
        owner_id=owner_id, name="", return_to="", changed_at=at, changed_by=actor
    )
    row.name, row.return_to = said.name, said.return_to
    row.changed_at, row.changed_by = at, actor
    session.add(row)
    session.flush()


def stocks(session: Session, owner_ids: Collection[int] | None) -> list[LabelStockRow]:
    """List the stock that was added for owners (None: for all), by name."""
    wanted = select(LabelStockRow).order_by(
        col(LabelStockRow.name), col(LabelStockRow.id)
    )
    if owner_ids is not None:
        wanted = wanted.where(col(LabelStockRow.owner_id).in_(sorted(owner_ids)))
    return list(session.exec(wanted))


def add_stock(
    session: Session, row: LabelStockRow, *, replacing: LabelStockRow | None = None
) -> LabelStockRow:
    """Keep a stock that was checked, new or in place of what it was.

    Raises:
        Refused: another of the owner has its name, or there are too many.
    """
    known = stocks(session, [row.owner_id])
    others = [o for o in known if replacing is None or o.id != replacing.id]
    _require_free(row.name, (o.name for o in others), len(others))
    if replacing is not None:
        replacing.sqlmodel_update(
            {
                "name": row.name,
                "definition": row.definition,
                "changed_at": row.changed_at,
                "changed_by": row.changed_by,
            }
        )
        row = replacing
    session.add(row)
    session.flush()
    return row


def printers(
    session: Session, owner_ids: Collection[int] | None
) -> list[LabelPrinterRow]:
    """List the printers' profiles of owners (None: of all), by name."""
    wanted = select(LabelPrinterRow).order_by(
        col(LabelPrinterRow.name), col(LabelPrinterRow.id)
    )
    if owner_ids is not None:
        wanted = wanted.where(col(LabelPrinterRow.owner_id).in_(sorted(owner_ids)))
    return list(session.exec(wanted))


def keep_printer(session: Session, row: LabelPrinterRow) -> LabelPrinterRow:
    """Keep a printer's profile; one of that name is replaced.

    Raises:
        Refused: no name, or too many of them.
    """
    known = printers(session, [row.owner_id])
    same = next((o for o in known if o.name.casefold() == row.name.casefold()), None)
    reasons = _line_reasons("name", "Nom", row.name, LONGEST_NAME, needed=True)
    if reasons:
        raise Refused(tuple(reasons))
    if same is None:
        _require_free(row.name, (), len(known))
        same = row
    else:
        same.sqlmodel_update(
            row.model_dump(exclude={"id", "owner_id"}, exclude_unset=True)
        )
    session.add(same)
    session.flush()
    return same


def remove(session: Session, row: LabelStockRow | LabelPrinterRow) -> None:
    """Forget a stock or a printer; what was printed with it keeps it by value."""
    session.delete(row)
    session.flush()


def _require_free(name: str, names: Iterable[str], number: int) -> None:
    if name.casefold() in {other.casefold() for other in names}:
        message = f"« {name} » existe déjà."
        raise Refused((Refusal("name_taken", message, "name"),))
    if number >= MOST:
        message = f"{MOST} au plus : supprimez-en d'abord."
        raise Refused((Refusal("too_many", message, "name"),))


def _line_reasons(
    field: str, label: str, text: str, most: int, *, needed: bool
) -> list[Refusal]:
    if needed and not text:
        return [Refusal("missing_field", f"« {label} » est à renseigner.", field)]
    # Labels are set in a font of Western European signs.
    writable = text.isprintable() and text == text.encode("cp1252", "ignore").decode(
        "cp1252"
    )
    if len(text) > most or not writable:
        message = f"« {label} » : {most} lettres, chiffres et signes usuels au plus."
        return [Refusal("invalid_field", message, field)]
    return []
