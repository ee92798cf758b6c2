"""Devices that live several legal years, and the year of a report made of them."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from parc import resources
from parc.clock import local
from parc.domain.command import Command
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.evolution import evolve
from parc.domain.history import as_known_device
from parc.domain.lifecycle import decide, replay
from parc.domain.reuse import Standing, standing
from parc.domain.siret import with_key
from parc.domain.vocabulary import REVERSALS, Action
from reports.indicators.lines import line_of
from reports.reuse_year import ReuseYear
from tests.factories import (
    ALICE,
    BOB,
    DOCUMENT,
    LENS,
    LOOS,
    Story,
    a_command,
    at,
    registration,
    some_rules,
)

KEPT = Story(registration(tag="T-KEPT-0")).device
RULES = some_rules(today=date(2031, 12, 31), others=[KEPT])
NAMES = MappingProxyType({LENS: "Agglomération de Lens", LOOS: "Loos-en-Gohelle"})
ELSEWHERE = with_key("246200364", "0027")
"""A public body that does not use this parc."""

BOUGHT = date(2019, 3, 1)
ENDLESS = at(date(2032, 1, 1))

_tags = itertools.count(1)


def life(
    *, bought: date | None = BOUGHT, owner: str = LENS, tag: str = "", **facts: Any
) -> Story:
    """Begin a laptop's history, each under its own tag."""
    given = {"acquired_on": None if bought is None else bought.isoformat(), **facts}
    tag = tag or f"T-{next(_tags)}"
    return Story(registration(tag=tag, owner=owner, rules=RULES, **given), RULES)


def reformed(day: date = date(2025, 5, 15), /, **given: Any) -> Story:
    """Give a device that Alice proposed and whose réforme Bob signed on `day`."""
    return life(**given).decommissioned(day)


def left(
    story: Story,
    day: date,
    route: str = "organisation_gift",
    *,
    commitment: date | None = None,
    proof: date | None = None,
    taker_siret: str = ELSEWHERE,
    recorded: date | None = None,
) -> Story:
    """Make a réformé device ready and hand it over, with the papers named."""
    story.then(a_command(Action.RECONDITION, day, recorded=recorded))
    story.erased(day).filed("tests", day, recorded).filed("convention", day, recorded)
    story.then(a_command(Action.DECLARE_READY, day, recorded=recorded))
    if commitment is not None:
        story.filed("commitment", commitment, recorded)
    details = {"route": route, "taker": "Les Ateliers du Réemploi"}
    if route == "public_transfer":
        details["taker_siret"] = taker_siret
    story.then(a_command(Action.HAND_OVER, day, details, recorded=recorded))
    if proof is not None:
        story.filed("proof", proof, recorded)
    return story


def judged(
    story: Story, year: int = 2026, owner: str = LENS, known_at: datetime | None = None
) -> Standing:
    """Judge a device for an owner's year, as known at an instant or now."""
    device = as_known_device(story.events, known_at)
    assert device is not None
    return standing(device, owner, year, resources.law(), resources.categories())


def a_year(
    stories: Iterable[Story | Sequence[Event]],
    year: int = 2026,
    owners: Mapping[str, str] = MappingProxyType({LENS: NAMES[LENS]}),
    known_at: datetime = ENDLESS,
) -> ReuseYear:
    """Gather a report's year from histories, as `parc.operations` does."""
    law, categories = resources.law(), resources.categories()
    devices: list[Device] = []
    for story in stories:
        events = story.events if isinstance(story, Story) else story
        device = as_known_device(events, known_at)
        devices += [] if device is None else [device]
    lines = (
        line_of(device, owner, year, law, categories)
        for device in devices
        for owner in owners
    )
    return ReuseYear(
        year=year,
        owners=owners,
        lines=tuple(line for line in lines if line is not None),
        law=law,
        known_at=local(known_at),
        made_at=local(known_at),
    )


Tried = Callable[[date, int], list[Command]]


def _paper(kind: str) -> Tried:
    """File a paper dated some days before or after the day it takes effect."""

    def tried(day: date, offset: int) -> list[Command]:
        dated = min(day + timedelta(days=offset), RULES.today)
        given = {"kind": kind, "dated_on": dated.isoformat(), "document": DOCUMENT}
        return [a_command(Action.FILE_EVIDENCE, day, given)]

    return tried


def _signed(day: date, _: int) -> list[Command]:
    act = {"act_number": "1", "act_on": day.isoformat()}
    return [
        a_command(Action.PROPOSE_DECOMMISSION, day, reason="Âge"),
        a_command(Action.DECOMMISSION, day, act, by=BOB),
    ]


def _shelved(day: date, offset: int) -> list[Command]:
    erased = {"serial": "S29NNXAH146409", "outcome": "erased_verified"}
    return [
        a_command(Action.RECONDITION, day),
        a_command(Action.SETTLE_MEDIUM, day, {**erased, "document": DOCUMENT}),
        *_paper("tests")(day, offset),
        *_paper("convention")(day, offset),
        a_command(Action.DECLARE_READY, day),
    ]


