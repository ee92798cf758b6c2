"""A list is proposed, then decided by somebody else: whole, or not at all."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from parc.domain.decommissioning import Stage, Verdict, read_back
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, State
from parc.operations import decommission_deciding, decommission_steps
from parc.operations import decommissions as decommissions_of
from parc.operations.decommission_deciding import Decision, is_intact
from parc.operations.decommissions import Draft, Said
from parc.storage import decommissions, journal
from parc.storage.database import reading, writing
from parc.storage.decommission_tables import DecommissionLineRow
from parc.storage.tables import DeviceRow, EventRow
from tests.factories import ALICE, BOB, LENS, TODAY, a_command, some_rules
from tests.operations.counting import device, laptops, owner_id
from tests.operations.handing import at_once, events, record
from tests.operations.reforming import Reforming, reforming_of


@pytest.fixture
def reforming(parc: Engine, tmp_path: Path) -> Reforming:
    """Seat Alice."""
    return reforming_of(parc, tmp_path)


def states(engine: Engine, tags: list[str]) -> list[str]:
    """Give the states of devices."""
    return [device(engine, tag).state for tag in tags]


def told(engine: Engine, action: Action) -> list[str]:
    """Give what the journal says of an action."""
    with reading(engine) as session:
        query = select(EventRow.details).where(EventRow.action == action.value)
        return list(session.exec(query.order_by(col(EventRow.id))))


def test_proposing_records_every_device_with_its_value_at_once(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 3)
    key = reforming.draft(*tags, values={tags[0]: 4_500})

    row = reforming.propose(key)

    assert states(parc, tags) == ["decommission_proposed"] * 3
    assert '"estimated_value_cents":4500' in device(parc, tags[0]).facts
    assert len(told(parc, Action.DESCRIBE)) == 1, "the others had theirs already"
    assert told(parc, Action.PROPOSE_DECOMMISSION) == ['{"reason":"Trop lent"}'] * 3
    assert (row.stage, row.proposed_by) == (Stage.PROPOSED.value, ALICE.id)


def test_one_device_that_refuses_holds_all_back_and_is_named(
    parc: Engine, reforming: Reforming
) -> None:
    one, two = laptops(parc, 2)
    record(parc, two, Action.LEND, due_on="2026-12-01")
    key = reforming.draft(one, two, values={one: 1, two: 2})
    before = events(parc)

    with pytest.raises(Refused) as refused:
        reforming.propose(key)

    assert [two in reason.message for reason in refused.value.reasons] == [True]
    assert events(parc) == before
    assert reforming.row(key).stage == Stage.DRAFT.value


def test_each_device_has_a_reason_its_own_or_the_common_one(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 2)
    key = reforming.draft(*tags, reason="")

    with pytest.raises(Refused, match="motif de réforme manque"):
        reforming.propose(key)
    with pytest.raises(Refused, match="au moins un matériel"):
        reforming.propose(reforming.draft())


def test_an_estimate_is_proposed_with_its_method(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    said = {tag: Said(value_cents=4_500, method="record")}
    owner = owner_id(parc, LENS)
    draft = Draft([tag], reason="Usé", said=said)
    key = decommissions_of.begin(parc, reforming.desk, owner, draft)

    with pytest.raises(Refused, match="méthode de son estimation manque"):
        reforming.propose(key)


def test_what_is_proposed_already_joins_but_waits_on_one_list_only(
    parc: Engine, reforming: Reforming
) -> None:
    one, two = laptops(parc, 2)
    record(parc, one, Action.PROPOSE_DECOMMISSION, reason="Usé")
    reforming.proposed(one, two)

    with pytest.raises(Refused, match="déjà sur la liste RF-2026-0001"):
        reforming.proposed(two)


def test_two_lists_with_the_same_device_proposed_at_once_one_waits(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 3)
    record(parc, tags[0], Action.PROPOSE_DECOMMISSION, reason="Usé")
    keys = [reforming.draft(*tags), reforming.draft(*reversed(tags))]

    wrong = at_once(lambda n: reforming.propose(keys[n]), 2)

    assert len(wrong) == 1
    assert sorted(reforming.row(key).stage for key in keys) == ["draft", "proposed"]


def test_somebody_else_decides_and_the_list_is_frozen(
    parc: Engine, reforming: Reforming
) -> None:
    one, two, three = laptops(parc, 3, accounting_number="2020-7", price_cents=90_000)
    key = reforming.proposed(one, two, three, values={one: 4_000})

    row = reforming.bob.decide(key, {two: "Encore utile à l'accueil"})

    assert states(parc, [one, two, three]) == [
        "decommissioned",
        "to_qualify",
        "decommissioned",
    ]
    assert device(parc, one).decommissioned_on == TODAY
    assert is_intact(row)
    content, act = read_back(row.frozen or "")
    assert act is not None
    assert (act.number, act.on, act.by) == ("DEL-2026-41", "2026-11-24", BOB.id)
    assert (act.role, act.report) == ("Signataire habilité", "PV-2026-0001")
    assert act.certificate == "CA-2026-0001"
    assert [(line.tag, line.verdict, line.why, line.of) for line in content.lines] == [
        (one, "accepted", "", 3),
        (two, "refused", "Encore utile à l'accueil", 3),
        (three, "accepted", "", 3),
    ]
    assert "RF-2026-0001 : Encore utile" in told(parc, Action.WITHDRAW_PROPOSAL)[0]


@pytest.mark.parametrize("joined", [False, True])
def test_who_proposed_the_list_or_one_of_its_devices_does_not_decide(
    parc: Engine, reforming: Reforming, joined: bool
) -> None:
    tags = laptops(parc, 2)
    if joined:
        one = reforming.bob
        alone = one.proposed(tags[0])
        with writing(parc) as session:
            decommissions.wait_no_more(session, alone)
        key = reforming.proposed(*tags)
    else:
        key = reforming.bob.proposed(*tags)
    before = events(parc)

    with pytest.raises(Refused, match="une autre personne"):
        reforming.bob.decide(key, {tags[1]: "Non"})

    assert events(parc) == before


@pytest.mark.parametrize("already", [False, True])
def test_who_proposed_does_not_refuse_either(
    parc: Engine, reforming: Reforming, already: bool
) -> None:
    (tag,) = laptops(parc, 1)
    if already:  # proposed by Alice alone; Bob put it on a list
        record(parc, tag, Action.PROPOSE_DECOMMISSION, reason="Usé")
    key = reforming.bob.proposed(tag)

    with pytest.raises(Refused, match="une autre personne"):
        reforming.bob.decide(key, {tag: "Utile"})


def test_a_device_reinstated_before_is_not_told_as_corrected_since(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    reforming.bob.decide(reforming.proposed(tag))
    record(parc, tag, Action.REINSTATE, reason="Besoin")
    key = reforming.proposed(tag)
    reforming.bob.decide(key)

    with reading(parc) as session:
        seqs = decommissions.accepted(session, key)
        assert decommissions.corrections(session, seqs) == {}


def test_one_device_that_changed_stops_the_whole_decision(
    parc: Engine, reforming: Reforming
) -> None:
    one, two = laptops(parc, 2)
    key = reforming.proposed(one, two)
    seen = reforming.seen(key)
    record(parc, two, Action.MOVE, comment="Au sous-sol")
    record(parc, two, Action.WITHDRAW_PROPOSAL)
    before = events(parc)

    with pytest.raises(Refused, match="a changé"):
        decommission_deciding.decide(
            parc, reforming.bob.desk, key, seen, Decision("D-1", TODAY)
        )

    assert events(parc) == before


def test_what_is_proposed_no_more_has_left_the_list(
    parc: Engine, reforming: Reforming
) -> None:
    one, two = laptops(parc, 2)
    key = reforming.proposed(one, two)
    record(parc, two, Action.WITHDRAW_PROPOSAL)

    row = reforming.bob.decide(key)

    content, _ = read_back(row.frozen or "")
    assert [line.tag for line in content.those(Verdict.LEFT)] == [two]
    assert states(parc, [one, two]) == ["decommissioned", "to_qualify"]


def test_when_nothing_is_proposed_any_more_the_list_is_withdrawn(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    key = reforming.proposed(tag)
    record(parc, tag, Action.WITHDRAW_PROPOSAL)

    with pytest.raises(Refused, match="se retire"):
        reforming.bob.decide(key)
    assert reforming.withdraw(key).stage == Stage.CANCELLED.value


def test_a_list_of_refusals_has_a_report_and_no_certificate(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    row = reforming.bob.decide(reforming.proposed(tag), {tag: "Utile"})

    assert (row.report, row.certificate) == (1, None)
    (again,) = laptops(parc, 1)
    row = reforming.bob.decide(reforming.proposed(again))
    assert (row.report, row.certificate) == (2, 1)


@pytest.mark.parametrize(
    ("number", "on", "refused", "message"),
    [
        ("", TODAY, None, "Numéro de l'acte"),
        ("D-1", None, None, "Date de l'acte"),
        ("D-1", date(2026, 11, 25), None, "Date de l'acte"),
        ("D-1", date(2026, 11, 23), None, "Date de l'acte"),
        ("D-1", TODAY, {"LL-000001-9": " "}, "motiver|pas sur la liste"),
    ],
)
def test_the_act_and_the_reasons_are_asked_for(  # noqa: PLR0917 - fixtures
    parc: Engine,
    reforming: Reforming,
    number: str,
    on: date | None,
    refused: dict[str, str] | None,
    message: str,
) -> None:
    key = reforming.proposed(*laptops(parc, 1))

    with pytest.raises(Refused, match=message):
        reforming.bob.decide(key, refused, number=number, on=on)


def test_a_list_is_decided_once_by_two_at_once(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 3)
    key = reforming.proposed(*tags)
    before = events(parc)

    assert len(at_once(lambda _: reforming.bob.decide(key), 2)) == 1
    assert events(parc) == before + 3


def test_withdrawing_a_list_frees_its_devices_for_another(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 2)
    key = reforming.proposed(*tags)

    reforming.withdraw(key, "Mauvais site")

    assert states(parc, tags) == ["to_qualify"] * 2
    reforming.proposed(*tags)
    with pytest.raises(Refused, match="abandonnée"):
        reforming.bob.decide(key)


def test_what_happens_later_is_told_beside_and_changes_nothing_on_the_list(
    parc: Engine, reforming: Reforming
) -> None:
    one, two, three = laptops(parc, 3)
    key = reforming.proposed(one, two, three)
    row = reforming.bob.decide(key)
    record(parc, one, Action.REINSTATE, reason="Besoin nouveau")
    record(parc, two, Action.ANNUL, reason="Erreur de saisie")
    record(parc, three, Action.RECONDITION)
    with writing(parc) as session:
        again = session.exec(select(DeviceRow).where(DeviceRow.tag == three)).one()
        undone = a_command(Action.ANNUL, by=BOB, reason="Pas encore")
        journal.record(session, again, undone, some_rules())

    with reading(parc) as session:
        seqs = decommissions.accepted(session, key)
        found = decommissions.corrections(session, seqs)
        broken = list(decommissions.broken(session))

    assert {
        (device(parc, tag).id, action)
        for tag, action in ((one, Action.REINSTATE), (two, Action.ANNUL))
    } == {(number, said[0]) for number, said in found.items()}
    assert reforming.row(key).frozen == row.frozen
    assert broken == []


def test_a_list_changed_behind_parc_s_back_is_found(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 2)
    key = reforming.proposed(*tags)
    reforming.bob.decide(key)
    with writing(parc) as session:
        line = session.exec(select(DecommissionLineRow)).first()
        assert line is not None
        line.verdict = "refused"
        session.add(line)

    with reading(parc) as session:
        assert [
            "lignes" in message for _, message in decommissions.broken(session)
        ] == [True]


def test_two_hundred_devices_are_proposed_and_decided(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 200)
    key = reforming.proposed(*tags, values=dict.fromkeys(tags, 1_000))
    reforming.bob.decide(key)

    assert states(parc, [tags[0], tags[199]]) == ["decommissioned"] * 2
    assert State.DECOMMISSIONED.value == device(parc, tags[100]).state
    with pytest.raises(Refused, match="est décidée"):
        decommission_steps.withdraw(parc, reforming.desk, key, "Non")
