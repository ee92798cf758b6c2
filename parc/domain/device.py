"""A device as its events leave it: the frozen picture that rules decide on."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from typing import Self

from parc.domain.fields import Json
from parc.domain.frozen import frozen
from parc.domain.vocabulary import (
    EvidenceKind,
    HandOverOutcome,
    Level,
    MediumKind,
    Route,
    Settlement,
    State,
    VoidKind,
)

NO_STORAGE = "-"
"""Serial under which a device is declared to hold no storage medium at all."""


@frozen
class Medium:
    """A storage medium; `settlement` is None while its data may still be there."""

    serial: str
    kind: MediumKind = MediumKind.UNKNOWN
    capacity_gb: int | None = None
    settlement: Settlement | None = None
    document: str | None = None


@frozen
class Evidence:
    """A filed document, or what an import declared in its place (no document)."""

    kind: EvidenceKind
    dated_on: date
    reference: str | None
    document: str | None
    level: Level


@frozen
class HandOver:
    """One departure for reuse, and what is known of it since.

    `owner` is the SIRET of the giver: the statutory rate is the giver's.
    """

    seq: int
    on: date
    owner: str
    route: Route
    taker: str | None
    level: Level
    decommissioned_on: date | None
    commitment_on: date | None = None
    proof_on: date | None = None
    outcome: HandOverOutcome = HandOverOutcome.PENDING


@frozen
class Step:
    """From the day `on`, the device is in `state`, owned by `owner`."""

    on: date
    state: State
    owner: str
    decommissioned_on: date | None
    level: Level


@frozen
class Void:
    """Out of the inventory: registered by mistake, or twice.

    `into` is the tag of the device that was kept, when merged into it.
    """

    kind: VoidKind
    on: date
    into: str | None = None


@frozen
class Device:
    """What the rules know of one device.

    `version` is the `seq` of its latest event. `facts` is read-only by
    convention. `before` is the picture before the latest live event, which is
    what an annulment goes back to. `void`: it counts nowhere; all the rest stays
    as it was when it was discarded or merged.
    """

    tag: str
    owner: str
    manager: str
    category: str
    state: State
    version: int
    since: date
    facts: Mapping[str, Json] = field(default_factory=dict)
    site: int | None = None
    holder: str | None = None
    media: tuple[Medium, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    proposer: str | None = None
    decommissioned_on: date | None = None
    decommissioned_by: str | None = None
    hand_overs: tuple[HandOver, ...] = ()
    steps: tuple[Step, ...] = ()
    latest_action: str = ""
    latest_actor: str = ""
    latest_seq: int = 0
    before: Self | None = None
    void: Void | None = None

    @property
    def void_kind(self) -> VoidKind | None:
        """Why the device is out of the inventory; None: it is in it."""
        return None if self.void is None else self.void.kind

    def filed(self, kind: EvidenceKind) -> Evidence | None:
        """Return the latest evidence of a kind in the present cycle, if any."""
        return next((e for e in reversed(self.evidence) if e.kind is kind), None)

    @property
    def unsettled_media(self) -> tuple[Medium, ...]:
        """The media whose data has been neither erased nor destroyed."""
        return tuple(m for m in self.media if m.settlement is None)

    def with_medium(self, medium: Medium) -> Self:
        """Add a medium, or replace the one with the same serial."""
        others = tuple(m for m in self.media if m.serial != medium.serial)
        return replace(self, media=(*others, medium))

    def day_fact(self, name: str) -> date | None:
        """Read a fact that is a day."""
        value = self.facts.get(name)
        return date.fromisoformat(value) if isinstance(value, str) else None

    def amount_fact(self, name: str) -> int | None:
        """Read a fact that is an integer amount (cents, tenths)."""
        value = self.facts.get(name)
        return value if isinstance(value, int) else None

    def text_fact(self, name: str) -> str:
        """Read a fact that is a text; empty when absent."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""
