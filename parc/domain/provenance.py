"""Where each fact of a device comes from: the event that gave its present value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parc.domain.events import Event, live
from parc.domain.evolution import evolve
from parc.domain.fields import Json

LINE = "source_line"
"""Reserved in an event's details: the line of the import's file, no fact."""

PLACES = ("site", "holder", "manager")
"""What is known of a device besides its facts, and has a source as they have."""


@dataclass(frozen=True, slots=True)
class Source:
    """The event that gave a field the value that it has now.

    `event.source` is the import that it came by; none: somebody typed it.
    """

    event: Event

    @property
    def line(self) -> int | None:
        """The line of the import's file, when the event tells it."""
        line = self.event.details.get(LINE)
        return line if isinstance(line, int) and not isinstance(line, bool) else None


def sources(events: Iterable[Event]) -> dict[str, Source]:
    """Tell which event each present fact comes from, and each present place.

    Annulled events give nothing. Who repeats a value is not who gave it: the
    source stays the event that first said what has been said since. A place that
    an event empties (the holder, when a device comes back) has no source.

    Raises:
        ValueError: the history does not begin with a registration.
    """
    found: dict[str, Source] = {}
    before: Mapping[str, Json] = {}
    device = None
    for event in live(events):
        device = evolve(device, event)
        known = _known(device.facts, device.site, device.holder, device.manager)
        found = {
            name: found[name] if before.get(name) == value else Source(event)
            for name, value in known.items()
        }
        before = known
    return found


def _known(
    facts: Mapping[str, Json], site: int | None, holder: str | None, manager: str
) -> dict[str, Json]:
    places = dict(zip(PLACES, (site, holder, manager), strict=True))
    return {k: v for k, v in {**facts, **places}.items() if v is not None and v != ""}
