"""Saved views of the list of devices: keep, rename, delete, open with."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.storage import saved_views
from parc.storage.desk_tables import SavedViewRow
from parc.storage.devices import owners_seen
from parc.storage.tables import OwnerRow
from parc.web import rendering
from parc.web.deps import CurrentViewer, Now, Transaction
from parc.web.device_filters import ALL, ListQuery, read
from parc.web.device_forms import Sent, sent
from parc.web.errors import ForbiddenError, NotFoundError

router = APIRouter()

Form = Annotated[Sent, Depends(sent)]

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the list page shows it."""

    row: SavedViewRow
    address: str
    is_current: bool
    is_default: bool
    may_change: bool
    shared_for: str


@dataclass(frozen=True, slots=True)
class Views:
    """The views above a list; `sharable` are the owners one may share for."""

    rows: tuple[View, ...]
    sharable: tuple[OwnerRow, ...]
    everything: str
    has_default: bool

    @property
    def current(self) -> View | None:
        """The view that the list is, if it is one."""
        return next((view for view in self.rows if view.is_current), None)


def views_of(session: Session, viewer: Viewer, query: ListQuery) -> Views:
    """Gather the views that somebody sees above a list."""
    owners = {owner.id: owner for owner in owners_seen(session, viewer)}
    chosen = saved_views.default(session, viewer)
    rows = tuple(
        View(
            row,
            address_of(row),
            is_current=query.view == str(row.id),
            is_default=chosen is not None and chosen.id == row.id,
            may_change=saved_views.may_change(viewer, row),
            shared_for=owners[row.owner_id].name if row.owner_id in owners else "",
        )
        for row in saved_views.seen(session, viewer)
    )
    sharable = tuple(o for o in owners.values() if saved_views.may_share(viewer, o.id))
    return Views(rows, sharable, f"/devices?view={ALL}", chosen is not None)


def address_of(row: SavedViewRow) -> str:
    """Give the address of the list that a view is."""
    return read(row.query).address(view=str(row.id))


@router.post("/views")
def save(
    request: Request,
    transaction: Transaction,
    viewer: CurrentViewer,
    now: Now,
    form: Form,
) -> Response:
    """Keep the list being looked at under a name."""
    texts = form.texts
    with transaction() as session:
        owner_id = _owner(session, viewer, texts.get("owner", ""))
        query = read(texts.get("query", "")).text
        name = texts.get("name", "")
        row = saved_views.save(session, viewer, name, query, owner_id, now)
        if texts.get("default"):
            saved_views.open_with(session, viewer, row)
    done = f"La vue « {row.name} » est enregistrée."
    return rendering.redirect(request, address_of(row), done)


@router.post("/views/{view}/rename")
def rename(
    request: Request,
    transaction: Transaction,
    viewer: CurrentViewer,
    form: Form,
    view: str,
) -> Response:
    """Give a view another name."""
    with transaction() as session:
        row = _changeable(session, viewer, view)
        saved_views.rename(session, row, form.texts.get("name", ""))
    done = f"La vue s'appelle maintenant « {row.name} »."
    return rendering.redirect(request, address_of(row), done)


@router.post("/views/{view}/delete")
def delete(
    request: Request, transaction: Transaction, viewer: CurrentViewer, view: str
) -> Response:
    """Delete a view; the devices stay."""
    with transaction() as session:
        row = _changeable(session, viewer, view)
        name = row.name
        saved_views.remove(session, row)
    done = f"La vue « {name} » est supprimée."
    return rendering.redirect(request, f"/devices?view={ALL}", done)


@router.post("/views/{view}/default")
def open_with(
    request: Request, transaction: Transaction, viewer: CurrentViewer, view: str
) -> Response:
    """Open one's list with a view; `0`: with every device again."""
    with transaction() as session:
        if view == ALL:
            saved_views.open_with(session, viewer, None)
            address, done = f"/devices?view={ALL}", "La liste s'ouvre sur tout le parc."
        else:
            row = _seen(session, viewer, view)
            saved_views.open_with(session, viewer, row)
            address = address_of(row)
            done = f"La liste s'ouvre maintenant sur « {row.name} »."
    return rendering.redirect(request, address, done)


def _seen(session: Session, viewer: Viewer, view: str) -> SavedViewRow:
    key = int(view) if _NUMBER.fullmatch(view) else 0
    row = saved_views.find(session, viewer, key)
    if row is None:
        raise NotFoundError
    return row


def _changeable(session: Session, viewer: Viewer, view: str) -> SavedViewRow:
    row = _seen(session, viewer, view)
    if not saved_views.may_change(viewer, row):
        message = "Cette vue est partagée : un gestionnaire peut la modifier."
        raise ForbiddenError(message)
    return row


def _owner(session: Session, viewer: Viewer, siret: str) -> int | None:
    if not siret:
        return None
    owners = {owner.siret: owner.id for owner in owners_seen(session, viewer)}
    if siret not in owners:
        message = "Choisissez pour qui partager la vue."
        raise Refused((Refusal("unknown_owner", message, "owner"),))
    return owners[siret]
