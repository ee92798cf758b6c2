"""People and services of the owners that somebody sees: found, named, with a count.

Names and addresses are in the one purgeable table (decision D4).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.custody import HOLDABLE
from parc.domain.refusal import Refusal, Refused
from parc.domain.search import fold
from parc.domain.vocabulary import GONE, LOST
from parc.storage import people
from parc.storage.accounts import normalised_email
from parc.storage.tables import DeviceRow, PersonRow

PAGE_SIZE = 100
_LONGEST = 200


_THERE = (
    col(DeviceRow.void).is_(None),
    col(DeviceRow.state).not_in(sorted(GONE | LOST)),
)
"""Conditions on devices that somebody may still have."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person or a service, and how many devices they have."""

    row: PersonRow
    devices: int


def find(session: Session, viewer: Viewer, person: str) -> PersonRow | None:
    """Give a person whose owner the viewer sees."""
    row = session.get(PersonRow, person)
    return row if row is not None and viewer.sees(row.owner_id) else None


def seen(
    session: Session, viewer: Viewer, words: str = "", page: int = 1
) -> tuple[list[Known], bool]:
    """List people by name, or those whose name holds some words; more follow or not."""
    query = (
        select(PersonRow)
        .where(col(PersonRow.name).is_not(None))
        .order_by(col(PersonRow.name_key), col(PersonRow.id))
    )
    visible = viewer.owner_ids
    if visible is not None:
        query = query.where(col(PersonRow.owner_id).in_(sorted(visible)))
    for word in fold(words).split()[:8]:
        query = query.where(col(PersonRow.name_key).contains(word, autoescape=True))
    start = (page - 1) * PAGE_SIZE
    rows = list(session.exec(query.offset(start).limit(PAGE_SIZE + 1)))
    shown = rows[:PAGE_SIZE]
    counts = _counts(session, [row.id for row in shown])
    found = [Known(row, counts.get(row.id, 0)) for row in shown]
    return found, len(rows) > PAGE_SIZE


def held_by(session: Session, person: str) -> list[DeviceRow]:
    """List the devices that a person has, by tag."""
    return list(
        session.exec(
            select(DeviceRow)
            .where(DeviceRow.holder == person, *_THERE)
            .order_by(col(DeviceRow.tag))
        )
    )


def _counts(session: Session, ids: Sequence[str]) -> dict[str | None, int]:
    """Count what each of some people has: one page of them, by the index."""
    found = session.exec(
        select(DeviceRow.holder, func.count())
        .where(col(DeviceRow.holder).in_(ids), *_THERE)
        .group_by(col(DeviceRow.holder))
    )
    return dict(found.all())


def to_take_back(rows: Sequence[DeviceRow]) -> list[DeviceRow]:
    """Keep the devices that a return slip may bring back now."""
    return [row for row in rows if row.state in HOLDABLE]


def add(session: Session, owner_id: int, name: str, email: str) -> PersonRow:
    """Add a person or a service to an owner.

    Raises:
        Refused: no name, one that somebody of the owner has, a wrong address.
    """
    key = "P-" + "".join(secrets.choice(people.CROCKFORD) for _ in range(8))
    row = PersonRow(id=key, owner_id=owner_id)
    change(session, row, name, email)
    return row


def change(session: Session, row: PersonRow, name: str, email: str) -> None:
    """Correct a name or an address; the journal follows, since it holds the id.

    Raises:
        Refused: as for `add`, or the name was forgotten for good.
    """
    shown = " ".join(name.split())
    address = normalised_email(email) if email.strip() else None
    reasons = []
    if row.purged_at is not None:
        message = "Ce nom a été effacé : il ne se remet pas."
        reasons.append(Refusal("purged", message))
    if not 1 <= len(shown) <= _LONGEST or not shown.isprintable():
        message = f"« Nom » : de 1 à {_LONGEST} caractères."
        reasons.append(Refusal("invalid_name", message, "name"))
    else:
        twin = session.exec(
            select(PersonRow.id).where(
                PersonRow.owner_id == row.owner_id,
                PersonRow.name_key == fold(shown),
                PersonRow.id != row.id,
            )
        ).first()
        if twin is not None:
            message = "« Nom » : ce propriétaire a déjà quelqu'un de ce nom."
            reasons.append(Refusal("name_taken", message, "name"))
    if email.strip() and address is None:
        message = "« Adresse électronique » : elle ne se lit pas."
        reasons.append(Refusal("invalid_email", message, "email"))
    if reasons:
        raise Refused(tuple(reasons))
    row.name, row.name_key, row.email = shown, fold(shown), address
    session.add(row)
    session.flush()
