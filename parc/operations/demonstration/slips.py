"""A few custody slips over what the simulation made: signed, to sign, one with a loss.

They are the papers of events that are in the journal already: nothing is recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from parc.domain.custody import Signing, SlipKind, Stage, checksum, standings
from parc.domain.drawn_signature import parse_signature
from parc.domain.events import Event, live
from parc.domain.search import fold
from parc.domain.vocabulary import Action, State
from parc.operations import slips
from parc.operations.demonstration.world import Life, World
from parc.operations.slip_signing import freeze
from parc.storage import slips as kept
from parc.storage.slip_tables import SlipRow
from parc.storage.slips import Item
from parc.storage.tables import DeviceRow, PersonRow

_ASSIGNED, _LENT, _RETURNED = 6, 5, 2
_KINDS = {
    Action.ASSIGN: SlipKind.ASSIGNMENT,
    Action.LEND: SlipKind.LOAN,
    Action.RETURN: SlipKind.RETURN,
}
_WITH = {
    "laptop": ("charger", "bag", "mouse"),
    "tablet": ("charger", "case"),
    "smartphone": ("charger", "case", "sim"),
    "desktop": ("keyboard", "mouse", "cable"),
    "monitor": ("cable",),
    "projector": ("cable", "bag"),
}
_HANDS = (
    "40,130 70,60 95,140 120,70 150,135;170,120 230,95 300,125 380,80 470,118 540,60",
    "60,90 90,150 150,40 170,150;200,110 240,100 280,112 330,96 400,110;60,165 420,158",
    "30,150 110,50 150,150;60,115 140,112;180,140 190,70 250,66 245,110 185,108 270,99",
)


@dataclass(frozen=True, slots=True)
class _Handed:
    """An event of one device with the slip that goes with it."""

    event: Event
    life: Life
    person: str


def add(session: Session, world: World) -> None:
    """Add them, in the order of the days on which they are signed."""
    found = sorted(
        _chosen(world), key=lambda one: (one.event.recorded_at, one.life.device.tag)
    )
    ids = _ids(session, [one.life.device.tag for one in found])
    for place, one in enumerate(found):
        _sign(session, world, one, ids[one.life.device.tag], place)
    _give_addresses(session, [one for one in found if one.event.action is Action.LEND])
    _leave_to_sign(session, world, found)


def _chosen(world: World) -> Iterator[_Handed]:
    """Choose the latest of each kind; before a return, what had been given."""
    latest: dict[Action, list[_Handed]] = {action: [] for action in _KINDS}
    for life in world.lives:
        events = live(life.events)
        last = events[-1]
        if last.action in (Action.ASSIGN, Action.LEND) and last.details.get("holder"):
            person = str(last.details["holder"])
            latest[last.action].append(_Handed(last, life, person))
        elif last.action is Action.RETURN and events[-2].action is Action.ASSIGN:
            person = str(events[-2].details["holder"])
            latest[Action.RETURN].append(_Handed(last, life, person))
    counts = {Action.ASSIGN: _ASSIGNED, Action.LEND: _LENT, Action.RETURN: _RETURNED}
    for action, handed in latest.items():
        handed.sort(key=lambda one: (one.event.recorded_at, one.life.device.tag))
        for one in handed[-counts[action] :]:
            yield one
            if action is Action.RETURN:
                yield replace(one, event=live(one.life.events)[-2])


def _sign(
    session: Session, world: World, one: _Handed, device_id: int, place: int
) -> None:
    event, kind = one.event, _KINDS[one.event.action]
    row = _draft(
        session,
        world,
        one.life,
        kind,
        one.person,
        event.effective_on,
        event.recorded_at,
    )
    due = event.details.get("due_on")
    row.due_on = date.fromisoformat(str(due)) if due else None
    given = _WITH.get(one.life.device.category, ())
    # What comes back comes back without its last accessory.
    ticked = given[:-1] if kind is SlipKind.RETURN else given
    target = event.state.value if kind is SlipKind.RETURN else ""
    told = {device_id: standings(kind, ticked, given)}
    kept.fill(session, row.id, [Item(device_id, "", target)], told)
    hand = parse_signature(_HANDS[place % len(_HANDS)]).text
    row.signing, row.signature = Signing.SCREEN.value, hand
    row.signed_at, row.signed_by = event.recorded_at, event.actor
    row.stage = Stage.SIGNED.value
    content = slips.content_of(session, row)
    row.frozen, row.sha256 = freeze(
        content, Signing.SCREEN, checksum(hand), at=event.recorded_at, by=event.actor
    )
    session.add(row)
    session.flush()


def _draft(  # noqa: PLR0917 - what a slip says
    session: Session,
    world: World,
    life: Life,
    kind: SlipKind,
    person: str,
    on: date,
    at: datetime,
) -> SlipRow:
    owner = world.owner(life)
    by = life.events[-1].actor
    row = kept.new_row(owner.id, kind, person, on, at=at, by=by)
    row.year = at.year
    return kept.add(session, row)


def _leave_to_sign(session: Session, world: World, found: list[_Handed]) -> None:
    """Leave an assignment from the stock and a return that wait for a signature."""
    assigned = [one for one in found if one.event.action is Action.ASSIGN]
    stock = [
        life
        for life in world.lives
        if life.state is State.IN_STOCK and life.device.void is None
    ][-2:]
    if not assigned or not stock:
        return
    last = assigned[-1]
    at = max(one.event.recorded_at for one in found)
    own = [life for life in stock if world.owner(life) == world.owner(last.life)]
    for kind, lives in ((SlipKind.ASSIGNMENT, own), (SlipKind.RETURN, [last.life])):
        if not lives:
            continue
        row = _draft(session, world, lives[0], kind, last.person, world.end, at)
        ids = _ids(session, [life.device.tag for life in lives])
        target = State.TO_QUALIFY.value if kind is SlipKind.RETURN else ""
        told = {
            ids[life.device.tag]: standings(kind, _WITH.get(life.device.category, ()))
            for life in lives
        }
        items = [Item(ids[life.device.tag], "", target) for life in lives]
        kept.fill(session, row.id, items, told)


def _give_addresses(session: Session, lent: list[_Handed]) -> None:
    """Give every other borrower an address, at a domain that leads nowhere."""
    for one in lent[::2]:
        row = session.get_one(PersonRow, one.person)
        row.email = f"{fold(row.name or '').replace(' ', '.')}@parc.example"
        session.add(row)


def _ids(session: Session, tags: list[str]) -> dict[str, int]:
    found = session.exec(
        select(DeviceRow.tag, DeviceRow.id).where(col(DeviceRow.tag).in_(tags))
    )
    return dict(found.all())
