"""Equipment profiles in rows: lines, who has which, what each of them has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from parc.domain.access import Viewer
from parc.domain.equipment import EQUIPPED, ProfileKind
from parc.domain.search import fold
from parc.storage.life_tables import (
    ProfileLineRow,
    ProfilePersonRow,
    ProfileRow,
    ProfileSiteRow,
)
from parc.storage.tables import DeviceRow, PersonRow, SiteRow

FOUND_AT_MOST = 40
"""People or rooms that one search shows."""

_EQUIPPED = sorted(state.value for state in EQUIPPED)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person (opaque id) or a room (site id) that has a profile."""

    kind: ProfileKind
    id: str
    name: str
    owner_id: int
    profile_id: int


def find(session: Session, viewer: Viewer, number: int) -> ProfileRow | None:
    """Give a profile that the viewer may know of."""
    row = session.get(ProfileRow, number)
    return row if row is not None and viewer.sees(row.owner_id) else None


def hold(session: Session, number: int) -> ProfileRow:
    """Give a profile and keep everybody else from changing it meanwhile."""
    return session.exec(
        select(ProfileRow)
        .where(ProfileRow.id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def seen(session: Session, viewer: Viewer) -> list[ProfileRow]:
    """List the profiles of owners that the viewer sees, retired ones last."""
    wanted = select(ProfileRow).order_by(
        col(ProfileRow.retired_at).is_not(None),
        col(ProfileRow.owner_id),
        col(ProfileRow.name),
    )
    visible = viewer.owner_ids
    if visible is not None:
        wanted = wanted.where(col(ProfileRow.owner_id).in_(sorted(visible)))
    return list(session.exec(wanted))


def is_taken(session: Session, owner_id: int, name: str, but: int | None) -> bool:
    """Tell whether another profile in use of the owner has this name."""
    found = session.exec(
        select(ProfileRow.id).where(
            ProfileRow.owner_id == owner_id,
            ProfileRow.name == name,
            col(ProfileRow.retired_at).is_(None),
        )
    ).first()
    return found is not None and found != but


def lines_of(session: Session, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Give what profiles hold: by profile, how many of each category."""
    wanted = sorted(set(ids))
    lines: dict[int, dict[str, int]] = {key: {} for key in wanted}
    rows = session.exec(
        select(ProfileLineRow)
        .where(col(ProfileLineRow.profile_id).in_(wanted))
        .order_by(col(ProfileLineRow.profile_id), col(ProfileLineRow.category))
    )
    for row in rows:
        lines[row.profile_id][row.category] = row.quantity
    return lines


def rewrite(session: Session, number: int, lines: Mapping[str, int]) -> None:
    """Put other lines in the place of a profile's."""
    session.execute(
        delete(ProfileLineRow).where(col(ProfileLineRow.profile_id) == number)
    )
    session.add_all(
        ProfileLineRow(profile_id=number, category=key, quantity=quantity)
        for key, quantity in lines.items()
    )
    session.flush()


def bearers(
    session: Session, viewer: Viewer, profile_id: int | None = None
) -> list[Bearer]:
    """List who and what has a profile in use, by name; of one profile or of all."""
    people = (
        select(ProfilePersonRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(ProfilePersonRow.person_id))
        .join(ProfileRow, col(ProfileRow.id) == col(ProfilePersonRow.profile_id))
        .where(col(ProfileRow.retired_at).is_(None))
        .order_by(col(PersonRow.name_key), col(PersonRow.id))
    )
    rooms = (
        select(ProfileSiteRow, SiteRow)
        .join(SiteRow, col(SiteRow.id) == col(ProfileSiteRow.site_id))
        .join(ProfileRow, col(ProfileRow.id) == col(ProfileSiteRow.profile_id))
        .where(col(ProfileRow.retired_at).is_(None))
        .order_by(col(SiteRow.name), col(SiteRow.id))
    )
    visible = viewer.owner_ids
    if visible is not None:
        people = people.where(col(PersonRow.owner_id).in_(sorted(visible)))
        rooms = rooms.where(col(SiteRow.owner_id).in_(sorted(visible)))
    if profile_id is not None:
        people = people.where(ProfilePersonRow.profile_id == profile_id)
        rooms = rooms.where(ProfileSiteRow.profile_id == profile_id)
    found = [
        Bearer(
            ProfileKind.POST,
            person.id,
            person.name or f"{person.id} (nom effacé)",
            person.owner_id,
            link.profile_id,
        )
        for link, person in session.exec(people)
    ]
    found += [
        Bearer(
            ProfileKind.ROOM, str(site.id), site.name, site.owner_id, link.profile_id
        )
        for link, site in session.exec(rooms)
    ]
    return found


def held_by_people(session: Session) -> dict[str, dict[str, int]]:
    """Count what those who have a profile hold, by category."""
    found = session.exec(
        select(DeviceRow.holder, DeviceRow.category, func.count())
        .join(ProfilePersonRow, col(ProfilePersonRow.person_id) == DeviceRow.holder)
        .where(col(DeviceRow.state).in_(_EQUIPPED), col(DeviceRow.void).is_(None))
        .group_by(col(DeviceRow.holder), col(DeviceRow.category))
    )
    counts: dict[str, dict[str, int]] = {}
    for holder, category, number in found:
        counts.setdefault(holder or "", {})[category] = number
    return counts


def found_in_rooms(session: Session) -> dict[str, dict[str, int]]:
    """Count what stands in rooms that have a profile, held by nobody."""
    found = session.exec(
        select(DeviceRow.site_id, DeviceRow.category, func.count())
        .join(ProfileSiteRow, col(ProfileSiteRow.site_id) == DeviceRow.site_id)
        .where(
            col(DeviceRow.state).in_(_EQUIPPED),
            col(DeviceRow.void).is_(None),
            col(DeviceRow.holder).is_(None),
        )
        .group_by(col(DeviceRow.site_id), col(DeviceRow.category))
    )
    counts: dict[str, dict[str, int]] = {}
    for site, category, number in found:
        counts.setdefault(str(site), {})[category] = number
    return counts


def search(session: Session, profile: ProfileRow, words: str) -> list[tuple[str, str]]:
    """Find people, or rooms, of the profile's owner whose name holds some words.

    Give (id, name), `FOUND_AT_MOST` of them.
    """
    typed = fold(words).split()[:8]
    if profile.kind == ProfileKind.ROOM:
        sites = session.exec(
            select(SiteRow)
            .where(SiteRow.owner_id == profile.owner_id)
            .order_by(col(SiteRow.name))
        )
        named = [(str(site.id), site.name) for site in sites]
        found = [one for one in named if all(word in fold(one[1]) for word in typed)]
        return found[:FOUND_AT_MOST]
    query = select(PersonRow).where(
        PersonRow.owner_id == profile.owner_id, col(PersonRow.name).is_not(None)
    )
    for word in typed:
        query = query.where(col(PersonRow.name_key).contains(word, autoescape=True))
    rows = session.exec(
        query.order_by(col(PersonRow.name_key), col(PersonRow.id)).limit(FOUND_AT_MOST)
    )
    return [(row.id, row.name or row.id) for row in rows]


def by_name(
    session: Session, profile: ProfileRow, names: Collection[str]
) -> dict[str, str]:
    """Find people, or rooms, of the profile's owner by their whole name, or by id.

    Give the id of each name that is somebody's; others are left out.
    """
    folded = {fold(name): name for name in names}
    if profile.kind == ProfileKind.ROOM:
        sites = session.exec(
            select(SiteRow).where(SiteRow.owner_id == profile.owner_id)
        )
        return {
            folded[key]: str(site.id)
            for site in sites
            for key in (fold(site.name), str(site.id))
            if key in folded
        }
    keys = sorted(folded)
    rows = session.exec(
        select(PersonRow).where(
            PersonRow.owner_id == profile.owner_id,
            col(PersonRow.name).is_not(None),
            col(PersonRow.name_key).in_(keys)
            | col(PersonRow.id).in_([name.strip() for name in names]),
        )
    )
    return {
        folded[key]: row.id
        for row in rows
        for key in (row.name_key or "", fold(row.id))
        if key in folded
    }


def attach(
    session: Session, profile: ProfileRow, ids: Iterable[str], at: datetime, by: str
) -> None:
    """Give people, or rooms, this profile in the place of the one they had."""
    for key in ids:
        if profile.kind == ProfileKind.ROOM:
            room = session.get(ProfileSiteRow, int(key)) or ProfileSiteRow(
                site_id=int(key), profile_id=profile.id, set_at=at, set_by=by
            )
            room.profile_id, room.set_at, room.set_by = profile.id, at, by
            session.add(room)
        else:
            link = session.get(ProfilePersonRow, key) or ProfilePersonRow(
                person_id=key, profile_id=profile.id, set_at=at, set_by=by
            )
            link.profile_id, link.set_at, link.set_by = profile.id, at, by
            session.add(link)
    session.flush()


def detach(session: Session, profile: ProfileRow, key: str) -> bool:
    """Take the profile from somebody or from a room; false: they do not have it."""
    link: ProfileSiteRow | ProfilePersonRow | None
    if profile.kind == ProfileKind.ROOM:
        link = session.get(ProfileSiteRow, int(key)) if key.isdecimal() else None
    else:
        link = session.get(ProfilePersonRow, key)
    if link is None or link.profile_id != profile.id:
        return False
    session.delete(link)
    session.flush()
    return True


def of_person(session: Session, person: str) -> ProfileRow | None:
    """Give the profile that somebody has, if it is in use."""
    return session.exec(
        select(ProfileRow)
        .join(ProfilePersonRow, col(ProfilePersonRow.profile_id) == ProfileRow.id)
        .where(
            ProfilePersonRow.person_id == person, col(ProfileRow.retired_at).is_(None)
        )
    ).first()
