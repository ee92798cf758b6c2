"""Record actions on many devices at once, each judged as `journal.record` judges it.

Histories are read together, the domain decides in memory, events and projections
are written together: a tenth of the time of as many single records.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session

from parc.domain.command import Command, Rules
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.evolution import evolve
from parc.domain.fields import Form, form_of
from parc.domain.lifecycle import decide, fields_of, replay
from parc.domain.refusal import Refusal
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Level, State
from parc.storage.bulk import insert_rows
from parc.storage.database import is_sqlite
from parc.storage.journal import EVENTS, ConflictError, event_values
from parc.storage.projection import (
    DEVICES,
    changes_ownership,
    owner_ids,
    product_ids,
    product_of,
    project,
    values_of,
)
from parc.storage.tables import DeviceRow

CHUNK = 1_000
"""Devices whose histories are in memory together."""

_TRIES = 3


_LIVES = (
    select(
        DEVICES.c.id,
        DEVICES.c.version,
        EVENTS.c.hash,
        EVENTS.c.seq,
        EVENTS.c.action,
        EVENTS.c.effective_on,
        EVENTS.c.recorded_at,
        EVENTS.c.actor,
        EVENTS.c.state,
        EVENTS.c.owner,
        EVENTS.c.level,
        EVENTS.c.source,
        EVENTS.c.details,
    )
    .join(EVENTS, EVENTS.c.device_id == DEVICES.c.id)
    .where(DEVICES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(DEVICES.c.id, EVENTS.c.seq)
)
"""One statement: what is seen of a device and of its events belongs together."""

Judged = Event | tuple[Refusal, ...]
"""The event recorded, or every reason why none was."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One action on one device; `expected_version` is the one seen when deciding."""

    device_id: int
    command: Command
    expected_version: int | None = None


@dataclass(slots=True)
class Opened:
    """A device in a batch: its events, those just added last."""

    id: int
    before: Device
    device: Device
    events: list[Event]
    last_hash: str
    added: int = field(default=0)


class _Same(dict[Any, int]):
    """Keys that no event of a batch changes: they are compared, never written."""

    def __missing__(self, key: object) -> int:
        return 0


_NOT_ASKED = _Same()


class Batch:
    """Some devices read together; nothing is written before `write`.

    Raises:
        ConflictError: a device is being changed by somebody else.
    """

    def __init__(self, session: Session, ids: Iterable[int]) -> None:
        self._session = session
        self._opened = _opened(session, sorted(set(ids)))
        self._rows: list[dict[str, object]] = []
        self._rules: Rules | None = None
        self._forms: dict[Action, Form] = {}

    def __getitem__(self, device_id: int) -> Opened:
        return self._opened[device_id]

    def record(self, wish: Wish, rules: Rules) -> Judged:
        """Judge one action by what the device is, those of this batch included.

        Raises:
            ValueError: a merging, or what undoes it: it concerns two devices.
        """
        if wish.command.action in {Action.MERGE, Action.SPLIT}:
            raise ValueError(wish.command.action)
        opened = self._opened[wish.device_id]
        device = opened.device
        if wish.expected_version not in {None, device.version}:
            return (Refusal("conflict", str(ConflictError())),)
        decided = decide(device, wish.command, rules, fields=self._form(wish, rules))
        if not isinstance(decided, Event):
            return decided
        opened.events.append(decided)
        opened.device = _after(opened, decided)
        values = event_values(opened.id, decided, opened.last_hash)
        opened.last_hash = str(values["hash"])
        opened.added += 1
        self._rows.append(values)
        return decided

    def _form(self, wish: Wish, rules: Rules) -> Form:
        if self._rules is not rules:
            self._rules, self._forms = rules, {}
        action = wish.command.action
        form = self._forms.get(action)
        if form is None:
            form = form_of(fields_of(TRANSITIONS[action], rules))
            self._forms[action] = form
        return form

    def write(self) -> None:
        """Append the events and rewrite the devices' rows.

        Raises:
            ConflictError: somebody else changed one of the devices meanwhile.
        """
        try:
            insert_rows(self._session, EVENTS, self._rows)
        except IntegrityError as error:
            raise ConflictError from error
        self._rows = []
        changed = [opened for opened in self._opened.values() if opened.added]
        _project(self._session, changed)
        for opened in changed:
            opened.before, opened.added = opened.device, 0


