"""Labels through the browser: gather, choose stock and place, see one, print.

`/d/TAG` is the address that the QR codes hold, in capitals too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import UploadFile

from parc.config import Settings
from parc.domain.access import Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.operations import labels, selection
from parc.operations.labels import Reservation
from parc.storage import label_settings, people
from parc.storage import labels as kept
from parc.storage.database import reading
from parc.storage.device_list import every
from parc.storage.devices import find, owners_seen
from parc.storage.labels import Subject
from parc.storage.tables import OwnerRow, SiteRow
from parc.web import code_lists, rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    ReadSession,
    SettingsDep,
    Transaction,
)
from parc.web.device_filters import filters_of, read
from parc.web.device_lists import address_of
from parc.web.devices import AtDesk
from parc.web.errors import NotFoundError
from parc.web.label_choice import example, number_in, options, owners_kept, way_in
from parc.web.recording import Desk
from reports.labels import single

router = APIRouter(include_in_schema=False)

_MOST_FIELDS = 2_000
_RECENT = 8
_SEE_OTHER = 303
_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form sent: its texts, devices ticked in a list, places, a file."""

    texts: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    places: Sequence[int] = ()
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was asked for: labels found, codes that stand for nothing."""

    subjects: Sequence[Subject] = ()
    unknown: Sequence[str] = ()


async def sent(request: Request) -> Sent:
    """Read the form, which may hold a long list."""
    texts: dict[str, str] = {}
    content = b""
    async with request.form(
        max_files=1, max_fields=_MOST_FIELDS, max_part_size=code_lists.LARGEST
    ) as form:
        tags = [tag for tag in form.getlist("tag") if isinstance(tag, str)]
        places = [number_in(p) for p in form.getlist("place") if isinstance(p, str)]
        for name, value in form.items():
            if isinstance(value, UploadFile):
                content = await value.read(code_lists.LARGEST + 1)
            else:
                texts[name] = value
    return Sent(texts, tags, [number for number in places if number], content)


Form = Annotated[Sent, Depends(sent)]


@router.get("/labels")
def show_labels(
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    settings: SettingsDep,
    codes: str = "",
) -> Response:
    """Show the form, for one device or for none yet.

    Raises:
        ForbiddenError: no role that prints labels.
    """
    owners_kept(session, desk.viewer)
    return _page(request, session, desk, settings, Sent({"codes": codes}))


@router.post("/labels")
def gather(
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    settings: SettingsDep,
    form: Form,
) -> Response:
    """Show the form for a list, or its stock and preview as they change."""
    owners_kept(session, desk.viewer)
    if rendering.is_htmx(request):
        first = code_lists.in_text(form.texts.get("codes", ""))[:1]
        subjects, _ = labels.gather(session, desk.viewer, first)
        chosen = options(
            session, desk.viewer, form.texts, subjects, settings.public_url
        )
        return rendering.fragment(request, "labels/_options.html", chosen=chosen)
    try:
        codes = _codes(session, desk, form)
    except Refused as refused:
        return _page(request, session, desk, settings, form, refused.reasons)
    texts = {**form.texts, "codes": "\n".join(codes)}
    return _page(request, session, desk, settings, Sent(texts, places=form.places))


@router.post("/labels/print")
def print_labels(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    settings: SettingsDep,
    form: Form,
) -> Response:
    """Record the labels as printed and go where their file is, or say why not."""
    try:
        with transaction() as session:
            owners = owners_kept(session, desk.viewer)
            codes = _codes(session, desk, form)
            found = _gathered(session, desk.viewer, codes, form.places)
            _require_known(found)
            run = labels.print_labels(
                session,
                desk.viewer,
                found.subjects,
                way_in(session, desk.viewer, form.texts),
                settings.public_url,
                desk.now,
                reservation=_reservation(owners, form.texts),
            )
            key = run.id
    except Refused as refused:
        with reading(engine) as session:
            return _page(request, session, desk, settings, form, refused.reasons)
    return rendering.redirect(request, f"/labels/runs/{key}")


@router.get("/labels/one.{kind}")
def one_label(
    *,
    request: Request,
    session: ReadSession,
    viewer: CurrentViewer,
    settings: SettingsDep,
    kind: str,
    code: str = "",
) -> Response:
    """Draw one label; without a code, an example.

    Raises:
        NotFoundError: no such kind of picture, or no such device or place.
        Refused: its codes would be clipped.
    """
    owners = owners_kept(session, viewer)
    if kind not in _PICTURES:
        raise NotFoundError
    subjects = [example(owners[0])]
    if code:
        subjects, _ = labels.gather(session, viewer, [code])
    if not subjects:
        raise NotFoundError
    texts = {**dict(request.query_params), "start": ""}
    known = labels.stocks(session, viewer.owner_ids).values()
    said = labels.said(session, subjects, settings.public_url)
    drawn = labels.drawn(said[0], way_in(session, viewer, texts), known)
    content = single.png(drawn) if kind == "png" else single.svg(drawn).encode()
    return Response(content, media_type=_PICTURES[kind])


@router.get("/d/{code}")
@router.get("/D/{code}")
def short_address(session: ReadSession, viewer: CurrentViewer, code: str) -> Response:
    """Go from a printed code to its device, place or free label.

    What stands for nothing goes where any unknown code goes, which says so.
    """
    row = find(session, viewer, code)
    if row is not None:
        return RedirectResponse(address_of(row.tag), _SEE_OTHER)
    place = PlaceTag.parse(code)
    site = session.get(SiteRow, place.number) if place else None
    if site is not None and viewer.sees(site.owner_id):
        return RedirectResponse(f"/devices?site={site.id}", _SEE_OTHER)
    written = str(AssetTag.parse(code) or code)
    free = kept.reserved(session, [written]).get(written)
    if free is not None and not free.is_bound and viewer.sees(free.owner_id):
        return RedirectResponse(f"/labels/reserved/{written}", _SEE_OTHER)
    return RedirectResponse(f"/devices/find?code={quote(code)}", _SEE_OTHER)


def _page(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    settings: Settings,
    form: Sent,
    reasons: tuple[Refusal, ...] = (),
) -> Response:
    viewer = desk.viewer
    owners = owners_kept(session, viewer)
    found = Gathered()
    if not any(reason.code == "too_many" for reason in reasons):
        codes = code_lists.in_text(form.texts.get("codes", ""))
        found = _gathered(session, viewer, codes, form.places)
    places = [
        site
        for site in people.sites(session, [owner.id for owner in owners])
        if label_settings.may_keep(viewer, site.owner_id)
    ]
    return rendering.page(
        request,
        "labels/page.html",
        status_code=422 if reasons else 200,
        reasons=reasons,
        found=found,
        texts={"codes": "", "reserve": "", "owner": "", **form.texts},
        ticked=set(form.places),
        chosen=options(
            session, viewer, form.texts, found.subjects, settings.public_url
        ),
        owners=owners,
        names={owner.id: owner.name for owner in owners},
        places=places,
        most=labels.MOST,
        most_reserved=kept.MOST_RESERVED,
        recent=[
            (run, labels.way_of(run).stock.name, count)
            for run, count in kept.latest_runs(session, viewer, _RECENT)
        ],
        public_url=settings.public_url,
    )


def _codes(session: Session, desk: Desk, form: Sent) -> list[str]:
    """Gather the codes typed, ticked, sent in a file, filtered, or of a range."""
    codes = [*form.tags, *code_lists.in_text(form.texts.get("codes", ""))]
    if form.file:

        def known(sample: Sequence[str]) -> int:
            return len(selection.pick(session, desk.viewer, sample).rows)

        codes += code_lists.in_file(form.file, known)
    # From a list of devices where none is ticked, all that it shows are meant.
    if form.texts.get("labels") and not form.tags:
        codes += _filtered(session, desk, form.texts.get("filter", ""))
    if number := number_in(form.texts.get("range", "")):
        codes += [one.code for one in kept.subjects_of_range(session, number)]
    return list(dict.fromkeys(codes))


def _filtered(session: Session, desk: Desk, query: str) -> list[str]:
    """List the tags that the filters of a list let through; one too many will do."""
    filters, _ = filters_of(read(query), owners_seen(session, desk.viewer))
    tags: list[str] = []
    for batch in every(session, desk.viewer, filters, desk.today):
        tags += [row.tag for row in batch]
        if len(tags) > labels.MOST:
            break
    return tags


def _gathered(
    session: Session, viewer: Viewer, codes: Sequence[str], places: Sequence[int]
) -> Gathered:
    subjects, unknown = labels.gather(session, viewer, codes)
    sites = labels.sites_seen(session, viewer, places)
    return Gathered([*subjects, *labels.of_places(sites)], unknown)


def _require_known(found: Gathered) -> None:
    if found.unknown:
        message = f"Codes inconnus : {', '.join(found.unknown[:10])}."
        raise Refused((Refusal("unknown_tags", message, "codes"),))


def _reservation(
    owners: Sequence[OwnerRow], texts: Mapping[str, str]
) -> Reservation | None:
    text = texts.get("reserve", "").strip()
    count = number_in(text)
    if not text or count == 0:
        return None
    if count is None:
        message = "« Numéros à réserver » : un nombre entier est attendu."
        raise Refused((Refusal("invalid_field", message, "reserve"),))
    wanted = texts.get("owner", "")
    chosen = next((owner for owner in owners if owner.siret == wanted), owners[0])
    if len(owners) > 1 and chosen.siret != wanted:
        message = "Choisissez le propriétaire des numéros réservés."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return Reservation(chosen, count)
