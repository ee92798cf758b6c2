"""A year of réemploi of one owner or several: the devices, then the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parc.domain.parameters import Law
from reports.indicators.indicator import Indicator
from reports.indicators.lines import Line
from reports.indicators.reuse import indicators


@dataclass(frozen=True, slots=True)
class Progress:
    """How far devices in the decree's scope went towards reuse in the year.

    `oriented`: made ready, offered, reserved or handed over; `handed_over`:
    left and not given back; `proved`: and their reuse is proved; `counted`: A.
    """

    oriented: int
    handed_over: int
    proved: int
    counted: int


@dataclass(frozen=True, slots=True)
class ReuseYear:
    """What REEN-01 to 03 are computed from, as known at one instant.

    `owners` maps SIRETs to names. `known_at` and `made_at` are in French local
    time; `as_of` is the day of `known_at`.
    """

    year: int
    owners: Mapping[str, str]
    lines: tuple[Line, ...]
    law: Law
    known_at: datetime
    made_at: datetime

    @property
    def as_of(self) -> date:
        """The day whose knowledge the figures show."""
        return self.known_at.date()

    @property
    def mutualised(self) -> bool:
        """Tell whether figures add several owners: no text knows such a rate."""
        return len(self.owners) > 1

    @property
    def last_day(self) -> date:
        """The day whose law applies."""
        return date(self.year, 12, 31)

    @property
    def under_way(self) -> bool:
        """Tell whether the year was not over on the day known."""
        return self.as_of <= self.last_day

    @property
    def perimeter(self) -> str:
        """Name the perimeter as the API does."""
        return "mutualised" if self.mutualised else "owner"

    def lines_of(self, siret: str | None = None) -> tuple[Line, ...]:
        """Give the lines of one owner, or of all."""
        if siret is None:
            return self.lines
        return tuple(line for line in self.lines if line.owner == siret)

    def figures(self, siret: str | None = None) -> tuple[Indicator, ...]:
        """Compute the indicators of one owner, or of the whole perimeter."""
        summed = self.owners if siret is None and self.mutualised else None
        return indicators(self.lines_of(siret), self.year, self.law, names=summed)

    def progress(self, siret: str | None = None) -> Progress:
        """Count what was oriented, handed over, proved and counted."""
        inside = [line for line in self.lines_of(siret) if not line.outside]
        return Progress(
            oriented=sum(line.oriented for line in inside),
            handed_over=sum(line.handed_over for line in inside),
            proved=sum(line.proved for line in inside),
            counted=sum(line.standing.counted for line in inside),
        )
