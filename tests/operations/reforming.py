"""Lists of réforme in Lens for the tests: Alice prepares and proposes, Bob decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from parc.domain.command import Actor
from parc.domain.decommissioning import Content
from parc.operations import (
    decommission_content,
    decommission_deciding,
    decommission_steps,
    decommissions,
)
from parc.operations.decommission_deciding import Decision
from parc.operations.decommissions import Draft, Said
from parc.storage.database import reading
from parc.storage.decommission_tables import DecommissionListRow
from tests.factories import ALICE, BOB, LENS, TODAY, at
from tests.operations.counting import At, owner_id, viewer_of


@dataclass
class Reforming:
    """Somebody of Lens who works on lists of réforme."""

    engine: Engine
    desk: At

    def draft(
        self,
        *tags: str,
        reason: str = "Trop lent",
        values: Mapping[str, int] | None = None,
        **said: object,
    ) -> int:
        """Prepare a list; give its key."""
        made = Draft(
            tags,
            reason=reason,
            said={
                tag: Said(value_cents=cents, method="market")
                for tag, cents in (values or {}).items()
            },
            **said,  # type: ignore[arg-type]  # of a draft
        )
        owner = owner_id(self.engine, LENS)
        return decommissions.begin(self.engine, self.desk, owner, made)

    def propose(self, key: int) -> DecommissionListRow:
        """Propose a list as it is now."""
        decommission_steps.propose(self.engine, self.desk, key, self.seen(key))
        return self.row(key)

    def proposed(self, *tags: str, **said: object) -> int:
        """Prepare and propose at once; give the key."""
        key = self.draft(*tags, **said)  # type: ignore[arg-type]  # of a draft
        self.propose(key)
        return key

    def decide(
        self,
        key: int,
        refused: Mapping[str, str] | None = None,
        *,
        number: str = "DEL-2026-41",
        on: date | None = TODAY,
    ) -> DecommissionListRow:
        """Decide of a list as it is now."""
        decision = Decision(number, on, refused or {})
        decommission_deciding.decide(
            self.engine, self.desk, key, self.seen(key), decision
        )
        return self.row(key)

    def withdraw(self, key: int, reason: str = "Erreur") -> DecommissionListRow:
        """Give a list up."""
        decommission_steps.withdraw(self.engine, self.desk, key, reason)
        return self.row(key)

    def seen(self, key: int) -> str:
        """Give the checksum of a list as a page shows it."""
        with reading(self.engine) as session:
            row = session.get_one(DecommissionListRow, key)
            return decommission_content.checksum_now(session, self.desk.today, row)

    def row(self, key: int) -> DecommissionListRow:
        """Give a list."""
        with reading(self.engine) as session:
            return session.get_one(DecommissionListRow, key)

    def content(self, key: int) -> Content:
        """Give what a list says."""
        with reading(self.engine) as session:
            row = session.get_one(DecommissionListRow, key)
            return decommission_content.content_of(session, row, self.desk.today)

    def on(self, day: date) -> "Reforming":
        """Go to another day."""
        return replace(self, desk=replace(self.desk, now=at(day), today=day))

    def by(self, actor: Actor, siret: str = LENS) -> "Reforming":
        """Let somebody else work on lists."""
        viewer = viewer_of(self.engine, actor, siret)
        return replace(self, desk=replace(self.desk, viewer=viewer))

    @property
    def bob(self) -> "Reforming":
        """Let Bob, who signs for Lens, work on lists."""
        return self.by(BOB)


def reforming_of(engine: Engine, folder: Path) -> Reforming:
    """Seat Alice."""
    return Reforming(engine, At(viewer_of(engine, ALICE, LENS), folder))
