"""Sites: the places of each owner, read by all who see it, kept by a few."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.fields import Field, Kind
from parc.domain.refusal import Refusal, Refused
from parc.storage import people
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.storage.people import SITE_KEEPERS, SiteUse
from parc.storage.tables import OwnerRow, SiteRow
from parc.web import problems, rendering
from parc.web.deps import (
    CurrentViewer,
    EngineDep,
    ReadSession,
    Transaction,
    require_role,
)
from parc.web.errors import ForbiddenError, NotFoundError

router = APIRouter(prefix="/sites", include_in_schema=False)

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
NAME = Field("name", "Nom du site", required=True)
_LONGEST_ID = 9


class Typed(BaseModel):
    """What the forms about a site send."""

    owner: str = ""
    name: str = ""


SiteForm = Annotated[Typed, Form()]


@router.get("")
def show_sites(
    request: Request, session: ReadSession, viewer: CurrentViewer
) -> Response:
    """List the sites of the owners that the viewer sees."""
    return _list(request, session, viewer)


@router.post("")
def add_site(
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    typed: SiteForm,
) -> Response:
    """Add a site to an owner.

    Raises:
        ForbiddenError: no role that keeps sites.
    """
    try:
        with transaction() as session:
            owner = _chosen(_kept(session, viewer), typed.owner)
            row = people.add_site(session, owner.id, typed.name)
    except Refused as refused:
        with reading(engine) as session:
            return _list(request, session, viewer, typed, refused)
    return rendering.redirect(request, "/sites", f"Site ajouté : {row.name}.")


@router.get("/{site}")
def show_site(
    request: Request, session: ReadSession, viewer: CurrentViewer, site: str
) -> Response:
    """Show what may be changed of a site."""
    row = _site(session, viewer, site)
    return _one(request, session, row, row.name)


@router.post("/{site}")
def rename_site(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    site: str,
    typed: SiteForm,
) -> Response:
    """Change a site's name: devices and history follow."""
    try:
        with transaction() as session:
            row = _site(session, viewer, site)
            people.rename_site(session, row, typed.name)
    except Refused as refused:
        with reading(engine) as session:
            row = _site(session, viewer, site)
            return _one(request, session, row, typed.name, refused)
    return rendering.redirect(request, "/sites", f"Site renommé : {row.name}.")


@router.post("/{site}/remove")
def remove_site(
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    viewer: CurrentViewer,
    site: str,
) -> Response:
    """Remove a site that never served."""
    try:
        with transaction() as session:
            row = _site(session, viewer, site)
            people.remove_site(session, row)
    except Refused as refused:
        with reading(engine) as session:
            row = _site(session, viewer, site)
            return _one(request, session, row, row.name, refused)
    return rendering.redirect(request, "/sites", f"Site supprimé : {row.name}.")


def _kept(session: Session, viewer: Viewer) -> list[OwnerRow]:
    """List the owners whose sites the viewer keeps.

    Raises:
        ForbiddenError: there is none.
    """
    owners = [o for o in owners_seen(session, viewer) if _keeps(viewer, o.id)]
    if not owners:
        names = ", ".join(role.label for role in SITE_KEEPERS)
        message = f"Modifier les sites est réservé aux rôles : {names}."
        raise ForbiddenError(message)
    return owners


def _keeps(viewer: Viewer, owner_id: int) -> bool:
    return not viewer.roles(owner_id).isdisjoint(SITE_KEEPERS)


def _chosen(owners: Sequence[OwnerRow], siret: str) -> OwnerRow:
    if len(owners) == 1:
        return owners[0]
    found = next((owner for owner in owners if owner.siret == siret), None)
    if found is None:
        message = f"« {OWNER.label} » est à renseigner."
        raise Refused((Refusal("missing_field", message, OWNER.name),))
    return found


def _site(session: Session, viewer: Viewer, number: str) -> SiteRow:
    plain = number.isascii() and number.isdigit() and len(number) <= _LONGEST_ID
    row = session.get(SiteRow, int(number)) if plain else None
    if row is None:
        raise NotFoundError
    require_role(viewer, row.owner_id, *SITE_KEEPERS)
    return row


def _list(
    request: Request,
    session: Session,
    viewer: Viewer,
    typed: Typed | None = None,
    refused: Refused | None = None,
) -> Response:
    owners = owners_seen(session, viewer)
    kept = [owner for owner in owners if _keeps(viewer, owner.id)]
    used: dict[int, list[SiteUse]] = {owner.id: [] for owner in owners}
    for use in people.sites_used(session, list(used)):
        used[use.row.owner_id].append(use)
    return rendering.page(
        request,
        "settings/sites.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        groups=[(owner, used[owner.id], owner in kept) for owner in owners],
        kept=[(owner.siret, owner.name) for owner in kept],
        owner=OWNER,
        name=NAME,
        values=typed.model_dump() if typed else {"owner": "", "name": ""},
        refusals=refused.reasons if refused else (),
    )


def _one(
    request: Request,
    session: Session,
    row: SiteRow,
    name: str,
    refused: Refused | None = None,
) -> Response:
    used = people.sites_used(session, [row.owner_id])
    (use,) = (use for use in used if use.row.id == row.id)
    return rendering.page(
        request,
        "settings/site.html",
        status_code=problems.refusal(refused.reasons).status if refused else 200,
        use=use,
        owner=session.get_one(OwnerRow, row.owner_id),
        name=NAME,
        typed=name,
        refusals=refused.reasons if refused else (),
    )
