"""Stocktakes (récolements): open one, scan from several phones, close, decide, sign."""

import re
import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from parc import resources
from parc.domain.access import READERS, Viewer
from parc.domain.fields import Field, Kind
from parc.domain.refusal import Refusal, Refused
from parc.domain.stocktake import SCANNERS, Settlement, Stage
from parc.operations import stocktake_report, stocktake_settling, stocktakes
from parc.operations.stocktakes import MOST_WAITING, Sent
from parc.storage import people
from parc.storage import stocktakes as kept
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.stocktake_tables import StocktakeRow
from parc.storage.tables import OwnerRow
from parc.web import problems, rendering, stocktake_view
from parc.web.deps import CurrentViewer, EngineDep, ReadSession, require_role
from parc.web.device_forms import Sent as Typed
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from parc.web.stocktake_view import FACTS, Shown

router = APIRouter(prefix="/stocktakes", include_in_schema=False)

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
SITE = Field("site", "Site", Kind.SITE, hint="Aucun : tous les lieux.")
CATEGORY = Field("category", "Catégorie", Kind.CHOICE, hint="Aucune : toutes.")
EXPLANATION = Field(
    "explanation",
    "Explication",
    Kind.LONG_TEXT,
    hint="S'il n'y a eu aucun scan, ou si un téléphone en garde encore.",
)
REMARKS = Field(
    "remarks",
    "Observations",
    Kind.LONG_TEXT,
    hint="Reprises au procès-verbal ; à remplir si des écarts restent non traités.",
)
ANY_PHONE = "page"
"""Where a page without a script scans from."""

_KEY = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
_PHONE = re.compile(r"[0-9A-Za-z-]{4,64}", re.ASCII)
_LONGEST_ID = 9


