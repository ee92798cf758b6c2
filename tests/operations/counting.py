"""A stocktake in Lens for the tests: devices, places, people with their phones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.command import Actor
from parc.domain.place_tag import PlaceTag
from parc.domain.stocktake import Settlement
from parc.operations import stocktake_report, stocktake_settling, stocktakes
from parc.operations.stocktakes import Sent
from parc.storage import journal, people
from parc.storage.database import reading, writing
from parc.storage.stocktake_tables import StocktakeRow, StocktakeScanRow
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import ALICE, LENS, TODAY, at, registration

NOON = at(TODAY)


@dataclass(frozen=True)
class At:
    """Somebody's desk."""

    viewer: Viewer
    documents: Path
    now: datetime = NOON
    today: date = TODAY


@dataclass
class Counting:
    """A stocktake that somebody of Lens works on."""

    engine: Engine
    desk: At
    number: int = 0
    keys: Iterator[int] = field(default_factory=count)

    def begin(self, site: str = "", category: str | None = None) -> int:
        """Open the stocktake of a site, or of all."""
        place = site_id(self.engine, site) if site else None
        self.number = stocktakes.begin(
            self.engine, self.desk, owner_id(self.engine, LENS), place, category
        )
        return self.number

    def scan(
        self, *codes: str, phone: str = "phone-1", waiting: int = 0, key: str = ""
    ) -> list[str]:
        """Scan codes; say what is answered to each."""
        sent = [Sent(key or f"key-{next(self.keys):04d}", code) for code in codes]
        rows = self.send(sent, phone=phone, waiting=waiting)
        return [row.outcome for row in rows]

    def send(
        self, sent: Sequence[Sent], *, phone: str = "phone-1", waiting: int = 0
    ) -> list[StocktakeScanRow]:
        """Send scans as a phone does."""
        return stocktakes.scan(
            self.engine,
            self.desk,
            self.number,
            phone=phone,
            sent=sent,
            waiting=waiting,
        )

    def close(self, explanation: str = "") -> None:
        """Stop the scans."""
        stocktakes.close(self.engine, self.desk, self.number, explanation)

    def settle(self, tag: str, settlement: Settlement, **given: str) -> None:
        """Decide of a device."""
        self.settle_subject(f"d{device(self.engine, tag).id}", settlement, **given)

    def settle_subject(
        self, subject: str, settlement: Settlement, **given: str
    ) -> None:
        """Decide of a subject."""
        stocktake_settling.settle(
            self.engine,
            self.desk,
            self.number,
            subject=subject,
            settlement=settlement,
            given=given,
        )

    def sign(self, remarks: str = "") -> StocktakeRow:
        """Sign the report."""
        stocktake_report.sign(self.engine, self.desk, self.number, remarks)
        with reading(self.engine) as session:
            return session.get_one(StocktakeRow, self.number)

    def by(self, actor: Actor, siret: str = LENS) -> "Counting":
        """Let somebody else work on the same stocktake."""
        desk = replace(self.desk, viewer=viewer_of(self.engine, actor, siret))
        return replace(self, desk=desk)


def counting_of(engine: Engine, folder: Path, actor: Actor = ALICE) -> Counting:
    """Seat somebody of Lens."""
    return Counting(engine, At(viewer_of(engine, actor, LENS), folder))


def viewer_of(engine: Engine, actor: Actor, siret: str) -> Viewer:
    """Give somebody's roles for one owner."""
    owner = owner_id(engine, siret)
    return Viewer(actor.id, frozenset(Grant(role, owner) for role in actor.roles))


def owner_id(engine: Engine, siret: str) -> int:
    """Give an owner's row id."""
    with reading(engine) as session:
        return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()


def site_id(engine: Engine, name: str, siret: str = LENS) -> int:
    """Give a site's row id, made when new."""
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()
        return people.site_id(session, owner, name)


def place(engine: Engine, name: str, siret: str = LENS) -> str:
    """Give the code on the label of a site."""
    return str(PlaceTag(site_id(engine, name, siret)))


def laptops(
    engine: Engine, number: int, site: str = "", owner: str = LENS, **facts: object
) -> list[str]:
    """Register laptops in stock at a site; return their tags."""
    if site:
        facts["site"] = site_id(engine, site, owner)
    with writing(engine) as session:
        row = session.exec(select(OwnerRow).where(OwnerRow.siret == owner)).one()
        tags = [str(tag) for tag in journal.next_tags(session, row, number)]
        lives = [
            [registration(tag=tag, owner=owner, serial=f"SER-{tag}", **facts)]  # type: ignore[arg-type]  # facts of a registration
            for tag in tags
        ]
        journal.open_histories(session, lives)
        return tags


def device(engine: Engine, tag: str) -> DeviceRow:
    """Give a device as it is now."""
    with reading(engine) as session:
        return session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
