"""Accounting numbers and their devices; the finance ledger compared with them.

Nothing here is written to a device. What was compared is kept by value.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from imports import UnreadableError
from imports.fields import without_vat
from imports.finance import Ledger, ledger
from parc import resources
from parc.domain.depreciation import net_book_value, years_for
from parc.domain.intake_issue import Issue
from parc.domain.purchase import BUYERS
from parc.domain.reconciliation import (
    Compared,
    Held,
    LedgerLine,
    Reconciled,
    reconcile,
)
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import GONE, HELD, State
from parc.operations.mapping import vat_rate
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import finance
from parc.storage.database import reading, writing
from parc.storage.purchase_tables import ReconciliationRow

LISTS = (
    ("only_ledger", "Au fichier des finances, pas dans parc"),
    ("only_parc", "Dans parc, pas au fichier des finances"),
    ("value_differs", "Valeurs différentes"),
    ("quantity_differs", "Quantités différentes"),
)
_DAYS = ("ledger_on", "oldest")


@dataclass(frozen=True, slots=True)
class Account:
    """An accounting number: its devices in the accounts, and what they are worth.

    `net_cents` is their net book value on the day asked, for information; `unpriced`
    have no price, `undated` no acquisition day: neither has a net value.
    """

    number: str
    devices: int
    value_cents: int
    net_cents: int
    unpriced: int
    undated: int
    left: int
    oldest: date | None
    designation: str


@dataclass(frozen=True, slots=True)
class Made:
    """A reconciliation as it was kept; `issues` are lines that were not compared."""

    result: Reconciled
    issues: tuple[Issue, ...]
    lines: int
    without_number: int


def accounts(session: Session, owner_id: int, day: date) -> list[Account]:
    """Give an owner's accounting numbers, by number.

    Devices count until they are réformé or gone; a lost one until its réforme.
    """
    law = resources.law()
    found: list[Account] = []
    for number, rows in _by_number(session, owner_id):
        devices = value = net = unpriced = undated = left = 0
        oldest: date | None = None
        label = ""
        for state, facts, shown, decommissioned in rows:
            if decommissioned or State(state) in GONE:
                left += 1
                continue
            devices += 1
            label = label or shown
            told = json.loads(facts)
            price, bought = told.get("price_cents"), told.get("acquired_on")
            on = date.fromisoformat(bought) if bought else None
            if on is not None:
                oldest = min(oldest or on, on)
            if price is None:
                unpriced += 1
                continue
            value += price
            if on is None:
                undated += 1
            else:
                net += net_book_value(price, on, day, years_for(law, on))
        found.append(
            Account(number, devices, value, net, unpriced, undated, left, oldest, label)
        )
    return found


def compare(
    engine: Engine,
    desk: Desk,
    owner_id: int,
    content: bytes,
    *,
    with_vat: bool,
    order: str | None = None,
) -> int:
    """Compare the finance ledger with the inventory; give the row id of the result.

    `with_vat`: the ledger's values include VAT; it is taken off at the rate of the
    day of the acquisition, and a cent a unit makes no difference.

    Raises:
        Refused: no role for the owner, or the file cannot be read.
    """
    require(desk.viewer, owner_id, BUYERS)
    try:
        read = ledger(content, order)
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error), "file"),)) from None
    if not read.lines:
        message = "Ce fichier n'a aucune ligne avec un numéro d'inventaire."
        raise Refused((Refusal("empty", message, "file"),))
    lines = list(_without_vat(read)) if with_vat else read.lines
    with reading(engine) as session:
        held = [
            Held(
                one.number,
                one.devices,
                one.value_cents,
                one.unpriced,
                one.left,
                one.designation,
                one.oldest,
            )
            for one in accounts(session, owner_id, desk.today)
        ]
        apart = finance.counts_without_number(session, owner_id, HELD)
    result = reconcile(lines, held, cents_a_unit=1 if with_vat else 0)
    made = Made(result, tuple(read.issues), len(lines), apart)
    with writing(engine) as session:
        row = ReconciliationRow(
            owner_id=owner_id,
            sha256=hashlib.sha256(content).hexdigest(),
            with_vat=with_vat,
            made_at=desk.now,
            made_by=desk.viewer.actor,
            result=json.dumps(asdict(made), default=str, ensure_ascii=False),
        )
        session.add(row)
        session.flush()
        return row.id


def made_of(row: ReconciliationRow) -> Made:
    """Read a reconciliation again."""
    said = json.loads(row.result)
    result = said["result"]
    return Made(
        Reconciled(
            **{
                name: tuple(_compared(one) for one in result[name]) for name, _ in LISTS
            },
            agreed=result["agreed"],
        ),
        tuple(Issue(**one) for one in said["issues"]),
        said["lines"],
        said["without_number"],
    )


def _compared(said: dict[str, Any]) -> Compared:
    days = {n: date.fromisoformat(said[n]) if said[n] else None for n in _DAYS}
    return Compared(**{**said, **days, "lines": tuple(said["lines"])})


def _without_vat(read: Ledger) -> Iterator[LedgerLine]:
    """Take VAT off each value; without a day or a rate, it is not compared."""
    for one in read.lines:
        if one.value_cents is None:
            yield one
            continue
        rate = vat_rate(one.acquired_on) if one.acquired_on else None
        if rate is None:
            message = (
                "Sans date d'acquisition depuis avril 2000, la TVA n'est pas connue : "
                "la valeur n'est pas comparée."
            )
            read.issues.append(
                Issue(one.line, None, "price_without_rate", one.number, message)
            )
        value = None if rate is None else without_vat(one.value_cents, rate)
        yield replace(one, value_cents=value)


def _by_number(
    session: Session, owner_id: int
) -> Iterator[tuple[str, list[tuple[str, str, str, str | None]]]]:
    found: dict[str, list[tuple[str, str, str, str | None]]] = {}
    for number, *rest in finance.accounted_devices(session, owner_id):
        state, facts, label, day = rest
        found.setdefault(number, []).append(
            (state or "", facts or "", label or "", day)
        )
    yield from found.items()
