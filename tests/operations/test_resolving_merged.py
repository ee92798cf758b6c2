"""The codes of a device that was merged lead to the one that was kept."""

from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.access import Grant, Viewer
from parc.domain.asset_tag import AssetTag
from parc.domain.vocabulary import Action, Role
from parc.operations.resolving import resolve
from parc.operations.rules import rules_for
from parc.storage import aliases, journal
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import ALICE, LENS, TODAY, a_command, at, registration

NOW = at(TODAY)
DISK = ({"serial": "DISK-9"},)


def viewer(role: Role, owner_id: int) -> Viewer:
    """Give somebody with one role."""
    return Viewer(ALICE.id, frozenset({Grant(role, owner_id)}))


def test_a_merged_device_s_codes_lead_to_the_one_that_was_kept(parc: Engine) -> None:
    kept, gone = "LL-000001-Z", str(AssetTag("LL", 2))
    with writing(parc) as session:
        ids = journal.open_histories(
            session,
            [
                [registration(tag=kept)],
                [
                    registration(
                        tag=gone, serial="DOUBLON", foreign_tag="VIEUX-1", media=DISK
                    )
                ],
            ],
        )
        lens = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        row = session.get_one(DeviceRow, ids[1])
        merge = a_command(Action.MERGE, into=kept, reason="Saisi deux fois")
        journal.record(session, row, merge, rules_for(session, lens, TODAY))
        aliases.stick(session, session.get_one(DeviceRow, ids[0]), "Collé", NOW, "U-1")
        who = viewer(Role.TECHNICIAN, lens.id)
        other = viewer(Role.TECHNICIAN, lens.id + 1)

    for code in (gone, gone.lower(), "VIEUX-1", "doublon", "DISK-9", "Collé", kept):
        with reading(parc) as session:
            found = resolve(session, who, code).found
            assert found is not None, code
            assert found.tag == kept
            assert resolve(session, other, code).devices == ()
    with reading(parc) as session:
        assert resolve(session, who, "vieux-1").found is None
