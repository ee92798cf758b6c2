"""The lists of devices behind the figures of a report, and what narrows them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Query

from parc.domain.search import fold
from parc.web.errors import NotFoundError
from reports.indicators import parts
from reports.indicators.indicator import Part
from reports.indicators.lines import Line, excluded
from reports.indicators.reuse import IDS, LABELS, listed
from reports.reen_lists import in_order
from reports.reuse_year import ReuseYear

EXCLUSIONS = "exclusions"
STEPS = "steps"
_OTHERS = {
    EXCLUSIONS: "Matériels hors calcul, par motif",
    STEPS: "De la remise en état à la preuve",
}

SHOWN: Mapping[str, tuple[str, Callable[[Line], bool]]] = {
    "": ("Tous", lambda _: True),
    "counted": ("Réemployés (A)", lambda line: line.standing.counted),
    "not_counted": (
        "Remis, non comptés",
        lambda line: line.standing.hand_over is not None and not line.standing.counted,
    ),
    "available": ("Flux disponible", lambda line: line.standing.available),
    "stocked": ("En stock au 1er janvier (B)", lambda line: line.standing.stocked),
}
"""What a list of devices may be narrowed to."""

STEPS_SHOWN: Mapping[str, tuple[str, Callable[[Line], bool]]] = {
    "": ("Tous", lambda _: True),
    "oriented": (
        "Orientés : prêts, proposés, réservés ou remis",
        lambda line: line.oriented,
    ),
    "handed_over": ("Remis, non rendus", lambda line: line.handed_over),
    "proved": ("Réemploi effectif prouvé", lambda line: line.proved),
    "counted": (
        "Retenus au sens de l'article 2 (A)",
        lambda line: line.standing.counted,
    ),
}
"""How far devices went, as `ReuseYear.progress` counts them."""

PARTS: Mapping[str, Callable[[Line], Iterable[Part]]] = {
    "route": lambda line: parts.by_route([line]),
    "weee_category": lambda line: parts.by_weee_category([line], None),
    "age_band": lambda line: parts.by_age([line]),
    "exclusion": lambda line: parts.left_out([line]),
}
"""Each way a figure is taken apart: a line is in the parts that count it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of a list is wanted: `show` a choice, `part` of a figure, `q` words."""

    show: str = ""
    part: str = ""
    q: str = ""


def narrowed(
    show: str = "", part: str = "", q: Annotated[str, Query(max_length=200)] = ""
) -> Narrowed:
    """Read how a list is narrowed."""
    return Narrowed(show, part, q.strip())


def label_of(name: str) -> str:
    """Give the title of a list.

    Raises:
        NotFoundError: no such list.
    """
    if name not in {*IDS, *_OTHERS}:
        raise NotFoundError
    return LABELS.get(name) or _OTHERS[name]


def steps(found: ReuseYear) -> list[tuple[str, str, int]]:
    """Give each step of the year: its key, its words, its number of devices."""
    counted = asdict(found.progress())
    return [(key, text, counted[key]) for key, (text, _) in STEPS_SHOWN.items() if key]


def choices_of(name: str) -> Mapping[str, tuple[str, Callable[[Line], bool]]]:
    """Give what a list may be narrowed to; that of exclusions: to nothing."""
    if name == STEPS:
        return STEPS_SHOWN
    return {"": SHOWN[""]} if name == EXCLUSIONS else SHOWN


def part_of(wanted: str, lines: list[Line]) -> tuple[str, list[Line]]:
    """Keep the lines of a part (`route.sale`), and give its words.

    Raises:
        NotFoundError: no such part.
    """
    if not wanted:
        return "", lines
    dimension, _, key = wanted.partition(".")
    if dimension not in PARTS:
        raise NotFoundError
    label, inside = "", []
    for line in lines:
        for part in PARTS[dimension](line):
            if part.key == key:
                label = part.label
                inside += [line] if part.numerator else []
    return label, inside


def says(line: Line, words: str) -> bool:
    """Tell whether a line holds every word."""
    text = fold(f"{line.tag} {line.serial} {line.maker} {line.model} {line.category}")
    return all(fold(word) in text for word in words.split())


def lines_of(found: ReuseYear, name: str) -> list[Line]:
    """Give the devices of a list, in order."""
    if name == EXCLUSIONS:
        return excluded(found.lines)
    if name == STEPS:
        # As `ReuseYear.progress` does: those in the decree's scope.
        return in_order(
            line
            for line in found.lines
            if line.eligible or line.standing.exclusion is None
        )
    return in_order(listed(name, found.lines))
