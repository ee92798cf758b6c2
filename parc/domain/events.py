"""Events of a device, their canonical form, and the hash that chains them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from functools import lru_cache

from parc.domain.fields import Json
from parc.domain.frozen import frozen
from parc.domain.vocabulary import REVERSALS, Action, Level, State

_CANONICAL = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,  # details are trees
    sort_keys=True,
    separators=(",", ":"),
)

GENESIS = "0" * 64
"""Stands for the previous hash of a device's first event."""


@frozen
class Event:
    """One thing that happened to a device; never changed once recorded.

    `effective_on` is when it happened, `recorded_at` (UTC) when it was typed.
    `state` and `owner` (SIRET) are those the event leaves the device in.
    `actor` is an opaque id, never a name (decision D4). `source` names the
    import that the event came from.
    """

    seq: int
    action: Action
    effective_on: date
    recorded_at: datetime
    actor: str
    state: State
    owner: str
    level: Level = Level.DOCUMENTED
    source: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


def canonical_details(details: Mapping[str, Json]) -> str:
    """Write details as the one JSON text they have: sorted, compact, UTF-8."""
    return _CANONICAL.encode(details)


def digest(device_id: str, event: Event, details: str, previous: str) -> str:
    """Chain an event to its predecessor: SHA-256, lower-case hexadecimal.

    `details` is `canonical_details(event.details)`, passed in because the
    storage keeps that very text. Fields are joined by U+001F, which no field
    may contain, so two different events never share one canonical text.
    """
    text = "\x1f".join(
        (
            previous,
            device_id,
            str(event.seq),
            event.action.value,
            event.effective_on.isoformat(),
            _instant(event.recorded_at),
            event.actor,
            event.state.value,
            event.owner,
            event.level.value,
            event.source or "",
            details,
        )
    )
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _instant(moment: datetime) -> str:
    # An import records all its events at one instant.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def live(events: Iterable[Event]) -> list[Event]:
    """Drop the events taken back and what took them back, keeping the order."""
    stack: list[Event] = []
    for event in events:
        if event.action in REVERSALS:
            if stack and stack[-1].seq == event.details.get("seq"):
                stack.pop()
        else:
            stack.append(event)
    return stack
