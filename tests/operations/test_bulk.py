"""An action on a list: each device apart, every reason, nothing half done, undone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import func, select

from parc.domain.access import Grant, Viewer
from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.scan_code import understood
from parc.domain.vocabulary import Action, State
from parc.operations.bulk import Wish, act_on, undo_once
from parc.operations.selection import MOST, pick, survey
from parc.storage import documents, journal
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, EventRow, OwnerRow
from tests.factories import ALICE, BOB, LENS, LOOS, TODAY, at, registration

Make = Callable[..., list[str]]
NOON = at(TODAY)


@dataclass(frozen=True)
class At:
    """Somebody's desk."""

    viewer: Viewer
    documents: Path
    now: datetime = NOON
    today: date = TODAY


def owner_id(engine: Engine, siret: str) -> int:
    """Give an owner's row id."""
    with reading(engine) as session:
        return session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()


def desk_of(engine: Engine, actor: Actor, folder: Path, *sirets: str) -> At:
    """Seat somebody, with their roles for some owners (Lens by default)."""
    owners = [owner_id(engine, siret) for siret in sirets or (LENS,)]
    grants = frozenset(Grant(role, owner) for role in actor.roles for owner in owners)
    return At(Viewer(actor.id, grants), folder)


@pytest.fixture
def alice(parc: Engine, tmp_path: Path) -> At:
    """Seat Lens's technician, fleet lead and reuse officer."""
    return desk_of(parc, ALICE, tmp_path)


@pytest.fixture
def bob(parc: Engine, tmp_path: Path) -> At:
    """Seat Lens's signatory, who may annul too."""
    return desk_of(parc, BOB, tmp_path)


@pytest.fixture
def make(parc: Engine) -> Make:
    """Give what registers laptops in stock and returns their tags."""

    def make_some(
        number: int, owner: str = LENS, *, start: int = 0, serial: str = ""
    ) -> list[str]:
        with writing(parc) as session:
            row = session.exec(select(OwnerRow).where(OwnerRow.siret == owner)).one()
            tags = [str(tag) for tag in journal.next_tags(session, row, number)]
            lives = [
                [registration(tag=tag, owner=owner, serial=serial or f"{owner}{n}")]
                for n, tag in enumerate(tags, start)
            ]
            journal.open_histories(session, lives)
        return tags

    return make_some


def wish_of(
    engine: Engine,
    action: Action,
    given: Mapping[str, object] | None = None,
    *,
    on: date = TODAY,
) -> Wish:
    """Ask the same of the devices of both owners."""
    details = dict(given or {})
    return Wish(action, on, {owner_id(engine, s): details for s in (LENS, LOOS)})


def states(engine: Engine) -> dict[str, State]:
    """Read every device's state."""
    with reading(engine) as session:
        rows = session.exec(select(DeviceRow.tag, DeviceRow.state))
        return {tag: State(state) for tag, state in rows}


