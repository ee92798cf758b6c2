"""What an import may declare a device to be from its first event on."""

from datetime import date

import pytest

from parc.domain.events import Event
from parc.domain.lifecycle import register
from parc.domain.vocabulary import Action, Level, State
from tests.factories import LENS, Story, a_command, registration, some_rules

BEFORE = date(2025, 3, 1)
LATER = date(2026, 4, 1)


@pytest.mark.parametrize("state", [State.HANDED_OVER, State.REUSE_PROVED])
def test_a_departure_is_not_declared_by_its_state_alone(state: State) -> None:
    command = a_command(
        Action.REGISTER,
        BEFORE,
        level=Level.DECLARED,
        source="import-1",
        target=state.value,
        category="laptop",
    )

    refused = register("LL-000001-A", LENS, LENS, command, some_rules())

    assert not isinstance(refused, Event)
    assert {reason.code for reason in refused} == {"hand_over_untold"}


def test_a_device_declared_reformed_then_lost_is_found_as_reformed() -> None:
    first = registration(
        BEFORE,
        state=State.DECOMMISSIONED,
        level=Level.DECLARED,
        source="import-1",
    )
    story = Story(first)

    story.then(a_command(Action.REPORT_MISSING, LATER, reason="Introuvable"))
    story.then(a_command(Action.FIND, LATER))

    assert story.device.state is State.DECOMMISSIONED
    assert story.device.decommissioned_on == BEFORE


def test_a_free_departure_before_the_ceiling_existed_is_refused_not_an_accident() -> (
    None
):
    old = date(2019, 5, 1)
    story = Story(registration(date(2018, 1, 1)))
    story.decommissioned(old).ready(old).filed("convention", old)

    refused = story.refused(
        a_command(Action.HAND_OVER, old, route="organisation_gift", taker="Association")
    )

    assert "no_ceiling" in refused
