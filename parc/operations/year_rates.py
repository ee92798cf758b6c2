"""The statutory rates of the present year, kept up to date event after event.

Reading the histories of a large fleet takes seconds. What was read is kept, and
only the devices that something happened to since are read again.
"""

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from parc import resources
from parc.domain.history import as_known_device
from parc.domain.vocabulary import DECOMMISSIONED_AND_HELD, GONE
from parc.operations import reporting
from parc.storage.accounts import owners
from parc.storage.database import is_sqlite, reading
from parc.storage.journal import history
from parc.storage.tables import DeviceRow, EventRow, OwnerRow, SealRow
from reports.indicators.indicator import Indicator
from reports.indicators.lines import Line, line_of
from reports.indicators.reuse import MUTUALISED, NO_STOCK
from reports.reuse_year import ReuseYear

FEW = 200
"""Devices whose histories are read while a page waits: a tenth of a second."""

_MANY = 5_000
"""Devices from which on reading everything in bulk is quicker than one by one."""

Rates = Mapping[str, Indicator]
"""The statutory indicator of each owner (SIRET)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the rates depend on: they are the same as long as it is equal.

    `events` counts the journal where an older id may appear after a newer one:
    PostgreSQL gives them out before transactions commit. None: they never do.
    """

    year: int
    owners: tuple[str, ...]
    last_event: int
    events: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What was computed at a moment, and the devices that it was computed from."""

    moment: Moment
    whole: ReuseYear | None
    rates: Rates


@dataclass(slots=True, weakref_slot=True)
class _Kept:
    """The latest that is known of one database; one thread at a time computes."""

    known: Known | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_kept_guard = threading.Lock()


def rates_at_hand(engine: Engine, today: date) -> Rates | None:
    """Give the rates of the year of `today` without making anybody wait.

    None: they are still to be computed, and there are too many histories to read.
    """
    known = kept(engine)
    with reading(engine) as session:
        moment = moment_of(session, today)
        if known is not None and known.moment == moment:
            return known.rates
        is_quick = (
            known is not None
            and changed_since(session, known.moment, moment, FEW) is not None
        ) or _has_few_histories(session)
    if not is_quick:
        return None
    return year_rates(engine, today)


def year_rates(engine: Engine, today: date) -> Rates:
    """Give the rates of the year of `today`, computed if they are not at hand.

    Many who ask at the same time wait for one computation, holding no connection.
    """
    own = _of(engine)
    with own.turn:
        with reading(engine) as session:
            if not is_sqlite(session):
                # Everything is read as of one instant, as SQLite does by itself.
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ"}
                )
            own.known = _brought_up(session, own.known, today)
        return own.known.rates


def kept(engine: Engine) -> Known | None:
    """Give what is kept of a database, up to date or not."""
    return _of(engine).known


def moment_of(session: Session, today: date) -> Moment:
    """Read what the rates depend on, without reading any history."""
    last = session.exec(select(func.coalesce(func.max(EventRow.id), 0))).one()
    sirets = session.exec(select(OwnerRow.siret).order_by(col(OwnerRow.siret)))
    return Moment(today.year, tuple(sirets), last, _events(session))


def total(rates: Collection[Indicator]) -> Indicator:
    """Add several owners: a perimeter that no text knows (decision D3).

    Raises:
        ValueError: there is nothing to add.
    """
    if not rates:
        message = "nothing to add"
        raise ValueError(message)
    first = next(iter(rates))
    stock = sum(rate.denominator or 0 for rate in rates)
    early = first.reason if first.target is None else None
    return replace(
        first,
        label=f"{first.label} ({MUTUALISED})",
        numerator=sum(rate.numerator for rate in rates),
        denominator=stock,
        statutory_target=False,
        reason=early or (None if stock else NO_STOCK),
        breakdown=(),
        devices=sum(rate.devices for rate in rates),
        declared=sum(rate.declared for rate in rates),
    )


def missing_devices(rate: Indicator) -> int:
    """Count the devices still to be reused for the target, B being fixed."""
    if rate.target is None or rate.denominator is None:
        return 0
    wanted = rate.target * rate.denominator / Fraction(100)
    # Rounded up: the target is reached by whole devices.
    return max(0, -(-wanted.numerator // wanted.denominator) - rate.numerator)


def _brought_up(session: Session, known: Known | None, today: date) -> Known:
    moment = moment_of(session, today)
    if known is not None and known.moment == moment:
        return known
    if known is not None and known.whole is not None:
        changed = changed_since(session, known.moment, moment, _MANY)
        if changed is not None:
            lines = _lines_again(session, known.whole, changed)
            return _summed(moment, replace(known.whole, lines=tuple(lines)))
    rows = owners(session)
    if not rows:
        return Known(moment, None, {})
    # As of the end of tomorrow: an event recorded by a clock a little ahead of
    # ours must not be left out, since it would not be read again.
    at = reporting.end_of(today + timedelta(days=1))
    return _summed(moment, reporting.reen(session, rows, today.year, at))


def _summed(moment: Moment, whole: ReuseYear) -> Known:
    rates = {siret: whole.figures(siret)[0] for siret in whole.owners}
    return Known(moment, whole, rates)


def changed_since(
    session: Session, before: Moment, after: Moment, most: int
) -> dict[int, str] | None:
    """Give the devices (id to tag) that something happened to since.

    None: more than `most`, or more has changed than new events after the old.
    """
    if (before.year, before.owners) != (after.year, after.owners):
        return None
    found = session.exec(
        select(DeviceRow.id, DeviceRow.tag, func.count())
        .join(EventRow, col(EventRow.device_id) == DeviceRow.id)
        .where(EventRow.id > before.last_event)
        .group_by(col(DeviceRow.id), col(DeviceRow.tag))
        .limit(most + 1)
    ).all()
    if len(found) > most:
        return None
    if before.events is not None and after.events is not None:
        added = sum(events for _, _, events in found)
        if before.events + added != after.events:
            return None
    return {device_id: tag for device_id, tag, _ in found}


def _lines_again(
    session: Session, whole: ReuseYear, changed: Mapping[int, str]
) -> Iterator[Line]:
    """Give the lines of a year, those of some devices read again."""
    stale = set(changed.values())
    yield from (line for line in whole.lines if line.tag not in stale)
    categories = resources.categories()
    for device_id in changed:
        device = as_known_device(history(session, device_id), None)
        if device is None:
            continue
        for siret in {step.owner for step in device.steps} & whole.owners.keys():
            line = line_of(device, siret, whole.year, whole.law, categories)
            if line is not None:
                yield line


def _events(session: Session) -> int | None:
    if is_sqlite(session):
        return None
    # Nothing appears any more below a seal, which waits for who is writing:
    # only what follows the last one is counted.
    sealed, last = session.exec(
        select(
            func.coalesce(func.sum(SealRow.events), 0),
            func.coalesce(func.max(SealRow.last_event_id), 0),
        )
    ).one()
    after = select(func.count()).select_from(EventRow).where(EventRow.id > last)
    return int(sealed) + session.exec(after).one()


def _has_few_histories(session: Session) -> bool:
    states = sorted(DECOMMISSIONED_AND_HELD | GONE)
    some = select(DeviceRow.id).where(col(DeviceRow.state).in_(states))
    return len(session.exec(some.limit(FEW + 1)).all()) <= FEW


def _of(engine: Engine) -> _Kept:
    with _kept_guard:
        return _kept.setdefault(engine, _Kept())
