"""The indicators of the life before the réforme, of an owner's year.

Every history of the owner is read once: what was read is kept, for a few years at a
time, and only the devices that something happened to since are read again.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.dated import NotInForceError
from parc.domain.equipment import LEADS
from parc.domain.events import Event
from parc.domain.fields import Field, Kind, parse
from parc.domain.history import as_known, on_day
from parc.domain.life_indicators import (
    Figure,
    Life,
    equipment_rates,
    internal_reuse,
    life_of,
    mean_age,
    use_at_retirement,
)
from parc.domain.refusal import Refusal, Refused
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.operations.year_rates import Moment, changed_since, moment_of
from parc.storage import facts, owner_years
from parc.storage.database import reading, writing
from parc.storage.life_tables import OwnerYearRow
from parc.storage.tables import OwnerRow

FIRST_YEAR = 2000
MOST_AGENTS = 1_000_000
_KEPT = 8
_FEW = 1_000
"""Devices changed since that are read again, rather than all of them."""

AGENTS = Field(
    "agents",
    "Effectif de l'année (agents)",
    Kind.INTEGER,
    hint="Celui du rapport social unique, au 31 décembre.",
)
TARGET = Field(
    "use_target_months",
    "Durée d'usage visée (mois)",
    Kind.INTEGER,
    hint="Facultatif : l'objectif de la collectivité, par exemple 72 ou 84.",
)
FIELDS = (AGENTS, TARGET)
_LONGEST_TARGET = 240


@dataclass(frozen=True, slots=True)
class _Known:
    """The lives of a day by tag, and the moment at which they were read."""

    moment: Moment
    lives: Mapping[str, Life]


_kept: WeakKeyDictionary[Engine, OrderedDict[tuple[int, date], _Known]] = (
    WeakKeyDictionary()
)
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Year:
    """An owner's year: what was entered of it, the day it is looked at, its figures."""

    owner: OwnerRow
    year: int
    day: date
    entered: OwnerYearRow | None
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure | None:
        """Give a figure by its id."""
        return next((one for one in self.figures if one.id == name), None)


def check_year(year: int, today: date) -> None:
    """Refuse a year that holds nothing to count.

    Raises:
        Refused: before `FIRST_YEAR`, or not begun yet.
    """
    if not FIRST_YEAR <= year <= today.year:
        message = f"Année attendue : de {FIRST_YEAR} à {today.year}."
        raise Refused((Refusal("invalid_year", message, "year"),))


def year_of(engine: Engine, owner: OwnerRow, year: int, today: date) -> Year:
    """Compute the indicators of an owner's year, as known now.

    The day that counts is 31 December, or today for the year under way.

    Raises:
        Refused: no such year.
    """
    check_year(year, today)
    day = min(date(year, 12, 31), today)
    with reading(engine) as session:
        entered = owner_years.find(session, owner.id, year)
        lives = _at_hand(engine, session, owner, day)
    agents = entered.agents if entered else None
    target = entered.use_target_months if entered else None
    figures = (
        use_at_retirement(lives, year, target),
        mean_age(lives, day),
        internal_reuse(lives, year),
        *equipment_rates(lives, scope_on(day), agents),
    )
    return Year(owner, year, day, entered, figures)


def enter(
    engine: Engine, desk: Desk, owner_id: int, year: int, given: Mapping[str, str]
) -> None:
    """Enter the head count of a year, and the owner's own target.

    Raises:
        Refused: no role, wrong input, or no such year.
    """
    require(desk.viewer, owner_id, LEADS)
    check_year(year, desk.today)
    details, refused = parse(FIELDS, given)
    agents, target = details.get(AGENTS.name), details.get(TARGET.name)
    reasons = list(refused)
    if isinstance(agents, int) and not 0 < agents <= MOST_AGENTS:
        message = f"« {AGENTS.label} » : de 1 à un million."
        reasons.append(Refusal("invalid_field", message, AGENTS.name))
    if isinstance(target, int) and not 0 < target <= _LONGEST_TARGET:
        message = f"« {TARGET.label} » : de 1 à {_LONGEST_TARGET} mois."
        reasons.append(Refusal("invalid_field", message, TARGET.name))
    if reasons:
        raise Refused(tuple(reasons))
    with writing(engine) as session:
        owner_years.keep(
            session,
            owner_id,
            year,
            agents if isinstance(agents, int) else None,
            target if isinstance(target, int) else None,
            desk.now,
            desk.viewer.actor,
        )


def scope_on(day: date) -> Mapping[str, Collection[str]]:
    """Say which categories EQP-01 counts together (`equipment_scope`)."""
    parameter = resources.law()["equipment_scope"]
    try:
        table = parameter.in_force(day).value
    except NotInForceError:
        table = parameter.values[0].value
    if not isinstance(table, Mapping):
        message = f"a table is expected, not {table!r}"
        raise TypeError(message)
    return {
        str(key): [str(name) for name in names] if isinstance(names, tuple) else ()
        for key, names in table.items()
    }


def lives_of(
    histories: Iterable[Sequence[Event]], owner: str, day: date
) -> dict[str, Life]:
    """Rebuild devices as an owner had them by the end of a day, by tag.

    Accessories do not count (decision D10).
    """
    categories = resources.categories()
    found: dict[str, Life] = {}
    for events in histories:
        device = on_day(events, day)
        if device is None or (
            device.category in categories and categories[device.category].accessory
        ):
            continue
        life = life_of(device, as_known(events, None), owner, day)
        if life is not None:
            found[life.tag] = life
    return found


def _at_hand(
    engine: Engine, session: Session, owner: OwnerRow, day: date
) -> Sequence[Life]:
    """Give the lives of a day: kept, brought up to date, or read from the journal."""
    key, moment = (owner.id, day), moment_of(session, day)
    with _guard:
        kept = _kept.setdefault(engine, OrderedDict())
        known = kept.get(key)
    if known is None or known.moment != moment:
        known = _Known(moment, _brought_up(session, known, moment, owner, day))
    with _guard:
        kept[key] = known
        kept.move_to_end(key)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return [known.lives[tag] for tag in sorted(known.lives)]


def _brought_up(
    session: Session, known: _Known | None, moment: Moment, owner: OwnerRow, day: date
) -> dict[str, Life]:
    changed = changed_since(session, known.moment, moment, _FEW) if known else None
    if known is None or changed is None:
        every = owner_years.histories(session, owner.id, day)
        return lives_of(every, owner.siret, day)
    stale = set(changed.values())
    lives = {tag: life for tag, life in known.lives.items() if tag not in stale}
    again = facts.histories(session, sorted(changed))
    return lives | lives_of(again, owner.siret, day)
