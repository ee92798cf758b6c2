"""The REEN figures of a year, for the command line, the pages and the API."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session

from parc import clock, resources
from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.storage import facts
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from reports.indicators.indicator import Indicator, Part
from reports.indicators.lines import line_of
from reports.indicators.reuse import before_the_decree
from reports.reen import build
from reports.render import xlsx
from reports.reuse_year import ReuseYear

FIRST_YEAR = 2000
"""Older years are a slip of the hand: no text asks for them."""


@dataclass(frozen=True, slots=True)
class OwnerRate:
    """The statutory rate of one owner's year, for a dashboard."""

    owner: OwnerRow
    rate: Indicator


def reen(
    session: Session,
    owners: Sequence[OwnerRow],
    year: int,
    at: datetime,
    known_at: datetime | None = None,
) -> ReuseYear:
    """Gather what the REEN figures of `owners` are computed from.

    `at` is the present instant, `known_at` the one whose knowledge is asked:
    by default the present too (both UTC).

    Raises:
        Refused: no owner, or a year that has not begun.
    """
    check_year(year, clock.local(at).date())
    if not owners:
        message = "Aucun propriétaire : créez-en un avec « parc owner add »."
        raise Refused((Refusal("no_owner", message),))
    known = min(known_at or at, at)
    law, categories = resources.law(), resources.categories()
    names = {owner.siret: owner.name for owner in owners}
    lines = []
    if before_the_decree(year, law) is None:
        for device in facts.decommissioned(session, names, known_at=known):
            judged = (
                line_of(device, siret, year, law, categories)
                for siret in {step.owner for step in device.steps} & names.keys()
            )
            lines += [line for line in judged if line is not None]
    return ReuseYear(
        year=year,
        owners=names,
        lines=tuple(lines),
        law=law,
        known_at=clock.local(known),
        made_at=clock.local(at),
    )


def workbook(year: ReuseYear) -> bytes:
    """Write the annual workbook."""
    return xlsx.to_bytes(build(year))


def to_json(year: ReuseYear) -> dict[str, object]:
    """Give the object of `parc report reen --json` and of the API.

    The contract's names; beside them what it takes to check a figure.
    """
    return {
        "year": year.year,
        "as_of": year.as_of.isoformat(),
        "known_at": year.known_at.isoformat(timespec="seconds"),
        "owners": list(year.owners),
        "published": False,
        "perimeter": year.perimeter,
        "law_version": year.law.version,
        "indicators": [_indicator(figure) for figure in year.figures()],
        "progress": asdict(year.progress()),
    }


def year_summary(
    session: Session, viewer: Viewer, year: int, at: datetime
) -> list[OwnerRate]:
    """Give the statutory rate of each owner that the viewer sees, by name."""
    owners = owners_seen(session, viewer)
    if not owners:
        return []
    whole = reen(session, owners, year, at)
    return [OwnerRate(owner, whole.figures(owner.siret)[0]) for owner in owners]


def first_year() -> int:
    """Give the first year that the decree sets a target for."""
    return resources.law()["reuse_target"].values[0].starts_on.year


def check_year(year: int, today: date) -> None:
    """Refuse a year that is no year of a report.

    Raises:
        Refused: before `FIRST_YEAR`, or not begun yet.
    """
    if not FIRST_YEAR <= year <= today.year:
        message = f"Année attendue : de {FIRST_YEAR} à {today.year}."
        raise Refused((Refusal("invalid_year", message, "year"),))


def end_of(day: date) -> datetime:
    """Give the last instant of a French day, for `--as-of`."""
    midnight = datetime.combine(day + timedelta(days=1), time(), clock.PARIS)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def _indicator(figure: Indicator) -> dict[str, object]:
    return {
        "id": figure.id,
        "label": figure.label,
        "value": _number(figure.value),
        "unit": figure.unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "target": None if figure.target is None else float(figure.target),
        "target_statutory": figure.statutory_target,
        "reached": figure.reached,
        "gap": _number(figure.gap),
        "computable": figure.computable,
        "reason": figure.reason,
        "legal_basis": figure.legal_basis,
        "declared_share": _number(figure.declared_share),
        "breakdown": [_part(part) for part in figure.breakdown],
    }


def _part(part: Part) -> dict[str, object]:
    return {
        "dimension": part.dimension,
        "key": part.key,
        "label": part.label,
        "numerator": part.numerator,
        "denominator": part.denominator,
        "value": _number(part.value),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
