"""The bench: arm an action, scan a run of devices, see what became of each."""

import re
import secrets
from asyncio import wrap_future
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain.mode_card import cards
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Role
from parc.operations import scan_orders, scanning
from parc.operations.late_scans import Late
from parc.operations.rules import rules_for
from parc.operations.scan_orders import FOR_BENCH, fields_for
from parc.operations.scanning import ForeignRunError, Scan
from parc.operations.selection import DOERS
from parc.storage import people, scans
from parc.storage.database import reading, writing
from parc.storage.devices import owners_seen
from parc.storage.scan_tables import ScanRunRow
from parc.storage.scans import Answer
from parc.web import rendering
from parc.web.deps import EngineDep, ReadSession, Transaction
from parc.web.device_forms import Input, Try, action_form
from parc.web.devices import AtDesk, Form
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk
from parc.web.scan_board import TEMPLATE, Asked, Bench, board
from reports.labels.code128 import QUIET_MODULES, bars, modules

router = APIRouter()

_RUN = re.compile(r"[0-9a-f]{16}", re.ASCII)
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
_OLDEST = timedelta(days=366)
_LONGEST_AGE = 12


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar code to draw, in modules."""

    code: str
    label: str
    width: int
    bars: Sequence[tuple[int, int]]


@router.get("/scan")
def bench(
    request: Request,
    session: ReadSession,
    desk: AtDesk,
    run: str = "",
    action: str = "",
) -> Response:
    """Show a run: what is armed, the latest answer, the tally."""
    _require_doer(desk)
    return _page(request, session, desk, _number(run), action=_action(action))


@router.post("/scan")
async def scan(request: Request, desk: AtDesk, form: Form) -> Response:
    """Take one scan; answer with the board alone to who asks for it."""
    _require_doer(desk)
    run, key = _number(form.texts.get("run", "")), key_in(form.texts)
    late = _late(desk, form.texts)
    one = Scan(desk, form.texts.get("code", ""), key, run, late=late)
    bench: Bench = request.app.state.bench
    try:
        told = bench.scan(one, shown=rendering.is_htmx(request))
        shown = await wrap_future(told)
    except ForeignRunError:
        raise NotFoundError from None
    if shown is None:
        return rendering.redirect(request, address(run))
    return rendering.written(request, shown)


@router.post("/scan/arm")
def arm(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Arm an action, or show again what is to be corrected."""
    run = opened(engine, desk, form.texts)
    action = _action(form.texts.get("action", ""))
    if action is None:
        raise NotFoundError
    names = {f.name for f in fields_for(action)}
    given = {k: v for k, v in form.texts.items() if k in names}
    try:
        with transaction() as session:
            scan_orders.require_role(desk, action)
            order = scan_orders.order_from(session, desk, action, given)
            row = session.get_one(ScanRunRow, run)
            scan_orders.arm(row, order)
            session.add(row)
    except Refused as refused:
        tried = Try(action, form.texts, refused.reasons)
        with reading(engine) as session:
            return _page(request, session, desk, run, action=action, tried=tried)
    return rendering.redirect(request, address(run))


@router.post("/scan/pause")
def pause(request: Request, engine: EngineDep, desk: AtDesk, form: Form) -> Response:
    """Disarm the action."""
    run = opened(engine, desk, form.texts)
    with writing(engine) as session:
        row = session.get_one(ScanRunRow, run)
        scan_orders.pause(row)
        session.add(row)
    return rendering.redirect(request, address(run))


