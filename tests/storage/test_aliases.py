"""Codes that lead elsewhere: those that a merging leaves, those stuck on by hand."""

import threading
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain.access import Grant, Viewer
from parc.domain.alias import AliasKind
from parc.domain.events import Event
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, Role, State
from parc.operations.resolving import resolve, resolve_many
from parc.storage import aliases, integrity
from parc.storage.database import reading, writing
from parc.storage.device_list import Filters, count, every, search
from parc.storage.devices import counts_by_state, find
from parc.storage.fleet import fleet
from parc.storage.tables import DeviceRow
from tests.factories import BOB, LENS, LOOS, TODAY, a_command, at
from tests.storage.conftest import a_laptop, do, owner_row

SUMMER = date(2026, 7, 1)
EVERYBODY = Viewer("U-AL1CE000", frozenset({Grant(Role.AUDITOR, None)}))


def merge(session: Session, duplicate: DeviceRow, kept: DeviceRow) -> Event:
    """Merge a device into another of its owner."""
    given = {"into": kept.tag, "reason": "Saisi deux fois"}
    return do(session, duplicate, a_command(Action.MERGE, SUMMER, given))


def split(session: Session, row: DeviceRow) -> None:
    """Take a merging back."""
    do(session, row, a_command(Action.SPLIT, SUMMER))


def discard(session: Session, row: DeviceRow) -> None:
    """Discard a device registered by mistake."""
    do(session, row, a_command(Action.DISCARD, SUMMER, reason="Jamais arrivé"))


def a_pair(session: Session) -> tuple[DeviceRow, DeviceRow]:
    """Register a device, and its duplicate under another tool's tag and serial."""
    kept = a_laptop(session, serial="640HP72")
    duplicate = a_laptop(session, serial="640-HP7-X", foreign_tag="GLPI-17")
    return kept, duplicate


def told(session: Session, row: DeviceRow) -> set[tuple[str, str]]:
    """Give the aliases of a device: kind and code."""
    return {(a.kind, a.shown) for a in aliases.aliases_of(session, row.id)}


def tags(rows: Iterable[DeviceRow]) -> list[str]:
    """Give the tags of devices."""
    return [row.tag for row in rows]


def listed(session: Session, filters: Filters) -> list[str]:
    """Give the tags of a list's page, the same as of its count and its export."""
    page = search(session, EVERYBODY, filters, TODAY)
    found = tags(page.rows)
    assert count(session, EVERYBODY, filters, TODAY) == (len(found), True)
    batches = list(every(session, EVERYBODY, filters, TODAY))
    assert [tag for rows in batches for tag in tags(rows)] == sorted(found)
    return found


def check(engine: Engine, folder: Path) -> list[str]:
    """Give what `parc db check` finds."""
    with reading(engine) as session:
        return [found.message for found in integrity.check(session, folder)]


