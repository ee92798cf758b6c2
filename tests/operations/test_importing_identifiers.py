"""A known device is found again by each of its identifiers, through the database."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.command import Actor
from parc.domain.vocabulary import Action, Role
from parc.operations.rules import rules_for
from parc.storage import aliases, journal
from parc.storage.database import writing
from parc.storage.tables import OwnerRow
from tests.factories import LENS, LOOS, TODAY, a_command, at
from tests.operations.imported import counts, device, imported, sheet, tags

HEADING = "Étiquette;N° de série;UUID;Type;Marque;Modèle;N° de série du disque"
UUID = "4c4c4544-0036-3410-8048-b6c04f485032"
SWAPPED = "44454C4C-3600-1034-8048-B6C04F485032"
KNOWN = f"PC-17;640HP72;{UUID};PC portable;Dell Inc.;Latitude 5420;wd-wx11a80w7430"
LEAD = Actor("U-LEAD0000", frozenset({Role.FLEET_LEAD}))
SAME = (0, 0, 1, 0, 0)
UPDATED = (0, 1, 0, 0, 0)
NEW = (1, 0, 0, 0, 0)
CONFLICT = (0, 0, 0, 1, 0)


def listed(*rows: str) -> bytes:
    """Write rows as a file."""
    return sheet(*rows, heading=HEADING)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (f";;{SWAPPED};;;Latitude 5420;", UPDATED),
        (f";;{UUID};;;Latitude 5420;", SAME),
        (";;;;;Latitude 5420;wd-wx11a80w7430", SAME),
        (";;;;;Latitude 5420;WD-WX11A80W7430", SAME),
        (";640-hp72;;;;Latitude 5420;", UPDATED),
        (";640HP72;;;DELL INC;;", UPDATED),
        (";640HP72;;;Dell Inc.;;", SAME),
        (";640HP72;;PC portable;Lenovo;;", NEW),
        (f"PC-18;;{UUID};;;;", CONFLICT),
        ("PC-18;NEW77;;;;;WD-WX11A80W7430", CONFLICT),
        (";NEW77;03000200-0400-0500-0006-000700080009;;;;", NEW),
        (";NEW77;;;;;Not Specified", NEW),
        (";;;;;Latitude 5420;ANOTHER77", (0, 0, 0, 0, 1)),
    ],
)
def test_each_identifier_leads_to_the_device(
    parc: Engine, row: str, expected: tuple[int, ...]
) -> None:
    imported(parc, listed(KNOWN))

    assert counts(imported(parc, listed(row))) == expected


def test_a_placeholder_known_as_a_uuid_leads_nowhere(parc: Engine) -> None:
    junk = "00020003-0004-0005-0006-000700080009"
    imported(parc, listed(f"PC-17;S171717;{junk};PC portable;Dell;X;"))

    outcome = imported(parc, listed(f"PC-18;S181818;{junk};PC portable;Dell;X;"))

    assert counts(outcome) == NEW


def test_a_disk_that_another_owner_has_tells_nothing(parc: Engine) -> None:
    imported(parc, listed(KNOWN), owner=LOOS)
    imported(parc, listed("PC-80;S808080;;PC portable;HP;X;"), owner=LENS)

    outcome = imported(
        parc, listed("PC-90;S909090;;PC portable;HP;X;wd-wx11a80w7430"), owner=LENS
    )

    assert counts(outcome) == NEW


def test_the_codes_of_a_merged_device_lead_to_the_one_that_was_kept(
    parc: Engine,
) -> None:
    imported(parc, listed(KNOWN, "PC-18;77AB12;;PC portable;Dell Inc.;;"))
    with writing(parc) as session:
        duplicate = device(session, "PC-18")
        lens = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
        command = a_command(
            Action.MERGE, TODAY, {"into": "PC-17", "reason": "Doublon"}, by=LEAD
        )
        journal.record(session, duplicate, command, rules_for(session, lens, TODAY))

    for row in ("PC-18;;;;;Latitude 7400;", ";77AB12;;;Dell Inc.;Latitude 7420;"):
        assert counts(imported(parc, listed(row))) == UPDATED
    with writing(parc) as session:
        assert device(session, "PC-17").label == "Dell Inc. Latitude 7420"
        assert device(session, "PC-17").serial == "640HP72"
    assert tags(parc) == ["PC-17", "PC-18"]
    # What a code of the merged one and one of the kept one say is the same.
    assert counts(imported(parc, listed("PC-17;77AB12;;;;;"))) == SAME
    assert counts(imported(parc, listed("PC-18;640HP72;;;;;"))) == SAME


def test_a_code_stuck_on_a_device_leads_to_it(parc: Engine) -> None:
    imported(parc, listed(KNOWN))
    with writing(parc) as session:
        aliases.stick(
            session, device(session, "PC-17"), "Inv 2009-44", at(TODAY), "U-1"
        )

    for row in ("INV 2009-44;;;;;Latitude 7400;", ";inv200944;;;;Latitude 7410;"):
        assert counts(imported(parc, listed(row))) == UPDATED
    assert tags(parc) == ["PC-17"]