@router.post("/scan/undo")
def undo(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Take the latest scan of the run back."""
    run = opened(engine, desk, form.texts)
    told = scanning.undo(engine, desk, run, key_in(form.texts))
    return _answered(request, engine, desk, run, told)


@router.get("/scan/cards")
def show_cards(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Show the cards to print: orders, actions, places."""
    _require_doer(desk)
    places = people.sites(session, _owner_ids(session, desk))
    return rendering.page(
        request,
        "scan/cards.html",
        cards=[_bars(card.code, card.label) for card in cards().values()],
        places=[_bars(str(PlaceTag(site.id)), site.name) for site in places],
        quiet=QUIET_MODULES,
    )


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    run: str,
    *,
    action: Action | None = None,
    tried: Try | None = None,
) -> Response:
    form = None if action is None else _form(session, desk, action, tried)
    return rendering.page(
        request,
        "scan/page.html",
        status_code=422 if tried else 200,
        actions=[a for a in FOR_BENCH if desk.viewer.holds(*_roles(a))],
        chosen=action,
        inputs=form,
        reasons=tried.refusals if tried else (),
        **board(session, Asked(desk, run)),
    )


def _answered(
    request: Request, engine: EngineDep, desk: Desk, run: str, told: Answer
) -> Response:
    if not rendering.is_htmx(request):
        return rendering.redirect(request, address(run))
    with reading(engine) as session:
        context = board(session, Asked(desk, run, told))
    return rendering.fragment(request, TEMPLATE, **context)


def _late(desk: Desk, texts: Mapping[str, str]) -> Late | None:
    """Read how many milliseconds a scan waited on a telephone, if it did.

    What time it is there is never asked.
    """
    age = texts.get("age", "")
    if not (age.isascii() and age.isdigit()):
        return None
    waited = min(timedelta(milliseconds=int(age[:_LONGEST_AGE])), _OLDEST)
    return Late(desk.now - waited, texts.get("armed"))


def _form(
    session: Session, desk: Desk, action: Action, tried: Try | None
) -> list[Input]:
    """Lay out what the action is told; people and papers are for one device."""
    owners = owners_seen(session, desk.viewer)
    if not owners:
        raise ForbiddenError
    rules = rules_for(session, owners[0], desk.today)
    sites = people.sites(session, [owner.id for owner in owners])
    form = action_form(action, rules, sites, version=0, tried=tried)
    names = {f.name for f in fields_for(action)}
    return [entry for entry in form.inputs if entry.field.name in names]


def opened(engine: Engine, desk: Desk, texts: Mapping[str, str]) -> str:
    """Give the run that a form is of; it begins with its first scan."""
    _require_doer(desk)
    run = _number(texts.get("run", ""))
    with reading(engine) as session:
        actor = scans.actor_of(session, run)
    if actor is None:
        try:
            with writing(engine) as session:
                scans.open_run(session, desk.viewer.actor, run, desk.now)
        except IntegrityError:  # two first scans at once
            return opened(engine, desk, texts)
    elif actor != desk.viewer.actor:
        raise NotFoundError
    return run


def _require_doer(desk: Desk) -> None:
    if not desk.viewer.holds(*DOERS):
        raise ForbiddenError


def _number(run: str) -> str:
    """Read a run's number; a new one when there is none."""
    if not run:
        return secrets.token_hex(8)
    if _RUN.fullmatch(run) is None:
        raise NotFoundError
    return run


def key_in(texts: Mapping[str, str]) -> str:
    """Read the key of a scan from its form; a new one when there is none."""
    key = texts.get("key", "")
    return key if _KEY.fullmatch(key) else secrets.token_hex(8)


def _action(name: str) -> Action | None:
    if not name:
        return None
    found = next((action for action in FOR_BENCH if action.value == name), None)
    if found is None:
        raise NotFoundError
    return found


def _roles(action: Action) -> frozenset[Role]:
    return TRANSITIONS[action].roles


def _owner_ids(session: Session, desk: Desk) -> list[int]:
    return [owner.id for owner in owners_seen(session, desk.viewer)]


def address(run: str) -> str:
    """Give the address of a run's page."""
    return f"/scan?run={run}"


def _bars(code: str, label: str) -> Bars:
    pattern = modules(code)
    return Bars(code, label, len(pattern) + 2 * QUIET_MODULES, bars(pattern))
