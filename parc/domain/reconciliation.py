"""The finance ledger beside the inventory: what is in one and not in the other.

Pure and without effect: nothing is written to a device. Several lines of the ledger
under one accounting number are one; several devices share one number (M57, lots).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the finance file. `value_cents` None: it gives no value."""

    line: int
    number: str
    designation: str = ""
    acquired_on: date | None = None
    value_cents: int | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The devices under one accounting number that are still in the accounts.

    `unpriced` of them have no price, `left` others under it were réformé or are gone.
    """

    number: str
    quantity: int
    value_cents: int
    unpriced: int = 0
    left: int = 0
    designation: str = ""
    oldest: date | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One accounting number: what the ledger says (None: nothing), what parc says."""

    number: str
    designation: str
    lines: tuple[int, ...] = ()
    ledger_value: int | None = None
    ledger_quantity: int | None = None
    ledger_on: date | None = None
    value: int | None = None
    quantity: int | None = None
    oldest: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The four lists, and how many numbers agree; one number may be in two lists."""

    only_ledger: tuple[Compared, ...] = ()
    only_parc: tuple[Compared, ...] = ()
    value_differs: tuple[Compared, ...] = ()
    quantity_differs: tuple[Compared, ...] = ()
    agreed: int = 0


@dataclass(slots=True)
class _Sum:
    designation: str = ""
    lines: list[int] = field(default_factory=list)
    values: list[int | None] = field(default_factory=list)
    quantities: list[int | None] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def key_of(number: str) -> str:
    """Fold an accounting number: case and spacing do not make another one."""
    return "".join(number.split()).casefold()


def reconcile(
    ledger: Iterable[LedgerLine], held: Iterable[Held], *, cents_a_unit: int = 0
) -> Reconciled:
    """Compare the ledger with the inventory.

    `cents_a_unit` is the rounding that does not make a difference, for each unit: one
    cent where the ledger's values had their VAT taken off. A line without a quantity
    stands for no number of units: it is compared by its value alone.
    """
    summed: dict[str, _Sum] = {}
    shown: dict[str, str] = {}
    for one in ledger:
        key = key_of(one.number)
        shown.setdefault(key, one.number)
        total = summed.setdefault(key, _Sum())
        total.designation = total.designation or one.designation
        total.lines.append(one.line)
        total.values.append(one.value_cents)
        total.quantities.append(one.quantity)
        total.days += [one.acquired_on] if one.acquired_on else []
    ours = _together(held)
    only_ledger: list[Compared] = []
    values: list[Compared] = []
    quantities: list[Compared] = []
    agreed = 0
    for key, total in summed.items():
        there = ours.get(key)
        compared = _compared(shown[key], total, there)
        if there is None or not there.quantity:
            only_ledger.append(compared)
            continue
        tolerated = cents_a_unit * there.quantity
        same_value = _same(compared.ledger_value, there, tolerated)
        same_quantity = compared.ledger_quantity in {None, there.quantity}
        if not same_value:
            values.append(compared)
        if not same_quantity:
            quantities.append(compared)
        agreed += same_value and same_quantity
    missing = [
        _compared(there.number, _Sum(), there)
        for key, there in ours.items()
        if key not in summed and there.quantity
    ]
    return Reconciled(
        only_ledger=_sorted(only_ledger),
        only_parc=_sorted(missing),
        value_differs=_sorted(values),
        quantity_differs=_sorted(quantities),
        agreed=agreed,
    )


def _sorted(found: Iterable[Compared]) -> tuple[Compared, ...]:
    return tuple(sorted(found, key=lambda one: key_of(one.number)))


def _together(held: Iterable[Held]) -> Mapping[str, Held]:
    """Put together what two spellings of one number hold."""
    found: dict[str, Held] = {}
    for one in held:
        key = key_of(one.number)
        known = found.get(key)
        if known is None:
            found[key] = one
            continue
        days = [day for day in (known.oldest, one.oldest) if day]
        found[key] = Held(
            known.number,
            known.quantity + one.quantity,
            known.value_cents + one.value_cents,
            known.unpriced + one.unpriced,
            known.left + one.left,
            known.designation or one.designation,
            min(days, default=None),
        )
    return found


def _compared(number: str, total: _Sum, there: Held | None) -> Compared:
    values = [value for value in total.values if value is not None]
    quantities = [count for count in total.quantities if count is not None]
    return Compared(
        number=number,
        designation=total.designation or (there.designation if there else ""),
        lines=tuple(total.lines),
        ledger_value=sum(values) if values else None,
        ledger_quantity=(
            sum(quantities)
            if quantities and len(quantities) == len(total.quantities)
            else None
        ),
        ledger_on=min(total.days, default=None),
        value=there.value_cents if there and there.quantity else None,
        quantity=there.quantity if there and there.quantity else None,
        oldest=there.oldest if there else None,
        note=_note(there),
    )


def _same(ledger_value: int | None, there: Held, tolerated: int) -> bool:
    if ledger_value is None:
        return True
    return not there.unpriced and abs(ledger_value - there.value_cents) <= tolerated


def _note(there: Held | None) -> str:
    if there is None:
        return ""
    told = []
    if there.unpriced and there.quantity:
        told.append(f"{there.unpriced} sans prix dans parc")
    if there.left:
        told.append(f"{there.left} réformés ou partis dans parc")
    return ", ".join(told)
