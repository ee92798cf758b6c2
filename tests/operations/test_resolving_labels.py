"""A label printed in advance: reserved until it is on a device, then that device."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.scan_code import Kind, Verdict
from parc.domain.scan_keyboard import Keyboard, encode
from parc.domain.vocabulary import Role
from parc.operations.resolving import resolve
from parc.storage import journal, labels
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import ALICE, LENS, TODAY, at, registration

NOW = at(TODAY)
READABLE = [k for k in Keyboard if k is not Keyboard.DIGITS]


def lens(engine: Engine) -> OwnerRow:
    """Give Lens."""
    with reading(engine) as session:
        return session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()


@pytest.fixture
def label(parc: Engine) -> str:
    """Reserve one number of Lens."""
    with writing(parc) as session:
        owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        return labels.reserve(session, owner, 1, NOW, ALICE.id)[0].code


def viewer(owner_id: int) -> Viewer:
    """Give a technician of one owner."""
    return Viewer(ALICE.id, frozenset({Grant(Role.TECHNICIAN, owner_id)}))


@pytest.mark.parametrize("keyboard", READABLE)
def test_a_label_on_no_device_says_that_it_is_reserved(
    parc: Engine, label: str, keyboard: Keyboard
) -> None:
    owner = lens(parc)
    with reading(parc) as session:
        resolved = resolve(session, viewer(owner.id), encode(label, keyboard))
        elsewhere = resolve(session, viewer(owner.id + 1), encode(label, keyboard))

    assert resolved.resolution.match is not None
    assert (resolved.resolution.match.kind, resolved.resolution.match.key) == (
        Kind.LABEL,
        label,
    )
    assert (resolved.found, resolved.devices) == (None, ())
    assert "réservée" in resolved.reason
    assert elsewhere.resolution.verdict is Verdict.UNKNOWN
    assert "réservée" not in elsewhere.reason


def test_once_stuck_on_a_device_it_leads_there(parc: Engine, label: str) -> None:
    owner = lens(parc)
    with writing(parc) as session:
        made = registration(tag="VIEUX-17")
        (device_id,) = journal.open_histories(session, [[made]])
        row = session.get_one(DeviceRow, device_id)
        labels.bind(session, label, row, NOW, ALICE.id)
    with reading(parc) as session:
        found = resolve(session, viewer(owner.id), label).found

    assert found is not None
    assert found.tag == "VIEUX-17"
