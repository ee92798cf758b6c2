"""The reuse rate of décret n° 2023-266 (arts. 1 to 3), one device at a time.

The scalar reference: reports may compute whole fleets in columns, and a test
holds both equal. A and B of article 3 are read as decision D10 says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from parc.domain.category import Category
from parc.domain.device import Device, HandOver, Step
from parc.domain.labelled import Labelled
from parc.domain.parameters import Parameter
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    EvidenceKind,
    HandOverOutcome,
    Level,
    Security,
)


class Exclusion(Labelled):
    """Why a réformé device is outside A and B (décret 2023-266 art. 1)."""

    ACCESSORY = "accessory", "Accessoire (hors périmètre suivi)"
    WEEE_CATEGORY = "weee_category", "Catégorie DEEE autre que 2 et 6"
    CLASSIFIED = "classified", "Informations ou supports classifiés"
    PROTECTED = "protected", "Informations protégées par une obligation propre"
    AGE_UNKNOWN = "age_unknown", "Âge inconnu"
    OVER_AGE = "over_age", "Plus de dix ans à la réforme"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one device is worth in an owner's rate of a year.

    `in_stock`: réformé and held on 1 January, `entered`: joined that stock
    during the year (réforme, return, found), both before exclusions.
    `hand_over`: its departure for reuse during the year, the one that counts
    when there are several.

    `stocked` puts it in B, `counted` in A, `available` in the flow that the
    management rate compares A with (B and what entered): after exclusions, each
    judged at the réforme that it rests on. `exclusion` says why it is left out.
    """

    in_stock: bool
    entered: bool
    hand_over: HandOver | None
    stocked: bool
    available: bool
    counted: bool
    exclusion: Exclusion | None
    decommissioned_on: date | None
    age_basis: str | None
    declared: bool

    @property
    def concerned(self) -> bool:
        """Tell whether the device belongs to the year's story at all."""
        return self.in_stock or self.entered or self.hand_over is not None


_NOTHING = Standing(
    in_stock=False,
    entered=False,
    hand_over=None,
    stocked=False,
    available=False,
    counted=False,
    exclusion=None,
    decommissioned_on=None,
    age_basis=None,
    declared=False,
)


def standing(
    device: Device,
    owner: str,
    year: int,
    law: Mapping[str, Parameter],
    categories: Mapping[str, Category],
) -> Standing:
    """Judge one device, rebuilt from all that is known, for `owner` and `year`."""
    if device.void is not None:  # registered by mistake, or twice: never there
        return _NOTHING
    first, last = date(year, 1, 1), date(year, 12, 31)
    security = _security(device, owner)
    eve = _step_on(device, first - timedelta(days=1))
    if eve is not None and not _in_stock(eve, owner):
        eve = None
    entries = [step for step in _entries(device, owner) if first <= step.on <= last]

    def excluded(reform: Step | HandOver) -> Exclusion | None:
        day = _reform_day(device, reform)
        return _exclusion(device, day, security, law, categories, last)

    departures = [
        h for h in device.hand_overs if h.owner == owner and first <= h.on <= last
    ]
    # One good counts once a year (art. 3, units): several hand-overs, one choice.
    counted = [h for h in departures if counts(h, law, last) and not excluded(h)]
    hand_over = next(reversed(counted or departures), None)
    stocked = eve is not None and excluded(eve) is None
    reforms: list[Step | HandOver] = [eve] if eve else []
    reforms += entries
    reforms += [hand_over] if hand_over else []
    days = [_reform_day(device, reform) for reform in reforms]
    return Standing(
        in_stock=eve is not None,
        entered=bool(entries),
        hand_over=hand_over,
        stocked=stocked,
        available=stocked or any(excluded(entry) is None for entry in entries),
        counted=bool(counted),
        exclusion=excluded(reforms[-1]) if reforms else None,
        decommissioned_on=days[-1] if days else None,
        age_basis=age_basis(device, law, last) if days else None,
        declared=_declared(device, owner, hand_over, days),
    )


def counts(hand_over: HandOver, law: Mapping[str, Parameter], day: date) -> bool:
    """Tell whether a hand-over is reuse in the sense of article 2 as of `day`.

    Goods sold or taken back count when the taker committed beforehand and can
    justify; the others at the hand-over. What the taker recycled or gave back
    no longer counts.
    """
    if hand_over.outcome in {HandOverOutcome.RECYCLED, HandOverOutcome.RETURNED}:
        return False
    table = law["reuse_counting"].in_force(day).value
    if isinstance(table, Mapping) and table[hand_over.route.value] == "hand_over":
        return True
    return justified(hand_over)


