"""Orders: entered, corrected until something is delivered, then only cancelled.

One function a use case. Lump sums of the finance office and gifts received are
orders of their own kind.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.category import AgecCategory
from parc.domain.purchase import (
    BUYERS,
    Clause,
    IndexKind,
    LineSaid,
    OrderKind,
    OrderSaid,
    kept_amount,
    read_line,
    read_order,
)
from parc.domain.purchasing import Bought
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Condition
from parc.operations.selection import Desk
from parc.operations.stocktakes import plain, require
from parc.storage import purchases
from parc.storage.database import writing
from parc.storage.purchase_tables import LineRow, OrderRow

Typed = Mapping[str, object]
MOST_LINES = 200
"""Lines of one order."""

_FROZEN = (
    "Une livraison a été reçue : les lignes sont figées. Annulez ce qui ne viendra "
    "pas, avec un motif, ou ajoutez une ligne."
)
_CANCELLED = "Cette commande est annulée."


def enter(engine: Engine, desk: Desk, owner_id: int, typed: Typed) -> int:
    """Enter an order with its first line; give its row id.

    Raises:
        Refused: no role for that owner, or with everything that is to be corrected.
    """
    require(desk.viewer, owner_id, BUYERS)
    order, line = _read(desk, typed)
    with numbered(order.number), writing(engine) as session:
        _free(session, owner_id, order.number)
        return add_order(session, desk, owner_id, order, [line]).id


def add_order(
    session: Session,
    desk: Desk,
    owner_id: int,
    order: OrderSaid,
    lines: list[LineSaid],
    *,
    finance_file_id: int | None = None,
) -> OrderRow:
    """Write an order with its lines, inside the caller's transaction."""
    row = OrderRow(
        owner_id=owner_id,
        **_texts(order),
        created_at=desk.now,
        created_by=desk.viewer.actor,
        finance_file_id=finance_file_id,
    )
    session.add(row)
    session.flush()
    for position, line in enumerate(lines, 1):
        session.add(_line_row(desk, row.id, position, line))
    session.flush()
    return row


def correct(engine: Engine, desk: Desk, number: int, typed: Typed) -> None:
    """Correct the heading of an order of which nothing was delivered.

    Raises:
        Refused: no role, frozen, cancelled, or what is to be corrected.
    """
    wanted = str(typed.get("number", ""))
    with numbered(wanted), writing(engine) as session:
        row = _held(session, desk, number)
        _require_open(session, row)
        order = read_order(typed, desk.today)
        refusals: list[Refusal] = []
        if order.number != row.number:
            refusals += _taken(session, row.owner_id, order.number)
        if order.kind.value != row.kind:
            refusals += _kind_changed(session, row, order.kind)
        if refusals:
            raise Refused(tuple(refusals))
        for name, value in _texts(order).items():
            setattr(row, name, value)
        _touch(desk, row)
        session.add(row)


def add_line(engine: Engine, desk: Desk, number: int, typed: Typed) -> int:
    """Add a line to an order, delivered or not; give its row id.

    Raises:
        Refused: no role, cancelled, too many lines, or what is to be corrected.
    """
    with writing(engine) as session:
        row = _held(session, desk, number)
        if row.cancelled_at is not None:
            raise _refused("cancelled", _CANCELLED)
        line = read_line(typed, OrderKind(row.kind), resources.categories())
        position = purchases.next_position(session, row.id)
        if position > MOST_LINES:
            raise _refused("too_many", f"Une commande a {MOST_LINES} lignes au plus.")
        added = _line_row(desk, row.id, position, line)
        session.add(added)
        session.flush()
        return added.id


def correct_line(
    engine: Engine, desk: Desk, number: int, line_id: int, typed: Typed
) -> None:
    """Correct a line of an order of which nothing was delivered.

    Raises:
        Refused: no role, frozen, cancelled, unknown line, or what is to be corrected.
    """
    with writing(engine) as session:
        row = _held(session, desk, number)
        _require_open(session, row)
        line = _line(session, row, line_id)
        said = read_line(typed, OrderKind(row.kind), resources.categories())
        for name, value in _line_texts(said).items():
            setattr(line, name, value)
        _touch(desk, line)
        session.add(line)


def remove_line(engine: Engine, desk: Desk, number: int, line_id: int) -> None:
    """Take a line away while nothing was delivered; the last one stays.

    Raises:
        Refused: no role, frozen, cancelled, unknown or only line.
    """
    with writing(engine) as session:
        row = _held(session, desk, number)
        _require_open(session, row)
        line = _line(session, row, line_id)
        if len(purchases.lines_of(session, [row.id])[row.id]) == 1:
            message = "C'est la seule ligne : corrigez-la, ou annulez la commande."
            raise _refused("only_line", message)
        session.delete(line)
        _touch(desk, row)
        session.add(row)


def cancel(
    engine: Engine, desk: Desk, number: int, reason: str, line_id: int | None = None
) -> None:
    """Cancel what has not come of a line, or of the whole order, with a reason.

    What has come stays and still counts; nothing is erased.

    Raises:
        Refused: no role, no reason, unknown line, or nothing left to cancel.
    """
    with writing(engine) as session:
        row = _held(session, desk, number)
        reason = plain(reason)
        if not reason:
            raise _refused("missing_field", "« Motif » est à renseigner.", "reason")
        lines = purchases.lines_of(session, [row.id])[row.id]
        if line_id is not None:
            lines = [_line(session, row, line_id)]
        came = purchases.received(session, [line.id for line in lines])
        cancelled = 0
        for line in lines:
            units = came[line.id].units if line.id in came else 0
            rest = line.quantity - line.cancelled_quantity - units
            if rest <= 0:
                continue
            cancelled += rest
            line.cancelled_quantity += rest
            line.cancelled_at, line.cancelled_by = desk.now, desk.viewer.actor
            line.cancel_reason = reason
            session.add(line)
        if not cancelled:
            message = "Il n'y a plus rien à annuler : tout est reçu ou déjà annulé."
            raise _refused("nothing_left", message)
        if line_id is None:
            row.cancelled_at, row.cancelled_by = desk.now, desk.viewer.actor
            row.cancel_reason = reason
            session.add(row)


