"""Who operates a device without owning it (decision D3)."""

from datetime import date

from parc.domain.history import on_day
from parc.domain.vocabulary import Action
from tests.factories import LENS, LOOS, Story, a_command, registration

SPRING = date(2026, 4, 1)
ELSEWHERE = "11000601200010"


def test_a_move_names_another_manager_and_the_owner_stays() -> None:
    story = Story(registration(owner=LOOS))

    story.then(a_command(Action.MOVE, SPRING, manager=LENS))

    assert (story.device.owner, story.device.manager) == (LOOS, LENS)
    assert story.device.state == "in_stock"


def test_the_manager_of_a_past_day_is_the_one_of_that_day() -> None:
    story = Story().then(a_command(Action.MOVE, SPRING, manager=LOOS))

    before = on_day(story.events, date(2026, 3, 31))
    after = on_day(story.events, SPRING)

    assert before is not None
    assert after is not None
    assert (before.manager, after.manager) == (LENS, LOOS)


def test_a_manager_outside_this_parc_is_refused() -> None:
    story = Story()

    refused = story.refused(a_command(Action.MOVE, SPRING, manager=ELSEWHERE))

    assert refused == {"invalid_field"}


def test_an_annulled_move_gives_the_manager_back() -> None:
    story = Story().then(a_command(Action.MOVE, SPRING, manager=LOOS))

    story.then(a_command(Action.ANNUL, SPRING, reason="Erreur"))

    assert story.device.manager == LENS
