"""What people have: on arrival what to give them, on departure what to take back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from parc import resources
from parc.domain.custody import MOST_DEVICES, SlipKind, held_since
from parc.domain.events import Event, live
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import State
from parc.operations.selection import Desk
from parc.operations.slips import Draft, begin_in, expected_back, require_writer
from parc.storage import people, person_list, profiles, slips
from parc.storage.database import writing
from parc.storage.journal import event_of
from parc.storage.tables import DeviceRow, EventRow, PersonRow

MOST_OF_A_KIND = 20
"""Devices of one kind that are proposed on somebody's arrival."""

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A device that somebody has: since when, until when if lent, with what."""

    row: DeviceRow
    since: date | None
    due_on: date | None
    accessories: Sequence[str]
    drafted: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """The slip drafted for somebody who arrives, and what the stock lacks.

    `key` is None when nothing of what is wanted is in stock; `short` counts what is
    wanting, by category.
    """

    key: int | None
    short: Mapping[str, int]


def wanted_for(session: Session, person: PersonRow) -> Mapping[str, int]:
    """Say what somebody should have, by their equipment profile: how many of each.

    Nothing for who has no profile.
    """
    profile = profiles.of_person(session, person.id)
    return profiles.lines_of(session, [profile.id])[profile.id] if profile else {}


def holdings(session: Session, person: PersonRow) -> list[Held]:
    """List what somebody has, by tag."""
    rows = person_list.held_by(session, person.id)
    ids = [row.id for row in rows]
    lives = _lives(session, ids)
    expected = expected_back(session, person.id, ids)
    drafted = slips.drafted(session, ids)
    labels = resources.accessories()
    return [
        Held(
            row=row,
            since=held_since(lives.get(row.id, ()), person.id),
            due_on=_due_on(row, lives.get(row.id, ())),
            accessories=[
                label
                for key, label in labels.items()
                if key in expected.get(row.id, frozenset())
            ],
            drafted=row.id in drafted,
        )
        for row in rows
    ]


def in_stock(session: Session, owner_id: int) -> dict[str, int]:
    """Count what an owner has in stock, by category."""
    found = session.exec(
        select(DeviceRow.category, func.count())
        .where(
            DeviceRow.owner_id == owner_id,
            DeviceRow.state == State.IN_STOCK.value,
            col(DeviceRow.void).is_(None),
        )
        .group_by(col(DeviceRow.category))
    )
    return dict(found.all())


def arrive(
    engine: Engine, desk: Desk, person: str, wanted: Mapping[str, int]
) -> Arrival:
    """Draft the slip of somebody who arrives, from what is in stock.

    What has been in stock the longest goes first; what is on another draft stays.

    Raises:
        Refused: no role, nothing wanted, an unknown category.
    """
    asked = {key: n for key, n in wanted.items() if n > 0}
    known = resources.categories()
    if not asked or not asked.keys() <= known.keys():
        message = "Choisissez ce qu'il faut remettre : au moins un matériel."
        raise Refused((Refusal("missing_field", message, "wanted"),))
    with writing(engine) as session:
        row = session.get_one(PersonRow, person)
        require_writer(desk.viewer, row.owner_id)
        chosen: list[str] = []
        short: dict[str, int] = {}
        for category, number in asked.items():
            most = min(number, MOST_OF_A_KIND)
            tags = _in_stock(session, row.owner_id, category, most)
            chosen += tags
            if len(tags) < number:
                short[category] = number - len(tags)
        if not chosen:
            return Arrival(None, short)
        draft = Draft(desk.today, chosen, comment="Arrivée d'un agent.")
        slip = begin_in(session, desk, SlipKind.ASSIGNMENT, person, draft)
        return Arrival(slip.id, short)


def depart(engine: Engine, desk: Desk, person: str, target: State) -> tuple[int, int]:
    """Draft the return slip of somebody who leaves: all they have, with accessories.

    Every accessory is ticked as returned: those that are not there are unticked. Give
    the slip's key, and how many devices are left for another slip.

    Raises:
        Refused: no role; they have nothing that can be given back.
    """
    with writing(engine) as session:
        row = session.get_one(PersonRow, person)
        require_writer(desk.viewer, row.owner_id)
        held = person_list.to_take_back(person_list.held_by(session, person))
        drafted = slips.drafted(session, [device.id for device in held])
        devices = [one for one in held if one.id not in drafted]
        if not devices:
            message = (
                "Rien à reprendre : cette personne n'a aucun matériel en service ou "
                "prêté qui ne soit déjà sur un bon à signer."
            )
            raise Refused((Refusal("nothing_held", message),))
        taken = devices[:MOST_DEVICES]
        draft = Draft(
            desk.today,
            [one.tag for one in taken],
            comment="Départ d'un agent.",
            targets={one.tag: target.value for one in taken},
            all_back=True,
        )
        slip = begin_in(session, desk, SlipKind.RETURN, person, draft)
        return slip.id, len(devices) - len(taken)


def forget(engine: Engine, desk: Desk, person: str) -> None:
    """Forget somebody's name for good (decision D4); slips keep the opaque id.

    Raises:
        Refused: no role; they still have devices, or a slip waits for a signature.
    """
    with writing(engine) as session:
        row = session.get_one(PersonRow, person)
        require_writer(desk.viewer, row.owner_id)
        reasons = []
        if person_list.held_by(session, person):
            message = "Cette personne a encore du matériel : reprenez-le d'abord."
            reasons.append(Refusal("still_holds", message))
        if slips.waiting_for(session, person):
            message = "Un bon attend sa signature : signez-le ou annulez-le d'abord."
            reasons.append(Refusal("slip_waiting", message))
        if reasons:
            raise Refused(tuple(reasons))
        people.purge_person(session, person, desk.now)


def _in_stock(session: Session, owner_id: int, category: str, number: int) -> list[str]:
    rows = list(
        session.exec(
            select(DeviceRow)
            .where(
                DeviceRow.owner_id == owner_id,
                DeviceRow.category == category,
                DeviceRow.state == State.IN_STOCK.value,
                col(DeviceRow.void).is_(None),
            )
            .order_by(col(DeviceRow.since), col(DeviceRow.tag))
            .limit(number + MOST_DEVICES)
        )
    )
    drafted = slips.drafted(session, [row.id for row in rows])
    return [row.tag for row in rows if row.id not in drafted][:number]


def _lives(session: Session, ids: Sequence[int]) -> dict[int, list[Event]]:
    lives: dict[int, list[Event]] = {}
    for start in range(0, len(ids), _CHUNK):
        events = session.exec(
            select(EventRow)
            .where(col(EventRow.device_id).in_(ids[start : start + _CHUNK]))
            .order_by(col(EventRow.device_id), col(EventRow.seq))
        )
        for event in events:
            lives.setdefault(event.device_id, []).append(event_of(event))
    return {key: live(events) for key, events in lives.items()}


def _due_on(row: DeviceRow, events: Iterable[Event]) -> date | None:
    if row.state != State.ON_LOAN.value:
        return None
    days = [str(e.details["due_on"]) for e in events if e.details.get("due_on")]
    return date.fromisoformat(days[-1]) if days else None
