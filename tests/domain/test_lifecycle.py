"""Decisions: what is recorded, and every reason when nothing is."""

from datetime import date, timedelta

import pytest

from parc.domain.command import Actor
from parc.domain.events import Event
from parc.domain.lifecycle import blockers, decide, register, replay
from parc.domain.vocabulary import Action, HandOverOutcome, Level, Role, State
from tests.factories import (
    ALICE,
    BOB,
    CHARLIE,
    DOCUMENT,
    LENS,
    LOOS,
    TODAY,
    Story,
    a_command,
    at,
    registration,
    some_rules,
)

SPRING = date(2026, 4, 1)
SUMMER = date(2026, 7, 1)


def test_a_life_from_purchase_to_proven_reuse() -> None:
    story = Story().then(
        a_command(Action.ASSIGN, date(2020, 4, 1), holder="P-A1B2C3D4")
    )
    story.then(a_command(Action.RETURN, SPRING, target="to_qualify"))
    story.decommissioned(SPRING).ready(SPRING).filed("lot", SPRING)
    story.then(a_command(Action.OFFER, SPRING))
    story.then(a_command(Action.RESERVE, SPRING, taker="Les Ateliers"))
    story.handed_over(SUMMER, "organisation_gift").filed("proof", SUMMER)
    story.then(a_command(Action.PROVE_REUSE, SUMMER))
    device = story.device

    assert device.state is State.REUSE_PROVED
    assert device.holder is None
    assert device.hand_overs[-1].outcome is HandOverOutcome.PROVED
    assert [step.state for step in device.steps][:3] == [
        State.IN_STOCK,
        State.IN_SERVICE,
        State.TO_QUALIFY,
    ]
    assert device.version == len(story.events)


def test_all_reasons_are_given_at_once() -> None:
    story = Story()
    codes = story.refused(
        a_command(Action.HAND_OVER, TODAY + timedelta(days=1), by=CHARLIE)
    )

    assert codes == {
        "wrong_state",
        "role",
        "convention_missing",
        "medium_unsettled",
        "missing_field",
        "future_date",
    }


def test_refusals_are_french_sentences() -> None:
    decided = decide(Story().device, a_command(Action.OFFER, by=CHARLIE), some_rules())

    assert not isinstance(decided, Event)
    for reason in decided:
        assert reason.message[0].isupper() or reason.message.startswith("«")
        assert reason.message.endswith((".", ")."))


def test_the_proposer_does_not_sign_the_reforme() -> None:
    both = Actor("U-D0UB1E00", frozenset({Role.SIGNATORY, Role.FLEET_LEAD}))
    story = Story()
    story.then(
        a_command(Action.PROPOSE_DECOMMISSION, SPRING, by=both, reason="Obsolète")
    )

    assert story.refused(
        a_command(
            Action.DECOMMISSION, SPRING, by=both, act_number="1", act_on="2026-04-01"
        )
    ) == {"same_person"}


def test_the_reforme_needs_its_act() -> None:
    story = Story()
    story.then(a_command(Action.PROPOSE_DECOMMISSION, SPRING, reason="Obsolète"))

    assert story.refused(a_command(Action.DECOMMISSION, SPRING, by=BOB)) == {
        "missing_field"
    }


def test_nothing_is_ready_before_tests_and_erasure() -> None:
    story = Story().decommissioned(SPRING)
    story.then(a_command(Action.RECONDITION, SPRING))

    assert story.refused(a_command(Action.DECLARE_READY, SPRING)) == {
        "tests_missing",
        "medium_unsettled",
    }


def test_a_laptop_without_any_known_medium_does_not_leave() -> None:
    story = Story(registration(media=())).decommissioned(SPRING)
    story.then(a_command(Action.RECONDITION, SPRING)).filed("tests", SPRING)

    assert story.refused(a_command(Action.DECLARE_READY, SPRING)) == {"media_unknown"}
    story.then(
        a_command(
            Action.SETTLE_MEDIUM,
            SPRING,
            serial="-",
            outcome="absent",
            document=DOCUMENT,
        )
    )
    story.then(a_command(Action.DECLARE_READY, SPRING))
    assert story.device.state is State.READY


def test_a_screen_has_no_medium_to_settle() -> None:
    story = Story(registration(media=(), category="monitor")).decommissioned(SPRING)
    story.then(a_command(Action.RECONDITION, SPRING)).filed("tests", SPRING)

    story.then(a_command(Action.DECLARE_READY, SPRING))


