"""The fleet counted: by state, category and age, of what is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, extract, func, select
from sqlmodel import Session, col

from parc.domain.access import Viewer
from parc.domain.vocabulary import DECOMMISSIONED_AND_HELD, HELD, State
from parc.storage.devices import scope
from parc.storage.tables import DeviceRow

_DEVICES: Table = DeviceRow.__table__  # type: ignore[attr-defined]
_ACQUIRED = _DEVICES.c.acquired_on


@dataclass(frozen=True, slots=True)
class Fleet:
    """Devices held, counted: neither gone nor lost.

    `by_year` holds the year of acquisition; None where no date is known.
    `reaching` counts those not réformé by the year in which they become older
    than the age limit, those that already are under the year given.
    """

    total: int
    by_state: Mapping[State, int]
    by_category: Mapping[str, int]
    by_year: Mapping[int | None, int]
    reaching: Mapping[int, int]


def fleet(
    session: Session,
    viewer: Viewer,
    today: date,
    age_limit: int,
    owner_id: int | None = None,
) -> Fleet:
    """Count what the viewer may see, of one owner or of all.

    `age_limit` is in years (décret n° 2023-266, art. 1).
    """
    held = _held(viewer, owner_id)
    states = _counted(session, _DEVICES.c.state, held)
    categories = _counted(session, _DEVICES.c.category, held)
    years = _counted(session, extract("year", _ACQUIRED), held)
    living = [
        *held,
        col(DeviceRow.state).not_in(sorted(s.value for s in DECOMMISSIONED_AND_HELD)),
        _ACQUIRED.is_not(None),
    ]
    reaching: dict[int, int] = {}
    for year, count in _counted(session, extract("year", _ACQUIRED), living).items():
        due = max(int(str(year)) + age_limit, today.year)
        reaching[due] = reaching.get(due, 0) + count
    return Fleet(
        total=sum(states.values()),
        by_state={s: states[s.value] for s in State if s.value in states},
        by_category={str(key): count for key, count in categories.items()},
        by_year={
            None if year is None else int(str(year)): count
            for year, count in years.items()
        },
        reaching=reaching,
    )


def _held(viewer: Viewer, owner_id: int | None) -> list[ColumnElement[bool]]:
    conditions = [*scope(viewer), _DEVICES.c.void.is_(None)]
    conditions.append(_DEVICES.c.state.in_(sorted(state.value for state in HELD)))
    if owner_id is not None:
        conditions.append(col(DeviceRow.owner_id) == owner_id)
    return conditions


def _counted(
    session: Session, key: ColumnElement[Any], held: list[ColumnElement[bool]]
) -> dict[Any, int]:
    found = session.execute(select(key, func.count()).where(*held).group_by(key))
    return {row[0]: row[1] for row in found}
