"""Indicators of the life before the réforme: VIE-01 to VIE-03, EQP-01.

Pure: plain records in, figures out, each with the devices behind it (decision D9).
VIE-04 is `maintenance.upgrades_of_a_year`, ACH-01 to ACH-07 `purchasing`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from parc.domain.device import Device
from parc.domain.events import Event
from parc.domain.vocabulary import DECOMMISSIONED_AND_HELD, IN_USE, Action, State

DAYS_A_MONTH = Fraction(36525, 1200)
_TENTH = Decimal("0.1")
_USED = frozenset({State.IN_SERVICE, State.ON_LOAN})
_GIVEN = frozenset({Action.ASSIGN, Action.LEND})
_BACK = frozenset({Action.RETURN, Action.REINSTATE, Action.RETURN_FROM_TAKER})
_COMPUTERS, _SCREENS = "computers", "screens"
_SMARTPHONES, _PRINTERS = "smartphones", "printers"


@dataclass(frozen=True, slots=True)
class Given:
    """A device put into somebody's hands on a day.

    `again`: it had been in use before; `after_return`: it had come back from there
    (returned, réforme annulled, taken back from a taker) since.
    """

    on: date
    again: bool
    after_return: bool


@dataclass(frozen=True, slots=True)
class Life:
    """What the indicators need of one device, as it stood on a day, for one owner.

    `ours`: the owner has it that day. `retired_on` is the réforme that stands that
    day, pronounced by the owner. `given` are the hand-outs by the owner.
    """

    tag: str
    category: str
    state: State
    ours: bool
    holder: str | None
    acquired_on: date | None
    commissioned_on: date | None
    retired_on: date | None
    given: tuple[Given, ...] = ()

    @property
    def in_use_since(self) -> date | None:
        """The commissioning, else the acquisition."""
        return self.commissioned_on or self.acquired_on


@dataclass(frozen=True, slots=True)
class Slice:
    """A figure of one category."""

    category: str
    value: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator, or one of its ratios.

    `unit` is `mois`, `%` or empty for a plain ratio; `numerator` is days where the
    unit is months. `value` is None, with a French `reason`, when nothing can be
    divided. `inside` are the tags behind the numerator, `lines` those behind the
    denominator; `undated` are left out, for want of a day.
    """

    id: str
    label: str
    unit: str
    numerator: int
    denominator: int
    value: Decimal | None
    reason: str
    inside: tuple[str, ...]
    lines: tuple[str, ...]
    undated: tuple[str, ...] = ()
    by_category: tuple[Slice, ...] = ()
    target: int | None = None
    counted: str = ""
    basis: str = ""


def life_of(
    device: Device, events: Sequence[Event], owner: str, last: date
) -> Life | None:
    """Give what the indicators need of a device, as it stood at the end of `last`.

    `device` is that picture (`history.on_day`), `events` its live events, those
    later than `last` included. None: it is out of the inventory.
    """
    if device.void is not None:
        return None
    return Life(
        tag=device.tag,
        category=device.category,
        state=device.state,
        ours=device.owner == owner,
        holder=device.holder,
        acquired_on=device.day_fact("acquired_on"),
        commissioned_on=device.day_fact("commissioned_on"),
        retired_on=_retired_on(device, owner),
        given=_given([one for one in events if one.effective_on <= last], owner),
    )


def use_at_retirement(
    lives: Iterable[Life], year: int, target: int | None = None
) -> Figure:
    """VIE-01: mean of (réforme − commissioning) over devices réformés in a year.

    In months of 30,4375 days. The acquisition stands for a commissioning that is not
    known; without either the device is left out, and told. A réforme annulled by the
    end of the year did not happen. `target` is the owner's own, in months.
    """
    retired = [
        one
        for one in lives
        if one.retired_on is not None and one.retired_on.year == year
    ]
    return _mean(
        retired,
        lambda one: _days(one.in_use_since, one.retired_on),
        id="VIE-01",
        label="Durée d'usage moyenne à la réforme",
        reason=f"Aucun matériel daté n'a été réformé en {year}.",
        counted="réformés",
        basis="Interconnectés, axe 2 ; Guide des bonnes pratiques d.2, d.3",
        target=target,
    )


def mean_age(lives: Iterable[Life], day: date) -> Figure:
    """VIE-02: mean of (31 December − purchase) over the devices in use that day.

    In use: held by the owner and not réformé, in stock too (`IN_USE`). For a year
    under way, `day` is today. Devices without a purchase date are left out, and told.
    """
    used = [one for one in lives if one.ours and one.state in IN_USE]
    return _mean(
        used,
        lambda one: _days(one.acquired_on, day),
        id="VIE-02",
        label="Âge moyen du parc",
        reason="Aucun matériel daté n'est en usage ce jour-là.",
        counted="en usage",
        basis="Usage des collectivités",
    )