def _handed(route: str) -> Tried:
    def tried(day: date, offset: int) -> list[Command]:
        given = {"route": route, "taker": "Les Ateliers"}
        if route == "public_transfer":
            given["taker_siret"] = (ELSEWHERE, LENS, LOOS)[offset % 3]
        return [
            *_signed(day, offset),
            *_shelved(day, offset),
            *(_paper("commitment")(day, offset) if offset % 2 else ()),
            a_command(Action.HAND_OVER, day, given),
            *(_paper("proof")(day, offset) if offset % 5 else ()),
        ]

    return tried


def _one(action: Action, **details: object) -> Tried:
    return lambda day, _: [
        a_command(action, day, details),
        a_command(action, day, details, by=BOB),
    ]


_MOVES: tuple[Tried, ...] = (
    _signed,
    _signed,
    _shelved,
    *(
        _handed(route)
        for route in (
            "public_transfer",
            "public_transfer",
            "sale",
            "sale",
            "staff_gift",
            "organisation_gift",
            "producer_takeback",
            "supplier_takeback",
        )
    ),
    _paper("commitment"),
    _paper("commitment"),
    _paper("proof"),
    _paper("proof"),
    _one(Action.PROVE_REUSE),
    _one(Action.RETURN_FROM_TAKER, reason="Panne"),
    _one(Action.REPORT_RECYCLED_BY_TAKER),
    _one(Action.CONDEMN, reason="Hors service"),
    _one(Action.PUT_IN_WASTE_LOT, lot="P-7"),
    lambda day, offset: [
        *_paper("collection")(day, offset),
        a_command(Action.COLLECT_WASTE, day, collector="Éco-organisme"),
    ],
    _one(Action.REPORT_MISSING, reason="Introuvable"),
    _one(Action.REPORT_STOLEN, complaint="42"),
    _one(Action.FIND),
    _one(Action.REINSTATE, reason="Besoin"),
    _one(Action.ASSIGN),
    lambda day, _: [
        a_command(Action.ANNUL, day, reason="Erreur", by=by) for by in (ALICE, BOB)
    ][:1],
    lambda day, _: [a_command(Action.ANNUL, day, reason="Erreur", by=BOB)],
    _one(Action.DISCARD, reason="Jamais arrivé"),
    _one(Action.MERGE, into=KEPT.tag, reason="Saisi deux fois"),
    *(_one(Action.RESTORE), _one(Action.SPLIT)) * 3,
    _one(Action.DESCRIBE, security="protected"),
    _one(Action.DESCRIBE, security="none"),
    lambda day, offset: [
        a_command(
            Action.DESCRIBE,
            day,
            acquired_on=(date(2016, 2, 29) + timedelta(days=offset)).isoformat(),
        )
    ],
)


@st.composite
def histories(draw: st.DrawFn, tag: str) -> list[Event]:
    """Draw a legal history of one device over the years 2023 to 2028.

    What the rules refuse is left out. Entries are typed the day itself or up to
    fourteen months later, each after the one before.
    """
    rest = ["desktop", "monitor", "mouse", "server"]
    category = draw(st.sampled_from([*["laptop"] * 6, *rest]))
    day = draw(st.dates(date(2015, 6, 1), date(2016, 6, 1)))
    basis = draw(
        st.sampled_from(
            ["acquired_on", "acquired_on", "commissioned_on", "manufactured_on", ""]
        )
    )
    facts = {basis: day.isoformat()} if basis else {}
    owner = draw(st.sampled_from([LENS, LENS, LOOS]))
    story = life(bought=None, owner=owner, tag=tag, category=category, **facts)
    events, device = story.events, story.device
    day = typed = date(2023, 1, 1)
    steps = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(_MOVES) - 1),
                st.sampled_from([0, 1, 30, 120, 300]),
                st.sampled_from([0, 0, 0, 90, 430]),
                st.integers(-40, 60),
            ),
            min_size=1,
            max_size=10,
        )
    )
    for move, gap, lag, offset in steps:
        # Days around 1 January are where A and B change: stop there often.
        day = min(_near_new_year(day + timedelta(days=gap), offset), date(2028, 12, 1))
        typed = max(typed, day + timedelta(days=lag))
        for command in _MOVES[move](day, offset):
            asked = replace(command, at=at(typed))
            decided = decide(device, asked, RULES)
            if isinstance(decided, Event):
                events.append(decided)
                device = _after(device, events)
    return events


def fleets(sizes: int = 4) -> st.SearchStrategy[list[list[Event]]]:
    """Draw the histories of a few devices of two owners."""
    return st.integers(1, sizes).flatmap(
        lambda size: st.tuples(*(histories(f"T-{n}") for n in range(size))).map(list)
    )


def _near_new_year(day: date, offset: int) -> date:
    if offset % 4:
        return day
    return max(day, date(day.year, 12, 31) + timedelta(days=offset % 2))


def _after(device: Device, events: list[Event]) -> Device:
    if events[-1].action not in REVERSALS:
        return evolve(device, events[-1])
    back = replay(events)
    assert back is not None
    return back
