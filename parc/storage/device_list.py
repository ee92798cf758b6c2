"""Lists and searches of devices, as quick in a large fleet as in a small one.

A list counts no further than `COUNTED`. Up to `CANDIDATES` devices are found by
their filters, then sorted; beyond, an index is walked in the order asked and
left at the end of the page. What words find is bounded by `CANDIDATES`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    case,
    func,
    literal,
    select,
    union,
    union_all,
)
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.labelled import Labelled
from parc.domain.search import fold, serial_key
from parc.domain.vocabulary import DECOMMISSIONED_AND_HELD, GONE, Action, State
from parc.storage.aliases import resolve_alias
from parc.storage.database import is_sqlite
from parc.storage.tables import DeviceRow, EventRow, MediumRow, ProductRow

PAGE_SIZE = 50
COUNTED = 10_000
CANDIDATES = 1_000

D: Table = DeviceRow.__table__  # type: ignore[attr-defined]
E: Table = EventRow.__table__  # type: ignore[attr-defined]
M: Table = MediumRow.__table__  # type: ignore[attr-defined]
P: Table = ProductRow.__table__  # type: ignore[attr-defined]
_AFTER_ALL = "\U0010ffff"
_BATCH = 1_000
_LAST_PAGE = 100_000
_LONGEST_QUERY = 2_000
_MOST_OWNERS = 4
_MOST_PRODUCTS = 500
_SHORTEST_SERIAL = 3

Condition = ColumnElement[bool]


class Sort(Labelled):
    """What a list of devices may be sorted by."""

    TAG = "tag", "Étiquette"
    LABEL = "label", "Modèle"
    SERIAL = "serial", "N° de série"
    STATE = "state", "État"
    ACQUIRED_ON = "acquired_on", "Acquis le"


class Need(Labelled):
    """What waits for somebody; the dashboard counts it and links to the list."""

    MEDIA = "media", "Supports à traiter parmi les réformés"
    STOCK = "stock", "Réformés au 1er janvier, encore en stock"
    LATE = "late", "Prêts en retard"
    UNDATED = "undated", "Sans aucune date"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of a list; without `states` nor `gone`, what has not left.

    `tag` and `serial` are exact; `q` holds words, or the start of a number. `void`
    asks for what was discarded or merged, in any state, and for nothing else.
    """

    q: str = ""
    tag: str = ""
    serial: str = ""
    states: tuple[State, ...] = ()
    owner_id: int | None = None
    category: str = ""
    site_id: int | None = None
    need: Need | None = None
    gone: bool = False
    void: bool = False
    sort: Sort = Sort.TAG
    descending: bool = False
    page: int = 1

    @property
    def wanted_states(self) -> tuple[State, ...]:
        """The states to show, in the order of a device's life."""
        if self.states:
            return tuple(state for state in State if state in self.states)
        return tuple(s for s in State if self.gone or self.void or s not in GONE)

    @property
    def needs_search(self) -> bool:
        """Tell whether words or a need look for devices, beyond the filters."""
        return bool(self.q.strip()) or self.need is not None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of devices. When `exact` is false there are more than `total`."""

    rows: Sequence[DeviceRow]
    total: int
    exact: bool
    number: int
    more: bool
    size: int = PAGE_SIZE


def search(session: Session, viewer: Viewer, filters: Filters, today: date) -> Page:
    """List the devices that the viewer may see and that pass the filters.

    `today` decides what is late, or was in stock on 1 January.
    """
    number = min(max(filters.page, 1), _LAST_PAGE)
    skip = (number - 1) * PAGE_SIZE
    owners = _owners(viewer, filters)
    if filters.needs_search:
        found = _candidates(session, owners, filters, today)
        total, exact = min(len(found), CANDIDATES), len(found) <= CANDIDATES
        ordered = _ordered([D.c.id.in_(found[:CANDIDATES])], filters)
    else:
        total, exact = _counted(session, owners, filters)
        ordered = _plan(total, owners, filters, skip + PAGE_SIZE + 1)
    page = ordered.limit(PAGE_SIZE + 1).offset(skip)
    ids = list(session.execute(page).scalars())
    rows = _rows(session, ids[:PAGE_SIZE])
    return Page(rows, total, exact, number, more=len(ids) > PAGE_SIZE)


def every(
    session: Session, viewer: Viewer, filters: Filters, today: date
) -> Iterator[list[DeviceRow]]:
    """Give every device that the filters let through, by tag, in batches.

    What words or a need find is bounded as on the page (`CANDIDATES`).
    """
    owners = _owners(viewer, filters)
    conditions = _conditions(owners, filters)
    if filters.needs_search:
        found = _candidates(session, owners, filters, today)[:CANDIDATES]
        conditions = [D.c.id.in_(found)]
    last = ""
    while True:
        page = select(D.c.id, D.c.tag).where(*conditions, D.c.tag > last)
        keys = session.execute(page.order_by(D.c.tag).limit(_BATCH)).all()
        if not keys:
            return
        yield _rows(session, [key for key, _ in keys])
        session.expunge_all()
        last = keys[-1][1]


def count(
    session: Session, viewer: Viewer, filters: Filters, today: date
) -> tuple[int, bool]:
    """Count what a list would hold; false: there are more than that."""
    owners = _owners(viewer, filters)
    if filters.needs_search:
        found = len(_candidates(session, owners, filters, today))
        return min(found, CANDIDATES), found <= CANDIDATES
    return _counted(session, owners, filters)


def _owners(viewer: Viewer, filters: Filters) -> list[int] | None:
    """List the owners to look among; None: all of them."""
    visible = viewer.owner_ids
    if filters.owner_id is None:
        return None if visible is None else sorted(visible)
    return [filters.owner_id] if viewer.sees(filters.owner_id) else []


def _conditions(
    owners: list[int] | None, filters: Filters, *, walking: bool = False
) -> list[Condition]:
    """Translate owners and filters.

    `walking` keeps SQLite from using these columns' indexes, which would make
    it sort thousands of devices where another index already has the order.
    """
    # What is out has its own index, a number its own: few devices, whoever owns them.
    is_few = bool(filters.void or filters.tag or filters.serial)
    plus_0, plus_empty = (0, "") if walking or is_few else (None, None)

    def number(column: ColumnElement[int]) -> ColumnElement[int]:
        return column if plus_0 is None else column + plus_0

    def text(column: ColumnElement[str]) -> ColumnElement[str]:
        return column if plus_empty is None else column + plus_empty

    conditions: list[Condition] = [_is_out(filters)]
    if owners is not None:
        conditions.append(number(D.c.owner_id).in_(owners))
    if filters.states:
        values = [state.value for state in filters.wanted_states]
        conditions.append(text(D.c.state).in_(values))
    elif not (filters.gone or filters.void):
        conditions.append(D.c.state.not_in(sorted(state.value for state in GONE)))
    if filters.category:
        conditions.append(text(D.c.category) == filters.category)
    if filters.tag:
        ours = AssetTag.parse(filters.tag)
        conditions.append(D.c.tag == (str(ours) if ours else filters.tag))
    if filters.serial:
        conditions.append(D.c.serial_key == serial_key(filters.serial))
    if filters.site_id is not None:
        conditions.append(number(D.c.site_id) == filters.site_id)
    return conditions


def _is_out(filters: Filters) -> Condition:
    return D.c.void.is_not(None) if filters.void else D.c.void.is_(None)


def _counted(
    session: Session, owners: list[int] | None, filters: Filters
) -> tuple[int, bool]:
    bounded = select(literal(1)).where(*_conditions(owners, filters)).select_from(D)
    inner = bounded.limit(COUNTED + 1).subquery()
    found = session.execute(select(func.count()).select_from(inner)).scalar_one()
    return min(found, COUNTED), found <= COUNTED


def _plan(
    total: int, owners: list[int] | None, filters: Filters, reach: int
) -> Select[tuple[int]]:
    if total <= CANDIDATES:
        return _ordered(_conditions(owners, filters), filters)
    few_owners = owners is None or len(owners) <= _MOST_OWNERS
    if few_owners and filters.sort in {Sort.TAG, Sort.STATE}:
        return _merged(owners, filters, reach)
    return _ordered(_conditions(owners, filters, walking=True), filters)


def _merged(
    owners: list[int] | None, filters: Filters, reach: int
) -> Select[tuple[int]]:
    """Take the first of each state (and owner) by tag, then the first of these.

    Devices that have left are mostly the oldest: walking the tags would step
    over all of them before the first device still there.
    """
    branches = []
    for rank, state in enumerate(filters.wanted_states):
        for owner in [None] if owners is None else owners:
            branch = select(D.c.id, D.c.tag, literal(rank).label("rank")).where(
                D.c.state == state.value, _is_out(filters)
            )
            if owner is not None:
                branch = branch.where(D.c.owner_id == owner)
            if filters.category:
                branch = branch.where(D.c.category == filters.category)
            if filters.site_id is not None:
                branch = branch.where(D.c.site_id == filters.site_id)
            order = D.c.tag.desc() if filters.descending else D.c.tag
            branches.append(branch.order_by(order).limit(reach).subquery())
    merged = union_all(*(select(branch) for branch in branches)).subquery()
    keys = [merged.c.rank] if filters.sort is Sort.STATE else []
    return select(merged.c.id).order_by(
        *(key.desc() if filters.descending else key for key in [*keys, merged.c.tag])
    )


def _ordered(conditions: list[Condition], filters: Filters) -> Select[tuple[int]]:
    keys: dict[Sort, tuple[ColumnElement[Any], ...]] = {
        Sort.TAG: (D.c.tag,),
        Sort.LABEL: (D.c.label, D.c.tag),
        Sort.SERIAL: (D.c.serial_key, D.c.id),
        Sort.ACQUIRED_ON: (D.c.acquired_on, D.c.tag),
        Sort.STATE: (_rank(filters), D.c.tag),
    }
    order = [
        key.desc() if filters.descending else key.asc() for key in keys[filters.sort]
    ]
    if filters.sort in {Sort.SERIAL, Sort.ACQUIRED_ON}:
        order[0] = order[0].nulls_last()
    return select(D.c.id).where(*conditions).order_by(*order)


def _rank(filters: Filters) -> ColumnElement[int]:
    ranks = {state.value: rank for rank, state in enumerate(filters.wanted_states)}
    return case(ranks, value=D.c.state, else_=len(ranks))


def _candidates(
    session: Session, owners: list[int] | None, filters: Filters, today: date
) -> list[int]:
    """Find the ids that words and need point to, no more than CANDIDATES + 1."""
    worded = bool(filters.q.strip())
    needed = _needed(session, filters.need, today) if filters.need else []
    ways = _ways(session, owners, filters.q) if worded else [literal(1) == 1]
    # Only products are many enough to be worth crossing with the owners' index.
    products = _products(session, filters.q[:_LONGEST_QUERY].split()) if worded else []
    parts = [(way, worded) for way in ways] + [
        (D.c.product_id.in_(products), False) for _ in products[:1]
    ]
    subqueries = [
        select(D.c.id)
        .where(way, *_conditions(owners, filters, walking=walking), *needed)
        .limit(CANDIDATES + 1)
        .subquery()
        for way, walking in parts
    ]
    found = union(*(select(part.c.id) for part in subqueries)).limit(CANDIDATES + 1)
    return list(session.execute(found).scalars())


def _ways(session: Session, owners: list[int] | None, q: str) -> list[Condition]:
    """List the ways to understand words: each runs along one index."""
    words = q[:_LONGEST_QUERY].split()
    text = " ".join(words)
    upper = text.upper()
    ways = [_starts(session, D.c.tag, start) for start in sorted({text, upper})]
    ways += [
        _starts(session, D.c.foreign_tag, text),
        _starts(session, D.c.accounting_number, text),
    ]
    key = serial_key(text)
    if len(key) >= _SHORTEST_SERIAL:
        ways.append(_starts(session, D.c.serial_key, key))
    if led := resolve_alias(session, owners, text):
        ways.append(D.c.id.in_(led))
    if len(words) > 1:
        ours = [str(tag) for tag in map(AssetTag.parse, words) if tag is not None]
        ways.append(D.c.tag.in_(sorted({*words, *ours})))
    return ways


def _starts(session: Session, column: ColumnElement[str], start: str) -> Condition:
    # A range runs along SQLite's index; PostgreSQL compares by locale, where a
    # range would not mean "starts with".
    if is_sqlite(session):
        return (column >= start) & (column < start + _AFTER_ALL)
    return column.startswith(start, autoescape=True)


def _products(session: Session, words: Sequence[str]) -> list[int]:
    """Find the makers and models that hold every word."""
    holding = [P.c.search.contains(fold(word), autoescape=True) for word in words]
    found = select(P.c.id).where(*holding).order_by(P.c.search).limit(_MOST_PRODUCTS)
    return list(session.execute(found).scalars())


def _needed(session: Session, need: Need, today: date) -> list[Condition]:
    decommissioned = D.c.state.in_(sorted(s.value for s in DECOMMISSIONED_AND_HELD))
    match need:
        case Need.MEDIA:
            unsettled = select(M.c.serial).where(
                M.c.device_id == D.c.id, M.c.settlement.is_(None)
            )
            return [decommissioned, unsettled.exists()]
        case Need.STOCK:
            return [
                decommissioned,
                D.c.decommissioned_on < today.replace(month=1, day=1),
            ]
        case Need.LATE:
            return [D.c.id.in_(_late(session, today))]
        case Need.UNDATED:
            others = ("commissioned_on", "manufactured_on")
            missing = [D.c.facts.not_like(f'%"{name}"%') for name in others]
            return [D.c.acquired_on.is_(None), *missing]


def _late(session: Session, today: date) -> list[int]:
    """Find the devices on loan whose latest loan was due before today."""
    loans = (
        select(E.c.device_id, E.c.details)
        .join(D, D.c.id == E.c.device_id)
        .where(D.c.state == State.ON_LOAN.value, E.c.action == Action.LEND.value)
        .order_by(E.c.device_id, E.c.seq)
        .limit(COUNTED)
    )
    due = {
        device_id: str(json.loads(details).get("due_on") or "")
        for device_id, details in session.execute(loans)
    }
    return [key for key, day in due.items() if day and day < today.isoformat()]


def _rows(session: Session, ids: Sequence[int]) -> list[DeviceRow]:
    found = session.execute(select(DeviceRow).where(D.c.id.in_(ids))).scalars()
    rows = {row.id: row for row in found}
    return [rows[key] for key in ids if key in rows]
