"""A device on a past day: as known now, beside what was known then (D2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from parc import clock
from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.fields import Kind
from parc.domain.history import on_day
from parc.domain.transitions import FACT_FIELDS
from parc.web import rendering
from parc.web.event_view import Names, value_of


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of both pictures; empty where nothing was known."""

    label: str
    now: str
    then: str

    @property
    def differs(self) -> bool:
        """Tell whether something was learnt since."""
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Past:
    """Both pictures of a day; a device may be absent from one or from both."""

    day: date
    now: Device | None
    then: Device | None
    lines: Sequence[Compared]

    @property
    def differs(self) -> bool:
        """Tell whether both pictures differ anywhere."""
        return any(line.differs for line in self.lines)


def past(events: Sequence[Event], day: date, names: Names) -> Past:
    """Rebuild a device at the end of a day in both ways."""
    now = on_day(events, day)
    then = on_day(events, day, known_at=end_of(day))
    before, after = _picture(then, names), _picture(now, names)
    labels = dict.fromkeys([*after, *before])
    lines = [Compared(n, after.get(n, ""), before.get(n, "")) for n in labels]
    return Past(day, now, then, lines)


def end_of(day: date) -> datetime:
    """Give the last instant of a day in France, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), clock.PARIS)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def _picture(device: Device | None, names: Names) -> dict[str, str]:
    if device is None:
        return {}
    picture = {
        "Hors de l'inventaire": device.void.kind.label if device.void else "",
        "État": device.state.label,
        "Depuis le": rendering.day(device.since),
        "Propriétaire": names.owners.get(device.owner, device.owner),
        "Gestionnaire": names.owners.get(device.manager, device.manager),
        "Site": names.sites.get(device.site or 0, ""),
        "Détenteur": names.person(device.holder),
        "Réformé le": rendering.day(device.decommissioned_on),
        "Supports non traités": ", ".join(m.serial for m in device.unsettled_media),
    }
    picture |= {
        f.label: value_of(f, device.facts[f.name], names)
        for f in FACT_FIELDS
        if f.name in device.facts and f.kind is not Kind.DOCUMENT
    }
    return {label: text for label, text in picture.items() if text not in {"", "—"}}
