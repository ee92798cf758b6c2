"""Rows that exist before anything happens: owners, places, people, accounts, papers."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.search import fold
from parc.domain.siret import with_key
from parc.operations.demonstration import names
from parc.operations.demonstration.office_hours import on_or_after
from parc.operations.demonstration.orientation import invented_siret
from parc.operations.demonstration.papers import Paper, content
from parc.operations.demonstration.people import (
    ACTORS,
    CALL,
    LOOS,
    MEURCHIN,
    grants,
)
from parc.operations.demonstration.timeline import JOINED_AFTER
from parc.operations.demonstration.world import Owner
from parc.storage import documents
from parc.storage.accounts import add_owner, hash_password
from parc.storage.people import site_id
from parc.storage.tables import AccountRow, GrantRow, OwnerRow, PersonRow

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MOST_PEOPLE = 900
_OWNERS = (
    (CALL, with_key("246200364", "0001"), "Communauté d'agglomération de Lens-Liévin"),
    (LOOS, invented_siret("99000528"), "Commune de Loos-en-Gohelle"),
    (MEURCHIN, invented_siret("99000573"), "Commune de Meurchin"),
)
_SITES = {
    CALL: names.CALL_SITES,
    LOOS: names.LOOS_SITES,
    MEURCHIN: names.MEURCHIN_SITES,
}
_SERVICES = {
    CALL: names.SERVICES,
    LOOS: names.TOWN_SERVICES + names.SCHOOLS,
    MEURCHIN: names.TOWN_SERVICES[:3] + names.SCHOOLS[:2],
}
_PEOPLE = {CALL: 0.3, LOOS: 0.06, MEURCHIN: 0.015}
"""People and services for each device of the whole demonstration."""

NAMES: Mapping[str, str] = {siret: name for _, siret, name in _OWNERS}
"""The three public bodies: SIRET to name."""


def add_owners(
    session: Session,
    folder: Path,
    chance: random.Random,
    start: date,
    *,
    at: datetime,
    devices: int,
) -> dict[str, Owner]:
    """Add the three public bodies with their sites, people and documents."""
    owners: dict[str, Owner] = {}
    for key, siret, name in _OWNERS:
        row = add_owner(session, siret, name, "epci" if key == CALL else "commune", key)
        # The shared IT service operates the devices of its communes.
        row.manager_id = None if key == CALL else owners[CALL].id
        row.first_day = on_or_after(start + timedelta(days=JOINED_AFTER[key]))
        count = min(int(_PEOPLE[key] * devices) + 4, _MOST_PEOPLE)
        owners[key] = Owner(
            key,
            row.id,
            siret,
            name,
            manager=_OWNERS[0][1],
            first_day=row.first_day,
            stock=site_id(session, row.id, f"{names.STOCK_SITE} ({key})"),
            sites=tuple(site_id(session, row.id, site) for site in _SITES[key]),
            holders=tuple(_people(session, chance, row.id, _SERVICES[key], count)),
            papers={p: _store(session, folder, p, row, at) for p in Paper},
        )
    return owners


def add_accounts(
    session: Session, chance: random.Random, owners: Mapping[str, Owner], at: datetime
) -> list[Viewer]:
    """Add one account per role, under ids that the seed decides."""
    owner_ids = {key: owner.id for key, owner in owners.items()}
    viewers: list[Viewer] = []
    for actor in ACTORS:
        account = actor.account
        viewer = Viewer(_opaque(chance, "U"), grants(actor, owner_ids))
        viewers.append(viewer)
        session.add(
            AccountRow(
                actor=viewer.actor,
                email=account.email,
                name=account.label,
                password_hash=hash_password(account.password),
                created_at=at,
            )
        )
        session.add_all(
            GrantRow(actor=viewer.actor, role=grant.role.value, owner_id=grant.owner_id)
            for grant in sorted(viewer.grants, key=lambda g: (g.role, g.owner_id or 0))
        )
    session.flush()
    return viewers


def owner_row(session: Session, owner: Owner) -> OwnerRow:
    """Load an owner's row."""
    return session.get_one(OwnerRow, owner.id)


def _people(
    session: Session,
    chance: random.Random,
    owner_id: int,
    services: tuple[str, ...],
    count: int,
) -> list[str]:
    shown = dict.fromkeys(services)
    while len(shown) < len(services) + count:
        first = chance.choice(names.FIRST_NAMES)
        shown[f"{first} {chance.choice(names.FAMILY_NAMES)}"] = None
    rows = [
        PersonRow(
            id=_opaque(chance, "P"), owner_id=owner_id, name=name, name_key=fold(name)
        )
        for name in shown
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _store(
    session: Session, folder: Path, paper: Paper, owner: OwnerRow, at: datetime
) -> str:
    upload = documents.examine(content(paper, owner.name))
    kept = documents.keep(
        session, folder, upload, owner_id=owner.id, at=at, by="demonstration"
    )
    return kept.sha256


def _opaque(chance: random.Random, kind: str) -> str:
    return f"{kind}-" + "".join(chance.choices(_CROCKFORD, k=8))
