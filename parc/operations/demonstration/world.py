"""The simulated years: an agenda of days, and lives judged by the real domain."""

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Concatenate, ParamSpec

from parc.clock import local
from parc.domain.access import Viewer
from parc.domain.command import Actor, Command, Rules
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.evolution import evolve
from parc.domain.lifecycle import decide, replay
from parc.domain.refusal import Refused
from parc.domain.vocabulary import (
    REVERSALS,
    Action,
    EvidenceKind,
    Role,
    Security,
    State,
)
from parc.operations.demonstration.catalogue import Product
from parc.operations.demonstration.office_hours import (
    MINUTES_OPEN,
    instant,
    on_or_after,
)
from parc.operations.demonstration.papers import Paper
from parc.operations.demonstration.people import first_holding

P = ParamSpec("P")
Agenda = list[tuple[date, int, Callable[[date], None]]]
_LAGS = (0, 0, 0, 0, 0, 0, 0, 1, 1, 3)


@dataclass(frozen=True, slots=True)
class Owner:
    """A legal person of the demonstration, with the row ids of its places."""

    key: str
    id: int
    siret: str
    name: str
    manager: str
    first_day: date
    stock: int
    sites: tuple[int, ...]
    holders: tuple[str, ...]
    papers: Mapping[Paper, str]


@dataclass(slots=True)
class Life:
    """One device: what happened to it, and when its use is meant to end."""

    product: Product
    device: Device
    events: list[Event]
    born: date
    retires: date
    worn: bool = False
    plan: str = ""
    """What is under way, so that two processes never take the same device."""
    watch: int = 0

    @property
    def state(self) -> State:
        """The present state."""
        return self.device.state

    @property
    def flagged(self) -> bool:
        """Tell whether a security flag keeps the device from leaving for reuse."""
        return self.device.text_fact("security") not in {"", Security.NONE.value}

    def years(self, day: date) -> float:
        """Return the age in years."""
        return (day - self.born).days / 365.25


@dataclass
class World:
    """Everything that happens between the days `start` and `end`."""

    chance: random.Random
    owners: Mapping[str, Owner]
    viewers: list[Viewer]
    rules: Rules
    start: date
    end: date
    lives: list[Life] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    _agenda: Agenda = field(default_factory=list)
    _counter: int = 0
    _dated_rules: dict[tuple[str, date], Rules] = field(default_factory=dict)

    def on(
        self,
        day: date,
        what: Callable[Concatenate["World", date, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Put something on the agenda, on `day` or the next working day.

        What falls after the end never happens.
        """
        day = on_or_after(day)
        if day <= self.end:
            self._counter += 1
            heapq.heappush(
                self._agenda,
                (day, self._counter, lambda on: what(self, on, *args, **kwargs)),
            )

    def run(self, progress: Callable[[float], None]) -> None:
        """Let time pass; `progress` is told the share of it that has."""
        length = (self.end - self.start).days or 1
        while self._agenda:
            day, _, what = heapq.heappop(self._agenda)
            what(day)
            progress((day - self.start).days / length)

    def act(
        self,
        life: Life,
        action: Action,
        day: date,
        by: Role = Role.TECHNICIAN,
        *,
        late: int | None = None,
        **details: object,
    ) -> None:
        """Record one action on a device, typed the same day or a little later.

        `late` is the number of days after which it is typed.

        Raises:
            Refused: the domain refuses: the simulation is wrong.
        """
        owner = self.owner(life)
        at = self.typed(day, late, after=life.events[-1].recorded_at)
        rules = self.rules_on(owner, local(at).date())
        if action is Action.MERGE:
            kept = next(x for x in self.lives if x.device.tag == details["into"])
            rules = replace(rules, others={kept.device.tag: kept.device})
        command = Command(action, day, at, self.actor(by, owner), details)
        event = decide(life.device, command, rules)
        if not isinstance(event, Event):
            raise Refused(event)
        life.events.append(event)
        if action in REVERSALS:
            life.device = replay(life.events) or life.device
        else:
            life.device = evolve(life.device, event)

    def file(
        self,
        life: Life,
        kind: EvidenceKind,
        day: date,
        reference: str,
        by: Role = Role.REUSE_OFFICER,
    ) -> None:
        """File a document of a kind."""
        document = self.owner(life).papers[Paper[kind.name]]
        self.act(
            life,
            Action.FILE_EVIDENCE,
            day,
            by,
            kind=kind.value,
            dated_on=day.isoformat(),
            reference=reference,
            document=document,
        )

    def owner(self, life: Life) -> Owner:
        """Return the present owner of a device."""
        return next(o for o in self.owners.values() if o.siret == life.device.owner)

    def of(self, owner: Owner, *states: State) -> list[Life]:
        """List an owner's devices in some states that no plan has taken."""
        return [
            life
            for life in self.lives
            if life.device.state in states
            and life.device.owner == owner.siret
            and not life.plan
        ]

    def actor(self, role: Role, owner: Owner) -> Actor:
        """Choose who acts with a role for an owner."""
        return first_holding(self.viewers, role, owner.id).as_actor(owner.id)

    def rules_on(self, owner: Owner, today: date) -> Rules:
        """Return the rules of a day for an owner's devices."""
        key = (owner.key, today)
        if key not in self._dated_rules:
            self._dated_rules[key] = replace(
                self.rules, first_day=owner.first_day, today=today
            )
        return self._dated_rules[key]

    def typed(
        self, day: date, late: int | None = None, *, after: datetime | None = None
    ) -> datetime:
        """Draw the instant at which something of `day` is typed.

        Never before `after`: a device's entries are made one after the other.
        """
        lag = self.chance.choice(_LAGS) if late is None else late
        on = min(on_or_after(day + timedelta(days=lag)), self.end)
        at = instant(on, self.chance.randrange(MINUTES_OPEN))
        if after is not None and at <= after:
            at = after + timedelta(minutes=1, seconds=self.chance.randrange(120))
        return at

    def soon(self, day: date, least: int, most: int) -> date:
        """Draw a day between `least` and `most` days later."""
        return day + timedelta(days=self.chance.randint(least, most))

    def happens(self, share: float) -> bool:
        """Tell by chance whether something happens."""
        return self.chance.random() < share
