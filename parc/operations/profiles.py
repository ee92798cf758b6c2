"""Equipment profiles at work: said, given to people and rooms, compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from parc import resources
from parc.domain.access import Viewer
from parc.domain.equipment import (
    KEEPERS,
    KIND,
    LEADS,
    NAME,
    Gap,
    Need,
    ProfileKind,
    gaps,
    read_lines,
)
from parc.domain.fields import parse
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Role
from parc.operations.selection import Desk
from parc.operations.stocktakes import require
from parc.storage import profiles, stock
from parc.storage.database import writing
from parc.storage.life_tables import ProfileRow
from parc.storage.profiles import Bearer

MOST_NAMES = 500
"""Names pasted at once."""

_RETIRED = "Ce profil est retiré : il ne change plus."
Typed = Sequence[tuple[str, str]]
"""Lines of a form: (category, quantity), as typed."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Somebody, or a room, whose equipment is not what their profile says."""

    bearer: Bearer
    profile: ProfileRow
    gaps: tuple[Gap, ...]


def define(
    engine: Engine, desk: Desk, owner_id: int, given: Mapping[str, str], lines: Typed
) -> int:
    """Add a profile to an owner; give its number.

    Raises:
        Refused: no role, or wrong input.
    """
    require(desk.viewer, owner_id, LEADS)
    details, refused = parse((NAME, KIND), given)
    read, wrong = read_lines(lines, resources.categories())
    with writing(engine) as session:
        name = str(details.get("name", ""))
        reasons = (*refused, *wrong, *_wrong_name(session, owner_id, name, None))
        if reasons:
            raise Refused(reasons)
        row = ProfileRow(
            owner_id=owner_id,
            name=name,
            kind=str(details["kind"]),
            created_at=desk.now,
            created_by=desk.viewer.actor,
        )
        session.add(row)
        session.flush()
        profiles.rewrite(session, row.id, read)
        return row.id


def change(
    engine: Engine, desk: Desk, number: int, given: Mapping[str, str], lines: Typed
) -> None:
    """Say anew a profile's name and lines; its kind stays.

    Raises:
        Refused: no role, wrong input, or it is retired.
    """
    details, refused = parse((NAME,), given)
    read, wrong = read_lines(lines, resources.categories())
    with writing(engine) as session:
        row = _in_use(session, desk, number, LEADS)
        name = str(details.get("name", ""))
        reasons = (*refused, *wrong, *_wrong_name(session, row.owner_id, name, row.id))
        if reasons:
            raise Refused(reasons)
        row.name = name
        row.changed_at, row.changed_by = desk.now, desk.viewer.actor
        session.add(row)
        profiles.rewrite(session, row.id, read)


def retire(engine: Engine, desk: Desk, number: int) -> None:
    """Take a profile out of use: whoever has it has none any more.

    Raises:
        Refused: no role, or it is retired already.
    """
    with writing(engine) as session:
        row = _in_use(session, desk, number, LEADS)
        row.retired_at, row.retired_by = desk.now, desk.viewer.actor
        session.add(row)


def attach(engine: Engine, desk: Desk, number: int, names: Iterable[str]) -> int:
    """Give a profile to people, or rooms, by name or id; say how many.

    A room may also be named by the code on its label.

    Raises:
        Refused: no role, no name, or names that are nobody's: nothing is recorded.
    """
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    with writing(engine) as session:
        row = _in_use(session, desk, number, KEEPERS)
        if not 0 < len(wanted) <= MOST_NAMES:
            message = f"Donnez de un à {MOST_NAMES} noms, un par ligne."
            raise Refused((Refusal("missing_field", message, "names"),))
        said = {name: _plain(row, name) for name in wanted}
        found = profiles.by_name(session, row, set(said.values()))
        unknown = [name for name, plain in said.items() if plain not in found]
        if unknown:
            room = row.kind == ProfileKind.ROOM
            nobody = "Aucun site" if room else "Aucune personne, aucun service"
            raise Refused(
                tuple(
                    Refusal(
                        "unknown_name",
                        f"{nobody} de ce propriétaire ne s'appelle « {name[:80]} ».",
                        "names",
                    )
                    for name in unknown
                )
            )
        ids = {found[plain] for plain in said.values()}
        profiles.attach(session, row, sorted(ids), desk.now, desk.viewer.actor)
        return len(ids)


def detach(engine: Engine, desk: Desk, number: int, key: str) -> None:
    """Take a profile from somebody, or from a room.

    Raises:
        Refused: no role, or they do not have it.
    """
    with writing(engine) as session:
        row = _in_use(session, desk, number, KEEPERS)
        if not profiles.detach(session, row, key):
            message = "Ce profil n'est déjà plus le leur."
            raise Refused((Refusal("not_attached", message),))


def discrepancies(
    session: Session,
    viewer: Viewer,
    owner_id: int | None = None,
    profile_id: int | None = None,
) -> list[Discrepancy]:
    """List whose equipment is not what their profile says; of one owner or of all."""
    known = {
        row.id: row
        for row in profiles.seen(session, viewer)
        if owner_id in {None, row.owner_id}
    }
    lines = profiles.lines_of(session, known)
    held = profiles.held_by_people(session)
    stands = profiles.found_in_rooms(session)
    accessories = [key for key, one in resources.categories().items() if one.accessory]
    listed = []
    for bearer in profiles.bearers(session, viewer, profile_id):
        profile = known.get(bearer.profile_id)
        if profile is None:
            continue
        there = held if bearer.kind is ProfileKind.POST else stands
        found = gaps(lines[profile.id], there.get(bearer.id, {}), accessories)
        if found:
            listed.append(Discrepancy(bearer, profile, found))
    return listed


def needs(
    session: Session, viewer: Viewer, listed: Sequence[Discrepancy]
) -> dict[int, list[Need]]:
    """Add up what is lacking, by owner and kind, with what the stock holds of it.

    The owner's own stock first, then that of the other owners that the viewer sees.
    """
    lacking: dict[tuple[int, str], int] = {}
    for one in listed:
        for gap in one.gaps:
            if gap.lacking:
                key = (one.bearer.owner_id, gap.category)
                lacking[key] = lacking.get(key, 0) + gap.lacking
    there = stock.in_stock(session, viewer, {category for _, category in lacking})
    found: dict[int, list[Need]] = {}
    for (owner_id, category), number in sorted(lacking.items()):
        by_owner = dict(there.get(category, {}))
        own = by_owner.pop(owner_id, 0)
        found.setdefault(owner_id, []).append(Need(category, number, own, by_owner))
    return found


def _plain(row: ProfileRow, name: str) -> str:
    """Read the code on a place's label as the id of the place."""
    if row.kind == ProfileKind.ROOM and (place := PlaceTag.parse(name)):
        return str(place.number)
    return name


def _wrong_name(
    session: Session, owner_id: int, name: str, but: int | None
) -> tuple[Refusal, ...]:
    if name and profiles.is_taken(session, owner_id, name, but):
        message = "« Nom » : ce propriétaire a déjà un profil de ce nom."
        return (Refusal("name_taken", message, NAME.name),)
    return ()


def _in_use(
    session: Session, desk: Desk, number: int, roles: Sequence[Role]
) -> ProfileRow:
    row = profiles.hold(session, number)
    require(desk.viewer, row.owner_id, roles)
    if row.retired_at is not None:
        raise Refused((Refusal("closed", _RETIRED),))
    return row
