"""Reports: the years on offer, their figures, the devices behind each figure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from parc.domain import siret
from parc.domain.refusal import Refusal, Refused
from parc.operations import reporting
from parc.storage.devices import owners_seen
from parc.storage.facts import tags_seen
from parc.web import rendering
from parc.web.api_schemas import PROBLEM
from parc.web.deps import CurrentViewer, Now, ReadSession, Today
from parc.web.device_lists import Pager
from parc.web.errors import InvalidInputError, NotFoundError
from parc.web.report_lists import (
    EXCLUSIONS,
    Narrowed,
    choices_of,
    label_of,
    lines_of,
    narrowed,
    part_of,
    says,
    steps,
)
from reports import REPORTS, french, reen
from reports.indicators.reuse import MUTUALISED
from reports.reen_lists import why
from reports.render import xlsx
from reports.reuse_year import ReuseYear

router = APIRouter()

PAGE_SIZE = 50
_LAST_PAGE = 100_000

_REFUSED: dict[int | str, dict[str, Any]] = {
    401: PROBLEM | {"description": "Jeton absent ou inconnu."},
    404: PROBLEM | {"description": "Propriétaire inconnu, ou fermé à ce jeton."},
    422: PROBLEM | {"description": "Année ou jour à corriger."},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures (SIRET; empty: all that the viewer sees), known on what day."""

    owner: str = ""
    as_of: str = ""

    def address(self, path: str, **more: str) -> str:
        """Give the address of a page about the same perimeter."""
        asked = {"owner": self.owner, "as_of": self.as_of, **more}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path

    def known_at(self, today: date) -> datetime | None:
        """Give the instant whose knowledge is asked; None for the present.

        Raises:
            InvalidInputError: not a day, or a day to come.
        """
        if not self.as_of.strip():
            return None
        try:
            day = date.fromisoformat(self.as_of.strip())
        except ValueError:
            day = None
        if day is None or day > today:
            message = "« Situation connue au » : jour passé attendu, AAAA-MM-JJ."
            raise InvalidInputError(Refusal("invalid_field", message, "as_of"))
        return reporting.end_of(day)


def asked(owner: str = "", as_of: str = "") -> Asked:
    """Read whose figures are asked, and as known when."""
    return Asked(siret.normalise(owner), as_of)


AskedFor = Annotated[Asked, Depends(asked)]


def year_asked(
    *,
    session: ReadSession,
    viewer: CurrentViewer,
    now: Now,
    today: Today,
    year: int,
    wanted: AskedFor,
) -> ReuseYear:
    """Compute the year that an address names.

    Raises:
        NotFoundError: an owner whose devices the viewer may not see.
        InvalidInputError: no year of a report, or no day in the past.
    """
    owners = owners_seen(session, viewer)
    if wanted.owner:
        owners = [owner for owner in owners if owner.siret == wanted.owner]
    if not owners:
        raise NotFoundError
    try:
        return reporting.reen(session, owners, year, now, wanted.known_at(today))
    except Refused as refused:
        raise InvalidInputError(*refused.reasons) from refused


@router.get("/reports")
def show_reports(
    request: Request, session: ReadSession, viewer: CurrentViewer, today: Today
) -> Response:
    """Show the reports and the years on offer."""
    return rendering.page(
        request,
        "reports/index.html",
        documents=REPORTS,
        years=_years(today),
        owners=owners_seen(session, viewer),
    )


@router.get("/reports/reen")
def choose_reen(_: CurrentViewer, year: int, wanted: AskedFor) -> Response:
    """Take the choices of a form to the page of a year."""
    return RedirectResponse(wanted.address(f"/reports/reen/{year}"), 303)


