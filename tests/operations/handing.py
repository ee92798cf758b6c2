"""A desk in Lens for the tests of slips: people, devices, signatures."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Actor
from parc.domain.custody import SlipKind
from parc.domain.drawn_signature import parse_signature
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action
from parc.operations import slip_signing, slips
from parc.operations.slip_signing import Signed
from parc.operations.slips import Draft
from parc.storage import journal, people
from parc.storage.database import reading, writing
from parc.storage.slip_tables import SlipAccessoryRow, SlipRow
from parc.storage.tables import DeviceRow, EventRow, PersonRow
from tests.factories import ALICE, LENS, TODAY, a_command, at, some_rules
from tests.operations.counting import At, owner_id, viewer_of

DRAWN = Signed(drawn=parse_signature("10,100 200,50;210,60 400,90"))
PDF = b"%PDF-1.7\n" + b"x" * 100


@dataclass
class Handing:
    """Somebody of Lens who makes slips."""

    engine: Engine
    desk: At

    def person(self, name: str = "Hélène Dupont", email: str = "") -> str:
        """Give somebody's opaque id, made when new."""
        with writing(self.engine) as session:
            owner = owner_id(self.engine, LENS)
            key = people.person_id(session, owner, name)
            if email:
                row = session.get_one(PersonRow, key)
                row.email = email
                session.add(row)
            return key

    def draft(
        self,
        kind: SlipKind,
        person: str,
        *tags: str,
        on: date = TODAY,
        due: date | None = None,
        site: int | None = None,
        ticked: Mapping[str, Collection[str]] | None = None,
        target: str = "in_stock",
    ) -> int:
        """Draft a slip; a loan is for ten days."""
        if kind is SlipKind.LOAN and due is None:
            due = on + timedelta(days=10)
        made = Draft(
            on,
            tags,
            due_on=due,
            site_id=site,
            ticked=ticked or {},
            targets=dict.fromkeys(tags, target),
        )
        return slips.begin(self.engine, self.desk, kind, person, made)

    def sign(self, key: int, signed: Signed = DRAWN) -> SlipRow:
        """Sign a slip as it is now."""
        slip_signing.sign(self.engine, self.desk, key, self.seen(key), signed)
        return self.row(key)

    def hand(self, kind: SlipKind, person: str, *tags: str, **said: object) -> SlipRow:
        """Draft and sign at once."""
        return self.sign(self.draft(kind, person, *tags, **said))  # type: ignore[arg-type]  # of a draft

    def seen(self, key: int) -> str:
        """Give the checksum of a draft as a page shows it."""
        with reading(self.engine) as session:
            return slips.draft_checksum(session, session.get_one(SlipRow, key))

    def row(self, key: int) -> SlipRow:
        """Give a slip."""
        with reading(self.engine) as session:
            return session.get_one(SlipRow, key)

    def accessories(self, key: int) -> set[tuple[str, str, str]]:
        """Give what a slip says: tag, accessory, standing."""
        with reading(self.engine) as session:
            found = session.exec(
                select(
                    DeviceRow.tag, SlipAccessoryRow.kind, SlipAccessoryRow.standing
                ).where(
                    SlipAccessoryRow.device_id == DeviceRow.id,
                    SlipAccessoryRow.slip_id == key,
                )
            )
            return set(found.all())

    def on(self, day: date) -> "Handing":
        """Go to another day."""
        return replace(self, desk=replace(self.desk, now=at(day), today=day))

    def by(self, actor: Actor, siret: str = LENS) -> "Handing":
        """Let somebody else make slips."""
        return replace(
            self, desk=replace(self.desk, viewer=viewer_of(self.engine, actor, siret))
        )


def handing_of(engine: Engine, folder: Path) -> Handing:
    """Seat Alice."""
    return Handing(engine, At(viewer_of(engine, ALICE, LENS), folder))


def events(engine: Engine) -> int:
    """Count what the journal holds."""
    with reading(engine) as session:
        return len(session.exec(select(EventRow.id)).all())


def record(engine: Engine, tag: str, action: Action, **details: object) -> None:
    """Record an action on a device."""
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        journal.record(session, row, a_command(action, given=details), some_rules())


def at_once(work: Callable[[int], object], number: int) -> list[BaseException]:
    """Run something in threads that begin together; give what went wrong."""
    gate = threading.Barrier(number)
    wrong: list[BaseException] = []

    def run(place: int) -> None:
        gate.wait()
        try:
            work(place)
        except Refused as refused:
            wrong.append(refused)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong
