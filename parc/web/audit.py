"""Who changed what: the journal of some owners, filtered, latest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc import clock, resources
from parc.domain.access import Viewer
from parc.domain.vocabulary import Action, State
from parc.storage import audit, people
from parc.storage.audit import Asked, Audited
from parc.storage.database import reading
from parc.storage.facts import tags_seen
from parc.storage.tables import OwnerRow
from parc.web import rendering
from parc.web.audit_query import Wanted, understood
from parc.web.deps import CurrentViewer, EngineDep, ReadSession, Today
from parc.web.device_lists import address_of
from parc.web.device_view import names_in
from parc.web.errors import ForbiddenError
from parc.web.event_view import Line, Names, lines_of
from reports.render.table_files import Field, Row, csv_blocks

router = APIRouter(include_in_schema=False)

SIZE = 50
_BATCH = 500
FIELDS = (
    Field("recorded_at", "Enregistré le"),
    Field("actor", "Par"),
    Field("actor_id", "Identifiant de l'auteur"),
    Field("action", "Action"),
    Field("tag", "Étiquette"),
    Field("owner_siret", "SIRET du propriétaire"),
    Field("owner", "Propriétaire"),
    Field("effective_on", "Date d'effet"),
    Field("state", "État"),
    Field("import_id", "Import"),
    Field("details", "Ce qui a été dit"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One event of the page; no `address`: the device is another owner's now."""

    audited: Audited
    recorded: str
    actor: str
    by_actor: str
    owner: str
    address: str
    lines: Sequence[Line]


@router.get("/audit")
def show_audit(
    request: Request, session: ReadSession, viewer: CurrentViewer, query: Wanted
) -> Response:
    """Show the latest events of the owners whose audit the viewer reads.

    Raises:
        ForbiddenError: no role that reads it.
    """
    owners = _owners(session, viewer)
    asked, before, misread = understood(query, owners)
    found, more = audit.page(session, asked, before=before, size=SIZE)
    names = _names(session, found)
    seen = tags_seen(session, viewer, {one.tag for one in found})
    people_named = _actors(session, owners, query.actor)
    return rendering.page(
        request,
        "audit/page.html",
        query=query,
        misread=misread,
        owners=owners,
        actions=Action,
        actors=people_named,
        shown=[
            Shown(
                audited=one,
                recorded=rendering.instant(one.event.recorded_at),
                actor=names.actor(one.event),
                by_actor=query.address(actor=one.event.actor),
                owner=names.owners.get(one.event.owner, one.event.owner),
                address=address_of(one.tag) if one.tag in seen else "",
                lines=lines_of(one.event, None, names),
            )
            for one in found
        ],
        next=query.address(before=str(found[-1].id)) if more else "",
    )


@router.get("/audit.csv")
def download_audit(
    engine: EngineDep, viewer: CurrentViewer, today: Today, query: Wanted
) -> Response:
    """Send all that the filters let through, not one page of it.

    Raises:
        ForbiddenError: no role that reads it.
    """
    with reading(engine) as session:
        asked, _, _ = understood(query, _owners(session, viewer))
    return StreamingResponse(
        csv_blocks(FIELDS, _rows(engine, asked)),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="audit-{today:%Y%m%d}.csv"'
        },
    )


def _owners(session: Session, viewer: Viewer) -> list[OwnerRow]:
    owners = audit.owners_audited(session, viewer)
    if not owners:
        roles = ", ".join(role.label for role in audit.AUDITORS)
        raise ForbiddenError(f"Lire l'audit est réservé aux rôles : {roles}.")
    return owners


def _actors(
    session: Session, owners: Sequence[OwnerRow], asked: str
) -> Sequence[tuple[str, str]]:
    """List who may be chosen, by name; who is asked for stays in the list."""
    known = audit.actors_of(session, [owner.id for owner in owners])
    named: Mapping[str, str] = people.actor_names(session, known)
    choices = {actor: named.get(actor, actor) for actor in known}
    if asked:
        choices.setdefault(asked, asked)
    return sorted(choices.items(), key=lambda choice: choice[1].casefold())


def _names(session: Session, found: Sequence[Audited]) -> Names:
    owners = dict(session.exec(select(OwnerRow.siret, OwnerRow.name)).all())
    categories = {key: kind.label for key, kind in resources.categories().items()}
    return names_in(session, [one.event for one in found], owners, categories)


def _rows(engine: Engine, asked: Asked) -> Iterator[Row]:
    # A session of its own: it lives as long as the answer is being sent.
    with reading(engine) as session:
        events = audit.every(session, asked)
        while batch := list(islice(events, _BATCH)):
            names = _names(session, batch)
            for one in batch:
                yield _row(one, names)


def _row(one: Audited, names: Names) -> Row:
    event = one.event
    said = (
        f"{line.label} : {line.document or line.value}"
        for line in lines_of(event, None, names)
    )
    return [
        f"{clock.local(event.recorded_at):%Y-%m-%d %H:%M:%S}",
        names.actor(event),
        event.actor,
        event.action.label,
        one.tag,
        event.owner,
        names.owners.get(event.owner, event.owner),
        event.effective_on,
        State(event.state).label,
        event.source,
        " ; ".join(said),
    ]
