"""A few equipment profiles over what the simulation made, and a year's head counts."""

from sqlmodel import Session, col, select

from parc.domain.equipment import EQUIPPED, ProfileKind
from parc.domain.vocabulary import Role
from parc.operations.demonstration.office_hours import instant
from parc.operations.demonstration.world import Owner, World
from parc.storage import owner_years
from parc.storage import profiles as kept
from parc.storage.life_tables import ProfileRow
from parc.storage.tables import DeviceRow, SiteRow

_POSTS = (
    ("Agent mobile", {"laptop": 1, "monitor": 1}),
    ("Poste fixe partagé", {"desktop": 1, "monitor": 1}),
)
_ROOM = ("Salle du conseil", {"large_display": 1, "video_conference": 1})
_PEOPLE, _ROOMS, _MORNING = 12, 1, 40
_AGENTS_A_HOLDER = 2
"""Agents for each person who holds something: few have a computer of their own."""


def add(session: Session, world: World) -> None:
    """Add them: two posts and a room for each owner, and who has which."""
    for owner in world.owners.values():
        holders: set[str] = set()
        for name, lines in _POSTS:
            profile = _profile(session, world, owner, name, ProfileKind.POST, lines)
            found = _holders(session, owner, next(iter(lines)))
            mine = [holder for holder in found if holder not in holders][:_PEOPLE]
            holders.update(found)
            _attach(session, world, owner, profile, mine)
        name, lines = _ROOM
        profile = _profile(session, world, owner, name, ProfileKind.ROOM, lines)
        rooms = session.exec(
            select(SiteRow.id)
            .where(SiteRow.owner_id == owner.id)
            .order_by(col(SiteRow.name))
            .limit(_ROOMS)
        )
        _attach(session, world, owner, profile, [str(key) for key in rooms])
        owner_years.keep(
            session,
            owner.id,
            world.end.year,
            max(1, _AGENTS_A_HOLDER * len(holders)),
            72,
            instant(world.end, _MORNING),
            world.actor(Role.FLEET_LEAD, owner).id,
        )


def _profile(  # noqa: PLR0917 - what a profile says
    session: Session,
    world: World,
    owner: Owner,
    name: str,
    kind: ProfileKind,
    lines: dict[str, int],
) -> ProfileRow:
    row = ProfileRow(
        owner_id=owner.id,
        name=name,
        kind=kind.value,
        created_at=instant(world.end, _MORNING),
        created_by=world.actor(Role.FLEET_LEAD, owner).id,
    )
    session.add(row)
    session.flush()
    kept.rewrite(session, row.id, lines)
    return row


def _attach(
    session: Session, world: World, owner: Owner, profile: ProfileRow, ids: list[str]
) -> None:
    by = world.actor(Role.FLEET_LEAD, owner).id
    kept.attach(session, profile, ids, instant(world.end, _MORNING), by)


def _holders(session: Session, owner: Owner, category: str) -> list[str]:
    """List who of an owner holds a device of a kind, in an order that is the same."""
    found = session.exec(
        select(DeviceRow.holder)
        .where(
            DeviceRow.owner_id == owner.id,
            DeviceRow.category == category,
            col(DeviceRow.holder).is_not(None),
            col(DeviceRow.void).is_(None),
            col(DeviceRow.state).in_(sorted(state.value for state in EQUIPPED)),
        )
        .distinct()
        .order_by(col(DeviceRow.holder))
    )
    return [holder for holder in found if holder]
