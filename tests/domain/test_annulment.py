"""Annulment: history keeps the mistake, the picture goes back."""

from datetime import date

from parc.domain.command import Actor
from parc.domain.vocabulary import Action, Role, State
from tests.factories import (
    BOB,
    LENS,
    LOOS,
    Story,
    a_command,
)

SPRING = date(2026, 4, 1)
SUMMER = date(2026, 7, 1)


def test_annulling_goes_back_to_the_picture_before() -> None:
    story = Story()
    before = story.device
    story.then(a_command(Action.ASSIGN, SPRING, holder="P-A1B2C3D4"))
    story.then(a_command(Action.ANNUL, SPRING, reason="Mauvais poste"))
    after = story.device

    assert (after.state, after.holder, after.steps) == (
        before.state,
        before.holder,
        before.steps,
    )
    assert after.version == 3
    assert story.events[-1].details["seq"] == 2


def test_events_are_annulled_one_after_the_other_down_to_the_registration() -> None:
    story = Story().then(a_command(Action.ASSIGN, SPRING))
    story.then(a_command(Action.MOVE, SPRING, site=1))
    for _ in range(2):
        story.then(a_command(Action.ANNUL, SPRING, reason="Erreur"))

    assert story.device.state is State.IN_STOCK
    assert story.refused(a_command(Action.ANNUL, SPRING, reason="Erreur")) == {
        "nothing_to_annul"
    }


def test_annulling_a_reforme_takes_a_second_person() -> None:
    story = Story().decommissioned(SPRING)

    assert story.refused(a_command(Action.ANNUL, SPRING, by=BOB, reason="Erreur")) == {
        "same_person"
    }
    story.then(a_command(Action.ANNUL, SPRING, reason="Erreur"))
    assert story.device.state is State.DECOMMISSION_PROPOSED


def test_annulling_a_transfer_gives_the_device_back_to_its_owner() -> None:
    story = Story().decommissioned(SPRING).ready(SPRING)
    story.handed_over(SPRING, "public_transfer", taker_siret=LOOS)
    lead = Actor("U-1EAD0000", frozenset({Role.FLEET_LEAD}))
    story.then(a_command(Action.ANNUL, SPRING, by=lead, reason="Mauvaise commune"))

    assert (story.device.owner, story.device.state) == (LENS, State.READY)
    assert story.events[-1].owner == LENS
    assert story.device.hand_overs == ()
