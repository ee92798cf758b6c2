"""Spends without devices, read from a file of the finance office: seen, then applied.

The file itself is not kept: what was read of it is. One owner applies one file once,
known by its checksum; each of its lines becomes a lump sum.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from imports import UnreadableError
from imports.finance import Spend, spends
from parc.domain.category import AgecCategory
from parc.domain.intake_issue import Issue
from parc.domain.purchase import (
    BUYERS,
    LONGEST_NUMBER,
    Clause,
    IndexKind,
    LineSaid,
    OrderKind,
    OrderSaid,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Condition
from parc.operations.purchases import add_order, numbered
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import finance, purchases
from parc.storage.database import writing
from parc.storage.purchase_tables import FinanceFileRow


@dataclass(frozen=True, slots=True)
class Read:
    """A line of a file and the number of the lump sum that it makes.

    `order_id`: the order that already has this number; None: none has.
    """

    spend: Spend
    number: str
    order_id: int | None


def preview(
    engine: Engine, desk: Desk, owner_id: int, content: bytes, order: str | None
) -> int:
    """Read a file; nothing is entered yet. Give the row id of what was read.

    The very same file again leads to the same row.

    Raises:
        Refused: no role for the owner, or the file cannot be read.
    """
    require(desk.viewer, owner_id, BUYERS)
    try:
        found = spends(content, order)
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error), "file"),)) from None
    if not found.lines and not found.issues:
        message = "Ce fichier n'a aucune ligne sous ses en-têtes."
        raise Refused((Refusal("empty", message, "file"),))
    sha256 = hashlib.sha256(content).hexdigest()
    with numbered(sha256[:8]), writing(engine) as session:
        row = finance.finance_file_of(session, owner_id, sha256)
        if row is not None and row.applied_at is not None:
            return row.id
        if row is None:
            row = FinanceFileRow(
                owner_id=owner_id,
                sha256=sha256,
                rows="",
                issues="",
                created_at=desk.now,
                created_by=desk.viewer.actor,
            )
        row.rows = json.dumps([_written(one) for one in found.lines])
        row.issues = json.dumps(
            [[i.line, i.column, i.code, i.value, i.message] for i in found.issues]
        )
        session.add(row)
        session.flush()
        return row.id


def apply(engine: Engine, desk: Desk, number: int) -> int:
    """Enter what was read, once; give how many lump sums were entered.

    Lines whose number an order has already are left alone.

    Raises:
        Refused: no role for the owner, or applied already.
    """
    with numbered(f"du fichier n° {number}"), writing(engine) as session:
        row = session.get_one(FinanceFileRow, number, with_for_update=True)
        require(desk.viewer, row.owner_id, BUYERS)
        if row.applied_at is not None:
            message = "Ce fichier est déjà appliqué : rien n'a été ajouté."
            raise Refused((Refusal("already_applied", message),))
        entered = 0
        for one in lines_of(session, row):
            if one.order_id is None:
                add_order(
                    session,
                    desk,
                    row.owner_id,
                    _order(one),
                    [_line(one.spend)],
                    finance_file_id=row.id,
                )
                entered += 1
        row.applied_at, row.applied_by = desk.now, desk.viewer.actor
        row.applied_count = entered
        session.add(row)
        return entered


def abandon(engine: Engine, desk: Desk, number: int) -> None:
    """Forget what was read of a file that was not applied.

    Raises:
        Refused: no role for the owner, or applied already.
    """
    with writing(engine) as session:
        row = session.get_one(FinanceFileRow, number, with_for_update=True)
        require(desk.viewer, row.owner_id, BUYERS)
        if row.applied_at is not None:
            message = "Ce fichier est appliqué : annulez plutôt chaque montant."
            raise Refused((Refusal("already_applied", message),))
        session.delete(row)


def lines_of(session: Session, row: FinanceFileRow) -> list[Read]:
    """Give what was read of a file, and which numbers orders have already."""
    read = [_read(said) for said in json.loads(row.rows)]
    numbers = _numbers(row, read)
    taken = purchases.numbers_taken(session, row.owner_id, numbers)
    return [
        Read(spend, number, taken.get(number))
        for spend, number in zip(read, numbers, strict=True)
    ]


def issues_of(row: FinanceFileRow) -> list[Issue]:
    """Give the lines of a file that could not be read, with the reason."""
    return [Issue(*said) for said in json.loads(row.issues)]


def _numbers(row: FinanceFileRow, read: Sequence[Spend]) -> list[str]:
    """Give each line a number of its own: its reference if it is told once."""
    told: dict[str, int] = {}
    for one in read:
        told[one.reference] = told.get(one.reference, 0) + 1
    return [
        one.reference[:LONGEST_NUMBER]
        if one.reference and told[one.reference] == 1
        else f"{(one.reference or f'FIN-{row.sha256[:8]}')[:40]}-L{one.line}"
        for one in read
    ]


def _order(one: Read) -> OrderSaid:
    spend = one.spend
    return OrderSaid(
        OrderKind.LUMP_SUM, one.number, spend.supplier, spend.day, spend.day, ""
    )


def _line(spend: Spend) -> LineSaid:
    return LineSaid(
        agec_category=spend.agec_category,
        category=None,
        maker="",
        model=spend.designation,
        quantity=1,
        amount_cents=spend.amount_cents,
        condition=spend.condition,
        clause=Clause.NONE,
        index_kind=IndexKind.NONE,
        index_tenths=None,
        index_class="",
        index_source="",
        index_on=None,
        ecolabel="",
        warranty_ends_on=None,
        lease_ends_on=None,
        reference="",
    )


def _written(spend: Spend) -> dict[str, Any]:
    return {
        "line": spend.line,
        "day": spend.day.isoformat(),
        "supplier": spend.supplier,
        "agec": spend.agec_category.value,
        "cents": spend.amount_cents,
        "condition": spend.condition.value,
        "reference": spend.reference,
        "designation": spend.designation,
    }


def _read(said: Mapping[str, Any]) -> Spend:
    return Spend(
        said["line"],
        date.fromisoformat(said["day"]),
        said["supplier"],
        AgecCategory(said["agec"]),
        said["cents"],
        Condition(said["condition"]),
        said["reference"],
        said["designation"],
    )
