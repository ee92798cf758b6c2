"""What is out of the inventory travels with its histories, and its aliases with it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.vocabulary import Action
from parc.operations.resolving import resolve
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow
from tests.databases import fresh_engine
from tests.factories import a_command, some_rules
from tests.operations.imported import counts, imported, sheet
from tests.operations.journals import (
    EVERYBODY,
    Empty,
    exported,
    findings,
    picture,
    taken,
)

NOWHERE = "Le matériel conservé d'une fusion est introuvable\u00a0:"


@pytest.fixture
def empty(postgresql_server: str | None) -> Iterator[Empty]:
    """Give what makes empty instances, on the database that the tests run on."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(fresh_engine(postgresql_server))


@pytest.fixture
def lens(parc: Engine) -> Engine:
    """Give a parc where the first device is the duplicate of the last, of three."""
    rows = (f"PC-{n};S{n};PC portable;Dell" for n in (1, 2, 3))
    imported(parc, sheet(*rows, heading="Étiquette;N° de série;Type;Marque"))
    act(parc, "PC-1", Action.MERGE, into="PC-3", reason="Saisi deux fois")
    act(parc, "PC-2", Action.DISCARD, reason="Jamais arrivé")
    return parc


def act(engine: Engine, tag: str, action: Action, **details: object) -> None:
    """Record an action on a device."""
    with writing(engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        journal.record(session, row, a_command(action, given=details), some_rules())


def without(content: bytes, *tags: str) -> bytes:
    """Leave the lines of some devices out of a journal."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if json.loads(line)["tag"] not in tags)


def test_a_merged_device_leads_to_the_kept_one_there_too(
    lens: Engine, empty: Empty, tmp_path: Path
) -> None:
    other = empty()

    assert counts(taken(other, exported(lens))) == (3, 0, 0, 0, 0)

    assert picture(other) == picture(lens)
    assert findings(other, tmp_path) == []
    with reading(other) as session:
        found = resolve(session, EVERYBODY, "PC-1").found
        assert found is not None
        assert found.tag == "PC-3"


def test_what_was_taken_back_is_in_the_inventory_there_too(
    lens: Engine, empty: Empty, tmp_path: Path
) -> None:
    act(lens, "PC-1", Action.SPLIT)
    act(lens, "PC-2", Action.RESTORE, reason="Retrouvé")
    other = empty()

    taken(other, exported(lens))

    assert picture(other) == picture(lens)
    assert findings(other, tmp_path) == []
    with reading(other) as session:
        assert set(session.exec(select(DeviceRow.void))) == {None}


def test_the_kept_device_may_be_here_already(
    lens: Engine, empty: Empty, tmp_path: Path
) -> None:
    content, other = exported(lens), empty()
    taken(other, without(content, "PC-1"))

    assert counts(taken(other, content)) == (1, 0, 2, 0, 0)
    assert picture(other) == picture(lens)
    assert findings(other, tmp_path) == []


def test_a_merging_into_nothing_is_not_taken(lens: Engine, empty: Empty) -> None:
    outcome = taken(empty(), without(exported(lens), "PC-3"))

    assert counts(outcome)[0] == 0
    messages = [found.message for found in outcome.issues]
    assert f"{NOWHERE} PC-3." in messages


def test_a_circle_of_mergings_is_not_taken(lens: Engine, empty: Empty) -> None:
    act(lens, "PC-1", Action.SPLIT)
    act(lens, "PC-3", Action.MERGE, into="PC-1", reason="Saisi deux fois")
    lines = [json.loads(line) for line in exported(lens).splitlines()]
    # As if both had been merged, each into the other.
    lines = [
        line for line in lines if (line["tag"], line["action"]) != ("PC-1", "split")
    ]

    outcome = taken(
        empty(), "".join(json.dumps(line) + "\n" for line in lines).encode()
    )

    assert counts(outcome)[0] == 0
    assert [
        found.value for found in outcome.issues if found.code == "illegal_event"
    ] == [
        "PC-1",
        "PC-3",
    ]
