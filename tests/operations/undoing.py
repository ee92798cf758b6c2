"""Imports undone for the tests, each device with one fate; and what is then there."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from parc.config import Settings
from parc.domain.command import Command
from parc.operations import import_undo, jobs
from parc.operations.import_undo import COMMAND_LINE, UNDO
from parc.operations.kinds import KINDS
from parc.operations.rules import rules_for
from parc.storage import import_undos, integrity, journal
from parc.storage.database import reading, writing
from parc.storage.import_undos import Fate, Undone
from parc.storage.tables import (
    DeviceRow,
    ImportRow,
    JobRow,
    OwnerRow,
)
from tests.factories import TODAY, at
from tests.operations.imported import (
    HEADING,
    LAPTOP,
    device,
)

LATER = at(TODAY) + timedelta(hours=1)
CORRECTED = LAPTOP.replace("5420", "5430")
WIDE = f"{HEADING};Fournisseur"
PAST = f"{HEADING};Date d'achat;Date de réforme;Destination;Date de remise"


def settings_in(folder: Path) -> Settings:
    """Give settings that keep everything in a folder of the test."""
    return Settings(data_dir=folder, secret="une clé de signature pour les tests")


def worked(engine: Engine, key: str, folder: Path) -> dict[str, object]:
    """Do a job as a worker does; give its result."""
    jobs.perform(KINDS, engine, settings_in(folder), key, lambda: LATER)
    with reading(engine) as session:
        job = session.get_one(JobRow, key)
        assert job.state == "done", job.result
        told: dict[str, object] = json.loads(job.result or "{}")
    return told


def undone(
    engine: Engine,
    source: str,
    folder: Path,
    *,
    kind: str = UNDO,
    by: str = COMMAND_LINE,
) -> tuple[str, dict[Fate, int]]:
    """Undo an import, or look at it; check that every device has one fate."""
    with writing(engine) as session:
        row = session.get_one(ImportRow, source)
        key = import_undo.ask(session, row, by, LATER, kind, "Mauvais fichier").id
    told = worked(engine, key, folder)
    with reading(engine) as session:
        fates = import_undos.counts(session, key)
        assert sum(fates.values()) == told["read"]
        assert told["read"] == import_undos.count_touched(session, source)
    assert told == {"read": told["read"], **{f.value: n for f, n in fates.items()}}
    return key, fates


def told(engine: Engine, key: str) -> dict[str, Undone]:
    """Give what a job made of each device, by tag."""
    with reading(engine) as session:
        return {one.tag: one for one in import_undos.devices(session, key)}


def record(engine: Engine, tag: str, command: Command) -> None:
    """Record something on a device."""
    with writing(engine) as session:
        row = device(session, tag)
        owner = session.get_one(OwnerRow, row.owner_id)
        journal.record(session, row, command, rules_for(session, owner, TODAY))


def facts(engine: Engine, tag: str) -> Mapping[str, object]:
    """Read a device's facts."""
    with reading(engine) as session:
        found: dict[str, object] = json.loads(device(session, tag).facts)
        return found


def present(engine: Engine) -> list[str]:
    """List the devices of the inventory."""
    with reading(engine) as session:
        rows = select(DeviceRow.tag).where(col(DeviceRow.void).is_(None))
        return sorted(session.exec(rows))


def sound(engine: Engine, folder: Path) -> list[str]:
    """List what `parc db check` would find."""
    with reading(engine) as session:
        return [found.message for found in integrity.check(session, folder)]


def fates(**numbers: int) -> dict[Fate, int]:
    """Give the count of each fate, none where nothing is said."""
    return {fate: numbers.get(fate.value, 0) for fate in Fate}
