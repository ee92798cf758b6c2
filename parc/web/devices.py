"""The life of one device on screen: its page and its actions."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action
from parc.operations.rules import rules_for
from parc.storage.database import reading
from parc.storage.devices import find
from parc.storage.documents import documents_dir
from parc.storage.journal import ConflictError
from parc.web import problems, rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    Now,
    ReadSession,
    SettingsDep,
    Today,
    Transaction,
)
from parc.web.device_forms import Sent, Try, present_facts, sent, understood
from parc.web.device_lists import address_of
from parc.web.device_past import past
from parc.web.device_view import device_view, names_for
from parc.web.errors import InvalidInputError, NotFoundError
from parc.web.recording import Desk, act, device_seen, life_of, owner_of

router = APIRouter()

Form = Annotated[Sent, Depends(sent)]


async def get_desk(
    viewer: CurrentViewer, now: Now, today: Today, settings: SettingsDep
) -> Desk:
    """Give who asks, when, and where documents are kept."""
    return Desk(viewer, now, today, documents_dir(settings.data_dir))


AtDesk = Annotated[Desk, Depends(get_desk)]


@router.get("/devices/{tag:path}")
def show_device(
    request: Request, session: ReadSession, desk: AtDesk, tag: str, on: str = ""
) -> Response:
    """Show one device; with `on`, as it stood at the end of that day."""
    row = device_seen(session, desk.viewer, tag)
    if row.tag != tag:
        return rendering.redirect(request, address_of(row.tag))
    if on:
        return _show_past(request, session, desk, tag, on)
    view = device_view(session, desk.viewer, row, now=desk.now, today=desk.today)
    return rendering.page(request, "devices/device.html", view=view)


@router.post("/devices/{tag:path}/{action}")
def record_action(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
    tag: str,
    action: str,
) -> Response:
    """Record one action on a device, or show again what is to be corrected."""
    known = action_named(action)
    try:
        with transaction() as session:
            row = device_seen(session, desk.viewer, tag)
            device, _ = life_of(session, row)
            wish = understood(
                session,
                known,
                form,
                owner_id=row.owner_id,
                rules=rules_for(session, owner_of(session, row), desk.today),
                known=present_facts(device) if known is Action.DESCRIBE else None,
            )
            act(session, desk, row, known, wish)
    except Refused as refused:
        tried = Try(known, form.texts, refused.reasons)
        status = problems.refusal(refused.reasons).status
    except ConflictError as conflict:
        reason = Refusal("changed_meanwhile", str(conflict))
        tried, status = Try(known, form.texts, (reason,)), 409
    else:
        with reading(engine) as session:
            return _recorded(request, session, desk, tag, known)
    with reading(engine) as session:
        return _again(request, session, desk, tag, tried=tried, status=status)


def action_named(name: str) -> Action:
    """Return the action of an address.

    Raises:
        NotFoundError: there is none, or it does not happen to a known device.
    """
    found = next((action for action in Action if action.value == name), None)
    if found is None or found is Action.REGISTER:
        raise NotFoundError
    return found


def _recorded(
    request: Request, session: Session, desk: Desk, tag: str, action: Action
) -> Response:
    row = find(session, desk.viewer, tag)
    done = f"« {action.label} » : c'est enregistré."
    if row is None:
        # Handed over to another owner of this parc: it is theirs to see now.
        done = f"{done} Le matériel {tag} appartient désormais au preneur."
        return rendering.redirect(request, "/devices", done)
    if not rendering.is_htmx(request):
        return rendering.redirect(request, address_of(row.tag), done)
    view = device_view(session, desk.viewer, row, now=desk.now, today=desk.today)
    return rendering.fragment(
        request, "devices/_recorded.html", view=view, notice_now=done
    )


def _again(
    request: Request,
    session: Session,
    desk: Desk,
    tag: str,
    *,
    tried: Try,
    status: int,
) -> Response:
    row = device_seen(session, desk.viewer, tag)
    view = device_view(
        session, desk.viewer, row, now=desk.now, today=desk.today, tried=tried
    )
    if rendering.is_htmx(request):
        return rendering.fragment(
            request, "devices/_device.html", status_code=status, view=view
        )
    return rendering.page(request, "devices/device.html", status_code=status, view=view)


def _show_past(
    request: Request, session: Session, desk: Desk, tag: str, on: str
) -> Response:
    row = device_seen(session, desk.viewer, tag)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        message = "« Voir le matériel au » : date attendue au format AAAA-MM-JJ."
        raise InvalidInputError(Refusal("invalid_field", message, "on")) from None
    _, events = life_of(session, row)
    rules = rules_for(session, owner_of(session, row), desk.today)
    names = names_for(session, events, rules)
    return rendering.page(
        request,
        "devices/past.html",
        tag=row.tag,
        title=row.label or row.tag,
        past=past(events, day, names),
        today=desk.today,
    )