def test_a_merged_device_leaves_its_tags_and_its_serial(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        event = merge(session, duplicate, kept)

        assert told(session, kept) == {
            ("tag", duplicate.tag),
            ("foreign_tag", "GLPI-17"),
            ("serial", "640-HP7-X"),
        }
        one = aliases.aliases_of(session, kept.id)[0]
        assert (one.created_at, one.created_by) == (event.recorded_at, event.actor)
        assert duplicate.void == "merged"


def test_what_says_nothing_is_no_alias(engine: Engine) -> None:
    with writing(engine) as session:
        kept = a_laptop(session)
        duplicate = a_laptop(session, serial="To be filled by O.E.M.")
        merge(session, duplicate, kept)

        assert told(session, kept) == {("tag", duplicate.tag)}


def test_every_code_of_a_merged_device_finds_the_one_kept(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)
        codes = [duplicate.tag, duplicate.tag.lower(), "GLPI-17", "640 HP7 X"]

        for code in codes:
            assert tags(resolve(session, EVERYBODY, code).devices) == [kept.tag], code
        found = resolve_many(session, EVERYBODY, codes)
        assert [tags(found[code].devices) for code in codes] == [[kept.tag]] * 4
        # Its own page can still be opened, to see it and to take the merging back.
        seen = find(session, EVERYBODY, duplicate.tag)
        assert seen is not None
        assert seen.id == duplicate.id


def test_one_serial_for_both_finds_the_one_kept_alone(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_laptop(session), a_laptop(session)
        assert len(resolve(session, EVERYBODY, "640HP72").devices) == 2
        merge(session, duplicate, kept)

        assert resolve(session, EVERYBODY, "640HP72").found == kept
        assert resolve_many(session, EVERYBODY, ["640HP72"])["640HP72"].found == kept


def test_tags_of_other_tools_are_found_as_they_are_only(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)

        assert aliases.resolve_alias(session, None, "GLPI-17") == [kept.id]
        assert aliases.resolve_alias(session, None, "glpi-17") == []
        lower = duplicate.tag.lower()
        assert aliases.resolve_alias(session, None, lower) == [kept.id]


def test_a_device_merged_in_its_turn_leads_further(engine: Engine) -> None:
    with writing(engine) as session:
        first, second, third = (a_laptop(session, serial=f"SER{n}") for n in "123")
        merge(session, first, second)
        merge(session, second, third)

        assert aliases.resolve_alias(session, None, first.tag) == [third.id]
        assert ("tag", first.tag) in told(session, third)
        split(session, second)
        assert aliases.resolve_alias(session, None, first.tag) == [second.id]
        assert told(session, third) == set()


def test_a_split_takes_back_what_its_merging_left_and_nothing_else(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        kept, one, other = (a_laptop(session) for _ in range(3))
        merge(session, one, kept)
        merge(session, other, kept)
        aliases.stick(session, kept, "PINK-7", at(SUMMER), BOB.id)
        split(session, one)

        assert told(session, kept) == {
            ("tag", other.tag),
            ("serial", "640HP72"),
            ("manual", "PINK-7"),
        }
        assert one.void is None
        assert resolve(session, EVERYBODY, one.tag).found == one


def test_what_is_out_is_on_no_list_and_in_no_count_but_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        mistake = a_laptop(session, serial="NEVER", owner=LOOS)
    everything = sorted(tags([kept, duplicate, mistake]))
    with reading(engine) as session:
        assert listed(session, Filters()) == everything
    with writing(engine) as session:
        keys = (kept.id, duplicate.id, mistake.id)
        rows = [session.get_one(DeviceRow, key) for key in keys]
        merge(session, rows[1], rows[0])
        discard(session, rows[2])

    with reading(engine) as session:
        out = sorted([duplicate.tag, mistake.tag])
        for filters in (
            Filters(),
            Filters(gone=True),
            Filters(states=(State.IN_STOCK,)),
            Filters(category="laptop"),
            Filters(q="dell"),
        ):
            assert listed(session, filters) == [kept.tag], filters
        assert listed(session, Filters(void=True)) == out
        loos = owner_row(session, LOOS).id
        assert listed(session, Filters(void=True, owner_id=loos)) == [mistake.tag]
        assert listed(session, Filters(void=True, q="dell")) == out
        assert counts_by_state(session, EVERYBODY) == {State.IN_STOCK: 1}
        assert fleet(session, EVERYBODY, TODAY, 10).total == 1
    assert check(engine, tmp_path) == []


def test_words_find_the_kept_device_by_the_code_of_the_merged_one(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)

    with reading(engine) as session:
        assert listed(session, Filters(q=duplicate.tag)) == [kept.tag]
        assert listed(session, Filters(q="GLPI-17")) == [kept.tag]


def test_a_discarded_device_is_found_by_its_label_unless_another_bears_the_code(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        discard(session, row)
        assert resolve(session, EVERYBODY, row.tag).found == row
        assert resolve(session, EVERYBODY, "640HP72").found == row
        real = a_laptop(session)

        assert resolve(session, EVERYBODY, "640HP72").found == real
        assert resolve(session, EVERYBODY, row.tag).found == row


def test_who_does_not_see_the_owner_finds_nothing_by_an_alias(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)
        aliases.stick(session, kept, "PINK-7", at(SUMMER), BOB.id)
        loos = owner_row(session, LOOS).id
        charlie = Viewer("U-CHAR11E0", frozenset({Grant(Role.AUDITOR, loos)}))

        for code in (duplicate.tag, "GLPI-17", "PINK-7"):
            assert resolve(session, charlie, code).devices == ()
            assert resolve_many(session, charlie, [code])[code].devices == ()
            assert aliases.resolve_alias(session, {loos}, code) == []


def test_a_code_stuck_on_by_hand_leads_to_its_device_in_any_case(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        alias = aliases.stick(session, row, "Pink-7", at(SUMMER), BOB.id)

        assert resolve(session, EVERYBODY, "pink-7").found == row
        assert aliases.withdraw(session, row.id + 1, alias.id) is None
        assert aliases.withdraw(session, row.id, alias.id) is not None
        assert resolve(session, EVERYBODY, "pink-7").devices == ()


def test_what_a_merging_left_is_not_withdrawn_by_hand(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)
        one = aliases.aliases_of(session, kept.id)[0]

        assert aliases.withdraw(session, kept.id, one.id) is None
        assert one.kind != AliasKind.MANUAL


def test_a_code_is_stuck_once_at_an_owner_and_may_be_at_another(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        aliases.stick(session, a_laptop(session), "PINK-7", at(SUMMER), BOB.id)
        at_loos = a_laptop(session, owner=LOOS)
        aliases.stick(session, at_loos, "PINK-7", at(SUMMER), BOB.id)

    with pytest.raises(IntegrityError), writing(engine) as session:
        aliases.stick(session, a_laptop(session), "pink-7", at(SUMMER), BOB.id)


def test_a_tag_is_taken_in_any_letter_case_and_kept_as_it_is_stored(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        given = {"into": f" {kept.tag.lower()} ", "reason": "Saisi deux fois"}
        event = do(session, duplicate, a_command(Action.MERGE, SUMMER, given))

        assert event.details["into"] == kept.tag


def test_a_merging_into_nothing_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        row = a_laptop(session)
        a_laptop(session, owner=LOOS)
    for into in ("LOOS-000001-A", "?", row.tag):
        command = a_command(Action.MERGE, into=into, reason="Essai")
        with writing(engine) as session, pytest.raises(Refused):
            do(session, session.get_one(DeviceRow, row.id), command)

    assert check(engine, tmp_path) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alias SET shown = 'OTHER'",
        "DELETE FROM alias",
        "UPDATE alias SET device_id = merged_id",
        "UPDATE device SET void = NULL",
    ],
)
def test_an_alias_that_no_history_explains_is_found(
    engine: Engine, tmp_path: Path, statement: str
) -> None:
    with writing(engine) as session:
        kept, duplicate = a_laptop(session, serial=""), a_laptop(session, serial="")
        merge(session, duplicate, kept)
    assert check(engine, tmp_path) == []
    with writing(engine) as session:
        session.execute(text(statement))

    assert len(check(engine, tmp_path)) == 1


def test_two_that_are_merged_into_each_other_at_once_are_not_both_gone(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as session:
        pair = [row.id for row in a_pair(session)]
    barrier = threading.Barrier(2)
    refused: list[str] = []

    def one_into_the_other(duplicate: int, kept: int) -> None:
        barrier.wait()
        try:
            with writing(engine) as session:
                rows = [session.get_one(DeviceRow, key) for key in (duplicate, kept)]
                merge(session, *rows)
        except Refused as refusal:
            refused.extend(reason.code for reason in refusal.reasons)

    threads = [
        threading.Thread(target=one_into_the_other, args=order)
        for order in (pair, pair[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["void_device"]
    assert check(engine, tmp_path) == []
    with reading(engine) as session:
        assert [session.get_one(DeviceRow, key).void for key in pair].count(None) == 1
        assert len({row.id for row in aliases.ends_of(session, pair).values()}) == 1


def test_the_owner_of_the_kept_device_is_the_alias_s(engine: Engine) -> None:
    with writing(engine) as session:
        kept, duplicate = a_pair(session)
        merge(session, duplicate, kept)

        owners = {a.owner_id for a in aliases.aliases_of(session, kept.id)}
        assert owners == {owner_row(session, LENS).id}
