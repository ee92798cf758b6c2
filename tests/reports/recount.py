"""A and B counted a second time, from raw events, sharing no code with parc.

Plain loops over the columns of the event table: nothing of `parc.domain` is
imported, so that an error there is not repeated here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

STOCK = {
    "decommissioned",
    "reconditioning",
    "ready",
    "offered",
    "reserved",
    "to_recycle",
    "dismantled",
    "in_waste_lot",
}
ON_PAPERS = {"sale", "producer_takeback", "supplier_takeback"}
TAKE_BACK = {"annul", "restore", "split"}
COUNTED_KINDS = {"laptop", "desktop", "monitor"}
AGE_FROM = ("acquired_on", "commissioned_on", "manufactured_on")


@dataclass(frozen=True)
class Raw:
    """One row of the event table."""

    seq: int
    action: str
    effective_on: date
    recorded_at: datetime
    state: str
    owner: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Count:
    """The tags in B, in A and in the flow available, for one owner's year."""

    b: frozenset[str]
    a: frozenset[str]
    flow: frozenset[str]


@dataclass
class Departure:
    """A hand-over read from the events around it."""

    on: date
    owner: str
    route: str
    reform: date
    commitments: list[date]
    proofs: list[date]
    undone: bool = False

    def counts(self) -> bool:
        """Apply article 2."""
        if self.undone:
            return False
        if self.route not in ON_PAPERS:
            return True
        return any(day <= self.on for day in self.commitments) and bool(self.proofs)


def recount(
    histories: Iterable[Sequence[Raw]], owner: str, year: int, known_at: datetime
) -> Count:
    """Count A, B and the flow of an owner's year over all devices."""
    b, a, flow = set(), set(), set()
    for history in histories:
        events = _standing(history, known_at)
        if not events:
            continue
        tag = str(events[0].details["tag"])
        spans = _spans(events)
        before = [span for span in spans if span[0] < date(year, 1, 1)]
        departures = [
            d for d in _departures(events) if d.owner == owner and d.on.year == year
        ]
        held = bool(before) and _held(before[-1], owner)
        if held and _eligible(events, owner, before[-1][3]):
            b.add(tag)
            flow.add(tag)
        inside = False
        for span in spans:
            entered = _held(span, owner) and not inside
            inside = _held(span, owner)
            if entered and span[0].year == year and _eligible(events, owner, span[3]):
                flow.add(tag)
        for departure in departures:
            if departure.counts() and _eligible(events, owner, departure.reform):
                a.add(tag)
    return Count(frozenset(b), frozenset(a), frozenset(flow))


def _standing(history: Sequence[Raw], known_at: datetime) -> list[Raw]:
    """Leave out what was not typed yet, what was taken back, and all of the void."""
    typed = [event for event in history if event.recorded_at <= known_at]
    undone = {e.details["seq"] for e in typed if e.action in TAKE_BACK}
    left = [e for e in typed if e.action not in TAKE_BACK and e.seq not in undone]
    # Entered by mistake, or twice: there never was such a device.
    out = bool(left) and left[-1].action in {"discard", "merge"}
    return [] if out else left


Span = tuple[date, str, str, date]
"""First day, state, owner, and the réforme that holds from there."""


def _spans(events: Sequence[Raw]) -> list[Span]:
    spans: list[Span] = []
    reform = events[0].effective_on
    for event in events:
        if event.action == "decommission":
            reform = event.effective_on
        if not spans or spans[-1][1:3] != (event.state, event.owner):
            spans.append((event.effective_on, event.state, event.owner, reform))
    return spans


def _held(span: Span, owner: str) -> bool:
    return span[1] in STOCK and span[2] == owner


def _departures(events: Sequence[Raw]) -> list[Departure]:
    found: list[Departure] = []
    commitments: list[date] = []
    proofs: list[date] = []
    reform, owner, away = events[0].effective_on, events[0].owner, False
    for event in events:
        paper = event.details.get("kind") if event.action == "file_evidence" else None
        if event.action == "decommission":
            reform = event.effective_on
        if event.action == "hand_over":
            route = str(event.details["route"])
            found.append(
                Departure(
                    event.effective_on,
                    owner,
                    route,
                    reform,
                    list(commitments),
                    list(proofs),
                )
            )
            # Inside this parc the receiver holds it at once, with no papers yet.
            away = event.state == "handed_over"
            if not away:
                commitments, proofs = [], []
        elif paper in {"commitment", "proof"}:
            day = date.fromisoformat(str(event.details["dated_on"]))
            papers = commitments if paper == "commitment" else proofs
            papers.append(day)
            if away and event.state in {"handed_over", "reuse_proved"}:
                last = found[-1]
                (last.commitments if paper == "commitment" else last.proofs).append(day)
        elif event.action == "prove_reuse":
            found[-1].proofs.append(event.effective_on)
        elif event.action in {"return_from_taker", "report_recycled_by_taker"}:
            found[-1].undone = True
        if event.action in {"return_from_taker", "reinstate"}:
            commitments, proofs, away = [], [], False
        owner = event.owner
    return found


def _eligible(events: Sequence[Raw], owner: str, reform: date) -> bool:
    """Apply article 1: kind, security, age."""
    facts: dict[str, Any] = {}
    security = ""
    for event in events:
        if event.action in {"register", "describe"}:
            facts |= event.details
        if event.owner == owner:
            # What a later owner marks is that owner's own affair.
            security = str(facts.get("security", ""))
    if facts["category"] not in COUNTED_KINDS or security in {
        "classified",
        "protected",
    }:
        return False
    start = next((str(facts[name]) for name in AGE_FROM if facts.get(name)), None)
    if start is None:
        return False
    bought = date.fromisoformat(start)
    turned_ten = (bought.year + 10, bought.month, bought.day)
    return (reform.year, reform.month, reform.day) <= turned_ten
