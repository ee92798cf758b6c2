"""Dates and systems of the devices in use, counted by the database, listed by page.

Most of these facts are in the JSON of each device: a count reads the devices in use
once, whatever it groups them by, and gives few rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, Table, cast, func, or_, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.foresight import Cohort, recent_price, window
from parc.domain.vocabulary import IN_USE
from parc.storage.database import is_sqlite
from parc.storage.devices import scope
from parc.storage.tables import DeviceRow

PAGE_SIZE = 50
EVERY = 100_000
"""Rows of a file: more are left out."""

LAST_PURCHASES = 20
"""Prices of a kind that the median is taken of."""

D: Table = DeviceRow.__table__  # type: ignore[attr-defined]
_IN_USE = sorted(state.value for state in IN_USE)
_CHUNK = 400

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose devices: of one owner (row id) or of all seen; which page, how long."""

    viewer: Viewer
    owner_id: int | None = None
    offset: int = 0
    limit: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Coming:
    """A device of a list; `on`: the day that the list is about, `said` a fact."""

    id: int
    tag: str
    owner_id: int
    category: str
    label: str
    state: str
    holder: str | None
    site_id: int | None
    on: date | None
    said: str


def cohorts(
    session: Session, asked: Asked, without: Collection[str] = ()
) -> list[Cohort]:
    """Count the devices in use by owner, category and first day of use.

    `without` are categories that nobody plans, such as accessories.
    """
    since = _since(session)
    found = session.execute(
        select(D.c.owner_id, D.c.category, since, func.count())
        .where(*_in_use(asked), D.c.category.not_in(sorted(without)))
        .group_by(D.c.owner_id, D.c.category, since)
    )
    return [Cohort(row[0], row[1], _day(row[2]), row[3]) for row in found]


def recent_prices(
    session: Session, asked: Asked, since: date
) -> dict[tuple[int, str], int]:
    """Give the median price (cents) of the last purchases, by owner and category.

    Of devices acquired from a day on, whatever became of them.
    """
    price = cast(_fact(session, "price_cents"), Integer)
    rank = func.row_number().over(
        partition_by=(D.c.owner_id, D.c.category),
        order_by=(D.c.acquired_on.desc(), D.c.id.desc()),
    )
    bought = (
        select(D.c.owner_id, D.c.category, price.label("price"), rank.label("rank"))
        .where(
            *scope(asked.viewer),
            *_of_owner(asked),
            D.c.void.is_(None),
            D.c.acquired_on >= since,
            _fact(session, "price_cents").is_not(None),
        )
        .subquery()
    )
    found = session.execute(
        select(bought.c.owner_id, bought.c.category, bought.c.price).where(
            bought.c.rank <= LAST_PURCHASES
        )
    )
    prices: dict[tuple[int, str], list[int]] = {}
    for owner_id, category, cents in found:
        prices.setdefault((owner_id, category), []).append(cents)
    medians = {key: recent_price(listed) for key, listed in prices.items()}
    return {key: cents for key, cents in medians.items() if cents is not None}


def due_in(
    session: Session, asked: Asked, year: int, today: date, months: Mapping[str, int]
) -> list[Coming]:
    """List what reaches its planned age in a year, the oldest first.

    `months` gives the planned length of use of each category that is looked for.
    """
    since = _since(session)
    windows: list[Condition] = []
    for length in sorted(set(months.values())):
        first, end = window(year, length, today)
        kinds = sorted(key for key, value in months.items() if value == length)
        conditions = [D.c.category.in_(kinds), since < end.isoformat()]
        if first is not None:
            conditions.append(since >= first.isoformat())
        windows.append(_all(conditions))
    return _listed(session, asked, since, [or_(*windows)]) if windows else []


def undated(
    session: Session, asked: Asked, without: Collection[str] = ()
) -> list[Coming]:
    """List the devices in use whose first day of use is not known."""
    since = _since(session)
    conditions: list[Condition] = [
        since.is_(None),
        D.c.category.not_in(sorted(without)),
    ]
    return _listed(session, asked, since, conditions)


