"""A device on any past day, as known now or as known then (decision D2)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from parc.domain.device import Device
from parc.domain.events import Event, live
from parc.domain.evolution import evolve, void_by


def on_day(
    events: Iterable[Event], day: date, *, known_at: datetime | None = None
) -> Device | None:
    """Rebuild a device as it stood at the end of `day`.

    `known_at` (UTC) is the instant whose knowledge is asked: events recorded
    later, annulments included, are ignored. None asks what is known now.
    The result is None before the device's registration took effect.

    State changes never go back in time, so keeping the events effective by
    `day` keeps a legal history. What is known to be out of the inventory never was
    in it: it is out on any day.
    """
    known = as_known(events, known_at)
    out = void_by(known[-1]) if known else None
    kept = [event for event in known if event.effective_on <= day]
    if not kept or kept[0].seq != 1:
        return None
    device: Device | None = None
    for event in kept:
        device = evolve(device, event)
    if device is not None and out is not None:
        return replace(device, void=out)
    return device


def as_known(events: Iterable[Event], known_at: datetime | None) -> list[Event]:
    """Keep the live events as known at an instant (None: now), in `seq` order."""
    return live(e for e in events if known_at is None or e.recorded_at <= known_at)


def as_known_device(
    events: Iterable[Event], known_at: datetime | None
) -> Device | None:
    """Rebuild a device from everything known at an instant, whatever the day."""
    device: Device | None = None
    for event in as_known(events, known_at):
        device = evolve(device, event)
    return device