@pytest.mark.parametrize(
    ("cents", "codes"), [(30_000, set()), (30_001, {"above_gift_ceiling"})]
)
def test_a_gift_stays_under_the_ceiling_in_force(cents: int, codes: set[str]) -> None:
    story = Story(registration(estimated_value_cents=cents))
    story.decommissioned(SPRING).ready(SPRING).filed("convention", SPRING)
    gift = a_command(
        Action.HAND_OVER, SPRING, route="organisation_gift", taker="Les Ateliers"
    )

    if codes:
        assert story.refused(gift) == codes
    else:
        assert story.then(gift).device.state is State.HANDED_OVER


def test_a_sale_has_no_ceiling_and_may_start_from_the_reforme() -> None:
    story = Story(registration(estimated_value_cents=90_000)).decommissioned(SPRING)
    story.erased(SPRING)

    story.handed_over(SPRING, "sale", price_cents="450,00")
    assert story.device.hand_overs[-1].route == "sale"


def test_a_gift_does_not_start_from_the_reforme() -> None:
    story = Story().decommissioned(SPRING).erased(SPRING).filed("convention", SPRING)

    assert story.refused(
        a_command(Action.HAND_OVER, SPRING, route="organisation_gift", taker="X")
    ) == {"not_ready"}


@pytest.mark.parametrize("flag", ["classified", "protected"])
def test_a_protected_device_is_not_given(flag: str) -> None:
    story = Story(registration(security=flag))
    story.decommissioned(SPRING).ready(SPRING).filed("convention", SPRING)

    assert story.refused(
        a_command(Action.HAND_OVER, SPRING, route="organisation_gift", taker="X")
    ) == {"security_flag"}


def test_a_transfer_inside_the_parc_opens_the_receiver_s_stock() -> None:
    story = Story().decommissioned(SPRING).ready(SPRING)
    story.handed_over(SPRING, "public_transfer", taker_siret=LOOS)
    device = story.device

    assert (device.state, device.owner, device.manager) == (State.IN_STOCK, LOOS, LOOS)
    assert device.decommissioned_on is None
    assert device.hand_overs[-1].owner == LENS
    assert device.evidence == ()


def test_a_transfer_to_another_body_just_leaves() -> None:
    rules = some_rules(owners=(LENS,))
    story = Story(registration(rules=rules), rules).decommissioned(SPRING).ready(SPRING)
    story.handed_over(SPRING, "public_transfer", taker_siret=LOOS)

    assert (story.device.state, story.device.owner) == (State.HANDED_OVER, LENS)


def test_a_public_transfer_names_its_receiver_and_never_the_owner_itself() -> None:
    story = Story().decommissioned(SPRING).ready(SPRING).filed("convention", SPRING)

    assert story.refused(
        a_command(Action.HAND_OVER, SPRING, route="public_transfer")
    ) == {"missing_field"}
    assert story.refused(
        a_command(Action.HAND_OVER, SPRING, route="public_transfer", taker_siret=LENS)
    ) == {"same_owner"}


def test_erased_media_hold_data_again_once_somebody_used_the_device() -> None:
    story = Story().erased(SPRING)
    assert not story.device.unsettled_media

    story.then(a_command(Action.ASSIGN, SPRING))
    (medium,) = story.device.unsettled_media
    assert medium.serial == "S29NNXAH146409"


