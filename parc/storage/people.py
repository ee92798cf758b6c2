"""Names of people behind their opaque ids, and sites (decision D4)."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from parc.domain.refusal import Refusal, Refused
from parc.domain.search import fold
from parc.domain.vocabulary import GONE, Role
from parc.storage import slips
from parc.storage.bulk import insert_rows
from parc.storage.database import is_sqlite
from parc.storage.tables import (
    AccountRow,
    DeviceRow,
    EventRow,
    PersonRow,
    SiteRow,
    TokenRow,
)

PERSONS: Table = PersonRow.__table__  # type: ignore[attr-defined]
SITES: Table = SiteRow.__table__  # type: ignore[attr-defined]
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 8
_CHUNK = 500
_LONGEST_NAME = 200
SITE_KEEPERS = (Role.ADMIN, Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who adds, renames and removes the sites of an owner."""


@dataclass(frozen=True, slots=True)
class SiteUse:
    """A site, and how many devices that have not left are there."""

    row: SiteRow
    devices: int


def person_id(session: Session, owner_id: int, name: str) -> str:
    """Return the opaque id of a person or service of an owner, made if needed.

    Case, accents and spacing do not make another person.
    """
    return person_ids(session, owner_id, [name])[name]


def person_ids(session: Session, owner_id: int, names: Iterable[str]) -> dict[str, str]:
    """Map names to the opaque ids of an owner's people, made where needed."""
    keys = {name: fold(name) for name in names}
    wanted = sorted(set(keys.values()))
    known: dict[str | None, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(PersonRow.name_key, PersonRow.id).where(
                PersonRow.owner_id == owner_id,
                col(PersonRow.name_key).in_(wanted[start : start + _CHUNK]),
            )
        )
        known.update(found.all())
    rows: list[dict[str, object]] = []
    for name, key in keys.items():
        if key not in known:
            made = "P-" + "".join(secrets.choice(CROCKFORD) for _ in range(_ID_LENGTH))
            shown = " ".join(name.split())
            rows.append(
                {"id": made, "owner_id": owner_id, "name": shown, "name_key": key}
            )
            known[key] = made
    insert_rows(session, PERSONS, rows)
    return {name: known[key] for name, key in keys.items()}


def knows_person(session: Session, owner_id: int, person: str) -> bool:
    """Tell whether an id stands for a person of that owner."""
    row = session.get(PersonRow, person)
    return row is not None and row.owner_id == owner_id


def person_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Map ids to names; those purged or unknown are left out."""
    names: dict[str, str] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        found = session.exec(
            select(PersonRow.id, PersonRow.name).where(
                col(PersonRow.id).in_(wanted[start : start + _CHUNK])
            )
        )
        names.update({key: name for key, name in found if name is not None})
    return names


def purge_person(session: Session, person: str, at: datetime) -> bool:
    """Forget a name for good, with address and drawn signatures; the id stays.

    False: no such id.
    """
    row = session.get(PersonRow, person)
    if row is None:
        return False
    if row.purged_at is None:
        row.name, row.name_key, row.email, row.purged_at = None, None, None, at
        session.add(row)
        slips.forget_signatures(session, person)
        session.flush()
    return True


def actor_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Map the actors of events to what may be shown of them.

    Accounts show their name, or what precedes the @ of their address; tokens
    their own name. Imports and timers are left out.
    """
    wanted = sorted(set(actors))
    accounts = session.exec(
        select(AccountRow.actor, AccountRow.name, AccountRow.email).where(
            col(AccountRow.actor).in_(wanted)
        )
    )
    names = {actor: name or email.partition("@")[0] for actor, name, email in accounts}
    tokens = session.exec(
        select(TokenRow.actor, TokenRow.name).where(col(TokenRow.actor).in_(wanted))
    )
    return names | {actor: f"{name} (API)" for actor, name in tokens}


