"""What the pages of purchases show: orders, their lines, what has come of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.category import AgecCategory
from parc.domain.fields import Field, Kind
from parc.domain.purchase import (
    FURTHER,
    ORDER_FIELDS,
    OUT_OF_TEN,
    RECEIVERS,
    Clause,
    IndexKind,
    OrderKind,
    kept_amount,
    line_fields,
)
from parc.domain.refusal import Refusal
from parc.domain.vocabulary import Condition
from parc.operations import deliveries as deliveries_
from parc.operations import purchases
from parc.storage import people
from parc.storage import purchases as kept
from parc.storage.purchase_tables import DeliveryRow, LineRow, OrderRow
from parc.storage.tables import DeviceRow
from parc.web import rendering, stock_links
from parc.web.device_forms import Input

RECEIVED_ON = Field("received_on", "Reçu le", Kind.DAY, required=True)
SITE = Field("site", "Rangé à", Kind.SITE)
NOTE = Field("note", "Bon de livraison")
ACCOUNT = Field(
    "accounting_number",
    "Numéro d'inventaire comptable",
    hint="Le même pour tout le lot, s'il en a un.",
)
REASON = Field("reason", "Motif", Kind.TEXT, required=True)
TABS = (
    ("orders", "/purchases", "Commandes"),
    ("year", "/purchases/year", "Année d'achat"),
    ("finance", "/purchases/finance", "Achats sans matériel"),
    ("accounting", "/purchases/accounting", "Comptabilité"),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: which one, what was typed, and why."""

    form: str
    texts: Mapping[str, str]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line, what has come of it, and the forms that are open on it.

    `devices` with whether the viewer may open them: owners change.
    """

    row: LineRow
    title: str
    category: str
    agec: str
    condition: str
    index: str
    clause: str
    amount_cents: int
    units: int
    came: int
    rest: int
    deliveries: Sequence[tuple[DeliveryRow, str]]
    devices: Sequence[tuple[DeviceRow, bool]]
    may_receive: bool
    edit: Sequence[Input] = ()
    more: Sequence[Input] = ()
    stock: Sequence[tuple[str, int, str]] = ()


@dataclass(frozen=True, slots=True)
class OrderShown:
    """Everything the page of an order shows."""

    row: OrderRow
    kind: OrderKind
    owner: str
    lines: Sequence[LineShown]
    total_cents: int
    awaited: int
    came: int
    registered: int
    created_by: str
    changed_by: str
    cancelled_by: str
    may_buy: bool
    is_open: bool
    heading: Sequence[Input] = ()
    added: Sequence[Input] = ()
    added_more: Sequence[Input] = ()
    sites: Sequence[tuple[str, str]] = field(default_factory=tuple)


def order_shown(
    session: Session, viewer: Viewer, row: OrderRow, owner: str, tried: Tried | None
) -> OrderShown:
    """Gather the page of an order."""
    lines = kept.lines_of(session, [row.id])[row.id]
    ids = [line.id for line in lines]
    came = kept.received(session, ids)
    deliveries = kept.deliveries_of(session, ids)
    who = people.actor_names(
        session,
        {row.created_by, row.changed_by or "", row.cancelled_by or ""}
        | {one.recorded_by for one in deliveries},
    )
    devices = kept.devices_of(session, ids)
    may_buy = purchases.may_buy(viewer, row.owner_id)
    is_open = purchases.is_open(session, row)
    may_receive = not viewer.roles(row.owner_id).isdisjoint(RECEIVERS)
    shown = []
    in_stock = stock_links.beside(
        session, viewer, row.owner_id, {line.category for line in lines}
    )
    for line in lines:
        units = came[line.id].units if line.id in came else 0
        rest = line.quantity - line.cancelled_quantity - units
        shown.append(
            _line(
                line,
                came=units,
                deliveries=[
                    (one, who.get(one.recorded_by, one.recorded_by))
                    for one in deliveries
                    if one.line_id == line.id
                ],
                devices=[
                    (device, viewer.sees(device.owner_id))
                    for link, device in devices
                    if link.line_id == line.id
                ],
                may_receive=may_receive and rest > 0 and line.category is not None,
                inputs=line_inputs(line, tried) if may_buy and is_open else (),
                stock=()
                if units or not rest
                else in_stock.get(line.category or "", ()),
            )
        )
    added = line_inputs(None, tried) if may_buy and row.cancelled_at is None else ()
    return OrderShown(
        row=row,
        kind=OrderKind(row.kind),
        owner=owner,
        lines=shown,
        total_cents=sum(line.amount_cents for line in shown),
        awaited=sum(line.rest for line in shown if line.row.category),
        came=sum(line.came for line in shown),
        registered=len(deliveries_.awaited(session, row)),
        created_by=who.get(row.created_by, row.created_by),
        changed_by=who.get(row.changed_by or "", row.changed_by or ""),
        cancelled_by=who.get(row.cancelled_by or "", row.cancelled_by or ""),
        may_buy=may_buy,
        is_open=is_open,
        heading=heading_inputs(row, tried) if may_buy and is_open else (),
        added=_first(added),
        added_more=_further(added),
        sites=[
            (str(site.id), site.name) for site in people.sites(session, [row.owner_id])
        ],
    )


def _line(
    line: LineRow,
    *,
    came: int,
    deliveries: Sequence[tuple[DeliveryRow, str]],
    devices: Sequence[tuple[DeviceRow, bool]],
    may_receive: bool,
    inputs: Sequence[Input],
    stock: Sequence[tuple[str, int, str]],
) -> LineShown:
    kind = resources.categories().get(line.category or "")
    return LineShown(
        row=line,
        title=title_of(line),
        category=kind.label if kind else "",
        agec=AgecCategory(line.agec_category).label,
        condition=Condition(line.condition).label,
        index=index_of(line),
        clause="" if line.clause == Clause.NONE.value else Clause(line.clause).label,
        amount_cents=kept_amount(
            line.amount_cents, line.quantity, line.cancelled_quantity
        ),
        units=line.quantity - line.cancelled_quantity,
        came=came,
        rest=line.quantity - line.cancelled_quantity - came,
        deliveries=deliveries,
        devices=devices,
        may_receive=may_receive,
        edit=_first(inputs),
        more=_further(inputs),
        stock=stock,
    )


def title_of(line: LineRow) -> str:
    """Name a line: maker and model, else its kind of device or category."""
    kind = resources.categories().get(line.category or "")
    named = f"{line.maker} {line.model}".strip()
    return named or (kind.label if kind else AgecCategory(line.agec_category).label)


def index_of(line: LineRow) -> str:
    """Write the index of a line; empty when it has none."""
    kind = IndexKind(line.index_kind)
    if kind is IndexKind.NONE:
        return ""
    if kind in OUT_OF_TEN and line.index_tenths is not None:
        return f"{rendering.number(line.index_tenths / 10, 1)}/10"
    return line.index_class


def heading_inputs(row: OrderRow | None, tried: Tried | None) -> list[Input]:
    """Lay out the heading of an order, the refused try in it when there is one."""
    values: Mapping[str, object] = {} if row is None else row.model_dump()
    return _inputs(ORDER_FIELDS, values, tried, "order")


def line_inputs(row: LineRow | None, tried: Tried | None) -> list[Input]:
    """Lay out a line, an empty one for None."""
    values: dict[str, object] = {"clause": Clause.NONE, "index_kind": IndexKind.NONE}
    if row is not None:
        values = {**row.model_dump(), "category": row.category or ""}
        tenths = row.index_tenths
        values["index_value"] = (
            row.index_class if tenths is None else f"{tenths // 10},{tenths % 10}"
        )
    form = "line" if row is None else f"line-{row.id}"
    return _inputs(line_fields(resources.categories()), values, tried, form)


def _inputs(
    fields: Sequence[Field],
    values: Mapping[str, object],
    tried: Tried | None,
    form: str,
) -> list[Input]:
    ours = tried if tried is not None and tried.form in {form, "new"} else None
    errors = {r.field: r.message for r in ours.refusals if r.field} if ours else {}
    shown: Mapping[str, object] = ours.texts if ours else values
    return [
        Input(f, shown.get(f.name, "") or "", errors.get(f.name, "")) for f in fields
    ]


def _first(inputs: Sequence[Input]) -> list[Input]:
    return [one for one in inputs if one.field.name not in FURTHER]


def _further(inputs: Sequence[Input]) -> list[Input]:
    return [one for one in inputs if one.field.name in FURTHER]