@router.get("/reports/reen/{year}.xlsx")
def download_reen(found: Annotated[ReuseYear, Depends(year_asked)]) -> Response:
    """Give the workbook of a year."""
    whose = "mutualise" if found.mutualised else next(iter(found.owners))
    name = f"reen-{found.year}-{whose}-{found.as_of:%Y%m%d}.xlsx"
    return Response(
        reporting.workbook(found),
        media_type=xlsx.MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/reports/reen/{year}")
def show_reen(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    found: Annotated[ReuseYear, Depends(year_asked)],
    wanted: AskedFor,
) -> Response:
    """Show the figures of a year, each with its target, gap and devices."""
    return rendering.page(
        request,
        "reports/reen.html",
        perimeter=reen.perimeter_name(found),
        lead=reen.lead(found),
        status=reen.status(found),
        report=found,
        figures=found.figures(),
        progress=found.progress(),
        rates=[
            (number, name, found.figures(number))
            for number, name in found.owners.items()
            if found.mutualised
        ],
        years=_years(today),
        today=today,
        steps=steps(found),
        owners=owners_seen(session, viewer),
        mutualised_label=MUTUALISED,
        wanted=wanted,
        here=f"/reports/reen/{found.year}",
    )


@router.get("/reports/reen/{year}/{indicator}")
def show_devices(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    found: Annotated[ReuseYear, Depends(year_asked)],
    indicator: str,
    wanted: AskedFor,
    only: Annotated[Narrowed, Depends(narrowed)],
    page: str = "1",
) -> Response:
    """List the devices behind a figure, or those left out of all figures."""
    label, choices = label_of(indicator), choices_of(indicator)
    if only.show not in choices:
        raise NotFoundError
    lines = [line for line in lines_of(found, indicator) if choices[only.show][1](line)]
    part, lines = part_of(only.part, lines)
    lines = [line for line in lines if says(line, only.q)]
    number = min(int(page), _LAST_PAGE) if page.isascii() and page.isdigit() else 1
    start = (max(number, 1) - 1) * PAGE_SIZE
    shown = lines[start : start + PAGE_SIZE]
    here = f"/reports/reen/{found.year}/{indicator}"
    asked_for = {"show": only.show, "part": only.part, "q": only.q}
    return rendering.page(
        request,
        "reports/devices.html",
        excluded=indicator == EXCLUSIONS,
        label=label,
        perimeter=reen.perimeter_name(found),
        status=reen.status(found),
        report=found,
        lines=[(line, why(line, found.year)) for line in shown],
        age=french.age,
        reachable=tags_seen(session, viewer, [line.tag for line in shown]),
        total=len(lines),
        choices=[
            (text, wanted.address(here, show=key), key == only.show)
            for key, (text, _) in choices.items()
            if len(choices) > 1
        ],
        q=only.q,
        part_label=part,
        kept=[
            ("owner", wanted.owner),
            ("as_of", wanted.as_of),
            ("show", only.show),
            ("part", only.part),
        ],
        here=here,
        all_of_it=wanted.address(here, show=only.show),
        back=wanted.address(f"/reports/reen/{found.year}"),
        pager=_pager(
            partial(wanted.address, here, **asked_for), len(lines), start, len(shown)
        ),
    )


@router.get("/api/v1/reports/reen/{year}", tags=["reports"], responses=_REFUSED)
def give_reen(found: Annotated[ReuseYear, Depends(year_asked)]) -> dict[str, object]:
    """Give the figures of a year (`owner`: SIRET; `as_of`: AAAA-MM-JJ)."""
    return reporting.to_json(found)


def _years(today: date) -> range:
    return range(today.year, reporting.first_year() - 1, -1)


def _pager(address: Callable[..., str], total: int, start: int, shown: int) -> Pager:
    """Say where a list stands; `address` gives that of a page by its number."""
    summary = (
        f"{rendering.number(start + 1)} à {rendering.number(start + shown)} "
        f"sur {rendering.number(total)}"
    )
    page = start // PAGE_SIZE + 1
    return Pager(
        summary=summary if shown else "",
        previous=address(page=str(page - 1)) if start else "",
        next=address(page=str(page + 1)) if start + shown < total else "",
    )