@router.get("")
def show_all(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """List the stocktakes of the owners that the viewer sees."""
    return _list(request, session, desk.viewer)


@router.post("")
def open_one(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Open a stocktake: its list is frozen at once."""
    texts = form.texts
    with reading(engine) as session:
        siret = texts.get("owner", "")
        owners = _openers(session, desk.viewer)
        owner = next((one for one in owners if one.siret == siret), None)
        if owner is None and len(owners) == 1 and not siret:
            owner = owners[0]
        if owner is None:
            message = "« Propriétaire » est à choisir."
            refused = Refused((Refusal("missing_field", message, "owner"),))
            return _list(request, session, desk.viewer, form, refused)
    site = texts.get("site", "")
    try:
        number = stocktakes.begin(
            engine,
            desk,
            owner.id,
            (_integer(site) or 0) if site else None,
            texts.get("category") or None,
        )
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, desk.viewer, form, refused)
    return rendering.redirect(
        request, _address(number), "Récolement ouvert : la liste attendue est figée."
    )


@router.get("/{stocktake}")
def show_one(
    *,
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    stocktake: str,
    list: str = "",  # noqa: A002 - the name in the address
    page: str = "1",
) -> Response:
    """Show a stocktake: counters, the scan field, a list, what may be done next."""
    row = seen(session, desk.viewer, stocktake)
    return _page(request, session, desk, row, shown=list, page=page)


@router.get("/{stocktake}/board")
def show_board(
    request: Request, session: ReadSession, viewer: CurrentViewer, stocktake: str
) -> Response:
    """Send the live part alone: pages ask for it every few seconds."""
    row = seen(session, viewer, stocktake)
    board = stocktake_view.board(session, viewer, row)
    return rendering.fragment(request, "stocktakes/_board.html", **board)


@router.post("/{stocktake}/scans")
def scan(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, stocktake: str
) -> Response:
    """Take one scan; answer with the live part alone to who asks for it."""
    number = counting(engine, desk, stocktake)
    texts = form.texts
    key, phone = texts.get("key", ""), texts.get("phone", "")
    sent = Sent(
        key if _KEY.fullmatch(key) else secrets.token_hex(8), texts.get("code", "")
    )
    taken = stocktakes.scan(
        engine,
        desk,
        number,
        phone=phone if _PHONE.fullmatch(phone) else ANY_PHONE,
        sent=[sent],
        waiting=min(_integer(texts.get("waiting", "")) or 0, MOST_WAITING),
    )
    if not rendering.is_htmx(request):
        return rendering.redirect(request, _address(number))
    with reading(engine) as session:
        row = seen(session, desk.viewer, stocktake)
        board = stocktake_view.board(session, desk.viewer, row)
        last = stocktake_view.answers(session, desk.viewer, taken)[0]
    return rendering.fragment(request, "stocktakes/_taken.html", **board, last=last)


@router.post("/{stocktake}/close")
def close(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, stocktake: str
) -> Response:
    """Stop the scans, or say why not yet."""
    number = counting(engine, desk, stocktake)
    try:
        stocktakes.close(engine, desk, number, form.texts.get("explanation", ""))
    except Refused as refused:
        return _again(request, engine, desk, number=number, form=form, refused=refused)
    return rendering.redirect(
        request, _address(number), "Scans clos : il reste à décider de chaque écart."
    )


@router.post("/{stocktake}/anomalies/{subject}")
def settle(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    stocktake: str,
    subject: str,
) -> Response:
    """Decide of one anomaly, or say why it may not be so."""
    number = counting(engine, desk, stocktake)
    wanted = form.texts.get("settlement", "")
    settlement = next((one for one in Settlement if one.value == wanted), None)
    try:
        if settlement is None:
            message = "« Décision » est à choisir."
            raise Refused((Refusal("missing_field", message, "settlement"),))  # noqa: TRY301 - said with the others
        stocktake_settling.settle(
            engine,
            desk,
            number,
            subject=subject,
            settlement=settlement,
            given=form.texts,
        )
    except Refused as refused:
        return _again(request, engine, desk, number=number, form=form, refused=refused)
    shown = _shown(form.texts.get("list", ""))
    page = _integer(form.texts.get("page", "")) or 1
    return rendering.redirect(
        request,
        f"{_address(number)}?list={shown.value}&page={page}",
        f"« {settlement.label} » : c'est enregistré.",
    )


@router.post("/{stocktake}/sign")
def sign(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, stocktake: str
) -> Response:
    """Sign the report: nothing changes afterwards."""
    number = counting(engine, desk, stocktake)
    try:
        stocktake_report.sign(engine, desk, number, form.texts.get("remarks", ""))
    except Refused as refused:
        return _again(request, engine, desk, number=number, form=form, refused=refused)
    return rendering.redirect(
        request, _address(number), "Procès-verbal signé : il ne change plus."
    )


def seen(session: Session, viewer: Viewer, stocktake: str) -> StocktakeRow:
    """Give a stocktake that the viewer may know of.

    Raises:
        NotFoundError: there is none, or it is another owner's.
    """
    number = _integer(stocktake)
    row = kept.find(session, viewer, number) if number else None
    if row is None:
        raise NotFoundError
    return row


def counting(engine: EngineDep, desk: Desk, stocktake: str) -> int:
    """Give the number of a stocktake that somebody works on."""
    with reading(engine) as session:
        row = seen(session, desk.viewer, stocktake)
    require_role(desk.viewer, row.owner_id, *SCANNERS)
    return row.id


def _list(
    request: Request,
    session: Session,
    viewer: Viewer,
    form: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    if not viewer.holds(*READERS):
        raise ForbiddenError
    if form is not None and not _openers(session, viewer):
        raise ForbiddenError
    openers = _openers(session, viewer)
    names = {owner.id: owner.name for owner in owners_seen(session, viewer)}
    sites = people.sites(session, [owner.id for owner in openers])
    several = len(openers) > 1
    rows = kept.seen(session, viewer)
    return rendering.page(
        request,
        "stocktakes/list.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        rows=[
            (row, Stage(row.stage), stocktake_report.scope_of(row), names[row.owner_id])
            for row in rows
        ],
        owners=[(owner.siret, owner.name) for owner in openers],
        sites=[
            (
                str(site.id),
                f"{names[site.owner_id]} : {site.name}" if several else site.name,
            )
            for site in sites
        ],
        categories=[(c.id, c.label) for c in resources.categories().values()],
        fields=(OWNER, SITE, CATEGORY),
        values=form.texts if form else {},
        refusals=refused.reasons if refused else (),
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    row: StocktakeRow,
    *,
    shown: str = "",
    page: str = "1",
    values: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    which = _shown(shown)
    board = stocktake_view.board(session, desk.viewer, row)
    own = kept.latest_of(session, row.id, desk.viewer.actor)
    last = stocktake_view.answers(session, desk.viewer, [own] if own else [])
    context: dict[str, Any] = {
        **board,
        "actor": desk.viewer.actor,
        "key": secrets.token_hex(8),
        "places": stocktake_view.places(session, row),
        "last": last[0] if last and row.stage == Stage.OPEN.value else None,
        "tabs": stocktake_view.tabs(row, board["totals"], which),
        "shown": which,
        "page": stocktake_view.listed(
            session, desk.viewer, row, which, max(1, _integer(page) or 1)
        ),
        "page_number": max(1, _integer(page) or 1),
        "unsettled": stocktake_report.unsettled_count(session, row.id, board["totals"]),
        "facts": FACTS,
        "explanation": EXPLANATION,
        "remarks": REMARKS,
        "values": values.texts if values else {},
        "refusals": refused.reasons if refused else (),
    }
    return rendering.page(
        request,
        "stocktakes/show.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        **context,
    )


def _again(
    request: Request,
    engine: EngineDep,
    desk: Desk,
    *,
    number: int,
    form: Typed,
    refused: Refused,
) -> Response:
    with reading(engine) as session:
        row = seen(session, desk.viewer, str(number))
        return _page(
            request,
            session,
            desk,
            row,
            shown=form.texts.get("list", ""),
            page=form.texts.get("page", "1"),
            values=form,
            refused=refused,
        )


def _openers(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners for whom the viewer may open a stocktake."""
    return [
        owner
        for owner in owners_seen(session, viewer)
        if not viewer.roles(owner.id).isdisjoint(SCANNERS)
    ]


def _shown(name: str) -> Shown:
    return next((one for one in Shown if one.value == name), Shown.MISSING)


def _integer(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if is_number else None


def _address(number: int) -> str:
    return f"/stocktakes/{number}"
