"""Measure things in turn, and say whether a target is met."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure beside the most, or the least, that it should be."""

    name: str
    value: float
    target: float
    unit: str = "×"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Tell whether the target is met."""
        if self.at_least:
            return self.value >= self.target
        return self.value <= self.target

    def __str__(self) -> str:
        answer = "met" if self.met else "MISSED"
        bound = "≥" if self.at_least else "≤"
        return (
            f"{self.name}: {self.value:.2f} {self.unit} "
            f"(target {bound} {self.target:g} {self.unit}): {answer}"
        )


Times = Mapping[str, list[float]]


def in_turn(
    measured: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Take each measurement `rounds` times, one of each per round."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            times[name].append(measure())
    return times


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def told(name: str, seconds: list[float], scale: float = 1, unit: str = "s") -> str:
    """Write the least and the median of some times."""
    least, middle = min(seconds) * scale, median(seconds) * scale
    return f"  {name:<44} min {least:8.2f} {unit}   median {middle:8.2f} {unit}"


def ratio(times: Times, of: str, to: str) -> float:
    """Give the median over rounds of one time divided by the other's."""
    pairs = zip(times[of], times[to], strict=True)
    return median(one / other for one, other in pairs)