def site_id(session: Session, owner_id: int, name: str) -> int:
    """Return the site of an owner by its name, made if needed."""
    shown = " ".join(name.split())
    # Another transaction may be adding the same site: both are right.
    dialect = sqlite if is_sqlite(session) else postgresql
    session.execute(
        dialect.insert(SITES)
        .values(owner_id=owner_id, name=shown)
        .on_conflict_do_nothing()
    )
    return session.exec(
        select(SiteRow.id).where(SiteRow.owner_id == owner_id, SiteRow.name == shown)
    ).one()


def knows_site(session: Session, owner_id: int, site: int) -> bool:
    """Tell whether a site is one of that owner's."""
    row = session.get(SiteRow, site)
    return row is not None and row.owner_id == owner_id


def sites(session: Session, owner_ids: Iterable[int] | None) -> list[SiteRow]:
    """List the sites of some owners (None: of all of them), by name."""
    wanted = select(SiteRow).order_by(col(SiteRow.name), col(SiteRow.id))
    if owner_ids is not None:
        wanted = wanted.where(col(SiteRow.owner_id).in_(list(owner_ids)))
    return list(session.exec(wanted))


def site_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Map site ids to their names."""
    wanted = sorted(set(ids))
    found = session.exec(
        select(SiteRow.id, SiteRow.name).where(col(SiteRow.id).in_(wanted))
    )
    return dict(found.all())


def sites_used(session: Session, owner_ids: Iterable[int] | None) -> list[SiteUse]:
    """List the sites of some owners (None: of all) with their devices, by name."""
    counts = dict(
        session.exec(
            select(DeviceRow.site_id, func.count())
            .where(
                col(DeviceRow.state).not_in(sorted(GONE)), col(DeviceRow.void).is_(None)
            )
            .group_by(col(DeviceRow.site_id))
        ).all()
    )
    return [SiteUse(row, counts.get(row.id, 0)) for row in sites(session, owner_ids)]


def add_site(session: Session, owner_id: int, name: str) -> SiteRow:
    """Add a site to an owner.

    Raises:
        Refused: no name, or a name that another site of the owner reads like.
    """
    shown = " ".join(name.split())
    if reasons := tuple(_site_reasons(session, owner_id, shown)):
        raise Refused(reasons)
    return session.get_one(SiteRow, site_id(session, owner_id, shown))


def rename_site(session: Session, row: SiteRow, name: str) -> None:
    """Change a site's name; devices and history follow, since they hold its id.

    Raises:
        Refused: no name, or a name that another site of the owner reads like.
    """
    shown = " ".join(name.split())
    if reasons := tuple(_site_reasons(session, row.owner_id, shown, but=row.id)):
        raise Refused(reasons)
    row.name = shown
    session.add(row)
    session.flush()


def remove_site(session: Session, row: SiteRow) -> None:
    """Remove a site where no device is nor ever was.

    Raises:
        Refused: devices are there, or their history names it.
    """
    there = select(DeviceRow.id).where(DeviceRow.site_id == row.id).limit(1)
    details = col(EventRow.details)
    # Canonical JSON: a number ends at a comma or at the closing brace.
    named = (
        select(EventRow.id)
        .where(
            or_(
                details.contains(f'"site":{row.id},'),
                details.contains(f'"site":{row.id}}}'),
            )
        )
        .limit(1)
    )
    if session.exec(there).first() is not None:
        message = "Des matériels sont rattachés à ce site : déplacez-les d'abord."
        raise Refused((Refusal("site_used", message),))
    if session.exec(named).first() is not None:
        message = (
            "Des matériels sont passés par ce site et leur historique le nomme : "
            "il se renomme, il ne se supprime pas."
        )
        raise Refused((Refusal("site_used", message),))
    session.delete(row)
    session.flush()


def _site_reasons(
    session: Session, owner_id: int, name: str, but: int | None = None
) -> Iterator[Refusal]:
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        message = f"Nom du site attendu : de 1 à {_LONGEST_NAME} caractères."
        yield Refusal("invalid_name", message, "name")
        return
    others = (row for row in sites(session, [owner_id]) if row.id != but)
    twin = next((row for row in others if fold(row.name) == fold(name)), None)
    if twin is not None:
        message = f"Ce propriétaire a déjà un site « {twin.name} »."
        yield Refusal("name_taken", message, "name")