def ending(
    session: Session, asked: Asked, name: str, first: date, last: date
) -> list[Coming]:
    """List the devices in use for which a fact that is a day falls between two days."""
    on = _fact(session, name)
    conditions = [on >= first.isoformat(), on <= last.isoformat()]
    return _listed(session, asked, on, conditions)


def count_ending(
    session: Session, asked: Asked, name: str, first: date, last: date
) -> int:
    """Count what `ending` lists."""
    on = _fact(session, name)
    found = session.execute(
        select(func.count())
        .select_from(D)
        .where(*_in_use(asked), on >= first.isoformat(), on <= last.isoformat())
    )
    return int(found.scalar_one())


def systems(
    session: Session, asked: Asked, kinds: Collection[str]
) -> list[tuple[str | None, int]]:
    """Count the devices in use by what is said of their operating system.

    None: nothing is said, of a device of one of `kinds`, which have one.
    """
    said = _fact(session, "operating_system")
    found = session.execute(
        select(said, func.count())
        .where(*_in_use(asked), or_(said.is_not(None), D.c.category.in_(sorted(kinds))))
        .group_by(said)
    )
    return [(row[0], row[1]) for row in found]


def with_system(
    session: Session, asked: Asked, said: Sequence[str], kinds: Collection[str]
) -> list[Coming]:
    """List the devices in use that one of some texts tells the system of.

    No text at all: those of `kinds` of which nothing is said.
    """
    name = _fact(session, "operating_system")
    conditions: list[Condition]
    if not said:
        conditions = [name.is_(None), D.c.category.in_(sorted(kinds))]
    else:
        chunks = [said[start : start + _CHUNK] for start in range(0, len(said), _CHUNK)]
        conditions = [or_(*(name.in_(chunk) for chunk in chunks))]
    return _listed(session, asked, _since(session), conditions)


def _listed(
    session: Session,
    asked: Asked,
    on: ColumnElement[Any],
    conditions: Sequence[Condition],
) -> list[Coming]:
    """List a page, and one device more when others follow."""
    said = _fact(session, "operating_system")
    found = session.execute(
        select(
            *(D.c.id, D.c.tag, D.c.owner_id, D.c.category, D.c.label, D.c.state),
            *(D.c.holder, D.c.site_id, on, said),
        )
        .where(*_in_use(asked), *conditions)
        .order_by(on, D.c.tag)
        .offset(asked.offset)
        .limit(asked.limit + 1)
    )
    return [
        Coming(
            id=row[0],
            tag=row[1],
            owner_id=row[2],
            category=row[3],
            label=row[4],
            state=row[5],
            holder=row[6],
            site_id=row[7],
            on=_day(row[8]),
            said=row[9] or "",
        )
        for row in found
    ]


def _in_use(asked: Asked) -> list[Condition]:
    return [
        *scope(asked.viewer),
        *_of_owner(asked),
        D.c.void.is_(None),
        D.c.state.in_(_IN_USE),
    ]


def _of_owner(asked: Asked) -> list[Condition]:
    return [] if asked.owner_id is None else [D.c.owner_id == asked.owner_id]


def _all(conditions: Sequence[Condition]) -> Condition:
    first, *others = conditions
    for other in others:
        first &= other
    return first


def _since(session: Session) -> ColumnElement[str]:
    """Give the first day of use as ISO text: commissioning, else acquisition."""
    return func.coalesce(
        _fact(session, "commissioned_on"), cast(D.c.acquired_on, String)
    )


def _fact(session: Session, name: str) -> ColumnElement[str]:
    """Give a fact of the JSON of devices as text; NULL when it has none."""
    told: ColumnElement[str] = (
        func.json_extract(D.c.facts, f"$.{name}")
        if is_sqlite(session)
        else cast(D.c.facts, postgresql.JSON)[name].astext
    )
    return told


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
