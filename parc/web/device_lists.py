"""Pages that look for devices: the list with its filters, the quick box."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from parc import resources
from parc.domain import decommissioning
from parc.domain.access import Viewer
from parc.domain.custody import WRITERS
from parc.domain.scan_code import Kind, Verdict, Why
from parc.domain.vocabulary import Role, State
from parc.operations.importing import IMPORTERS
from parc.operations.resolving import Resolved, resolve
from parc.operations.selection import DOERS, MOST
from parc.storage import people, saved_views
from parc.storage.device_list import Filters, Page, Sort, count, search
from parc.storage.devices import owners_seen
from parc.storage.label_settings import KEEPERS
from parc.storage.tables import OwnerRow, SiteRow
from parc.web import device_views, rendering
from parc.web.deps import CurrentViewer, ReadSession, Today
from parc.web.device_columns import SORTS, cells
from parc.web.device_filters import COLUMNS, Asked, ListQuery, filters_of

router = APIRouter()

FILES = ("csv", "xlsx", "jsonl")
"""The kinds of files in which the list leaves."""

USUAL = ("category", "maker", "model", "serial", "state", "holder", "site")
"""Columns ticked before any choice: what the usual list says."""

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that sorts: where it leads, and the present order if it is it."""

    label: str
    address: str
    order: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list; `heading` is how it sorts, if it does."""

    key: str
    title: str
    is_shown: bool
    heading: Heading | None


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list; addresses are empty at its ends."""

    summary: str
    previous: str
    next: str


@router.get("/devices")
def show_devices(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    query: Asked,
) -> Response:
    """Show the devices that the viewer may see, filtered as the address says."""
    if not request.url.query and (view := saved_views.default(session, viewer)):
        return RedirectResponse(device_views.address_of(view), _SEE_OTHER)
    owners = owners_seen(session, viewer)
    filters, misread = filters_of(query, owners)
    page = search(session, viewer, filters, today)
    visible = None if viewer.owner_ids is None else sorted(viewer.owner_ids)
    context: dict[str, Any] = {
        "query": query,
        "filters": filters,
        "misread": misread,
        "page": page,
        "pager": _pager(query, page),
        "result": _result(page),
        "headings": {sort.value: _heading(query, sort) for sort in Sort},
        "owners": (by_id := {owner.id: owner for owner in owners}),
        "columns": _columns(query),
        "chosen": cells(session, page.rows, by_id, query.columns),
        "views": device_views.views_of(session, viewer, query),
        "files": [(kind, query.address(f"/devices.{kind}", view="")) for kind in FILES],
        "may_act": viewer.holds(*DOERS),
        "may_label": viewer.holds(*KEEPERS),
        "may_slip": viewer.holds(*WRITERS),
        "may_reform": viewer.holds(*decommissioning.WRITERS),
        "most": MOST,
        "categories": resources.categories(),
        "sites": people.site_names(
            session, {r.site_id for r in page.rows if r.site_id}
        ),
        "holders": people.person_names(
            session, {r.holder for r in page.rows if r.holder}
        ),
        "may_register": viewer.holds(Role.TECHNICIAN),
        "may_import": viewer.holds(*IMPORTERS),
        "is_empty": not page.rows and not query.is_filtered and filters.page == 1,
    }
    if rendering.is_htmx(request):
        return rendering.fragment(request, "devices/_results.html", **context)
    places = people.sites(session, visible)
    return rendering.page(
        request,
        "devices/list.html",
        states=State,
        places=_places(places, owners),
        **context,
    )


@router.get("/devices/find")
def find_device(
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    today: Today,
    code: str = "",
) -> Response:
    """Take a scanned or typed code to its device, or to those that resemble it."""
    resolved = resolve(session, viewer, code)
    if resolved.found is not None:
        return RedirectResponse(address_of(resolved.found.tag), _SEE_OTHER)
    match = resolved.resolution.match
    if match is not None and match.kind is Kind.LABEL:
        return RedirectResponse(f"/labels/reserved/{quote(str(match.key))}", _SEE_OTHER)
    unknown = resolved.resolution.why is Why.NOT_FOUND
    if unknown and (near := _near(session, viewer, resolved.code, today)):
        return RedirectResponse(near, _SEE_OTHER)
    owners = {owner.id: owner for owner in owners_seen(session, viewer)}
    return rendering.page(
        request,
        "devices/find.html",
        status_code=_status(resolved),
        resolved=resolved,
        owners=owners,
        may_register=viewer.holds(Role.TECHNICIAN),
    )


def address_of(tag: str) -> str:
    """Give the address of a device's page."""
    return f"/devices/{quote(tag)}"


def _near(session: Session, viewer: Viewer, code: str, today: date) -> str:
    """Give the address of the list of what begins like a code; empty for none."""
    for gone in ("", "1"):
        filters = Filters(q=code, gone=bool(gone))
        if code and count(session, viewer, filters, today)[0]:
            return ListQuery(q=code, gone=gone).address()
    return ""


def _status(resolved: Resolved) -> int:
    known = resolved.resolution.verdict is not Verdict.UNKNOWN
    if known or resolved.resolution.why is Why.EMPTY:
        return 200
    return 404


def _heading(query: ListQuery, sort: Sort) -> Heading:
    present = query.sort or Sort.TAG.value
    up, down = sort.value, f"-{sort.value}"
    order = {up: "ascending", down: "descending"}.get(present, "")
    return Heading(sort.label, query.address(sort=down if present == up else up), order)


def _columns(query: ListQuery) -> list[Column]:
    """Lay out the columns chosen, and those that could be."""
    usual = query.columns or USUAL
    return [
        Column(
            key,
            field.title,
            is_shown=key in usual,
            heading=_heading(query, SORTS[key]) if key in SORTS else None,
        )
        for key, field in COLUMNS.items()
    ]


def _pager(query: ListQuery, page: Page) -> Pager:
    first = (page.number - 1) * page.size + 1
    last = first + len(page.rows) - 1
    summary = (
        f"{rendering.number(first)} à {rendering.number(last)}" if page.rows else ""
    )
    return Pager(
        summary,
        previous=query.address(page=str(page.number - 1)) if page.number > 1 else "",
        next=query.address(page=str(page.number + 1)) if page.more else "",
    )


def _result(page: Page) -> str:
    """Say how many were found: « 3 000 matériels »."""
    if not page.total:
        return "Aucun matériel"
    noun = "matériel" if page.total == 1 else "matériels"
    more = "" if page.exact else "Plus de "
    return f"{more}{rendering.number(page.total)}\u00a0{noun}"


def _places(
    places: Sequence[SiteRow], owners: Sequence[OwnerRow]
) -> list[tuple[int, str]]:
    """List sites, with their owner's name when there are several owners."""
    if len(owners) == 1:
        return [(place.id, place.name) for place in places]
    names = {owner.id: owner.name for owner in owners}
    return [(p.id, f"{p.name} ({names.get(p.owner_id, '')})") for p in places]