def internal_reuse(lives: Iterable[Life], year: int) -> Figure:
    """VIE-03: hand-outs, in a year, of devices that had come back from a first use.

    Over all hand-outs of the year: devices given again, and devices newly put in
    service. A device counts once per hand-out, an assignment or a loan. « Had come
    back »: it was returned, its réforme was annulled, or a taker gave it back, after
    it had been in use and before it was given again. A device that the inventory
    began with counts as in use before if it was registered so.
    """
    inside: list[str] = []
    lines: list[str] = []
    for one in lives:
        in_year = [given for given in one.given if given.on.year == year]
        lines += [one.tag] * len(in_year)
        inside += [one.tag] * sum(
            given.again and given.after_return for given in in_year
        )
    return Figure(
        id="VIE-03",
        label="Matériels réemployés en interne",
        unit="%",
        numerator=len(inside),
        denominator=len(lines),
        value=_percent(len(inside), len(lines)),
        reason="" if lines else f"Aucun matériel n'a été affecté ni prêté en {year}.",
        inside=tuple(dict.fromkeys(inside)),
        lines=tuple(dict.fromkeys(lines)),
        counted="affectations et prêts",
        basis="Interconnectés, axe 2 ; Guide des bonnes pratiques d.3",
    )


def equipment_rates(
    lives: Iterable[Life], scope: Mapping[str, Collection[str]], agents: int | None
) -> tuple[Figure, ...]:
    """EQP-01: screens per user, smartphones per agent, users per printer.

    Devices in service or on loan on the day. A user is somebody who holds a computer
    (`scope` says which categories are which); agents are the year's head count that
    an authorised person entered, None when nobody did.
    """
    used = [one for one in lives if one.ours and one.state in _USED]

    def those(kind: str) -> list[Life]:
        return [one for one in used if one.category in scope[kind]]

    held = [one for one in those(_COMPUTERS) if one.holder]
    users = len({one.holder for one in held})
    screens, phones = those(_SCREENS), those(_SMARTPHONES)
    printers = those(_PRINTERS)
    no_user = "Aucun ordinateur n'est affecté à quelqu'un ce jour-là."
    no_agents = "L'effectif de l'année n'est pas renseigné."
    return (
        _ratio("EQP-01-E", "Écrans par utilisateur", screens, users, held, no_user),
        _ratio(
            "EQP-01-T", "Smartphones par agent", phones, agents or 0, phones, no_agents
        ),
        Figure(
            id="EQP-01-I",
            label="Utilisateurs par imprimante",
            unit="",
            numerator=users,
            denominator=len(printers),
            value=_quotient(users, len(printers)),
            reason="" if printers else "Aucune imprimante n'est en service ce jour-là.",
            inside=_tags(held),
            lines=_tags(printers),
            basis="Guide des bonnes pratiques d.1",
        ),
    )


def _retired_on(device: Device, owner: str) -> date | None:
    """Give the day of the owner's latest réforme, unless it was annulled since.

    What came back from a taker is réformé still, since its first day.
    """
    found: date | None = None
    for step in device.steps:
        if step.owner != owner:
            continue
        if step.state in DECOMMISSIONED_AND_HELD and step.decommissioned_on == step.on:
            found = step.on
        elif step.state in IN_USE:
            found = None
    return found


def _given(events: Sequence[Event], owner: str) -> tuple[Given, ...]:
    found: list[Given] = []
    used = back = False
    for event in events:
        if event.action is Action.REGISTER:
            used = event.state in _USED
        elif event.action in _BACK:
            back = used
        elif event.action in _GIVEN:
            if event.owner == owner:
                found.append(Given(event.effective_on, used, back))
            used, back = True, False
    return tuple(found)


def _mean(
    lives: Sequence[Life],
    days: Callable[[Life], int | None],
    *,
    id: str,  # noqa: A002 - the indicator's
    label: str,
    reason: str,
    counted: str,
    basis: str,
    target: int | None = None,
) -> Figure:
    dated = {one.tag: (one, found) for one in lives if (found := days(one)) is not None}
    total = sum(found for _, found in dated.values())
    kinds: dict[str, list[int]] = {}
    for one, found in dated.values():
        kinds.setdefault(one.category, []).append(found)
    tags = tuple(dated)
    return Figure(
        id=id,
        label=label,
        unit="mois",
        numerator=total,
        denominator=len(dated),
        value=_months(total, len(dated)),
        reason="" if dated else reason,
        inside=tags,
        lines=tags,
        undated=tuple(one.tag for one in lives if one.tag not in dated),
        by_category=tuple(
            Slice(key, value, len(listed))
            for key, listed in sorted(kinds.items())
            if (value := _months(sum(listed), len(listed))) is not None
        ),
        target=target,
        counted=counted,
        basis=basis,
    )


def _ratio(  # noqa: PLR0917 - a figure's parts
    name: str, label: str, inside: list[Life], whole: int, lines: list[Life], none: str
) -> Figure:
    return Figure(
        id=name,
        label=label,
        unit="",
        numerator=len(inside),
        denominator=whole,
        value=_quotient(len(inside), whole),
        reason="" if whole else none,
        inside=_tags(inside),
        lines=_tags(lines),
        basis="Guide des bonnes pratiques d.1",
    )


def _days(first: date | None, last: date | None) -> int | None:
    """Count days; a first day after the last is a mistyped one: none is counted."""
    if first is None or last is None or first > last:
        return None
    return (last - first).days


def _months(days: int, number: int) -> Decimal | None:
    if not number:
        return None
    exact = Fraction(days, number) / DAYS_A_MONTH
    value = Decimal(exact.numerator) / exact.denominator
    return value.quantize(_TENTH, ROUND_HALF_UP)


def _percent(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)


def _quotient(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _tags(lives: Iterable[Life]) -> tuple[str, ...]:
    return tuple(one.tag for one in lives)