def bought(session: Session, owner_id: int, year: int) -> list[Bought]:
    """Give the lines that count in a year, without what was cancelled of them."""
    return [
        bought_of(order, line)
        for order, line in purchases.counted_lines(session, owner_id, year)
    ]


def bought_of(order: OrderRow, line: LineRow) -> Bought:
    """Give a line as the indicators count it."""
    kind = resources.categories().get(line.category or "")
    return Bought(
        key=line.id,
        kind=OrderKind(order.kind),
        ordered_on=order.ordered_on,
        spent_on=order.spent_on,
        agec_category=AgecCategory(line.agec_category),
        category=line.category,
        accessory=kind.accessory if kind else False,
        units=line.quantity - line.cancelled_quantity,
        amount_cents=kept_amount(
            line.amount_cents, line.quantity, line.cancelled_quantity
        ),
        condition=Condition(line.condition),
        clause=Clause(line.clause),
        index_kind=IndexKind(line.index_kind),
        index_tenths=line.index_tenths,
        ecolabel=line.ecolabel,
    )


def may_buy(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody enters orders for an owner."""
    return not viewer.roles(owner_id).isdisjoint(BUYERS)


def is_open(session: Session, row: OrderRow) -> bool:
    """Tell whether an order may still be corrected."""
    return row.cancelled_at is None and not purchases.anything_received(session, row.id)


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Say that a number is taken when somebody else took it at the same moment.

    Raises:
        Refused: it is; nothing was recorded.
    """
    try:
        yield
    except IntegrityError:
        message = f"« Numéro » : {number} vient d'être pris par quelqu'un d'autre."
        raise _refused("number_taken", message, "number") from None


def _read(desk: Desk, typed: Typed) -> tuple[OrderSaid, LineSaid]:
    """Read the heading and the first line, and say everything that is wrong."""
    refusals: list[Refusal] = []
    order: OrderSaid | None = None
    line: LineSaid | None = None
    try:
        order = read_order(typed, desk.today)
    except Refused as refused:
        refusals += refused.reasons
    wanted = str(typed.get("kind", ""))
    kind = next((one for one in OrderKind if one.value == wanted), OrderKind.ORDER)
    try:
        line = read_line(typed, kind, resources.categories())
    except Refused as refused:
        refusals += refused.reasons
    if order is None or line is None:
        raise Refused(tuple(refusals))
    return order, line


def _held(session: Session, desk: Desk, number: int) -> OrderRow:
    row = purchases.hold(session, number)
    require(desk.viewer, row.owner_id, BUYERS)
    return row


def _require_open(session: Session, row: OrderRow) -> None:
    if row.cancelled_at is not None:
        raise _refused("cancelled", _CANCELLED)
    if purchases.anything_received(session, row.id):
        raise _refused("frozen", _FROZEN)


def _line(session: Session, row: OrderRow, line_id: int) -> LineRow:
    line = purchases.line_of(session, row.id, line_id)
    if line is None:
        raise _refused("unknown_line", "Cette ligne n'est plus dans la commande.")
    return line


def _kind_changed(
    session: Session, row: OrderRow, kind: OrderKind
) -> tuple[Refusal, ...]:
    """Refuse a kind that the lines, as they are, do not fit."""
    lines = purchases.lines_of(session, [row.id])[row.id]
    if kind is OrderKind.LUMP_SUM and any(line.category for line in lines):
        message = "« Nature » : une ligne suit du matériel, ce n'est pas un forfait."
        return (Refusal("invalid_field", message, "kind"),)
    if kind is OrderKind.GIFT and not all(line.reference for line in lines):
        message = "« Nature » : donnez d'abord la référence de la valeur de chaque don."
        return (Refusal("invalid_field", message, "kind"),)
    return ()


def _free(session: Session, owner_id: int, number: str) -> None:
    if refusals := _taken(session, owner_id, number):
        raise Refused(refusals)


def _taken(session: Session, owner_id: int, number: str) -> tuple[Refusal, ...]:
    if purchases.under_number(session, owner_id, number) is None:
        return ()
    message = f"« Numéro » : ce propriétaire a déjà une commande {number}."
    return (Refusal("number_taken", message, "number"),)


def _texts(order: OrderSaid) -> dict[str, Any]:
    return {**asdict(order), "kind": order.kind.value}


def _line_texts(line: LineSaid) -> dict[str, Any]:
    return {
        **asdict(line),
        "agec_category": line.agec_category.value,
        "condition": line.condition.value,
        "clause": line.clause.value,
        "index_kind": line.index_kind.value,
    }


def _line_row(desk: Desk, order_id: int, position: int, line: LineSaid) -> LineRow:
    return LineRow(
        order_id=order_id,
        position=position,
        **_line_texts(line),
        created_at=desk.now,
        created_by=desk.viewer.actor,
    )


def _touch(desk: Desk, row: OrderRow | LineRow) -> None:
    row.changed_at, row.changed_by = desk.now, desk.viewer.actor


def _refused(code: str, message: str, field: str | None = None) -> Refused:
    return Refused((Refusal(code, message, field),))
