"""Make the demonstration once: simulate, write through the journal, seal."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from parc import resources
from parc.clock import PARIS, local
from parc.config import Settings
from parc.domain.command import Rules
from parc.domain.events import Event
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action
from parc.operations.demonstration import (
    erasures,
    orders,
    profiles,
    reform_lists,
    repairs,
    setting,
    slips,
    timeline,
)
from parc.operations.demonstration.office_hours import on_or_after, on_or_before
from parc.operations.demonstration.people import ACCOUNTS, DemoAccount
from parc.operations.demonstration.world import Life, World
from parc.storage import aliases, journal, schema
from parc.storage.database import writing
from parc.storage.seals import seal
from parc.storage.tables import AccountRow, DeviceRow, OwnerRow, SealRow

MOST_DEVICES = 20_000
SEAL_REASON = "demonstration"
_BATCH = 500

Progress = Callable[[int, int], None]


def build(
    engine: Engine,
    settings: Settings,
    *,
    devices: int = 3000,
    seed: int = 1,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
) -> list[DemoAccount]:
    """Fill an empty database with six invented years of three public bodies.

    The same `seed` and the same day of `at` give the same journal, hash by
    hash. On a database that already holds the demonstration nothing changes.
    `progress` is told how much is done, of how much.

    Returns:
        The accounts to sign in with, one per role.

    Raises:
        Refused: the database holds something else, or `devices` is out of range.
    """
    if not 1 <= devices <= MOST_DEVICES:
        message = f"Une démonstration compte de 1 à {MOST_DEVICES:,} matériels."
        raise Refused((Refusal("devices", message.replace(",", "\u202f")),))
    schema.upgrade(engine)
    with writing(engine) as session:
        if session.exec(
            select(SealRow.id).where(SealRow.reason == SEAL_REASON)
        ).first():
            return list(ACCOUNTS)
        _require_empty(session)
        world = _world(session, settings, devices, seed, local(at).date())
        _simulate(world, devices, progress)
        _write(session, world, lambda done: progress(devices + done, 2 * devices))
        orders.add(session, world)
        repairs.keep_repairs(session, world)
        slips.add(session, world)
        reform_lists.add(session, world)
        profiles.add(session, world)
        erasures.add(session, settings.documents_dir, world)
    return list(ACCOUNTS)


def _require_empty(session: Session) -> None:
    for table in (OwnerRow.id, AccountRow.id, DeviceRow.id):
        if session.exec(select(table).limit(1)).first() is not None:
            message = (
                "La base contient déjà autre chose que la démonstration : rien n'a "
                "été changé. Choisissez un dossier vide : parc demo --dir DOSSIER"
            )
            raise Refused((Refusal("not_empty", message),))


def _world(
    session: Session, settings: Settings, devices: int, seed: int, day: date
) -> World:
    end = on_or_before(day - timedelta(days=1))
    start = on_or_after(_years_before(day, timeline.YEARS))
    chance = random.Random(seed)
    opening = datetime.combine(start, time(7), PARIS).astimezone(UTC)
    owners = setting.add_owners(
        session, settings.documents_dir, chance, start, at=opening, devices=devices
    )
    viewers = setting.add_accounts(session, chance, owners, opening)
    rules = Rules(resources.law(), resources.categories(), setting.NAMES, start, start)
    return World(chance, owners, viewers, rules, start, end)


def _simulate(world: World, devices: int, progress: Progress) -> None:
    timeline.fill(world, devices)
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if int(share * devices) > told:
            told = int(share * devices)
            progress(told, 2 * devices)

    world.run(tell)


def _write(session: Session, world: World, progress: Callable[[int], None]) -> None:
    """Write the histories and seal each year's end.

    A history is written whole, so each seal covers those that ended in its
    year: nothing that a seal covers was typed after it.
    """
    for owner in world.owners.values():
        row = setting.owner_row(session, owner)
        journal.next_tags(session, row, world.numbers.get(owner.key, 0))
    written = 0
    merged: dict[int, list[Event]] = {}
    for year in range(world.start.year, world.end.year + 1):
        ended = [life for life in world.lives if _ended_in(life, world) == year]
        for batch in _batches(ended):
            ids = journal.open_histories(session, [life.events for life in batch])
            told = zip(ids, (life.events for life in batch), strict=True)
            merged.update((k, e) for k, e in told if e[-1].action is Action.MERGE)
            written += len(batch)
            progress(written)
        last = year == world.end.year
        closed = world.end if last else date(year, 12, 31)
        sealed_at = datetime.combine(closed, time(23, 30), PARIS).astimezone(UTC)
        seal(session, sealed_at, SEAL_REASON if last else "nightly")
    aliases.leave_all(session, merged)


def _ended_in(life: Life, world: World) -> int:
    """Return the year of a history's last entry; the last one if it goes on."""
    year = local(life.events[-1].recorded_at).year
    return min(year, world.end.year)


def _batches(lives: list[Life]) -> Iterator[list[Life]]:
    for start in range(0, len(lives), _BATCH):
        yield lives[start : start + _BATCH]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
