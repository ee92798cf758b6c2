"""Import what comes into a watched folder; put each file where its outcome says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from imports.mapping_file import SharedMapping
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import importing
from parc.operations.folder_watch import DONE, REFUSED, TO_CORRECT, Watch
from parc.operations.importing import Asked, Outcome
from parc.storage.database import writing
from parc.storage.tables import OwnerRow

_DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Order:
    """How the files of a folder are to be read, and for whom (SIRET)."""

    owner: str
    date_order: str | None = None
    format: str | None = None
    mapping: SharedMapping | None = None


@dataclass(frozen=True, slots=True)
class Dealt:
    """What became of a file: an outcome, or the reasons why it was refused."""

    path: Path
    outcome: Outcome | None
    reasons: tuple[str, ...] = ()


def import_whole(
    engine: Engine, watch: Watch, order: Order, at: datetime, today: date
) -> Iterator[Dealt]:
    """Import each file that is whole, one transaction each; put it away."""
    for path in watch.whole(at):
        try:
            content = path.read_bytes()
            outcome = _imported(engine, order, content, at, today)
        except OSError:  # taken away, or not readable yet
            continue
        except Refused as refused:
            codes = {reason.code for reason in refused.reasons}
            if _DAMAGED in codes and watch.may_still_come(path, at):
                continue
            reasons = tuple(reason.message for reason in refused.reasons)
            target = watch.put_away(path, REFUSED, at)
            told = "\n".join(reasons)
            target.with_name(f"{target.name}.txt").write_text(f"{told}\n", "utf-8")
            yield Dealt(target, None, reasons)
            continue
        target = watch.put_away(path, DONE, at)
        if outcome.rejected or outcome.conflicts:
            folder = watch.folder / TO_CORRECT
            folder.mkdir(exist_ok=True)
            (folder / f"{target.stem}.csv").write_bytes(outcome.rejects)
        yield Dealt(target, outcome)


def _imported(
    engine: Engine, order: Order, content: bytes, at: datetime, today: date
) -> Outcome:
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == order.owner))
        return importing.run(
            session,
            Asked(
                content=content,
                owner=owner.one(),
                actor="folder",
                at=at,
                today=today,
                date_order=order.date_order,
                format=order.format,
                mapping=order.mapping,
                roles=frozenset({Role.FLEET_LEAD}),
            ),
        )
