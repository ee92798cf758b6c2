"""Lists of devices kept under a name: one's own, and those shared for an owner."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, delete, or_
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.refusal import Refusal, Refused
from parc.domain.search import fold
from parc.domain.vocabulary import Role
from parc.storage.desk_tables import DefaultViewRow, SavedViewRow

SHARERS = frozenset({Role.FLEET_LEAD, Role.COMMUNE_MANAGER})
"""Who may share a view with everybody who sees an owner."""

MOST = 50
"""Views that one account keeps."""

LONGEST_NAME = 80
_DEFAULTS: Table = DefaultViewRow.__table__  # type: ignore[attr-defined]


def seen(session: Session, viewer: Viewer) -> list[SavedViewRow]:
    """List somebody's own views and those shared for an owner that they see."""
    shared = col(SavedViewRow.owner_id).is_not(None)
    if viewer.owner_ids is not None:
        shared = col(SavedViewRow.owner_id).in_(sorted(viewer.owner_ids))
    rows = session.exec(
        select(SavedViewRow).where(or_(col(SavedViewRow.actor) == viewer.actor, shared))
    )
    return sorted(rows, key=lambda row: (fold(row.name), row.id))


def find(session: Session, viewer: Viewer, key: int) -> SavedViewRow | None:
    """Give one of the views that somebody sees."""
    row = session.get(SavedViewRow, key)
    if row is None or not (row.actor == viewer.actor or _is_shared_with(row, viewer)):
        return None
    return row


def may_change(viewer: Viewer, row: SavedViewRow) -> bool:
    """Tell whether somebody may rename or delete a view: theirs, or as a manager."""
    if row.actor == viewer.actor:
        return True
    return row.owner_id is not None and may_share(viewer, row.owner_id)


def may_share(viewer: Viewer, owner_id: int) -> bool:
    """Tell whether somebody may share views for an owner."""
    return bool(viewer.roles(owner_id) & SHARERS)


def save(  # noqa: PLR0917 - whose, under what name, what, for whom, when
    session: Session,
    viewer: Viewer,
    name: str,
    query: str,
    owner_id: int | None,
    at: datetime,
) -> SavedViewRow:
    """Keep a list under a name; one's view of that name is replaced.

    Raises:
        Refused: no name, too many views, or one may not share for that owner.
    """
    shown = " ".join(name.split())
    known = _own(session, viewer, shown)
    if reasons := tuple(_reasons(session, viewer, shown, owner_id, known)):
        raise Refused(reasons)
    row = known or SavedViewRow(
        actor=viewer.actor, name=shown, query=query, created_at=at
    )
    row.query, row.owner_id = query, owner_id
    session.add(row)
    session.flush()
    return row


def rename(session: Session, row: SavedViewRow, name: str) -> None:
    """Change the name of a view.

    Raises:
        Refused: no name, or its author already has a view of that name.
    """
    shown = " ".join(name.split())
    reasons = list(_name_reasons(shown))
    twin = session.exec(
        select(SavedViewRow.id).where(
            SavedViewRow.actor == row.actor, SavedViewRow.name == shown
        )
    ).first()
    if twin not in {None, row.id}:
        message = f"Il y a déjà une vue « {shown} »."
        reasons.append(Refusal("name_taken", message, "name"))
    if reasons:
        raise Refused(tuple(reasons))
    row.name = shown
    session.add(row)
    session.flush()


def remove(session: Session, row: SavedViewRow) -> None:
    """Delete a view; lists that opened with it open with everything again."""
    session.execute(delete(_DEFAULTS).where(_DEFAULTS.c.view_id == row.id))
    session.delete(row)
    session.flush()


def default(session: Session, viewer: Viewer) -> SavedViewRow | None:
    """Give the view that somebody's list opens with, if they still see it."""
    row = session.get(DefaultViewRow, viewer.actor)
    return None if row is None else find(session, viewer, row.view_id)


def open_with(session: Session, viewer: Viewer, row: SavedViewRow | None) -> None:
    """Choose the view that somebody's list opens with; None: every device."""
    session.execute(delete(_DEFAULTS).where(_DEFAULTS.c.actor == viewer.actor))
    if row is not None:
        session.add(DefaultViewRow(actor=viewer.actor, view_id=row.id))
    session.flush()


def _is_shared_with(row: SavedViewRow, viewer: Viewer) -> bool:
    return row.owner_id is not None and viewer.sees(row.owner_id)


def _own(session: Session, viewer: Viewer, name: str) -> SavedViewRow | None:
    return session.exec(
        select(SavedViewRow).where(
            SavedViewRow.actor == viewer.actor, SavedViewRow.name == name
        )
    ).first()


def _reasons(
    session: Session,
    viewer: Viewer,
    name: str,
    owner_id: int | None,
    known: SavedViewRow | None,
) -> Iterator[Refusal]:
    yield from _name_reasons(name)
    if owner_id is not None and not may_share(viewer, owner_id):
        message = "Partager une vue est réservé aux gestionnaires du propriétaire."
        yield Refusal("role", message, "owner")
    kept = session.exec(
        select(func.count()).where(col(SavedViewRow.actor) == viewer.actor)
    ).one()
    if known is None and kept >= MOST:
        message = f"{MOST} vues au plus : supprimez-en une."
        yield Refusal("too_many", message, "name")


def _name_reasons(name: str) -> Iterator[Refusal]:
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"Nom de la vue attendu : de 1 à {LONGEST_NAME} caractères."
        yield Refusal("invalid_name", message, "name")