def record_many(
    session: Session, wishes: Sequence[Wish], rules: Rules
) -> Iterator[Judged]:
    """Record actions in their order, in the caller's transaction; judge each apart.

    The events, rows and hashes are those that `journal.record` makes. A refusal
    holds nobody back. Read it to its end: what is not read is not done.

    Raises:
        ConflictError: somebody else changes these devices again and again.
    """
    for start in range(0, len(wishes), CHUNK):
        yield from _recorded(session, wishes[start : start + CHUNK], rules)


def _recorded(session: Session, wishes: Sequence[Wish], rules: Rules) -> list[Judged]:
    ids = [wish.device_id for wish in wishes]
    if is_sqlite(session):  # its writer is alone
        return _once(session, ids, wishes, rules)
    for _ in range(_TRIES):
        try:
            with session.begin_nested():
                return _once(session, ids, wishes, rules)
        except ConflictError:
            continue
    raise ConflictError


def _once(
    session: Session, ids: Sequence[int], wishes: Sequence[Wish], rules: Rules
) -> list[Judged]:
    batch = Batch(session, ids)
    judged = [batch.record(wish, rules) for wish in wishes]
    batch.write()
    return judged


def _after(opened: Opened, decided: Event) -> Device:
    device = opened.device
    if decided.action is Action.DESCRIBE and device.latest_seq == device.version:
        return evolve(device, decided)
    after = replay(opened.events)
    if after is None:
        raise ConflictError
    return after


def _opened(session: Session, ids: Sequence[int]) -> dict[int, Opened]:
    versions: dict[int, int] = {}
    histories: dict[int, list[Event]] = {}
    hashes: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = {"ids": ids[start : start + CHUNK]}
        for key, version, last_hash, *said in session.execute(_LIVES, chunk):
            versions[key] = version
            histories.setdefault(key, []).append(_event(*said))
            hashes[key] = last_hash
    opened: dict[int, Opened] = {}
    for key in ids:
        events = histories.get(key, [])
        now = replay(events)
        if now is None or now.version != versions[key]:
            raise ConflictError
        opened[key] = Opened(key, now, now, events, hashes[key])
    return opened


def _event(  # noqa: PLR0917 - a row's columns, in their order
    seq: int,
    action: str,
    effective_on: date,
    recorded_at: datetime,
    actor: str,
    state: str,
    owner: str,
    level: str,
    source: str | None,
    details: str,
) -> Event:
    return Event(
        seq,
        Action(action),
        effective_on,
        recorded_at,
        actor,
        State(state),
        owner,
        Level(level),
        source,
        json.loads(details),
    )


def _project(session: Session, changed: Sequence[Opened]) -> None:
    """Rewrite rows: together what most events change, one by one what few do."""
    plain = [o for o in changed if _is_plain(o)]
    devices = [device for o in plain for device in (o.before, o.device)]
    owners: Mapping[str, int] = _NOT_ASKED
    products: Mapping[tuple[str, str], int] = _NOT_ASKED
    if any(_hands(o.before) != _hands(o.device) for o in plain):
        owners = owner_ids(session, {siret for d in devices for siret in _hands(d)})
    if any(product_of(o.before) != product_of(o.device) for o in plain):
        products = product_ids(session, devices)
    before = [values_of(o.before, owners, products) for o in plain]
    after = [values_of(o.device, owners, products) for o in plain]
    # An index of a column that is not set is not written again.
    differing = {
        name
        for old, new in zip(before, after, strict=True)
        for name in new
        if new[name] != old[name]
    }
    rewritten = _rewriting(frozenset(differing))
    if plain:
        session.connection().execute(
            rewritten,
            [
                {"of": o.id, **{name: new[name] for name in differing}}
                for o, new in zip(plain, after, strict=True)
            ],
        )
    for opened in changed:
        if not _is_plain(opened):
            row = session.get_one(DeviceRow, opened.id, populate_existing=True)
            project(session, row, opened.before, opened.device)
        elif held := session.identity_map.get(identity_key(DeviceRow, opened.id)):
            session.expire(held)


@lru_cache(maxsize=64)
def _rewriting(names: frozenset[str]) -> Update:
    return (
        update(DEVICES)
        .where(DEVICES.c.id == bindparam("of"))
        .values({name: bindparam(name) for name in sorted(names)})
    )


def _hands(device: Device) -> tuple[str, str]:
    return device.owner, device.manager


def _is_plain(opened: Opened) -> bool:
    """Tell whether the device's own row is all that its events change."""
    before, after = opened.before, opened.device
    return before.media == after.media and not changes_ownership(before, after)
