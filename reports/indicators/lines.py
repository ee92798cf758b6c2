"""One device in one owner's year: what lists show and what figures count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from parc.domain.category import Category
from parc.domain.device import Device
from parc.domain.parameters import Parameter
from parc.domain.reuse import Exclusion, Standing, standing
from parc.domain.vocabulary import HandOverOutcome, State

_TOWARDS_REUSE = frozenset({State.READY, State.OFFERED, State.RESERVED})


@dataclass(frozen=True, slots=True)
class Line:
    """One device in one owner's year: what lists show and figures count.

    `aged_from` is the day its age runs from, `oriented` tells whether it was
    made ready, offered, reserved or handed over during the year.
    """

    owner: str
    tag: str
    serial: str
    category: str
    weee_category: int
    maker: str
    model: str
    acquired_on: date | None
    aged_from: date | None
    oriented: bool
    standing: Standing

    @property
    def months(self) -> int | None:
        """Whole months of age at the réforme; below zero when a day is wrong."""
        reform = self.standing.decommissioned_on
        if self.aged_from is None or reform is None:
            return None
        whole = (reform.year - self.aged_from.year) * 12
        whole += reform.month - self.aged_from.month
        return whole - (1 if reform.day < self.aged_from.day else 0)

    @property
    def eligible(self) -> bool:
        """Tell whether it weighs in one of the figures."""
        judged = self.standing
        return judged.stocked or judged.available or judged.counted

    @property
    def outside(self) -> bool:
        """Tell whether article 1 leaves it out of every figure of the year."""
        return self.standing.exclusion is not None and not self.eligible

    @property
    def handed_over(self) -> bool:
        """Tell whether it left for reuse in the year and did not come back."""
        hand_over = self.standing.hand_over
        return hand_over is not None and (
            hand_over.outcome is not HandOverOutcome.RETURNED
        )

    @property
    def proved(self) -> bool:
        """Tell whether it left in the year and its reuse is proved."""
        hand_over = self.standing.hand_over
        return (
            hand_over is not None
            and hand_over.proof_on is not None
            and hand_over.outcome in {HandOverOutcome.PENDING, HandOverOutcome.PROVED}
        )


def line_of(
    device: Device,
    owner: str,
    year: int,
    law: Mapping[str, Parameter],
    categories: Mapping[str, Category],
) -> Line | None:
    """Judge a device for an owner's year; None when it has no part in it."""
    judged = standing(device, owner, year, law, categories)
    if not judged.concerned:
        return None
    category = categories[device.category]
    basis = judged.age_basis
    oriented = judged.hand_over is not None or any(
        step.owner == owner and step.on.year == year and step.state in _TOWARDS_REUSE
        for step in device.steps
    )
    return Line(
        owner=owner,
        tag=device.tag,
        serial=device.text_fact("serial"),
        category=category.label,
        weee_category=category.weee_category,
        maker=device.text_fact("maker"),
        model=device.text_fact("model"),
        acquired_on=device.day_fact("acquired_on"),
        aged_from=device.day_fact(basis) if basis else None,
        oriented=oriented,
        standing=judged,
    )


def excluded(lines: Iterable[Line]) -> list[Line]:
    """Keep the lines that article 1 leaves out, by reason, owner, then tag."""
    order = list(Exclusion)
    return sorted(
        (line for line in lines if line.outside),
        key=lambda line: (
            order.index(line.standing.exclusion or order[0]),
            line.owner,
            line.tag,
        ),
    )
