"""A workshop in Lens for the tests: devices with media, reports handed in."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Actor
from parc.domain.vocabulary import Action
from parc.operations import erasure_reports, erasures
from parc.operations.erasure_proposals import Proposal, Standing, proposals
from parc.operations.erasures import Accepted
from parc.storage import journal
from parc.storage.batches import Outcome
from parc.storage.database import reading, writing
from parc.storage.erasure_tables import ErasureReportRow
from parc.storage.tables import DeviceRow, EventRow, MediumRow
from tests.factories import LENS, a_command, registration, some_rules
from tests.operations.counting import At, owner_id, viewer_of

BORN = date(2026, 2, 1)


@dataclass(frozen=True)
class Workshop:
    """Somebody of Lens who hands in reports."""

    engine: Engine
    desk: At

    def laptop(self, tag: str, *media: tuple[str, str], owner: str = LENS) -> str:
        """Register a laptop with media: serial and kind."""
        held = tuple({"serial": serial, "kind": kind} for serial, kind in media)
        life = registration(BORN, tag=tag, owner=owner, serial=f"N-{tag}", media=held)
        with writing(self.engine) as session:
            journal.open_histories(session, [[life]])
        return tag

    def take(self, content: bytes, told_on: date | None = None) -> int:
        """Hand in one report that is read; give its number."""
        (taken,) = erasure_reports.take(
            self.engine,
            self.desk,
            owner_id(self.engine, LENS),
            [("rapport.log", content)],
            told_on,
        )
        assert taken.number is not None, taken.reasons
        return taken.number

    def apply(self, number: int) -> list[Outcome]:
        """Apply a report."""
        return erasures.apply(self.engine, self.desk, number)

    def accept(
        self, number: int, reason: str, record: int = 0, **named: str
    ) -> Outcome:
        """Accept one of its lines."""
        said = Accepted(reason, **named)
        return erasures.accept(self.engine, self.desk, number, record, said)

    def shown(self, number: int) -> list[Proposal]:
        """Give what its lines come to now."""
        with reading(self.engine) as session:
            row = session.get_one(ErasureReportRow, number)
            return proposals(session, self.desk, row)

    def standings(self, number: int) -> list[Standing]:
        """Give where its lines are."""
        return [one.standing for one in self.shown(number)]

    def medium(self, serial: str) -> MediumRow:
        """Give a medium as it is now."""
        with reading(self.engine) as session:
            wanted = select(MediumRow).where(MediumRow.serial == serial)
            return session.exec(wanted).one()

    def events(self, tag: str, action: Action = Action.SETTLE_MEDIUM) -> list[EventRow]:
        """Give the events of one kind of a device."""
        with reading(self.engine) as session:
            wanted = select(EventRow).where(
                EventRow.device_id == DeviceRow.id,
                DeviceRow.tag == tag,
                EventRow.action == action.value,
            )
            return list(session.exec(wanted))

    def do(self, tag: str, action: Action, day: date, **details: object) -> None:
        """Record something else that happens to a device."""
        with writing(self.engine) as session:
            row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
            journal.record(session, row, a_command(action, day, details), some_rules())

    def by(self, actor: Actor, siret: str = LENS) -> "Workshop":
        """Let somebody else do it."""
        desk = replace(self.desk, viewer=viewer_of(self.engine, actor, siret))
        return replace(self, desk=desk)