def events(engine: Engine) -> int:
    """Count all events."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(EventRow)).one()


def results(outcomes: list[Outcome]) -> list[str]:
    """Give the results alone, in order."""
    return [outcome.result.value for outcome in outcomes]


def test_each_device_of_the_list_is_done(parc: Engine, alice: At, make: Make) -> None:
    tags = make(3)

    outcomes = act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN))

    assert results(outcomes) == ["applied"] * 3
    assert [o.tag for o in outcomes] == tags
    assert set(states(parc).values()) == {State.IN_SERVICE}


def test_a_refusal_never_holds_the_others_back_and_gives_every_reason(
    parc: Engine, alice: At, make: Make
) -> None:
    first, second, third = make(3)
    act_on(parc, alice, [second], wish_of(parc, Action.SEND_TO_REPAIR, {"reason": "x"}))
    before = events(parc)

    late = wish_of(parc, Action.LEND, {"due_on": "2026-12-24"}, on=date(2020, 1, 1))
    outcomes = act_on(parc, alice, [first, second, third], late)

    assert results(outcomes) == ["refused"] * 3
    assert "« Prêter » n'est pas possible" in outcomes[1].reasons[0]
    assert any("précède le dernier changement" in r for r in outcomes[1].reasons)
    assert len(outcomes[1].reasons) == 2
    assert events(parc) == before

    lend = wish_of(parc, Action.LEND, {"due_on": "2026-12-24"})
    assert results(act_on(parc, alice, [first, second, third], lend)) == [
        "applied",
        "refused",
        "applied",
    ]


def test_a_device_that_is_there_already_is_told_apart_and_nothing_is_written(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(2)
    act_on(parc, alice, tags[:1], wish_of(parc, Action.ASSIGN))
    before = events(parc)

    outcomes = act_on(parc, alice, tags[:1], wish_of(parc, Action.ASSIGN))

    assert results(outcomes) == ["already"]
    assert events(parc) == before


def test_a_device_in_other_hands_is_not_there_already(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(1)
    act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN))
    other = {"holder": "P-AAAAAAAA"}

    outcomes = act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN, other))

    assert results(outcomes) == ["refused"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"maker": "Dell"}, "already"), ({"maker": "Lenovo"}, "applied")],
)
def test_a_fact_that_is_so_already_is_not_written_again(
    parc: Engine, alice: At, make: Make, given: dict[str, object], expected: str
) -> None:
    outcomes = act_on(parc, alice, make(1), wish_of(parc, Action.DESCRIBE, given))

    assert results(outcomes) == [expected]


def test_codes_of_any_kind_are_understood_and_repeats_count_once(
    parc: Engine, alice: At, make: Make
) -> None:
    tag, other = make(2)

    with reading(parc) as session:
        codes = [tag, tag.lower(), f"https://parc.example/devices/{tag}"]
        serial = session.exec(
            select(DeviceRow.serial).where(DeviceRow.tag == tag)
        ).one()
        read = pick(session, alice.viewer, [*codes, str(serial), other, "", "  "])

    assert [row.tag for row in read.rows] == [tag, other]
    assert read.repeated == 3


def test_a_code_that_several_bear_is_left_to_a_person(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(2, serial="MEMESERIE")

    (outcome,) = act_on(parc, alice, ["MEMESERIE"], wish_of(parc, Action.ASSIGN))

    assert outcome.result is Result.AMBIGUOUS
    assert all(tag in outcome.reasons[0] for tag in tags)
    assert set(states(parc).values()) == {State.IN_STOCK}


def test_what_another_owner_has_is_as_unknown_as_what_nobody_has(
    parc: Engine, alice: At, make: Make
) -> None:
    (foreign,) = make(1, LOOS)
    with reading(parc) as session:
        serial = session.exec(select(DeviceRow.serial)).one()
    codes = [foreign, str(serial), "PERSONNE-1"]

    outcomes = act_on(parc, alice, codes, wish_of(parc, Action.ASSIGN))

    assert results(outcomes) == ["unknown"] * 3
    assert {(o.reasons, o.tag, o.device_id) for o in outcomes} == {
        (outcomes[2].reasons, "", None)
    }
    assert set(states(parc).values()) == {State.IN_STOCK}


def test_a_tag_with_a_wrong_check_character_is_said_to_be_misread(
    parc: Engine, alice: At, make: Make
) -> None:
    (tag,) = make(1)
    wrong = tag[:-1] + ("A" if tag[-1] != "A" else "B")

    (outcome,) = act_on(parc, alice, [wrong], wish_of(parc, Action.ASSIGN))

    assert outcome.result is Result.UNKNOWN
    assert "contrôle" in outcome.reasons[0]


def test_roles_are_those_held_for_each_device(
    parc: Engine, make: Make, tmp_path: Path
) -> None:
    (mine,), (theirs,) = make(1), make(1, LOOS)
    desk = desk_of(parc, ALICE, tmp_path)
    reads_loos = {Grant(role, owner_id(parc, LOOS)) for role in BOB.roles}
    both = replace(desk, viewer=Viewer(ALICE.id, desk.viewer.grants | reads_loos))

    outcomes = act_on(parc, both, [mine, theirs], wish_of(parc, Action.ASSIGN))

    assert results(outcomes) == ["applied", "refused"]
    assert "réservé au rôle" in outcomes[1].reasons[0]


@pytest.mark.parametrize("codes", [[], ["", " \t"], [f"C{n}" for n in range(MOST + 1)]])
def test_no_code_and_too_many_are_refused_as_a_whole(
    parc: Engine, alice: At, codes: list[str]
) -> None:
    with pytest.raises(Refused):
        act_on(parc, alice, codes, wish_of(parc, Action.ASSIGN))


def test_a_paper_is_kept_once_for_each_owner_and_only_if_a_device_takes_it(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(2)
    upload = documents.examine(b"%PDF-1.7 convention")
    details = {"kind": "lot", "dated_on": "2026-11-24", "document": upload.sha256}
    wish = replace(wish_of(parc, Action.FILE_EVIDENCE, details), upload=upload)

    nothing = act_on(parc, alice, tags, replace(wish, effective_on=date(2027, 1, 1)))
    assert results(nothing) == ["refused"] * 2
    assert documents.read(alice.documents, upload.sha256) is None

    assert results(act_on(parc, alice, tags, wish)) == ["applied"] * 2
    assert documents.read(alice.documents, upload.sha256) == upload.content


def test_undoing_goes_back_unless_something_has_happened_since(
    parc: Engine, alice: At, make: Make
) -> None:
    first, second = make(2)
    done = act_on(parc, alice, [first, second], wish_of(parc, Action.ASSIGN))
    act_on(parc, alice, [second], wish_of(parc, Action.DESCRIBE, {"maker": "HP"}))

    undone = [undo_once(parc, alice, outcome, "Erreur de liste") for outcome in done]

    assert results(undone) == ["applied", "refused"]
    assert "a changé depuis" in undone[1].reasons[0]
    assert states(parc) == {first: State.IN_STOCK, second: State.IN_SERVICE}
    again = undo_once(parc, alice, done[0], "Encore")
    assert again.result is Result.REFUSED
    assert states(parc)[first] is State.IN_STOCK


def test_what_is_out_of_sight_is_not_undone_and_says_nothing(
    parc: Engine, alice: At, make: Make, tmp_path: Path
) -> None:
    tags = make(1)
    (done,) = act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN))
    elsewhere = desk_of(parc, ALICE, tmp_path, LOOS)

    outcome = undo_once(parc, elsewhere, done, "Erreur")

    assert outcome.result is Result.UNKNOWN
    assert (outcome.tag, outcome.device_id) == ("", None)
    assert states(parc) == {tags[0]: State.IN_SERVICE}


def test_from_the_reforme_on_a_second_person_undoes(
    parc: Engine, alice: At, bob: At, make: Make
) -> None:
    tags = make(1)
    act_on(
        parc, alice, tags, wish_of(parc, Action.PROPOSE_DECOMMISSION, {"reason": "x"})
    )
    act = {"act_number": "2026-7", "act_on": "2026-11-24"}
    (done,) = act_on(parc, bob, tags, wish_of(parc, Action.DECOMMISSION, act))

    by_bob = undo_once(parc, bob, done, "Erreur")
    by_alice = undo_once(parc, alice, done, "Erreur")

    assert by_bob.result is Result.REFUSED
    assert "une autre personne" in by_bob.reasons[0].replace("\u00a0", " ")
    assert by_alice.result is Result.APPLIED


def test_the_survey_says_beforehand_what_the_action_then_does(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(3)
    act_on(parc, alice, tags[:1], wish_of(parc, Action.SEND_TO_REPAIR, {"reason": "x"}))
    act_on(parc, alice, tags[1:2], wish_of(parc, Action.ASSIGN))

    with reading(parc) as session:
        rows = pick(session, alice.viewer, tags).rows
        found = survey(session, alice, rows, Action.ASSIGN)
    outcomes = act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN))

    assert [row.tag for row in found.possible] == [tags[2]]
    assert [row.tag for row in found.already] == [tags[1]]
    assert [row.tag for row, _ in found.refused] == [tags[0]]
    assert results(outcomes) == ["refused", "already", "applied"]
    ((message, held_back),) = found.reasons
    assert "En réparation" in message
    assert [row.tag for row in held_back] == [tags[0]]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(codes=st.lists(st.text(max_size=40), min_size=1, max_size=15))
def test_whatever_is_typed_each_code_gets_one_answer_and_nothing_is_written(
    parc: Engine, alice: At, codes: list[str]
) -> None:
    before = events(parc)
    try:
        outcomes = act_on(parc, alice, codes, wish_of(parc, Action.ASSIGN))
    except Refused:
        outcomes = []
    readable = list(dict.fromkeys(filter(None, map(understood, codes))))
    assert [outcome.code for outcome in outcomes] == readable
    assert set(results(outcomes)) == ({"unknown"} if readable else set())
    assert events(parc) == before


def test_one_device_is_a_list_of_one_and_the_journal_is_the_one_a_page_writes(
    parc: Engine, alice: At, make: Make
) -> None:
    tags = make(1)
    (outcome,) = act_on(parc, alice, tags, wish_of(parc, Action.ASSIGN))

    with reading(parc) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tags[0])).one()
        written = journal.history(session, row.id)[-1]

    assert (written.seq, written.actor) == (outcome.version, ALICE.id)
    assert written.action is Action.ASSIGN