def justified(hand_over: HandOver) -> bool:
    """Tell whether commitment (on or before the hand-over) and proof both exist."""
    return (
        hand_over.commitment_on is not None
        and hand_over.commitment_on <= hand_over.on
        and hand_over.proof_on is not None
    )


def exclusion_on(
    device: Device,
    day: date,
    law: Mapping[str, Parameter],
    categories: Mapping[str, Category],
) -> Exclusion | None:
    """Tell why a device that its owner réforme on `day` is outside A and B."""
    security = device.text_fact("security")
    last = date(day.year, 12, 31)
    return _exclusion(device, day, security, law, categories, last)


def age_basis(device: Device, law: Mapping[str, Parameter], day: date) -> str | None:
    """Name the fact that the age runs from: acquisition, else later choices."""
    order = law["age_basis_order"].in_force(day).value
    names = order if isinstance(order, tuple) else ()
    return next((str(name) for name in names if device.day_fact(str(name))), None)


def years_after(day: date, years: int) -> date:
    """Add whole years; 29 February gives 28 February when there is no 29th.

    Periods in years end on the same day of the month, else on the month's last
    (code de procédure civile art. 641).
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _in_stock(step: Step, owner: str) -> bool:
    return step.owner == owner and step.state in DECOMMISSIONED_AND_HELD


def _step_on(device: Device, day: date) -> Step | None:
    return next((step for step in reversed(device.steps) if step.on <= day), None)


def _entries(device: Device, owner: str) -> list[Step]:
    """List the steps by which the device joined the owner's réformé stock."""
    entries: list[Step] = []
    inside = False
    for step in device.steps:
        now_inside = _in_stock(step, owner)
        if now_inside and not inside:
            entries.append(step)
        inside = now_inside
    return entries


def _reform_day(device: Device, reform: Step | HandOver) -> date:
    # Registered as réformé by an import: the day declared is all there is.
    return reform.decommissioned_on or device.steps[0].on


def _declared(
    device: Device, owner: str, hand_over: HandOver | None, days: list[date]
) -> bool:
    """Tell whether réforme, hand-over or papers rest on an import's word."""
    if hand_over is not None:
        if hand_over.level is Level.DECLARED:
            return True
        kinds = {EvidenceKind.COMMITMENT, EvidenceKind.PROOF}
        papers = device.evidence if device.owner == owner else ()
        if any(e.level is Level.DECLARED and e.kind in kinds for e in papers):
            return True
    return any(
        step.level is Level.DECLARED
        and _in_stock(step, owner)
        and _reform_day(device, step) in days
        for step in device.steps
    )


def _security(device: Device, owner: str) -> str:
    """Give the security flag that the owner knew, not a later owner's own."""
    picture = device
    while picture.owner != owner and picture.before is not None:
        picture = picture.before
    return picture.text_fact("security")


def _exclusion(  # noqa: PLR0917 - one call, in the order of article 1
    device: Device,
    decommissioned_on: date,
    security: str,
    law: Mapping[str, Parameter],
    categories: Mapping[str, Category],
    day: date,
) -> Exclusion | None:
    # The law is the one in force at the end of the year reported on: a device
    # réformé before the decree still counts in the stock of a later year.
    category = categories[device.category]
    scope = law["reuse_scope"].in_force(day).value
    basis = age_basis(device, law, day)
    limit = law["reuse_age_limit"].in_force(day).value
    bought = device.day_fact(basis) if basis else None
    applies = {
        Exclusion.ACCESSORY: category.accessory,
        Exclusion.WEEE_CATEGORY: not isinstance(scope, tuple)
        or category.weee_category not in scope,
        Exclusion.CLASSIFIED: security == Security.CLASSIFIED,
        Exclusion.PROTECTED: security == Security.PROTECTED,
        Exclusion.AGE_UNKNOWN: bought is None,
        Exclusion.OVER_AGE: bought is not None
        and isinstance(limit, int)
        and decommissioned_on > years_after(bought, limit),
    }
    return next((reason for reason in Exclusion if applies[reason]), None)
