"""Forecasts on screen: the renewal plan, what ends soon, systems without support."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.foresight import PLAN_YEARS, Renewal, months_after
from parc.operations import foresight
from parc.storage import foresight as kept
from parc.storage.foresight import PAGE_SIZE, Asked, Coming
from parc.storage.tables import OwnerRow
from parc.web import foresight_files, rendering
from parc.web.deps import CurrentViewer, ReadSession, Today
from parc.web.errors import NotFoundError
from parc.web.profiles import owner_asked
from parc.web.repairs import require_reader

router = APIRouter(prefix="/foresight", include_in_schema=False)

UNDATED = "undated"
LATER_MONTHS = 12
"""Months ahead in which an end is announced."""

_MOST_PAGES = 10_000
_THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A year of the plan: its totals, and the width of its bar in percent."""

    year: int
    total: Renewal
    width: float
    address: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of devices; `previous` and `next` are addresses, empty at the ends."""

    rows: Sequence[Coming]
    previous: str
    next: str
    summary: str


@router.get("")
def show_plan(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    owner: str = "",
) -> Response:
    """Show the renewal plan by year: number, cost, carbon, one more year of use."""
    require_reader(viewer)
    owners, chosen = owner_asked(session, viewer, owner)
    asked = Asked(viewer, chosen.id if chosen else None)
    plan = foresight.renewal_plan(session, asked, today)
    totals = {year: plan.total(year) for year in plan.years}
    longest = max((one.number for one in totals.values()), default=0) or 1
    whole = Renewal()
    for one in totals.values():
        whole = whole.plus(one)
    law = resources.law()["renewal_months"].in_force(today)
    factors = resources.factors()
    return rendering.page(
        request,
        "foresight/plan.html",
        owners=owners,
        owner=chosen,
        bars=[
            Bar(
                year,
                one,
                round(100 * one.number / longest, 2),
                _address("/foresight/due", owner=owner, year=str(year)),
            )
            for year, one in totals.items()
        ],
        whole=whole,
        undated=sum(plan.undated.values()),
        undated_address=_address("/foresight/due", owner=owner, year=UNDATED),
        later=plan.later,
        today=today,
        months=law,
        displacement=factors.assumptions["displacement_extension"].in_force(today),
        oldest=factors.assumptions["oldest_credited_age"].in_force(today),
        sources=factors.sources,
        query=_query(owner=owner),
        carbon=carbon,
    )


@router.get("/due")
def show_due(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    owner: str = "",
    year: str = "",
    category: str = "",
    page: str = "",
) -> Response:
    """List what reaches its planned age in a year, or has no known date.

    Raises:
        NotFoundError: no such year of the plan, category or owner.
    """
    require_reader(viewer)
    owners, chosen = owner_asked(session, viewer, owner)
    asked = Asked(viewer, chosen.id if chosen else None)
    wanted = _year(year, today)
    months = foresight.months_by_category(today)
    if category and category not in months:
        raise NotFoundError
    kinds: list[tuple[str, Renewal]] = []
    if wanted is not None:
        found = foresight.renewal_plan(session, asked, today).years[wanted]
        kinds = sorted(found.items(), key=lambda item: (-item[1].number, item[0]))
    lengths = {category: months[category]} if category else months

    def rows(asked: Asked) -> list[Coming]:
        return _due(session, asked, wanted, today, lengths)

    query = {"owner": owner, "year": year, "category": category}
    return rendering.page(
        request,
        "foresight/due.html",
        year=wanted,
        category=category,
        kinds=[
            (key, one, _address("/foresight/due", **{**query, "category": key}))
            for key, one in kinds
        ],
        months=months,
        listed=_paged(rows, asked, "/foresight/due", query, page),
        owners=owners,
        owner=chosen,
        kept=[
            (name, value) for name, value in query.items() if value and name != "owner"
        ],
        query=_query(**query),
        carbon=carbon,
        **_named(owners),
    )


@router.get("/ends")
def show_ends(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    owner: str = "",
    what: str = "warranty_ends_on",
    page: str = "",
) -> Response:
    """List the warranties, or the leases, that end within a year.

    Raises:
        NotFoundError: neither of them, or another owner.
    """
    require_reader(viewer)
    if what not in foresight.ENDINGS:
        raise NotFoundError
    owners, chosen = owner_asked(session, viewer, owner)
    asked = Asked(viewer, chosen.id if chosen else None)
    last = months_after(today, LATER_MONTHS)

    def rows(asked: Asked) -> list[Coming]:
        return kept.ending(session, asked, what, today, last)

    query = {"owner": owner, "what": what}
    return rendering.page(
        request,
        "foresight/ends.html",
        what=what,
        choices=[
            (
                key,
                title,
                kept.count_ending(session, asked, key, today, last),
                _address("/foresight/ends", owner=owner, what=key),
            )
            for key, title in foresight.ENDINGS.items()
        ],
        last=last,
        listed=_paged(rows, asked, "/foresight/ends", query, page),
        owners=owners,
        owner=chosen,
        kept=[("what", what)],
        query=_query(**query),
        **_named(owners),
    )


@router.get("/systems")
def show_systems(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    owner: str = "",
    system: str = "",
    page: str = "",
) -> Response:
    """Show the operating systems by the end of their support, and who has one.

    Raises:
        NotFoundError: no such system, or another owner.
    """
    require_reader(viewer)
    owners, chosen = owner_asked(session, viewer, owner)
    asked = Asked(viewer, chosen.id if chosen else None)
    found = foresight.support(session, asked)
    shown = (
        next((one for one in found if key_of(one) == system), None) if system else None
    )
    if system and shown is None:
        raise NotFoundError
    texts = shown.texts if shown else ()

    def rows(asked: Asked) -> list[Coming]:
        return kept.with_system(session, asked, texts, resources.systems().kinds)

    query = {"owner": owner, "system": system}
    return rendering.page(
        request,
        "foresight/systems.html",
        found=[
            (one, _address("/foresight/systems", owner=owner, system=key_of(one)))
            for one in found
        ],
        shown=shown,
        today=today,
        soon=months_after(today, LATER_MONTHS),
        over=sum(one.number for one in found if one.is_over(today)),
        listed=_paged(rows, asked, "/foresight/systems", query, page)
        if shown
        else None,
        owners=owners,
        owner=chosen,
        kept=[("system", system)] if system else [],
        query=_query(**query),
        **_named(owners),
    )


@router.get("/files/{forecast}.{kind}")
def download(
    *,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    forecast: str,
    kind: str,
    owner: str = "",
    year: str = "",
    category: str = "",
    what: str = "warranty_ends_on",
    system: str = "",
) -> Response:
    """Send a list whole, as a file.

    Raises:
        NotFoundError: no such list, kind of file or owner.
    """
    require_reader(viewer)
    owners, chosen = owner_asked(session, viewer, owner)
    foresight_files.require_kind(kind)
    asked = Asked(viewer, chosen.id if chosen else None, limit=kept.EVERY)
    names = {one.id: one for one in owners}
    if forecast == "plan":
        plan = foresight.renewal_plan(session, asked, today)
        table = foresight_files.plan_table(plan)
    elif forecast == "due":
        months = foresight.months_by_category(today)
        lengths = {category: months[category]} if category in months else months
        rows = _due(session, asked, _year(year, today), today, lengths)
        table = foresight_files.device_table(
            "Échéances", "En usage depuis", rows, names
        )
    elif forecast == "ends" and what in foresight.ENDINGS:
        last = months_after(today, LATER_MONTHS)
        rows = kept.ending(session, asked, what, today, last)
        title = foresight.ENDINGS[what]
        table = foresight_files.device_table(title, "Fin", rows, names)
    elif forecast == "systems":
        table = foresight_files.system_table(foresight.support(session, asked), today)
    elif forecast == "devices":
        found = foresight.support(session, asked)
        shown = next((one for one in found if key_of(one) == system), None)
        if shown is None:
            raise NotFoundError
        kinds = resources.systems().kinds
        rows = kept.with_system(session, asked, shown.texts, kinds)
        table = foresight_files.device_table("Systèmes", "En usage depuis", rows, names)
    elif forecast == "gaps":
        table = foresight_files.gap_table(session, viewer, asked.owner_id, names)
    else:
        raise NotFoundError
    return foresight_files.sent(table, kind, f"previsions-{forecast}-{today:%Y%m%d}")


def key_of(one: foresight.Supported) -> str:
    """Name a line of the systems in an address."""
    if one.system is not None:
        return one.system.id
    return "other" if one.texts else "none"


def carbon(grams: int) -> str:
    """Write grams of CO2e as kilograms, or tonnes from one on."""
    kilograms = grams / _THOUSAND
    if kilograms >= _THOUSAND:
        return f"{rendering.number(kilograms / _THOUSAND, 1)}\u00a0t"
    return f"{rendering.number(kilograms)}\u00a0kg"


def _due(
    session: Session,
    asked: Asked,
    year: int | None,
    today: date,
    months: dict[str, int],
) -> list[Coming]:
    if year is None:
        return kept.undated(
            session, asked, resources.categories().keys() - months.keys()
        )
    return kept.due_in(session, asked, year, today, months)


def _paged(
    rows: Callable[[Asked], list[Coming]],
    asked: Asked,
    path: str,
    query: dict[str, str],
    page: str,
) -> Listed:
    is_number = page.isascii() and page.isdigit() and len(page) <= len(str(_MOST_PAGES))
    number = min(max(int(page), 1), _MOST_PAGES) if is_number else 1
    skip = (number - 1) * PAGE_SIZE
    found = rows(replace(asked, offset=skip))
    shown = found[:PAGE_SIZE]

    def address(page: int) -> str:
        return _address(path, **query, page=str(page))

    first, last = skip + 1, skip + len(shown)
    return Listed(
        shown,
        address(number - 1) if number > 1 else "",
        address(number + 1) if len(found) > PAGE_SIZE else "",
        f"{rendering.number(first)} à {rendering.number(last)}" if shown else "",
    )


def _year(text: str, today: date) -> int | None:
    """Read a year of the plan; None for what has no date.

    Raises:
        NotFoundError: it is no year of the plan.
    """
    if text == UNDATED:
        return None
    years = range(today.year, today.year + PLAN_YEARS)
    found = next((year for year in years if str(year) == text), None)
    if found is None and text:
        raise NotFoundError
    return found or today.year


def _named(owners: Sequence[OwnerRow]) -> dict[str, Any]:
    return {
        "names": {one.id: one for one in owners},
        "several": len(owners) > 1,
        "categories": resources.categories(),
    }


def _address(path: str, **values: str) -> str:
    return path + _query(**values)


def _query(**values: str) -> str:
    given = [(name, value) for name, value in values.items() if value]
    return f"?{urlencode(given)}" if given else ""