def test_a_device_given_back_starts_its_papers_again() -> None:
    story = Story().decommissioned(SPRING).ready(SPRING)
    story.handed_over(SPRING, "organisation_gift")
    story.then(a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Écran fêlé"))

    assert story.device.state is State.DECOMMISSIONED
    assert story.device.decommissioned_on == SPRING
    assert story.device.hand_overs[-1].outcome is HandOverOutcome.RETURNED
    assert story.device.evidence == ()
    assert story.device.unsettled_media


@pytest.mark.parametrize("reported", [Action.REPORT_MISSING, Action.REPORT_STOLEN])
def test_what_is_found_comes_back_where_it_belongs(reported: Action) -> None:
    details: dict[str, object] = (
        {"reason": "x"} if reported is Action.REPORT_MISSING else {"complaint": "7"}
    )
    before = Story().then(a_command(reported, SPRING, details))
    after = Story().decommissioned(SPRING).then(a_command(reported, SPRING, details))

    assert before.then(a_command(Action.FIND)).device.state is State.TO_QUALIFY
    assert after.then(a_command(Action.FIND)).device.state is State.DECOMMISSIONED


def test_a_state_change_never_goes_back_before_the_last_one() -> None:
    story = Story().then(a_command(Action.ASSIGN, SPRING))

    assert story.refused(
        a_command(
            Action.RETURN, SPRING - timedelta(days=1), recorded=TODAY, target="in_stock"
        )
    ) == {"before_previous_event"}


def test_a_fact_may_be_older_than_the_last_state_change() -> None:
    story = Story().then(a_command(Action.ASSIGN, SPRING))
    story.then(
        a_command(Action.DESCRIBE, date(2025, 1, 1), recorded=TODAY, model="5430")
    )

    assert story.device.text_fact("model") == "5430"
    assert story.device.text_fact("maker") == "Dell"


def test_the_reforme_is_reversed_by_a_second_person() -> None:
    lead = Actor(BOB.id, BOB.roles)
    story = Story().decommissioned(SPRING)

    assert story.refused(
        a_command(Action.REINSTATE, SPRING, by=lead, reason="Besoin urgent")
    ) == {"same_person"}
    story.then(a_command(Action.REINSTATE, SPRING, reason="Besoin urgent"))
    assert (story.device.state, story.device.decommissioned_on) == (
        State.IN_STOCK,
        None,
    )


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"category": "toaster"}, "invalid_field"),
        ({"category": ""}, "missing_field"),
        ({"target": "recycled"}, "invalid_field"),
        ({"acquired_on": "31/12/2020"}, "invalid_field"),
        ({"colour": "red"}, "unknown_field"),
        ({"price_cents": "-5"}, "invalid_field"),
        ({"model": "x" * 201}, "invalid_field"),
        ({"notes": "a\x00b"}, "invalid_field"),
    ],
)
def test_a_registration_says_what_is_wrong(
    details: dict[str, object], code: str
) -> None:
    good = {"target": "in_stock", "category": "laptop"}
    command = a_command(Action.REGISTER, SPRING, good | details)
    decided = register("LL-004217-F", LENS, LENS, command, some_rules())

    assert not isinstance(decided, Event)
    assert {reason.code for reason in decided} == {code}


def test_only_an_import_declares() -> None:
    story = Story()

    assert "declared_by_hand" in story.refused(
        a_command(Action.ASSIGN, SPRING, level=Level.DECLARED)
    )


def test_an_import_declares_the_past_before_the_owner_s_first_day() -> None:
    past = date(2025, 11, 3)
    story = Story(registration(level=Level.DECLARED, source="i1"))
    for action, details in (
        (Action.DECOMMISSION, {}),
        (Action.HAND_OVER, {"route": "organisation_gift"}),
        (Action.PROVE_REUSE, {}),
    ):
        story.then(a_command(action, past, details, level=Level.DECLARED, source="i1"))

    assert story.device.state is State.REUSE_PROVED
    assert story.device.hand_overs[-1].level is Level.DECLARED


def test_from_the_first_day_on_an_import_needs_the_papers_too() -> None:
    story = Story(registration(level=Level.DECLARED, source="i1"))
    first_day = story.rules.first_day

    assert story.refused(
        a_command(Action.DECOMMISSION, first_day, level=Level.DECLARED, source="i1")
    ) >= {"wrong_state", "missing_field"}


@pytest.mark.parametrize("state", [State.HANDED_OVER, State.DECOMMISSIONED])
def test_an_import_does_not_open_a_device_beyond_the_reforme_today(
    state: State,
) -> None:
    command = a_command(
        Action.REGISTER,
        TODAY,
        level=Level.DECLARED,
        source="i1",
        target=state.value,
        category="laptop",
    )
    decided = register("LL-004217-F", LENS, LENS, command, some_rules())

    assert not isinstance(decided, Event)
    assert {reason.code for reason in decided} == {"papers_needed"}


def test_blockers_tell_why_an_action_is_closed_and_nothing_when_it_is_open() -> None:
    device = Story().device
    probe = a_command(Action.ASSIGN)

    assert blockers(device, Action.ASSIGN, ALICE, probe, some_rules()) == ()
    closed = blockers(device, Action.OFFER, ALICE, probe, some_rules())
    assert {reason.code for reason in closed} == {
        "wrong_state",
        "lot_missing",
        "medium_unsettled",
    }


def test_no_events_make_no_device() -> None:
    assert replay([]) is None


def test_a_history_begins_with_a_registration() -> None:
    story = Story().then(a_command(Action.ASSIGN, SPRING))

    with pytest.raises(ValueError, match="begins with assign"):
        replay(story.events[1:])


def test_the_instant_of_recording_is_the_command_s() -> None:
    story = Story().then(a_command(Action.ASSIGN, SPRING, recorded=SUMMER))

    assert story.events[-1].effective_on == SPRING
    assert story.events[-1].recorded_at == at(SUMMER)
