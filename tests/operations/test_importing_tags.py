"""Tags of ours, of other tools, of other owners: one device, one address (D13)."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from parc.domain.asset_tag import AssetTag
from parc.domain.command import Actor
from parc.domain.vocabulary import Action, Role
from parc.operations.rules import rules_for
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow
from tests.factories import LOOS, TODAY, a_command
from tests.operations.imported import (
    LAPTOP,
    codes,
    counts,
    device,
    imported,
    sheet,
    tags,
)


def ours(number: int, prefix: str = "LL") -> str:
    """Write a tag of ours."""
    return str(AssetTag(prefix, number))


def foreign(engine: Engine) -> dict[str, str | None]:
    """Give the second tag of each device, by its address."""
    with reading(engine) as session:
        return dict(session.exec(select(DeviceRow.tag, DeviceRow.foreign_tag)).all())


@pytest.mark.parametrize("tag", ["PC-17", "21838", "a.b_c-1", "PC-000123-4"])
def test_a_tag_of_another_tool_is_kept_as_it_is(parc: Engine, tag: str) -> None:
    outcome = imported(parc, sheet(LAPTOP.replace("PC-17", tag)))

    assert counts(outcome) == (1, 0, 0, 0, 0)
    assert foreign(parc) == {tag: None}


@pytest.mark.parametrize("tag", ["new", "PC 17", "17/PC", "é17", "1" * 41, "..1"])
def test_a_tag_that_is_no_address_becomes_the_second_one(
    parc: Engine, tag: str
) -> None:
    row = LAPTOP.replace("PC-17", tag)

    assert counts(imported(parc, sheet(row))) == (1, 0, 0, 0, 0)
    assert foreign(parc) == {ours(1): tag}
    assert counts(imported(parc, sheet(row))) == (0, 0, 1, 0, 0)


def test_without_a_tag_the_next_number_is_given(parc: Engine) -> None:
    rows = [f";S-{n};PC portable;Dell;X" for n in range(3)]

    imported(parc, sheet(*rows))

    assert tags(parc) == [ours(1), ours(2), ours(3)]


def test_two_owners_may_use_one_foreign_tag(parc: Engine) -> None:
    imported(parc, sheet(LAPTOP))
    other = sheet("PC-17;T-99;PC portable;HP;X")

    assert counts(imported(parc, other, owner=LOOS)) == (1, 0, 0, 0, 0)
    assert foreign(parc) == {"PC-17": None, ours(1, "LG"): "PC-17"}
    assert counts(imported(parc, other, owner=LOOS)) == (0, 0, 1, 0, 0)
    assert counts(imported(parc, sheet(LAPTOP))) == (0, 0, 1, 0, 0)


def test_a_label_of_ours_is_the_device_s_address(parc: Engine) -> None:
    # Labels are printed in advance, and devices come from another parc.
    row = LAPTOP.replace("PC-17", ours(7).lower())

    assert counts(imported(parc, sheet(row))) == (1, 0, 0, 0, 0)
    assert foreign(parc) == {ours(7): None}
    assert counts(imported(parc, sheet(row))) == (0, 0, 1, 0, 0)


def test_numbers_go_round_labels_that_the_same_file_names(parc: Engine) -> None:
    unlabelled = [f";T-{n};PC portable;Dell;X" for n in range(3)]

    imported(parc, sheet(*unlabelled, f"{ours(2)};S-2;PC portable;Dell;X"))

    assert tags(parc) == [ours(n) for n in range(1, 5)]
    with reading(parc) as session:
        assert device(session, ours(2)).serial == "S-2"


def test_numbers_go_round_labels_already_borne(parc: Engine) -> None:
    imported(parc, sheet(f"{ours(2)};S-2;PC portable;Dell;X"))

    imported(parc, sheet(*(f";T-{n};PC portable;Dell;X" for n in range(3))))

    assert tags(parc) == [ours(n) for n in range(1, 5)]


def test_a_label_of_ours_misread_is_refused(parc: Engine) -> None:
    wrong = ours(7)[:-1] + ("A" if ours(7)[-1] != "A" else "B")

    outcome = imported(parc, sheet(LAPTOP.replace("PC-17", wrong)))

    assert (counts(outcome), codes(outcome)) == ((0, 0, 0, 0, 1), ["wrong_check"])


def test_a_label_of_another_owner_is_theirs(parc: Engine) -> None:
    row = LAPTOP.replace("PC-17", ours(1, "LG"))

    outcome = imported(parc, sheet(row))

    assert (counts(outcome), codes(outcome)) == ((0, 0, 0, 0, 1), ["other_owner_tag"])
    assert counts(imported(parc, sheet(row), owner=LOOS)) == (1, 0, 0, 0, 0)


def test_a_device_of_another_owner_is_not_made_twice(parc: Engine) -> None:
    imported(parc, sheet(LAPTOP), owner=LOOS)

    outcome = imported(parc, sheet("L-1;640hp72;PC portable;DELL;X"))

    assert (counts(outcome), codes(outcome)) == ((0, 0, 0, 1, 0), ["conflict"])
    assert tags(parc) == ["PC-17"]


def test_placeholders_of_another_owner_mean_nothing(parc: Engine) -> None:
    junk = "To be filled by O.E.M."
    imported(parc, sheet(f"PC-1;{junk};PC portable;Dell;X"), owner=LOOS)

    outcome = imported(parc, sheet(f"PC-2;{junk};PC portable;Dell;X"))

    assert counts(outcome) == (1, 0, 0, 0, 0)


def test_a_device_given_to_another_owner_is_not_made_anew(parc: Engine) -> None:
    heading = "Étiquette;N° de série;Type;Marque;Date d'achat;Date de réforme"
    content = sheet("PC-17;640HP72;Écran;Dell;2015-09-01;2022-05-03", heading=heading)
    imported(parc, content)
    with writing(parc) as session:
        row = device(session, "PC-17")
        lens = session.get_one(OwnerRow, row.owner_id)
        officer = Actor("U-REUSE000", frozenset({Role.REUSE_OFFICER}))
        steps = (
            (Action.FILE_EVIDENCE, {"kind": "convention", "dated_on": "2026-04-01"}),
            (Action.HAND_OVER, {"route": "public_transfer", "taker_siret": LOOS}),
        )
        for action, details in steps:
            given = {**details, "document": "d" * 64} if "kind" in details else details
            command = a_command(
                action,
                TODAY,
                {**given, **({"price_cents": 100} if "route" in details else {})},
                by=officer,
            )
            journal.record(session, row, command, rules_for(session, lens, TODAY))
        assert row.owner_id != lens.id

    outcome = imported(parc, content)

    assert counts(outcome) == (0, 0, 0, 1, 0)
    assert "cédé à un autre propriétaire" in outcome.issues[0].message
    assert tags(parc) == ["PC-17"]
    assert counts(imported(parc, content, owner=LOOS)) == (0, 0, 1, 0, 0)


def test_a_known_placeholder_gives_way_to_the_real_serial(parc: Engine) -> None:
    imported(parc, sheet("PC-17;To be filled by O.E.M.;PC portable;Dell;X"))

    outcome = imported(parc, sheet("PC-17;640HP72;PC portable;Dell;X"))

    assert counts(outcome) == (0, 1, 0, 0, 0)
    with reading(parc) as session:
        assert device(session, "PC-17").serial == "640HP72"
